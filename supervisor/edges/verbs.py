"""The verbs that talk to a running daemon."""

from __future__ import annotations

import os
import re
from argparse import Namespace
from collections.abc import Callable
from textwrap import dedent
from typing import Any

from supervisor.config.units import duration
from supervisor.edges.client import ANSWER_S, connect
from supervisor.edges.key import meant, wait_until_down
from supervisor.edges.say import put, put_json
from supervisor.edges.state import StateDir
from supervisor.errors import ExitCode, StockadeError, UsageWrong, WaitTimeout
from supervisor.escaping import printable

SHUTDOWN_S = 45.0
"""Seconds for a whole daemon to end: its own bound is 35 s."""
RELOAD_S = 250.0
"""Seconds for a reload: one takes at most 120 s, and one that began before may have to end first."""
LONGEST_S = 366 * 86400.0
"""What the daemon takes as a time to wait or to look back."""
STDOUT = 1
COLUMNS = "server", "state", "mode", "held by", "tools", "scan", "sessions", "spares", "restarts", "pids", "note"


def place_of(options: Namespace) -> StateDir:
    """Say where the daemon is that the command line means."""
    return meant(options.state_dir, os.environ)


def status(options: Namespace) -> int:
    """Print how everything stands."""
    with connect(place_of(options)) as daemon:
        answer = daemon.call("status")
    if options.json:
        put_json(answer)
    else:
        put("\n".join(status_lines(answer)) + "\n")
    return ExitCode.OK


def status_lines(answer: dict[str, Any]) -> list[str]:
    """Render the daemon's answer as a table."""
    from prettytable import PrettyTable

    head = f"stockade {answer['version']}, process {answer['pid']}, up {answer['uptime_s']:.0f} s"
    rows = [_row(server) for server in answer["servers"]]
    rows += [
        (printable(other["server"]), other["state"], *[""] * (len(COLUMNS) - 3), printable(other["reason"]))
        for other in answer["others"]
    ]  # fmt: skip
    table = PrettyTable(list(COLUMNS), border=False, align="l", left_padding_width=0, right_padding_width=2)
    table.add_rows([list(row) for row in rows])
    bent = [
        f"{printable(name)}: {printable(why['place'])} = {why['value']}; {printable(why['gate'])}"
        for name, why in answer["why"].items()
        if why["key"] and why["gate"]
    ]
    return [head, *(line.rstrip() for line in dedent(table.get_string()).splitlines()), *bent]


def _row(server: dict[str, Any]) -> tuple[str, ...]:
    problem, last = server["problem"], server["last_exit"]
    retry = f"again in {server['retry_in_s']:.0f} s; " if server["retry_in_s"] is not None else ""
    why = "; see explain --denied" if last and last["diagnosis"] and server["mode"] == "sandbox" else ""
    note = retry + (problem["code"] if problem else f"last exit: {last['status']}" if last else "") + why
    tools = "" if server["tools"] is None else str(server["tools"])
    return (
        printable(server["server"]),
        server["life"],
        server["mode"],
        server["confinement"],
        tools,
        _scan(server["scan"]),
        *(str(server[key]) for key in ("sessions", "spares", "restarts")),
        " ".join(map(str, server["pids"])),
        note,
    )


def _scan(scan: dict[str, Any] | None) -> str:
    """Say what the last scan came to, and how much of the server was looked at."""
    if scan is None:
        return ""
    held = f", {scan['withheld']} withheld" if scan["withheld"] else ""
    return f"{scan['status']} ({scan['coverage']}){held}"


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
    with connect(place_of(options), may_start=do != "stop") as daemon:
        done = daemon.call(do, server=options.server)
    if options.json:
        put_json(done)
    else:
        put(f"{printable(done['server'])}: {done['life']}\n")
    return ExitCode.OK


def wait(options: Namespace) -> int:
    """Wait for servers and print how they stand."""
    limit_s = seconds_of(options.timeout, "wait")
    with connect(place_of(options), may_start=True) as daemon:
        answer = daemon.call(
            "wait", answer_s=limit_s + ANSWER_S, what=options.what, server=options.server, timeout_s=limit_s
        )
    asked_for = [server for server in answer["servers"] if options.server in ("", server["server"])]
    if options.json:
        put_json({"servers": asked_for})
    else:
        put("".join(f"{printable(server['server'])}: {server['life']}\n" for server in asked_for))
    return ExitCode.OK


def seconds_of(text: str, verb: str) -> float:
    """Read a duration of the command line. Raises: StockadeError(UsageWrong)."""
    seconds = duration(float(text) if re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?", text) else text)
    if seconds is None or not 0 <= seconds <= LONGEST_S:
        reason = f"{text!r} is no duration up to a year; write 500ms, 30s, 10m or seconds"
        raise StockadeError(UsageWrong(verb=verb, reason=reason))
    return seconds


def shutdown(options: Namespace) -> int:
    """End the daemon, and return when it is down: then its locks are free."""
    place = place_of(options)
    with connect(place) as daemon:
        daemon.call("shutdown")
        if not wait_until_down(place, daemon.key, SHUTDOWN_S):
            raise StockadeError(WaitTimeout(what="the end of the daemon", limit_s=SHUTDOWN_S))
    return ExitCode.OK


def connect_verb(options: Namespace) -> int:
    """Attach stdin and stdout to a session."""
    from supervisor.edges.attach import attach

    with connect(place_of(options), may_start=True) as daemon:
        daemon.call("connect", server=options.server)
        return attach(daemon.socket, daemon.take_rest())


def reload(options: Namespace) -> int:
    """Have the daemon read its config again, and print what that came to."""
    from msgspec import convert

    from supervisor.reload.report import lines
    from supervisor.reload.words import Plan

    with connect(place_of(options)) as daemon:
        answer = daemon.call("reload", answer_s=RELOAD_S, dry_run=options.dry_run)
    plan = convert(answer, Plan)
    code = ExitCode.FAILED if plan.refused else ExitCode.OK
    if options.json:
        put_json({**answer, "exit_code": int(code)})
    else:
        put("".join(f"{line}\n" for line in lines(plan)))
    return code


VERBS: dict[str, Callable[[Namespace], int]] = {
    "connect": connect_verb,
    "status": status,
    "start": start,
    "stop": stop,
    "restart": restart,
    "reload": reload,
    "wait": wait,
    "shutdown": shutdown,
}
