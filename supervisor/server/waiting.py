"""Sessions that wait for an instance: served, refused, and told why. Pure."""

from __future__ import annotations

from msgspec.structs import replace

from supervisor.errors import AnyProblem, NotReady, SessionBusy
from supervisor.events import ServerRestarted
from supervisor.kernel.specs import After
from supervisor.server.messages import Attached, NotAttached, StableFor
from supervisor.server.policy import STABLE_S
from supervisor.server.states import Step, Waiter

SOON_S = 1.0
"""Seconds after which a client is told to try again where no clock says when."""


def serve_waiters(step: Step) -> None:
    """Hand running spares to those who wait, first come first served."""
    while step.state.waiters and not is_full(step):
        spares = step.state.of("spare", "running")
        if not spares:
            return
        waiter, *rest = step.state.waiters
        step.change(waiters=tuple(rest))
        _serve(step, waiter, spares[0])


def _serve(step: Step, waiter: Waiter, key: str) -> None:
    number = step.next_number()
    step.put(key, replace(step.state.instances[key], role="session", session=waiter.session, number=number))
    step.answer(waiter.reply_to, Attached(session=waiter.session, instance=key))
    if waiter.replaces:
        state = step.state
        step.publish.append(
            ServerRestarted(server=state.profile.name, session=waiter.session, restarts=state.restarts)
        )  # fmt: skip


def is_full(step: Step) -> bool:
    """Tell whether the server has as many sessions as it may."""
    limit = step.state.profile.max_sessions
    return limit is not None and len(step.state.of("session", "running")) >= limit


def refuse_waiters(step: Step) -> None:
    """Answer all who wait that there is nothing to wait for now."""
    for waiter in step.state.waiters:
        refuse(step, waiter.reply_to, waiter.session)
    step.change(waiters=())


def refuse(step: Step, reply_to: str, session: str) -> None:
    """Say that there is no instance, why, and when to ask again."""
    is_final = step.state.life in ("disabled", "failed", "quarantined", "stopped")
    step.answer(reply_to, NotAttached(session=session, problem=why_not(step), is_final=is_final))


def why_not(step: Step) -> AnyProblem:
    """Name the reason for which a session gets no instance."""
    state = step.state
    if state.life in ("failed", "quarantined") and state.problem is not None:
        return state.problem
    if state.life == "ready" and is_full(step):
        return SessionBusy(server=state.profile.name)
    name = "backing_off" if state.life == "ready" and state.is_held_back else state.life
    return NotReady(server=state.profile.name, state=name, retry_after_s=round(max(0.1, retry_in_s(step)), 1))


def retry_in_s(step: Step) -> float:
    """Seconds until the next try."""
    at_s = step.state.retry_at_s
    return SOON_S if at_s is None else max(0.0, at_s - step.now)


def watch_stability(step: Step) -> None:
    """Forget past failures after a while of being ready without a further one."""
    step.change(stable=step.next_number())
    step.do.append(After(seconds=STABLE_S, message=StableFor(number=step.state.stable)))
