"""Servers that have no network and are started by package runners: fetched with a network, run without."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import trio
import trio.testing
from real.sandbox import package
from real.sandbox.accounts import Account
from real.sandbox.ground import Ground
from real.sandbox.test_servers import INITIALIZE, here, names_of

from supervisor.config.schema import SandboxSpec
from supervisor.config.specs import Grace, Limits
from supervisor.launch.messages import Launch, Launched, LaunchFailed
from supervisor.process.table import ProcessTable, open_processes
from supervisor.process.words import Command
from supervisor.sandbox.effects import Sandbox, SandboxInstances, open_sandbox
from supervisor.sandbox.words import Places, Profile

pytestmark = pytest.mark.real

BOUND_S = 60.0
ANSWER_S = 5.0
"""For what is there already, or will not come."""
MISSING = "stockade-test-has-no-such-package"


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """Something that can be reached where there is a network."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        yield found


def alone(ground: Ground, argv: list[str], level: str, **more: Any) -> list[dict[str, Any]]:
    """Start a server that has no network."""
    spec = {"network": "none", "level": level, **more.pop("spec", {})}
    return ground.each(argv, spec=spec, limit_s=100, **more)


@pytest.mark.parametrize(
    ("runner", "name", "level"),
    [("npx", "root", "S2"), ("npx", "plain", "S3"), ("uvx", "root", "S3"), ("uvx", "plain", "S2")],
)
def test_a_real_server_starts_cold_and_is_not_fetched_again(
    runner: str,
    name: str,
    level: str,
    accounts: dict[str, Account],
    made_ground: Callable[[Account], Ground],
    request: pytest.FixtureRequest,
) -> None:
    if name not in accounts:
        pytest.skip("needs root")
    program = str(request.getfixturevalue(runner))
    words = (
        [program, "-y", "@modelcontextprotocol/server-everything"] if runner == "npx" else [program, "mcp-server-time"]
    )
    ground = made_ground(accounts[name])
    cold, warm = alone(ground, words, level, talk=json.dumps(INITIALIZE) + "\n", env=here(), times=2)
    expected = "everything" if runner == "npx" else "time"
    assert (expected in names_of(cold), expected in names_of(warm)) == (True, True)
    assert (cold["fetched"], warm["fetched"]) == (True, False)
    assert (cold["report"]["level"], cold["report"]["network"]) == (level, "none")


@pytest.mark.parametrize("level", ["S2", "S3"])
def test_the_network_is_there_while_fetching_only_and_the_servers_data_while_running(
    ground: Ground, uvx: Path, listener: socket.socket, level: str
) -> None:
    (done,) = probed(ground, uvx, listener, level)
    said = json.loads(done["stdout"])
    assert said["builds"] == [{"token": "", "data": False, "network": True}]
    assert said["program"] == {"token": "t", "data": True, "network": False}


def test_what_the_runners_own_variables_name_can_be_read_while_fetching(
    ground: Ground, uvx: Path, listener: socket.socket
) -> None:
    (done,) = probed(ground, uvx, listener, "S2", SSL_CERT_DIR=str(ground.path / "home" / "data"))
    assert json.loads(done["stdout"])["builds"] == [{"token": "", "data": True, "network": True}]


def probed(ground: Ground, uvx: Path, listener: socket.socket, level: str, **variables: str) -> list[dict[str, Any]]:
    """Start the package that looks at what it can do."""
    data = ground.path / "home" / "data"
    data.mkdir()
    (data / "file").touch()
    port = listener.getsockname()[1]
    folder = package.write(ground.path / "outside" / "probe", data=data / "file", port=port)
    spec = {"read_only": [folder, str(data)]}
    return alone(ground, [str(uvx), "--from", folder, "probe"], level, spec=spec, env={"TOKEN": "t", **variables})


@pytest.mark.parametrize("runner", ["npx", "uvx"])
def test_a_package_that_does_not_exist_is_told_in_the_runners_words(
    runner: str, accounts: dict[str, Account], made_ground: Callable[[Account], Ground], request: pytest.FixtureRequest
) -> None:
    ground = made_ground(accounts["plain"])
    program = str(request.getfixturevalue(runner))
    (done,) = alone(ground, [program, MISSING], "auto", env=here())
    assert (done["problem"]["code"], done["problem"]["runner"]) == ("sandbox.install_failed", runner)
    assert MISSING in done["text"]
    assert "exit status" in done["text"]


