"""A scanner that is run natively and does what its first argument says; SOURCE and RESULTS follow.

It is run by tests, as a plugin of a config would be.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any


def document(*results: dict[str, Any], **run: Any) -> str:
    """SARIF of one run."""
    tool = {"driver": {"name": "odd"}}
    return json.dumps({"version": "2.1.0", "runs": [{"tool": tool, "results": list(results), **run}]})


def result(text: str, uri: str = "server.py") -> dict[str, Any]:
    """One finding."""
    place = {"physicalLocation": {"artifactLocation": {"uri": uri}, "region": {"startLine": 1}}}
    return {"ruleId": "odd", "level": "error", "message": {"text": text}, "locations": [place]}


def tried(act: Callable[[], object]) -> str:
    """How an attempt went."""
    try:
        act()
    except OSError as error:
        return type(error).__name__
    return "done"


def surroundings(source: Path, results: Path, more: list[str]) -> dict[str, Any]:
    """What it can do, besides writing its report."""
    return {
        "source": tried((source / "server.py").read_text),
        "write_source": tried((source / "written").touch),
        "write_beside": tried((source.parent / "written").touch),
        "network": tried(lambda: socket.create_connection(("127.0.0.1", int(more[0])), 5).close()),
        "secret": tried(lambda: Path(more[1]).read_text()),
        "home": sorted(os.listdir(os.environ["HOME"])),
        "report": sorted(os.listdir(results.parent)),
        "variables": sorted(os.environ),
        "tools": len(json.loads((source / "tools.json").read_text())["tools"]),
    }


def hang() -> None:
    """Do nothing for ever, and hear no SIGTERM."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    while True:
        signal.pause()


def daemonise() -> None:
    """Leave the session, and the first process, behind."""
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            hang()
        os._exit(0)
    os.wait()


def flood(count: int) -> None:
    """Write much, or for ever (a negative count)."""
    while count:
        os.write(1, b"x" * 65536)
        count -= 1


def written(how: str) -> str:
    """What its report is, for those that leave one."""
    match how:
        case "garbage":
            return "all is well\n"
        case "climb":
            return document(result("out", "../../../../etc/passwd"), result("in"), result("abs", "/etc/x"))
        case "ansi":
            return document(result("\x1b[2J\x1b]0;title\x07wiped"))
        case "told":
            return document(invocations=[{"executionSuccessful": False}])
        case "empty":
            return document()
        case _:
            return document(result("found"))


def truncate(results: Path) -> None:
    """A report of a gigabyte, which takes no room."""
    with results.open("wb") as file:
        file.truncate(1024**3)


def call_and_hang(port: str) -> None:
    """Say that it runs, by a connection that lasts as long as it does."""
    with socket.create_connection(("127.0.0.1", int(port))):
        hang()


def main(how: str, source: Path, results: Path, more: list[str]) -> int:
    """Carry it out; returns the exit code."""
    without_report: dict[str, Callable[[], object]] = {
        "surroundings": lambda: results.write_text(document(result(json.dumps(surroundings(source, results, more))))),
        "hang": hang,
        "call": lambda: call_and_hang(more[0]),
        "flood": lambda: flood(-1),
        "flood_and_end": lambda: flood(400),
        "huge": lambda: truncate(results),
        "link": lambda: results.symlink_to(more[0]),
        "killed": lambda: os.kill(os.getpid(), signal.SIGKILL),
        "silent": lambda: None,
    }
    if how in without_report:
        without_report[how]()
        return 0
    results.write_text(written(how))
    if how == "hang_after_report":
        hang()
    if how == "fork":
        daemonise()
    return int(how) if how.isdecimal() else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]), sys.argv[4:]))
