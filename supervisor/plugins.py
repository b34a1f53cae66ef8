"""Wiring: what scanner plugins are run with."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from functools import partial
from pathlib import Path

import trio
from msgspec.structs import replace

from supervisor import __version__
from supervisor.config.schema import Mode
from supervisor.config.specs import ServerSpec
from supervisor.container import oneoff as contained
from supervisor.container.effects import Engines
from supervisor.container.instances import ContainerInstances
from supervisor.container.words import Profile
from supervisor.docker_path.effects import search_now
from supervisor.docker_path.messages import tried_text
from supervisor.docker_path.places import search_on
from supervisor.environment.rules import scanner_environment
from supervisor.errors import DockerNotFound, LaunchError
from supervisor.prepare import located
from supervisor.process.table import ProcessTable
from supervisor.sandbox import oneoff as confined
from supervisor.sandbox import runners
from supervisor.sandbox.disk import Disk
from supervisor.sandbox.effects import Sandbox
from supervisor.sandbox.state import server_folder
from supervisor.sandbox.variables import caches
from supervisor.scan.plugins.effects import FOLDER, PluginRuns, World
from supervisor.scan.plugins.inputs import Inputs, Ran
from supervisor.scan.plugins.manifests import Plugin
from supervisor.scan.plugins.remembered import FOLDER as LOOKS
from supervisor.scan.plugins.remembered import Memory
from supervisor.scan.plugins.sources import Asked, Source, source_of


def plugins(
    table: ProcessTable,
    sandbox: Sandbox,
    containers: tuple[ContainerInstances, Engines, dict[str, Profile]],
    *,
    state_dir: str,
    environ: Mapping[str, str],
) -> Plugins:
    """Put it together; the dictionary is where the containers' effects look up profiles beside those of servers."""
    instances, engines, guests = containers
    world = World(
        table=table,
        confined=confined.OneOffs(table, sandbox),
        contained=contained.OneOffs(instances, guests, partial(_docker, environ), engines.at),
        environment=scanner_environment(environ, platform=sys.platform),
        keys=environ,
        folder=Path(state_dir) / FOLDER,
        memory=Memory(Path(state_dir) / LOOKS, __version__),
    )
    return Plugins(world, state_dir, environ)


class Plugins:
    """The plugins of a run, with what they look at."""

    def __init__(self, world: World, state_dir: str, environ: Mapping[str, str]) -> None:
        self._runs = PluginRuns(world)
        self._runs_anew = PluginRuns(replace(world, memory=None))
        self._state_dir = state_dir
        self._environ = environ

    async def run(self, plugin: Plugin, spec: ServerSpec, tools: tuple[bytes, ...]) -> Ran:
        """Run one for a server, in that server's own mode; `tools` are its definitions as it wrote them."""
        find = partial(inputs_of, spec, tools, state_dir=self._state_dir, environ=self._environ)
        inputs = await trio.to_thread.run_sync(find, abandon_on_cancel=True)
        return await self._runs.run(plugin, inputs, spec.name, spec.mode)

    async def run_on(self, plugin: Plugin, inputs: Inputs, *, mode: Mode, name: str) -> Ran:
        """Run one for what is no server's, under a name for people; nothing is remembered."""
        return await self._runs_anew.run(plugin, inputs, name, mode)

    async def forget(self, spec: ServerSpec) -> None:
        """Have the next look of every plugin at a server be one, whatever is remembered of earlier ones."""
        await self._runs.forget(spec.name, spec.scan.plugins)


def inputs_of(spec: ServerSpec, tools: tuple[bytes, ...], *, state_dir: str, environ: Mapping[str, str]) -> Inputs:
    """Say what there is of a server to be looked at; `tools` are its definitions as it wrote them. Reads the disk."""
    source = _source(spec, state_dir, environ)
    is_contained = spec.mode == "docker" and not spec.own_container
    return Inputs(
        tools=tools,
        source=source.folder,
        only=source.only,
        why_no_source=source.why,
        image=spec.docker.image if is_contained else "",
        has_network=spec.scan.network == "declared",
    )


def origin_here(spec: ServerSpec, state_dir: str, environ: Mapping[str, str]) -> str:
    """Say which package and image a server is, as far as this machine knows them. Reads the disk, and asks nobody."""
    from supervisor.scan.trust.origin import origin_of
    from supervisor.scan.trust.package import package_of

    image = spec.docker.image if spec.mode == "docker" and "@" in spec.docker.image else ""
    fetched = runners.installation((spec.command, *spec.args)) if spec.command else None
    package = package_of(fetched) if fetched else None
    if package is None:
        return image
    origin = origin_of(package, _source(spec, state_dir, environ).folder, Disk())
    return f"{origin} in {image}" if image else origin


def _source(spec: ServerSpec, state_dir: str, environ: Mapping[str, str]) -> Source:
    if spec.mode == "docker" or spec.own_container:
        return Source(why="its program is in an image, not in a folder of this machine")
    try:
        command = located(spec, environ)
    except LaunchError as error:
        return Source(why=error.problem.text)
    homes = tuple(home for home in {environ.get("HOME", ""), str(Path("~").expanduser())} if home.startswith("/"))
    state = server_folder(state_dir, spec.name)
    is_confined = spec.mode == "sandbox"
    environment = {**caches(state), **command.env} if is_confined else command.env
    asked = Asked(
        argv=command.argv,
        fetched=runners.installation(command.argv),
        cwd=spec.cwd or (state if is_confined else command.cwd),
        environment=environment,
        home=f"{state}/home" if is_confined else environ.get("HOME", "/"),
        homes=homes,
    )
    return source_of(asked, Disk())


async def _docker(environ: Mapping[str, str]) -> str:
    """Find the docker command, as thoroughly as a launch does. Raises: LaunchError."""
    search = search_on(sys.platform, environ.get("HOME", ""))
    found = await trio.to_thread.run_sync(search_now, search, environ, sys.platform, abandon_on_cancel=True)
    if not found.path:
        raise LaunchError(DockerNotFound(tried=tried_text(found.tried), retry_after_s=0.0))
    return found.path
