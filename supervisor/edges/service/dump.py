"""How everything within stands, as one event: what somebody who looks at a daemon that behaves oddly asks for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

import msgspec
import trio

from supervisor.events import StateDumped
from supervisor.kernel.bus import Bus
from supervisor.kernel.specs import ActorStats
from supervisor.kernel.subscription import Subscription
from supervisor.server.messages import Described

ROWS = {"servers": 100, "actors": 150, "subscriptions": 50, "tasks": 60}
"""Rows of each list: all of them are about 64 kB."""
TEXT_CHARS = 120
PIDS = 20
"""Pids shown of one server."""
Row = TypeVar("Row")


def dump(
    servers: Mapping[str, Described | None], actors: Sequence[ActorStats], bus: Bus, *, uptime_s: float, now: float
) -> StateDumped:
    """Describe it all, within bounds; `now` is the event loop's time."""
    names = Counter(_clipped(name) for name in tasks())
    lists = {
        "servers": [server_row(name, one, now) for name, one in servers.items()],
        "actors": [actor_row(one) for one in actors],
        "subscriptions": [reader_row(one) for one in bus.subscriptions()],
    }
    left_out = {name: len(rows) - ROWS[name] for name, rows in lists.items() if len(rows) > ROWS[name]}
    if len(names) > ROWS["tasks"]:
        left_out["tasks"] = len(names) - ROWS["tasks"]
    return StateDumped(
        uptime_s=round(uptime_s, 3),
        servers=_first(lists["servers"], ROWS["servers"]),
        actors=_first(lists["actors"], ROWS["actors"]),
        subscriptions=_first(lists["subscriptions"], ROWS["subscriptions"]),
        tasks=dict(names.most_common(ROWS["tasks"])),
        dead_letters=bus.dead_count,
        left_out=left_out,
    )


def server_row(name: str, one: Described | None, now: float) -> dict[str, object]:
    """Say how a server stands; of one whose actor does not answer, that."""
    if one is None:
        return {"server": _clipped(name), "life": "unanswered"}
    return {
        "server": _clipped(name),
        "life": one.life,
        "since_s": round(now - one.since_s, 3),
        "mode": one.mode,
        "pids": one.pids[:PIDS],
        "sessions": one.sessions,
        "spares": one.spares,
        "restarts": one.restarts,
        "retry_in_s": one.retry_in_s,
        "code": one.problem.code if one.problem else "",
    }


def actor_row(one: ActorStats) -> dict[str, object]:
    """Say how an actor stands."""
    row: dict[str, object] = msgspec.to_builtins(one)
    return {**row, "name": _clipped(one.name)}


def reader_row(one: Subscription) -> dict[str, object]:
    """Say how far behind a reader of events is, and since when it gave its last sign of life."""
    return {
        "reader": _clipped(one.reader) or "unnamed",
        "depth": one.depth,
        "lost": one.lost,
        "passed_over": one.passed_over,
        "tick_age_s": one.pulse.age_s(),
    }


def tasks() -> Iterable[str]:
    """Name all tasks of the event loop that runs."""
    root = trio.lowlevel.current_root_task()
    waiting = [] if root is None else [root]
    while waiting:
        task = waiting.pop()
        yield task.name
        for nursery in task.child_nurseries:
            waiting.extend(nursery.child_tasks)


def _first(rows: list[dict[str, object]], most: int) -> list[dict[str, object]]:
    return rows[:most]


def _clipped(text: str) -> str:
    return text if len(text) <= TEXT_CHARS else f"{text[: TEXT_CHARS - 1]}…"
