"""The daemon as a service: what systemd is told, when, and what it makes of it."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from journeys.command import entry
from real.systemd.box import Box, until

pytestmark = pytest.mark.real
STUCK: list[str | Path] = [sys.executable, Path(__file__).with_name("stuck.py")]
SERVER = "mcp_server.py"
STUBBORN = entry("--ignore-term", "--ignore-eof")
LEAVES_ALL = "KillMode=process"
"""The manager ends the daemon only: a server that the daemon has left is there to be seen."""
PATIENT = "WatchdogSec=10"
"""Every part has a quarter of it to answer, on a machine that may be busy with other tests."""


@pytest.fixture
def unit(box: Box, request: pytest.FixtureRequest) -> Iterator[str]:
    """The name of a service that is this test's own; taken away at its end."""
    name = f"u{abs(hash(request.node.name)) % 10**6}"
    yield f"{name}.service"
    box.end(f"{name}.service")


def config(servers: int | dict[str, Any] = 2, **stockade: object) -> dict[str, object]:
    if isinstance(servers, int):
        servers = {f"s{number}": entry() for number in range(servers)}
    return {"mcpServers": servers, "stockade": stockade}


def settled(box: Box, unit: str, servers: int) -> list[int]:
    """Wait until all servers are ready and nothing but a spare of each is left; their pids."""
    until(lambda: box.show(unit)["StatusText"] == f"{servers} ready", "all ready")
    until(lambda: len(box.pids(SERVER, unit=unit)) == servers, "one instance each")
    status = json.loads(box.stockade("status", "--json", state_dir=box.state_of(unit)).stdout)
    assert [one["spares"] for one in status["servers"]] == [1] * servers
    return box.pids(SERVER, unit=unit)


def types(box: Box, unit: str) -> list[str]:
    return [entry["STOCKADE_TYPE"] for entry in box.journal(unit) if "STOCKADE_TYPE" in entry]


# ---------------------------------------------------------------------------------------------------- start, stop


def test_a_start_returns_when_it_is_ready_and_says_how_the_servers_stand(box: Box, unit: str) -> None:
    box.write_service(unit, config(), LEAVES_ALL)
    box.systemctl("start", unit)
    shown = box.show(unit)
    assert (shown["ActiveState"], shown["SubState"]) == ("active", "running")
    assert "tree.started" in types(box, unit)
    settled(box, unit, 2)
    box.systemctl("stop", unit)
    shown = box.show(unit)
    assert (shown["Result"], shown["ExecMainStatus"]) == ("success", "0")
    assert types(box, unit)[-1] == "tree.stopped"
    assert box.pids(SERVER, unit=unit) == []


def test_twenty_servers_three_of_them_stubborn_are_down_within_the_bound(box: Box, unit: str) -> None:
    quick = {"stockade": {"scan": {"policy": "off"}}}
    servers = {f"s{number}": (STUBBORN if number < 3 else entry()) | quick for number in range(20)}
    box.write_service(unit, config(servers), "TimeoutStopSec=45", LEAVES_ALL)
    box.systemctl("start", unit)
    settled(box, unit, 20)
    began = time.monotonic()
    box.systemctl("stop", unit)
    assert time.monotonic() - began < 36
    assert box.show(unit)["Result"] == "success"
    assert box.pids(SERVER, unit=unit) == []
    told = [entry for entry in box.journal(unit) if entry.get("STOCKADE_TYPE") == "instance.exited"]
    reasons = [entry["MESSAGE"] for entry in told if json.loads(entry["STOCKADE_EVENT"])["role"] != "probe"]
    assert len(reasons) == 20
    assert sum("kill" in reason for reason in reasons) == 3


def test_more_time_is_asked_for_while_servers_start_and_while_they_stop(box: Box, unit: str) -> None:
    """The manager's patience, 6 s for a start and 2 s for a stop, is less than a slow and stubborn server takes."""
    slow = entry("--slow-start", "12", "--ignore-term", "--ignore-eof")
    servers = {
        "slow": slow,
        "broken": entry("--exit", "3", stockade={"restart": "never"}),
        "looping": entry("--exit", "4"),
        "lazy": entry(stockade={"lazy": True}),
        "off": {**entry(), "enabled": False},
        "well": entry(),
    }
    box.write_service(unit, config(servers, ready="all"), "TimeoutStartSec=6", "TimeoutStopSec=2")
    began = time.monotonic()
    box.systemctl("start", unit)
    assert time.monotonic() - began > 11
    status = json.loads(box.stockade("status", "--json", state_dir=box.state_of(unit)).stdout)
    lives = {one["server"]: one["life"] for one in status["servers"]}
    assert lives["slow"] == lives["well"] == "ready"
    assert (lives["broken"], lives["lazy"], lives["off"]) == ("failed", "lazy", "disabled")
    assert lives["looping"] in ("backing_off", "starting", "crash_looping")
    box.systemctl("stop", unit)
    assert box.show(unit)["Result"] == "success"
    assert types(box, unit)[-1] == "tree.stopped"


