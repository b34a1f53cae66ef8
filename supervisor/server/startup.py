"""What the probe of a server found. Pure."""

from __future__ import annotations

from supervisor.events import StdoutGarbage
from supervisor.server.instances import halt_one, keep_probing
from supervisor.server.messages import Listed, NotListed
from supervisor.server.scanning import ask
from supervisor.server.states import Step


def listed(step: Step, message: Listed) -> None:
    """The probe answered everything: what it listed is scanned, and the probe, having been spoken to, is ended."""
    one = step.state.instances.get(message.instance)
    if one is None or one.phase != "running":
        return
    _tell_garbage(step, message)
    step.change(era=message.era, tools=message.tools, listed=message, problem=None)
    halt_one(step, message.instance)
    if step.state.life in ("starting", "ready"):
        ask(step)


def not_listed(step: Step, message: NotListed) -> None:
    """The probe did not answer: try a fresh one the older way, or count a failure once it is gone."""
    one = step.state.instances.get(message.instance)
    if one is None or one.phase != "running":
        return
    _tell_garbage(step, message)
    if message.wants_fresh and step.state.era != "handshake":
        step.change(era="handshake")
        halt_one(step, message.instance)
        keep_probing(step)
    else:
        stray = f"its stdout had {message.garbage} lines that are no messages, the first: {message.first_line}"
        halt_one(step, message.instance, message.problem, diagnosis=stray if message.garbage else "")


def _tell_garbage(step: Step, message: Listed | NotListed) -> None:
    if message.garbage:
        step.publish.append(
            StdoutGarbage(
                server=step.state.profile.name, session="", line=message.first_line, count=message.garbage
            )
        )  # fmt: skip
