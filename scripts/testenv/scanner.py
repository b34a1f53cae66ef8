#!/usr/bin/env python3
"""A small scanner that keeps the contract of /scan, and breaks it in the ways that its first argument names.

It finds `exec(` and paths of ssh keys in Python files, and says in its run's properties what it was given: whether it
could write to the source, reach anything but itself, and as whom it runs.

    stockade-test-scanner [hang | fork | garbage | successful200 | failed]
"""

import json
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

SOURCE, REPORT = Path("/scan/source"), Path("/scan/report/results.sarif")
RULES = {"exec(": "executed-text", ".ssh/id_": "ssh-key"}


def results() -> Iterator[dict[str, Any]]:
    """One for each line in which one of the words stands."""
    for path in sorted(SOURCE.rglob("*.py")):
        for number, text in enumerate(path.read_text(errors="replace").splitlines(), 1):
            for word, rule in RULES.items():
                if word in text:
                    place = {"artifactLocation": {"uri": path.as_uri()}, "region": {"startLine": number}}
                    yield {
                        "ruleId": rule,
                        "level": "error",
                        "message": {"text": f"{word} stands in {path.name}"},
                        "locations": [{"physicalLocation": place}],
                    }


def surroundings() -> dict[str, Any]:
    """What it was given."""
    try:
        (SOURCE / "written").touch()
        writes = True
    except OSError:
        writes = False
    limits = {name: Path("/sys/fs/cgroup", name) for name in ("memory.max", "pids.max")}
    status = dict(line.split(":\t", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return {
        "writesSource": writes,
        "interfaces": sorted(os.listdir("/sys/class/net")),
        "limits": {name: path.read_text().strip() for name, path in limits.items() if path.exists()},
        "capabilities": status["CapEff"],
        "noNewPrivileges": status["NoNewPrivs"],
        "uid": os.getuid(),
        "tools": [tool["name"] for tool in json.loads((SOURCE / "tools.json").read_text())["tools"]],
    }


def main(how: str) -> int:
    """Write the report, or do what the argument says."""
    if how == "hang":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        signal.pause()
    if how == "fork" and os.fork() == 0:
        os.setsid()
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        signal.pause()
    if how == "garbage":
        REPORT.write_text("all is well\n")
        return 0
    driver = {"driver": {"name": "stockade-test-scanner", "rules": [{"id": rule} for rule in RULES.values()]}}
    given = surroundings()
    found = [*results(), {"ruleId": "given", "level": "note", "message": {"text": json.dumps(given)}}]
    REPORT.write_text(json.dumps({"version": "2.1.0", "runs": [{"tool": driver, "results": found}]}))
    return {"successful200": 200, "failed": 1}.get(how, 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else ""))
