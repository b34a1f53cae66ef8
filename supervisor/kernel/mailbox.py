"""A mailbox: a bounded trio memory channel of encoded messages, read in batches.

Each awaited send or receive costs a pass of the scheduler (10 to 15 µs measured, against 1 µs for encoding and decoding
a message), so senders try without waiting first, and the reader takes all that is there at each wake-up.
"""

from __future__ import annotations

import time
from collections import deque

import trio

CAPACITY = 64
"""Messages. Enough for a batch to pay (up to 64 share a pass of the scheduler), small enough to push back early."""

TICK = b"\xc0"
"""MessagePack's nil: never the encoding of an envelope, so the loop knows it by identity and by value."""

SAMPLES = 512
"""Handling times kept per mailbox for the percentiles of `stats`."""


class Mailbox:
    """The reading end; the bus holds the sending end under the mailbox's name."""

    def __init__(self, name: str, capacity: int = CAPACITY) -> None:
        self.name = name
        self.capacity = capacity
        self._send, self._receive = trio.open_memory_channel[bytes](capacity)
        self.handled = 0
        self._tick: trio.Event | None = None
        self._tick_answered_s: float | None = None
        self.durations_s: deque[float] = deque(maxlen=SAMPLES)

    def post(self, data: bytes) -> bool:
        """Put a message in if there is room, and say whether there was.

        Raises: trio.BrokenResourceError if the mailbox is closed.
        """
        try:
            self._send.send_nowait(data)
        except trio.WouldBlock:
            return False
        return True

    async def put(self, data: bytes) -> None:
        """Put a message in, waiting for room.

        Raises: trio.BrokenResourceError if the mailbox is closed before there is room.
        """
        await self._send.send(data)

    async def take(self) -> list[bytes]:
        """Wait for a message, then take all that are there, at most `capacity` of them."""
        batch = [await self._receive.receive()]
        take_now = self._receive.receive_nowait
        try:
            while len(batch) < self.capacity:
                batch.append(take_now())
        except trio.WouldBlock:
            pass
        return batch

    def close(self) -> list[bytes]:
        """Close the mailbox and return what nobody has read."""
        rest: list[bytes] = []
        try:
            while True:
                rest.append(self._receive.receive_nowait())
        except (trio.WouldBlock, trio.EndOfChannel, trio.ClosedResourceError):
            pass
        self._receive.close()
        self._send.close()
        return [data for data in rest if data != TICK]

    def depth(self) -> int:
        """Messages waiting."""
        return self._receive.statistics().current_buffer_used

    def tick(self) -> trio.Event | None:
        """Ask the loop for a sign of life: the event of its answer, or None if there is no room even for that."""
        if self._tick is None or self._tick.is_set():
            tick = trio.Event()
            if not self.post(TICK):
                return None
            self._tick = tick
        return self._tick

    def answer_tick(self) -> None:
        """Note that the loop has seen the tick."""
        self._tick_answered_s = time.monotonic()
        if self._tick is not None:
            self._tick.set()

    def tick_age_s(self) -> float | None:
        """Return the seconds since the last answer, None if there was none yet."""
        return None if self._tick_answered_s is None else time.monotonic() - self._tick_answered_s
