"""`stockade doctor NAME` of servers in containers: what a real engine makes of each fault, and what is said of it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from journeys.command import heard
from journeys.containers import boxed
from real.docker.engines import Cli
from real.docker.machine import Machine, Told

from supervisor.edges.doctor.steps import NOT_REACHED

pytestmark = pytest.mark.real

PYTHON = "python:3.11"


def contained(*args: str, command: str = "python3", **isolation: Any) -> dict[str, Any]:
    return {"command": command, "args": list(args), "isolation": {"mode": "docker", "image": PYTHON, **isolation}}


HUNGRY = "x = bytearray(1 << 30); x[::4096] = bytes(len(x[::4096]))"
FAULTS: dict[str, tuple[dict[str, Any], str, str, str, str]] = {
    "the image is missing": (
        contained(image="no.such/image:1"), "image", "image.not_found", "image_missing", "`stockade pull ill`",
    ),
    "the image is for another machine": (
        contained(image="stockade-test/foreign:1"), "image", "image.wrong_platform", "", "this platform",
    ),
    "the image lacks the command": (
        contained(command="acme-mcp"), "spawn", "container.command_not_found", "", "isolation.image",
    ),
    "the image lacks a module": (
        contained("-m", "mcp_server_acme"), "handshake", "server.exited_before_handshake", "module_missing",
        "isolation.image",
    ),
    "it wants more memory": (
        contained("-c", HUNGRY, memory_limit="64m"), "handshake", "server.exited_before_handshake", "over_memory",
        "memory_limit",
    ),
    "it has no network": (
        contained("-c", "import socket; socket.create_connection(('example.org', 80))", network_mode="none"),
        "handshake", "server.exited_before_handshake", "network_missing", '"network_mode": "bridge"',
    ),
}  # fmt: skip
"""The server; the stage, the code, the cause, and what is in the fix."""


def examined(machine: Machine, server: dict[str, Any], *words: str) -> Told:
    return machine.stockade("doctor", "ill", "--json", *words, "--config", machine.config(ill=server))


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_of_a_container_is_told_in_one_sentence(docker_host: str, state_dir: Path, fault: str) -> None:
    server, stage, code, cause, fix = FAULTS[fault]
    told = examined(Machine(state_dir, DOCKER_HOST=docker_host), server, "--live")
    failure = told.data["failure"]
    assert (failure["stage"], failure["code"], failure["cause"]) == (stage, code, cause), failure
    assert fix in failure["remedy"]
    assert told.code == 1
    steps = {one["stage"]: one for one in told.data["stages"]}
    assert steps["resolve"]["outcome"] == "ok"
    assert stage == "scan" or steps["scan"]["evidence"] == NOT_REACHED


def test_a_server_that_works_in_a_container_is_gone_through_to_the_end(docker_host: str, state_dir: Path) -> None:
    told = examined(Machine(state_dir, DOCKER_HOST=docker_host), boxed(), "--live")
    assert told.data["failure"] is None, told.data["failure"]
    assert {one["outcome"] for one in told.data["stages"]} == {"ok"}
    (confinement,) = [one for one in told.data["stages"] if one["stage"] == "confinement"]
    assert confinement["facts"]["digest"]


def test_an_interrupt_leaves_no_container(docker_host: str, state_dir: Path, cli: Cli) -> None:
    machine = Machine(state_dir, DOCKER_HOST=docker_host)
    told = state_dir / "told"
    os.mkfifo(told)
    told.chmod(0o666)
    waiting = contained(
        "-c", "open('/told/told', 'w').write('here'); import time; time.sleep(60)",
        extra_args=["-v", f"{state_dir}:/told"],
    )  # fmt: skip
    words = [sys.executable, "-m", "supervisor", "doctor", "ill", "--live", "--config", machine.config(ill=waiting)]
    state_dir.chmod(0o755)
    with subprocess.Popen(words, env=machine.environ, stdout=subprocess.DEVNULL) as process:
        assert heard(told) == "here"
        running = cli.lines("ps", "--quiet", "--filter", "label=stockade.server=ill")
        process.send_signal(signal.SIGINT)
        assert process.wait(60.0) == 130
    assert running
    left = cli.lines("ps", "--all", "--quiet", "--filter", "label=stockade.server=ill")
    assert not set(running) & set(left)


def test_looking_at_a_missing_image_is_a_warning_because_a_start_fetches_it(docker_host: str, state_dir: Path) -> None:
    told = examined(Machine(state_dir, DOCKER_HOST=docker_host), contained(image="no.such/image:1"))
    steps = {one["stage"]: one for one in told.data["stages"]}
    assert (steps["image"]["outcome"], steps["confinement"]["outcome"]) == ("warning", "ok")
    assert told.code == 1


def test_a_docker_command_that_is_not_there_is_the_first_thing_to_be_said(
    docker_host: str, state_dir: Path, without_docker: list[str]
) -> None:
    del docker_host
    machine = Machine(state_dir)
    machine.python = (*without_docker, sys.executable)
    assert shutil.which("docker")  # else it would be no other machine
    told = examined(machine, contained(), "--live")
    assert told.data["failure"]["code"] == "docker_path.not_found"
    assert told.code == 5
