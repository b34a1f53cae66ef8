"""The actor of mode `none`: direct children, supervised but not confined."""

from __future__ import annotations

from typing import Protocol

from msgspec import Struct

from supervisor.kernel.actor import Actor
from supervisor.launch import rules
from supervisor.launch.messages import Exited, Known, Launch, Launched, LaunchFailed
from supervisor.launch.rules import Await, Command, Create, End, Forget, Recall


class Instances(Protocol):
    """What this actor needs of the world."""

    async def launch(self, message: Launch) -> Launched | LaunchFailed:
        """Start one instance."""

    async def ended(self, instance: str) -> Exited:
        """Wait until nothing of it is left."""

    async def halt(self, instance: str, *, stdin_s: float | None = None) -> None:
        """End it by the ladder."""

    def known(self) -> Known:
        """Say what an earlier incarnation has launched, and what was lost with it."""

    def forget(self, instance: str) -> None:
        """Its end was told."""


def actor(instances: Instances) -> Actor[rules.Launches]:
    """Make the actor."""

    async def perform(command: Command) -> Struct | None:
        match command:
            case Create():
                return await instances.launch(command.launch)
            case Await():
                return await instances.ended(command.instance)
            case End():
                await instances.halt(command.instance, stdin_s=command.stdin_s)
                return None
            case Forget():
                instances.forget(command.instance)
                return None
            case Recall():
                return instances.known()

    return Actor(accepts=rules.Heard, initial=rules.initial, decide=rules.decide, perform=perform)
