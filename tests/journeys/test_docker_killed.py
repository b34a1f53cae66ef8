"""The daemon dies by SIGKILL with containers: nothing of them stays, and the next start makes exactly one set."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from journeys.command import (
    BOUND_S,
    carriers,
    command_line,
    descendants,
    entry,
    wait_for_end,
    wait_until_gone,
    word,
)
from journeys.containers import BRIEF, DEAD, INSIDE, SERVERS, DockerHome, boxed, planted
from real.docker.engines import Cli
from real.docker.leftovers import none_left
from servers.running import SERVER

from supervisor.container.identity import BOOT, INSTANCE
from supervisor.container.identity import SERVER as OF_SERVER

pytestmark = pytest.mark.real
GONE_S = 10.0
"""The promise is five seconds on a machine of one's own."""


@pytest.fixture
def name() -> str:
    return word()


@pytest.fixture
def cli(docker_host: str) -> Iterator[Cli]:
    cli = Cli(docker_host)
    with none_left(cli):
        yield cli


FORKS = """
import runpy, subprocess, sys
subprocess.Popen(["sleep", "1000"])
subprocess.Popen(["sh", "-c", "(setsid sleep 1000 &)"], stdin=0, stdout=2)
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""
"""Leaves a child and a daemon behind on its way to the server."""


def mixed(name: str) -> dict[str, Any]:
    """Servers of every mode and of many habits: obedient, stubborn, with children and daemons of their own."""
    servers: dict[str, Any] = {}
    for mode, made in (("none", entry), ("sandbox", lambda *flags, **keys: entry(*flags, mode="sandbox", **keys))):
        servers[f"{name}-{mode}-polite"] = made()
        servers[f"{name}-{mode}-stubborn"] = made("--ignore-term", "--ignore-eof", stockade=BRIEF)
        args = ["-S", "-c", FORKS, str(SERVER)]
        isolation = {"mode": mode, "sandbox": {"read_only": [str(SERVER)]}}
        servers[f"{name}-{mode}-tree"] = {"command": sys.executable, "args": args, "isolation": isolation}
    servers[f"{name}-docker-polite"] = boxed()
    servers[f"{name}-docker-deaf"] = boxed("--ignore-term", stockade=BRIEF)
    servers[f"{name}-docker-stubborn"] = boxed("--ignore-term", "--ignore-eof", stockade=BRIEF)
    servers[f"{name}-docker-tree"] = {**boxed(), "args": ["-S", "-c", FORKS, f"{INSIDE}/mcp_server.py"]}
    mounted = ["-v", f"{SERVERS}:{INSIDE}:ro", "python:3.11", "python", "-S", f"{INSIDE}/mcp_server.py"]
    stubborn = [*mounted, "--ignore-term", "--ignore-eof"]
    servers[f"{name}-own"] = {
        "command": "docker",
        "args": ["run", "-i", "--network", "none", *stubborn],
        "stockade": BRIEF,
    }
    return servers


def inside(home: DockerHome) -> list[int]:
    """The first process of each of our containers, as this machine sees it."""
    return [home.inspect(one)["State"]["Pid"] for one in home.containers()]


def test_nothing_stays_of_a_mixed_set_and_a_restart_makes_exactly_one(state_dir: Path, name: str, cli: Cli) -> None:
    home = DockerHome(state_dir, mixed(name), cli.host)
    with home.daemon() as daemon:
        home.settled(11)
        below = [*descendants(daemon.pid), *inside(home)]
        assert len(home.containers()) == 5
        daemon.kill()
        wait_until_gone(name, GONE_S)
        home.wait_until_gone(GONE_S)
        for pid in below:
            wait_for_end(pid, GONE_S)
    with home.daemon() as daemon:
        home.settled(11)
        assert len(home.containers()) == 5  # one spare of each
        leaders = [pid for pid in carriers(name) if os.getsid(pid) == pid]
        assert len(set(leaders)) >= 11
        home.verb("shutdown")
        assert daemon.wait(BOUND_S) == 0
        wait_until_gone(name, GONE_S)
        assert home.containers() == []
    assert home.records("container.swept") == []  # the guardian had done it


def stubborn(name: str, count: int) -> dict[str, Any]:
    return {f"{name}-{number}": boxed("--ignore-eof", "--ignore-term", stockade=BRIEF) for number in range(count)}


def hold_and_kill(daemon: Any) -> None:
    """Kill the daemon and its guardian, so that neither sees the other's end."""
    (guardian,) = [pid for pid in descendants(daemon.pid) if "guardian" in command_line(pid)]
    os.kill(guardian, signal.SIGSTOP)
    os.kill(daemon.pid, signal.SIGSTOP)
    os.kill(guardian, signal.SIGKILL)
    daemon.kill()
    daemon.wait()


