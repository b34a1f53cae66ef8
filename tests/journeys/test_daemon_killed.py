"""The daemon dies by SIGKILL: nothing of its servers stays, and the next start makes exactly one set of them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from journeys.command import (
    BOUND_S,
    COMMAND,
    Home,
    Talk,
    carriers,
    command_line,
    descendants,
    entry,
    opening,
    told,
    wait_for_end,
    wait_until_gone,
    word,
)
from servers.running import SERVER

pytestmark = pytest.mark.real
GONE_S = 10.0
"""The promise is five seconds on a machine of one's own."""


BRIEF = {"grace": {"stdin": "100ms", "term": "100ms"}}


def twenty(name: str) -> dict[str, Any]:
    """Servers of many habits: obedient ones, stubborn ones, trees of shells, confined ones."""
    script = f"sleep 1000 & sh -c 'sleep 1000' & exec {sys.executable} -S {SERVER}"
    tree = {"command": "/bin/sh", "args": ["-c", script], "isolation": {"mode": "none"}}
    servers: dict[str, Any] = {}
    for number in range(5):
        servers[f"{name}-plain-{number}"] = entry()
        servers[f"{name}-stubborn-{number}"] = entry("--ignore-term", "--ignore-eof", stockade=BRIEF)
        servers[f"{name}-tree-{number}"] = tree
        servers[f"{name}-confined-{number}"] = entry(mode="sandbox")
    return servers


def held(home: Home) -> list[int]:
    """The pids of all instances that the daemon knows of."""
    return sorted(pid for server in home.asked("status")["servers"] for pid in server["pids"])


def guardian_of(daemon: int) -> int:
    (pid,) = [pid for pid in descendants(daemon) if "guardian" in command_line(pid)]
    return pid


def test_nothing_stays_of_twenty_servers_and_a_restart_makes_exactly_one_set(state_dir: Path) -> None:
    name = word()
    home = Home(state_dir, twenty(name))
    with home.daemon() as daemon:
        assert home.verb("wait", "--timeout", "60s").returncode == 0
        below = descendants(daemon.pid)
        assert len(carriers(name)) >= 20 + 2 * 5
        daemon.kill()
        wait_until_gone(name, GONE_S)
        for pid in below:
            wait_for_end(pid, GONE_S)
    with home.daemon() as daemon:
        home.settled(20)
        leaders = [pid for pid in carriers(name) if os.getsid(pid) == pid]
        assert sorted(leaders) == held(home)
        assert len(leaders) == 20  # one spare of each
        home.verb("shutdown")
        assert daemon.wait(BOUND_S) == 0
        wait_until_gone(name, GONE_S)


def test_what_even_the_guardian_could_not_end_is_swept_at_the_next_start_and_told(state_dir: Path) -> None:
    name = word()
    home = Home(
        state_dir, {f"{name}-{number}": entry("--ignore-eof", "--ignore-term", stockade=BRIEF) for number in range(3)}
    )
    with home.daemon() as daemon:
        home.settled(3)
        left = held(home)
        guardian = guardian_of(daemon.pid)
        os.kill(guardian, signal.SIGSTOP)  # first hold both, so that neither sees the other's end
        os.kill(daemon.pid, signal.SIGSTOP)
        os.kill(guardian, signal.SIGKILL)
        daemon.kill()
        daemon.wait()
        assert sorted(carriers(name)) == left  # the guard is broken on purpose: they live
    with home.daemon() as daemon:
        for pid in left:
            wait_for_end(pid, GONE_S)
        home.settled(3)
        assert sorted(carriers(name)) == held(home)
        (swept,) = home.records("process.swept")
        assert (swept["ended"], swept["survivors"]) == (3, 0)
        home.verb("shutdown")
        daemon.wait(BOUND_S)


def test_a_client_sees_the_end_of_its_session_when_the_daemon_is_killed(state_dir: Path) -> None:
    name = word()
    home = Home(state_dir, {name: entry()})
    with home.daemon() as daemon, Talk([*COMMAND, "connect", name], home.environ) as talk:
        talk.say(opening())
        talk.hear(0)
        daemon.kill()
        assert talk.stdout.read() == b""
        assert talk.process.wait(BOUND_S) in (0, 1)


@pytest.mark.parametrize("line", [None, "READY=1"])
def test_a_signal_at_any_moment_of_the_start_leaves_nothing_behind(state_dir: Path, line: str | None) -> None:
    name = word()
    home = Home(state_dir, {f"{name}-{number}": entry() for number in range(5)})
    for _ in range(3):
        with home.starting() as (daemon, said):
            if line:
                told(said, line, daemon)
            daemon.send_signal(signal.SIGTERM)
            assert daemon.wait(BOUND_S) in (0, -signal.SIGTERM)
        wait_until_gone(name, GONE_S)


def test_a_signal_in_the_midst_of_the_start_is_a_graceful_stop(state_dir: Path) -> None:
    """The lock file is written before the tree is opened: from then on no signal may end the process by itself."""
    name = word()
    home = Home(state_dir, {f"{name}-{number}": entry() for number in range(5)})
    home.state.mkdir(mode=0o700)
    # The control socket is listened on before anything else: who connects is answered once the daemon runs.
    with home.starting() as (daemon, _said):
        watch = subprocess.run(["sh", "-c", f"until test -S {home.state}/control.sock; do :; done"], timeout=BOUND_S)
        assert watch.returncode == 0
        for _ in range(2):
            daemon.send_signal(signal.SIGTERM)
        assert daemon.wait(BOUND_S) in (0, -signal.SIGTERM)
    wait_until_gone(name, GONE_S)
