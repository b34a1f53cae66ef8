"""Journeys in mode docker: servers of our own in containers of the engine that all tests share."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from journeys.command import BOUND_S, Home
from real.docker.engines import Cli

from supervisor.container.identity import INSTANCE, MANAGED, OWNER, SERVER

IMAGE = "python:3.11"
SERVERS = Path(__file__).parents[1] / "servers"
INSIDE = "/servers"
"""Where a container has the programs of our servers."""
BRIEF = {"grace": {"stdin": "100ms", "term": "100ms"}}


def boxed(*flags: str, image: str = IMAGE, **keys: Any) -> dict[str, Any]:
    """A server of our own in a container, as it stands in a config."""
    isolation = {
        "mode": "docker",
        "image": image,
        "network_mode": "none",
        "extra_args": ["-v", f"{SERVERS}:{INSIDE}:ro"],
    }
    return {"command": "python", "args": ["-S", f"{INSIDE}/mcp_server.py", *flags], "isolation": isolation, **keys}


class DockerHome(Home):
    """A state directory whose servers run in containers."""

    def __init__(
        self, state_dir: Path, servers: Mapping[str, Any], host: str, stockade: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(state_dir, servers, stockade)
        self.cli = Cli(host)

    @property
    def environ(self) -> dict[str, str]:
        return {**super().environ, "DOCKER_HOST": self.cli.host}

    @property
    def instance(self) -> str:
        """What the containers of this state directory have in common, and no others."""
        return (self.state / "instance").read_text()

    def containers(self, server: str = "") -> list[str]:
        """Full ids of all containers that there are of ours, or of one server; ended ones too."""
        labels = {INSTANCE: self.instance} | ({SERVER: server} if server else {})
        words = [word for key, value in labels.items() for word in ("--filter", f"label={key}={value}")]
        return self.cli.lines("ps", "--all", "--no-trunc", "--quiet", *words)

    def wait_until_gone(self, limit_s: float = BOUND_S, ids: set[str] | None = None) -> None:
        """Wait until none of our containers is there any more, or none of these."""
        deadline = time.monotonic() + limit_s
        while left := [one for one in self.containers() if ids is None or one in ids]:
            assert time.monotonic() < deadline, f"still there: {left}"

    def inspect(self, container: str) -> dict[str, Any]:
        """All that the engine knows of a container."""
        (found,) = json.loads(self.cli("inspect", container))
        return dict(found)


def planted(cli: Cli, name: str, labels: Mapping[str, str]) -> str:
    """A running container with these labels beside our mark; its id. Whoever plants it removes it."""
    words = [
        word for key, value in ({MANAGED: "true"} | dict(labels)).items() for word in ("--label", f"{key}={value}")
    ]
    return cli("run", "--detach", "--init", "--network", "none", "--name", name, *words, "alpine:3.18", "sleep", "1000")


DEAD = {OWNER: "999999999:1"}
"""An owner that is no process."""
