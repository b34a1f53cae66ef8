"""A program for tests: an owner of a process table that does what it is told, to be killed at will.

It reads lines of JSON and answers each with one: `{"open": …}` first, when it is in the cgroup where it is to be, then
`{"start": NAME, "argv": […]}` (answered when the program has said a line), `{"stop": NAME}`, `{"wait": NAME}`.
"""

from __future__ import annotations

import json
import os
import resource
import sys
from typing import Any

import msgspec
import trio

from supervisor.config.specs import Grace
from supervisor.process.spawn import spawn_plain
from supervisor.process.table import ProcessTable, open_processes
from supervisor.process.words import Command

GRACE = Grace(stdin_s=0.2, term_s=0.2)


def say(answer: object) -> None:
    """One line."""
    sys.stdout.buffer.write(msgspec.json.encode(answer) + b"\n")
    sys.stdout.buffer.flush()


async def ask() -> dict[str, Any]:
    """The next line; its end is ours."""
    line = await trio.to_thread.run_sync(sys.stdin.buffer.readline, abandon_on_cancel=True)
    return json.loads(line) if line else {}


async def start(table: ProcessTable, name: str, argv: list[str]) -> dict[str, object]:
    """Start a program, let it go on, and wait for its line."""
    command = Command(argv=tuple(argv), env={"PATH": os.defpath}, cwd="/")
    child = await table.start(name, table.prepare(command), spawn_plain, grace=GRACE)
    await child.stdin.send_all(b"go\n")
    return {"pid": child.pid, "line": (await child.stdout.receive_some()).decode().strip()}


async def main() -> None:
    """Do what is asked until nothing is asked any more."""
    asked = await ask()
    if "limit" in asked:
        resource.setrlimit(resource.RLIMIT_RTTIME, (asked["limit"], asked["limit"]))
    troubles: list[str] = []
    opened = open_processes(asked["open"] or None, on_trouble=troubles.append, divides_cgroup=asked["divides"])
    async with opened as table:
        say({
            "guardian": table.guardian_pid,
            "untagged": table.untagged,
            "delegation": table.delegation,
            "swept": table.swept,
        })  # fmt: skip
        while asked := await ask():
            if "start" in asked:
                say(await start(table, asked["start"], asked["argv"]))
            elif "stop" in asked:
                say(await table.child(asked["stop"]).stop())
            else:
                say(await table.child(asked["wait"]).wait())
    say({"troubles": troubles})


trio.run(main)