class Bench:
    """The effects of mode sandbox, and a package whose build waits until it is told to go on."""

    def __init__(self, table: ProcessTable, sandbox: Sandbox, words: tuple[str, ...], folder: str) -> None:
        self.table = table
        self.sandbox = sandbox
        env = {"PATH": os.defpath}
        self.instances = SandboxInstances(table, sandbox, lambda _server: Profile(own_env=frozenset(env)))
        self._command = table.prepare(Command(argv=words, env=env, cwd="/"))
        self._spec = SandboxSpec(network="none", level="S2", read_only=(folder,))

    async def launch(self, instance: str) -> Launched | LaunchFailed:
        launch = Launch(
            reply_to="",
            instance=instance,
            server="own",
            command=self._command,
            grace=Grace(),
            limits=Limits(),
            sandbox=self._spec,
        )
        return await self.instances.launch(launch)


@asynccontextmanager
async def bench(state_dir: Path, uvx: Path, listener: socket.socket) -> AsyncIterator[Bench]:
    nowhere = state_dir / "nowhere"
    folder = package.write(state_dir / "probe", data=nowhere, port=listener.getsockname()[1], waits=True)
    (state_dir / "s").mkdir(mode=0o700)
    places = Places(state_dir=str(state_dir / "s"), homes=(str(nowhere),))
    with trio.fail_after(BOUND_S):
        async with open_sandbox(places) as sandbox, open_processes() as table:
            yield Bench(table, sandbox, (str(uvx), "--from", folder, "probe"), folder)


async def builder(listener: socket.socket) -> tuple[socket.socket, int]:
    """The build that is under way, and its pid; it first looks whether it can connect at all."""
    while True:
        await trio.lowlevel.wait_readable(listener)
        stream, _ = listener.accept()
        stream.settimeout(ANSWER_S)
        await trio.lowlevel.wait_readable(stream)
        said = stream.recv(100)
        if said:
            return stream, int(said)
        stream.close()


async def test_a_halt_while_fetching_leaves_nothing(
    state_dir: Path, uvx: Path, listener: socket.socket, no_leaks: None
) -> None:
    answers: list[Launched | LaunchFailed] = []
    async with bench(state_dir, uvx, listener) as made:

        async def launch() -> None:
            answers.append(await made.launch("own#1"))

        async with trio.open_nursery() as nursery:
            nursery.start_soon(launch)
            stream, pid = await builder(listener)
            assert (made.table.live(), Path(f"/proc/{pid}").exists()) == (["own#1-install"], True)
            await made.instances.halt("own#1")
        with stream:
            assert stream.recv(1) == b""  # nobody is at its other end any more
        assert made.table.live() == []
        assert made.sandbox.case("own") is None
    assert [type(answer) for answer in answers] == [LaunchFailed]


async def test_two_starts_at_once_fetch_once_and_the_servers_plan_is_its_own(
    state_dir: Path, uvx: Path, listener: socket.socket, no_leaks: None
) -> None:
    answers: list[Launched | LaunchFailed] = []
    async with bench(state_dir, uvx, listener) as made:

        async def launch(instance: str) -> None:
            answers.append(await made.launch(instance))

        async with trio.open_nursery() as nursery:
            nursery.start_soon(launch, "own#1")
            stream, _ = await builder(listener)
            nursery.start_soon(launch, "own#2")
            await trio.testing.wait_all_tasks_blocked()
            assert (made.table.live(), answers) == (["own#1-install"], [])
            with stream:
                stream.sendall(b"x")
        assert [type(answer) for answer in answers] == [Launched, Launched]
        case = made.sandbox.case("own")
        assert case is not None
        assert case.plan.network == "none"
        for instance in ("own#1", "own#2"):
            assert (await made.table.child(instance).wait()).code == 0
        with pytest.raises(KeyError):
            made.table.child("own#2-install")


def stockade(state_dir: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environ = {**os.environ, "STOCKADE_STATE_DIR": str(state_dir / "s")}
    command = [sys.executable, "-m", "supervisor", "run", "--exec", "--network", "none", *words]
    return subprocess.run(command, env=environ, input="", capture_output=True, text=True, timeout=BOUND_S)


@pytest.mark.parametrize("level", ["S2", "S3"])
def test_exec_fetches_first_too(state_dir: Path, uvx: Path, listener: socket.socket, level: str) -> None:
    folder = package.write(state_dir / "probe", data=state_dir / "nowhere", port=listener.getsockname()[1])
    allowed = ["--level", level, "--read-only", folder, "--env", "TOKEN=t"]
    done = stockade(state_dir, *allowed, "--", str(uvx), "--from", folder, "probe")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        "builds": [{"token": "", "data": False, "network": True}],
        "program": {"token": "t", "data": False, "network": False},
    }


def test_exec_does_not_start_what_could_not_be_fetched(state_dir: Path, uvx: Path) -> None:
    done = stockade(state_dir, "--", str(uvx), "--from", str(state_dir / "missing"), "probe")
    assert (done.returncode, done.stdout) == (1, "")
    assert "[sandbox.install_failed]" in done.stderr
    assert str(state_dir / "missing") in done.stderr
