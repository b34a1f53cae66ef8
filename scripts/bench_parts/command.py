"""Start-up of the command line, beside a bare interpreter that does nothing; CPU time of the whole process.

`status` talks to a running daemon, `check` reads a config of four servers, `run --exec` confines itself and executes
`true`, `run` relays to it until it ends. All alternated, medians.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from scripts.bench_parts.row import Row

ROUNDS = 15
CONFIG = {
    "mcpServers": {name: {"command": "cat", "isolation": {"mode": "sandbox"}, "disabled": True} for name in "abcd"}
}


def cpu_s(argv: Sequence[str], environ: dict[str, str]) -> float:
    """Run a command and return the processor seconds that it and its children took."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(argv, env=environ, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def rows() -> list[Row]:
    """Measure every verb against `python -c pass`."""
    with tempfile.TemporaryDirectory(prefix="bench", dir="/tmp") as folder:
        config = Path(folder) / "mcp.json"
        config.write_text(json.dumps(CONFIG))
        environ = {**os.environ, "STOCKADE_STATE_DIR": f"{folder}/s"}
        environ.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed package has its bytecode
        ours = [sys.executable, "-m", "supervisor"]
        daemon = subprocess.Popen(
            [*ours, "serve", "--config", str(config)], env=environ, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL
        )
        try:
            while not Path(f"{folder}/s/control.sock").exists() and daemon.poll() is None:
                time.sleep(0.01)
            return _measured(ours, str(config), environ)
        finally:
            daemon.terminate()
            daemon.wait()


def _measured(ours: list[str], config: str, environ: dict[str, str]) -> list[Row]:
    bare = [sys.executable, "-c", "pass"]
    verbs = {
        "command, --version": ([*ours, "--version"], 2.5, 1.3),
        "command, status": ([*ours, "status"], 6.0, 4.5),
        "command, check": ([*ours, "check", config], 6.0, 4.5),
        "command, run --exec until exec": ([*ours, "run", "--exec", "--", "true"], 15.0, 3.0),
        "command, run -- true, whole": ([*ours, "run", "--", "true"], None, None),
    }
    taken: dict[str, list[float]] = {name: [] for name in verbs}
    peer: list[float] = []
    for _ in range(ROUNDS):
        peer.append(cpu_s(bare, environ))
        for name, (argv, _goal, _stretch) in verbs.items():
            taken[name].append(cpu_s(argv, environ))
    return [
        Row(
            name=name,
            measured=median(taken[name]) * 1000,
            unit="ms",
            peer="python -c pass",
            against=median(peer) * 1000,
            goal=goal,
            stretch=stretch,
            details=f"CPU of the whole process, median of {ROUNDS}",
        )
        for name, (_argv, goal, stretch) in verbs.items()
    ]
