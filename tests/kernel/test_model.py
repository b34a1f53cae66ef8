"""The model test: actors are killed a thousand times under load, and every message is accounted for.

Notes are told from outside and handed on once by whoever gets them; questions are asked; killers make an actor crash
in its decision, in a command, or so that its next start fails too. Seeded; on the clock that jumps, so that an ask left
hanging would time out at once and be counted.
"""

from __future__ import annotations

from collections import Counter
from random import Random
from typing import Any

import pytest
import trio
from fakes.kernel import Answer, Crash, Note, Planned, Question
from msgspec import Struct
from trio.testing import MockClock, wait_all_tasks_blocked

from supervisor.kernel.actor import Actor, leaf_run
from supervisor.kernel.bus import AskFailed, AskTimeout, Bus
from supervisor.kernel.specs import Branch, Decision, Leaf, Limit, MessageDead
from supervisor.kernel.tree import Tree

ACTORS = 8
CAPACITY = 4
"""Messages: small, so that senders and outboxes have to wait all the time."""
KILLS = 1_000
ASKERS = 12
TELLERS = 4
LIMIT_S = 60.0
"""Seconds for an ask, on the clock that jumps."""
NEVER = Limit(intensity=10**6, period_s=1.0)


class Fault(Struct, frozen=True, tag="test.fault"):
    """Makes a command raise."""


class StayDown(Struct, frozen=True, tag="test.stay_down"):
    """Makes `decide` raise, and the next start too."""


class HandedOn(Struct, frozen=True, tag="test.handed_on"):
    number: int


class Work(Struct, frozen=True):
    """The command of a question that is answered later."""

    question: Question


class Worked(Struct, frozen=True, tag="test.worked"):
    question: Question


Heard = Note | HandedOn | Question | Worked | Crash | Fault | StayDown


class World:
    """The tree under test, and what was seen of it."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.bus = Bus()
        self.handled: Counter[tuple[str, int]] = Counter()
        self.outcomes: Counter[str] = Counter()
        self.told = 0
        self.fails_next: set[str] = set()
        self.is_over = False
        leaves = tuple(Leaf(name=f"a{n}", run=leaf_run(self.bus, self.actor(n))) for n in range(ACTORS))
        self.tree = Tree(Branch(name="root", children=leaves, limit=NEVER), self.bus)

    def actor(self, number: int) -> Actor[None]:
        name, neighbour = f"root/a{number}", f"root/a{(number + 1) % ACTORS}"

        def initial(_now: float) -> Decision[None]:
            if name in self.fails_next:
                self.fails_next.remove(name)
                raise Planned
            return Decision(None, ready=True)

        def decide(_state: None, message: Heard, _now: float) -> Decision[None]:
            match message:
                case StayDown() | Crash():
                    if isinstance(message, StayDown):
                        self.fails_next.add(name)
                    raise Planned
                case Fault():
                    return Decision(None, do=(message,))
                case Note(number=number):
                    self.handled["told", number] += 1
                    return Decision(None, tell=((neighbour, HandedOn(number)),))
                case HandedOn(number=number):
                    self.handled["handed on", number] += 1
                    return Decision(None)
                case _:
                    return self.answer(message)

        return Actor(accepts=Heard, initial=initial, decide=decide, perform=_perform, capacity=CAPACITY)

    def answer(self, message: Question | Worked) -> Decision[None]:
        """Even questions are answered at once, odd ones after a command."""
        question = message if isinstance(message, Question) else message.question
        self.handled[type(message).__name__, question.number] += 1
        if isinstance(message, Question) and question.number % 2:
            return Decision(None, do=(Work(question),))
        return Decision(None, tell=((question.reply_to, Answer(question.number)),))

    def restarts(self) -> int:
        """Incarnations that were killed, those included that had hardly begun."""
        return sum(node.restarts for node in self.tree.nodes())

    def anyone(self) -> str:
        return f"root/a{self.random.randrange(ACTORS)}"

    async def tell(self) -> None:
        while not self.is_over:
            self.told += 1
            await self.bus.tell(self.anyone(), Note(self.told), sender="teller")
            await trio.lowlevel.checkpoint()

    async def ask(self, first: int) -> None:
        number = first
        while not self.is_over:
            try:
                answer = await self.bus.ask(self.anyone(), Question(number), Answer, timeout_s=LIMIT_S)
            except (AskFailed, AskTimeout) as error:
                self.outcomes[type(error).__name__] += 1
                await trio.lowlevel.checkpoint()  # a name that is gone fails without one
            else:
                self.outcomes["right" if answer.number == number else "wrong"] += 1
            number += ASKERS

    async def kill(self) -> None:
        while self.restarts() < KILLS:
            message = self.random.choice((Crash(), Fault(), StayDown()))
            await self.bus.tell(self.anyone(), message, sender="killer")
            for _ in range(self.random.randrange(4)):
                await trio.lowlevel.checkpoint()


async def _perform(command: Any) -> Worked:
    if isinstance(command, Fault):
        raise Planned
    await trio.lowlevel.checkpoint()
    return Worked(command.question)


@pytest.mark.parametrize("seed", [1])
async def test_a_thousand_kills_under_load_lose_count_of_nothing(seed: int, autojump_clock: MockClock) -> None:
    tasks_before = trio.lowlevel.current_statistics().tasks_living
    world = World(seed)
    with world.bus.subscribe(MessageDead, capacity=10**6) as deaths:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(world.tree.run)
            await world.tree.wait_started()
            tasks_idle = trio.lowlevel.current_statistics().tasks_living
            began = trio.current_time()
            async with trio.open_nursery() as load:
                for _ in range(TELLERS):
                    load.start_soon(world.tell)
                for first in range(ASKERS):
                    load.start_soon(world.ask, first)
                await world.kill()
                world.is_over = True
            await wait_all_tasks_blocked()
            assert trio.current_time() - began < LIMIT_S, "nothing ever waited for its time-out"
            assert trio.lowlevel.current_statistics().tasks_living == tasks_idle
            assert world.restarts() >= KILLS
            assert [stats.depth for stats in world.tree.stats()] == [0] * ACTORS
            world.tree.stop()
        deaths.close()
        dead = Counter(fact.body.message_sender for fact in await deaths.take())
        assert deaths.lost == 0
    assert trio.lowlevel.current_statistics().tasks_living == tasks_before

    assert set(world.outcomes) == {"right", "AskFailed"}, "answered, or failed at once; never wrong, never too late"
    assert min(world.outcomes.values()) > KILLS
    assert max(world.handled.values()) == 1, "nothing is handled twice"
    seen = Counter(kind for kind, _ in world.handled)
    assert seen["told"] + dead["teller"] == world.told, "every note is handled once, or is a dead letter"
    assert seen["handed on"] > 0


async def test_a_loop_that_forgot_the_rest_of_a_batch_would_be_caught(autojump_clock: MockClock) -> None:
    """The accounting above is worth something: losing one note in silence breaks its sum."""
    world = World(2)
    with world.bus.subscribe(MessageDead, capacity=10**6) as deaths:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(world.tree.run)
            await world.tree.wait_started()
            box = world.bus.mailbox("root/a0")
            assert box is not None
            for number in range(3):
                await world.bus.tell("root/a0", Note(number), sender="teller")
            await box.take()  # taken, and never accounted for
            await wait_all_tasks_blocked()
            world.tree.stop()
        deaths.close()
        dead = Counter(fact.body.message_sender for fact in await deaths.take())
    assert Counter(kind for kind, _ in world.handled)["told"] + dead["teller"] < 3
