"""Signs of life of loops: who waits answers at once, who works answers when it waits again, who is stuck is named."""

from __future__ import annotations

import trio
from fakes.kernel import Note, Planned, running, tree_of
from trio.testing import MockClock, wait_all_tasks_blocked

from supervisor.kernel.bus import Bus
from supervisor.kernel.outbox import Outbox
from supervisor.kernel.pulse import Pulse
from supervisor.kernel.specs import Branch, Leaf, Life
from supervisor.kernel.stoppable import until_stop
from supervisor.kernel.tree import Tree


async def test_a_loop_that_rests_answers_at_once_and_one_that_works_when_it_rests_next() -> None:
    pulse = Pulse()
    asked = pulse.tick()
    assert not asked.is_set()
    assert pulse.tick() is asked
    assert pulse.age_s() is None
    with pulse.resting():
        assert asked.is_set()
        assert pulse.tick().is_set()
    assert not pulse.tick().is_set()
    assert pulse.age_s() is not None


async def test_who_rests_for_longer_than_it_may_is_stuck(autojump_clock: MockClock) -> None:
    pulse = Pulse()
    with pulse.resting(10):
        await trio.sleep(9)
        assert pulse.tick().is_set()
        await trio.sleep(2)
        asked = pulse.tick()
        assert not asked.is_set()
    pulse.rest()
    assert asked.is_set()


async def test_a_reader_of_facts_answers_while_it_waits_and_when_it_comes_back(autojump_clock: MockClock) -> None:
    bus = Bus()
    work = trio.Event()

    async def run(life: Life) -> None:
        with bus.subscribe(Note) as facts:
            life.watch(facts.pulse)
            life.ready()
            while True:
                await facts.take()
                await work.wait()

    tree = Tree(Branch(name="root", children=(Leaf(name="reader", run=until_stop(run)),)), bus)
    async with running(tree):
        await wait_all_tasks_blocked()
        assert await tree.tick(5) == []
        bus.publish(Note(1))
        await wait_all_tasks_blocked()
        assert await tree.tick(5) == ["root/reader"]
        work.set()
        assert await tree.tick(5) == []


async def test_a_reader_that_always_finds_something_answers_too() -> None:
    bus = Bus()
    with bus.subscribe(Note) as facts:
        bus.publish(Note(1))
        asked = facts.pulse.tick()
        assert not asked.is_set()
        await facts.take()
        assert asked.is_set()


async def test_an_outbox_rests_while_it_is_empty_and_not_while_it_waits_for_room(autojump_clock: MockClock) -> None:
    bus = Bus()
    outbox = Outbox(bus)
    deaf = bus.open("deaf", 1)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(outbox.drain)
        await wait_all_tasks_blocked()
        assert outbox.pulse.tick().is_set()
        for number in range(3):
            outbox.add("deaf", bus.envelope(Note(number)))
        await wait_all_tasks_blocked()
        asked = outbox.pulse.tick()
        assert not asked.is_set()
        while not asked.is_set():
            await deaf.take()
        nursery.cancel_scope.cancel()


async def test_an_outbox_that_always_has_one_more_message_answers_with_each_that_it_delivers(
    autojump_clock: MockClock,
) -> None:
    bus = Bus()
    outbox = Outbox(bus)
    slow = bus.open("slow", 1)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(outbox.drain)
        for number in range(9):
            outbox.add("slow", bus.envelope(Note(number)))
        await wait_all_tasks_blocked()
        for _ in range(3):
            asked = outbox.pulse.tick()
            assert not asked.is_set()
            await slow.take()
            await wait_all_tasks_blocked()
            assert asked.is_set()
        nursery.cancel_scope.cancel()


def stuck_when(starts: trio.Event, pulse: Pulse, shutdown_s: float = 5.0) -> Leaf:
    """A leaf whose loop never rests; it says ready when told to."""

    async def run(life: Life) -> None:
        life.watch(pulse)
        await starts.wait()
        life.ready()
        await trio.sleep_forever()

    return Leaf(name="stuck", run=run, shutdown_s=shutdown_s)


async def test_a_loop_of_a_child_that_has_not_said_ready_is_not_asked(autojump_clock: MockClock) -> None:
    starts = trio.Event()
    tree = tree_of(Branch(name="later", dynamic=True))
    async with running(tree), trio.open_nursery() as nursery:
        nursery.start_soon(tree.add, "root/later", stuck_when(starts, Pulse()))
        await wait_all_tasks_blocked()
        assert await tree.tick(5) == []
        starts.set()
        await wait_all_tasks_blocked()
        assert await tree.tick(5) == ["root/later/stuck"]


async def test_a_loop_of_a_child_that_is_ending_is_not_asked(autojump_clock: MockClock) -> None:
    starts = trio.Event()
    starts.set()
    pulse = Pulse()
    tree = tree_of(Branch(name="later", dynamic=True))
    async with running(tree), trio.open_nursery() as nursery:
        await tree.add("root/later", stuck_when(starts, pulse, shutdown_s=60.0))
        assert await tree.tick(5) == ["root/later/stuck"]
        nursery.start_soon(tree.remove, "root/later", "stuck")
        await wait_all_tasks_blocked()
        assert await tree.tick(5) == []


async def test_who_ends_while_being_asked_is_not_waited_for(autojump_clock: MockClock) -> None:
    starts = trio.Event()
    starts.set()
    tree = tree_of(Branch(name="later", dynamic=True))
    async with running(tree), trio.open_nursery() as nursery:
        await tree.add("root/later", stuck_when(starts, Pulse(), shutdown_s=1.0))
        began = trio.current_time()
        nursery.start_soon(tree.remove, "root/later", "stuck")
        with trio.fail_after(50):
            async with trio.open_nursery() as asking:
                asking.start_soon(tree.tick, 100)
        assert trio.current_time() - began < 50


async def test_a_child_that_is_being_restarted_is_not_stuck(autojump_clock: MockClock) -> None:
    crash, again = trio.Event(), trio.Event()
    lives: list[Life] = []

    async def run(life: Life) -> None:
        lives.append(life)
        life.watch(Pulse())  # it never rests
        if len(lives) == 1:
            life.ready()
            await crash.wait()
            raise Planned
        await again.wait()
        life.ready()
        await life.wait_for_stop()

    async with running(tree_of(Leaf(name="it", run=run, startup_s=100.0))) as tree:
        assert await tree.tick(5) == ["root/it"]
        crash.set()
        await wait_all_tasks_blocked()
        assert len(lives) == 2
        assert await tree.tick(5) == []
        again.set()
        await wait_all_tasks_blocked()
        assert await tree.tick(5) == ["root/it"]
