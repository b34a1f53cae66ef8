"""A plugin that never ends by itself is ended: when its time is up, when its scan is not wanted, with the daemon."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
from journeys.command import BOUND_S, Home, carriers, wait_until_gone, word
from journeys.listings import ADD, Listing

pytestmark = pytest.mark.real
SLEEPER = {"command": ["/bin/sleep", "1000"], "inputs": ["tools.json"]}


def home_of(folder: Path, name: str, **plugin: Any) -> Home:
    """A server that a plugin is to look at which only sleeps."""
    folder.chmod(0o755)
    server = Listing(folder, name, ADD, scan={"plugins": ["sleeper"]})
    return Home(folder, {name: server.entry}, {"plugins": {"sleeper": SLEEPER | plugin}})


def await_plugin(home: Home, name: str) -> None:
    """Wait until the plugin's process is there: each verb that is run meanwhile takes its time."""
    deadline = time.monotonic() + BOUND_S
    while not carriers(f"{name}/scan.sleeper"):
        assert time.monotonic() < deadline, "the plugin was never started"
        assert home.verb("status").returncode == 0


def test_a_plugin_that_hangs_costs_coverage_and_the_server_is_served(state_dir: Path) -> None:
    name = word()
    home = home_of(state_dir, name, timeout="1s")
    with home.daemon():
        assert home.verb("wait", name).returncode == 0
        scan = home.asked("status")["servers"][0]["scan"]
        assert (scan["verdict"], scan["coverage"], scan["status"]) == ("clean", "partial", "degraded")
        assert [(one["scanner"], one["state"]) for one in scan["scanners"]] == [
            ("engine", "ok"),
            ("sleeper", "timed_out"),
        ]
        wait_until_gone(f"{name}/scan.sleeper", 10)
        assert home.verb("scan", name).returncode == 3


def test_a_server_that_is_stopped_takes_the_plugin_that_looks_at_it_along(state_dir: Path) -> None:
    name = word()
    home = home_of(state_dir, name)
    with home.daemon():
        await_plugin(home, name)
        assert home.asked("status")["servers"][0]["life"] == "starting"
        assert home.asked("stop", name)["life"] == "stopped"
        wait_until_gone(f"{name}/scan.sleeper", 10)


def test_a_scan_that_nobody_waits_for_ends_its_plugin_and_the_server_goes_on(state_dir: Path) -> None:
    name = word()
    home = home_of(state_dir, name, timeout="2s")
    with home.daemon():
        assert home.verb("wait", name).returncode == 0
        config = json.loads(home.config.read_text())
        assert config["stockade"]["plugins"]["sleeper"]["timeout"] == "2s"
        with subprocess.Popen(home.words("scan", name), env=home.environ, stderr=subprocess.DEVNULL) as asking:
            await_plugin(home, name)
            asking.send_signal(signal.SIGINT)
            assert asking.wait(10) != 0
        wait_until_gone(f"{name}/scan.sleeper", 10)
        assert home.asked("status")["servers"][0]["life"] == "ready"


def test_a_daemon_that_stops_or_is_killed_leaves_no_plugin_behind(state_dir: Path) -> None:
    name = word()
    home = home_of(state_dir, name)
    with home.daemon() as daemon:
        await_plugin(home, name)
        assert home.verb("shutdown").returncode == 0
        assert daemon.wait(10) == 0
        assert carriers(name) == []
    with home.daemon() as daemon:
        await_plugin(home, name)
        daemon.kill()
        wait_until_gone(name, 10)