# ------------------------------------------------------------------------------------------- killed, stuck, gave up


def test_after_a_kill_there_is_one_instance_of_each_again(box: Box, unit: str) -> None:
    box.write_service(unit, config(3), "Restart=on-failure", "KillMode=mixed", "RestartSec=100ms")
    box.systemctl("start", unit)
    before = settled(box, unit, 3)
    box.systemctl("kill", "--signal=SIGKILL", "--kill-who=main", unit)
    until(lambda: int(box.show(unit)["NRestarts"]) >= 1)
    after = settled(box, unit, 3)
    assert not set(before) & set(after)


@pytest.mark.parametrize(("part", "named"), [("actor", "root/servers/s"), ("ring", "root/sinks/ring")])
def test_a_part_that_is_stuck_is_named_and_the_daemon_started_anew(box: Box, unit: str, part: str, named: str) -> None:
    trigger = box.shared / f"{unit}-trigger"
    box.write_service(unit, config(3), PATIENT, "Restart=on-watchdog", program=[*STUCK, part, trigger])
    box.systemctl("start", unit)
    before = settled(box, unit, 3)
    trigger.touch()
    box.stockade("restart", "s0", state_dir=box.state_of(unit), check=False)  # something for the part to hear
    until(lambda: int(box.show(unit)["NRestarts"]) >= 1)
    after = settled(box, unit, 3)
    assert not set(before) & set(after)
    stuck = [entry["MESSAGE"] for entry in box.journal(unit) if entry.get("STOCKADE_TYPE") == "tree.stuck"]
    assert any(named in text for text in stuck), stuck
    assert any("Watchdog timeout" in str(entry["MESSAGE"]) for entry in box.journal(unit))


def test_a_process_that_is_stopped_as_a_whole_is_started_anew(box: Box, unit: str) -> None:
    box.write_service(unit, config(1), PATIENT, "Restart=on-watchdog")
    box.systemctl("start", unit)
    settled(box, unit, 1)
    box.systemctl("kill", "--signal=SIGSTOP", "--kill-who=main", unit)
    until(lambda: int(box.show(unit)["NRestarts"]) >= 1)
    settled(box, unit, 1)


def test_a_tree_that_gives_up_says_so_in_the_journal_and_ends_as_a_failure(box: Box, unit: str) -> None:
    trigger = box.shared / f"{unit}-trigger"
    box.write_service(unit, config(2), LEAVES_ALL, program=[*STUCK, "crash", trigger])
    box.systemctl("start", unit)
    settled(box, unit, 2)
    trigger.touch()
    began = time.monotonic()
    until(lambda: box.show(unit)["ActiveState"] == "failed")
    shown = box.show(unit)
    assert (shown["Result"], shown["ExecMainStatus"]) == ("exit-code", "1")
    assert shown["StatusText"].startswith("stopping: gave up: root/")
    told = [entry for entry in box.journal(unit) if entry.get("STOCKADE_TYPE", "").startswith("tree.")]
    assert [entry["STOCKADE_TYPE"] for entry in told] == ["tree.started", "tree.gave_up", "tree.stopped"]
    assert "gave up: root/" in told[-1]["MESSAGE"]
    assert box.pids(SERVER, unit=unit) == []
    assert time.monotonic() - began < 25  # not the 33 s that a server waits for the answer of a mode that is gone


def test_the_state_is_written_when_it_is_asked_for_by_a_signal(box: Box, unit: str) -> None:
    box.write_service(unit, config(1))
    box.systemctl("start", unit)
    settled(box, unit, 1)
    box.systemctl("kill", "--signal=SIGUSR1", "--kill-who=main", unit)
    until(lambda: "state.dumped" in types(box, unit))
    (dumped,) = [entry for entry in box.journal(unit) if entry.get("STOCKADE_TYPE") == "state.dumped"]
    event = json.loads(dumped["STOCKADE_EVENT"])
    (server,) = event["servers"]
    assert (server["server"], server["life"]) == ("s0", "ready")
    assert {"root/servers/s0", "root/work/scan"} <= {one["name"] for one in event["actors"]}
    assert {"ring", "status"} <= {one["reader"] for one in event["subscriptions"]}
    assert sum(event["tasks"].values()) > 20
    settled(box, unit, 1)
