"""What follows from a failure: a pause, a longer one, or the end of all tries. Pure."""

from __future__ import annotations

from supervisor.errors import AnyProblem, CrashLooping, DockerNotFound
from supervisor.events import ServerBackingOff, ServerCrashLooping, ServerFailed
from supervisor.launch.messages import Exited, status_text
from supervisor.server.instances import halt_one
from supervisor.server.policy import (
    LOOP_DELAY_S,
    LOOP_FAILURES,
    LOOP_PERIOD_S,
    RESUMED_S,
    RESUMED_SPREAD_S,
    SUSPENDED_S,
    UNFOUND_S,
    Failures,
    is_blameless,
    is_hopeless,
)
from supervisor.server.scanning import answer, end_trial
from supervisor.server.states import Backoff, Instance, Step
from supervisor.server.waiting import refuse_waiters, watch_stability


def failed(step: Step, one: Instance, problem: AnyProblem, exit_: Exited | None = None) -> None:
    """Tell a failure with all that is known, count it, and decide when to try again."""
    if is_blameless(problem):
        _suspend(step, one, problem, exit_)
        return
    _tell(step, one, problem, exit_)
    if _is_counted_already(step, one):
        return
    step.change(failures=step.state.failures.add(step.now))
    if step.state.life == "ready" or (step.state.life == "starting" and one.role == "probe"):
        step.change(problem=problem)
        _answer(step, problem)


def resumed(step: Step) -> None:
    """What had kept the mode from launching is over: forget what failed meanwhile, and start."""
    step.change(failures=Failures())
    if step.state.life in ("engine_down", "backing_off", "crash_looping"):
        _set_retry(step, RESUMED_S, RESUMED_SPREAD_S)


def _suspend(step: Step, one: Instance, problem: AnyProblem, exit_: Exited | None) -> None:
    """Its engine is gone: told once, and no failure of the server."""
    before = step.state.problem
    if step.state.trial is not None:
        _answer(step, problem)
    elif step.turn("suspended"):
        if before is None or before.code != problem.code:
            _tell(step, one, problem, exit_)
        step.change(problem=problem)
        answer(step, problem)
        _set_retry(step, UNFOUND_S if isinstance(problem, DockerNotFound) else SUSPENDED_S)
        _withdraw(step)


def _tell(step: Step, one: Instance, problem: AnyProblem, exit_: Exited | None) -> None:
    step.publish.append(
        ServerFailed(
            server=step.state.profile.name,
            stage=one.stage if one.role == "probe" else one.role,
            problem=problem,
            remedy=problem.remedy,
            status=status_text(exit_) if exit_ else "",
            stderr_tail=exit_.stderr_tail if exit_ else [],
            diagnosis="; ".join(filter(None, (one.diagnosis, exit_.diagnosis if exit_ else ""))),
        )
    )


def _is_counted_already(step: Step, one: Instance) -> bool:
    """Several instances that die together are one failure: those that are older than the backoff which runs."""
    return step.state.life == "ready" and one.number < step.state.retry


def _answer(step: Step, problem: AnyProblem) -> None:
    answer(step, problem)
    if step.state.trial is not None:
        end_trial(step)
    elif is_hopeless(problem) or step.state.profile.restart == "never":
        step.turn("hopeless")
        step.change(retry=0, retry_at_s=None)
        _withdraw(step)
    elif step.state.failures.is_loop:
        _loop(step)
    else:
        _back_off(step)


def _loop(step: Step) -> None:
    """Too many failures: try only every few minutes from here on."""
    failures = max(len(step.state.failures.times), LOOP_FAILURES)
    problem = CrashLooping(failures=failures, period_s=LOOP_PERIOD_S, retry_s=LOOP_DELAY_S)
    step.turn("looped")
    step.change(problem=problem)
    step.publish.append(ServerCrashLooping(server=step.state.profile.name, problem=problem))
    _set_retry(step, step.state.failures.delay_s)
    _withdraw(step)


def _back_off(step: Step) -> None:
    """Try again after a pause; a server that is ready stays so."""
    _set_retry(step, step.state.failures.delay_s)
    step.publish.append(
        ServerBackingOff(
            server=step.state.profile.name, delay_s=step.state.failures.delay_s, failures=step.state.failures.streak
        )
    )
    if step.turn("failed"):
        refuse_waiters(step)
    else:
        watch_stability(step)


def _set_retry(step: Step, delay_s: float, spread_s: float = 0.0) -> None:
    """Start the clock of the next try."""
    step.change(retry=step.next_number(), retry_at_s=step.now + delay_s)
    step.do.append(Backoff(delay_s=delay_s, number=step.state.retry, spread_s=spread_s))


def _withdraw(step: Step) -> None:
    """A server that is not ready keeps no instance but those of its sessions."""
    for role in ("spare", "probe"):
        for key in step.state.of(role, "launching", "running"):
            halt_one(step, key)
    refuse_waiters(step)
