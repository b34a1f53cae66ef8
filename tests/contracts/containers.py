"""Mode `docker` on the stage of the contract: the behaviours run in containers of a real engine."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast
from uuid import uuid4

import trio
from contracts.stages import SCRIPTS, RealStage, Scene, scene
from fakes.process import with_variable
from real.docker.engines import Cli
from real.docker.leftovers import none_left

from supervisor.config.effects import adopt
from supervisor.config.specs import Config, Facts
from supervisor.container.effects import Engines
from supervisor.container.identity import INSTANCE
from supervisor.container.instances import ContainerInstances
from supervisor.container.owner import owner_here
from supervisor.docker_path.actor import actor as resolver_actor
from supervisor.docker_path.effects import DockerFinder
from supervisor.docker_path.places import search_on
from supervisor.engine.actor import actor as watcher_actor
from supervisor.engine.effects import Connections
from supervisor.environment.effects import CliEnvironment
from supervisor.events import ContainerCreated
from supervisor.kernel.actor import leaf_run
from supervisor.kernel.bus import Bus
from supervisor.kernel.specs import Leaf
from supervisor.modes import RESOLVER, WATCHER, ModeRow, Surroundings
from supervisor.prepare import container_profile_of
from supervisor.process.table import ProcessTable, open_processes

IMAGE = "alpine:3.18"
FOLDER = "/app"
"""The image's own working directory."""
INSIDE = "/work"
"""Where a container has the folder in which files of ours are."""


class ContainerStage(RealStage):
    """Mode docker. A server for each behaviour: what runs is said by its config, not by a prepared command."""

    refusals: Mapping[str, str] = {
        "not found": "container.command_not_found",
        "not executable": "container.command_not_executable",
        # The kernel says ENOENT of a missing interpreter, and nobody outside can look which file that is about.
        "bad shebang": "container.command_not_found",
        # No "cwd missing": a folder of this machine means nothing in a container.
    }
    killed: tuple[int | None, int | None] = (137, None)
    """A container's init passes the signal of its program on as a code of its own: 128 and the signal."""

    has_engine = True

    def __init__(self, table: ProcessTable, containers: ContainerInstances, cli: Cli, mark: str) -> None:
        self.bus = Bus()
        self.table = table
        self.identifiers: dict[str, str] = {}
        """Ids of containers, by instance."""
        self._labels = containers.labels
        self._cli = cli
        self._mark = mark

    def server(self, behaviour: str) -> str:
        return behaviour

    def command(self, behaviour: str) -> str:
        return ""

    def shown(self) -> str:
        return f"{self._mark}|{FOLDER}|"

    def left(self) -> set[str]:
        """Containers of ours, all processes in them, and the docker commands that carry their bytes."""
        containers = self._cli.lines("ps", "--all", "--quiet", "--filter", f"label={INSTANCE}={self._labels[INSTANCE]}")
        processes = with_variable("CONTRACT", self._mark)
        return {f"container {one}" for one in containers} | {f"process {pid}" for pid in processes}

    def kill(self, instance: str) -> None:
        self._cli("kill", self.identifiers[instance])

    async def collect(self) -> None:
        """Learn which container an instance has."""
        with self.bus.subscribe(ContainerCreated) as created:
            while True:
                for published in await created.take():
                    fact = cast(ContainerCreated, published.body)
                    self.identifiers[fact.instance_id] = fact.container


def config_of(folder: Path, mark: str) -> Config:
    """A server for each behaviour."""
    for name, mode in (("not-executable", 0o644), ("bad-shebang", 0o755)):
        (folder / name).write_text("#!/no/such/interpreter\n")
        (folder / name).chmod(mode)
    shells = {name: {"command": "sh", "args": ["-c", script]} for name, script in SCRIPTS.items()}
    programs: dict[str, dict[str, Any]] = {
        "not found": {"command": "no-such-program"},
        "not executable": {"command": "not-executable"},
        "bad shebang": {"command": "bad-shebang"},
        "cwd missing": {"command": "cat", "cwd": str(folder / "missing")},
    }
    isolation = {
        "mode": "docker",
        "image": IMAGE,
        "network_mode": "none",
        "extra_args": ["-v", f"{folder}:{INSIDE}:ro"],
    }
    env = {"CONTRACT": mark, "PATH": f"{INSIDE}:/bin"}
    servers = {name: {**entry, "env": env, "isolation": isolation} for name, entry in (shells | programs).items()}
    config = adopt({"mcpServers": servers}, environ={}, facts=Facts(engine=True))
    assert not config.invalid, config.invalid
    return config


@asynccontextmanager
async def container_scene(row: ModeRow, state_dir: Path, host: str) -> AsyncIterator[Scene]:
    """The real actor with those it speaks to: the resolver of the docker command, and the engine's watcher."""
    folder = state_dir / "work"
    folder.mkdir()
    mark = uuid4().hex
    environ = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "DOCKER_HOST": host,
        "SECRET_OF_STOCKADE": "no affair of a server",
    }
    cli = Cli(host)
    with none_left(cli):
        async with open_processes(str(state_dir)) as table:
            profiles = {spec.name: container_profile_of(spec, environ) for spec in config_of(folder, mark).servers}
            cli_environment = CliEnvironment(environ, "linux")

            async def environment(_docker: str) -> Mapping[str, str]:
                return (await cli_environment.get()).env

            engines = Engines(environment)
            containers = ContainerInstances(
                table,
                engines,
                profile=profiles.__getitem__,
                environment=environment,
                owner=owner_here(str(state_dir), "", is_kept=True),
                folder=state_dir / "containers",
            )
            stage = ContainerStage(table, containers, cli, mark)
            around = Surroundings(
                table=table, sandbox=cast(Any, None), sandbox_profile=cast(Any, None), containers=containers
            )  # fmt: skip
            resolver = resolver_actor(DockerFinder(environ, "linux"), search_on("linux", str(folder)))
            watcher = watcher_actor(Connections(engines.at, containers.labels))
            leaves = (
                Leaf(name=RESOLVER, run=leaf_run(stage.bus, resolver)),
                Leaf(name=WATCHER, run=leaf_run(stage.bus, watcher)),
            )
            async with trio.open_nursery() as nursery:
                nursery.start_soon(stage.collect)
                async with scene(stage, row.actor(around), row.mode, *leaves) as opened:
                    yield opened
                nursery.cancel_scope.cancel()
            engines.close()
