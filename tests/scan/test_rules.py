"""What the scan actor decides, played message by message without a kernel."""

from __future__ import annotations

from typing import Any, TypeVar

import pytest
from fakes.server import CLEAN, DANGEROUS, POISONED
from msgspec import Struct
from msgspec.structs import replace

from supervisor.errors import ScanUnknown
from supervisor.events import ScanCompleted, ScanDegraded, ScanFailed, ScanStarted
from supervisor.kernel.specs import After, Decision
from supervisor.scan import rules
from supervisor.scan.messages import (
    Await,
    Cancel,
    Concluded,
    Heard,
    Idle,
    PassOver,
    Planned,
    Ran,
    Scan,
    Scanned,
    Summary,
    unknown,
)
from supervisor.scan.states import (
    ENGINE_S,
    JUDGE_S,
    PLAN_S,
    PLUGINS_S,
    Conclude,
    Examine,
    Halt,
    Plan,
    RunPlugin,
    Scans,
)
from supervisor.scan.words import ScannerReport

Kind = TypeVar("Kind")
SERVER = "root/servers/tickets"


class Play:
    """The actor, and all that it has told, done and published so far."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.told: list[tuple[str, Struct]] = []
        self.did: list[Any] = []
        self.published: list[Struct] = []
        self.state: Scans
        self._take(rules.initial(self.now))

    def _take(self, decision: Decision[Scans]) -> None:
        self.state = decision.state
        self.told += decision.tell
        self.did += decision.do
        self.published += decision.publish

    def hear(self, *messages: Heard, after_s: float = 0.0) -> Play:
        self.now += after_s
        for message in messages:
            self._take(rules.decide(self.state, message, self.now))
        return self

    def ask(self, number: int = 1, *, edition: int = 1, reply_to: str = SERVER) -> Play:
        return self.hear(Scan(reply_to=reply_to, server="tickets", number=number, edition=edition))

    def plan(self, *fast: str, deep: tuple[str, ...] = ()) -> Play:
        planned = Planned(server="tickets", number=self.state.number, mode="none", fast=fast, deep=deep)
        return self.hear(planned)

    def ran(self, *scanners: str) -> Play:
        return self.hear(*(Ran(server="tickets", number=self.state.number, scanner=one) for one in scanners))

    def conclude(self, summary: Summary = CLEAN, **more: Any) -> Play:
        return self.hear(Concluded(server="tickets", number=self.state.number, summary=summary, **more))

    def over(self) -> Play:
        """The clock of the step that a scan is in runs out."""
        job = self.state.jobs["tickets"]
        return self.hear(PassOver(server="tickets", number=job.number, step=job.steps))

    def done(self, kind: type[Kind]) -> list[Kind]:
        return [one for one in self.did if isinstance(one, kind)]

    def answers(self, reply_to: str = SERVER) -> list[Struct]:
        return [message for name, message in self.told if name == reply_to]

    def clocks(self) -> list[float]:
        return [one.seconds for one in self.did if isinstance(one, After)]

    def events(self, kind: type[Kind]) -> list[Kind]:
        return [one for one in self.published if isinstance(one, kind)]


def test_a_scan_plans_looks_judges_and_answers() -> None:
    play = Play().ask(7).plan()
    assert play.done(Plan) == [Plan(server="tickets", number=1)]
    assert play.done(Examine) == [Examine(server="tickets", number=1)]
    play.ran("engine")
    assert play.done(Conclude) == [Conclude(server="tickets", number=1)]
    assert play.answers() == []
    play.conclude()
    assert play.answers() == [Scanned(server="tickets", number=7, summary=CLEAN)]
    assert play.state.jobs == {}
    assert play.clocks() == [PLAN_S, ENGINE_S, JUDGE_S]
    assert [type(event) for event in play.published] == [ScanStarted, ScanCompleted]


def test_plugins_look_beside_the_engine_and_all_are_waited_for() -> None:
    play = Play().ask().plan("bandit", "semgrep")
    assert [one.plugin for one in play.done(RunPlugin)] == ["bandit", "semgrep"]
    assert play.clocks()[-1] == PLUGINS_S
    play.ran("semgrep", "engine")
    assert play.done(Conclude) == []
    assert play.ran("bandit").done(Conclude) == [Conclude(server="tickets", number=1)]


def test_a_second_request_joins_the_scan_that_runs() -> None:
    play = Play().ask(1).ask(4, reply_to="root/servers/other").plan().ran("engine").conclude()
    assert len(play.done(Plan)) == 1
    assert [one.number for one in play.answers() if isinstance(one, Scanned)] == [1]
    assert [one.number for one in play.answers("root/servers/other") if isinstance(one, Scanned)] == [4]


@pytest.mark.parametrize("step", ["plan", "look", "judge"])
def test_asking_again_with_the_same_number_is_no_second_request(step: str) -> None:
    play = Play().ask(1)
    if step != "plan":
        play.plan()
    if step == "judge":
        play.ran("engine")
    play.ask(1)
    while play.state.jobs:
        play.plan().ran("engine").conclude()
    assert len(play.answers()) == 1


def test_a_request_about_a_newer_list_is_not_answered_with_the_older_one() -> None:
    play = Play().ask(1, edition=1).plan().ask(2, edition=2).ran("engine").conclude()
    assert [one.number for one in play.answers() if isinstance(one, Scanned)] == [1]
    assert len(play.done(Plan)) == 2
    play.plan().ran("engine").conclude(DANGEROUS, problem=POISONED)
    assert play.answers()[-1] == Scanned(server="tickets", number=2, summary=DANGEROUS, problem=POISONED)


def test_servers_are_scanned_side_by_side() -> None:
    play = Play().ask()
    play.hear(Scan(reply_to="x", server="other", number=1))
    assert [(one.server, one.number) for one in play.done(Plan)] == [("tickets", 1), ("other", 2)]


def test_what_takes_longer_runs_after_the_answer_and_is_told_if_it_matters() -> None:
    play = Play().ask(3).plan(deep=("trivy",)).ran("engine").conclude()
    assert [one.number for one in play.answers() if isinstance(one, Scanned)] == [3]
    assert [one.plugin for one in play.done(RunPlugin)] == ["trivy"]
    play.ran("trivy").conclude(DANGEROUS, problem=POISONED)
    assert play.answers()[-1] == Scanned(server="tickets", number=0, summary=DANGEROUS, problem=POISONED)
    assert [event.depth for event in play.events(ScanStarted)] == ["fast", "deep"]
    assert play.state.jobs == {}


def test_what_is_still_to_come_is_no_reason_to_call_the_fast_pass_degraded() -> None:
    to_come = ScannerReport(scanner="trivy", state="skipped", detail="it looks in the background")
    summary = replace(CLEAN, coverage="partial", status="degraded", scanners=(to_come,))
    play = Play().ask().plan(deep=("trivy",)).ran("engine").conclude(summary)
    assert [type(event) for event in play.published] == [ScanStarted, ScanCompleted, ScanStarted]
    assert [type(event) for event in play.ran("trivy").conclude(summary).published][-1] is ScanDegraded


def test_what_is_quarantined_is_not_looked_at_any_longer() -> None:
    play = Play().ask().plan(deep=("trivy",)).ran("engine").conclude(DANGEROUS, problem=POISONED)
    assert play.state.jobs == {}
    assert play.done(RunPlugin) == []


def test_a_new_request_ends_what_runs_in_the_background() -> None:
    play = Play().ask(1).plan(deep=("trivy",)).ran("engine").conclude().ask(2, edition=2)
    assert play.done(Halt) == [Halt(server="tickets", number=1)]
    assert [one.number for one in play.done(Plan)] == [1, 2]
    play.hear(Ran(server="tickets", number=1, scanner="trivy"))
    assert len(play.done(Conclude)) == 1


def test_an_answer_that_was_lost_is_given_again_while_the_background_goes_on() -> None:
    play = Play().ask(1).plan(deep=("trivy",)).ran("engine").conclude().ask(1)
    assert [one.number for one in play.answers() if isinstance(one, Scanned)] == [1, 1]
    assert play.done(Halt) == []


def test_a_cancelled_scan_ends_what_it_runs_and_answers_nobody() -> None:
    play = Play().ask().plan("bandit").hear(Cancel(server="tickets"))
    assert play.done(Halt) == [Halt(server="tickets", number=1)]
    assert play.ran("engine", "bandit").done(Conclude) == []
    assert play.answers() == []


def test_whoever_awaits_the_end_is_told_when_nothing_runs_any_more() -> None:
    play = Play().hear(Await(reply_to="op", server="tickets"))
    assert play.answers("op") == [Idle(server="tickets")]
    play.ask().hear(Await(reply_to="op2", server="tickets")).plan(deep=("trivy",)).ran("engine").conclude()
    assert play.answers("op2") == []
    play.ran("trivy").conclude()
    assert play.answers("op2") == [Idle(server="tickets")]


def test_whoever_awaits_the_end_is_told_of_a_cancelled_one() -> None:
    play = Play().ask().hear(Await(reply_to="op", server="tickets"), Cancel(server="tickets"))
    assert play.answers("op") == [Idle(server="tickets")]


# ------------------------------------------------------------------------------------------------------------- clocks


def test_a_plan_that_hangs_costs_the_plugins_and_not_the_scan() -> None:
    play = Play().ask().over()
    assert play.done(Halt) == [Halt(server="tickets", number=1)]
    assert play.done(Examine) == [Examine(server="tickets", number=1)]
    assert play.ran("engine").conclude().answers() == [Scanned(server="tickets", number=1, summary=CLEAN)]


def test_a_scanner_that_hangs_is_ended_and_named() -> None:
    play = Play().ask().plan("bandit").ran("engine").over()
    assert play.done(Halt) == [Halt(server="tickets", number=1)]
    assert play.done(Conclude) == [Conclude(server="tickets", number=1, late=("bandit",))]


def test_a_judgement_that_hangs_ends_in_an_unknown_verdict() -> None:
    play = Play().ask().plan().ran("engine").over()
    (answer,) = play.answers()
    assert isinstance(answer, Scanned)
    assert (answer.summary.verdict, answer.summary.coverage, answer.problem) == ("unknown", "none", None)
    assert play.events(ScanFailed)[0].problem.code == "scan.unknown"
    assert play.state.jobs == {}


def test_the_clock_of_an_earlier_step_is_late() -> None:
    play = Play().ask()
    late = PassOver(server="tickets", number=1, step=0)
    play.plan().hear(late)
    assert play.done(Halt) == []


@pytest.mark.parametrize(
    "message",
    [
        Planned(server="tickets", number=9, mode="none"),
        Ran(server="tickets", number=9, scanner="engine"),
        Concluded(server="tickets", number=9, summary=CLEAN),
        PassOver(server="tickets", number=9, step=0),
        Cancel(server="nobody"),
        Planned(server="nobody", number=1, mode="none"),
    ],
    ids=lambda message: type(message).__name__,
)
@pytest.mark.parametrize("step", ["none", "plan", "look", "judge"])
def test_what_belongs_to_no_scan_that_runs_changes_nothing(step: str, message: Heard) -> None:
    play = Play()
    if step != "none":
        play.ask()
    if step in ("look", "judge"):
        play.plan()
    if step == "judge":
        play.ran("engine")
    before, told, did = play.state, len(play.told), len(play.did)
    play.hear(message)
    assert (play.state, len(play.told), len(play.did)) == (before, told, did)


# ------------------------------------------------------------------------------------------------------------- events


def test_what_was_not_looked_at_is_told_with_its_reason() -> None:
    skipped = ScannerReport(scanner="trivy", state="skipped", reason="docker_unusable", detail="mode is `none`")
    summary = replace(CLEAN, coverage="partial", status="degraded", scanners=(skipped,))
    play = Play().ask().plan().ran("engine").conclude(summary)
    (event,) = play.events(ScanDegraded)
    assert event.reasons == ["trivy: skipped (docker_unusable): mode is `none`"]
    assert play.events(ScanCompleted) == []


def test_a_plugin_that_is_disabled_costs_no_coverage() -> None:
    disabled = ScannerReport(scanner="trivy", state="skipped", reason="disabled")
    play = Play().ask().plan().ran("engine").conclude(replace(CLEAN, scanners=(disabled,)))
    assert len(play.events(ScanCompleted)) == 1


def test_a_scan_that_failed_is_told_as_such_and_answered() -> None:
    failure = ScanUnknown(server="tickets", reason="the disk is full")
    play = Play().ask().plan().ran("engine").conclude(unknown("the disk is full"), failure=failure)
    assert play.events(ScanFailed) == [ScanFailed(server="tickets", depth="fast", problem=failure)]
    assert len(play.answers()) == 1
