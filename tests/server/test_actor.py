"""The actor of a server among others, on a clock that jumps: a fake mode below it, a fake questioner beside it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from itertools import pairwise
from typing import Any

import pytest
import trio
from fakes.kernel import crash
from fakes.mode import FakeInstances, breakable, fake_actor
from fakes.process import come_true
from fakes.server import profile
from trio.testing import MockClock, wait_all_tasks_blocked

from supervisor.errors import ExitedBeforeHandshake
from supervisor.events import AnyEvent, ServerBackingOff, ServerCrashLooping, ServerFailed, ServerReady
from supervisor.kernel.actor import leaf_run
from supervisor.kernel.bus import Bus
from supervisor.kernel.specs import Branch, Leaf, Limit
from supervisor.kernel.subscription import Subscription
from supervisor.kernel.tree import Tree
from supervisor.server.actor import actor
from supervisor.server.messages import (
    Attach,
    Attached,
    Describe,
    Described,
    Detach,
    Done,
    Era,
    Halt,
    Listed,
    Looked,
    NotAttached,
    NotListed,
    Recovered,
    Restart,
    Start,
)

SERVER = "root/servers/tickets"
MODE = "root/work/none"


class FakeProber:
    """Answers for the instances of a fake mode, at once or when the test says so."""

    def __init__(self, instances: FakeInstances, answer: Callable[[str, Era | None], Listed | NotListed]) -> None:
        self.instances = instances
        self.answer = answer
        self.asked: list[tuple[str, Era | None]] = []
        self.held: set[str] = set()
        self.incarnation = 0
        self.is_silent = False

    def token(self) -> str:
        self.incarnation += 1
        return f"i{self.incarnation}"

    async def back_off(self, delay_s: float, spread_s: float = 0.0) -> None:
        await trio.sleep(delay_s)

    def recover(self, server: str) -> Recovered:
        mine = self.instances.live()
        return Recovered(
            attached=[key for key in mine if key in self.held], loose=[key for key in mine if key not in self.held]
        )  # fmt: skip

    def look(self, instance: str) -> Looked:
        return Looked(instance=instance, is_live=instance in self.instances.live())

    async def probe(self, instance: str, era: Era | None) -> Listed | NotListed:
        self.asked.append((instance, era))
        if self.is_silent:
            await trio.sleep_forever()
        return self.answer(instance, era)


def lists(instance: str, era: Era | None) -> Listed:
    return Listed(instance=instance, era=era or "handshake", protocol="p", name="n", version="v", tools=2)


def dies(instance: str, _era: Era | None) -> NotListed:
    problem = ExitedBeforeHandshake(stage="initialize", status="exit status 3")
    return NotListed(instance=instance, stage="initialize", problem=problem)


class House:
    """A tree with a fake mode and one server."""

    def __init__(self, bus: Bus, instances: FakeInstances, prober: FakeProber, events: Subscription) -> None:
        self.bus = bus
        self.instances = instances
        self.prober = prober
        self._events = events
        self.seen: list[tuple[float, Any]] = []
        self.tree: Tree

    async def ask(self, request: Any, accepts: Any, timeout_s: float = 1000) -> Any:
        return await self.bus.ask(SERVER, request, accepts, timeout_s=timeout_s)

    async def describe(self) -> Described:
        described: Described = await self.ask(Describe(), Described)
        return described

    async def attach(self, session: str = "s1", wait_s: float = 0.0) -> Attached | NotAttached:
        answer: Attached | NotAttached = await self.ask(Attach(session=session, wait_s=wait_s), Attached | NotAttached)
        return answer

    async def until(self, kind: type[Any], count: int = 1) -> list[tuple[float, Any]]:
        """Wait for so many events of a kind; when each was seen, and the event."""
        while len(found := [one for one in self.seen if isinstance(one[1], kind)]) < count:
            self.seen += [(trio.current_time(), published.body) for published in await self._events.take()]
        return found


@asynccontextmanager
async def house(
    *, behaviour: str = "polite", answer: Callable[[str, Era | None], Listed | NotListed] = lists, **changes: Any
) -> AsyncIterator[House]:
    bus = Bus()
    instances = FakeInstances()
    prober = FakeProber(instances, answer)
    with bus.subscribe(AnyEvent) as events:
        built = House(bus, instances, prober, events)
        server = actor(profile(command=behaviour, **changes), SERVER, prober)
        limit = Limit(intensity=20, period_s=60)
        built.tree = Tree(
            Branch(
                name="root",
                children=(
                    Branch(
                        name="work",
                        children=(
                            Leaf(name="none", run=leaf_run(bus, breakable(fake_actor(instances))), shutdown_s=40),
                        ),
                        limit=limit,
                    ),
                    Branch(
                        name="servers",
                        children=(Leaf(name="tickets", run=leaf_run(bus, breakable(server)), shutdown_s=35),),
                        limit=limit,
                        dynamic=True,
                    ),
                ),
            ),
            bus,
        )
        with trio.fail_after(10_000):
            async with trio.open_nursery() as nursery:
                nursery.start_soon(built.tree.run)
                await built.tree.wait_started()
                yield built
                built.tree.stop()
    assert instances.live() == []


async def test_a_server_comes_up_serves_and_goes_down(autojump_clock: MockClock) -> None:
    async with house() as built:
        await built.until(ServerReady)
        attached = await built.attach()
        assert isinstance(attached, Attached)
        described = await built.describe()
        assert (described.life, described.sessions, described.tools) == ("ready", 1, 2)
        await built.bus.tell(SERVER, Detach(session="s1", instance=attached.instance))
        done = await built.ask(Halt(), Done)
        assert (done.life, built.instances.live()) == ("stopped", [])


async def test_the_pauses_between_tries_double_and_then_it_is_tried_every_five_minutes(
    autojump_clock: MockClock,
) -> None:
    async with house(behaviour="ends", answer=dies) as built:
        await built.until(ServerCrashLooping, 3)
        failures = [when for when, _ in await built.until(ServerFailed, 7)]
        pauses = [round(later - earlier, 2) for earlier, later in pairwise(failures)]
        assert pauses == [0.5, 1, 2, 4, 300, 300]
        assert len(await built.until(ServerBackingOff, 4)) == 4
        assert (await built.describe()).life == "crash_looping"


async def test_a_restart_ends_a_crash_loop_at_once(autojump_clock: MockClock) -> None:
    async with house(behaviour="ends", answer=dies) as built:
        await built.until(ServerCrashLooping)
        now = trio.current_time()
        await built.ask(Restart(), Done)
        await built.until(ServerFailed, 6)
        assert trio.current_time() == pytest.approx(now, abs=0.1)
        assert (await built.describe()).life == "backing_off"


async def test_half_a_minute_of_being_ready_forgets_past_failures(autojump_clock: MockClock) -> None:
    answers: Iterator[Callable[[str, Era | None], Listed | NotListed]] = iter([dies, dies, lists, dies])

    def answer(key: str, era: Era | None) -> Listed | NotListed:
        return next(answers)(key, era)

    async with house(answer=answer) as built:
        await built.until(ServerReady)
        await trio.sleep(31)
        await built.ask(Halt(), Done)
        await built.ask(Start(), Done)
        assert [event.delay_s for _, event in await built.until(ServerBackingOff, 3)] == [0.5, 1, 0.5]


async def test_an_era_that_was_found_out_is_not_asked_for_again(autojump_clock: MockClock) -> None:
    def locked_once(key: str, era: Era | None) -> Listed | NotListed:
        if era == "handshake":
            return lists(key, era)
        problem = ExitedBeforeHandshake(stage="discover", status="exit status 3")
        return NotListed(instance=key, stage="discover", problem=problem, wants_fresh=True)

    async with house(answer=locked_once) as built:
        await built.until(ServerReady)
        await built.ask(Restart(), Done)
        await built.until(ServerReady, 2)
        assert [era for _, era in built.prober.asked] == [None, "handshake", "handshake"]
        assert [event for _, event in built.seen if isinstance(event, ServerFailed)] == []


async def test_a_launch_that_hangs_is_a_failure_when_its_clock_is_over(autojump_clock: MockClock) -> None:
    async with house(create_s=7.0) as built:
        built.instances.gate = trio.Event()
        await built.ask(Restart(), Done)
        ((_, failed),) = await built.until(ServerFailed)
        assert failed.problem.code == "server.stage_timeout"
        built.instances.gate.set()
        await built.until(ServerReady)


async def test_a_crash_of_the_actor_keeps_what_sessions_hold_and_ends_the_rest(autojump_clock: MockClock) -> None:
    async with house() as built:
        await built.until(ServerReady)
        attached = await built.attach()
        assert isinstance(attached, Attached)
        await wait_all_tasks_blocked()
        built.prober.held.add(attached.instance)
        spare = next(key for key in built.instances.live() if key != attached.instance)
        await crash(built.bus, SERVER)
        await built.until(ServerReady, 2)
        assert attached.instance in built.instances.live()
        assert spare not in built.instances.live()
        described = await built.describe()
        assert (described.life, described.sessions) == ("ready", 1)
        await built.bus.tell(SERVER, Detach(session="s1", instance=attached.instance))
        await come_true(lambda: attached.instance not in built.instances.live())


async def test_a_launch_that_was_lost_with_the_modes_actor_is_made_up_for(autojump_clock: MockClock) -> None:
    async with house(create_s=7.0) as built:
        await built.until(ServerReady)
        built.instances.gate = trio.Event()
        await built.ask(Restart(), Done)
        await wait_all_tasks_blocked()
        await crash(built.bus, MODE)
        built.instances.gate.set()
        await built.until(ServerReady, 2)


async def test_a_halt_that_was_lost_with_the_modes_actor_is_made_up_for(autojump_clock: MockClock) -> None:
    async with house(create_s=7.0) as built:
        built.instances.gate = trio.Event()
        await built.ask(Restart(), Done)
        await wait_all_tasks_blocked()
        await crash(built.bus, MODE)
        done = await built.ask(Halt(), Done)
        assert done.life == "stopped"
        built.instances.gate.set()


@pytest.mark.parametrize("after_s", [0.0, 0.001, 0.3, 0.6, 1.0, 3.0, 100.0])
@pytest.mark.parametrize(("behaviour", "answer"), [("polite", lists), ("ends", dies), ("deaf", lists)])
async def test_the_tree_stops_at_any_moment_within_its_bound(
    autojump_clock: MockClock, after_s: float, behaviour: str, answer: Any
) -> None:
    async with house(behaviour=behaviour, answer=answer) as built:
        await trio.sleep(after_s)
        began = trio.current_time()
    assert trio.current_time() - began <= 35
    assert built.instances.live() == []


@pytest.mark.parametrize("after_s", [0.0, 0.001, 0.5])
async def test_the_tree_stops_while_a_launch_hangs(autojump_clock: MockClock, after_s: float) -> None:
    async with house() as built:
        built.instances.gate = trio.Event()
        await built.ask(Restart(), Done)
        await trio.sleep(after_s)
    assert built.instances.live() == []


async def test_the_tree_stops_while_a_questioner_hangs(autojump_clock: MockClock) -> None:
    async with house() as built:
        built.prober.is_silent = True
        await built.ask(Restart(), Done)
        await trio.sleep(1)
    assert built.instances.live() == []
