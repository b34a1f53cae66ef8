"""Why the loop never sends: two actors that answer each other, through the outbox and from inside the loop."""

from __future__ import annotations

import pytest
import trio
from fakes.kernel import Note, Planned, quiet, running
from trio.testing import MockClock

from supervisor.kernel.actor import leaf_run
from supervisor.kernel.bus import Bus, envelope_decoder
from supervisor.kernel.specs import Branch, Decision, Leaf
from supervisor.kernel.tree import Tree

CAPACITIES = range(1, 9)
ROUNDS = 40


def _pair(capacity: int) -> tuple[Tree, dict[str, int], trio.Event]:
    """Two actors; each answers a note with two notes, until it has heard enough."""
    bus, heard, done = Bus(), {"a": 0, "b": 0}, trio.Event()

    def leaf(name: str, other: str) -> Leaf:
        def decide(state: None, note: Note, _now: float) -> Decision[None]:
            heard[name] += 1
            if min(heard.values()) >= ROUNDS * capacity:
                done.set()
            if note.number == 0:
                return Decision(None)
            answers = (Note(note.number - 1), Note(0))
            return Decision(state, tell=tuple((f"root/{other}", answer) for answer in answers))

        return Leaf(name=name, run=leaf_run(bus, quiet(Note, decide, capacity=capacity)))

    return Tree(Branch(name="root", children=(leaf("a", "b"), leaf("b", "a"))), bus), heard, done


@pytest.mark.parametrize("capacity", CAPACITIES)
async def test_two_actors_that_answer_each_other_go_on_at_every_capacity(
    capacity: int, autojump_clock: MockClock
) -> None:
    tree, _, done = _pair(capacity)
    with trio.fail_after(5):
        async with running(tree):
            for _ in range(capacity * 2):  # both sides flooded at once
                await tree.bus.tell("root/a", Note(ROUNDS))
                await tree.bus.tell("root/b", Note(ROUNDS))
            await done.wait()


@pytest.mark.parametrize("capacity", CAPACITIES)
async def test_the_same_two_deadlock_at_every_capacity_when_the_loop_itself_sends(
    capacity: int, autojump_clock: MockClock
) -> None:
    bus, heard = Bus(), {"a": 0, "b": 0}
    boxes = {name: bus.open(name, capacity) for name in heard}

    async def loop_that_sends(name: str, other: str) -> None:
        while True:
            for data in await boxes[name].take():
                heard[name] += 1
                note = envelope_decoder(Note).decode(data).body
                if note.number:
                    await bus.tell(other, Note(note.number - 1))
                    await bus.tell(other, Note(0))
                if sum(heard.values()) >= ROUNDS * capacity * 4:
                    raise Planned

    with trio.move_on_after(5) as scope:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(loop_that_sends, "a", "b")
            nursery.start_soon(loop_that_sends, "b", "a")
            for _ in range(capacity * 2):
                await bus.tell("a", Note(ROUNDS))
                await bus.tell("b", Note(ROUNDS))
            await trio.sleep_forever()
    assert scope.cancelled_caught
    assert all(box.depth() == capacity for box in boxes.values()), "both wait for room, and neither reads"
