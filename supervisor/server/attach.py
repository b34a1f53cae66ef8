"""Sessions come for an instance and give it back. Pure."""

from __future__ import annotations

from supervisor.events import ServerRestarted
from supervisor.kernel.specs import After
from supervisor.server.instances import begin, halt_one, refill
from supervisor.server.messages import Attach, AttachOver, Detach
from supervisor.server.states import Step, Waiter
from supervisor.server.waiting import is_full, refuse

CREATING_S = 30.0
"""Seconds that a session waits at the most for an instance that a ready server is just starting."""


def attach(step: Step, message: Attach) -> None:
    """Give the session an instance: now, when there is one, or not."""
    if message.replaces:
        step.publish.append(
            ServerRestarted(
                server=step.state.profile.name, session=message.session, restarts=step.state.restarts
            )
        )  # fmt: skip
    if step.state.life == "lazy" and step.turn("start"):
        begin(step)
    is_served_soon = step.state.life == "ready" and not is_full(step)
    wait_s = max(message.wait_s, CREATING_S if is_served_soon else 0.0)
    if wait_s == 0:
        refuse(step, message.reply_to, message.session)
        return
    waiter = Waiter(reply_to=message.reply_to, session=message.session, number=step.next_number())
    step.change(waiters=(*step.state.waiters, waiter))
    step.do.append(After(seconds=wait_s, message=AttachOver(session=message.session, number=waiter.number)))
    refill(step)


def attach_over(step: Step, message: AttachOver) -> None:
    """A session has waited long enough."""
    for waiter in step.state.waiters:
        if waiter.number == message.number:
            step.change(waiters=tuple(other for other in step.state.waiters if other is not waiter))
            refuse(step, waiter.reply_to, waiter.session)
            refill(step)


def detach(step: Step, message: Detach) -> None:
    """A session gives its instance back: it was spoken to, so it is ended."""
    step.change(waiters=tuple(waiter for waiter in step.state.waiters if waiter.session != message.session))
    halt_one(step, message.instance, message.problem)
    refill(step)
