"""The resolver of the docker command."""

from __future__ import annotations

from typing import Protocol

from supervisor.docker_path import rules
from supervisor.docker_path.places import Search
from supervisor.docker_path.rules import Look, Looked
from supervisor.kernel.actor import Actor


class Finder(Protocol):
    """What this actor needs of the world."""

    async def on_path(self) -> Looked:
        """Look on our own PATH."""

    async def at(self, look: Look) -> Looked:
        """Look at these places, in order; touches nothing else."""

    async def by_login_shell(self) -> Looked:
        """Ask the login shell, and look at the place that it names."""


def actor(finder: Finder, search: Search) -> Actor[rules.Knowledge]:
    """Make the actor."""

    async def perform(look: Look) -> Looked:
        match look.step:
            case "path":
                return await finder.on_path()
            case "login_shell":
                return await finder.by_login_shell()
            case "bundled" | "remembered":
                return await finder.at(look)

    return Actor(accepts=rules.Heard, initial=lambda _now: rules.initial(search), decide=rules.decide, perform=perform)
