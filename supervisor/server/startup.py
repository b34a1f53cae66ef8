"""What the probe of a server found. Pure."""

from __future__ import annotations

from supervisor.events import ServerReady
from supervisor.server.instances import halt_one, launch, refill, watch_stability
from supervisor.server.messages import Listed, NotListed
from supervisor.server.states import Step


def listed(step: Step, message: Listed) -> None:
    """The probe answered everything: the server is ready, and the probe, having been spoken to, is ended."""
    one = step.state.instances.get(message.instance)
    if one is None or one.phase != "running":
        return
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
    if message.wants_fresh and step.state.era != "handshake":
        step.change(era="handshake")
        halt_one(step, message.instance)
        launch(step, "probe")
    else:
        halt_one(step, message.instance, message.problem)
