"""The state as one event: what is in it, and that it stays small."""

from __future__ import annotations

import msgspec
import trio
from edges.events import recorder
from edges.service.test_status import one
from msgspec.structs import replace

from supervisor.edges.service.dump import ROWS, dump, tasks
from supervisor.errors import UnknownServer
from supervisor.events import AnyEvent
from supervisor.kernel.bus import Bus
from supervisor.kernel.specs import ActorStats, Published

ACTOR = ActorStats(name="root/work/scan", depth=3, handled=9, restarts=1, tick_age_s=0.5, p50_s=0.1, p99_s=0.2)


async def test_servers_actors_readers_and_tasks_are_in_it() -> None:
    bus = Bus()
    failed = replace(one("b", "failed", 10.0), problem=UnknownServer(server="b", known="a"), pids=[7], restarts=2)
    with bus.subscribe(AnyEvent, capacity=1, reader="sink"), bus.subscribe(AnyEvent):
        for _ in range(3):
            bus.publish(UnknownServer(server="x", known=""))
        event = dump({"a": one("a", "ready"), "b": failed, "c": None}, [ACTOR], bus, uptime_s=1.23456, now=12.5)
    assert event.uptime_s == 1.235
    assert [(row["server"], row["life"]) for row in event.servers] == [
        ("a", "ready"), ("b", "failed"), ("c", "unanswered"),
    ]  # fmt: skip
    assert event.servers[1].items() >= {"since_s": 2.5, "pids": [7], "restarts": 2, "code": "server.unknown"}.items()
    assert event.actors == [msgspec.to_builtins(ACTOR)]
    assert event.subscriptions == [
        {"reader": "sink", "depth": 1, "lost": 2, "passed_over": 0, "tick_age_s": None},
        {"reader": "unnamed", "depth": 3, "lost": 0, "passed_over": 0, "tick_age_s": None},
    ]
    assert event.left_out == {}
    assert any("test_servers_actors_readers" in name for name in event.tasks)


async def test_every_task_is_counted_by_its_name() -> None:
    before = len(list(tasks()))
    async with trio.open_nursery() as nursery:
        for _ in range(5):
            nursery.start_soon(trio.sleep_forever, name="sleeper")
        assert len(list(tasks())) == before + 5
        event = dump({}, [], Bus(), uptime_s=0.0, now=0.0)
        assert event.tasks["sleeper"] == 5
        nursery.cancel_scope.cancel()


async def test_it_is_bounded_and_says_what_it_left_out() -> None:
    names = [f"{number}-{'x' * 500}" for number in range(500)]
    lives = {name: replace(one(name, "ready"), pids=list(range(1000))) for name in names}
    actors = [replace(ACTOR, name=name) for name in names]
    bus = Bus()
    for name in names:
        bus.subscribe(AnyEvent, reader=name)
    async with trio.open_nursery() as nursery:
        for name in names:
            nursery.start_soon(trio.sleep_forever, name=name)
        event = dump(lives, actors, bus, uptime_s=0.0, now=0.0)
        nursery.cancel_scope.cancel()
    record = recorder().record(Published(1, 0.0, 0, "daemon", event))
    assert len(record.line) < 100_000
    assert event.left_out["servers"] == 500 - ROWS["servers"]
    assert event.left_out["actors"] == 500 - ROWS["actors"]
    assert event.left_out["subscriptions"] == 500 - ROWS["subscriptions"]
    assert event.left_out["tasks"] >= 500 - ROWS["tasks"]
