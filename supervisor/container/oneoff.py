"""Programs that are run once to their end in a container, each seeing a few folders of ours.

They are launched by the very effects that launch servers: so they are labelled, watched, found again after a crash and
ended by their id like these. Their profiles are kept under names that no server can have.
"""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable
from typing import Protocol

from supervisor.config.schema import HardeningFlags, IsolationBlock
from supervisor.config.specs import DockerSpec, StartupClocks
from supervisor.container.facts import EngineFacts, ImageFacts
from supervisor.container.words import Mount, OneOff, Profile
from supervisor.errors import ContainerRefused, ImageNotFound, LaunchError
from supervisor.launch.messages import Exited, Launch, Launched, LaunchFailed


class Engine(Protocol):
    """What is asked of an engine."""

    host: str
    socket_path: str

    async def facts(self) -> EngineFacts:
        """What it is. Raises: LaunchError."""
        ...

    async def image(self, name: str) -> ImageFacts | None:
        """The image of this name. Raises: LaunchError."""
        ...


class Instances(Protocol):
    """The effects of mode docker."""

    async def make(self, launch: Launch, docker: str, image: str, digest: str) -> Launched | LaunchFailed: ...

    async def ended(self, instance: str) -> Exited: ...

    async def halt(self, instance: str, *, now: bool = False) -> None: ...

    def forget(self, instance: str) -> None: ...


class OneOffs:
    """Launches them."""

    def __init__(
        self,
        instances: Instances,
        guests: dict[str, Profile],
        find: Callable[[], Awaitable[str]],
        engine_at: Callable[[str], Awaitable[Engine]],
    ) -> None:
        """Take where the effects look profiles up, how the docker command is found, and the engine it speaks to."""
        self._instances = instances
        self._guests = guests
        self._find = find
        self._engine_at = engine_at
        self._servers: dict[str, str] = {}

    async def begin(self, launch: Launch, wanted: OneOff) -> Launched | LaunchFailed:
        """Start it; nothing is fetched for it.

        Raises: LaunchError, with ImageNotFound, or with why the engine cannot be used.
        """
        docker = await self._find()
        engine = await self._engine_at(docker)
        facts = await engine.facts()
        if not engine.socket_path:
            reason = f"the engine at {engine.host} is on another machine, and cannot see the folders of this one"
            raise LaunchError(ContainerRefused(reason=reason))
        image = await engine.image(wanted.image)
        if image is None:
            raise LaunchError(ImageNotFound(image=wanted.image, reason="it is not on the engine"))
        self._guests[launch.server] = _profile(launch, wanted, facts)
        self._servers[launch.instance] = launch.server
        return await self._instances.make(launch, docker, image.id, image.digest)

    async def ended(self, instance: str) -> Exited:
        """As every mode does."""
        return await self._instances.ended(instance)

    async def halt(self, instance: str, *, now: bool = False) -> None:
        """As every mode does."""
        await self._instances.halt(instance, now=now)

    def forget(self, instance: str) -> None:
        """As every mode does."""
        self._instances.forget(instance)
        self._guests.pop(self._servers.pop(instance, ""), None)


def _profile(launch: Launch, wanted: OneOff, facts: EngineFacts) -> Profile:
    block = IsolationBlock()
    command, *args = wanted.words or ("",)
    spec = DockerSpec(
        image=wanted.image,
        command=command,
        network_mode="bridge" if wanted.has_network else "none",
        extra_args=(*_mounts(wanted.mounts), *_user(facts)),
        log_driver="none",  # what it writes is a report, read once: no second copy of it on the engine's disk
        log_max_size_bytes=block.log_max_size,
        log_max_files=block.log_max_files,
        hardening=HardeningFlags(),
        working_dir=None,
    )
    return Profile(
        server=launch.server,
        place=launch.server,
        command=command,
        args=tuple(args),
        env=wanted.env,
        secret_names=wanted.secret_names,
        spec=spec,
        limits=launch.limits,
        grace=launch.grace,
        startup=StartupClocks(),
    )


def _mounts(mounts: tuple[Mount, ...]) -> tuple[str, ...]:
    words: list[str] = []
    for mount in mounts:
        read_only = "" if mount.is_writable else ",readonly"
        words += ("--mount", f"type=bind,src={mount.folder},dst={mount.place}{read_only}")
    return tuple(words)


def _user(facts: EngineFacts) -> tuple[str, ...]:
    """Who we are, so that what it writes is ours; a rootless engine's root is us already."""
    return () if facts.rootless else ("--user", f"{os.geteuid()}:{os.getegid()}")
