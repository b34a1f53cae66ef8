"""unicode.hidden: signs that show nothing, or turn the order of letters round, where only somebody who hides puts them.

What has a use where it stands is excused by its neighbours: see invisible.py and bidi.py.
"""

from __future__ import annotations

from collections.abc import Iterator

from supervisor.scan.checks.check import Check
from supervisor.scan.context import Context
from supervisor.scan.text.invisible import Stray, is_disguised, selected
from supervisor.scan.text.items import Item, Unit
from supervisor.scan.words import Hit

_MESSAGES = {
    "selector": "Variation selectors without anything to select can carry a hidden text.",
    "zero_width": "Invisible characters split words or carry hidden bits.",
    "operator": "Invisible operators stand outside any formula.",
    "filler": "Letters that show nothing stand in the text.",
    "mark": "Invisible direction marks split words.",
    "ignorable": "A run of invisible characters stands in the text.",
    "name": "A name has invisible characters in it.",
    "bidi": "Bidirectional controls make Latin text read otherwise than it is stored.",
}
_NAMES = frozenset({"name", "property"})
_AROUND = 40
"""Characters of evidence on each side."""


def find(item: Item, context: Context) -> Iterator[Hit]:
    """At most one hit of each kind for a text."""
    if item.is_ascii:
        return
    for unit in item.units:
        if not unit.raw.isascii():
            yield from _in_unit(unit)


def _in_unit(unit: Unit) -> Iterator[Hit]:
    told: set[str] = set()
    if unit.role in _NAMES and is_disguised(unit.raw):
        told.add("name")
        yield _hit(unit, unit.raw, "name")
    for stray in unit.strays:
        if stray.is_deliberate and stray.rule not in told:
            told.add(stray.rule)
            spelled = selected(unit.raw) if stray.rule == "selector" else ""
            yield _hit(unit, spelled or _evidence(unit.raw, stray), stray.rule)


def _hit(unit: Unit, evidence: str, rule: str) -> Hit:
    return Hit(
        pointer=unit.pointer, evidence=evidence, message=_MESSAGES[rule], tier="hard", confidence=0.95, rule=rule
    )


def _evidence(text: str, stray: Stray) -> str:
    return text[max(0, stray.start - _AROUND) : min(stray.end, stray.start + _AROUND) + _AROUND]


CHECK = Check(id="unicode.hidden", title="Hidden characters and reordered text", find=find)
