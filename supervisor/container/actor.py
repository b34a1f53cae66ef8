"""The actor of mode `docker`: servers in containers, from the docker command's path to the verified end."""

from __future__ import annotations

from typing import Protocol

from msgspec import Struct

from supervisor.container import rules
from supervisor.container.messages import ImageReady, Surveyed, Told
from supervisor.container.orders import Abandon, Command, Expect, Listen, Make, Note, Own, Prepare, Survey
from supervisor.container.rules import Names
from supervisor.engine.messages import Seen
from supervisor.kernel.actor import Actor
from supervisor.launch.messages import Exited, Known, Launch, Launched, LaunchFailed
from supervisor.launch.rules import Await, End, Forget, Recall


class Containers(Protocol):
    """What this actor needs of the world."""

    def expect(self, launch: Launch) -> None:
        """Remember that a launch has begun."""

    async def prepare(self, launch: Launch, docker: str) -> ImageReady | LaunchFailed:
        """See to the image."""

    async def make(self, launch: Launch, docker: str, image: str, digest: str) -> Launched | LaunchFailed:
        """Make and start the container."""

    def abandon(self, instance: str) -> None:
        """End the preparations of a launch."""

    async def told(self) -> Told:
        """Wait for facts that are to leave as events."""

    def drained(self) -> tuple[Told, ...]:
        """Return the facts that are there already; none if there are none."""

    async def survey(self, docker: str) -> Surveyed:
        """Look at every container of ours, end what is of no use."""

    async def note(self, seen: Seen, docker: str) -> None:
        """Take what the engine says of a container to what is known of it."""

    async def ended(self, instance: str) -> Exited:
        """Wait until nothing of it is left."""

    async def halt(self, instance: str, *, stdin_s: float | None = None) -> None:
        """End it by the ladder."""

    def known(self) -> Known:
        """Say what an earlier incarnation has launched, and what was lost with it."""

    def forget(self, instance: str) -> None:
        """Its end was told."""


def actor(containers: Containers, names: Names) -> Actor[rules.Containers]:
    """Make the actor."""

    async def perform(command: Command) -> Struct | tuple[Struct, ...] | None:
        match command:
            case Expect() | Prepare() | Make() | Abandon() | Listen() | Survey() | Note():
                return await _act(containers, command)
            case Await():
                exited = await containers.ended(command.instance)
                return (*containers.drained(), exited)
            case End():
                await containers.halt(command.instance, stdin_s=command.stdin_s)
                return None
            case Forget():
                containers.forget(command.instance)
                return None
            case Recall():
                return containers.known()

    return Actor(
        accepts=rules.Heard,
        initial=lambda now: rules.initial(names, now),
        decide=rules.decide,
        perform=perform,
    )


async def _act(containers: Containers, command: Own) -> Struct | tuple[Struct, ...] | None:
    match command:
        case Expect():
            containers.expect(command.launch)
        case Prepare():
            return await containers.prepare(command.launch, command.docker)
        case Make():
            made = await containers.make(command.launch, command.docker, command.image, command.digest)
            return (*containers.drained(), made)
        case Abandon():
            containers.abandon(command.instance)
        case Listen():
            return await containers.told()
        case Survey():
            return await containers.survey(command.docker)
        case Note():
            await containers.note(command.seen, command.docker)
    return None
