"""payload.decoded: what is hidden in an encoded text and would do harm if it were run or obeyed.

Encoded data is common: pictures, settings, tokens, digests. It counts only if, decoded, it is a command of a shape
that does harm (commands.py) or an order to the model that phrase.injection would call hard. Commands in plain text
belong here as well, where the text tells the reader to run them (told.py).
"""

from __future__ import annotations

from collections.abc import Iterator

from supervisor.scan.checks.check import Check
from supervisor.scan.commands import hidden_command, may_have_command
from supervisor.scan.context import Context
from supervisor.scan.decode import Decoded
from supervisor.scan.items import Item, Unit
from supervisor.scan.told import told_command
from supervisor.scan.words import Hit

_AROUND = 20
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
    """At most one hit for what is encoded in a text, and one for what stands in it."""
    has_command = may_have_command(item.haystack)
    for unit in item.units:
        if unit.decoded:
            yield from _hidden(unit)
        if has_command and may_have_command(unit.folded):
            yield from _plain(unit)


def _hidden(unit: Unit) -> Iterator[Hit]:
    for one in unit.decoded:
        found = hidden_command(one.folded)
        if found:
            yield Hit(
                pointer=unit.pointer, evidence=_evidence(one.folded, found.start, found.end),
                tier="hard", view="decoded",
                message=f"Text encoded as {_way(one)} is a command that {_MESSAGES[found.rule]}.",
                confidence=0.95, rule=found.rule,
            )  # fmt: skip
            return


def _plain(unit: Unit) -> Iterator[Hit]:
    found = told_command(unit)
    if found:
        yield Hit(
            pointer=unit.pointer, evidence=_evidence(unit.folded, found.start, found.end),
            tier=found.tier, view="folded",
            message=f"The text has a command to run that {_MESSAGES[found.rule]}.",
            confidence=0.85 if found.tier == "hard" else 0.5, rule=f"told_{found.rule}",
        )  # fmt: skip


def _evidence(text: str, start: int, end: int) -> str:
    return text[max(0, start - _AROUND) : end + _AROUND]


def _way(one: Decoded) -> str:
    return one.how.replace(">", " in ")


CHECK = Check(id="payload.decoded", title="Harmful commands, encoded or to be run", find=find)
