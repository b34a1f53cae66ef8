"""`systemctl reload` of the daemon: what systemd is told, and what of the servers it does not touch."""

from __future__ import annotations

import json
import shlex
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from journeys.command import call, entry, opening
from real.systemd.box import STOCKADE, TREE, Box, until

pytestmark = pytest.mark.real
TYPE = "STOCKADE_TYPE"


@pytest.fixture
def unit(box: Box, request: pytest.FixtureRequest) -> Iterator[str]:
    """The name of a service that is this test's own; taken away at its end."""
    name = f"r{abs(hash(request.node.name)) % 10**6}.service"
    yield name
    box.end(name)


def write_unit(box: Box, unit: str, config: dict[str, Any], *settings: str) -> None:
    """A service whose ExecReload is the verb, and its config."""
    reload = shlex.join([*STOCKADE, "reload", "--state-dir", str(box.state_of(unit))])
    box.write_service(unit, config, f"ExecReload={reload}", *settings)


def start(box: Box, unit: str, servers: dict[str, Any], **stockade: Any) -> Path:
    """Such a service, all servers ready; returns its config."""
    write_unit(box, unit, config(servers, **stockade))
    box.systemctl("start", unit)
    until(lambda: box.show(unit)["StatusText"] == f"{len(servers)} ready", "all ready")
    return box.shared / f"{unit.removesuffix('.service')}.json"


def config(servers: dict[str, Any], **stockade: Any) -> dict[str, Any]:
    return {"mcpServers": servers, "stockade": stockade}


def write(file: Path, servers: dict[str, Any], **stockade: Any) -> None:
    fresh = file.with_suffix(".new")
    fresh.write_text(json.dumps(config(servers, **stockade)))
    fresh.chmod(0o644)
    fresh.replace(file)


def told(box: Box, unit: str, kind: str) -> list[dict[str, Any]]:
    return [one for one in box.journal(unit) if one.get(TYPE) == kind]


def lines(process: subprocess.Popen[str]) -> Iterator[dict[str, Any]]:
    assert process.stdout is not None
    for line in process.stdout:
        yield json.loads(line)


def test_a_reload_returns_when_it_is_done_and_a_call_in_flight_at_an_untouched_server_completes(
    box: Box, unit: str
) -> None:
    file = start(box, unit, {"same": entry(), "changes": entry(), "goes": entry()})
    main = box.show(unit)["MainPID"]
    words: list[str | Path] = [f"PYTHONPATH={TREE}", *STOCKADE, "connect", "same", "--state-dir", box.state_of(unit)]
    with box.popen("env", *words, stdin=subprocess.PIPE) as client:
        assert client.stdin is not None
        said = lines(client)
        client.stdin.write(opening() + call(1, "ask"))
        client.stdin.flush()
        asked = next(message for message in said if message.get("method") == "roots/list")
        write(file, {"same": entry(), "changes": entry("--stderr", "1"), "comes": entry()})
        box.systemctl("reload", unit)
        shown = box.show(unit)
        assert (shown["ActiveState"], shown["SubState"], shown["MainPID"]) == ("active", "running", main)
        client.stdin.write(json.dumps({"jsonrpc": "2.0", "id": asked["id"], "result": {"roots": []}}) + "\n")
        client.stdin.flush()
        assert "result" in next(message for message in said if message.get("id") == 1)
        client.stdin.close()
    (reloaded,) = told(box, unit, "config.reloaded")
    assert "added comes; removed goes; restarted changes; 1 untouched" in reloaded["MESSAGE"]
    until(lambda: box.show(unit)["StatusText"] == "3 ready", "all ready")


def test_a_bad_file_fails_the_reload_and_nothing_else(box: Box, unit: str) -> None:
    file = start(box, unit, {"a": entry()})
    good = file.read_text()
    file.write_text('{"mcpServers": {\n  "a": }')
    assert box.systemctl("reload", unit, check=False).returncode != 0
    shown = box.show(unit)
    assert (shown["ActiveState"], shown["SubState"], shown["NRestarts"]) == ("active", "running", "0")
    assert "the reload failed: " in shown["StatusText"]
    assert ":2:8" in shown["StatusText"]
    (rejected,) = told(box, unit, "config.rejected")
    assert "the configuration in force stays" in rejected["MESSAGE"]
    file.write_text(good)
    box.systemctl("reload", unit)
    until(lambda: box.show(unit)["StatusText"] == "1 ready", "the good file is in force")


def test_sighup_reloads_and_systemd_is_told_of_its_beginning_and_its_end(box: Box, unit: str) -> None:
    file = start(box, unit, {"a": entry()})
    write(file, {"a": entry(), "b": entry()})
    box.systemctl("kill", "--signal=SIGHUP", "--kill-who=main", unit)
    until(lambda: told(box, unit, "config.reloaded"), "it is done")
    until(lambda: box.show(unit)["StatusText"] == "2 ready", "both are ready")
    assert box.show(unit)["SubState"] == "running"
    assert told(box, unit, "tree.stopped") == []


def test_a_config_that_is_watched_is_read_when_it_is_replaced(box: Box, unit: str) -> None:
    file = start(box, unit, {"a": entry()}, watch=True)
    write(file, {"a": entry(), "b": entry()}, watch=True)
    until(lambda: box.show(unit)["StatusText"] == "2 ready", "it was read")
    assert len(told(box, unit, "config.reloaded")) == 1


def test_a_reload_that_takes_longer_than_the_manager_s_patience_gets_its_time(box: Box, unit: str) -> None:
    """Its patience with a reload is that with a start, here 5 s from the start on; a server takes 8 s to end."""
    stubborn = entry("--ignore-term", "--ignore-eof", stockade={"grace": {"stdin": "8s", "term": "8s"}})
    start(box, unit, {"a": entry(), "stubborn": stubborn})
    write_unit(box, unit, config({"a": entry()}), "TimeoutStartSec=5")
    began = time.monotonic()
    box.systemctl("reload", unit)
    assert time.monotonic() - began > 7
    until(lambda: box.show(unit)["StatusText"] == "1 ready", "it is gone")
    assert len(told(box, unit, "config.reloaded")) == 1
