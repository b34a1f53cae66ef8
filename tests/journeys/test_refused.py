"""A server is refused a file: it is said which, by what rule, and what to write; and writing that makes it work."""

from __future__ import annotations

import json
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from journeys.command import Home, Talk, opening
from servers.running import SERVER

if TYPE_CHECKING:
    from conftest import PlainPython, PlainUser

pytestmark = pytest.mark.real
LEVELS = ["S2", "S3"]
START = """
import pathlib, runpy, sys
wanted, answer_without = pathlib.Path(sys.argv[1]), sys.argv[2:] == ["anyway"]
try:
    wanted.read_text()
except OSError as error:
    print("notes:", error, file=sys.stderr, flush=True)
    if not answer_without:
        raise
sys.argv = ["mcp_server.py"]
runpy.run_path(str(pathlib.Path(__file__).with_name("mcp_server.py")), run_name="__main__")
"""


@pytest.fixture
def wanted(state_dir: Path) -> Path:
    """What the server needs and nobody grants."""
    path = state_dir / "notes" / "a.txt"
    path.parent.mkdir()
    path.write_text("hello")
    return path


@pytest.fixture
def server(state_dir: Path, wanted: Path) -> list[str]:
    """A server that ends if it cannot read that."""
    folder = state_dir / "program"
    folder.mkdir()
    (folder / "start.py").write_text(START)
    shutil.copy(SERVER, folder / "mcp_server.py")
    return [sys.executable, "-S", str(folder / "start.py"), str(wanted)]


def opened(words: list[str], environ: dict[str, str]) -> Any:
    """The server's answer to the opening of the protocol, through `run`."""
    with Talk(words, environ) as talk:
        talk.say(opening())
        answer = talk.hear(0)
        talk.end()
        return answer


def told(home: Home, kind: str) -> list[dict[str, Any]]:
    """Events of a type that the daemon has told."""
    lines = home.verb("events", "--json", "--type", kind).stdout.splitlines()
    return [json.loads(line) for line in lines]


@pytest.mark.parametrize("level", LEVELS)
def test_run_says_why_and_its_option_helps(state_dir: Path, server: list[str], wanted: Path, level: str) -> None:
    home = Home(state_dir, {})
    words = ["run", "--level", level, "--name", "notes"]
    done = home.verb(*words, "--", *server, text=opening())
    assert done.returncode == 1
    assert f"stockade: the sandbox refused to let it use {wanted}: nothing grants it." in done.stderr
    (denied,) = home.asked("explain", "notes", "--denied")["denied"]
    verdict = denied["then"]
    assert (verdict["object"], verdict["rule"]) == (str(wanted), "not_granted")
    assert str(wanted) in denied["said"]
    told = home.verb("explain", "notes", "--denied").stdout
    assert f"--read-only {wanted}" in told
    helped = home.words(*words, *shlex.split(verdict["option"]), "--", *server)
    assert "result" in opened(helped, home.environ)


@pytest.mark.parametrize("level", LEVELS)
def test_the_daemon_says_why_and_its_line_helps(state_dir: Path, server: list[str], wanted: Path, level: str) -> None:
    isolation = {"mode": "sandbox", "sandbox": {"level": level}}
    entry = {"command": server[0], "args": server[1:], "isolation": isolation}
    home = Home(state_dir, {"notes": entry, "calm": {**entry, "args": [*server[1:], "anyway"]}})
    explain = ("explain", "notes", "--config", str(home.config), "--denied")
    with home.daemon():
        assert home.verb("wait", "calm", "--timeout", "30s").returncode == 0
        assert home.verb("wait", "notes", "--for", "outcome", "--timeout", "30s").returncode == 0
        events = told(home, "sandbox.denied")
        assert {(event["server"], event["object"], event["rule"]) for event in events} == {
            ("notes", str(wanted), "not_granted"),
            ("calm", str(wanted), "not_granted"),
        }
        assert len(events) == 2, "each thing is told once, whatever the number of instances"
        (failed, *_) = told(home, "server.failed")
        assert f"using {wanted} was refused: nothing grants it." in failed["diagnosis"]
        status = {one["server"]: one for one in home.asked("status")["servers"]}
        assert str(wanted) in status["notes"]["last_exit"]["diagnosis"]
        assert status["calm"]["life"] == "ready"
        (row,) = [row for row in home.verb("status").stdout.splitlines() if row.startswith("notes")]
        assert "see explain --denied" in row
        with_daemon = home.asked(*explain)
        home.verb("shutdown")
    assert home.asked(*explain) == with_daemon
    (denied,) = with_daemon["denied"]
    assert denied["then"]["advice"].endswith(f"into {with_daemon['place']}.")
    line = json.loads(f"{{{denied['now']['line']}}}")
    isolation["sandbox"] = {**isolation["sandbox"], **line["isolation"]["sandbox"]}  # type: ignore[dict-item]  # a block
    home.config.write_text(json.dumps({"mcpServers": {"notes": entry}}))
    assert home.asked(*explain)["denied"][0]["now"]["allowed"]
    with home.daemon():
        assert home.verb("wait", "notes", "--timeout", "30s").returncode == 0


