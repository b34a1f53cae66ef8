"""How callers of the control socket are read and waited for: bounded, and each at its own cost only."""

from __future__ import annotations

import socket
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

import trio

from supervisor.errors import ControlInvalid, StockadeError

REQUEST_BYTES = 64 * 1024
"""A request is a few hundred bytes; whoever sends more is not talking to us."""
REQUEST_S = 10.0
"""Seconds for a caller to send its request line, so that a silent one does not hold its connection for ever."""
STRANGERS = 64
"""Connections that have not said anything valid yet: past that the one that waits longest has to go."""
PEEK_BYTES = 4096


class Strangers:
    """The connections whose request is awaited. Who has the token says so at once; silent ones cannot shut it out."""

    def __init__(self, most: int = STRANGERS) -> None:
        self._most = most
        self._waiting: list[trio.CancelScope] = []

    @contextmanager
    def wait(self) -> Iterator[trio.CancelScope]:
        """Give the time for a request; cancelled when it is over, or when too many others have come since."""
        if len(self._waiting) >= self._most:
            self._waiting[0].cancel()
            del self._waiting[0]
        with trio.move_on_after(REQUEST_S) as scope:
            self._waiting.append(scope)
            try:
                yield scope
            finally:
                if scope in self._waiting:
                    self._waiting.remove(scope)


async def request_line(stream: trio.SocketStream) -> bytes | None:
    """Read one line, byte-exact: what follows a `connect` belongs to the session. None at the caller's end.

    Raises: StockadeError(ControlInvalid) for one that is too long, OSError.
    """
    line = bytearray()
    while not line.endswith(b"\n"):
        peeked = await stream.socket.recv(PEEK_BYTES, socket.MSG_PEEK)
        if not peeked:
            return None
        line += await stream.receive_some(peeked.find(b"\n") + 1 or len(peeked))
        if len(line) > REQUEST_BYTES:
            raise StockadeError(ControlInvalid(reason=f"a request is at most {REQUEST_BYTES} bytes"))
    return bytes(line)


async def unless_left(stream: trio.SocketStream, work: Callable[[], Awaitable[None]]) -> None:
    """Do the work; give it up when the caller leaves meanwhile. The work may raise nothing but what a leaver causes."""
    async with trio.open_nursery() as nursery:
        nursery.start_soon(_cancel_when_left, stream, nursery.cancel_scope)
        await work()
        nursery.cancel_scope.cancel()


async def _cancel_when_left(stream: trio.SocketStream, scope: trio.CancelScope) -> None:
    try:
        if await stream.socket.recv(1, socket.MSG_PEEK):
            return  # it says more instead of leaving: that is for later
    except OSError:
        pass
    scope.cancel()
