"""Instances that are gone: what that says about the server, and what follows. Pure."""

from __future__ import annotations

from msgspec.structs import replace

from supervisor.errors import AnyProblem, ExitedBeforeHandshake, ServerDied
from supervisor.events import InstanceExited
from supervisor.launch.messages import Exited, LaunchFailed, status_text
from supervisor.server.failures import failed
from supervisor.server.instances import count_restart, keep_probing, refill, settle, still_there
from supervisor.server.messages import LastExit, Looked
from supervisor.server.states import Instance, Step


def launch_failed(step: Step, message: LaunchFailed) -> None:
    """Nothing of the instance runs."""
    one = step.state.instances.get(message.instance)
    if one is None:
        return
    step.drop(message.instance)
    if one.phase != "halting" or one.problem is not None:
        failed(step, one, one.problem or message.problem)
    _go_on(step)


def exited(step: Step, message: Exited) -> None:
    """An instance is gone, because we ended it or on its own."""
    one = step.state.instances.get(message.instance)
    if one is None:
        return
    if one.role == "probe" and one.phase == "running":
        step.put(message.instance, replace(one, exited=message))  # judged when its questioner has answered
        return
    step.drop(message.instance)
    step.publish.append(
        InstanceExited(
            server=step.state.profile.name,
            instance_id=message.instance,
            role=one.role,
            status=status_text(message),
            code=message.code,
            signal=message.signal,
            ended_by=message.ended_by,
            leftovers=message.leftovers,
        )
    )
    problem = cause(one, message)
    if problem is not None:
        last = LastExit(status=status_text(message), stderr_tail=message.stderr_tail, diagnosis=message.diagnosis)
        step.change(last_exit=last)
        if one.phase != "halting":
            count_restart(step, one)
        failed(step, one, problem, message)
    _go_on(step)


def looked(step: Step, message: Looked) -> None:
    """An instance should have been gone: if it is, nobody will say so any more."""
    one = step.state.instances.get(message.instance)
    if message.is_live or one is None or one.phase != "halting":
        still_there(step, message)
        return
    step.drop(message.instance)
    if one.problem is not None:
        failed(step, one, one.problem)
    _go_on(step)


def _go_on(step: Step) -> None:
    """There is room for another one, or nothing left."""
    keep_probing(step)
    refill(step)
    settle(step)


def cause(one: Instance, message: Exited) -> AnyProblem | None:
    """Say what was wrong with an instance that is gone; nothing if it was only ended.

    One that ends after its session has closed its stdin was asked to: it counts as stopped, whatever comes first, its
    exit or what the session says.
    """
    if message.problem is not None and (one.phase != "halting" or one.problem is not None):
        return message.problem
    status = status_text(message)
    is_unasked = message.ended_by in ("itself", "outside")
    if one.phase == "halting" and one.problem is not None and is_unasked:
        return _with_status(one.problem, status)
    if one.phase == "halting":
        return one.problem
    if one.role == "probe":
        return ExitedBeforeHandshake(stage=one.stage, status=status)
    return ServerDied(status=status) if is_unasked else None


def _with_status(problem: AnyProblem, status: str) -> AnyProblem:
    """Whoever read its stdout saw an end only; by now it is known which."""
    if isinstance(problem, ExitedBeforeHandshake | ServerDied):
        return replace(problem, status=status)
    return problem
