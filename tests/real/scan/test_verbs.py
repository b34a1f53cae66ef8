"""`stockade scan` with plugins, as people run it: a real server in each mode, SARIF, and the test of the scanners."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from journeys.containers import boxed
from real.docker import leftovers
from real.docker.engines import Cli
from real.scan.conftest import ODD, PLANTED

if TYPE_CHECKING:
    from conftest import PlainPython, PlainUser

pytestmark = pytest.mark.real

SERVER = Path(__file__).parents[2] / "servers" / "mcp_server.py"
LIMIT_S = 300
MINE = {
    "command": [
        "/bin/sh",
        "-c",
        'printf "%s" "$0" >"$1"; test -r "$2/server.py"',
        "{document}",
        "{results}",
        "{source}",
    ],
    "install": "apt-get install mine",
}
EMPTY = '{"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "mine"}}, "results": [%s]}]}'
FOUND = '{"ruleId": "r", "level": "warning", "message": {"text": "it is odd"}}'


def mine(*results: str, **fields: Any) -> dict[str, Any]:
    """A plugin that writes a document which was made before."""
    document = EMPTY % ",".join(results)
    return {**MINE, "command": [word.replace("{document}", document) for word in MINE["command"]], **fields}


def stockade(*words: str | Path, path: str = os.defpath, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "supervisor", *map(str, words)],
        env={**os.environ, "PATH": path, **variables},
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
    )


def config(
    folder: Path, server: Path, *plugins: str, declared: Any = None, modes: tuple[str, ...] = ("sandbox",)
) -> Path:
    """One server for each mode, all of one source."""
    servers = {
        mode: {
            "command": sys.executable,
            "args": ["-B", str(server)],
            "isolation": {"mode": mode},
            "stockade": {"scan": {"plugins": list(plugins)}},
        }
        for mode in modes
    }
    path = folder / "mcp.json"
    path.write_text(json.dumps({"mcpServers": servers, "stockade": {"plugins": declared or {}}}))
    return path


@pytest.fixture
def server(tmp_path: Path) -> Path:
    folder = tmp_path / "server"
    folder.mkdir()
    shutil.copyfile(SERVER, folder / "server.py")
    (folder / "planted.py").write_text(PLANTED)
    return folder / "server.py"


def scanners(report: dict[str, Any]) -> dict[str, tuple[str, str | None]]:
    return {one["scanner"]: (one["state"], one["reason"]) for one in report["scanners"]}


def test_each_server_is_scanned_by_its_own_mode(server: Path, state_dir: Path, path_of: Callable[..., str]) -> None:
    made = config(
        state_dir, server, "bandit", "trivy", "mine", "absent", "typo",
        declared={"mine": mine(FOUND), "absent": {"command": ["no-such-scanner"]}}, modes=("sandbox", "none"),
    )  # fmt: skip
    told = stockade("scan", "--all", "--json", "--config", made, "--state-dir", state_dir / "s", path=path_of("bandit"))
    assert told.returncode == 3, told.stderr
    answers = json.loads(told.stdout)["scans"]
    for answer in answers:
        report = answer["report"]
        assert scanners(report) == {
            "engine": ("ok", None),
            "bandit": ("ok", None),
            "mine": ("ok", None),
            "absent": ("skipped", "not_installed"),
            "trivy": ("skipped", "docker_unusable"),
            "typo": ("skipped", "not_installed"),
        }
        assert (report["verdict"], report["coverage"], report["status"]) == ("warnings", "partial", "degraded")
        (trivy,) = (one for one in report["scanners"] if one["scanner"] == "trivy")
        assert f"mode is `{report['mode']}`" in trivy["detail"]
        checks = {one["check"]: one["place"] for one in report["findings"]}
        assert checks["bandit/B602"].startswith("planted.py:")
        assert checks["mine/r"] == ""
    assert {answer["report"]["mode"] for answer in answers} == {"sandbox", "none"}


def test_a_scan_can_be_had_as_sarif(server: Path, state_dir: Path) -> None:
    made = config(state_dir, server, "mine", declared={"mine": mine(FOUND)})
    told = stockade("scan", "sandbox", "--sarif", "--config", made, "--state-dir", state_dir / "s")
    document = json.loads(told.stdout)
    names = {run["tool"]["driver"]["name"]: [one["ruleId"] for one in run["results"]] for run in document["runs"]}
    assert names == {"stockade": [], "mine": ["mine/r"]}
    assert told.returncode == 1, told.stderr


def test_the_test_of_the_scanners_says_which_silence_can_be_believed(state_dir: Path, server: Path) -> None:
    declared = {
        "good": mine(FOUND),
        "blind": mine(),
        "broken": mine(success_exit_codes=[7]),
        "absent": {"command": ["nowhere"]},
    }
    made = config(state_dir, server, *declared, declared=declared)
    told = stockade("scan", "--self-test", "--json", "--config", made, "--state-dir", state_dir / "s")
    answer = json.loads(told.stdout)
    assert {one["scanner"]: one["outcome"] for one in answer["scanners"]} == {
        "engine": "believed", "good": "believed", "blind": "blind", "broken": "failed", "absent": "not_run",
    }  # fmt: skip
    assert (told.returncode, answer["exit_code"]) == (1, 1)
    made = config(state_dir, server, "good", declared=declared)
    told = stockade("scan", "--self-test", "--config", made, "--state-dir", state_dir / "s")
    assert told.returncode == 0, told.stdout
    assert "its silence can be believed" in told.stdout
    made = config(state_dir, server, "good", "absent", declared=declared)
    assert stockade("scan", "--self-test", "--config", made, "--state-dir", state_dir / "s").returncode == 3


def test_all_shipped_scanners_are_to_be_believed(state_dir: Path, path_of: Callable[..., str]) -> None:
    path = path_of("semgrep", "bandit", "guarddog", "cisco-ai-mcp-scanner")
    told = stockade(
        "scan", "--self-test", "--json", "--state-dir", state_dir / "s", path=path, DOCKER_HOST="unix:///no"
    )
    outcomes = {one["scanner"]: one["outcome"] for one in json.loads(told.stdout)["scanners"]}
    assert outcomes == {
        "engine": "believed",
        "semgrep": "believed",
        "bandit": "believed",
        "guarddog": "believed",
        "cisco-ai-mcp-scanner": "believed",
        "trivy": "not_run",
    }, told.stdout
    assert told.returncode == 3


def test_a_plain_user_runs_plugins_too(
    plain_user: PlainUser, plain_python: PlainPython, state_dir: Path, tmp_path: Path
) -> None:
    folder = Path(plain_python.packages)
    bad = folder / "bad"
    bad.mkdir()
    (bad / "server.py").write_text(PLANTED)
    declared = {"mine": mine(FOUND, known_bad=str(bad))}
    made = config(folder, bad / "server.py", "mine", declared=declared)
    for path in (bad, bad / "server.py", made):
        path.chmod(path.stat().st_mode | stat.S_IROTH | (stat.S_IXOTH if path.is_dir() else 0))
    code = (
        "import sys; sys.path.insert(0, sys.argv.pop(1));"
        " from supervisor.edges.cli import run; sys.exit(run(sys.argv[1:]))"
    )
    state = plain_user.home / f"scan-{state_dir.name}"
    words: list[str | Path] = ["scan", "--self-test", "--json", "--config", made, "--state-dir", state]
    told = plain_user.run([plain_python.python, "-c", code, plain_python.packages, *words])
    try:
        answer = json.loads(told.stdout)
        assert {one["scanner"]: one["outcome"] for one in answer["scanners"]} == {
            "engine": "believed",
            "mine": "believed",
        }
    finally:
        shutil.rmtree(state, ignore_errors=True)


def test_a_server_in_docker_among_sandboxed_ones_is_scanned_in_docker_and_they_are_not(
    server: Path, state_dir: Path, docker_host: str
) -> None:
    """The scanned server's own mode decides; what the global one says is no matter."""
    plugin = {"image": "stockade-test/scanner:1", "inputs": ["tools.json"]}
    scan: dict[str, Any] = {"stockade": {"scan": {"plugins": ["boxed"]}}}
    plain = {"command": sys.executable, "args": ["-B", str(server)], **scan}
    made = state_dir / "mcp.json"
    made.write_text(
        json.dumps({
            "isolation": {"mode": "sandbox"},
            "mcpServers": {"boxed": boxed(**scan), "plain": plain},
            "stockade": {"plugins": {"boxed": plugin}},
        })
    )  # fmt: skip
    words = ("scan", "--all", "--json", "--config", made, "--state-dir", state_dir / "s")
    with leftovers.none_left(Cli(docker_host)):
        told = stockade(*words, path=os.environ["PATH"], DOCKER_HOST=docker_host)
    reports = {one["report"]["server"]: one["report"] for one in json.loads(told.stdout)["scans"]}
    assert {name: scanners(report)["boxed"] for name, report in reports.items()} == {
        "boxed": ("ok", None),
        "plain": ("skipped", "docker_unusable"),
    }
    assert (reports["boxed"]["mode"], reports["boxed"]["coverage"]) == ("docker", "full")
    assert (reports["plain"]["mode"], reports["plain"]["coverage"]) == ("sandbox", "partial")
    assert reports["plain"]["status"] == "degraded"


