"""terminal.escape: control sequences that rewrite what a person sees in a terminal.

What counts is the control character itself. An escape that is written out shows as what it is.
"""

from __future__ import annotations

from collections.abc import Iterator

from supervisor.scan.checks.check import Check
from supervisor.scan.context import Context
from supervisor.scan.items import Item, Unit
from supervisor.scan.lazy import lazy
from supervisor.scan.words import Hit

_ANY = lazy("[\b\r\x1b\x9b]")
_SEQUENCE = lazy("\x1b\\[[0-?]{0,16}[ -/]{0,4}[@-~]|\x1b[\\]PX^_][^\x07\x1b]{0,60}|\x1b[78cDEHM=>]")
_RULES = (
    ("escape", lazy("\x1b"), "An escape character starts a terminal sequence that can hide or rewrite text."),
    (
        "csi",
        lazy("\x9b[0-9;?]{1,16}[A-Za-z]|\x9b[HJKm](?![a-z])"),
        "A control sequence can hide or rewrite text.",
    ),
    ("backspace", lazy("[^\\s\b]\b"), "A backspace takes back what was shown before it."),
    (
        "overwrite",
        lazy("[^\\s]\r(?![\r\n])[^\n]{0,200}[^\\s]"),
        "A carriage return lets text overwrite its line.",
    ),
)
_AROUND = 40


def find(item: Item, context: Context) -> Iterator[Hit]:
    """At most one hit of each rule for a text."""
    if _ANY.search(item.raw):
        for unit in item.units:
            if _ANY.search(unit.raw):
                yield from _in_unit(unit)


def _in_unit(unit: Unit) -> Iterator[Hit]:
    """A pattern is never shown, and may name the characters that it matches; a whole sequence in it is one all the
    same.
    """
    rules = (("escape", _SEQUENCE, _RULES[0][2]),) if unit.role == "pattern" else _RULES
    for rule, pattern, message in rules:
        found = pattern.search(unit.raw)
        if found:
            yield Hit(
                pointer=unit.pointer,
                evidence=unit.raw[max(0, found.start() - _AROUND) : found.start() + 2 * _AROUND],
                message=message,
                tier="hard",
                confidence=0.95,
                rule=rule,
            )


CHECK = Check(id="terminal.escape", title="Terminal control sequences", find=find)
