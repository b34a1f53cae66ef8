"""What doctor makes of a config before it looks at docker, and what its checks come to."""

from __future__ import annotations

from typing import Any

import pytest
from config.worlds import resolved

from supervisor.config.specs import Facts
from supervisor.diagnostics.words import Check, Verdict
from supervisor.edges.doctor.machine import need_of_docker
from supervisor.edges.doctor.rendering import exit_code

OWN = {"command": "docker", "args": ["run", "x"]}


@pytest.mark.parametrize(
    ("servers", "need"),
    [
        ([{"mode": "docker"}], "required"),
        ([{"mode": "sandbox"}, {"mode": "docker"}], "required"),
        ([{"mode": "auto"}], "useful"),
        ([{"mode": "sandbox"}, {"mode": "none"}], "none"),
        ([], "none"),
    ],
)
def test_the_config_says_how_much_depends_on_docker(servers: list[dict[str, Any]], need: str) -> None:
    entries = {str(number): {"command": "x", "isolation": said} for number, said in enumerate(servers)}
    assert need_of_docker(resolved({"mcpServers": entries}, facts=Facts())) == need


@pytest.mark.parametrize(
    ("entry", "need"),
    [
        (OWN, "required"),
        ({**OWN, "command": "/usr/bin/docker"}, "required"),
        ({**OWN, "command": "podman"}, "none"),
        ({**OWN, "enabled": False}, "none"),
    ],
)
def test_a_command_that_runs_docker_itself_needs_it_too(entry: dict[str, Any], need: str) -> None:
    assert need_of_docker(resolved({"mcpServers": {"a": entry}})) == need


def test_nobody_knows_what_a_config_needs_that_was_not_named() -> None:
    assert need_of_docker(None) == "useful"


def check(name: str, verdict: Verdict) -> Check:
    return Check(id=name, title="", verdict=verdict, evidence="")


@pytest.mark.parametrize(
    ("found", "code"),
    [
        ([check("docker.engine", "failure")], 5),
        ([check("sandbox.landlock", "failure"), check("state.directory", "failure")], 5),
        ([check("state.directory", "failure"), check("docker.engine", "warning")], 1),
        ([check("docker.engine", "warning"), check("docker.run", "skipped")], 0),
    ],
)
def test_the_exit_code_is_what_a_server_would_find(found: list[Check], code: int) -> None:
    assert exit_code(found) == code
