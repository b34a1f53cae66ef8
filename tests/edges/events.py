"""Records, lives and sinks for the tests of the edges."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import trio

from supervisor.config.redact import Redactor
from supervisor.edges.record import Record, Recorder
from supervisor.events import StderrLine
from supervisor.kernel.specs import Loop, Published, Run

SECRET = "sesame-open-sesame"


def recorder() -> Recorder:
    return Recorder("run-1", Redactor([SECRET]))


def recorded(fact: object, seq: int = 1, at_s: float = 1_700_000_000.25) -> Record:
    return recorder().record(Published(seq, at_s, 7, "test", fact))


def said(line: str = "hello", server: str = "a") -> StderrLine:
    return StderrLine(server=server, instance_id=f"{server}#1", line=line)


class Life:
    """The life of a leaf that a test leads."""

    def __init__(self) -> None:
        self.path = "root/test"
        self._stop = trio.Event()
        self.is_ready = trio.Event()
        self.loops: list[Loop] = []

    @property
    def stop_requested(self) -> bool:
        return self._stop.is_set()

    def ready(self) -> None:
        self.is_ready.set()

    def stop(self) -> None:
        self._stop.set()

    async def wait_for_stop(self) -> None:
        await self._stop.wait()

    def watch(self, loop: Loop) -> None:
        self.loops.append(loop)


@asynccontextmanager
async def running(run: Run) -> AsyncIterator[Life]:
    """Run a leaf until the body asks it to stop; cancelled if the body fails."""
    life = Life()
    with trio.fail_after(10):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(run, life)
            await life.is_ready.wait()
            yield life
            life.stop()


async def until(claim: object) -> None:
    """Let others run until the claim holds."""
    assert callable(claim)
    with trio.fail_after(5):
        while not claim():
            await trio.sleep(0.001)  # gives the interpreter to threads too
