"""Anything may be said to the actor of a server at any time, late, twice, or be lost: what holds all the same."""

from __future__ import annotations

from typing import Any

import hypothesis.strategies as st
from fakes.server import Play, exited, launched, listed, stopped
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from msgspec import Struct
from msgspec.structs import replace

from supervisor.errors import CommandNotFound, ServerDied, SpawnFailed
from supervisor.kernel.specs import After, Stop
from supervisor.launch import messages as launcher
from supervisor.launch.messages import LaunchFailed
from supervisor.server.messages import (
    Adapt,
    Attach,
    Attached,
    AttachOver,
    Detach,
    Done,
    Halt,
    HaltOver,
    Life,
    Looked,
    NotAttached,
    NotListed,
    Recovered,
    Renew,
    Restart,
    RetryDue,
    Start,
)
from supervisor.server.states import LIVES, Backoff, Look, Probe

SESSIONS = ("s1", "s2", "s3")
OLD = ("tickets#old.1", "tickets#old.2")


def reachable() -> set[tuple[Life, Life]]:
    """Every pair of lives that one message may lead between: a turn of the table, or several."""
    pairs = {(before, after) for (before, _), after in LIVES.items()}
    for _ in range(3):
        pairs |= {(first, last) for first, middle in pairs for other, last in pairs if middle == other}
    return pairs | {(life, life) for life, _ in LIVES}


STEPS = reachable()


