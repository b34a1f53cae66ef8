"""What the probe of a server found. Pure."""

from __future__ import annotations

from supervisor.events import ServerReady, StdoutGarbage
from supervisor.server.instances import halt_one, keep_probing, refill
from supervisor.server.messages import Listed, NotListed
from supervisor.server.states import Step
from supervisor.server.waiting import watch_stability


def listed(step: Step, message: Listed) -> None:
    """The probe answered everything: the server is ready, and the probe, having been spoken to, is ended."""
    one = step.state.instances.get(message.instance)
    if one is None or one.phase != "running":
        return
    _tell_garbage(step, message)
    step.change(era=message.era, tools=message.tools, problem=None)
    halt_one(step, message.instance)
    if not step.turn("listed"):
        return
    step.publish.append(
        ServerReady(
            server=step.state.profile.name,
            mode=step.state.profile.mode,
            confinement=step.state.confinement,
            era=message.era,
            protocol=message.protocol,
            name=message.name,
            version=message.version,
            tools=message.tools,
        )
    )
    watch_stability(step)
    refill(step)


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
