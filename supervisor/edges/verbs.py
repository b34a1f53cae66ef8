"""The verbs that talk to a running daemon."""

from __future__ import annotations

import json
import os
import sys
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent
from typing import Any

from supervisor.config.units import duration
from supervisor.edges import human
from supervisor.edges.client import connect
from supervisor.edges.state import StateDir, default_path, wait_until_down
from supervisor.errors import ControlInvalid, ExitCode, StockadeError, WaitTimeout

SHUTDOWN_S = 45.0
"""Seconds for a whole daemon to end: its own bound is 35 s."""
COLUMNS = "server", "state", "mode", "held by", "tools", "sessions", "spares", "restarts", "pids", "note"


def place_of(options: Namespace) -> StateDir:
    """Say which state directory is meant."""
    return StateDir(Path(options.state_dir or default_path(os.environ)).absolute())


def status(options: Namespace) -> int:
    """Print how everything stands."""
    with connect(place_of(options)) as daemon:
        answer = daemon.call("status")
    if options.json:
        sys.stdout.write(json.dumps(answer) + "\n")
    else:
        sys.stdout.write("\n".join(status_lines(answer)) + "\n")
    return ExitCode.OK


def status_lines(answer: dict[str, Any]) -> list[str]:
    """Render the daemon's answer as a table."""
    from prettytable import PrettyTable

    head = f"stockade {answer['version']}, process {answer['pid']}, up {answer['uptime_s']:.0f} s"
    rows = [_row(server) for server in answer["servers"]]
    rows += [
        (other["server"], other["state"], *[""] * (len(COLUMNS) - 3), human.printable(other["reason"]))
        for other in answer["others"]
    ]  # fmt: skip
    table = PrettyTable(list(COLUMNS), border=False, align="l", left_padding_width=0, right_padding_width=2)
    table.add_rows([list(row) for row in rows])
    return [head, *(line.rstrip() for line in dedent(table.get_string()).splitlines())]


def _row(server: dict[str, Any]) -> tuple[str, ...]:
    problem, last = server["problem"], server["last_exit"]
    retry = f"again in {server['retry_in_s']:.0f} s; " if server["retry_in_s"] is not None else ""
    note = retry + (problem["code"] if problem else f"last exit: {last['status']}" if last else "")
    tools = "" if server["tools"] is None else str(server["tools"])
    return (
        server["server"],
        server["life"],
        server["mode"],
        server["confinement"],
        tools,
        *(str(server[key]) for key in ("sessions", "spares", "restarts")),
        " ".join(map(str, server["pids"])),
        note,
    )


def start(options: Namespace) -> int:
    """Begin to run a server."""
    return _act(options, "start")


def stop(options: Namespace) -> int:
    """End a server, and return when nothing of it is left."""
    return _act(options, "stop")


def restart(options: Namespace) -> int:
    """End a server and start it again."""
    return _act(options, "restart")


def _act(options: Namespace, do: str) -> int:
    with connect(place_of(options)) as daemon:
        done = daemon.call(do, server=options.server)
    sys.stdout.write(f"{done['server']}: {done['life']}\n")
    return ExitCode.OK


def events(options: Namespace) -> int:
    """Print events: lines for people, or the records themselves with --json."""
    since_s = _seconds(options.since) if options.since else None
    with connect(place_of(options)) as daemon:
        daemon.send("events", follow=options.follow, server=options.server, type=options.type, since_s=since_s)
        coloured = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
        for line in daemon.lines():
            text = line.decode() if options.json else human.line(json.loads(line), coloured=coloured)
            sys.stdout.write(text + "\n")
            sys.stdout.flush()
    return ExitCode.OK


def logs(options: Namespace) -> int:
    """Print what a server wrote to stderr."""
    with connect(place_of(options)) as daemon:
        daemon.send("events", follow=options.follow, server=options.server, type="stderr.line")
        for line in daemon.lines():
            record = json.loads(line)
            if record["suppressed"]:
                sys.stdout.write(f"… {record['suppressed']} lines left out\n")
            sys.stdout.write(human.printable(record["line"]) + "\n")
            sys.stdout.flush()
    return ExitCode.OK


def wait(options: Namespace) -> int:
    """Wait for servers and print how they stand."""
    with connect(place_of(options)) as daemon:
        answer = daemon.call("wait", what=options.what, server=options.server, timeout_s=_seconds(options.timeout))
    for server in answer["servers"]:
        if options.server in ("", server["server"]):
            sys.stdout.write(f"{server['server']}: {server['life']}\n")
    return ExitCode.OK


def _seconds(text: str) -> float:
    seconds = duration(float(text) if text.replace(".", "", 1).isdigit() else text)
    if seconds is None:
        raise StockadeError(ControlInvalid(reason=f"{text!r} is no duration; write 500ms, 30s, 10m or seconds"))
    return seconds


def shutdown(options: Namespace) -> int:
    """End the daemon, and return when it is down: then its lock is free."""
    place = place_of(options)
    with connect(place) as daemon:
        daemon.call("shutdown")
    if not wait_until_down(place, SHUTDOWN_S):
        raise StockadeError(WaitTimeout(what="the end of the daemon", limit_s=SHUTDOWN_S))
    return ExitCode.OK


def connect_verb(options: Namespace) -> int:
    """Attach stdin and stdout to a session."""
    from supervisor.edges.attach import attach

    with connect(place_of(options)) as daemon:
        daemon.call("connect", server=options.server)
        return attach(daemon.socket, daemon.take_rest())


VERBS: dict[str, Callable[[Namespace], int]] = {
    "connect": connect_verb,
    "status": status,
    "start": start,
    "stop": stop,
    "restart": restart,
    "events": events,
    "logs": logs,
    "wait": wait,
    "shutdown": shutdown,
}
