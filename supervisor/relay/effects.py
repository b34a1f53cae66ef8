"""The two ends of a byte stream as the relay uses them: straight to the file descriptor when there is one.

A trio wait costs some ten microseconds, a read or write that need not wait costs one. So the descriptor is tried first
where data is to be expected, and waited for only when the kernel has nothing, or no room. Streams without a descriptor
are used through their own methods. Everything that a peer's end can do to us comes out as an end of the stream
(reading) or as `trio.BrokenResourceError` (writing).
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Awaitable, Callable
from typing import Final

import trio

EAGER_READS: Final = 16
"""Reads in a row without a wait: then the other tasks of the process have a turn."""
WIDE_PIPE_BYTES: Final = 256 * 1024
"""What a pipe is widened to once it was full: fewer turns for a large message; the kernel's share is 64 MiB a user."""
DRAIN_BYTES: Final = 1024 * 1024
"""How much of a dead server's output is still read: more than any pipe holds, less than its orphans could write."""


def _descriptor(stream: object) -> Callable[[], int] | None:
    """How to ask for the descriptor of a stream, -1 once it is closed; None if it has none."""
    if isinstance(stream, trio.SocketStream):
        return stream.socket.fileno
    if hasattr(trio.lowlevel, "FdStream") and isinstance(stream, trio.lowlevel.FdStream):
        return stream.fileno
    return None


def _widen(fileno: int) -> None:
    """Make a full pipe larger, if it is a pipe, if the system can, and if the user's share is not used up."""
    if hasattr(fcntl, "F_SETPIPE_SZ"):
        try:
            if fcntl.fcntl(fileno, fcntl.F_GETPIPE_SZ) < WIDE_PIPE_BYTES:
                fcntl.fcntl(fileno, fcntl.F_SETPIPE_SZ, WIDE_PIPE_BYTES)
        except OSError:
            return


class Source:
    """The reading end."""

    def __init__(self, stream: trio.abc.ReceiveStream) -> None:
        self._stream = stream
        self._fileno = _descriptor(stream)
        self._eager = 0
        self._is_wide = False
        self._drain: int | None = None
        self._waiting: trio.CancelScope | None = None

    async def read_into(self, room: memoryview) -> int:
        """How many bytes were read; 0 at the end, or when it was interrupted and nothing more is there."""
        if self._drain is not None:
            return self._read_rest(room)
        if self._fileno is None:
            return await self._receive(room)
        while True:
            fileno = self._fileno()
            if not self._eager and not await _wait(trio.lowlevel.wait_readable, fileno):
                return self._read_rest(room)
            count = _read(fileno, room)
            if count is None:
                self._eager = 0
                continue
            if count == len(room):
                self._eager = (self._eager + 1) % EAGER_READS
            else:
                self._eager = 0
            if count >= 65536 and not self._is_wide:
                self._is_wide = True
                _widen(fileno)
            return count

    def interrupt(self) -> None:
        """Wait no more: what the kernel still holds is read, then comes the end."""
        if self._drain is not None:
            return
        self._drain = DRAIN_BYTES
        if self._waiting is not None:
            self._waiting.cancel()
        if self._fileno is not None and self._fileno() >= 0:
            trio.lowlevel.notify_closing(self._fileno())

    def _read_rest(self, room: memoryview) -> int:
        if not self._drain or self._fileno is None or self._fileno() < 0:
            return 0
        count = _read(self._fileno(), room[: self._drain]) or 0
        self._drain -= count
        return count

    async def _receive(self, room: memoryview) -> int:
        chunk: bytes | bytearray = b""
        with trio.CancelScope() as self._waiting:
            try:
                chunk = await self._stream.receive_some(len(room))
            except (trio.BrokenResourceError, trio.ClosedResourceError):
                return 0
        room[: len(chunk)] = chunk
        return len(chunk)


async def _wait(ready: Callable[[int], Awaitable[None]], fileno: int) -> bool:
    """Wait until a descriptor is ready; False if it was closed meanwhile."""
    try:
        await ready(fileno)
    except PermissionError:  # a regular file cannot be waited for, and need not be
        await trio.lowlevel.checkpoint()
    except (trio.ClosedResourceError, ValueError, OSError):
        return False
    return True


def _read(fileno: int, room: memoryview) -> int | None:
    """Read without waiting; None if there is nothing yet."""
    try:
        return os.readv(fileno, (room,))
    except BlockingIOError:
        return None
    except OSError:  # a reset socket, a terminal that hung up: there is nothing more
        return 0


class Sink:
    """The writing end; writes of several tasks come one after the other, never into each other."""

    def __init__(self, stream: trio.abc.SendStream) -> None:
        self._stream = stream
        self._fileno = _descriptor(stream)
        self._turn = trio.Lock()
        self._is_broken = False

    async def write(self, data: bytes | memoryview) -> None:
        """Write all of it.

        Raises:
            trio.BrokenResourceError: the peer reads no more, or the end was abandoned or closed.
        """
        try:
            self._turn.acquire_nowait()
        except trio.WouldBlock:
            await self._turn.acquire()
        try:
            if self._fileno is None:
                await self._send(data)
                return
            done = self._write(data)
            if done < len(data):
                await self._write_rest(memoryview(data)[done:])
        finally:
            self._turn.release()

    def _write(self, data: bytes | memoryview) -> int:
        """Write without waiting; how much went."""
        assert self._fileno is not None
        fileno = self._fileno()
        if self._is_broken or fileno < 0:
            raise trio.BrokenResourceError("abandoned or closed")
        try:
            return os.write(fileno, data)
        except BlockingIOError:
            return 0
        except OSError as error:
            raise trio.BrokenResourceError(str(error)) from error

    async def _write_rest(self, data: memoryview) -> None:
        assert self._fileno is not None
        _widen(self._fileno())
        is_torn = True
        try:
            while data := data[self._write(data) :]:
                if not await _wait(trio.lowlevel.wait_writable, self._fileno()):
                    raise trio.BrokenResourceError("abandoned or closed")
            is_torn = False
        finally:  # half a line went: whatever came next would be taken for its end
            self._is_broken |= is_torn

    async def _send(self, data: bytes | memoryview) -> None:
        if self._is_broken:
            raise trio.BrokenResourceError("abandoned")
        is_torn = True
        try:
            await self._stream.send_all(data)
            is_torn = False
        except trio.ClosedResourceError as error:
            raise trio.BrokenResourceError("closed") from error
        finally:
            self._is_broken |= is_torn

    def abandon(self) -> None:
        """Write no more, and let no one go on waiting for room."""
        self._is_broken = True
        if self._fileno is not None and self._fileno() >= 0:
            trio.lowlevel.notify_closing(self._fileno())

    async def close(self) -> None:
        """Say that nothing more will come, once what is being written is out."""
        async with self._turn:
            try:
                if isinstance(self._stream, trio.abc.HalfCloseableStream):
                    await self._stream.send_eof()
                else:
                    await self._stream.aclose()
            except (trio.BrokenResourceError, trio.ClosedResourceError):
                return
