"""Order and bounds of an actor's outgoing messages."""

from __future__ import annotations

import pytest
import trio
from fakes.kernel import Note
from hypothesis import given, settings
from hypothesis import strategies as st
from trio.testing import MockClock, wait_all_tasks_blocked

from supervisor.kernel.bus import Bus, envelope_decoder
from supervisor.kernel.outbox import Outbox, OutboxOverflow

RECEIVERS = ("a", "b", "c")


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.tuples(st.sampled_from(RECEIVERS), st.booleans()), max_size=120),
    st.integers(1, 4),
    st.sets(st.sampled_from(RECEIVERS)),
)
def test_each_receiver_gets_all_in_order_however_full_its_mailbox_and_whoever_is_gone(
    letters: list[tuple[str, bool]], capacity: int, gone: set[str]
) -> None:
    bus = Bus()
    seen: dict[str, list[int]] = {name: [] for name in RECEIVERS if name not in gone}

    async def read(name: str) -> None:
        box = bus.open(name, capacity)
        decode = envelope_decoder(Note).decode
        while True:
            seen[name].extend(decode(data).body.number for data in await box.take())

    async def main() -> None:
        outbox = Outbox(bus)
        with trio.fail_after(5):
            async with trio.open_nursery() as nursery:
                nursery.start_soon(outbox.drain)
                for name in seen:
                    nursery.start_soon(read, name)
                await wait_all_tasks_blocked()
                for number, (name, breathes) in enumerate(letters):
                    outbox.add(name, bus.envelope(Note(number)))
                    if breathes:
                        await trio.lowlevel.checkpoint()
                await outbox.wait_empty()
                await wait_all_tasks_blocked()
                nursery.cancel_scope.cancel()

    trio.run(main, clock=MockClock(autojump_threshold=0))
    for name, numbers in seen.items():
        assert numbers == [number for number, (receiver, _) in enumerate(letters) if receiver == name]
    assert bus.dead_count == sum(receiver in gone for receiver, _ in letters)


async def test_while_something_waits_nothing_overtakes_it() -> None:
    bus, seen = Bus(), list[int]()
    outbox, box = Outbox(bus), bus.open("a", 1)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(outbox.drain)
        for number in range(3):
            outbox.add("a", bus.envelope(Note(number)))
        await wait_all_tasks_blocked()
        while len(seen) < 4:
            seen += [envelope_decoder(Note).decode(data).body.number for data in await box.take()]
            if len(seen) == 1:
                outbox.add("a", bus.envelope(Note(3)))  # now there is room, and three are before it
        nursery.cancel_scope.cancel()
    assert seen == [0, 1, 2, 3]


async def test_past_its_ceiling_the_outbox_is_loud() -> None:
    bus = Bus()
    bus.open("a", 1)
    outbox = Outbox(bus, ceiling=2)
    for number in range(3):  # one in the mailbox, two queued
        outbox.add("a", bus.envelope(Note(number)))
    with pytest.raises(OutboxOverflow, match="2 messages wait"):
        outbox.add("a", bus.envelope(Note(3)))


async def test_what_is_undelivered_at_the_end_is_dead_once_and_only_once() -> None:
    bus = Bus()
    box = bus.open("a", 1)
    outbox = Outbox(bus)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(outbox.drain)
        for number in range(3):
            outbox.add("a", bus.envelope(Note(number), sender="b"))
        await wait_all_tasks_blocked()
        nursery.cancel_scope.cancel()
    assert [letter.reason for letter in bus.dead_letters] == ["its sender ended"] * 2
    assert box.depth() == 1
    with trio.fail_after(5):
        await outbox.wait_empty()


async def test_a_stuck_outbox_is_not_empty() -> None:
    bus = Bus()
    bus.open("a", 1)
    outbox = Outbox(bus)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(outbox.drain)
        for number in range(2):
            outbox.add("a", bus.envelope(Note(number)))
        empty = trio.Event()

        async def wait() -> None:
            await outbox.wait_empty()
            empty.set()

        nursery.start_soon(wait)
        await wait_all_tasks_blocked()
        assert not empty.is_set()
        nursery.cancel_scope.cancel()
