"""Real servers as the relay sees them: processes over real pipes, for the tests."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import trio

from supervisor.errors import NotReady, Problem, ServerDied, SessionError

SERVER = Path(__file__).with_name("mcp_server.py")


def server_command(*flags: str) -> list[str]:
    """The command of our own test server."""
    return [sys.executable, "-S", str(SERVER), *flags]


class Running:
    """One process of a server; `stderr` goes where the tests' own goes, or nowhere."""

    def __init__(self, process: trio.Process) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self.process = process
        self.stdin: trio.abc.SendStream = process.stdin
        self.stdout: trio.abc.ReceiveStream = process.stdout
        self.died = trio.Event()

    @property
    def ending(self) -> str:
        return f"exit code {self.process.returncode}"

    async def watch(self) -> None:
        await self.process.wait()
        self.died.set()


async def start(nursery: trio.Nursery, command: Sequence[str], *, env: Mapping[str, str] | None = None) -> Running:
    """Start a process and watch for its end in the nursery."""
    process = await trio.lowlevel.open_process(
        list(command), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=env
    )
    running = Running(process)
    nursery.start_soon(running.watch)
    return running


class Pool:
    """Starts the commands one after the other, the last one again and again; kills what it gets back."""

    def __init__(self, nursery: trio.Nursery, *commands: Sequence[str], most: int = 100) -> None:
        self._nursery = nursery
        self._commands = list(commands)
        self._most = most
        self.started: list[Running] = []
        self.released: list[Problem | None] = []
        self.gate = trio.Event()
        """While it is not set, no instance is to be had."""
        self.gate.set()
        self.away: NotReady | None = None

    async def acquire(self) -> Running:
        await self.gate.wait()
        if len(self.started) >= self._most:
            raise SessionError(ServerDied(status="too many deaths"))
        command = self._commands[min(len(self.started), len(self._commands) - 1)]
        running = await start(self._nursery, command)
        self.started.append(running)
        return running

    def release(self, instance: object, problem: Problem | None) -> None:
        assert isinstance(instance, Running)
        self.released.append(problem)
        if instance.process.returncode is None:
            instance.process.kill()

    def absence(self) -> NotReady | None:
        return self.away
