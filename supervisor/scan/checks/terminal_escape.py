"""terminal.escape: control sequences that rewrite what a person sees in a terminal.

What counts is the control character itself. An escape that is written out shows as what it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from supervisor.scan.checks.check import Check
from supervisor.scan.context import Context
from supervisor.scan.text.items import Item, Unit
from supervisor.scan.text.lazy import lazy
from supervisor.scan.words import Hit

_ANY = lazy("[\0-\b\r\x0e-\x1f\x7f\x9b\x9d]")
_SEQUENCE = lazy("\x1b\\[[0-?]{0,16}[ -/]{0,4}[@-~]|\x1b[\\]PX^_][^\x07\x1b]{0,60}|\x1b[78cDEHM=>]")
_CSI = lazy("\x9b[0-9;?]{1,16}[A-Za-z]|\x9b[HJKm](?![a-z])|\x9d[0-9]{1,4};")
_BACKSPACE = lazy(
    "[^\\s\b][ \t]{0,99}\b{2}|[^\\W_][ \t]{0,99}\b(?!eta|egin|ar|ol[dt]|inom|ig|u(?:llet|mp)|mod|ackslash|ecause|ox)\\w"
)
_OVERWRITE = lazy(
    "[A-Za-z]{2}[^\\w\n\r]{0,99}\r{1,20}(?!ight|ho\\b|ang|ceil|floor|m\\{|e[f|a]|oot|ule)[ \t]{0,199}[^\\s]"
)
"""Both are also what a source makes of LaTeX with backslashes not doubled, as in `\\beta` or `\\rightarrow`."""
_QUOTES = "\"'`"
_SPLIT = lazy("[A-Za-z][\0-\x07\x0e-\x1a\x1c-\x1f\x7f]{1,9}[A-Za-z]")
_RULES = (
    ("escape", lazy("\x1b"), "An escape character starts a terminal sequence that can hide or rewrite text."),
    ("csi", _CSI, "A control sequence can hide or rewrite text."),
    ("backspace", _BACKSPACE, "A backspace takes back what was shown before it."),
    ("overwrite", _OVERWRITE, "A carriage return lets text overwrite its line."),
)
_AROUND = 40
_PLACES = 20
"""How many places of one rule are looked at in a text."""


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
        places = list(islice(pattern.finditer(unit.raw), _PLACES))
        for found in sorted(places, key=lambda found: _is_shown(unit.raw, found))[:1]:
            yield Hit(
                pointer=unit.pointer, evidence=unit.raw[max(0, found.start() - _AROUND) : found.start() + 2 * _AROUND],
                message=message, tier="soft" if _is_shown(unit.raw, found) else "hard", confidence=0.95, rule=rule,
            )  # fmt: skip
    if unit.role != "pattern" and len(split := list(islice(_SPLIT.finditer(unit.raw), 2))) > 1:
        yield Hit(
            pointer=unit.pointer, evidence=unit.raw[split[0].start() : split[0].start() + 2 * _AROUND], tier="hard",
            message="Control characters split words.", confidence=0.9, rule="split",
        )  # fmt: skip


def _is_shown(text: str, found: re.Match[str]) -> bool:
    """Whether a carriage return stands right after a quotation mark, as in a program that is shown."""
    at = found[0].find("\r")
    return at >= 0 and text[found.start() + at - 1] in _QUOTES


CHECK = Check(id="terminal.escape", title="Terminal control sequences", find=find)
