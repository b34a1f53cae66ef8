"""How a running daemon stands to one server: asked within bounds, and only one that lives, never by an old token."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from supervisor.edges import client
from supervisor.edges.key import found
from supervisor.edges.state import ENVIRONMENT_KEY, SERVICE, StateDir, default_path
from supervisor.errors import AnswerLate, ControlRefused, DaemonNotRunning, StockadeError

ANSWER_S = 3.0
"""Seconds for an answer that takes milliseconds."""
TAIL = 20
"""Lines of stderr of its last failure."""


class Standing(Struct, frozen=True, kw_only=True):
    """What a daemon says of a server, or why it says nothing."""

    place: str
    """Where it was looked for."""
    is_running: bool = False
    sentence: str = ""
    """Empty if there is no daemon, and never was one."""
    remedy: str = ""
    pid: int = 0
    version: str = ""
    source: str = ""
    """The config in force."""
    life: str = ""
    """Of the server; empty if the daemon does not know it."""
    code: str = ""
    """Of its last failure."""
    stderr_tail: tuple[str, ...] = ()


def place_of(state_dir: str | None, environ: Mapping[str, str]) -> StateDir:
    """Say where the daemon is that is meant."""
    asked = state_dir or environ.get(ENVIRONMENT_KEY)
    own = StateDir(Path(asked or default_path(environ)).absolute())
    return own if asked else found(own, StateDir(SERVICE))


def daemon_here(server: str, state_dir: str | None, environ: Mapping[str, str]) -> Standing:
    """Ask the daemon that is meant: of the state directory that is named, else the user's own, else the machine's."""
    place = place_of(state_dir, environ)
    here = Standing(place=str(place.path))
    try:
        with client.connect(place) as daemon:
            status = daemon.call("status", answer_s=ANSWER_S)
            failures = _events(place, server=server, type="server.failed") if server else []
            sources = [] if status.get("source") else _events(place, type="config.")
    except client.Refused as refused:
        return replace(here, is_running=True, sentence=f"it refused to answer: {refused}")
    except StockadeError as error:
        return _silent(place, here, error)
    source = status.get("source") or next((one["path"] for one in reversed(sources) if one.get("path")), "")
    here = replace(here, is_running=True, pid=status["pid"], version=status["version"], source=source)
    return _known(here, server, status, failures)


def _events(place: StateDir, **asked: Any) -> list[dict[str, Any]]:
    """What the daemon remembers; its answer ends with the connection's, so it is asked for on one of its own."""
    with client.connect(place) as other:
        other.socket.settimeout(ANSWER_S)
        other.send("events", **asked)
        return list(other.objects())


def _silent(place: StateDir, here: Standing, error: StockadeError) -> Standing:
    match error.problem:
        case DaemonNotRunning() if place.token_file.exists():
            sentence = "it ended without a word: it was killed, or the machine went down"
            why = "`journalctl -u stockade -n 50` or `journalctl -k | grep -i oom` says more; start it again."
            return replace(here, sentence=sentence, remedy=why)
        case DaemonNotRunning():
            return here
        case AnswerLate() | ControlRefused() as problem:
            return replace(here, is_running=True, sentence=problem.text, remedy=problem.remedy)
        case problem:
            return replace(here, sentence=problem.text, remedy=problem.remedy)


def _known(here: Standing, server: str, status: dict[str, Any], failures: list[dict[str, Any]]) -> Standing:
    about = f"process {here.pid}, version {here.version}" + (f", config {here.source}" if here.source else "")
    if not server:
        return replace(here, sentence=about)
    one = next((row for row in status["servers"] if row["server"] == server), None)
    if one is None:
        other = next((row for row in status["others"] if row["server"] == server), None)
        why = f"{server} is {other['state']} there: {other['reason']}" if other else f"it does not know {server}"
        return replace(here, sentence=f"{about}: {why}", life=other["state"] if other else "")
    here = replace(here, life=one["life"], sentence=f"{about}: {server} is {one['life']} there")
    if one["life"] == "ready" or not failures:
        return here
    last = failures[-1]
    code, said = last["problem"]["code"], last.get("message", "")
    tail = tuple(last["stderr_tail"][-TAIL:])
    text = f"{here.sentence}; its last failure, {last['ts']} at {last['stage']}: {said} [{code}]"
    return replace(here, sentence=text, remedy=last["remedy"], code=code, stderr_tail=tail)
