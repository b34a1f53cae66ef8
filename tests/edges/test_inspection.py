"""`check` and `explain` on files of all kinds: an exit code, never a traceback, no secret."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from supervisor.edges import cli

SECRET = "sesame-open-sesame"


def written(tmp_path: Path, content: Any) -> str:
    path = tmp_path / "mcp.json"
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    return str(path)


def servers(**entries: Any) -> dict[str, Any]:
    return {"mcpServers": entries}


GOOD = {"command": "/bin/sh", "isolation": {"mode": "none"}}


@pytest.mark.parametrize(
    ("content", "code", "told"),
    [
        (servers(a=GOOD), 0, "1 servers, 0 errors"),
        (servers(a={"command": "/bin/sh"}), 1, "config.isolation_unsaid"),
        (servers(a={"isolation": {"mode": "strange"}, "command": "x"}), 2, "isolation.mode"),
        (servers(a={"command": "/bin/sh", "isolation": {"moode": "none"}}), 2, "did you mean 'mode'"),
        (servers(a={}), 2, "config.command_missing"),
        ({}, 2, "config.shape_unknown"),
        ([], 2, "config."),
        (b"", 2, "config.not_parseable"),
        (b"{", 2, "config.not_parseable"),
        (b"\xff\xfe\x00", 2, "config.not_parseable"),
        (b"[" * 200_000, 2, "config."),
        (b'{"mcpServers": {"a": {"command": "\\ud800"}}}', 2, "config."),
        (servers(a={"command": "x\0y", "isolation": {"mode": "none"}}), 2, "config."),
    ],
)
def test_a_file_is_judged(
    tmp_path: Path, content: Any, code: int, told: str, capfd: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path, content)
    assert cli.run(["check", path]) == code
    assert told in capfd.readouterr().out
    assert cli.run(["check", path, "--json"]) == code
    assert json.loads(capfd.readouterr().out)["exit_code"] == code


@pytest.mark.parametrize("path", ["/nonexistent", "/tmp", "/dev/null", "/proc/self/mem"])
def test_what_is_no_file_is_said_to_be_none(path: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["check", path]) == 2
    assert path in capfd.readouterr().out


def test_explain_shows_what_would_be_run_and_no_secret(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    entry = GOOD | {"args": ["--token", SECRET], "env": {"API_KEY": SECRET}}
    words = ["explain", "a", "--config", written(tmp_path, servers(a=entry))]
    assert cli.run(words) == 0
    assert cli.run([*words, "--json"]) == 0
    shown = capfd.readouterr().out
    assert "/bin/sh" in shown
    assert "API_KEY" in shown
    assert SECRET not in shown


@pytest.mark.parametrize(
    ("entry", "code", "told"),
    [
        ({"command": "composer"}, 2, ["error container.runner_missing"]),
        ({"command": "composer", "disabled": True}, 1, ["warning container.runner_missing"]),
        ({"command": "sh", "isolation": {"extra_args": ["--name", "x"]}}, 2, ["error container.argument_refused"]),
        ({"command": "sh", "env": {"HOME": "a\nb"}}, 2, ["error container.variable_invalid"]),
        ({"command": "sh"}, 0, ["note image.without_digest"]),
        ({"command": "sh", "isolation": {"image": "x@sha256:" + "0" * 64}}, 0, []),
        ({"command": "docker", "args": ["run", "-i", "x"]}, 0, ["note container.loosely_held"]),
        ({"command": "docker", "args": ["run", "x"]}, 1, ["warning container.doubtful", "note container.loosely_held"]),
        ({"command": "docker", "args": ["compose", "up"]}, 1, ["warning container.unmanaged"]),
    ],
)
def test_servers_in_containers_are_judged_without_an_engine(
    tmp_path: Path,
    entry: dict[str, Any],
    code: int,
    told: list[str],
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DOCKER_HOST", "unix:///nonexistent/docker.sock")
    path = written(tmp_path, {**servers(a=entry), "isolation": {"mode": "docker"}})
    assert cli.run(["check", path, "--json"]) == code
    found = json.loads(capfd.readouterr().out)["remarks"]
    assert [f"{one['severity']} {one['code']}" for one in found] == told
    assert all(f"{path}:1:" in one["text"] for one in found)


@pytest.mark.parametrize(
    ("name", "code", "told"),
    [
        ("secnod", 2, "did you mean 'second'?"),
        ("remote", 2, "server.remote"),
        ("bad", 2, "config.command_missing"),
        ("gone", 127, "process.command_not_found"),
    ],
)
def test_explain_says_why_there_is_nothing_to_explain(
    tmp_path: Path, name: str, code: int, told: str, capfd: pytest.CaptureFixture[str]
) -> None:
    config = servers(
        second=GOOD,
        remote={"url": "https://x.example/mcp"},
        bad={"isolation": {"mode": "none"}},
        gone={"command": "no-such-program-here", "isolation": {"mode": "none"}},
    )
    assert cli.run(["explain", name, "--config", written(tmp_path, config), "--json"]) == code
    said = capfd.readouterr()
    assert told in said.err
    assert json.loads(said.out)["error"]["exit_code"] == code
