"""One child of a branch in one incarnation: its life, how it is run, asked to stop, and cancelled."""

from __future__ import annotations

import traceback
from pathlib import PurePath

import trio

from supervisor.kernel.requests import Ended, Request
from supervisor.kernel.specs import Loop, Run, Spec


class ChildFailed(Exception):  # noqa: N818
    """A child ended, or its time was over, before it had said ready."""

    def __init__(self, node: Node) -> None:
        super().__init__(f"{node.path}: {node.error_text()}")
        self.node = node


class NotReady(Exception):  # noqa: N818
    """A child ended, or its time to start was over, before it had said ready."""


class BranchEnded(Exception):  # noqa: N818
    """A branch ended before it got to what was asked of it."""

    def __init__(self, path: str) -> None:
        super().__init__(f"{path} ended first")


class GaveUp(Exception):  # noqa: N818
    """A branch had to restart its children more often than its limit allows."""

    def __init__(self, child: str, failures: int, period_s: float) -> None:
        super().__init__(f"{child} failed {failures} times within {period_s:g} s")
        self.child = child
        self.failures = failures
        self.period_s = period_s


class Node:
    """Implements `specs.Life` for the child that it runs."""

    def __init__(self, spec: Spec, path: str, inbox: trio.MemorySendChannel[Request], restarts: int) -> None:
        self.spec = spec
        self.path = path
        self.restarts = restarts
        self.error: BaseException | None = None
        self.is_started = False
        self.loops: list[Loop] = []
        """Its work loops, as far as it said so."""
        self._inbox = inbox
        self._started_or_ended = trio.Event()
        self._ended = trio.Event()
        self._stop = trio.Event()
        self._scope = trio.CancelScope()

    @property
    def stop_requested(self) -> bool:
        """The branch has asked this child to end."""
        return self._stop.is_set()

    @property
    def has_ended(self) -> bool:
        """It runs no more."""
        return self._ended.is_set()

    @property
    def is_running(self) -> bool:
        """It has said ready and has not ended."""
        return self.is_started and not self._ended.is_set()

    @property
    def is_answerable(self) -> bool:
        """It has to give signs of life: it runs, and is neither just starting nor just ending, which have clocks."""
        return self.is_running and not self.stop_requested

    def ready(self) -> None:
        """Count as started from here on."""
        if not self._ended.is_set():
            self.is_started = True
            self._started_or_ended.set()

    async def wait_for_stop(self) -> None:
        """Return when the branch asks this child to end."""
        await self._stop.wait()

    def watch(self, loop: Loop) -> None:
        """Have a work loop of this child asked for signs of life."""
        self.loops.append(loop)

    async def wait_started(self) -> None:
        """Return when the child has said ready or has ended; `is_started` says which."""
        await self._started_or_ended.wait()

    async def run(self, run: Run) -> None:
        """Run the child to its end and tell the branch; what it raised is kept in `error`."""
        try:
            with self._scope:
                await run(self)
        except Exception as error:  # noqa: BLE001  (the tree answers every crash, whatever it is)
            self.error = error
        finally:
            self._ended.set()
            self._started_or_ended.set()
            for loop in self.loops:
                loop.answer()  # nobody is left to be found silent
            self._inbox.send_nowait(Ended(self))

    async def stop(self) -> None:
        """Ask the child to end, wait as long as it may take, then cancel it; returns when it has ended.

        A child that shields itself from cancellation has to bound its shield: nothing else can end it.
        """
        self._stop.set()
        with trio.move_on_after(self.spec.shutdown_s):
            await self._ended.wait()
        await self.cancel()

    async def cancel(self) -> None:
        """Cancel the child and wait for its end."""
        self._scope.cancel()
        await self._ended.wait()

    def error_text(self) -> str:
        """Say what the child raised, or nothing: an exception group by its first leaf. Fit to be encoded."""
        error = _first(self.error)
        return _encodable(f"{type(error).__name__}: {error}") if error is not None else ""

    def error_place(self) -> str:
        """Name the file and line that raised."""
        error = _first(self.error)
        frames = traceback.extract_tb(error.__traceback__) if error is not None else []
        return _encodable(f"{PurePath(frames[-1].filename).name}:{frames[-1].lineno}") if frames else ""


def _first(error: BaseException | None) -> BaseException | None:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


def _encodable(text: str) -> str:
    """Escape lone surrogates, as paths have them that are not UTF-8."""
    return text.encode("utf-8", "backslashreplace").decode()
