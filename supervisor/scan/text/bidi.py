"""Bidirectional controls that make a text read otherwise than it is stored (Unicode Standard Annex 9).

An override draws letters in an order that is not theirs; round a Latin word it can only deceive. An embedding or an
isolate is what a right-to-left text, or a program that fills in names, is right to use, as long as it is closed and has
something of its own direction in it. The scope of all of them ends with the paragraph.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from supervisor.scan.text.invisible import LIMIT, Stray
from supervisor.scan.text.lazy import lazy
from supervisor.scan.text.letters import has_right_to_left, right_to_left

BIDI = lazy("[\u202a-\u202e\u2066-\u2069]")
_PARAGRAPH = lazy("[^\n\r\u0085\u2029]+")
_WORD = lazy("[A-Za-z]{2}")
_LATIN = lazy("[A-Za-z]")
_OVERRIDES = "\u202d\u202e"
_RIGHTWARDS = "\u202b\u2067"
_FIRST_STRONG = "\u2068"
_POP_EMBEDDING, _POP_ISOLATE = "\u202c", "\u2069"
_ISOLATES = "\u2066\u2067\u2068"
READ_LIMIT = 200_000
"""Characters of long scopes that are read in one text: a book has fewer."""
_SHORT = 32
"""Characters of a scope whose judgement is remembered, because it may come a thousand times."""
_DEPTH = 125
"""How deep they may be nested (UAX 9, BD2)."""


def misdirections(text: str) -> Iterator[Stray]:
    """Controls whose effect deceives, or that are left over, the first of each kind; work is linear in the text.

    _Scopes that are too many and too long to be read are odd by themselves, and told as that.
    """
    if not BIDI.search(text):
        return
    told: set[bool] = set()
    scopes = _Scopes()
    for paragraph in _PARAGRAPH.finditer(text):
        for stray in _in_paragraph(text, *paragraph.span(), scopes):
            if stray.is_deliberate not in told:
                told.add(stray.is_deliberate)
                yield stray
        if len(told) > 1:
            return


class _Scopes:
    """What was read of the scopes of one text."""

    __slots__ = ("_known", "_left")

    def __init__(self) -> None:
        self._left = READ_LIMIT
        self._known: dict[tuple[str, bool], bool | None] = {}

    def judged(self, text: str, start: int, end: int, *, is_closed: bool) -> Iterator[Stray]:
        """What to say of one control and its scope; of a long scope the first 2,000 signs decide."""
        scope = text[start : min(end, start + 2000)]
        is_deliberate = self._of(scope, is_closed=is_closed)
        if is_deliberate is not None:
            yield Stray(start, start + 1, "bidi", is_deliberate)

    def _of(self, scope: str, *, is_closed: bool) -> bool | None:
        if len(scope) > _SHORT:
            self._left -= len(scope)
            return _judged(scope, is_closed=is_closed) if self._left >= 0 else False
        if (scope, is_closed) not in self._known:
            self._known[scope, is_closed] = _judged(scope, is_closed=is_closed)
        return self._known[scope, is_closed]


def _in_paragraph(text: str, begin: int, end: int, scopes: _Scopes) -> Iterator[Stray]:
    opened: list[int] = []
    is_rtl = has_right_to_left(text[begin : min(end, begin + 2000)])
    for found in islice(BIDI.finditer(text, begin, end), LIMIT):
        sign = found[0]
        if sign not in (_POP_EMBEDDING, _POP_ISOLATE):
            opened.append(found.start())
            if len(opened) > _DEPTH:
                yield Stray(found.start(), found.end(), "bidi", is_deliberate=True)
                return
        elif opened and (text[opened[-1]] in _ISOLATES) == (sign == _POP_ISOLATE):
            yield from scopes.judged(text, opened.pop(), found.start(), is_closed=True)
        elif not is_rtl:
            yield Stray(found.start(), found.end(), "bidi", is_deliberate=False)
    for start in reversed(opened):
        found_last = scopes.judged(text, start, end, is_closed=False)
        yield from (stray for stray in found_last if stray.is_deliberate or not is_rtl)


def _judged(scope: str, *, is_closed: bool) -> bool | None:
    """Whether a control, the first sign of its scope, is there on purpose; None if it has a use."""
    sign, inside = scope[0], scope[1:]
    has_word = bool(_WORD.search(inside))
    if sign in _OVERRIDES:
        return has_word or not is_closed
    if sign in _RIGHTWARDS and has_word and 3 * len(right_to_left(inside)) < len(_LATIN.findall(inside)):
        return True
    is_idle = not is_closed and sign != _FIRST_STRONG and not has_right_to_left(inside)
    return False if is_idle else None
