"""Signs that show nothing, and whether they have a use where they stand.

Most of them are there for a reason: a picture is made of several, a Persian word has a seam, a Japanese name has a
variant. What has such a reason is excused here, by its neighbours, and only the rest is told as strays. A stray is
either *deliberate*, in a place or number that no keyboard, editor or copied page leads to, or merely odd.

Bidirectional controls have a file of their own (bidi.py), tag characters too (tags.py).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from itertools import chain, islice
from typing import NamedTuple

from supervisor.scan.text.lazy import lazy
from supervisor.scan.text.letters import has_right_to_left, is_emoji, is_han, is_plain_letter, uses_joiners

_SELECTOR = "\ufe00-\ufe0f\U000e0100-\U000e01ef"
_ZERO_WIDTH = "\u034f\u061c\u180e\u200b-\u200f\u2060\ufeff"
_OPERATOR = "\u2061-\u2064"
_FILLER = "\u115f\u1160\u17b4\u17b5\u3164\uffa0"
_REST = (
    "\u00ad\u2065\u206a-\u206f\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0080-\U000e00ff"
    "\U000e01f0-\U000e0fff"
)
INVISIBLE = lazy(f"[{_SELECTOR}{_ZERO_WIDTH}{_OPERATOR}{_FILLER}{_REST}\u2800]")
"""Any sign that this file speaks of: a text without one needs no further look."""
_SELECTORS = lazy(f"[{_SELECTOR}]+")
_ZERO_WIDTHS = lazy(f"[{_ZERO_WIDTH}]+")
_OPERATORS = lazy(f"[{_OPERATOR}]+")
_FILLERS = lazy(f"[{_FILLER}]+")
_RESTS = lazy(f"[{_REST}]+")
_SPELLING_SIGN = lazy("[\U000e0110-\U000e01ef]")
_BRAILLE = lazy("[\u2801-\u28ff]")
_MARKS = "\u200e\u200f\u061c"
_RUN = 3
"""Signs of zero width in one place: two come of copying a page, three do not (0 of 1,054 tools of 43 servers)."""
_FEW_JOINERS = 24
"""In a text with more, no script joins or parts every fourth letter."""
_DENSE = 8
"""Signs of zero width in one place that not even a script with joiners has."""
_SPELLING = 4
"""Variation selectors for bytes that print, behind whatever: the variants of Han signs have lower numbers."""
LIMIT = 20_000
"""How many places of one kind are looked at in a text: more than a book of Persian chapters has in one."""
_REACH = 16
"""How many signs are passed in search of a neighbour; a bound, so that the work stays linear."""
_FEW = 500
_MANY = 2
"""Strays of a kind that may happen once."""


class Stray(NamedTuple):
    """Signs that show nothing and have no use where they stand."""

    start: int
    end: int
    rule: str
    is_deliberate: bool


def strays(text: str) -> Iterator[Stray]:
    """The strays of a text, kind by kind, the first of each kind at least; work is linear in its length.

    Where thousands of places look the same, or the worst was told, the others are passed over.
    """
    if INVISIBLE.search(text):
        yield from _selectors(text)
        yield from _zero_widths(text)
        yield from _operators(text)
        yield from _fillers(text)
        yield from _rest(text)


def is_disguised(name: str) -> bool:
    """Whether a name is ASCII but for what shows nothing: then no script needs it."""
    shown = INVISIBLE.sub("", name)
    return len(shown) < len(name) and shown.isascii()


def selected(text: str) -> str:
    """What the variation selectors of a text say, if they stand for bytes: the first sixteen for 0 to 15, the others
    for 16 to 255; empty if that is no readable text of four letters or more.
    """
    signs = "".join(_SELECTORS.findall(text))
    numbers = [number for sign in signs if 0 <= (number := _number(sign)) < 256]
    read = bytes(numbers).decode("utf-8", "replace")
    plain = "".join(sign for sign in read if sign.isprintable() and sign != "\ufffd")
    return plain if len(plain) >= 4 and len(plain) * 2 > len(read) else ""


def _number(sign: str) -> int:
    code = ord(sign)
    if 0xFE00 <= code <= 0xFE0F:
        return code - 0xFE00
    return code - 0xE0100 + 16 if 0xE0100 <= code <= 0xE01EF else -1


def _beside(text: str, start: int, end: int) -> tuple[str, str]:
    """The signs before and after, past combining marks and what else shows nothing; a blank at an end of the text."""
    before, after = start - 1, end
    while before >= max(0, start - _REACH) and _is_passed(text[before]):
        before -= 1
    while after < min(len(text), end + _REACH) and _is_invisible(text[after]):
        after += 1
    return text[before] if before >= 0 else " ", text[after] if after < len(text) else " "


@lru_cache(maxsize=4096)
def _is_passed(sign: str) -> bool:
    is_mark = unicodedata.category(sign) in ("Mn", "Me") and not uses_joiners(sign)
    return is_mark or _is_invisible(sign)


@lru_cache(maxsize=4096)
def _is_invisible(sign: str) -> bool:
    return bool(INVISIBLE.match(sign))


def _selectors(text: str) -> Iterator[Stray]:
    spelling = list(islice(_SPELLING_SIGN.finditer(text), _SPELLING))
    if len(spelling) >= _SPELLING:
        start = spelling[0].start()
        yield Stray(start, start + 1, "selector", is_deliberate=True)
    lone: list[re.Match[str]] = []
    is_told = False
    for found in islice(_SELECTORS.finditer(text), LIMIT):
        run, base = found[0], text[found.start() - 1 : found.start()]
        if (len(run) > 1 and set(run) != {"\ufe0f"}) or len(run) > _MANY:
            if not is_told:
                yield Stray(found.start(), found.end(), "selector", is_deliberate=True)
            is_told = True
        elif len(lone) < _MANY and not _takes_selector(base, run[0]):
            lone.append(found)
    for found in lone[:1]:
        yield Stray(found.start(), found.end(), "selector", is_deliberate=len(lone) >= _MANY)


@lru_cache(maxsize=4096)
def _takes_selector(base: str, selector: str) -> bool:
    """Whether a variation selector can follow: those of text and emoji style stay behind when a picture is removed."""
    if selector == "\ufe0f" and not is_plain_letter(base or " "):
        return True
    if not base or INVISIBLE.match(base):
        return False
    return is_han(base) if selector >= "\U000e0100" else not is_plain_letter(base)


def _zero_widths(text: str) -> Iterator[Stray]:
    marks: list[re.Match[str]] = []
    seen: set[str] = set()
    told: set[bool] = set()
    shown = _ZERO_WIDTHS.sub("", text)
    if len(text) - len(shown) > max(_FEW_JOINERS, len(shown) // 4):
        yield Stray(0, len(text), "zero_width", is_deliberate=True)
    for found in islice(_ZERO_WIDTHS.finditer(text), LIMIT):
        start, end = found.span()
        run, place = found[0], text[max(0, start - 1) : end + 1]
        if run == "\ufeff" and start == 0:
            continue
        if len(run) < _RUN and set(run) <= set(_MARKS):
            if len(marks) < _FEW:
                marks.append(found)
            continue
        if place in seen or len(told) > 1:
            continue
        before, after = _beside(text, start, end)
        if f"{before}{run}{after}" == place:
            seen.add(place)
        is_deliberate = _zero_width(before, run, after)
        if is_deliberate is not None and is_deliberate not in told:
            told.add(is_deliberate)
            yield Stray(start, end, "zero_width", is_deliberate)
    yield from _idle_marks(text, marks)


def _zero_width(before: str, run: str, after: str) -> bool | None:
    """Whether signs of zero width between these two are there on purpose; None if they have a use."""
    if len(run) < _DENSE and (uses_joiners(before) or uses_joiners(after)):
        return None
    if _joins_picture(run, before, after):
        return None
    is_inside = _is_word(before) and _is_word(after) and (is_plain_letter(before) or is_plain_letter(after))
    if len(run) >= _RUN or is_inside:
        return True
    return False if "\ufeff" in run or not (before.isspace() or after.isspace()) else None


def _idle_marks(text: str, marks: list[re.Match[str]]) -> Iterator[Stray]:
    """Directional marks in lines that have nothing of right-to-left; of many, the first few hundred are looked at."""
    has_rtl = has_right_to_left(text.translate({0x200F: None, 0x61C: None}))
    idle = (found for found in marks if not (has_rtl and has_right_to_left(_line(text, *found.span()))))
    first = list(islice(idle, _MANY))
    told: set[bool] = set()
    for found in chain(first, idle):
        is_inside = all(is_plain_letter(sign) for sign in _beside(text, *found.span()))
        is_deliberate = is_inside and len(first) >= _MANY
        if is_deliberate not in told:
            told.add(is_deliberate)
            yield Stray(found.start(), found.end(), "mark", is_deliberate)
        if len(told) > 1:
            return


def _joins_picture(run: str, before: str, after: str) -> bool:
    return run == "\u200d" and (is_emoji(before) or is_emoji(after))


def _is_word(sign: str) -> bool:
    return sign.isalnum() or sign == "_"


def _line(text: str, start: int, end: int) -> str:
    """The line around, without the signs themselves, at most 200 on either side."""
    before, after = text[max(0, start - 200) : start], text[end : end + 200]
    return (before[before.rfind("\n") + 1 :] + after.partition("\n")[0]).translate({0x200F: None, 0x61C: None})


def _operators(text: str) -> Iterator[Stray]:
    for found in islice(_OPERATORS.finditer(text), LIMIT):
        if len(found[0]) > 1 or not _is_formula(text, *found.span()):
            yield Stray(found.start(), found.end(), "operator", is_deliberate=True)
            return


def _is_formula(text: str, start: int, end: int) -> bool:
    """Whether an invisible operator stands as in `f(x)` or `2xy`: between names of one letter, numbers and brackets."""
    before, after = text[max(0, start - 2) : start], text[end : end + 2]
    is_short = not (before[-1:].isalpha() and before[:1].isalpha() and len(before) == 2)
    is_short_after = not (after[:1].isalpha() and after[1:].isalpha())
    return bool(before and after) and (is_short or after[0] == "(") and (is_short_after or before[-1] in ")]}")


def _fillers(text: str) -> Iterator[Stray]:
    for found in islice(_FILLERS.finditer(text), LIMIT):
        before, after = _beside(text, *found.span())
        if len(found[0]) > 1 or not (_takes_filler(before) or _takes_filler(after)):
            yield Stray(found.start(), found.end(), "filler", is_deliberate=True)
            break
    blanks = text.count("\u2800")
    if blanks and not _BRAILLE.search(text):
        start = text.find("\u2800")
        yield Stray(start, start + 1, "filler", is_deliberate=blanks > _MANY)


def _takes_filler(sign: str) -> bool:
    return "\u1100" <= sign <= "\u11ff" or "\u1780" <= sign <= "\u17ff" or "\u3131" <= sign <= "\u318e"


def _rest(text: str) -> Iterator[Stray]:
    told: set[tuple[str, bool]] = set()
    for found in islice(_RESTS.finditer(text), LIMIT):
        run = found[0]
        kind = "soft_hyphen" if "\u00ad" in run else "ignorable", len(run) >= _RUN and run.strip("\u00ad") != ""
        if kind not in told:
            told.add(kind)
            yield Stray(found.start(), found.end(), *kind)
