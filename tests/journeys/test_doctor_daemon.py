"""What `doctor NAME` says of a daemon: one that runs, one that is stopped, one that was killed, and none."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from journeys.command import Home, entry, word
from journeys.listings import EVIL, Listing

pytestmark = pytest.mark.real
MISSING = {"command": sys.executable, "args": ["-S", "-m", "mcp_server_acme"], "isolation": {"mode": "none"}}


def told(home: Home, name: str, *words: str) -> dict[str, Any]:
    done = home.verb("doctor", name, "--json", *words)
    found: dict[str, Any] = json.loads(done.stdout)
    assert found["exit_code"] == done.returncode, done.stderr
    return found


@contextmanager
def frozen(pid: int) -> Iterator[None]:
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def test_the_config_in_force_is_the_daemons_and_its_last_failure_is_explained(state_dir: Path) -> None:
    name = word()
    home = Home(state_dir, {name: MISSING})
    with home.daemon():
        next(home.follow("--server", name, "--type", "server.failed"))
        found = told(home, name)
    assert found["source"] == found["daemon"]["source"] == str(home.config)
    assert found["failure"]["cause"] == "module_missing"
    assert "mcp_server_acme" in found["failure"]["sentence"]
    assert found["exit_code"] == 1
    assert "No module named mcp_server_acme" in found["daemon"]["failure"]["tail"][-1]


def test_the_config_of_a_daemon_is_found_from_any_folder(state_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It was named as one does in a shell, and where doctor runs is another file of that name."""
    name = word()
    elsewhere = state_dir / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "mcp.json").write_text(json.dumps({"mcpServers": {name: {"command": "acme-mcp"}}}))
    home = Home(state_dir, {name: entry()})
    file, home.config = home.config, Path("mcp.json")
    monkeypatch.chdir(state_dir)
    with home.daemon():
        monkeypatch.chdir(elsewhere)
        assert home.verb("wait", name).returncode == 0
        found = told(home, name)
        report = elsewhere / "report.json"
        assert home.verb("doctor", "--report", str(report)).returncode == 0
    assert (found["source"], found["failure"]) == (str(file), None)
    assert json.loads(report.read_text())["config"]["source"] == str(file)


def test_a_config_that_came_by_stdin_is_no_file(state_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Piped(Home):
        def words(self, *words: str) -> list[str]:
            ours = super().words(*words)
            return ["sh", "-c", 'exec "$@" < "$0"', str(self.state.with_name("mcp.json")), *ours]

    name = word()
    home = Piped(state_dir, {name: entry()})
    home.config = Path("-")
    (state_dir / "stdin").write_text(json.dumps({"mcpServers": {name: {"command": "acme-mcp"}}}))
    monkeypatch.chdir(state_dir)
    with home.daemon():
        found = told(home, name)
    assert (found["daemon"]["is_running"], found["daemon"]["source"]) == (True, "")
    assert found["source"] != "stdin"


def test_a_server_that_is_well_there_is_said_to_be(state_dir: Path) -> None:
    name = word()
    home = Home(state_dir, {name: entry()})
    with home.daemon():
        assert home.verb("wait", name).returncode == 0
        found = told(home, name)
    assert (found["failure"], found["exit_code"], found["daemon"]["life"]) == (None, 0, "ready")


def test_a_quarantined_one_is_explained_by_what_the_daemon_scanned(state_dir: Path) -> None:
    state_dir.chmod(0o755)
    name = word()
    home = Home(state_dir, {name: Listing(state_dir, name, EVIL).entry})
    with home.daemon():
        next(home.follow("--server", name, "--type", "server.quarantined"))
        found = told(home, name)
    assert (found["failure"]["stage"], found["failure"]["code"]) == ("scan", "server.quarantined")
    assert found["exit_code"] == 4


def test_a_reference_that_only_the_daemon_has_is_no_failure_while_its_server_runs(state_dir: Path) -> None:
    name = word()
    home = Home(state_dir, {name: entry(env={"A": "${cred:GITHUB}"})})
    (state_dir / "GITHUB").write_text("a-value-of-some-length")

    class Service(Home):
        @property
        def environ(self) -> dict[str, str]:
            return {**super().environ, "CREDENTIALS_DIRECTORY": str(state_dir)}

    service = Service(state_dir, {name: entry(env={"A": "${cred:GITHUB}"})})
    with service.daemon():
        assert service.verb("wait", name).returncode == 0
        found = told(home, name)
        (config,) = [one for one in found["stages"] if one["stage"] == "config"]
        assert (config["outcome"], config["code"]) == ("warning", "config.unresolved")
        assert "the daemon has it" in config["evidence"]
        assert found["failure"] is None
        live = told(home, name, "--live")  # which it cannot be, without the value
        assert (live["failure"], {one["outcome"] for one in live["stages"][1:]}) == (None, {"skipped"})
    assert told(home, name, "--config", str(home.config))["failure"]["code"] == "config.unresolved"


def test_a_server_that_takes_one_client_is_not_started_beside_the_daemons(state_dir: Path) -> None:
    name = word()
    home = Home(state_dir, {name: entry(stockade={"sharing": "exclusive"})})
    with home.daemon():
        assert home.verb("wait", name).returncode == 0
        found = told(home, name, "--live")
        (spawn,) = [one for one in found["stages"] if one["stage"] == "spawn"]
        assert (spawn["outcome"], f"`stockade stop {name}`" in spawn["evidence"]) == ("skipped", True)
        assert home.verb("stop", name).returncode == 0
        assert {one["outcome"] for one in told(home, name, "--live")["stages"]} == {"ok", "skipped"}


def test_a_daemon_that_is_stopped_is_not_waited_for(state_dir: Path) -> None:
    name = word()
    home = Home(state_dir, {name: entry()})
    with home.daemon() as process, frozen(process.pid):
        found = told(home, name, "--config", str(home.config))
    assert "did not answer" in found["daemon"]["sentence"]
    assert found["daemon"]["life"] == ""
    assert found["stages"][0]["outcome"] == "ok"  # its own part is done all the same


def test_one_that_was_killed_is_said_to_have_been_and_is_asked_nothing(state_dir: Path) -> None:
    name = word()
    home = Home(state_dir, {name: entry()})
    with home.daemon() as process:
        process.kill()
        process.wait()
    assert (home.state / "control.token").exists()  # what it left: a token that nobody may use any more
    found = told(home, name, "--config", str(home.config))
    assert "it was killed" in found["daemon"]["sentence"]
    assert "`journalctl --user -u stockade -n 50`" in found["daemon"]["remedy"]
    assert found["daemon"]["is_running"] is False


def test_without_one_nothing_is_said_of_it(state_dir: Path) -> None:
    home = Home(state_dir, {"x": entry()})
    found = told(home, "x", "--config", str(home.config))
    assert (found["daemon"]["sentence"], found["daemon"]["is_running"]) == ("", False)
    assert not home.state.exists()
