"""Profiles and starts of servers in containers, as tests need them."""

from __future__ import annotations

from typing import Any

from supervisor.config.images import complete, image_for
from supervisor.config.schema import HardeningFlags
from supervisor.config.specs import DockerSpec, Grace, Limits, StartupClocks
from supervisor.container.identity import made
from supervisor.container.words import Owner, Profile, Start

OWNER = Owner(instance="0f1e2d3c", config="c0ffee00c0ffee00", boot="b00t", owner="4711:815")
SPEC_KEYS = frozenset(DockerSpec.__struct_fields__) - {"command"}


def profile(command: str = "npx", *args: str, server: str = "files", **said: Any) -> Profile:
    """A server with the defaults of the config, but for what is said of its profile or its docker block."""
    spec = {key: said.pop(key) for key in list(said) if key in SPEC_KEYS}
    docker = DockerSpec(
        **{
            "image": complete(image_for(command, {}), "docker.io"),
            "command": command,
            "network_mode": "bridge",
            "extra_args": (),
            "log_driver": None,
            "log_max_size_bytes": 100 * 1024 * 1024,
            "log_max_files": 3,
            "hardening": HardeningFlags(),
            "working_dir": None,
            **spec,
        }
    )
    return Profile(
        **{
            "server": server,
            "place": f"mcpServers.{server}",
            "command": command,
            "args": args,
            "env": {},
            "spec": docker,
            "limits": Limits(),
            "grace": Grace(),
            "startup": StartupClocks(),
            **said,
        }
    )


def start(server: str = "files", **said: Any) -> Start:
    """A start of that server on an engine with two processors that logs to JSON files."""
    return Start(
        **{
            "docker": "/usr/bin/docker",
            "made": made(OWNER, server, "1a2b3c4d"),
            "cidfile": "/run/stockade/start/cid",
            "env_file": "/run/stockade/start/env",
            "config": OWNER.config,
            "cpus_available": 2.0,
            "default_log_driver": "json-file",
            **said,
        }
    )
