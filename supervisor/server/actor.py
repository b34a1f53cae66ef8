"""The actor of one MCP server."""

from __future__ import annotations

from typing import Protocol

from msgspec import Struct

from supervisor.kernel.actor import Actor
from supervisor.kernel.specs import Stop
from supervisor.server import rules
from supervisor.server.messages import Era, Heard, Listed, Looked, NotListed, Profile, Recovered, RetryDue
from supervisor.server.states import Backoff, Command, Look, Probe, Recover, Server


class Prober(Protocol):
    """What this actor needs of the world."""

    def token(self) -> str:
        """Return a word that tells this incarnation from the last."""

    async def back_off(self, delay_s: float, spread_s: float = 0.0) -> None:
        """Wait about so long, and up to `spread_s` more."""

    async def probe(self, instance: str, era: Era | None) -> Listed | NotListed:
        """Open the protocol with an instance and list its tools."""

    def recover(self, server: str) -> Recovered:
        """Say what an earlier incarnation left."""

    def look(self, instance: str) -> Looked:
        """Say whether a process of the instance is there."""


def actor(profile: Profile, path: str, prober: Prober) -> Actor[Server]:
    """Make the actor of a server; `path` is its own name in the tree."""

    async def perform(command: Command) -> Struct:
        match command:
            case Probe():
                return await prober.probe(command.instance, command.era)
            case Backoff():
                await prober.back_off(command.delay_s, command.spread_s)
                return RetryDue(number=command.number)
            case Recover():
                return prober.recover(command.server)
            case Look():
                return prober.look(command.instance)

    return Actor(
        accepts=Heard | Stop,
        initial=lambda now: rules.initial(profile, path, prober.token(), now),
        decide=rules.decide,
        perform=perform,
    )
