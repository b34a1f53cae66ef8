"""The time that looking at a server's definitions adds to its start, by the daemon's own events.

Real servers without isolation, each started with an empty state (its definitions are new) and again with the same one
(they are pinned). A start counts from the first `server.starting` to `server.ready`; the scan's share of it from
`scan.started` to `scan.completed`, which is all that stands between the last list and the first session.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from scripts import testbed
from scripts.bench_parts.row import Row

ROUNDS = 5
LIMIT_S = 120
"""Seconds for all servers to be ready; past them the daemon is ended, and with it what it tells."""
ENDED = ("server.failed", "server.quarantined", "scan.failed", "scan.degraded")


class Start(NamedTuple):
    """Seconds of one start."""

    whole: float
    scan: float


def rows() -> list[Row]:
    """Measure first starts and second ones in turn."""
    programs = testbed.real_programs()
    taken: dict[str, list[Start]] = {"first": [], "again": []}
    for _ in range(ROUNDS):
        with tempfile.TemporaryDirectory(prefix="bench", dir="/tmp") as folder:
            config = Path(folder, "mcp.json")
            config.write_text(json.dumps({"mcpServers": _servers(programs)}))
            for which in taken:
                taken[which] += _starts(config, Path(folder, "state"), programs)
    return [
        Row(
            name=f"start of a server, its scan, {which}", unit="ms", peer="the whole start",
            measured=median(start.scan for start in starts) * 1e3,
            against=median(start.whole for start in starts) * 1e3,
            details=f"{ROUNDS} rounds of {len(_servers(programs))} real servers at once; {why}",
        )
        for (which, starts), why in zip(
            taken.items(), ("with the engine's load", "what is pinned is looked at again"), strict=True
        )
    ]  # fmt: skip


def _servers(programs: dict[str, str]) -> dict[str, dict[str, Any]]:
    npx = ["--yes", "--offline"]
    everything = [*npx, "@modelcontextprotocol/server-everything"]
    files = [*npx, "@modelcontextprotocol/server-filesystem", "/tmp"]
    env = {"npm_config_cache": programs["STOCKADE_TEST_NPM_CACHE"]}
    return {
        "everything": {"command": programs["STOCKADE_TEST_NPX"], "args": everything, "env": env},
        "files": {"command": programs["STOCKADE_TEST_NPX"], "args": files, "env": env},
        "time": {"command": str(Path(programs["STOCKADE_TEST_SDK2"]).parent / "mcp-server-time")},
    }


def _starts(config: Path, state: Path, programs: dict[str, str]) -> list[Start]:
    """Run the daemon until each server has been started and scanned."""
    argv = [sys.executable, "-m", "supervisor", "serve", "--config", str(config), "--state-dir", str(state)]
    environ = {**os.environ, "PATH": programs["PATH"]}
    with subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=environ) as daemon:
        assert daemon.stderr is not None
        clock = threading.Timer(LIMIT_S, daemon.terminate)
        clock.start()
        try:
            return list(_told(daemon.stderr, len(_servers(programs))))
        finally:
            clock.cancel()
            daemon.terminate()
            daemon.communicate()


def _told(lines: Any, count: int) -> Iterator[Start]:
    at: dict[tuple[str, str], datetime] = {}
    for line in lines:
        event = json.loads(line)
        if event["type"] in ENDED:
            raise SystemExit(f"bench: a server was not served: {event}")
        if "server" not in event:
            continue
        server = event["server"]
        at.setdefault((server, event["type"]), datetime.fromisoformat(event["ts"]))
        if event["type"] == "server.ready":
            yield Start(
                whole=_between(at, server, ("server.starting", "server.ready")),
                scan=_between(at, server, ("scan.started", "scan.completed")),
            )
            count -= 1
            if not count:
                return
    raise SystemExit("bench: the daemon ended before its servers were ready")


def _between(at: dict[tuple[str, str], datetime], server: str, types: Sequence[str]) -> float:
    begin, end = types
    return (at[server, end] - at[server, begin]).total_seconds()
