"""padding: so much nothing before a text, or so much text, that nobody sees what comes after."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from supervisor.scan.checks.check import Check
from supervisor.scan.context import Context
from supervisor.scan.text.items import Item, Unit
from supervisor.scan.text.lazy import lazy
from supervisor.scan.words import Hit

_WIDE = "\u2800\u3164\u115f\u1160\uffa0\u180e\u200b-\u200f\u2060\ufeff\u00ad\x00"
"""What shows nothing and counts as blank here, beside blanks proper."""
_BLANKS = lazy(f"(?<![\\s{_WIDE}])[\\s{_WIDE}]{{200,}}+")
_EMPTY_LINES = lazy(r"(?<=\S)(?:[^\S\n]*+(?:[.·•|_*-][^\S\n]*+)?\n){30,}+\s*+")
_EMPTY = 30
"""Line breaks with nothing between them that push the rest out of sight."""
_WITHIN_LINE = lazy(r"(?<=\S)[^\S\n]{20,}+(?=\S)")
_SENTENCE_END = lazy(r"[^\W_][.!?]$|。$")
_OFF_SCREEN = 36
"""Blanks after a sentence, within its line, that push the rest out of sight. A table has them after a cell; where the
lines of a source were joined there are fewer, and several such rows."""
_WRITTEN = lazy(r"(?:(?:&nbsp;|&#160;|<br ?/?>)\s{0,2}){20,}+")
_SPARSE_LEAST = 600
_LONG = 20_000
"""Characters; no tool of 43 real servers has a description of more than half of that."""
_LONGEST = 200_000
"""Characters of a text that is no description: some data is long."""
_EVIDENCE = 120


def find(item: Item, context: Context) -> Iterator[Hit]:
    """At most one hit for a text."""
    for unit in item.units:
        text = unit.raw
        if len(text) < 32:
            continue
        found = _gap(text)
        if found is not None:
            yield _hit(unit, "blanks", text[found : found + _EVIDENCE], "Text stands after a long row of blanks.")
        elif len(text) >= _SPARSE_LEAST and 5 * len("".join(text.split())) < len(text):
            yield _hit(unit, "blanks", text.strip()[-_EVIDENCE:], "Nearly all of the text is blanks.")
        elif len(text) > (_LONG if unit.pointer.endswith("/description") else _LONGEST):
            yield _hit(unit, "length", text[_LONG : _LONG + _EVIDENCE], "The text is longer than people read.")


def _gap(text: str) -> int | None:
    """Where the text begins again after a row of blanks; None where there is no such row."""
    if len(text) >= 200 and (at := _end_of(_BLANKS, text)) is not None:
        return at
    if ("&nbsp;" in text or "<br" in text or "&#160;" in text) and (at := _end_of(_WRITTEN, text)) is not None:
        return at
    if text.count("\n") >= _EMPTY and (at := _end_of(_EMPTY_LINES, text)) is not None:
        return at
    if "          " not in text and "\t\t\t" not in text:
        return None
    gaps = list(islice(_WITHIN_LINE.finditer(text), 2))
    if len(gaps) != 1:
        return None
    least = _OFF_SCREEN if _SENTENCE_END.search(text[: gaps[0].start()][-2:]) else 2 * _OFF_SCREEN
    return gaps[0].end() if len(gaps[0][0]) >= least else None


def _end_of(pattern: re.Pattern[str], text: str) -> int | None:
    found = next((found for found in pattern.finditer(text) if found.end() < len(text)), None)
    return found.end() if found else None


def _hit(unit: Unit, rule: str, evidence: str, message: str) -> Hit:
    return Hit(pointer=unit.pointer, evidence=evidence, message=message, tier="soft", confidence=0.6, rule=rule)


CHECK = Check(id="padding", title="Text hidden behind blanks or length", find=find)
