"""The actor of every isolation mode whose effects need nothing but a launch: modes `none` and `sandbox`."""

from __future__ import annotations

from typing import Protocol

from msgspec import Struct

from supervisor.kernel.actor import Actor
from supervisor.launch import rules
from supervisor.launch.messages import Confined, Denied, Exited, Known, Launch, Launched, LaunchFailed
from supervisor.launch.rules import Await, Command, Create, End, Forget, Recall


class Launcher(Protocol):
    """What this actor needs of the world."""

    async def launch(self, message: Launch) -> Launched | LaunchFailed:
        """Start one instance."""

    def confined(self, instance: str) -> Confined | None:
        """Say what holds a launched instance, as it was really done; asked once. None of one that nothing holds."""

    async def outcome(self, instance: str) -> Denied | Exited:
        """Wait for the next thing that is refused to it, or until nothing of it is left."""

    async def halt(self, instance: str, *, stdin_s: float | None = None) -> None:
        """End it by the ladder."""

    def known(self) -> Known:
        """Say what an earlier incarnation has launched, and what was lost with it."""

    def forget(self, instance: str) -> None:
        """Its end was told."""


def actor(launcher: Launcher) -> Actor[rules.Launches]:
    """Make the actor."""

    async def perform(command: Command) -> Struct | tuple[Struct, ...] | None:
        match command:
            case Create():
                launched = await launcher.launch(command.launch)
                confined = launcher.confined(command.launch.instance)
                return launched if confined is None else (confined, launched)
            case Await():
                return await launcher.outcome(command.instance)
            case End():
                await launcher.halt(command.instance, stdin_s=command.stdin_s)
                return None
            case Forget():
                launcher.forget(command.instance)
                return None
            case Recall():
                return launcher.known()

    return Actor(accepts=rules.Heard, initial=rules.initial, decide=rules.decide, perform=perform)
