"""A container that is run as a server's would be, with all hardening flags, to see whether this machine bears them.

What is run has to be in every image: it is the init that the engine itself puts into the container, asked for its
version. If that fails, the flags are left out one by one until it does not, so that the one to relax can be named.
"""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Iterator
from pathlib import Path

import trio
from msgspec import Struct
from msgspec.structs import replace

from supervisor.config.schema import HardeningFlags, IsolationBlock
from supervisor.config.specs import DockerSpec, Grace, Limits, StartupClocks
from supervisor.container import identity
from supervisor.container.argv import run_plan
from supervisor.container.classify import classified
from supervisor.container.effects import Engine
from supervisor.container.examined import FLAGS, Trial
from supervisor.container.facts import EngineFacts
from supervisor.container.owner import owner_here
from supervisor.container.words import Made, Profile, Start
from supervisor.errors import (
    AnyProblem,
    ContainerCommandNotFound,
    ContainerRefused,
    EngineNotResponding,
    LaunchError,
    SnapAppArmor,
)
from supervisor.process import brief

RUN_S = 30.0
"""Seconds for one container: a busy machine takes three."""
LOOKED_AT = 20
"""Images that are looked at, from the smallest on, to find one that is for this engine's platform."""
INIT = "/sbin/docker-init"
"""Where the engine puts its init into a container."""
SERVER = "doctor"


class Image(Struct, frozen=True):
    """An image to try with."""

    id: str
    name: str
    """Its first tag; its id if it has none."""


async def attempt(engine: Engine, facts: EngineFacts) -> Trial:
    """Run it with all flags; if that fails, find out without which it works. Raises: LaunchError, if nobody answers."""
    image = await _smallest(engine, facts)
    if image is None:
        platform = f"{facts.os}/{facts.architecture}"
        return Trial(unable=f"there is no image for {platform} on the engine to try it with; none is fetched for it")
    tries = Tries(engine, facts, image)
    try:
        problem = await tries.run(HardeningFlags())
        if isinstance(problem, ContainerCommandNotFound):
            return Trial(image=image.name, unable=f"this engine has no {INIT}, which is what would be run")
        relax = await _relaxed(tries, problem) if problem is not None else ()
    finally:
        with trio.CancelScope(shield=True):
            left = await tries.clean_up()
    return Trial(image=image.name, problem=problem, relax=relax, left=left)


async def _smallest(engine: Engine, facts: EngineFacts) -> Image | None:
    listed = await engine.answer("/images/json")
    for one in sorted(listed, key=lambda one: int(one.get("Size") or 0))[:LOOKED_AT]:
        found = await engine.image(str(one["Id"]))
        if found is not None and (found.os, found.architecture) == (facts.os, facts.architecture):
            tags = [tag for tag in one.get("RepoTags") or () if tag != "<none>:<none>"]
            return Image(found.id, tags[0] if tags else found.id)
    return None


async def _relaxed(tries: Tries, problem: AnyProblem) -> tuple[str, ...]:
    """The flags without which it starts: as few as possible; none if it does not start in any case."""
    for flags in _candidates(problem):
        if await tries.run(replace(HardeningFlags(), **dict.fromkeys(flags, False))) is None:
            return flags
    return ()


def _candidates(problem: AnyProblem) -> Iterator[tuple[str, ...]]:
    """Each flag alone, the one first that the failure names, and then all of them."""
    named = problem.flag if isinstance(problem, SnapAppArmor) else ""
    for flag in sorted(FLAGS, key=lambda flag: flag != named):
        yield (flag,)
    yield FLAGS


class Tries:
    """Runs of one image, each in a container of its own."""

    def __init__(self, engine: Engine, facts: EngineFacts, image: Image) -> None:
        self._engine = engine
        self._facts = facts
        self._image = image
        self._owner = owner_here("", "", is_kept=False)

    async def run(self, hardening: HardeningFlags) -> AnyProblem | None:
        """Run it to its end; says why it failed."""
        with tempfile.TemporaryDirectory(prefix="stockade-") as folder:
            plan = run_plan(_profile(self._image, hardening), self._start(Path(folder)))
            environment = {**self._engine.environment, **plan.env}
            said = await brief.run(plan.argv, environment, bound_s=RUN_S, with_stderr=True)
        if said.end == "exited" and said.code == 0:
            return None
        if said.end == "late":
            return EngineNotResponding(host=self._facts.host, reason=f"`docker run` did not end within {RUN_S:g} s")
        lines = said.output.decode("utf-8", "replace").splitlines()
        found = classified(said.code, lines, command=INIT, image=self._image.name)
        last = next((line.strip() for line in reversed(lines) if line.strip()), said.reason or "it said nothing")
        return found or ContainerRefused(reason=f"`docker run` ended with {said.code}: {last}")

    async def clean_up(self) -> tuple[str, ...]:
        """Remove what did not go by itself; the ids of what cannot be removed."""
        left: list[str] = []
        mine = {identity.MANAGED: "true", identity.INSTANCE: self._owner.instance}
        try:
            for one in await self._engine.find(mine):
                await self._engine.remove(one.id)
                if await self._engine.state(one.id) is not None:
                    left.append(one.id)
        except LaunchError as error:
            left.append(f"(not known: {error.problem.text})")
        return tuple(left)

    def _start(self, folder: Path) -> Start:
        made: Made = identity.made(self._owner, SERVER, secrets.token_hex(4))
        return Start(
            docker=self._engine.docker,
            made=made,
            cidfile=str(folder / "cid"),
            env_file=str(folder / "env"),
            config=self._owner.config,
            image=self._image.id,
            cpus_available=float(self._facts.cpus) or None,
            default_log_driver=self._facts.log_driver or None,
        )


def _profile(image: Image, hardening: HardeningFlags) -> Profile:
    """A server that says nothing of its isolation but the flags."""
    block = IsolationBlock()
    spec = DockerSpec(
        image=image.name,
        command="--version",
        network_mode=block.network_mode,
        extra_args=("--entrypoint", INIT),
        log_driver=None,
        log_max_size_bytes=block.log_max_size,
        log_max_files=block.log_max_files,
        hardening=hardening,
        working_dir=None,
    )
    return Profile(
        server=SERVER,
        place=SERVER,
        command=spec.command,
        args=(),
        env={},
        spec=spec,
        limits=Limits(),
        grace=Grace(),
        startup=StartupClocks(),
    )
