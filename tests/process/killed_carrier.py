"""A program for tests: starts children with workloads through a process table, says so, waits to be killed.

Usage: killed_carrier.py JSON, a list of {"argv", "env", "removal": [argv, env, cidfile]}, perhaps with `"id": true` (to
say the id that is in the cidfile as soon as it is there, and remove the file) and `"silent": true` (not to wait for a
first line). Prints `ready GUARDIAN_PID` when all of them are as far as that, and again when another guardian knows of
them.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import trio
import trio.testing

from supervisor.process.spawn import spawn_plain
from supervisor.process.table import ProcessTable, open_processes
from supervisor.process.words import Command, Removal, WorkloadRung


class Unasked:
    """A workload that nobody comes to ask for anything."""

    def __init__(self, argv: list[str], env: dict[str, str], cidfile: str) -> None:
        self.removal = Removal(argv=tuple(argv), env=env, cidfile=cidfile)

    async def stop(self, _seconds: float) -> None:
        raise AssertionError

    async def kill(self) -> None:
        raise AssertionError

    async def remove(self) -> None:
        raise AssertionError

    async def is_gone(self) -> bool | None:
        raise AssertionError

    def on_rung(self, _rung: WorkloadRung) -> None:
        raise AssertionError


async def start(table: ProcessTable, number: int, given: dict[str, object]) -> None:
    """Start one, and wait until it is as far as was asked for."""
    argv, env, removal = given["argv"], given["env"], given["removal"]
    assert isinstance(argv, list)
    assert isinstance(env, dict)
    assert isinstance(removal, list)
    prepared = table.prepare(Command(argv=tuple(argv), env=env, cwd="/"))
    child = await table.start(f"child-{number}", prepared, spawn_plain, workload=Unasked(*removal))
    if not given.get("silent"):
        await child.stdout.receive_some()
    if given.get("id"):
        cidfile = Path(removal[2])
        while not (cidfile.exists() and cidfile.read_text()):
            await trio.sleep(0.01)
        table.identify(f"child-{number}", cidfile.read_text())
        cidfile.unlink()


async def main() -> None:
    """Start everything, then hold still to be killed."""
    async with open_processes() as table:
        async with trio.open_nursery() as nursery:
            for number, given in enumerate(json.loads(sys.argv[1])):
                nursery.start_soon(start, table, number, given)
        said = 0
        while True:
            if table.guardian_pid not in (0, said):
                await trio.testing.wait_all_tasks_blocked()  # the guardian has been told
                said = table.guardian_pid
                print("ready", said, flush=True)
            await trio.sleep(0.01)


trio.run(main)
