"""Wiring: what scanner plugins are run with."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from functools import partial
from pathlib import Path

import trio

from supervisor.container import oneoff as contained
from supervisor.container.effects import Engines
from supervisor.container.instances import ContainerInstances
from supervisor.container.words import Profile
from supervisor.docker_path.effects import search_now
from supervisor.docker_path.messages import tried_text
from supervisor.docker_path.places import search_on
from supervisor.environment.rules import Allowance, environment
from supervisor.errors import DockerNotFound, LaunchError
from supervisor.process.table import ProcessTable
from supervisor.sandbox import oneoff as confined
from supervisor.sandbox.effects import Sandbox
from supervisor.scan.plugin_run import FOLDER, PluginRuns, World


def plugin_runs(
    table: ProcessTable,
    sandbox: Sandbox,
    containers: tuple[ContainerInstances, Engines, dict[str, Profile]],
    *,
    state_dir: str,
    environ: Mapping[str, str],
) -> PluginRuns:
    """Put it together; the dictionary is where the containers' effects look up profiles beside those of servers."""
    instances, engines, guests = containers
    world = World(
        table=table,
        confined=confined.OneOffs(table, sandbox),
        contained=contained.OneOffs(instances, guests, partial(_docker, environ), engines.at),
        environment=environment(environ, Allowance(), platform=sys.platform),
        keys=environ,
        folder=Path(state_dir) / FOLDER,
    )
    return PluginRuns(world)


async def _docker(environ: Mapping[str, str]) -> str:
    """Find the docker command, as thoroughly as a launch does. Raises: LaunchError."""
    search = search_on(sys.platform, environ.get("HOME", ""))
    found = await trio.to_thread.run_sync(search_now, search, environ, sys.platform, abandon_on_cancel=True)
    if not found.path:
        raise LaunchError(DockerNotFound(tried=tried_text(found.tried), retry_after_s=0.0))
    return found.path
