"""Engines that cannot be reached: it is told in which way, with a remedy, and no server has failed by it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from real.docker.faults import environ, ground, server

if TYPE_CHECKING:
    from conftest import PlainPython, PlainUser

pytestmark = pytest.mark.real


@pytest.mark.parametrize(
    ("host", "code", "text"),
    [
        ("unix:///no/such.sock", "engine.not_running", "no Docker engine runs at unix:///no/such.sock"),
        ("tcp://127.0.0.1:9", "engine.not_running", "Connection refused"),
        ("tcp://ada:secret@no-such-host.invalid:2375", "engine.unreachable", "tcp://no-such-host.invalid:2375"),
        ("nonsense", "engine.unreachable", "the Docker engine at nonsense cannot be reached"),
    ],
)
async def test_an_address_without_an_engine(state_dir: Path, host: str, code: str, text: str) -> None:
    async with ground({"one": server()}, state_dir, host, is_clean=False) as on:
        lost = await on.until("engine.lost")
        stands = await on.stands("one", "engine_down")
        assert stands.problem is not None
        assert (lost.state, lost.problem.code, stands.problem.code) == ("down", code, code)
        assert text in stands.problem.text
        assert stands.problem.remedy
        assert on.told("server.backing_off") == []
        assert "secret" not in "\n".join(on.story())


async def test_an_engine_that_only_the_profile_names_is_used(docker_host: str, state_dir: Path) -> None:
    name_in_profile(state_dir, docker_host)
    async with ground(
        {"one": server()}, state_dir / "s", docker_host, DOCKER_HOST=None, HOME=str(state_dir), SHELL="/bin/sh"
    ) as on:
        await on.settled()
        assert (await on.until("engine.up")).host == docker_host


async def test_an_empty_address_is_the_operators_choice_of_the_default(docker_host: str, state_dir: Path) -> None:
    name_in_profile(state_dir, docker_host)
    nowhere = server(image="127.0.0.1:9/nothing:1")  # should this machine have an engine, nothing is run there
    async with ground(
        {"one": nowhere}, state_dir / "s", docker_host, DOCKER_HOST="", HOME=str(state_dir), SHELL="/bin/sh"
    ) as on:
        failed = await on.until("server.failed", "one")
        host = getattr(failed.problem, "host", "") or (await on.until("engine.up")).host
        assert host == "unix:///var/run/docker.sock"


def name_in_profile(home: Path, host: str) -> None:
    """Have a user's login shell name this engine."""
    (home / ".profile").write_text(f"export DOCKER_HOST={host}\n")


PROGRAM = """
import json, sys, trio, supervisor
config, state, environ = map(json.loads, sys.argv[1:])
async def main():
    async with supervisor.open_supervisor(config, state_dir=state, environ=environ) as sup:
        with sup.events() as events:
            (one,) = await sup.wait_for("outcome")
        print(json.dumps([one.life, one.problem.code, one.problem.remedy, one.restarts]))
trio.run(main)
"""


def test_a_socket_that_is_forbidden_to_a_plain_user(
    docker_host: str, state_dir: Path, plain_user: PlainUser, plain_python: PlainPython
) -> None:
    state_dir.chmod(0o777)
    config = {"mcpServers": {"one": server()}}
    words = [json.dumps(word) for word in (config, str(state_dir / "s"), environ(docker_host))]
    command = ["env", f"PYTHONPATH={plain_python.packages}", str(plain_python.python), "-c", PROGRAM, *words]
    done = plain_user.run(command)
    assert done.returncode == 0, done.stderr
    life, code, remedy, restarts = json.loads(done.stdout)
    assert (life, code, restarts) == ("engine_down", "engine.permission_denied", 0)
    assert "mode: sandbox" in remedy
