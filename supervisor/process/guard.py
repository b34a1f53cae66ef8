"""The owner of the guardian: starts it, tells it what there is to guard, and starts another one if it dies.

Nothing here ever blocks: the pipe is not blocking, what does not fit waits in a bounded buffer, and a guardian that
reads so little that the buffer overflows is killed and replaced by one that is told everything anew.
"""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable
from contextlib import suppress

import trio

from supervisor.process import guardian
from supervisor.process.pidfd import collect, watch
from supervisor.process.wards import Wards
from supervisor.process.words import Removal

PENDING_BYTES = 1024 * 1024
"""What may wait for a guardian that does not read: about 40 000 lines."""
FAREWELL_S = 1.0
"""For the guardian to leave after it was told that nothing is left: it has only to read one line."""
PAUSE_FIRST_S = 0.5
PAUSE_MOST_S = 60.0
"""Before another guardian is started in place of one that died young: doubled each time, so that a machine that lets
none live is not kept busy."""
LONG_LIFE_S = 60.0
"""A guardian that lived as long as this had no defect of its own: the next one is started at once."""


class Guard:
    """Tells a guardian of one process table."""

    def __init__(self, token: str, *, subtree: str = "", on_trouble: Callable[[str], None]) -> None:
        self._token = token
        self._subtree = subtree
        self._on_trouble = on_trouble
        self._known: set[int] = set()
        self._wards = Wards()
        self._pending = bytearray()
        self._pid = 0
        self._fd = -1
        self._wake = trio.Event()
        self._closing = trio.CancelScope()

    @property
    def pid(self) -> int:
        """The guardian's pid, 0 while there is none."""
        return self._pid

    def watch(self, pid: int) -> None:
        """The session of this child is to be ended if we die; told with the next turn of the event loop."""
        self._known.add(pid)
        self._tell(b"+ %d\n" % pid)

    def forget(self, pid: int) -> None:
        """Nothing of this session is left."""
        if pid in self._known:
            self._known.discard(pid)
            self._tell(b"- %d\n" % pid)

    def watch_workload(self, removal: Removal) -> int:
        """A workload is about to be started, and is to be removed if we die. Answers its number."""
        number, text = self._wards.add(removal)
        self._tell(text)
        return number

    def describe_workload(self, number: int, *, child: int = 0, identity: str = "") -> None:
        """More is known of it: the child that carries its bytes, or its id."""
        self._tell(self._wards.describe(number, child=child, identity=identity))

    def forget_workload(self, number: int) -> None:
        """It is gone, or was never started."""
        self._tell(self._wards.drop(number))

    def start(self) -> None:
        """Start a guardian and tell it everything; trouble is reported, not raised: servers run without one too."""
        try:
            self._pid, self._fd = _start_guardian(self._token, self._subtree)
        except OSError as error:
            self._on_trouble(f"no guardian could be started: {error}")
            return
        self._pending.clear()
        self._tell(b"".join(b"+ %d\n" % pid for pid in self._known) + self._wards.everything())

    async def run(self) -> None:
        """See that there is always one, until `close`."""
        with trio.CancelScope(shield=True), self._closing:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(self._pump)
                await self._replace_the_dead()

    async def close(self) -> None:
        """Send the guardian home. Sessions that it still knows of are ended by it now."""
        self._closing.cancel()
        self._tell(b".\n")
        with trio.CancelScope(shield=True):
            with trio.move_on_after(FAREWELL_S):
                await self._write()
            self._close_pipe()
            if self._pid:
                await self._part(guardian.HUNT_S if self._known or self._wards else 0)

    async def _part(self, hunt_s: float) -> None:
        with trio.move_on_after(hunt_s + FAREWELL_S) as farewell:
            await watch(self._pid)
        if farewell.cancelled_caught:
            with suppress(OSError):
                os.kill(self._pid, signal.SIGKILL)
            with trio.move_on_after(FAREWELL_S):
                await watch(self._pid)
        collect(self._pid)
        self._pid = 0

    async def _replace_the_dead(self) -> None:
        pause_s = PAUSE_FIRST_S
        while True:
            began = trio.current_time()
            if self._pid:
                await watch(self._pid)
                collect(self._pid)
                self._pid = 0
                self._close_pipe()
                self._on_trouble("the guardian died and is replaced")
            if trio.current_time() - began >= LONG_LIFE_S:
                pause_s = PAUSE_FIRST_S
            else:
                await trio.sleep(pause_s)
                pause_s = min(pause_s * 2, PAUSE_MOST_S)
            self.start()

    def _tell(self, text: bytes) -> None:
        if self._fd < 0 or not text:
            return  # the next one is told everything
        self._pending += text
        self._wake.set()
        if len(self._pending) > PENDING_BYTES:
            with suppress(OSError):
                os.kill(self._pid, signal.SIGKILL)

    async def _pump(self) -> None:
        while True:
            await self._wake.wait()
            self._wake = trio.Event()
            await self._write()

    async def _write(self) -> None:
        while self._pending and self._fd >= 0:
            try:
                del self._pending[: os.write(self._fd, self._pending)]
            except BlockingIOError:
                with suppress(trio.ClosedResourceError):  # that guardian is dead
                    await trio.lowlevel.wait_writable(self._fd)
            except OSError:
                self._pending.clear()  # it is dead; the next one is told everything

    def _close_pipe(self) -> None:
        fd, self._fd = self._fd, -1
        if fd >= 0:
            trio.lowlevel.notify_closing(fd)
            os.close(fd)


def _start_guardian(token: str, subtree: str) -> tuple[int, int]:
    theirs, ours = os.pipe()
    try:
        process = subprocess.Popen(  # noqa: S603 - our own program
            guardian.program(token, subtree),
            stdin=theirs,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={},
            cwd="/",
            start_new_session=True,
        )
    except OSError:
        os.close(ours)
        raise
    finally:
        os.close(theirs)
    process.returncode = 0  # disowned, as all our children
    os.set_blocking(ours, False)
    return process.pid, ours
