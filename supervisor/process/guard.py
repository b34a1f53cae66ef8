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

PENDING_BYTES = 1024 * 1024
"""What may wait for a guardian that does not read: about 40 000 lines."""
FAREWELL_S = 1.0
"""For the guardian to leave after it was told that nothing is left: it has only to read one line."""
PAUSE_FIRST_S = 0.5
PAUSE_MOST_S = 60.0
"""Before another guardian is started in place of one that died: doubled each time, so that a machine that lets none
live is not kept busy."""
LONG_LIFE_S = 60.0
"""A guardian that lived as long as this had no defect of its own: the next one is started at once."""


class Guard:
    """Tells a guardian of one process table."""

    def __init__(self, token: str, *, on_trouble: Callable[[str], None]) -> None:
        self._token = token
        self._on_trouble = on_trouble
        self._known: dict[int, int] = {}
        self._pending = bytearray()
        self._pid = 0
        self._fd = -1
        self._is_pushing = False
        self._closing = trio.CancelScope()
        self._nursery: trio.Nursery | None = None

    @property
    def pid(self) -> int:
        """The guardian's pid, 0 while there is none."""
        return self._pid

    def watch(self, pid: int, started: int) -> None:
        """This session is to be ended if we die."""
        self._known[pid] = started
        self._tell(b"+ %d %d\n" % (pid, started))

    def forget(self, pid: int) -> None:
        """Nothing of this session is left."""
        if self._known.pop(pid, None) is not None:
            self._tell(b"- %d\n" % pid)

    def start(self) -> None:
        """Start a guardian and tell it everything; trouble is reported, not raised: servers run without one too."""
        try:
            self._pid, self._fd = _start_guardian(self._token)
        except OSError as error:
            self._on_trouble(f"no guardian could be started: {error}")
            return
        self._pending.clear()
        self._tell(b"".join(b"+ %d %d\n" % pair for pair in self._known.items()))

    async def run(self) -> None:
        """See that there is always one, until `close`."""
        with trio.CancelScope(shield=True), self._closing:
            async with trio.open_nursery() as self._nursery:
                pause_s = PAUSE_FIRST_S
                while True:
                    began = trio.current_time()
                    if self._pid:
                        await watch(self._pid)
                        self._drop()
                        self._on_trouble("the guardian died and is replaced")
                    if trio.current_time() - began < LONG_LIFE_S:
                        await trio.sleep(pause_s)
                        pause_s = min(pause_s * 2, PAUSE_MOST_S)
                    else:
                        pause_s = PAUSE_FIRST_S
                    self.start()

    async def close(self) -> None:
        """Send the guardian home. Sessions that it still knows of are ended by it now."""
        self._closing.cancel()
        self._tell(b".\n")
        pid, fd = self._pid, self._fd
        self._fd = -1
        if not pid:
            return
        if fd >= 0:
            os.close(fd)
        with trio.move_on_after(FAREWELL_S if not self._known else guardian.HUNT_S + FAREWELL_S, shield=True):
            await watch(pid)
            collect(pid)
            self._pid = 0
            return
        with suppress(OSError):
            os.kill(pid, signal.SIGKILL)
        with trio.move_on_after(FAREWELL_S, shield=True):
            await watch(pid)
        collect(pid)
        self._pid = 0

    def _drop(self) -> None:
        collect(self._pid)
        if self._fd >= 0:
            trio.lowlevel.notify_closing(self._fd)
            os.close(self._fd)
        self._pid, self._fd = 0, -1

    def _tell(self, text: bytes) -> None:
        if self._fd < 0:
            return  # the next one is told everything
        self._pending += text
        if not self._is_pushing:
            self._push()
        if len(self._pending) > PENDING_BYTES:
            with suppress(OSError):
                os.kill(self._pid, signal.SIGKILL)

    def _push(self) -> None:
        try:
            while self._pending:
                del self._pending[: os.write(self._fd, self._pending)]
        except BlockingIOError:
            if self._nursery is not None and not self._is_pushing:
                self._is_pushing = True
                self._nursery.start_soon(self._push_later)
        except OSError:
            self._pending.clear()  # it is dead; `run` notices and tells another one

    async def _push_later(self) -> None:
        try:
            while self._pending and self._fd >= 0:
                await trio.lowlevel.wait_writable(self._fd)
                self._push()
        except trio.ClosedResourceError:
            pass  # that guardian is dead
        finally:
            self._is_pushing = False


def _start_guardian(token: str) -> tuple[int, int]:
    theirs, ours = os.pipe()
    try:
        process = subprocess.Popen(  # noqa: S603 - our own program
            guardian.program(token),
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
