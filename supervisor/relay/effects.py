"""The two ends of a byte stream as the relay uses them: without a wait wherever that is possible.

A trio wait costs tens of microseconds, a read or write that need not wait costs one. So a stream is read at once where
more is to be expected, and written at once; it is waited for only when the kernel has nothing, or no room. Streams that
offer no such way are used through their ordinary methods. Everything that a peer's end can do to us comes out as an
end of the stream (reading) or as `trio.BrokenResourceError` (writing).
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable
from contextlib import suppress
from math import inf
from typing import Final, Protocol, runtime_checkable

import trio

EAGER_READS: Final = 16
"""Reads in a row without a wait: then the other tasks of the process have a turn."""
FULL_PIPE_BYTES: Final = 64 * 1024
"""What a pipe holds unless it is widened."""
WIDE_PIPE_BYTES: Final = 256 * 1024
"""What a pipe is widened to once it was full: fewer turns for a large message; the kernel's share is 64 MiB a user."""
DRAIN_READS: Final = 64
"""How often a dead server's output is still read: more than any pipe holds, less than its orphans could write."""

DRAIN_WAIT_S: Final = 0.1
"""How long each of these reads may take on a stream that cannot say whether anything is there."""


@runtime_checkable
class Reader(Protocol):
    """What a receiving stream may offer beyond trio's own methods."""

    def receive_now(self, room: memoryview) -> int | None:
        """Read into `room` without waiting: how much, 0 at the end of the stream, None if nothing is there yet."""

    async def wait_receive(self) -> None:
        """Return when `receive_now` may have something to say."""


@runtime_checkable
class Writer(Protocol):
    """What a sending stream may offer beyond trio's own methods."""

    def send_now(self, data: bytes | memoryview) -> int:
        """Write what there is room for without waiting: how much.

        Raises:
            trio.BrokenResourceError: nobody reads it any more.
            trio.ClosedResourceError: it is closed.
        """


class _Descriptor:
    """Reads and writes of a stream of trio's own, straight to its descriptor."""

    def __init__(self, fileno: Callable[[], int]) -> None:
        self._fileno = fileno
        """Asked each time: it says -1 once the stream is closed, when the number may belong to somebody else."""
        self._is_wide = False

    def receive_now(self, room: memoryview) -> int | None:
        fileno = self._fileno()
        try:
            count = os.readv(fileno, (room,)) if fileno >= 0 else 0
        except BlockingIOError:
            return None
        except OSError:  # a reset socket, a terminal that hung up: there is nothing more
            return 0
        if count >= FULL_PIPE_BYTES:
            self._widen()
        return count

    async def wait_receive(self) -> None:
        try:
            await trio.lowlevel.wait_readable(self._fileno())
        except PermissionError:  # a regular file cannot be waited for, and need not be
            await trio.lowlevel.checkpoint()
        except (trio.ClosedResourceError, ValueError, OSError):  # it was closed: reading it says so
            await trio.lowlevel.checkpoint()

    def send_now(self, data: bytes | memoryview) -> int:
        fileno = self._fileno()
        if fileno < 0:
            raise trio.ClosedResourceError("this stream is closed")
        try:
            count = os.write(fileno, data)
        except BlockingIOError:
            count = 0
        except OSError as error:
            raise trio.BrokenResourceError(str(error)) from error
        if count < len(data):
            self._widen()
        return count

    def _widen(self) -> None:
        """Once, if it is a pipe, the system can, and the user's share of pipe memory is not used up."""
        if self._is_wide or not hasattr(fcntl, "F_SETPIPE_SZ"):
            return
        self._is_wide = True
        with suppress(OSError):
            if fcntl.fcntl(self._fileno(), fcntl.F_GETPIPE_SZ) < WIDE_PIPE_BYTES:
                fcntl.fcntl(self._fileno(), fcntl.F_SETPIPE_SZ, WIDE_PIPE_BYTES)


def _descriptor(stream: object) -> _Descriptor | None:
    if isinstance(stream, trio.SocketStream):
        return _Descriptor(stream.socket.fileno)
    if hasattr(trio.lowlevel, "FdStream") and isinstance(stream, trio.lowlevel.FdStream):
        return _Descriptor(stream.fileno)
    return None


class Source:
    """The reading end."""

    def __init__(self, stream: trio.abc.ReceiveStream) -> None:
        self._stream = stream
        self._reader: Reader | None = stream if isinstance(stream, Reader) else _descriptor(stream)
        self._eager = 0
        self._waiting: trio.CancelScope | None = None
        self._reads_left: int | None = None
        """Set once it was interrupted."""

    async def read_into(self, room: memoryview) -> int:
        """How many bytes were read; 0 at the end, or when it was interrupted and nothing more is there."""
        if self._reader is None:
            return await self._receive(room)
        while self._reads_left is None:
            if not self._eager:
                with trio.CancelScope() as self._waiting:
                    await self._reader.wait_receive()
            count = self._reader.receive_now(room)
            if count is not None:
                self._eager = (self._eager + 1) % EAGER_READS if count == len(room) else 0
                return count
            self._eager = 0
        if not self._reads_left:
            return 0
        self._reads_left -= 1
        return self._reader.receive_now(room) or 0

    def interrupt(self) -> None:
        """Wait no more: what the kernel still holds is read, then comes the end."""
        if self._reads_left is None:
            self._reads_left = DRAIN_READS
        if self._waiting is not None and self._reader is None:
            self._waiting.deadline = trio.current_time() + DRAIN_WAIT_S
        elif self._waiting is not None:
            self._waiting.cancel()

    async def _receive(self, room: memoryview) -> int:
        chunk: bytes | bytearray = b""
        with trio.CancelScope() as self._waiting:
            if self._reads_left is not None:
                self._reads_left -= 1
                self._waiting.deadline = trio.current_time() + DRAIN_WAIT_S if self._reads_left > 0 else -inf
            with suppress(trio.BrokenResourceError, trio.ClosedResourceError):
                chunk = await self._stream.receive_some(len(room))
        room[: len(chunk)] = chunk
        return len(chunk)


class Sink:
    """The writing end; writes of several tasks come one after the other, never into each other."""

    def __init__(self, stream: trio.abc.SendStream) -> None:
        self._stream = stream
        self._writer: Writer | None = stream if isinstance(stream, Writer) else _descriptor(stream)
        self._turn = trio.Lock()
        self._waiting: trio.CancelScope | None = None
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
            if self._is_broken:
                raise trio.BrokenResourceError("abandoned")
            done = self._writer.send_now(data) if self._writer is not None else 0
            if done < len(data):
                await self._write_rest(memoryview(data)[done:])
        except trio.ClosedResourceError as error:
            raise trio.BrokenResourceError("closed") from error
        finally:
            self._turn.release()

    async def _write_rest(self, data: memoryview) -> None:
        is_whole = False
        try:
            with trio.CancelScope() as self._waiting:
                await self._stream.send_all(data)
                is_whole = True
        finally:  # half a line may have gone: whatever came next would be taken for its end
            self._is_broken |= not is_whole
        if not is_whole:
            raise trio.BrokenResourceError("abandoned")

    def abandon(self) -> None:
        """Write no more, and let no one go on waiting for room."""
        self._is_broken = True
        if self._waiting is not None:
            self._waiting.cancel()

    async def close(self) -> None:
        """Say that nothing more will come, once what is being written is out."""
        async with self._turn:
            with suppress(trio.BrokenResourceError, trio.ClosedResourceError):
                if isinstance(self._stream, trio.abc.HalfCloseableStream):
                    await self._stream.send_eof()
                else:
                    await self._stream.aclose()
