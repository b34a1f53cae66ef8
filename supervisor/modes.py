"""Wiring: one row per isolation mode that this version can run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from supervisor.bare.effects import BareInstances
from supervisor.config.schema import Mode
from supervisor.container.actor import actor as container_actor
from supervisor.container.instances import ContainerInstances
from supervisor.container.rules import Names
from supervisor.kernel.actor import Actor
from supervisor.launch.actor import actor as launch_actor
from supervisor.process.table import ProcessTable
from supervisor.sandbox.effects import Sandbox, SandboxInstances
from supervisor.sandbox.words import Profile


@dataclass(frozen=True, kw_only=True, slots=True)
class Surroundings:
    """What the effects of any mode may need of this run."""

    table: ProcessTable
    sandbox: Sandbox
    sandbox_profile: Callable[[str], Profile]
    """What the config says about a server's sandbox that a launch does not carry, by the server's name."""
    containers: ContainerInstances


@dataclass(frozen=True, kw_only=True, slots=True)
class ModeRow:
    """One isolation mode."""

    mode: Mode
    actor: Callable[[Surroundings], Actor[Any]]


WORK = "root/work"
"""Where the actors of the modes, and those that serve them, are in the tree."""
RESOLVER = "docker_path"
WATCHER = "engine"
CONTAINERS = Names(own=f"{WORK}/docker", resolver=f"{WORK}/{RESOLVER}", engine=f"{WORK}/{WATCHER}")

MODES = (
    ModeRow(mode="none", actor=lambda around: launch_actor(BareInstances(around.table))),
    ModeRow(
        mode="sandbox",
        actor=lambda around: launch_actor(SandboxInstances(around.table, around.sandbox, around.sandbox_profile)),
    ),
    ModeRow(
        mode="docker",
        actor=lambda around: container_actor(around.containers, CONTAINERS),
    ),
)
"""The modes, in the order in which their actors start."""


def launcher_path(mode: Mode) -> str:
    """Return the name of the actor that launches servers of this mode."""
    return f"{WORK}/{mode}"