class World(RuleBasedStateMachine):
    """A launcher, sessions, operators and clocks around one server, as careless as they can be."""

    def __init__(self) -> None:
        super().__init__()
        self.play: Play
        self.seen_told = self.seen_did = 0
        self.launching: set[str] = set()
        self.running: set[str] = set()
        self.asked_to_end: set[str] = set()
        self.gone: set[str] = set()
        self.given: dict[str, str] = {}
        self.questions: set[str] = set()
        self.timers: list[Any] = []
        self.heard: list[Any] = []
        self.asks: dict[str, int] = {}
        self.withdrawn: set[str] = set()
        self.requests: dict[str, int] = {}
        self.number = 0

    @initialize(
        spares=st.integers(0, 2),
        exclusive=st.booleans(),
        restart=st.sampled_from(["on-failure", "never"]),
        begins=st.sampled_from(["starting", "starting", "lazy", "disabled"]),
        is_probed=st.sampled_from([True, True, True, False]),
        left=st.sampled_from([(), (), OLD[:1], OLD]),
    )
    def begin(
        self, spares: int, exclusive: bool, restart: str, begins: str, is_probed: bool, left: tuple[str, ...]
    ) -> None:
        self.play = Play(
            recovered=False, spares=0 if exclusive else spares, max_sessions=1 if exclusive else None,
            restart=restart, begins=begins, is_probed=is_probed,
        )  # fmt: skip
        self.running |= set(left)
        self.left = left
        self.is_recovered = False
        self.timers.append(Recovered(attached=list(left[:1]), loose=list(left[1:])))

    # ------------------------------------------------------------------------------------------------ how it is told

    def tell(self, message: Any, *, lost: bool = False) -> None:
        if isinstance(message, Recovered):
            self.is_recovered = True
        if isinstance(message, Detach) and not message.instance:
            self.withdrawn |= {one.reply_to for one in self.play.state.waiters if one.session == message.session}
        before = self.play.state.life
        is_renewed = isinstance(message, Renew | Adapt) or self.play.state.renewal is not None
        if not lost:
            self.play.hear(message)
            self.heard.append(message)
        self.obey()
        assert is_renewed or (before, self.play.state.life) in STEPS  # another profile may begin anywhere

    def obey(self) -> None:
        told, did = self.play.told[self.seen_told :], self.play.did[self.seen_did :]
        self.seen_told, self.seen_did = len(self.play.told), len(self.play.did)
        for receiver, message in told:
            self.take(receiver, message)
        for command in did:
            match command:
                case After():
                    self.timers.append(command.message)
                case Backoff():
                    self.timers.append(RetryDue(number=command.number))
                case Probe():
                    assert command.instance not in self.questions
                    self.questions.add(command.instance)
                case Look():
                    self.timers.append(command)

    def take(self, receiver: str, message: Struct) -> None:
        match message:
            case launcher.Launch():
                assert message.instance not in self.launching | self.running | self.gone, "an id is used once"
                self.launching.add(message.instance)
            case launcher.Halt():
                self.asked_to_end.add(message.instance)
            case Attached():
                assert message.instance in self.running | self.gone, "it was said to run"
                assert message.instance not in self.asked_to_end, "it is not being ended"
                assert message.instance not in self.given, "nobody has had it before"
                self.given[message.instance] = message.session
                self.answered(self.asks, receiver)
            case NotAttached():
                self.answered(self.asks, receiver)
            case Done():
                self.answered(self.requests, receiver)

    @staticmethod
    def answered(open_: dict[str, int], receiver: str) -> None:
        open_[receiver] += 1
        assert open_[receiver] == 1, "everybody is answered once"

    def name(self) -> str:
        self.number += 1
        return f"ask/{self.number}"

    # -------------------------------------------------------------------------------------------------- the launcher

    @precondition(lambda self: self.launching)
    @rule(data=st.data(), lost=st.sampled_from([False, False, False, True]))
    def it_runs(self, data: st.DataObject, lost: bool) -> None:
        key = data.draw(st.sampled_from(sorted(self.launching)))
        self.launching.remove(key)
        self.running.add(key)
        self.tell(launched(key), lost=lost)

    @precondition(lambda self: self.launching)
    @rule(data=st.data(), hopeless=st.booleans(), lost=st.sampled_from([False, False, False, True]))
    def it_does_not_run(self, data: st.DataObject, hopeless: bool, lost: bool) -> None:
        key = data.draw(st.sampled_from(sorted(self.launching)))
        self.launching.remove(key)
        self.gone.add(key)
        problem = CommandNotFound(command="x", path="") if hopeless else SpawnFailed(step="fork", reason="")
        self.tell(LaunchFailed(instance=key, problem=problem), lost=lost)

    @precondition(lambda self: self.running)
    @rule(
        data=st.data(), by=st.sampled_from(["itself", "outside", "stop", "kill"]), lost=st.sampled_from([False, True])
    )
    def it_ends(self, data: st.DataObject, by: Any, lost: bool) -> None:
        key = data.draw(st.sampled_from(sorted(self.running)))
        self.running.remove(key)
        self.gone.add(key)
        self.tell(exited(key, 1, ended_by=by), lost=lost)

    # --------------------------------------------------------------------------------------------- its own commands

    @precondition(lambda self: self.questions)
    @rule(data=st.data(), answer=st.sampled_from(["listed", "listed", "not", "fresh"]))
    def the_questioner_answers(self, data: st.DataObject, answer: str) -> None:
        key = data.draw(st.sampled_from(sorted(self.questions)))
        self.questions.remove(key)
        problem = ServerDied(status="?")
        not_listed = NotListed(instance=key, stage="discover", problem=problem, wants_fresh=answer == "fresh")
        self.tell(listed(key) if answer == "listed" else not_listed)

    @precondition(lambda self: self.timers)
    @rule(data=st.data(), passed_s=st.sampled_from([0.0, 1.0, 30.0]))
    def a_clock_is_over(self, data: st.DataObject, passed_s: float) -> None:
        self.play.now += passed_s
        self.ring(self.timers.pop(data.draw(st.integers(0, len(self.timers) - 1))))

    def ring(self, message: Any) -> None:
        if isinstance(message, Look):
            message = Looked(instance=message.instance, is_live=message.instance in self.running)
        self.tell(message)

    # ----------------------------------------------------------------------------------------- sessions, operators

    @rule(session=st.sampled_from(SESSIONS), wait_s=st.sampled_from([0.0, 30.0]), again=st.booleans())
    def a_session_asks(self, session: str, wait_s: float, again: bool) -> None:
        name = self.name()
        self.asks[name] = 0
        replaces = next((key for key, holder in self.given.items() if holder == session), "") if again else ""
        self.tell(Attach(reply_to=name, session=session, wait_s=wait_s, replaces=replaces))

    @precondition(lambda self: self.given)
    @rule(data=st.data(), is_bad=st.booleans())
    def a_session_gives_back(self, data: st.DataObject, is_bad: bool) -> None:
        key = data.draw(st.sampled_from(sorted(self.given)))
        problem = ServerDied(status="?") if is_bad else None
        self.tell(Detach(session=self.given[key], instance=key, problem=problem))

    @rule(session=st.sampled_from(SESSIONS))
    def a_session_is_over(self, session: str) -> None:
        self.tell(Detach(session=session, instance=""))

    @rule(request=st.sampled_from([Start, Start, Restart, Halt]))
    def an_operator_asks(self, request: Any) -> None:
        name = self.name()
        self.requests[name] = 0
        self.tell(request(reply_to=name))

    @rule(
        request=st.sampled_from([Adapt, Renew]),
        spares=st.integers(0, 2),
        begins=st.sampled_from(["starting", "lazy", "disabled"]),
    )
    def the_config_changes(self, request: Any, spares: int, begins: Any) -> None:
        name = self.name()
        self.requests[name] = 0
        profile = self.play.state.profile
        self.tell(
            request(
                reply_to=name,
                profile=replace(profile, spares=0 if profile.max_sessions else spares, begins=begins),
            )
        )

    @rule()
    def the_tree_stops(self) -> None:
        if self.number % 4 == 3:  # not too often, or there would be nothing else
            self.tell(Stop())

    @precondition(lambda self: self.heard)
    @rule(data=st.data())
    def something_is_said_again(self, data: st.DataObject) -> None:
        message = data.draw(st.sampled_from(self.heard))
        is_answered = isinstance(message, Attach | Start | Halt | Restart | Adapt | Renew)
        if not is_answered and not isinstance(message, Recovered):  # that comes once
            self.tell(message)

    # ------------------------------------------------------------------------------------------------ what holds

    @invariant()
    def spares_are_bounded(self) -> None:
        state = self.play.state
        wanted = state.profile.spares + len(state.waiters) if state.life == "ready" else 0
        assert len(self.play.here("spare")) <= wanted

    @invariant()
    def one_probe_at_a_time_and_only_to_start(self) -> None:
        assert len(self.play.here("probe")) <= (self.play.state.life == "starting")

    @invariant()
    def an_exclusive_server_has_one_process_at_a_time(self) -> None:
        if self.play.state.profile.max_sessions == 1 and not self.left:
            assert len(self.play.state.instances) <= 1

    @invariant()
    def what_is_to_happen_next_is_on_its_way(self) -> None:
        state = self.play.state
        if not state.is_recovered:
            assert any(isinstance(timer, Recovered) for timer in self.timers)
            return
        has_room = state.profile.max_sessions is None or not state.instances
        match state.life:
            case "starting":
                assert self.at_work("probe") or not has_room
            case "ready":
                waits = bool(state.waiters) and not state.is_held_back
                assert self.at_work("spare") or not has_room or not waits
            case "backing_off" | "crash_looping":
                assert state.retry
            case "stopping":
                assert state.instances
            case _:
                pass
        assert state.retry == 0 or RetryDue(number=state.retry) in self.timers

    def at_work(self, role: str) -> bool:
        """One is there, or is being ended for a problem, which will be told."""
        mine = [one for one in self.play.state.instances.values() if one.role == role]
        return any(one.phase != "halting" or one.problem is not None for one in mine)

    @invariant()
    def whatever_is_there_is_known_or_was_asked_to_end(self) -> None:
        if self.is_recovered:
            unknown = (self.launching | self.running) - set(self.play.state.instances) - self.asked_to_end
            assert unknown == set()

    @invariant()
    def each_waiter_and_each_instance_has_a_clock(self) -> None:
        overs = {timer.number for timer in self.timers if isinstance(timer, AttachOver)}
        assert {waiter.number for waiter in self.play.state.waiters} <= overs
        for key, one in self.play.state.instances.items():
            if one.phase == "halting":
                assert HaltOver(instance=key) in self.timers or Look(instance=key) in self.timers

    # --------------------------------------------------------------------------------------------------- the end

    def teardown(self) -> None:
        """Stop it, carry out everything that it asked for, and let every clock ring: then nothing may be left."""
        if not hasattr(self, "play"):
            return
        self.tell(Stop())
        for _ in range(100):
            for key in sorted(self.asked_to_end & (self.launching | self.running)):
                self.launching.discard(key)
                self.running.discard(key)
                self.tell(stopped(key))
            for timer in [one for one in self.timers if isinstance(one, Recovered | HaltOver | Look)]:
                self.timers.remove(timer)
                self.ring(timer)
            if self.play.is_done:
                break
        assert self.play.is_done
        assert not self.launching | self.running
        assert all(count == 1 or name in self.withdrawn for name, count in self.asks.items())
        assert all(count == 1 for count in self.requests.values())


TestWorld = World.TestCase
TestWorld.settings = settings(max_examples=100, stateful_step_count=40, deadline=None)
