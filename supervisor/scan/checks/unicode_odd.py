"""unicode.odd: signs that show nothing or nothing known, where they have no use but may be an accident.

Among them: soft hyphens and other ignorable signs left over (invisible.py, bidi.py), private-use signs within words,
control characters, halves of surrogate pairs, and piles of combining marks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain

from supervisor.scan.checks.check import Check
from supervisor.scan.context import Context
from supervisor.scan.text.invisible import Stray
from supervisor.scan.text.items import Item, Unit
from supervisor.scan.text.lazy import lazy
from supervisor.scan.words import Hit

_CONTROL = lazy("[\0-\x07\x0e-\x1a\x1c-\x1f\x7f]")
_CONTROL_FAR = lazy("(?<![\x80-\x9f\xc2-\xf4\u0178-\u2122])[\x80-\x84\x86-\x9f]")
"""Control characters but blanks and what terminal.escape looks at. Of C1, one after a letter such as â or € is what is
left of UTF-8 read as Windows-1252, and hides nothing."""
_PRIVATE = lazy("[\ue000-\uf8ff\U000f0000-\U0010fffd]+")
_PILE = lazy("[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20f0]{6}")
"""Combining marks for Latin letters; no language puts six on one."""
_BROKEN = lazy("[\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_BLANKS = lazy("[\u00a0\u2000-\u200a\u202f\u205f\u3000]{8,}")
_TAG = lazy("[\U000e0000-\U000e007f]")
_ICONS = 3
"""Private-use signs in one place that can be icons."""
_AROUND = 30
_MESSAGES = {
    "soft_hyphen": "Soft hyphens stand in the text; they are invisible and split words.",
    "private": "Private-use characters stand within words; what they mean only their author knows.",
    "control": "Control characters stand in the text.",
    "blanks": "A row of blanks of several widths can carry hidden bits.",
    "pile": "A pile of combining marks covers the text.",
    "broken": "The text has code points that are no characters.",
}
_MESSAGE = "Invisible characters stand where they have no use."


def find(item: Item, context: Context) -> Iterator[Hit]:
    """At most one hit of each kind for a text."""
    if item.is_ascii and not _CONTROL.search(item.raw):
        return
    for unit in item.units:
        told: set[str] = set()
        for stray in _odd(unit):
            if stray.rule not in told and not stray.is_deliberate:
                told.add(stray.rule)
                yield Hit(
                    pointer=unit.pointer,
                    evidence=unit.raw[max(0, stray.start - _AROUND) : min(stray.end, stray.start + _AROUND) + _AROUND],
                    message=_MESSAGES.get(stray.rule, _MESSAGE),
                    tier="soft",
                    confidence=0.5,
                    rule=stray.rule,
                )


def _odd(unit: Unit) -> Iterator[Stray]:
    text = unit.raw
    is_pattern = unit.role == "pattern"
    if not is_pattern and (found := _CONTROL.search(text)):
        yield _stray(found, "control")
    if text.isascii():
        return
    if not is_pattern and (found := _CONTROL_FAR.search(text)):
        yield _stray(found, "control")
    yield from chain(unit.strays, _private(text))
    if not is_pattern and (found := _BROKEN.search(text)):
        yield _stray(found, "broken")
    if (found := _BLANKS.search(text)) and len(set(found[0])) > 1:
        yield _stray(found, "blanks")
    if found := _PILE.search(text):
        yield _stray(found, "pile")
    if len(_TAG.findall(text)) == 1 and (found := _TAG.search(text)):
        yield _stray(found, "tag")


def _private(text: str) -> Iterator[Stray]:
    """Private-use signs that are no icons: those within words, and rows of them."""
    for found in _PRIVATE.finditer(text):
        inside = text[found.start() - 1 : found.start()].isalnum() and text[found.end() : found.end() + 1].isalnum()
        if inside or len(found[0]) > _ICONS:
            yield _stray(found, "private")


def _stray(found: re.Match[str], rule: str) -> Stray:
    return Stray(found.start(), found.end(), rule, is_deliberate=False)


CHECK = Check(id="unicode.odd", title="Characters that show nothing or nothing known", find=find)
