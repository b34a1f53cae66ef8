"""Errors that the command has and that no other journey comes upon, each caused as it happens to people."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from journeys.command import Home, entry

pytestmark = pytest.mark.real

TWICE = '{"mcpServers": {"a": {"command": "cat", "env": {"A": "1", "A": "2"}, "isolation": {"mode": "none"}}}}'


@pytest.fixture
def home(state_dir: Path) -> Home:
    return Home(state_dir, {})


def codes(home: Home, tag: str) -> dict[str, str]:
    """The code of each server's last event of this kind."""
    return {one["server"]: one["problem"]["code"] for one in home.records(tag)}


def test_servers_that_cannot_be_started_say_why(state_dir: Path) -> None:
    servers = {
        "nowhere": entry(cwd=str(state_dir / "gone")),
        "hasty": entry(stockade={"startup": {"create": 1e-6}}),
        "crashing": entry("--exit", "3"),
    }
    home = Home(state_dir, servers)
    with home.daemon():
        looping = next(one for one in home.follow("--server", "crashing", "--type", "server.crash_looping"))
        assert looping["problem"]["code"] == "server.crash_looping"
        assert looping["problem"]["failures"] == 5
        home.verb("wait", "--for", "outcome")
        failed = codes(home, "server.failed")
    assert failed["nowhere"] == "process.cwd_missing"
    assert failed["hasty"] == "server.stage_timeout"
    assert failed["crashing"] == "server.exited_before_handshake"


@pytest.mark.parametrize(
    ("config", "code"),
    [
        (TWICE, "config.duplicate_key"),
        (json.dumps({"mcpServers": {"a": entry(stockade={"sharing": "shared"})}}), "sharing.unavailable"),
    ],
    ids=["a key twice", "a sharing that is not yet to be had"],
)
def test_a_config_that_cannot_be_run_is_refused_with_the_code(home: Home, config: str, code: str) -> None:
    home.config.write_text(config)
    checked = home.verb("check", str(home.config))
    assert checked.returncode == 2
    assert f"[{code}]" in checked.stdout


def test_what_exec_cannot_become_is_refused(home: Home) -> None:
    done = home.verb("run", "--exec", "--mode", "docker", "--", "cat")
    assert done.returncode == 5
    assert "[mode.unavailable]" in done.stderr


@pytest.mark.parametrize("redirection", [">/dev/full", ">&-"])
def test_an_answer_that_finds_no_room_is_an_error(home: Home, redirection: str) -> None:
    words: list[Any] = ["sh", "-c", f'"$@" {redirection}', "sh", *home.words("errors")]
    done = subprocess.run(words, env=home.environ, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert "[output.lost]" in done.stderr
