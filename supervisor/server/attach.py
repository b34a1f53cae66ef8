"""Sessions come for an instance and give it back. Pure."""

from __future__ import annotations

from supervisor.kernel.specs import After
from supervisor.server.instances import begin, halt_one, refill
from supervisor.server.messages import Attach, AttachOver, Detach
from supervisor.server.states import Step, Waiter
from supervisor.server.waiting import is_full, refuse, retry_in_s

CREATING_S = 30.0
"""Seconds that a session waits at the most for an instance that is just being started."""
PATIENCE_S = 5.0
"""A backoff that is over within so many seconds is waited out; with a longer one a client should be told."""


def attach(step: Step, message: Attach) -> None:
    """Give the session an instance: now, when there is one, or not."""
    _forget_former(step, message)
    if step.state.life == "lazy" and step.turn("start"):
        begin(step)
    wait_s = max(message.wait_s, CREATING_S if _is_served_soon(step) else 0.0)
    if wait_s == 0:
        refuse(step, message.reply_to, message.session)
        return
    waiter = Waiter(
        reply_to=message.reply_to, session=message.session, number=step.next_number(), replaces=message.replaces
    )  # fmt: skip
    step.change(waiters=_queued(step.state.waiters, waiter))
    step.do.append(After(seconds=wait_s, message=AttachOver(session=message.session, number=waiter.number)))
    refill(step)


def _forget_former(step: Step, message: Attach) -> None:
    """A session asks for one thing at a time: what it was given or waited for before, it does not know of."""
    for waiter in [one for one in step.state.waiters if one.session == message.session]:
        _withdraw(step, waiter)
        refuse(step, waiter.reply_to, waiter.session)
    for key in _held_by(step, message.session):
        if key != message.replaces:  # whose `Detach` may still be on its way, and say what was wrong with it
            halt_one(step, key)


def _is_served_soon(step: Step) -> bool:
    """Clients give a server up whose opening is refused, so one that is being started is waited for."""
    state = step.state
    if state.life == "ready" and not is_full(step):
        return not state.is_held_back or retry_in_s(step) <= PATIENCE_S
    return state.life == "starting"


def _queued(waiters: tuple[Waiter, ...], new: Waiter) -> tuple[Waiter, ...]:
    """Put one in the queue: who had an instance before comes first, for its client is in the midst of something."""
    if not new.replaces:
        return (*waiters, new)
    place = sum(bool(one.replaces) for one in waiters)
    return (*waiters[:place], new, *waiters[place:])


def attach_over(step: Step, message: AttachOver) -> None:
    """A session has waited long enough."""
    for waiter in step.state.waiters:
        if waiter.number == message.number:
            _withdraw(step, waiter)
            refuse(step, waiter.reply_to, waiter.session)
            refill(step)


def detach(step: Step, message: Detach) -> None:
    """A session gives its instance back: it was spoken to, so it is ended. Or the session is over."""
    if message.instance:
        halt_one(step, message.instance, message.problem)
    else:
        for waiter in [one for one in step.state.waiters if one.session == message.session]:
            _withdraw(step, waiter)
        for key in _held_by(step, message.session):
            halt_one(step, key)
    refill(step)


def _withdraw(step: Step, waiter: Waiter) -> None:
    step.change(waiters=tuple(other for other in step.state.waiters if other.number != waiter.number))


def _held_by(step: Step, session: str) -> list[str]:
    return [key for key in step.state.of("session", "running") if step.state.instances[key].session == session]
