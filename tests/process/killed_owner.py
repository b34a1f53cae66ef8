"""A program for tests: opens a process table, starts what it is told on its command line, says what it started, waits.

Usage: killed_owner.py STATE_DIR|- SCRIPT COUNT …   Prints `ready GUARDIAN_PID` when all of them have said a line.
"""

from __future__ import annotations

import os
import sys

import trio

from supervisor.process.spawn import spawn_plain
from supervisor.process.table import open_processes
from supervisor.process.words import Command


async def main() -> None:
    """Start everything, then hold still to be killed."""
    state_dir, *scripts = sys.argv[1:]
    async with open_processes(None if state_dir == "-" else state_dir) as table:
        for number, script in enumerate(scripts):
            command = Command(argv=("sh", "-c", script), env=dict(os.environ), cwd="/")
            child = await table.start(f"child-{number}", table.prepare(command), spawn_plain)
            await child.stdout.receive_some()
        print("ready", table.guardian_pid, flush=True)
        await trio.sleep_forever()


trio.run(main)
