"""The actor that watches the Docker engine, and tells those who use it how it stands."""

from __future__ import annotations

from typing import Protocol

from msgspec import Struct

from supervisor.engine import rules
from supervisor.engine.words import (
    Appeared,
    AwaitSocket,
    Check,
    Checked,
    Command,
    Connect,
    Connected,
    Ended,
    Failed,
    Hear,
    Heard,
    Incoming,
)
from supervisor.kernel.actor import Actor


class Connections(Protocol):
    """What this actor needs of the world: at most one connection at a time, the last one that was asked for."""

    async def connect(self, docker: str, number: int) -> Connected | Failed:
        """End what was connected before, shake hands, listen."""

    async def hear(self, number: int) -> Heard | Ended | None:
        """Wait for what happens next; None if nobody listens any more."""

    async def check(self, number: int) -> Checked:
        """Ask something that the engine and its containerd have to answer."""

    async def appear(self, number: int) -> Appeared | None:
        """Wait until its socket is there anew; None if that is not wanted any more."""


def actor(connections: Connections) -> Actor[rules.Watched]:
    """Make the actor."""

    async def perform(command: Command) -> Struct | None:
        match command:
            case Connect():
                return await connections.connect(command.docker, command.number)
            case Hear():
                return await connections.hear(command.number)
            case Check():
                return await connections.check(command.number)
            case AwaitSocket():
                return await connections.appear(command.number)

    return Actor(accepts=Incoming, initial=rules.initial, decide=rules.decide, perform=perform)
