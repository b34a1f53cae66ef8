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
_DEPTH = 125
"""How deep they may be nested (UAX 9, BD2)."""


def misdirections(text: str) -> Iterator[Stray]:
    """Every control whose effect deceives, or that is left over; work is linear in the text."""
    if BIDI.search(text):
        for paragraph in _PARAGRAPH.finditer(text):
            yield from _in_paragraph(text, *paragraph.span())


def _in_paragraph(text: str, begin: int, end: int) -> Iterator[Stray]:
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
            yield from _judged(text, opened.pop(), found.start(), is_closed=True)
        elif not is_rtl:
            yield Stray(found.start(), found.end(), "bidi", is_deliberate=False)
    for start in reversed(opened):
        yield from (stray for stray in _judged(text, start, end, is_closed=False) if stray.is_deliberate or not is_rtl)


def _judged(text: str, start: int, end: int, *, is_closed: bool) -> Iterator[Stray]:
    """What to say of one control and its scope; of a long scope the first 2,000 signs decide."""
    sign, inside = text[start], text[start + 1 : min(end, start + 2000)]
    has_word = bool(_WORD.search(inside))
    is_mostly_latin = 3 * len(right_to_left(inside)) < len(_LATIN.findall(inside))
    if sign in _OVERRIDES:
        yield Stray(start, start + 1, "bidi", is_deliberate=has_word or not is_closed)
    elif sign in _RIGHTWARDS and has_word and is_mostly_latin:
        yield Stray(start, start + 1, "bidi", is_deliberate=True)
    elif not is_closed and not has_right_to_left(inside) and sign != _FIRST_STRONG:
        yield Stray(start, start + 1, "bidi", is_deliberate=False)
