"""What the actor of any mode decides: who is told what about which instance, however the messages come."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec import Struct

from supervisor.config.schema import SandboxSpec
from supervisor.config.specs import Grace, Limits
from supervisor.errors import SpawnFailed
from supervisor.events import SandboxDegraded, SandboxDenied, SandboxLaunched
from supervisor.kernel.specs import Stop
from supervisor.launch import rules
from supervisor.launch.messages import (
    Confined,
    Denied,
    Exited,
    Halt,
    Known,
    Launch,
    Launched,
    LaunchFailed,
    status_text,
)
from supervisor.launch.rules import Await, Create, End, Forget, Launches, Recall

LAUNCH = Launch(
    reply_to="server", instance="a", server="fs", command="c", grace=Grace(), limits=Limits(), sandbox=SandboxSpec()
)
LAUNCHED = Launched(instance="a", pid=7, confinement="none")
FAILED = LaunchFailed(instance="a", problem=SpawnFailed(step="fork", reason="EAGAIN"))
EXITED = Exited(instance="a", code=0, signal=None, ended_by="stop", leftovers=0, stderr_tail=[])
NOTHING_KNOWN = Known(launched={})


class Played:
    """The messages of a story, and what came of them."""

    def __init__(self, *messages: Any) -> None:
        first = rules.initial(0.0)
        assert (first.do, first.ready) == ((Recall(),), False)
        self.state: Launches = first.state
        self.told: list[tuple[str, Struct]] = []
        self.did: list[Any] = []
        self.published: list[Struct] = []
        self.is_done = False
        self.is_started = False
        self.hear(*messages)

    def hear(self, *messages: Any) -> Played:
        for message in messages:
            decision = rules.decide(self.state, message, 0.0)
            self.state = decision.state
            self.told.extend(decision.tell)
            self.did.extend(decision.do)
            self.published.extend(decision.publish)
            self.is_done = self.is_done or decision.done
            self.is_started = self.is_started or decision.ready
        return self


def recalled(*messages: Any) -> Played:
    return Played(NOTHING_KNOWN, *messages)


def test_a_whole_life() -> None:
    played = recalled(LAUNCH, LAUNCHED, Halt(instance="a"), EXITED)
    assert played.told == [("server", LAUNCHED), ("server", EXITED)]
    assert played.did == [Create(launch=LAUNCH), Await(instance="a"), End(instance="a"), Forget(instance="a")]
    assert played.state.replies == {}


@pytest.mark.parametrize(
    ("messages", "told", "ends", "reason"),
    [
        ([LAUNCH, FAILED], [FAILED], 0, "it could not be started"),
        ([LAUNCH, Halt(instance="a"), FAILED], [FAILED], 1, "the halt came in time"),
        ([LAUNCH, Halt(instance="a"), LAUNCHED, EXITED], [LAUNCHED, EXITED], 2, "too late: said again once it runs"),
        ([LAUNCH, LAUNCHED, Halt(instance="a"), Halt(instance="a"), EXITED], [LAUNCHED, EXITED], 2, "one ladder"),
        ([LAUNCH, LAUNCHED, EXITED, EXITED], [LAUNCHED, EXITED], 0, "the end is told once"),
        ([LAUNCH, LAUNCHED, EXITED, FAILED], [LAUNCHED, EXITED], 0, "and in one way only"),
        ([LAUNCH, LAUNCH, LAUNCHED], [LAUNCHED], 0, "an id is launched once"),
        ([LAUNCH, LAUNCHED, EXITED, Halt(instance="a")], [LAUNCHED, EXITED], 0, "it is gone"),
        ([Halt(instance="a")], [], 0, "nobody knows it"),
        ([Halt(instance="a"), LAUNCH, LAUNCHED], [LAUNCHED], 0, "an old halt is not kept for the next launch"),
        ([LAUNCHED, EXITED, FAILED], [], 0, "results that nobody asked for"),
    ],
)
def test_late_doubled_and_crossing_messages(messages: list[Any], told: list[Struct], ends: int, reason: str) -> None:
    played = recalled(*messages)
    assert [message for _, message in played.told] == told, reason
    assert played.did.count(End(instance="a")) == ends, reason


def test_what_an_earlier_incarnation_launched_is_watched_and_told_to_the_same_name() -> None:
    played = Played(Known(launched={"a": "server"}))
    assert (played.did, played.is_started) == ([Await(instance="a")], True)
    assert played.hear(EXITED).told == [("server", EXITED)]


def test_a_halt_before_that_is_known_is_kept_for_it() -> None:
    played = Played(Halt(instance="a"), Halt(instance="other"), Known(launched={"a": "server"}))
    assert played.did == [Await(instance="a"), End(instance="a")]
    assert played.state.halted == {"a"}


def test_a_launch_that_was_lost_with_an_earlier_incarnation_has_failed() -> None:
    played = Played(LAUNCH, Known(launched={"a": "server"}, lost={"b": "other", "a": "server"}))
    (receiver, failed), *more = played.told
    assert (receiver, more) == ("other", [])
    assert isinstance(failed, LaunchFailed)
    assert (failed.instance, failed.problem.code) == ("b", "process.spawn_failed")


def test_a_launch_before_that_is_known_is_watched_once() -> None:
    played = Played(LAUNCH, Known(launched={"a": "server"}), LAUNCHED, EXITED, EXITED)
    assert played.did.count(Await(instance="a")) == 1
    assert played.told == [("server", LAUNCHED), ("server", EXITED)]


def test_it_is_done_when_everything_that_it_had_to_end_is_gone() -> None:
    played = recalled(LAUNCH, LAUNCHED, Stop())
    assert (played.did[-1], played.is_done) == (End(instance="a"), False)
    assert played.hear(EXITED).is_done
    assert recalled(Stop()).is_done


def test_a_launch_under_way_when_it_is_to_end_is_ended_too() -> None:
    played = recalled(LAUNCH, Stop(), LAUNCHED)
    assert played.did.count(End(instance="a")) == 2
    assert not played.is_done
    assert played.hear(EXITED).is_done
    assert recalled(LAUNCH, Stop(), FAILED).is_done


def test_a_stop_before_it_is_known_what_was_left_ends_that_too() -> None:
    played = Played(Stop())
    assert not played.is_done
    played.hear(Known(launched={"a": "server"}))
    assert played.did == [Await(instance="a"), End(instance="a")]
    assert played.hear(EXITED).is_done
    assert Played(Stop(), NOTHING_KNOWN).is_done


def test_a_launch_after_that_is_refused_and_not_left_without_an_answer() -> None:
    played = recalled(LAUNCH, LAUNCHED, Stop())
    other = Launch(
        reply_to="late", instance="b", server="fs", command="c", grace=Grace(), limits=Limits(), sandbox=SandboxSpec()
    )
    played.hear(other)
    receiver, answer = played.told[-1]
    assert (receiver, type(answer), Create(launch=other) in played.did) == ("late", LaunchFailed, False)


@pytest.mark.parametrize(
    ("reason", "kinds"), [("", [SandboxLaunched]), ("no TSYNC", [SandboxLaunched, SandboxDegraded])]
)
def test_what_confines_an_instance_is_told_as_events(reason: str, kinds: list[type]) -> None:
    played = recalled(LAUNCH, Confined(server="fs", instance="a", pid=7, report={"level": "S2"}, degraded=reason))
    assert [type(event) for event in played.published] == kinds


def test_what_is_refused_to_an_instance_is_told_as_events_and_its_end_is_awaited_on() -> None:
    fact = SandboxDenied(
        server="fs", instance_id="a", action="read", object="/x", rule="not_granted", reason="", remedy=""
    )
    played = recalled(LAUNCH, LAUNCHED)
    played.did.clear()
    played.hear(Denied(instance="a", facts=[fact, fact]))
    assert (played.published, played.did) == ([fact, fact], [Await(instance="a")])
    played.hear(EXITED)
    played.did.clear()
    played.hear(Denied(instance="a", facts=[fact]))
    assert played.did == []


@pytest.mark.parametrize(("code", "signal", "text"), [(3, None, "exit status 3"), (None, 9, "signal 9")])
def test_an_end_in_words(code: int | None, signal: int | None, text: str) -> None:
    exited = Exited(instance="a", code=code, signal=signal, ended_by="itself", leftovers=0, stderr_tail=[])
    assert status_text(exited) == text
