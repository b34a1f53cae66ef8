"""The actor that scans: one for all servers of a run."""

from __future__ import annotations

from typing import Protocol

from msgspec import Struct

from supervisor.kernel.actor import Actor
from supervisor.scan import rules
from supervisor.scan.messages import Concluded, Heard, Planned, Ran
from supervisor.scan.states import Command, Conclude, Examine, Halt, Plan, RunPlugin, Scans


class Scanning(Protocol):
    """What this actor needs of the world. Nothing here raises: what goes wrong is an outcome."""

    async def plan(self, server: str, number: int) -> Planned:
        """Find out which plugins can look at a server."""

    async def examine(self, server: str, number: int) -> Ran:
        """Have the engine look at what the server lists."""

    async def run_plugin(self, server: str, number: int, plugin: str) -> Ran:
        """Run one plugin to its end."""

    async def conclude(self, server: str, number: int, late: tuple[str, ...]) -> Concluded:
        """Judge what was found, and keep it."""

    async def halt(self, number: int) -> None:
        """End all that runs for this scan; returns when it has."""


def actor(scanning: Scanning) -> Actor[Scans]:
    """Make the actor."""

    async def perform(command: Command) -> Struct | None:
        match command:
            case Plan():
                return await scanning.plan(command.server, command.number)
            case Examine():
                return await scanning.examine(command.server, command.number)
            case RunPlugin():
                return await scanning.run_plugin(command.server, command.number, command.plugin)
            case Conclude():
                return await scanning.conclude(command.server, command.number, command.late)
            case Halt():
                await scanning.halt(command.number)
                return None

    return Actor(accepts=Heard, initial=rules.initial, decide=rules.decide, perform=perform)
