"""A session gets its instances one after the other, and gives each back: what goes over the bus, and what is held."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import pytest
import trio
from fakes.kernel import Crash, quiet, running, tree_of
from fakes.mode import FakeProcess, breakable
from trio.testing import MockClock, wait_all_tasks_blocked

from supervisor.errors import (
    CommandNotFound,
    NotReady,
    Problem,
    ReloadEnded,
    ServerDied,
    SessionBusy,
    SessionChanged,
    SessionError,
)
from supervisor.events import AnyEvent, SessionClosed, SessionOpened, StdoutGarbage, ToolRefused, ToolUnjudged
from supervisor.kernel.actor import leaf_run
from supervisor.kernel.bus import Bus
from supervisor.kernel.specs import Decision, Leaf, Limit
from supervisor.kernel.stoppable import until_stop
from supervisor.relay.actor import HOLD_S, Holder, Sessions
from supervisor.relay.out import AnswerUnjudged, CallRefused
from supervisor.relay.pump import GarbageSeen
from supervisor.server.messages import Attach, Attached, Detach, NotAttached

SERVER = "root/fs"
STARTING = NotReady(server="fs", state="starting", retry_after_s=1.0)
GONE = CommandNotFound(command="nope", path="/bin")


class Table:
    """Instances by their id."""

    def __init__(self) -> None:
        self.processes: dict[str, FakeProcess] = {}

    def child(self, instance: str) -> Any:
        return self.processes[instance]

    def add(self, instance: str) -> FakeProcess:
        process = self.processes[instance] = FakeProcess("polite", pid=len(self.processes))
        return process


class Desk:
    """Stands in for the actor of a server: answers requests by a script, then leaves them unanswered."""

    def __init__(self) -> None:
        self.bus = Bus()
        self.table = Table()
        self.asked: list[Attach] = []
        self.detached: list[Detach] = []
        self.answers: list[Attached | NotAttached] = []
        self.sessions = Sessions(self.bus, self.table, self.relay, lambda server: f"root/{server}")
        self.outcome: Problem | None = None
        self.facts: list[Any] = []

    def will_attach(self, instance: str) -> Any:
        self.answers.append(Attached(session="s1", instance=instance))
        return self.table.add(instance)

    def will_refuse(self, problem: Any = STARTING, *, is_final: bool = False) -> None:
        self.answers.append(NotAttached(session="s1", problem=problem, is_final=is_final))

    def decide(self, state: Any, message: Attach | Detach, _now: float) -> Decision[Any]:
        if isinstance(message, Detach):
            self.detached.append(message)
            return Decision(state)
        self.asked.append(message)
        return Decision(state, tell=((message.reply_to, self.answers.pop(0)),) if self.answers else ())

    def holder(self, *, gives_up: bool = False) -> Holder:
        return Holder(self.sessions, "fs", "s1", gives_up=gives_up)

    async def relay(self, *_args: Any, tell: Any, tally: Any, **_more: Any) -> Problem | None:
        for fact in self.facts:
            tell(fact)
        tally.client_messages = 3
        await trio.lowlevel.checkpoint()
        return self.outcome


@asynccontextmanager
async def desk() -> AsyncIterator[Desk]:
    built = Desk()
    actor = breakable(quiet(Attach | Detach, built.decide))
    tree = tree_of(
        Leaf(name="fs", run=leaf_run(built.bus, actor)),
        Leaf(name="sessions", run=until_stop(built.sessions.run)),
        limit=Limit(intensity=10, period_s=60),
    )
    tree.bus = built.bus
    async with running(tree):
        yield built
        await wait_all_tasks_blocked()


async def test_an_instance_is_held_until_it_is_given_back(autojump_clock: MockClock) -> None:
    async with desk() as built:
        process = built.will_attach("fs#1")
        holder = built.holder()
        assert await holder.acquire() is process
        assert built.sessions.held == {"fs#1"}
        holder.release(process, ServerDied(status="signal 9"))
        assert built.sessions.held == set()
    assert built.detached == [Detach(session="s1", instance="fs#1", problem=ServerDied(status="signal 9"))]


async def test_an_answer_of_the_opening_that_changed_is_not_the_fault_of_the_instance(
    autojump_clock: MockClock,
) -> None:
    async with desk() as built:
        process = built.will_attach("fs#1")
        holder = built.holder()
        await holder.acquire()
        holder.release(process, SessionChanged(server="fs"))
    assert built.detached[0].problem is None


async def test_a_server_that_is_not_ready_is_asked_at_once_and_then_held_on(autojump_clock: MockClock) -> None:
    async with desk() as built:
        built.will_refuse()
        built.will_refuse()
        built.will_attach("fs#1")
        holder = built.holder()
        await holder.acquire()
        assert [ask.wait_s for ask in built.asked] == [0, HOLD_S, HOLD_S]
        assert holder.absence() is None


@pytest.mark.parametrize(
    ("problem", "told"),
    [
        (STARTING, STARTING),
        (SessionBusy(server="fs"), SessionBusy(server="fs")),
        (GONE, NotReady(server="fs", state=f"failed: {GONE.text} [{GONE.code}]", retry_after_s=HOLD_S)),
    ],
)
async def test_while_there_is_none_it_is_known_why(autojump_clock: MockClock, problem: Problem, told: NotReady) -> None:
    async with desk() as built:
        built.will_refuse(problem)
        holder = built.holder()
        with trio.move_on_after(1):
            await holder.acquire()
        assert holder.absence() == told


async def test_the_next_instance_names_the_one_before_until_it_is_there(autojump_clock: MockClock) -> None:
    async with desk() as built:
        first = built.will_attach("fs#1")
        holder = built.holder()
        await holder.acquire()
        holder.release(first, None)
        built.will_refuse()
        built.will_attach("fs#2")
        await holder.acquire()
        assert [ask.replaces for ask in built.asked] == ["", "fs#1", "fs#1"]


async def test_one_that_died_on_its_way_is_given_back_with_what_happened_and_the_next_is_taken(
    autojump_clock: MockClock,
) -> None:
    async with desk() as built:
        built.will_attach("fs#1").end("outside", signal=9)
        second = built.will_attach("fs#2")
        assert await built.holder().acquire() is second
        assert built.sessions.held == {"fs#2"}
    assert built.detached == [Detach(session="s1", instance="fs#1", problem=ServerDied(status="signal 9"))]


async def test_one_that_nobody_knows_any_more_is_given_back(autojump_clock: MockClock) -> None:
    async with desk() as built:
        built.answers.append(Attached(session="s1", instance="fs#0"))
        built.will_attach("fs#1")
        await built.holder().acquire()
    assert built.detached == [Detach(session="s1", instance="fs#0")]


async def test_the_session_of_one_program_gets_it_even_if_it_has_ended(autojump_clock: MockClock) -> None:
    async with desk() as built:
        short = built.will_attach("fs#1")
        short.end("itself", code=0)
        assert await built.holder(gives_up=True).acquire() is short


async def test_a_final_refusal_ends_only_a_session_that_gives_up(autojump_clock: MockClock) -> None:
    async with desk() as built:
        built.will_refuse(GONE, is_final=True)
        with pytest.raises(SessionError) as raised:
            await built.holder(gives_up=True).acquire()
        assert raised.value.problem == GONE
        built.will_refuse(GONE, is_final=True)
        built.will_attach("fs#1")
        await built.holder().acquire()


async def test_a_server_whose_actor_crashes_is_asked_again(autojump_clock: MockClock) -> None:
    async with desk() as built:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(built.holder().acquire)
            await wait_all_tasks_blocked()
            assert len(built.asked) == 1
            built.will_attach("fs#1")
            await built.bus.tell(SERVER, Crash())
        assert built.sessions.held == {"fs#1"}


async def test_a_session_that_is_cancelled_while_it_waits_says_that_it_is_over(autojump_clock: MockClock) -> None:
    async with desk() as built:
        with trio.move_on_after(1):
            await built.holder().acquire()
    assert built.detached == [Detach(session="s1", instance="")]


@pytest.mark.parametrize(
    ("problem", "reason"), [(None, "the client left"), (ServerDied(status="x"), ServerDied(status="x").text)]
)
async def test_a_session_is_told_when_it_opens_and_why_it_closed(
    autojump_clock: MockClock, problem: Problem | None, reason: str
) -> None:
    async with desk() as built:
        built.outcome = problem
        with built.bus.subscribe(AnyEvent) as events:
            assert await built.sessions.serve("fs", "s1", None, terms=None) == problem
            opened, closed = [published.body for published in await events.take()]
        assert opened == SessionOpened(server="fs", session="s1")
        assert closed == SessionClosed(server="fs", session="s1", reason=reason, from_client=3, from_server=0)


async def test_a_cancelled_session_is_told_as_closed(autojump_clock: MockClock) -> None:
    async with desk() as built:
        with built.bus.subscribe(AnyEvent) as events:
            with trio.CancelScope() as scope:
                scope.cancel()
                await built.sessions.serve("fs", "s1", None, terms=None)
            closed = [published.body for published in await events.take()][-1]
        assert isinstance(closed, SessionClosed)
        assert closed.reason == "cancelled"


async def test_stray_output_is_told_at_most_ten_times_a_minute_and_counted_in_full(autojump_clock: MockClock) -> None:
    async with desk() as built:
        built.facts = [GarbageSeen(count=1, first_line="hello")] * 25
        with built.bus.subscribe(AnyEvent) as events:
            await built.sessions.serve("fs", "s1", None, terms=None)
            told = [published.body for published in await events.take()]
        garbage = [event for event in told if isinstance(event, StdoutGarbage)]
        assert [event.count for event in garbage] == list(range(1, 11))
        assert {event.line for event in garbage} == {"hello"}


async def test_refused_calls_and_answers_that_were_not_judged_are_told_beside_stray_output(
    autojump_clock: MockClock,
) -> None:
    async with desk() as built:
        refused = CallRefused("tool", "e\x1bvil", "dangerous")
        built.facts = [*[refused] * 25, AnswerUnjudged("prompt", "too late", is_kept=True)]
        built.facts.append(GarbageSeen(count=1, first_line="hello"))
        with built.bus.subscribe(AnyEvent) as events:
            await built.sessions.serve("fs", "s1", None, terms=None)
            told = [published.body for published in await events.take()][1:-1]
        assert told[:10] == [
            ToolRefused(server="fs", session="s1", kind="tool", tool=r"e\x1bvil", reason="dangerous", count=count)
            for count in range(1, 11)
        ]
        assert told[10:] == [
            ToolUnjudged(server="fs", session="s1", kind="prompt", detail="too late", withheld=True),
            StdoutGarbage(server="fs", session="s1", line="hello", count=1),
        ]


def test_every_session_has_a_name_of_its_own() -> None:
    sessions = Desk().sessions
    assert len({sessions.name() for _ in range(50)}) == 50


async def test_a_session_that_is_dismissed_gets_no_further_instance_and_others_do(autojump_clock: MockClock) -> None:
    async with desk() as built:
        gone = ReloadEnded(server="fs", reason="it is gone")
        holders: list[Holder] = []
        outcome: list[Problem] = []

        async def relay(_server: str, _client: Any, holder: Holder, **_more: Any) -> None:
            holders.append(holder)
            with pytest.raises(SessionError) as error:
                await holder.acquire()
            outcome.append(error.value.problem)

        built.sessions._relay = relay
        built.will_refuse()
        async with trio.open_nursery() as nursery:
            nursery.start_soon(partial(built.sessions.serve, "fs", "s1", None, terms=None))
            while len(built.asked) < 2:  # it is told that there is none, and waits for one
                await trio.sleep(0.01)
            built.sessions.dismiss("other", ReloadEnded(server="other", reason="never"))
            assert holders[0].dismissed is None
            built.sessions.dismiss("fs", gone)
            built.will_refuse()
        assert outcome == [gone]
        built.sessions.dismiss("fs", ReloadEnded(server="fs", reason="late"))
        assert holders[0].dismissed == gone  # it is over, and nobody keeps it