def test_a_sandboxed_server_under_a_global_docker_is_scanned_in_the_sandbox(server: Path, state_dir: Path) -> None:
    """The reverse; no engine is asked for, and none is there."""
    made = state_dir / "mcp.json"
    plain = {
        "command": sys.executable,
        "args": ["-B", str(server)],
        "isolation": {"mode": "sandbox"},
        "stockade": {"scan": {"plugins": ["mine", "trivy"]}},
    }
    made.write_text(
        json.dumps({
            "isolation": {"mode": "docker"},
            "mcpServers": {"plain": plain},
            "stockade": {"plugins": {"mine": mine(FOUND)}},
        })
    )  # fmt: skip
    words = ("scan", "plain", "--json", "--config", made, "--state-dir", state_dir / "s")
    told = stockade(*words, DOCKER_HOST="unix:///nowhere/docker.sock")
    report = json.loads(told.stdout)["scans"][0]["report"]
    assert report["mode"] == "sandbox"
    assert scanners(report) == {"engine": ("ok", None), "mine": ("ok", None), "trivy": ("skipped", "docker_unusable")}
    (trivy,) = (one for one in report["scanners"] if one["scanner"] == "trivy")
    assert "mode is `sandbox`" in trivy["detail"]
    assert "engine.snap_apparmor" in trivy["detail"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_a_scan_that_is_ended_takes_its_plugins_along(number: signal.Signals, server: Path, state_dir: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(LIMIT_S)
        command = [sys.executable, "-B", str(ODD), "call", "{source}", "{results}", str(listener.getsockname()[1])]
        declared = {"odd": {"command": command, "needs_network": True}}
        made = config(state_dir, server, "odd", declared=declared)
        words: list[str | Path] = [
            sys.executable,
            "-m",
            "supervisor",
            "scan",
            "sandbox",
            "--config",
            made,
            "--state-dir",
            state_dir / "s",
        ]
        with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as scan:
            call, _ = listener.accept()
            with call:
                scan.send_signal(number)
                call.settimeout(LIMIT_S)
                assert call.recv(1) == b""  # who held it is gone
            assert scan.wait(LIMIT_S) != 0
