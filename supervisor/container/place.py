"""Looks up where the engine of a docker command is: reads the command's config, and asks it about its context."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import trio

from supervisor.container import endpoint
from supervisor.container.endpoint import Endpoint
from supervisor.errors import EngineUnreachable, LaunchError
from supervisor.process import brief

CONTEXT_S = 5.0
"""Seconds for the docker command to show a context: it reads two small files."""


def config_file(environment: Mapping[str, str]) -> Path:
    """The docker command's config; it need not exist."""
    return Path(endpoint.config_folder(environment), "config.json")


async def find(docker: str, environment: Mapping[str, str]) -> Endpoint:
    """Where the engine is. Raises: LaunchError, if a context is in force and cannot be read."""
    here = endpoint.from_environment(environment)
    if environment.get("DOCKER_HOST"):
        return here
    config = await trio.to_thread.run_sync(_text, config_file(environment))
    context = endpoint.context_named(environment, config)
    if not context:
        return here
    argv = (docker, "context", "inspect", "--format", "{{json .}}", context)
    said = await brief.run(argv, environment, bound_s=CONTEXT_S)
    found = endpoint.of_context(said.output) if said.code == 0 else None
    if found is None:
        why = said.reason or (f"exit status {said.code}" if said.code is not None else said.end)
        reason = f"its context cannot be read: `docker context inspect` gave {why}"
        raise LaunchError(EngineUnreachable(host=f"context {context}", reason=reason))
    return found


def _text(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError:
        return b""  # a command without a config has no context
