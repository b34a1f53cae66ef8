"""A workload that is a real process of this machine, with an engine of its own: the test.

The process is no descendant of the child that carries its bytes, and in no session of it: nothing but the engine
reaches it.
"""

from __future__ import annotations

import os
import signal
import sys
from contextlib import suppress
from pathlib import Path
from typing import Literal

import trio

from supervisor.process.words import Command, Removal, WorkloadRung

from .process import PATH, program

CARRIER = Path(__file__).with_name("carrier.py")

Call = Literal["stop", "kill", "remove", "is_gone"]

POLITE = 'exec cat <"$0" >/dev/null'
IGNORES_EOF = 'exec sleep 1000 <"$0"'
IGNORES_TERM = f"trap '' TERM; {POLITE}"
IGNORES_BOTH = f"trap '' TERM; {IGNORES_EOF}"
"""By opening its input a workload says that it is as deaf as it is going to be."""


class LocalWorkload:
    """One process, from its start until it is removed."""

    def __init__(self, folder: Path, script: str) -> None:
        self.calls: list[Call] = []
        self.rungs: list[WorkloadRung] = []
        self.stuck: set[Call] = set()
        """Calls that are never answered."""
        self.broken: set[Call | Literal["on_rung"]] = set()
        """Calls that raise what they must not."""
        self.refused: set[Call] = set()
        """Calls that do nothing; `is_gone` does not know then."""
        self.stays = False
        """It is not removed by itself when it ends."""
        self.is_present = True
        self.process: trio.Process
        self._folder = folder
        self._script = script
        self._ended = trio.Event()

    @property
    def command(self) -> Command:
        """What carries its bytes."""
        return program(sys.executable, "-I", "-S", str(CARRIER), str(self._folder / "in"), str(self._folder / "code"))

    @property
    def removal(self) -> Removal:
        return Removal(argv=("/bin/true",), env={}, cidfile=str(self._folder / "cid"))

    @property
    def is_running(self) -> bool:
        return self.process.returncode is None

    async def run(self, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Run it, and tell the carrier how it ended, if that still lives."""
        for name in ("in", "code"):
            os.mkfifo(self._folder / name)
        argv = ["sh", "-c", self._script, str(self._folder / "in")]
        self.process = await trio.lowlevel.open_process(argv, env={"PATH": PATH}, start_new_session=True)
        fd = os.open(self._folder / "code", os.O_RDWR | os.O_NONBLOCK)
        try:
            task_status.started()
            code = await self.process.wait()
            os.write(fd, b"%d\n" % (code if code >= 0 else 128 - code))
            if not self.stays:
                self.is_present = False
            self._ended.set()
            await trio.sleep_forever()
        finally:
            os.close(fd)
            self._signal(signal.SIGKILL)
            with trio.CancelScope(shield=True):
                await self.process.wait()

    async def stop(self, seconds: float) -> None:
        if await self._is_taken("stop"):
            self._signal(signal.SIGTERM)
            with trio.move_on_after(seconds):
                await self._ended.wait()
                return
            self._signal(signal.SIGKILL)
            await self._ended.wait()

    async def kill(self) -> None:
        if await self._is_taken("kill"):
            self._signal(signal.SIGKILL)
            await self._ended.wait()

    async def remove(self) -> None:
        if await self._is_taken("remove"):
            self._signal(signal.SIGKILL)
            await self._ended.wait()
            self.is_present = False

    async def is_gone(self) -> bool | None:
        return not self.is_present if await self._is_taken("is_gone") else None

    def on_rung(self, rung: WorkloadRung) -> None:
        self.rungs.append(rung)
        if "on_rung" in self.broken:
            raise LookupError("broken on purpose")

    async def _is_taken(self, call: Call) -> bool:
        self.calls.append(call)
        if call in self.broken:
            raise LookupError("broken on purpose")
        if call in self.stuck:
            await trio.sleep_forever()
        return call not in self.refused

    def _signal(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            self.process.send_signal(number)
