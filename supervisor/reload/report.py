"""A plan in words: one line for a log, and lines for a terminal. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from supervisor.escaping import printable
from supervisor.reload.words import Change, Plan, Refused


def summary(plan: Plan) -> str:
    """Say in one line what it comes to, such as `restarted a, b; 12 untouched`."""
    found = {
        "added": plan.added,
        "removed": plan.removed,
        "restarted": tuple(change.server for change in plan.restarted),
        "changed in place": tuple(change.server for change in plan.in_place),
        "kept": tuple(one.server for one in plan.kept),
        "invalid": tuple(one.server for one in plan.invalid),
        "at the next start": tuple(one.key for one in plan.settings if one.when == "next_start"),
    }
    parts = [f"{what} {', '.join(map(printable, names))}" for what, names in found.items() if names]
    return "; ".join([*parts, f"{len(plan.untouched)} untouched"])


def lines(plan: Plan) -> Iterator[str]:
    """Render the plan, a server a line."""
    yield from (f"add        {printable(name)}" for name in plan.added)
    yield from (f"remove     {printable(name)}" for name in plan.removed)
    yield from (_change("restart", change) for change in plan.restarted)
    yield from (_change("in place", change) for change in plan.in_place)
    yield from (_refused("keep", one, "goes on as it is") for one in plan.kept)
    yield from (_refused("leave out", one, "not started") for one in plan.invalid)
    yield from (f"untouched  {printable(name)}" for name in plan.untouched)
    for one in plan.settings:
        yield f"setting    {one.key}: {'now' if one.when == 'now' else 'at the next start of stockade'}"
    yield from (f"warning    {printable(text)}" for text in plan.warnings)


def _change(what: str, change: Change) -> str:
    return f"{what:<9}  {printable(change.server)}: {', '.join(map(printable, change.fields))}"


def _refused(what: str, one: Refused, effect: str) -> str:
    return f"{what:<9}  {printable(one.server)}: {effect}: {printable(one.reason)} [{one.code}]"
