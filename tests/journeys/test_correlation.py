"""One correlation tells the whole story of one start, in every isolation mode: from its first stage to its end."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from journeys.command import Home, entry, word
from journeys.containers import DockerHome, boxed

from supervisor.modes import MODES

pytestmark = pytest.mark.real
FAILS = "import sys; print('boom', file=sys.stderr); sys.exit(3)"
MADE_IN = {"none": set(), "sandbox": {"sandbox.launched"}, "docker": {"container.created", "container.started"}}
"""What each mode tells of an instance besides."""

Records = list[dict[str, Any]]
Open = Callable[[Mapping[str, Any]], Home]


def _good(mode: str) -> dict[str, Any]:
    return boxed("--stderr", "3") if mode == "docker" else entry("--stderr", "3", mode=mode)


def _bad(mode: str) -> dict[str, Any]:
    if mode == "docker":
        return {**boxed(), "args": ["-c", FAILS]}
    return {"command": sys.executable, "args": ["-c", FAILS], "isolation": {"mode": mode}}


@pytest.fixture(
    params=[pytest.param(row.mode, marks=[pytest.mark.engine] if row.mode == "docker" else []) for row in MODES]
)
def mode(request: pytest.FixtureRequest) -> str:
    chosen: str = request.param
    return chosen


@pytest.fixture
def open_home(mode: str, state_dir: Path, request: pytest.FixtureRequest) -> Open:
    if mode == "docker":
        host = request.getfixturevalue("docker_host")
        return lambda servers: DockerHome(state_dir, servers, host)
    return lambda servers: Home(state_dir, servers)


def test_every_event_of_one_start_carries_one_correlation(mode: str, open_home: Open) -> None:
    name = word()
    home = open_home({name: _good(mode)})
    with home.daemon():
        assert home.verb("wait", name).returncode == 0
        assert home.verb("restart", name).returncode == 0
        assert home.verb("wait", name).returncode == 0
        assert home.verb("stop", name).returncode == 0
        home.verb("shutdown")
    told = [record for record in home.records("") if record.get("server") == name]
    assert not [record for record in told if not record["correlation"]]
    first, second = _starts(told)
    assert first != second
    for start in (first, second):
        story = [record for record in told if record["correlation"] == start]
        types = [record["type"] for record in story]
        assert [one["stage"] for one in story if one["type"] == "server.starting"] == ["create", "handshake", "scan"]
        assert {"stderr.line", "scan.started", "scan.completed", "instance.exited", "server.ready"} <= set(types)
        assert MADE_IN[mode] <= set(types)
        assert {one["role"] for one in story if one["type"] == "instance.exited"} == {"probe"}
        assert len(_instances(story)) == 1
    for instance in _instances(told):  # those that were kept for sessions have a story of their own
        assert len({record["correlation"] for record in told if record.get("instance_id") == instance}) == 1


def test_every_try_of_a_server_that_fails_is_a_story_that_ends_with_why(mode: str, open_home: Open) -> None:
    name = word()
    home = open_home({name: _bad(mode)})
    with home.daemon():
        seen = 0
        for record in home.follow("--server", name):
            seen += record["type"] == "server.backing_off"
            if seen == 2:
                break
        home.verb("shutdown")
    told = [record for record in home.records("") if record.get("server") == name]
    assert not [record for record in told if not record["correlation"]]
    starts = list(dict.fromkeys(_starts(told)))
    assert len(starts) >= 2
    for start in starts[:2]:
        story = [record for record in told if record["correlation"] == start]
        types = [record["type"] for record in story]
        assert types[0] == "server.starting"
        assert {"stderr.line", "instance.exited", "server.failed", "server.backing_off"} | MADE_IN[mode] <= set(types)
        (failed,) = [record for record in story if record["type"] == "server.failed"]
        assert failed["stderr_tail"] == ["boom"]


def test_a_session_is_a_story(state_dir: Path) -> None:
    name = word()
    home = Home(state_dir, {name: entry()})
    with home.daemon():
        assert home.verb("wait", name).returncode == 0
        for _ in range(2):
            home.verb("connect", name, text="no message\n")
        home.verb("stop", name)
        home.verb("shutdown")
    told = home.records("")
    stories = [
        (record["session"], record["correlation"]) for record in told if record["type"].startswith("session.opened")
    ]
    assert len({number for _, number in stories}) == 2
    for session, number in stories:
        assert [record["type"] for record in told if record["correlation"] == number] == [
            "session.opened",
            "session.closed",
        ]
        (attached,) = [
            record for record in told if record["type"] == "session.attached" and record["session"] == session
        ]
        process = [record["type"] for record in told if record["correlation"] == attached["correlation"]]
        assert process[-1] == "instance.exited"  # the way from a client to its process, and to how that ended


def _starts(told: Records) -> list[int]:
    return [
        record["correlation"] for record in told if record["type"] == "server.starting" and record["stage"] == "create"
    ]


def _instances(told: Records) -> set[str]:
    return {record["instance_id"] for record in told if "instance_id" in record}
