"""A long answer of the engine's (its events, a pull), read line by line in a worker thread, ended with its reader.

A thread that waits for a byte cannot be cancelled. What wakes it is the end of its socket, so that is shut down when
the reader is cancelled. Until the head of an answer has come there is nothing to shut down: a thread that waits for
one is left behind, and ends the answer as soon as it begins.
"""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator
from contextlib import suppress
from errno import ECONNRESET
from typing import TYPE_CHECKING, Any, Self

import trio

from supervisor.container.facts import seen
from supervisor.engine.messages import Seen
from supervisor.errors import LaunchError

if TYPE_CHECKING:
    from requests import Response

KEEPALIVE_S = 30
"""Seconds of silence after which the kernel asks whether the way to an engine on another machine is still there."""


class StreamFailed(Exception):  # noqa: N818 - it says what came, not what is wrong
    """The answer broke off, or never began; what was raised is its cause."""


class Stream:
    """An answer in lines of JSON."""

    def __init__(self, begin: Callable[[], Response], limiter: trio.CapacityLimiter) -> None:
        self._begin = begin
        self._limiter = limiter
        self._response: Response | None = None
        self._lines: Iterator[bytes] = iter(())
        self._is_busy = False
        self._is_cut = False

    async def begin(self) -> None:
        """Send the request and wait for the head of the answer. Raises: StreamFailed."""
        await self._in_thread(self._open)

    async def next(self) -> dict[str, Any] | None:
        """The next line, None at the end of a whole answer; cancelling this ends it. Raises: StreamFailed."""
        return await self._in_thread(self._read)

    def cut(self) -> None:
        """End it now: who reads it wakes, and the engine sees that nobody listens. A second call changes nothing."""
        self._is_cut = True
        if self._response is not None:
            _shut(self._response)
            if not self._is_busy:  # else its thread closes it, which looks at these two in the other order
                self._response.close()

    async def _in_thread(self, work: Callable[[], dict[str, Any] | None]) -> dict[str, Any] | None:
        try:
            return await trio.to_thread.run_sync(self._carry_out, work, abandon_on_cancel=True, limiter=self._limiter)
        except BaseException:
            self.cut()
            raise

    def _carry_out(self, work: Callable[[], dict[str, Any] | None]) -> dict[str, Any] | None:
        self._is_busy = True
        try:
            return None if self._is_cut else work()
        except Exception as error:
            raise StreamFailed from error  # the SDK and what is below it raise all kinds
        finally:
            self._is_busy = False
            if self._is_cut and self._response is not None:
                self._response.close()

    def _open(self) -> None:
        self._response = self._begin()
        self._lines = self._response.iter_lines(chunk_size=None)

    def _read(self) -> dict[str, Any] | None:
        for line in self._lines:
            if line.strip():
                found: dict[str, Any] = json.loads(line)
                return found
        return None


class Events:
    """What happens to containers of ours, one thing at a time."""

    def __init__(self, stream: Stream, lost: Callable[[BaseException], LaunchError]) -> None:
        self._stream = stream
        self._lost = lost

    async def __aenter__(self) -> Self:
        """It is open already."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Listen no longer."""
        self.close()

    async def next(self) -> Seen:
        """Wait for the next thing that happens; cancelling this ends the stream.

        Raises: LaunchError, when the stream has ended, which means that the engine is lost.
        """
        try:
            while (line := await self._stream.next()) is not None:
                if (found := seen(line)) is not None:
                    return found
        except StreamFailed as error:
            raise self._lost(error) from error
        raise self._lost(ConnectionResetError(ECONNRESET, "the stream of its events ended"))

    def close(self) -> None:
        """Listen no longer; a second call changes nothing."""
        self._stream.cut()


def keep_open(response: Response) -> None:
    """Let an answer be silent for as long as it likes, as long as there is a way to who gives it."""
    wire = _wire(response)
    if wire is None:
        return
    wire.settimeout(None)
    if wire.family in (socket.AF_INET, socket.AF_INET6):
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        if hasattr(socket, "TCP_KEEPIDLE"):
            wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, KEEPALIVE_S)


def _wire(response: Response) -> socket.socket | None:
    """The socket that an answer comes by; None when all of it is there."""
    found = getattr(getattr(response.raw, "connection", None), "sock", None)
    return found if isinstance(found, socket.socket) else None


def _shut(response: Response) -> None:
    """End an answer, whoever is reading it."""
    wire = _wire(response)
    if wire is None:
        return
    program = getattr(wire, "proc", None)  # of an engine that is reached by ssh: there the socket is a mere shell
    if program is not None:
        program.kill()
        return
    with suppress(OSError):
        wire.shutdown(socket.SHUT_RDWR)
