"""Our ends of a child's stdin and stdout, as trio streams.

**Who reads stdout.** Whoever took the stream is its one reader (the handshake first, then the relay). When the child is
being stopped, a reader that does not read (its own client is slow, or it has gone) must not keep the child from
exiting, so the child reads on in its place with `drain`: what it reads is kept, up to 1 MiB, and given to the reader
in order; past that the stream is cut there: a reader never sees a hole. A reader that closes the stream has said that
it wants no more: from then on everything is read and thrown away. When the child is gone, `settle` takes what is left
in the pipe and closes the descriptor, so that nothing leaks even if nobody ever reads.
"""

from __future__ import annotations

import os
from collections.abc import Callable

import trio
from trio.lowlevel import cancel_shielded_checkpoint, checkpoint_if_cancelled, notify_closing, wait_readable

CHUNK_BYTES = 65536
"""The size of a pipe: one read empties it."""
KEPT_BYTES = 1024 * 1024
"""What is kept for a reader that does not read while its child is being stopped."""


class Input(trio.abc.SendStream):
    """Our end of a child's stdin."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._is_sending = False
        self._idle: trio.Event | None = None

    @property
    def is_closed(self) -> bool:
        """We closed it."""
        return self._fd < 0

    async def send_all(self, data: bytes | bytearray | memoryview) -> None:
        """Write all of it, waiting for the child to read.

        Raises:
            trio.BrokenResourceError: nobody can read it any more.
            trio.ClosedResourceError: we closed it, perhaps meanwhile.
            trio.BusyResourceError: somebody else is writing.
        """
        if self._is_sending:
            raise trio.BusyResourceError("another task is writing to this stdin")
        self._is_sending = True
        try:
            await checkpoint_if_cancelled()
            if not await self._write(memoryview(data)):
                await cancel_shielded_checkpoint()
        finally:
            self._is_sending = False
            if self._idle is not None:
                self._idle.set()

    def send_now(self, data: bytes | memoryview) -> int:
        """Write what there is room for without waiting: how much.

        Raises:
            trio.BrokenResourceError: nobody can read it any more.
            trio.ClosedResourceError: we closed it.
        """
        try:
            return os.write(self._open_fd(), data)
        except BlockingIOError:
            return 0
        except OSError as error:
            raise trio.BrokenResourceError(str(error)) from error

    async def wait_send_all_might_not_block(self) -> None:
        """Return when some room is in the pipe."""
        await trio.lowlevel.wait_writable(self._open_fd())

    async def flush(self) -> None:
        """Wait until what has been handed over is in the pipe."""
        while self._is_sending:
            self._idle = trio.Event()
            await self._idle.wait()

    def close(self) -> None:
        """Close it now; a sender in the middle of its message gets ClosedResourceError."""
        fd, self._fd = self._fd, -1
        if fd >= 0:
            notify_closing(fd)
            os.close(fd)

    async def aclose(self) -> None:
        """As `close`; the child sees the end of its input."""
        self.close()
        await trio.lowlevel.checkpoint()

    async def _write(self, view: memoryview) -> bool:
        has_waited = False
        fd = self._open_fd()
        while view:
            try:
                view = view[os.write(fd, view) :]
            except BlockingIOError:
                await trio.lowlevel.wait_writable(fd)
                has_waited = True
                fd = self._open_fd()
            except OSError as error:
                raise trio.BrokenResourceError(str(error)) from error
        return has_waited

    def _open_fd(self) -> int:
        if self._fd < 0:
            raise trio.ClosedResourceError("this stdin is closed")
        return self._fd


class Output(trio.abc.ReceiveStream):
    """Our end of a child's stdout; the module's text says who reads it when."""

    def __init__(self, fd: int, on_release: Callable[[], None] = lambda: None) -> None:
        self._fd = fd
        self._on_release = on_release
        self._kept = bytearray()
        self._is_over = False
        """No more bytes come, or those that come are dropped."""
        self.is_released = False
        """Its reader has closed it."""
        self._is_reading = False
        self._is_draining = False
        self._vacated: trio.Event | None = None
        self._arrived: trio.Event | None = None

    async def receive_some(self, max_bytes: int | None = None) -> bytes:
        """The next bytes, or b"" at the end.

        Raises:
            trio.ClosedResourceError: we closed it, perhaps meanwhile.
            trio.BusyResourceError: somebody else is reading.
        """
        if self._is_reading:
            raise trio.BusyResourceError("another task is reading this stdout")
        self._is_reading = True
        try:
            await checkpoint_if_cancelled()
            data, has_waited = await self._receive(max_bytes or CHUNK_BYTES)
            if not has_waited:
                await cancel_shielded_checkpoint()
            return data
        finally:
            self._is_reading = False
            if self._vacated is not None:
                self._vacated.set()

    def receive_now(self, room: memoryview) -> int | None:
        """Read into `room` without waiting: how much, 0 at the end, None if nothing is there yet."""
        if self.is_released:
            return 0
        if self._kept or self._is_over or self._fd < 0:
            count = min(len(room), len(self._kept))
            room[:count] = self._kept[:count]
            del self._kept[:count]
            return count
        if self._is_draining:
            return None
        try:
            count = os.readv(self._fd, (room,))
        except BlockingIOError:
            return None
        except OSError:
            count = 0
        self._is_over = not count
        return count

    async def wait_receive(self) -> None:
        """Return when `receive_now` may have something to say."""
        if self._kept or self._is_over or self._fd < 0 or self.is_released:
            await trio.lowlevel.checkpoint()
            return
        self._is_reading = True
        try:
            if self._is_draining:
                self._arrived = trio.Event()
                await self._arrived.wait()
            else:
                await self._readable()
        finally:
            self._is_reading = False
            if self._vacated is not None:
                self._vacated.set()

    async def aclose(self) -> None:
        """Say that nobody wants the rest; it is thrown away, and the child can go on writing."""
        if not self.is_released:
            self.is_released = True
            self._kept.clear()
            self._wake_reader()
            if self._fd >= 0:
                notify_closing(self._fd)
                self._on_release()
        await trio.lowlevel.checkpoint()

    async def drain(self) -> None:
        """Read on in the reader's place until the end; for the child that owns this stream."""
        while self._fd >= 0:
            if self._is_reading:
                self._vacated = trio.Event()
                await self._vacated.wait()
                continue
            self._is_draining = True
            try:
                await wait_readable(self._fd)
            except trio.ClosedResourceError:
                continue  # the reader has gone meanwhile, or it has settled
            finally:
                self._is_draining = False
                self._wake_reader()
            if self._take() == 0:
                return

    def settle(self) -> None:
        """Take what is left in the pipe and close it: nobody of the child's writes any more."""
        if self._fd < 0:
            return
        while not self._is_over and not self.is_released and self._take():
            continue
        fd, self._fd = self._fd, -1
        self._is_over = True
        notify_closing(fd)
        os.close(fd)
        self._wake_reader()

    async def _receive(self, limit: int) -> tuple[bytes, bool]:
        has_waited = False
        while True:
            if self.is_released:
                raise trio.ClosedResourceError("this stdout is closed")
            if self._kept or self._is_over or self._fd < 0:
                data = bytes(self._kept[:limit])
                del self._kept[:limit]
                return data, has_waited
            if self._is_draining:
                self._arrived = trio.Event()
                await self._arrived.wait()
            else:
                data_or_none = self._read(limit)
                if data_or_none is not None:
                    return data_or_none, has_waited
                await self._readable()
            has_waited = True

    async def _readable(self) -> None:
        try:
            await wait_readable(self._fd)
        except trio.ClosedResourceError:
            return  # released or settled meanwhile: the caller looks again

    def _take(self) -> int | None:
        """Move what is in the pipe to what is kept: how many bytes that were, 0 at its end, None if it is empty."""
        data = self._read(CHUNK_BYTES)
        if data is None:
            return None
        room = KEPT_BYTES - len(self._kept)
        if not self._is_over and not self.is_released:
            self._kept += data[:room]
            self._is_over = len(data) > room
        return len(data)

    def _read(self, limit: int) -> bytes | None:
        try:
            data = os.read(self._fd, limit)
        except BlockingIOError:
            return None
        except OSError:
            data = b""
        if not data:
            self._is_over = True
        return data

    def _wake_reader(self) -> None:
        if self._arrived is not None:
            self._arrived.set()