def test_paths_are_judged_before_anything_happens(state_dir: Path, server: list[str], wanted: Path) -> None:
    entry = {"command": server[0], "args": server[1:], "isolation": {"mode": "sandbox"}}
    home = Home(state_dir, {"notes": entry})
    told = home.verb("explain", "notes", "--config", str(home.config), "--denied", str(wanted), "/etc/shadow").stdout
    assert f'"isolation": {{"sandbox": {{"read_only": ["{wanted}"]}}}}' in told
    assert "mcpServers.notes" in told
    assert "/etc/shadow may hold secrets and is always denied" in told
    assert not home.state.exists() or not list(home.state.iterdir())


@pytest.mark.parametrize("network", ["none", "443"])
def test_the_network_is_said_to_be_closed(state_dir: Path, network: str) -> None:
    home = Home(state_dir, {})
    program = "import socket; socket.create_connection(('127.0.0.1', 9))"
    words = ["run", "--level", "S3", "--network", network, "--name", "net", "--", sys.executable, "-S", "-c", program]
    done = home.verb(*words, text="")
    assert done.returncode == 1
    denied = home.asked("explain", "net", "--denied")["denied"]
    expected = [("connect", "network")] if network == "none" else [("use", "unsaid")]  # Python names no address
    assert [(one["then"]["action"], one["then"]["rule"]) for one in denied] == expected


def test_a_plain_user_is_told_the_same(
    state_dir: Path, plain_user: PlainUser, plain_python: PlainPython, wanted: Path
) -> None:
    state_dir.chmod(0o777)
    environ = [f"PYTHONPATH={plain_python.packages}", f"STOCKADE_STATE_DIR={state_dir / 's'}"]
    words = ["env", *environ, str(plain_python.python), "-m", "supervisor"]

    def stockade(*more: str) -> subprocess.CompletedProcess[str]:
        return plain_user.run(["sh", "-c", 'exec "$@" </dev/null', "sh", *words, *more])

    done = stockade("run", "--", "cat", str(wanted))
    assert f"the sandbox refused to let it use {wanted}: nothing grants it." in done.stderr
    assert f"--read-only {wanted}" in stockade("explain", "cat", "--denied").stdout
    assert stockade("run", "--read-only", str(wanted), "--", "cat", str(wanted)).returncode == 0
    closed = stockade("run", "--", "cat", "/etc/shadow")
    assert "always denied" in closed.stderr


def test_what_a_server_only_pretends_is_held_against_the_plan(state_dir: Path) -> None:
    home = Home(state_dir, {})
    lies = "echo 'cat: /etc/passwd: Permission denied' >&2; echo 'cat: /no/such/path: Permission denied' >&2; exit 1"
    done = home.verb("run", "--name", "liar", "--", "sh", "-c", lies, text="")
    assert done.returncode == 1
    denied = home.asked("explain", "liar", "--denied")["denied"]
    assert [one["then"]["rule"] for one in denied] == ["read_only"]
    assert all(not one["then"]["line"] for one in denied)
