"""payload.decoded: what is hidden in an encoded text and would do harm if it were run or obeyed.

Encoded data is common: pictures, settings, tokens, digests. It counts only if, decoded, it is a command of a shape
that does harm (commands.py) or an order to the model that phrase.injection would call hard. Commands in plain text
belong here as well, where the text tells the reader to run them (told.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from supervisor.scan.checks.check import Check
from supervisor.scan.checks.phrase_injection import commands as orders
from supervisor.scan.commands import hidden_command, may_have_command
from supervisor.scan.context import Context
from supervisor.scan.decode import LEAST_TEXT, Decoded, decoded, turned, turns_named
from supervisor.scan.items import Item, Unit
from supervisor.scan.lazy import lazy
from supervisor.scan.told import told_command
from supervisor.scan.words import Hit

_AROUND = 20
_PIECE = lazy(r"[A-Za-z0-9+/_-]{2,200}={0,2}")
_VALUES = frozenset({"enum", "const", "default", "example"})
_MESSAGES = {
    "fetch_run": "fetches a program and runs it",
    "encoded_run": "runs what is encoded in it",
    "reverse_shell": "hands a shell to an address",
    "steal": "sends secrets away",
    "destroy": "deletes what is not its own",
    "persist": "starts itself again or opens the machine",
    "spawn": "starts programs",
    "read_secret": "reads secrets",
    "metadata": "asks for the credentials of the cloud machine",
    "page_script": "runs a script in a page",
    "database": "changes a database",
}


def find(item: Item, context: Context) -> Iterator[Hit]:
    """At most one hit for what a text hides, and one for what stands in it."""
    if item.may_hide:
        named = turns_named(item.raw)
        for unit in item.units:
            if len(unit.raw) < LEAST_TEXT:
                continue
            yield from _hidden(unit, (*unit.decoded, *_turned(unit, named)))
    yield from _in_pieces(item)
    if may_have_command(item.words):
        for unit in item.units:
            if len(unit.raw) >= LEAST_TEXT:
                yield from _plain(unit)


def _turned(unit: Unit, named: tuple[str, ...]) -> Iterable[Decoded]:
    """A text read in a way that another text of the definition names."""
    own = turns_named(unit.raw) if named and len(unit.raw) >= _AROUND else named
    return [Decoded(turned(unit.raw, way), way, 0) for way in named if way not in own]


def _in_pieces(item: Item) -> Iterator[Hit]:
    """What the values of one enumeration, or all defaults, hide when they are put together."""
    groups: dict[str, list[Unit]] = {}
    for unit in item.units:
        if unit.role in _VALUES and _PIECE.fullmatch(unit.raw):
            groups.setdefault(unit.pointer.rpartition("/")[0] if unit.role == "enum" else "", []).append(unit)
    for pieces in groups.values():
        if len(pieces) > 1:
            yield from _hidden(pieces[0], decoded("".join([unit.raw.rstrip("=") for unit in pieces])))


def _hidden(unit: Unit, texts: Iterable[Decoded]) -> Iterator[Hit]:
    """The first harm in what a text hides; what it says openly as well is other checks' business."""
    for one in texts:
        rule, what, start, end = _harm(one.folded)
        if rule and one.folded[start:end] not in unit.folded:
            yield Hit(
                pointer=unit.pointer, evidence=_evidence(one.folded, start, end), tier="hard", view="decoded",
                message=f"Text hidden as {one.how.replace('>', ' in ')} {what}.", rule=rule, confidence=0.95,
            )  # fmt: skip
            return


def _harm(folded: str) -> tuple[str, str, int, int]:
    """Which rule a hidden text breaks, what it is, and where; the rule is empty if it is harmless."""
    found = hidden_command(folded)
    if found:
        return found.rule, f"is a command that {_MESSAGES[found.rule]}", found.start, found.end
    order = next(orders(folded), None)
    return (order.rule, "gives the model orders", order.start, order.end) if order else ("", "", 0, 0)


def _plain(unit: Unit) -> Iterator[Hit]:
    found = told_command(unit)
    if found:
        yield Hit(
            pointer=unit.pointer, evidence=_evidence(unit.folded, found.start, found.end), tier=found.tier,
            view="folded", message=f"The text has a command to run that {_MESSAGES[found.rule]}.",
            confidence=0.85 if found.tier == "hard" else 0.5, rule=f"told_{found.rule}",
        )  # fmt: skip


def _evidence(text: str, start: int, end: int) -> str:
    return text[max(0, start - _AROUND) : end + _AROUND]


CHECK = Check(id="payload.decoded", title="Harmful commands, encoded or to be run", find=find)
