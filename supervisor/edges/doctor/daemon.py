"""How a running daemon stands to one server: asked within bounds, and only one that lives, never by an old token."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from supervisor.diagnostics.words import Denied, Failing
from supervisor.edges import client
from supervisor.edges.key import meant
from supervisor.edges.state import SERVICE, StateDir
from supervisor.errors import AnswerLate, ControlRefused, DaemonNotRunning, ExitCode, StockadeError
from supervisor.process.words import OVER_MEMORY

ANSWER_S = 3.0
"""Seconds for an answer that takes milliseconds."""
SERVICE_STATE = Path("/var/lib/stockade")
"""The state directory of the machine's own service, for who names it."""
TAIL = 20
"""Lines of stderr of its last failure."""
FAILURES = ("server.failed", "server.quarantined")
WELL = ("ready", "lazy", "disabled", "stopped")
"""Lives in which an earlier failure is of no interest."""


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
    failure: Failing | None = None
    """Its last one, if it is not ready now."""
    stage: str = ""
    """At which that was."""
    exit_code: int = 0
    """What that failure would have a verb end with."""


def daemon_here(server: str, state_dir: str | None, environ: Mapping[str, str]) -> Standing:
    """Ask the daemon that is meant: of the state directory that is named, else the user's own, else the machine's."""
    place = meant(state_dir, environ)
    here = Standing(place=str(place.path))
    try:
        with client.connect(place) as daemon:
            status = daemon.call("status", answer_s=ANSWER_S)
            events = _events(place, server=server) if server else []
            sources = [] if "source" in status else _events(place, type="config.")
    except client.Refused as refused:
        return replace(here, is_running=True, sentence=f"it refused to answer: {refused}")
    except StockadeError as error:
        return _silent(place, here, error)
    source = status.get("source") or next((one["path"] for one in reversed(sources) if one.get("path")), "")
    here = replace(here, is_running=True, pid=status["pid"], version=status["version"], source=source)
    return _known(here, server, status, events)


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
            journal = "-u stockade" if place.path in (SERVICE, SERVICE_STATE) else "--user -u stockade"
            why = (
                f"`journalctl {journal} -n 50` (of a unit) or `journalctl -k | grep -i oom` says more; start it again."
            )
            return replace(here, sentence=sentence, remedy=why)
        case DaemonNotRunning():
            return here
        case AnswerLate() | ControlRefused() as problem:
            return replace(here, is_running=True, sentence=problem.text, remedy=problem.remedy)
        case problem:
            return replace(here, sentence=problem.text, remedy=problem.remedy)


def _known(here: Standing, server: str, status: dict[str, Any], events: list[dict[str, Any]]) -> Standing:
    about = f"process {here.pid}, version {here.version}" + (f", config {here.source}" if here.source else "")
    if not server:
        return replace(here, sentence=about)
    one = next((row for row in status["servers"] if row["server"] == server), None)
    if one is None:
        other = next((row for row in status["others"] if row["server"] == server), None)
        why = f"{server} is {other['state']} there: {other['reason']}" if other else f"it does not know {server}"
        return replace(here, sentence=f"{about}: {why}", life=other["state"] if other else "")
    here = replace(here, life=one["life"], sentence=f"{about}: {server} is {one['life']} there")
    failures = [event for event in events if event["type"] in FAILURES]
    if one["life"] in WELL or not failures:
        return here
    last = failures[-1]
    denied = tuple(
        Denied(action=event["action"], object=event["object"], reason=event["reason"], remedy=event["remedy"])
        for event in events
        if event["type"] == "sandbox.denied"
    )
    failing = Failing(
        code=last["problem"]["code"],
        text=last.get("message", ""),
        remedy=last.get("remedy", ""),
        status=last.get("status", ""),
        tail=tuple(last.get("stderr_tail", ())[-TAIL:]),
        denied=denied,
        is_over_memory=OVER_MEMORY in last.get("diagnosis", ""),
    )
    is_refused = last["type"] == "server.quarantined"
    return replace(
        here,
        sentence=f"{here.sentence}; its last failure was at {last['ts']}",
        failure=failing,
        stage=str(last.get("stage", "scan")),
        exit_code=int(ExitCode.REFUSED if is_refused else ExitCode.FAILED),
    )
