"""The last events in memory."""

from __future__ import annotations

import trio
from edges.events import recorder, running, said, until

from supervisor.edges.record import Record
from supervisor.edges.ring import Kept, Ring
from supervisor.kernel.bus import Bus
from supervisor.kernel.stoppable import until_stop


def everything(record: Record) -> bool:
    return True


def lines(records: list[Record]) -> list[str]:
    return [str(record.fields.get("line", record.fields)) for record in records]


async def test_it_keeps_the_last_ones() -> None:
    bus = Bus()
    ring = Ring(bus, recorder(), capacity=3)
    async with running(until_stop(ring.run)):
        for number in range(5):
            bus.publish(said(str(number)))
        await until(lambda: len(ring.records(everything)) == 3)
        assert lines(ring.records(everything)) == ["2", "3", "4"]
        assert lines(ring.records(lambda record: record.fields["line"] == "3")) == ["3"]


async def test_large_events_cost_older_ones_and_not_memory() -> None:
    bus = Bus()
    ring = Ring(bus, recorder(), limit_bytes=100_000)
    async with running(until_stop(ring.run)):
        assert ring.kept() == Kept(events=0, gone=0)
        for number in range(50):
            bus.publish(said(f"{number} {'x' * 10_000}"))
        await until(lambda: ring.kept().events + ring.kept().gone == 50)
        kept = ring.records(everything)
        assert 1 < len(kept) < 10  # each takes a bit more than 20,000 bytes
        assert [line.split()[0] for line in lines(kept)] == [str(number) for number in range(50 - len(kept), 50)]
        assert ring.kept().since == kept[0].fields["ts"]
        bus.publish(said("y" * 200_000))
        await until(lambda: ring.kept().gone == 50)
        assert ring.kept().events == 1  # the youngest is kept, however large
        for number in range(3):
            bus.publish(said(str(number)))
        await until(lambda: ring.kept().gone + ring.kept().events == 54)
        assert lines(ring.records(everything)) == ["0", "1", "2"]


async def test_a_follower_gets_what_is_there_and_what_comes_once_each() -> None:
    bus = Bus()
    ring = Ring(bus, recorder())
    heard: list[Record] = []

    async def send(record: Record) -> None:
        heard.append(record)

    async with running(until_stop(ring.run)), trio.open_nursery() as nursery:
        bus.publish(said("before"))
        await until(lambda: ring.records(everything))
        nursery.start_soon(ring.follow, lambda record: record.fields["line"] != "unwanted", send)
        await until(lambda: heard)
        for line in ("one", "unwanted", "two"):
            bus.publish(said(line))
        await until(lambda: len(heard) == 3)
        nursery.cancel_scope.cancel()
    assert lines(heard) == ["before", "one", "two"]


async def test_a_follower_that_falls_behind_is_told_how_much_it_missed() -> None:
    bus = Bus()
    ring = Ring(bus, recorder(), capacity=2)
    heard: list[Record] = []
    go_on = trio.Event()

    async def send(record: Record) -> None:
        heard.append(record)
        await go_on.wait()

    async with running(until_stop(ring.run)), trio.open_nursery() as nursery:
        bus.publish(said("0"))
        await until(lambda: ring.records(everything))
        nursery.start_soon(ring.follow, everything, send)
        await until(lambda: heard)
        for number in range(1, 6):
            bus.publish(said(str(number)))
        await until(lambda: lines(ring.records(everything)) == ["4", "5"])
        go_on.set()
        await until(lambda: len(heard) == 4)
        nursery.cancel_scope.cancel()
    assert heard[1].type == "sink.lost"
    assert heard[1].fields["lost"] == 3
    assert lines([heard[0], *heard[2:]]) == ["0", "4", "5"]
