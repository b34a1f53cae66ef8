"""How stages are put together, and what a run of doctor ends with."""

from __future__ import annotations

import pytest

from supervisor.diagnostics.words import STAGES, Step
from supervisor.edges.doctor.steps import completed, exit_of, failed, ok, timed, warned
from supervisor.errors import CommandNotFound, EngineNotRunning, LandlockUnavailable, Problem, Quarantined, Unresolved

NOT_FOUND = CommandNotFound(command="x", path="/bin")


def test_what_stands_behind_a_failure_was_not_reached() -> None:
    steps = completed([ok("config", "fine"), failed("resolve", NOT_FOUND)], is_live=False)
    assert [step.stage for step in steps] == list(STAGES)
    assert [step.outcome for step in steps] == ["ok", "failure", *["not_reached"] * 6]


def test_without_a_failure_the_rest_was_not_looked_at_and_says_why() -> None:
    steps = completed([ok("config", "fine")], is_live=False)
    assert {(step.outcome, "--live" in step.evidence) for step in steps[1:]} == {("skipped", True)}


@pytest.mark.parametrize(
    ("problem", "code"),
    [
        (NOT_FOUND, 1),
        (Unresolved(place="p", reference="${X}", reason="r"), 2),
        (Quarantined(server="s", reason="r"), 4),
        (LandlockUnavailable(reason="r"), 5),
        (EngineNotRunning(host="h", reason="r"), 5),
    ],
)
def test_a_failure_ends_doctor_by_the_one_table(problem: Problem, code: int) -> None:
    assert exit_of(problem) == code
    assert failed("spawn", problem).exit_code == code


def test_a_warning_has_its_own_exit_code() -> None:
    assert warned("config", "e", "r").exit_code == 1
    assert warned("confinement", "e", "r", exit_code=3).exit_code == 3


def test_a_stage_that_cannot_be_looked_at_is_a_failure_and_no_crash() -> None:
    def broken() -> Step:
        raise ExceptionGroup("several", [OSError(5, "Input/output error")])

    step = timed("image", broken)
    assert (step.stage, step.outcome, step.code) == ("image", "failure", "stockade.defect")
    assert "Input/output error" in step.evidence
    assert step.seconds is not None
