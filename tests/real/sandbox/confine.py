"""Run by the tests, as any user: starts programs through the sandbox and prints what came of it, as JSON.

    confine.py '{"argv": [...], "state_dir": ..., "homes": [...], "env": {...}, "spec": {...}, ...}'

`talk` is text for stdin; then stdout is read up to its first line instead of to its end. `times` starts it again.
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any

import msgspec
import trio

from supervisor.config.schema import SandboxSpec
from supervisor.config.specs import Grace, Limits
from supervisor.launch.messages import Launch, LaunchFailed
from supervisor.process.table import ProcessTable, open_processes
from supervisor.process.words import Command
from supervisor.sandbox.effects import SandboxInstances, open_sandbox
from supervisor.sandbox.words import Places, Profile


async def main(job: dict[str, Any]) -> list[dict[str, Any]]:
    places = Places(state_dir=job["state_dir"], homes=tuple(job["homes"]), own=tuple(job.get("own", ())))
    profile = Profile(working_dir=job.get("working_dir"), own_env=frozenset(job.get("env", {})))
    async with open_sandbox(places) as sandbox, open_processes() as table:
        instances = SandboxInstances(table, sandbox, lambda _: profile)
        env = {"PATH": "/usr/local/bin:/usr/bin:/bin", **job.get("env", {})}
        command = table.prepare(Command(argv=tuple(job["argv"]), env=env, cwd="/"))
        return [await once(table, instances, command, job, number) for number in range(job.get("times", 1))]


async def once(
    table: ProcessTable, instances: SandboxInstances, command: str, job: dict[str, Any], number: int
) -> dict[str, Any]:
    began = time.monotonic()
    name = f"instance-{number}"
    launched = await instances.launch(
        Launch(
            reply_to="",
            instance=name,
            server=job.get("server", "own"),
            command=command,
            grace=Grace(),
            limits=Limits(),
            sandbox=msgspec.convert(job.get("spec", {}), SandboxSpec),
        )
    )
    if isinstance(launched, LaunchFailed):
        return {"problem": msgspec.to_builtins(launched.problem), "text": launched.problem.text}
    confined = instances.confined(name)
    assert confined is not None
    child = table.child(name)
    talk = job.get("talk")
    output = b""
    with trio.move_on_after(job.get("limit_s", 50)):
        if talk:
            await child.stdin.send_all(talk.encode())
        while not (talk and b"\n" in output):
            more = await child.stdout.receive_some()
            if not more:
                break
            output += more
    answered_s = time.monotonic() - began
    ended = await child.stop() if talk else await child.wait()
    return {
        "launched": msgspec.to_builtins(launched),
        "report": confined.report,
        "stdout": output.decode(errors="replace"),
        "stderr": child.stderr_tail,
        "code": ended.code,
        "signal": ended.signal,
        "leftovers": ended.leftovers,
        "fetched": was_started(table, f"{name}-install"),
        "answered_s": answered_s,
    }


def was_started(table: ProcessTable, instance: str) -> bool:
    try:
        table.child(instance)
    except KeyError:
        return False
    return True


if __name__ == "__main__":
    print(json.dumps(trio.run(main, json.loads(sys.argv[1]))))