def test_what_even_the_guardian_could_not_end_is_swept_at_the_next_start_and_told(
    state_dir: Path, name: str, cli: Cli
) -> None:
    home = DockerHome(state_dir, stubborn(name, 2), cli.host)
    with home.daemon() as daemon:
        home.settled(2)
        left = set(home.containers())
        assert len(left) == 2
        hold_and_kill(daemon)
        assert set(home.containers()) == left  # the guard is broken on purpose: they live
        owner = daemon.pid
    with home.daemon() as daemon:
        home.settled(2)
        assert len(home.containers()) == 2
        assert not left & set(home.containers())
        home.verb("shutdown")
        daemon.wait(BOUND_S)
    swept = home.records("container.swept")
    assert {one["container"] for one in swept} == left
    assert [(one["removed"], one["owner"].partition(":")[0]) for one in swept] == [(True, str(owner))] * 2


def test_a_sweep_touches_nobody_elses_containers(state_dir: Path, name: str, cli: Cli) -> None:
    """Another state directory's, another server's of a similar name with a living owner, and what cannot be judged."""
    git, hub = f"{name}-git", f"{name}-git-hub"
    home = DockerHome(state_dir, {git: boxed()}, cli.host)
    (state_dir / "other").mkdir()
    other = DockerHome(state_dir / "other", {git: boxed()}, cli.host)
    strangers: list[str] = []
    try:
        with other.daemon(), home.daemon() as daemon:
            home.settled(1)
            other.settled(1)
            others = set(other.containers())
            assert others
            instance = home.instance
            boot = home.inspect(home.containers()[0])["Config"]["Labels"][BOOT]
            ours = {INSTANCE: instance, BOOT: boot}
            dead = planted(cli, f"stockade-{git}-00000001", {**ours, **DEAD, OF_SERVER: git})
            strangers += [
                planted(cli, f"stockade-{git}-00000002", {**ours, **DEAD, OF_SERVER: git, INSTANCE: f"{instance}0"}),
                planted(
                    cli, f"stockade-{hub}-00000003", {**ours, OF_SERVER: hub, "stockade.owner": f"1:{start_of(1)}"}
                ),
                planted(cli, f"stockade-{git}-00000004", {INSTANCE: instance, OF_SERVER: git}),
                planted(cli, f"stockade-{git}-00000005", {**ours, **DEAD, OF_SERVER: git, BOOT: ""}),
            ]
            home.verb("shutdown")
            daemon.wait(BOUND_S)
            with home.daemon() as again:
                home.settled(1)
                assert [one["container"] for one in home.records("container.swept")] == [dead]
                home.verb("shutdown")
                again.wait(BOUND_S)
            there = set(cli.lines("ps", "--no-trunc", "--quiet"))
            assert {*strangers, *others} <= there
            assert dead not in there
            other.verb("shutdown")
    finally:
        for one in strangers:
            cli.run("rm", "--force", one, check=False)


def start_of(pid: int) -> str:
    """When a process was started, in the kernel's own count."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
