"""A server that turns on its keeper: it can connect to the control socket, and that is all it can do there."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
from journeys.command import Home, Talk, carriers, word

pytestmark = pytest.mark.real

TRAITOR = """
import json, os, socket, sys
state, victim = sys.argv[1:3]

def ask(token):
    with socket.socket(socket.AF_UNIX) as channel:
        try:
            channel.connect(state + "/control.sock")
        except OSError as error:
            return "cannot connect: " + error.strerror
        channel.sendall(json.dumps({"do": "start", "server": victim, "token": token}).encode() + b"\\n")
        answer = json.loads(channel.makefile().readline())
    return answer.get("error", {}).get("code", "taken")

try:
    token = open(state + "/control.token").read()
except OSError as error:
    token = None
    print("token:", error.strerror, file=sys.stderr)
if token is None:
    print("guessed:", ask("0" * 43), file=sys.stderr)
else:
    print("stolen:", ask(token), file=sys.stderr)
print("done", file=sys.stderr, flush=True)
for line in sys.stdin:
    pass
"""


def home_with_traitor(state_dir: Path, mode: str, victim: str, *, place: str = "s", **sandbox: Any) -> Home:
    """A home with a server that looks for the token in `place`, below the state directory's parent."""
    program = state_dir / "traitor.py"
    program.write_text(TRAITOR)
    state_dir.chmod(0o755)
    traitor: dict[str, Any] = {
        "command": sys.executable,
        "args": ["-S", str(program), str(state_dir / place), victim],
        "isolation": {"mode": mode, "sandbox": {"read_only": [str(program)]} | sandbox if mode == "sandbox" else {}},
        "stockade": {"startup": {"handshake": "20s"}},
    }
    sleeper = {"command": "/bin/sleep", "args": ["1000"], "isolation": {"mode": "none"}, "enabled": False}
    return Home(state_dir, {"traitor": traitor, victim: sleeper})


def said_by_traitor(home: Home) -> list[str]:
    """What it wrote to stderr until it was done."""
    lines: list[str] = []
    with home.daemon():
        with Talk(home.words("events", "--follow", "--json", "--type", "stderr."), home.environ) as follower:
            while "done" not in lines:
                lines.append(follower.line()["line"])
        life = next(one["life"] for one in home.asked("status")["servers"] if one["server"] != "traitor")
    return [*lines, life]


def test_a_sandboxed_server_reads_no_token_and_a_guessed_one_is_refused(state_dir: Path) -> None:
    said = said_by_traitor(home_with_traitor(state_dir, "sandbox", word(), level="S2"))
    assert "token: Permission denied" in said
    assert "guessed: control.refused" in said or any(line.startswith("guessed: cannot connect") for line in said)
    assert said[-1] == "disabled"


def test_in_a_view_of_its_own_it_sees_neither_token_nor_socket(state_dir: Path) -> None:
    said = said_by_traitor(home_with_traitor(state_dir, "sandbox", word(), level="S3"))
    assert {"token: No such file or directory", "guessed: cannot connect: No such file or directory"} <= set(said)
    assert said[-1] == "disabled"


@pytest.mark.parametrize("level", ["S2", "S3"])
def test_a_service_s_token_in_its_runtime_directory_is_out_of_reach_too(
    state_dir: Path, monkeypatch: pytest.MonkeyPatch, level: str
) -> None:
    """Even where the config grants the server a folder above it."""
    monkeypatch.setenv("RUNTIME_DIRECTORY", str(state_dir / "run"))
    home = home_with_traitor(
        state_dir, "sandbox", word(), place="run", level=level, read_only=[str(state_dir)], read_write=[]
    )
    said = said_by_traitor(home)
    assert {"token: Permission denied", "token: No such file or directory"} & set(said)
    assert not [line for line in said if line.startswith("stolen")]
    assert said[-1] == "disabled"


def test_the_same_server_unconfined_takes_a_service_s_token(state_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The guard broken on purpose: it is there to be taken."""
    monkeypatch.setenv("RUNTIME_DIRECTORY", str(state_dir / "run"))
    assert "stolen: taken" in said_by_traitor(home_with_traitor(state_dir, "none", word(), place="run"))


def test_the_same_server_unconfined_takes_the_token_and_starts_what_it_likes(state_dir: Path) -> None:
    """The guard broken on purpose: it is the sandbox that keeps the token, not luck."""
    said = said_by_traitor(home_with_traitor(state_dir, "none", word()))
    assert "stolen: taken" in said
    assert said[-1] != "disabled"


def test_who_may_read_the_token_is_obeyed(state_dir: Path) -> None:
    victim = word()
    home = home_with_traitor(state_dir, "sandbox", victim)
    with home.daemon():
        assert carriers(victim) == []
        assert home.asked("start", victim)["life"] == "starting"
