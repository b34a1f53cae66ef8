"""Steps of a start, put together: what went well, and what did not, with the exit code that follows."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from supervisor.diagnostics.words import STAGES, Cause, Outcome, Stage, Step
from supervisor.edges.say import fields_of, leaves
from supervisor.errors import Defect, EngineProblem, ExitCode, Problem

NOT_RUN = "not looked at: the server was not started (`--live` does that)"
NOT_REACHED = "not reached"
_ONLY_OF_RUN = (ExitCode.NOT_FOUND, ExitCode.NOT_EXECUTABLE)
"""What `run` alone ends with, as a shell would."""


def ok(stage: Stage, evidence: str, **facts: Any) -> Step:
    """Nothing is to be done."""
    return Step(stage=stage, outcome="ok", evidence=evidence, facts=facts)


def skipped(stage: Stage, evidence: str) -> Step:
    """It was not looked at."""
    return Step(stage=stage, outcome="skipped", evidence=evidence)


def warned(stage: Stage, evidence: str, remedy: str, *, code: str = "", exit_code: int = ExitCode.FAILED) -> Step:
    """It works, and not as well as it could."""
    return Step(stage=stage, outcome="warning", evidence=evidence, remedy=remedy, code=code, exit_code=int(exit_code))


def failed(stage: Stage, problem: Problem, cause: Cause | None = None) -> Step:
    """A start would end here."""
    return Step(
        stage=stage,
        outcome="failure",
        evidence=cause.sentence if cause else problem.text,
        remedy=cause.remedy if cause else problem.remedy,
        code=problem.code,
        cause=cause.id if cause else "",
        exit_code=exit_of(problem),
        facts={"problem": fields_of(problem)},
    )


def exit_of(problem: Problem) -> int:
    """What doctor ends with for it: without an engine it cannot be confined, and 126 and 127 are `run`'s alone."""
    if isinstance(problem, EngineProblem):
        return int(ExitCode.CANNOT_CONFINE)
    return int(ExitCode.FAILED if problem.exit_code in _ONLY_OF_RUN else problem.exit_code)


def timed(stage: Stage, look: Callable[[], Step]) -> Step:
    """Look, and say how long that took; a stage that cannot even be looked at is a failure of its own."""
    began = time.monotonic()
    try:
        step = look()
    except Exception as error:  # noqa: BLE001  (the edge: what ails one stage is told, not thrown)
        first = next(leaves(error))
        step = failed(stage, Defect(error=f"{type(first).__name__}: {first}", where=f"doctor, {stage}"))
    return replace(step, seconds=round(time.monotonic() - began, 3))


def completed(steps: list[Step], *, is_live: bool) -> tuple[Step, ...]:
    """All stages in their order: those that were not looked at say why."""
    is_over = any(step.outcome == "failure" for step in steps)
    outcome: Outcome = "not_reached" if is_over else "skipped"
    why = NOT_REACHED if is_over else "it told nothing of this stage" if is_live else NOT_RUN
    known = {step.stage: step for step in steps}
    return tuple(known.get(stage) or Step(stage=stage, outcome=outcome, evidence=why) for stage in STAGES)
