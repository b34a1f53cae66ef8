"""Run by the tests, as any user: starts the attacker without a sandbox and in several, and prints what came of it.

    rounds.py '{"ground": ..., "secret": ..., "rounds": [{"name": ..., "spec": ..., "groups": [...]}, ...]}'

A round without a `spec` is one without a sandbox: the same program, started as any careless parent does. What a
lifecycle round has left behind is judged here, after the stop; with `killed`, after the death of who had started it.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import trio
from real.sandbox import survivors
from real.sandbox.attacks.lifecycle import DEAD, LEFT
from real.sandbox.targets import Targets

from supervisor.config.schema import SandboxSpec
from supervisor.config.specs import Grace, Limits
from supervisor.environment.rules import Allowance, environment
from supervisor.launch.messages import Launch, LaunchFailed
from supervisor.process.table import ProcessTable, open_processes
from supervisor.process.words import Command
from supervisor.sandbox.effects import Sandbox, SandboxInstances, open_sandbox
from supervisor.sandbox.words import Places, Profile

BOUND_S = 200.0
"""For one round, which takes ten seconds on a machine with nothing else to do, most of them writing to its disk."""
GUARDIAN_S = 6.0
"""A guardian has done its work 5 s after the death of its owner."""
TERM_S = 0.5
"""For a program that obeys SIGTERM."""
SHORT = Grace(stdin_s=0.1, term_s=0.2)


class Ring:
    """The rounds, one after the other, around the same targets."""

    def __init__(self, job: dict[str, Any], targets: Targets, table: ProcessTable, sandbox: Sandbox) -> None:
        self._ground = Path(job["ground"])
        self._targets = targets
        self._table = table
        self._sandbox = sandbox
        self._instances = SandboxInstances(table, sandbox, lambda _: Profile())

    async def fight_all(self, rounds: list[dict[str, Any]]) -> dict[str, Any]:
        """What came of each round, by its name. Those that mostly wait are waited for together."""
        await self._start_fork_server()
        found = {one["name"]: await self.fight(one) for one in rounds if "lifecycle" not in one["groups"]}
        async with trio.open_nursery() as nursery:

            async def keep(one: dict[str, Any]) -> None:
                found[one["name"]] = await self.fight(one)

            for one in rounds:
                if "lifecycle" in one["groups"]:
                    nursery.start_soon(keep, one)
        return found

    async def fight(self, one: dict[str, Any]) -> dict[str, Any]:
        """One round; what the attacker said, or the problem that kept it from starting."""
        own = self._ground / (f"state/servers/{one['name']}" if "spec" in one else f"bare/{one['name']}")
        fork_server = self._sandbox._forks.pid
        assert fork_server is not None
        assert self._table.guardian_pid
        pids = {"guardian": self._table.guardian_pid, "fork_server": fork_server}
        with self._targets.world(one["name"], **pids) as world:
            python = one.get("python", sys.executable)
            words = [python, str(self._ground / "scripts/attack.py"), str(world), *one["groups"]]
            if one.get("killed"):
                return await trio.to_thread.run_sync(self._killed, one, words, own)
            if "spec" not in one:
                return await trio.to_thread.run_sync(self._bare, one, words, own)
            return await self._confined(one, words, own)

    async def _start_fork_server(self) -> None:
        """It is started with the first server that needs it; the attacks want it to be there."""
        launched = await self.launch({"name": "first", "spec": {"level": "S1"}}, ["/bin/true"])
        await self._table.child(launched.instance).wait()

    def _bare(self, one: dict[str, Any], words: list[str], own: Path) -> dict[str, Any]:
        own.mkdir(parents=True)
        process = subprocess.Popen(
            words, cwd=own, close_fds=False, start_new_session=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        with process:
            if "lifecycle" not in one["groups"]:
                said = json.loads(process.communicate()[0])
                return {"code": process.returncode, **said}
            assert process.stdin is not None
            assert process.stdout is not None
            said = json.loads(process.stdout.readline())
            process.stdin.close()
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(TERM_S)
            left = survivors.alive(own / "survivors")
            process.kill()
            return judged(said, left, own, process.pid)

    async def _confined(self, one: dict[str, Any], words: list[str], own: Path) -> dict[str, Any]:
        launched = await self.launch(one, words)
        if isinstance(launched, LaunchFailed):
            return {"problem": msgspec.to_builtins(launched.problem), "text": launched.problem.text}
        name = launched.instance
        confined = self._instances.confined(name)
        child = self._table.child(name)
        is_left = "lifecycle" in one["groups"]
        output = b""
        with trio.move_on_after(BOUND_S):
            while not (is_left and b"\n" in output) and (more := await child.stdout.receive_some()):
                output += more
        ended = await child.stop() if is_left else await child.wait()
        if not output:
            return {"stderr": child.stderr_tail, "code": ended.code, "signal": ended.signal}
        said = json.loads(output)
        if is_left:
            return judged(said, survivors.alive(own / "survivors"), own, launched.pid)
        report = confined.report if confined else {}
        return {"code": ended.code, "report": report, "launched": msgspec.to_builtins(launched), **said}

    async def launch(self, one: dict[str, Any], words: list[str]) -> Any:
        """Start the attacker as a server of the config is started."""
        env = environment(os.environ, Allowance(allow=(), proxies=False, env={}, unset=()), platform=sys.platform)
        command = self._table.prepare(Command(argv=tuple(words), env=env, cwd="/"))
        return await self._instances.launch(
            Launch(
                reply_to="",
                instance=one["name"],
                server=one["name"],
                command=command,
                grace=SHORT,
                limits=Limits(),
                sandbox=self._spec(one["spec"]),
            )
        )

    def _spec(self, spec: dict[str, Any]) -> SandboxSpec:
        if spec.get("network") == "ports":
            spec = {**spec, "network": {"connect": [self._targets.allowed], "bind": [self._targets.bindable]}}
        return msgspec.convert(spec, SandboxSpec)

    def _killed(self, one: dict[str, Any], words: list[str], own: Path) -> dict[str, Any]:
        """Have another process start the attacker, which is then killed."""
        job = {"ground": str(self._ground), "start": words, "round": one}
        done = subprocess.run([sys.executable, __file__, json.dumps(job)], stdout=subprocess.PIPE)
        said = json.loads(done.stdout)
        if "problem" in said:
            return dict(said)
        folder = own / "survivors"
        left = survivors.alive(folder) if "spec" not in one else survivors.wait_until_gone(folder, GUARDIAN_S)
        said["lifecycle"].pop(DEAD)  # whoever inherits them collects them
        return judged(said, left, own)


def judged(said: dict[str, Any], left: set[str], own: Path, leader: int = 0) -> dict[str, Any]:
    """Say of each attack whether what it had left behind is still there, and end that."""
    survivors.end(own / "survivors")
    dead = survivors.dead_children(leader)
    for name, outcome in said["lifecycle"].items():
        is_there = len(dead) > 1 if name == DEAD else name in left
        if outcome == LEFT:
            said["lifecycle"][name] = "done" if is_there else "ended"
    for pid in dead:
        os.waitpid(pid, 0)
    return said


def after(ground: Path) -> dict[str, Any]:
    """What this process is when it has started all of them."""
    (ground / "outside" / "after").write_text("x")
    lines = Path("/proc/self/status").read_text().splitlines()
    status = {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}
    return {**{name: status[name] for name in ("NoNewPrivs", "Seccomp", "CapEff")}, "writes outside": True}


async def main(job: dict[str, Any]) -> None:
    ground = Path(job["ground"])
    places = Places(
        state_dir=str(ground / "state"), homes=(str(ground / "home"),), own=(str(ground / "config/mcp.json"),)
    )
    if "start" in job:
        await start_and_die(job, places)
    targets = Targets(ground, job["secret"])
    try:
        async with open_sandbox(places) as sandbox, open_processes() as table:
            ring = Ring(job, targets, table, sandbox)
            found = await ring.fight_all(job["rounds"])
            print(json.dumps({**found, "after": after(ground)}))
    finally:
        targets.close()


async def start_and_die(job: dict[str, Any], places: Places) -> None:
    """Be the stockade that starts the attacker and is killed."""
    one, words = job["round"], job["start"]
    if "spec" not in one:
        own = Path(job["ground"], "bare", one["name"])
        own.mkdir(parents=True)
        process = subprocess.Popen(
            words, cwd=own, start_new_session=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        assert process.stdout is not None
        os.write(1, process.stdout.readline())
        os.kill(os.getpid(), signal.SIGKILL)
    async with open_sandbox(places) as sandbox, open_processes() as table:
        ring = Ring(job, None, table, sandbox)  # type: ignore[arg-type] # this one starts nothing but the attacker
        launched = await ring.launch(one, words)
        if isinstance(launched, LaunchFailed):
            print(json.dumps({"problem": msgspec.to_builtins(launched.problem)}), flush=True)
            return
        output = b""
        while b"\n" not in output:
            output += await table.child(launched.instance).stdout.receive_some()
        os.write(1, output)
        os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    trio.run(main, json.loads(sys.argv[1]))
