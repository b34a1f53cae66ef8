"""Servers whose own command runs a container: held like ours where there is an id, else told as what they are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from journeys.embedding import QUICK, Client, client
from real.docker.engines import Cli
from real.docker.faults import ANSWERS, IGNORES_BOTH, IMAGE, ground, literal, where

from supervisor.config.effects import adopt
from supervisor.config.specs import Facts
from supervisor.prepare import is_alone

pytestmark = pytest.mark.real


def own(*words: str, script: str = ANSWERS, program: str = "docker", **stockade: Any) -> dict[str, Any]:
    """An entry of the config: this command, with a shell's text in the container that it runs."""
    arguments = [*words, IMAGE, "sh", "-c", script]
    return {"command": program, "args": [*map(literal, arguments)], "stockade": {"grace": QUICK, **stockade}}


async def test_each_is_ended_and_that_is_verified(docker_host: str, state_dir: Path) -> None:
    servers = {
        "plain": own("run", "-i", "--rm"),
        "kept": own("run", "-i"),
        "stubborn": own("container", "run", "-i", "--rm", script=IGNORES_BOTH),
        "elsewhere": own("--host", docker_host, "run", "--interactive", "--rm", "--init"),
    }
    async with ground(servers, state_dir, docker_host) as on:
        await on.settled()
        assert on.containers() == sorted(servers)
        last = {name: on.running(name) for name in servers}
    for name, container in last.items():
        (stopped,) = [one for one in on.told("container.stopped", name) if one.container == container]
        assert stopped.verified, name
        assert on.told("container.removed", name)[-1].container == container
    assert {one.name for one in on.told("container.created")} == {""}


async def test_one_whose_name_is_fixed_is_there_once_and_again(docker_host: str, state_dir: Path) -> None:
    """So it is for a fixed cidfile, which the docker command leaves behind."""
    name, cidfile = f"st-{state_dir.name}", state_dir / "cid"
    servers = {"named": own("run", "-i", "--rm", "--name", name), "filed": own("run", "-i", "--cidfile", str(cidfile))}
    async with ground(servers, state_dir, docker_host) as on:
        for server in servers:
            for _ in range(2):
                async with client(on.house.sup, server) as session:
                    assert await answered(session) == on.running(server)[:12]
        assert on.told("server.failed") == []
        assert {one.name for one in on.told("container.created", "named")} == {name}


async def answered(session: Client) -> str:
    """Which container answers, asked for until there is one."""
    while "error" in await session.call("where"):
        pass
    return await where(session)


async def test_what_is_in_the_way_of_one_is_named(docker_host: str, state_dir: Path) -> None:
    name, cidfile = f"st-{state_dir.name}", state_dir / "cid"
    cidfile.write_text("somebody else's")
    servers = {
        "first": own("run", "-i", "--rm", "--name", name),
        "second": own("run", "-i", "--rm", "--name", name, lazy=True),
        "cidfile": own("run", "-i", "--rm", "--cidfile", str(cidfile)),
        "podman": own("run", "-i", "--rm", program="podman"),
        "no-image": own("run", "-i", "--no-such-flag"),
    }
    async with ground(servers, state_dir, docker_host) as on, client(on.house.sup, "first") as session:
        await answered(session)
        await on.house.sup.start("second")
        found = {}
        for server in servers.keys() - {"first"}:
            failed = await on.until("server.failed", server)
            found[server] = failed.problem.code
        assert found == {
            "second": "container.name_conflict",
            "cidfile": "container.refused",
            "podman": "process.command_not_found",
            "no-image": "container.refused",
        }
        refused = on.told("server.failed", "cidfile")[0]
        assert str(cidfile) in refused.problem.text
        assert "the command's own ones" in refused.remedy
        assert cidfile.read_text() == "somebody else's"


async def test_what_exec_and_compose_begin_is_a_process_of_ours_and_no_container(
    docker_host: str, state_dir: Path
) -> None:
    cli = Cli(docker_host)
    theirs = cli("run", "--detach", "--rm", "--init", "--network", "none", IMAGE, "sleep", "1000")
    try:
        words = ["exec", "-i", theirs, "sh", "-c", ANSWERS]
        servers = {"exec": {"command": "docker", "args": [*map(literal, words)], "stockade": {"grace": QUICK}}}
        async with ground(servers, state_dir, docker_host) as on, client(on.house.sup, "exec") as session:
            assert await answered(session) == theirs[:12]
            assert on.tags("container") == []
        assert cli("inspect", "--format", "{{.State.Status}}", theirs) == "running", "it is somebody else's"
    finally:
        cli("rm", "--force", theirs)


def test_a_fixed_name_makes_a_server_one_for_a_client_at_a_time() -> None:
    config = adopt(
        {"mcpServers": {"named": own("run", "-i", "--name", "x"), "free": own("run", "-i")}}, environ={}, facts=Facts()
    )
    assert {spec.name: is_alone(spec) for spec in config.servers} == {"named": True, "free": False}
