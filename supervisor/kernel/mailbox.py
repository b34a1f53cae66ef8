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
"""MessagePack's nil, never the encoding of an envelope: it only wakes a loop that has nothing else to read."""

SAMPLES = 512
"""Handling times kept per mailbox for the percentiles of `stats`."""


class Mailbox:
    """The reading end; the bus holds the sending end under the mailbox's name."""

    def __init__(self, name: str, capacity: int = CAPACITY) -> None:
        self.name = name
        self.capacity = capacity
        self._send, self._receive = trio.open_memory_channel[bytes](capacity)
        self.send_nowait = self._send.send_nowait
        """As `post`, and raises trio.WouldBlock."""
        self.handled = 0
        self._tick: trio.Event | None = None
        self._tick_answered_s: float | None = None
        self._has_tick_inside = False
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
        """Put a message in, waiting for room; it counts as put in too if the mailbox is closed meanwhile.

        Raises: trio.BrokenResourceError if the mailbox was closed before.
        """
        await self._send.send(data)

    async def take(self) -> list[bytes]:
        """Wait for a message, then take all that are there, at most `capacity` of them; answers a tick.

        A tick alone gives an empty list.
        """
        batch = [await self._receive.receive()]
        take_now = self._receive.receive_nowait
        try:
            for _ in range(1, self.capacity):
                batch.append(take_now())  # noqa: PERF401  (what was taken before WouldBlock must not be lost)
        except trio.WouldBlock:
            pass
        if self._tick is not None:
            self._tick_answered_s = time.monotonic()
            self._tick.set()
            self._tick = None
        return self._without_tick(batch) if self._has_tick_inside else batch

    def close(self) -> list[bytes]:
        """Close the mailbox and return what nobody has read, what senders wait with included."""
        rest: list[bytes] = []
        try:
            while True:
                rest.append(self._receive.receive_nowait())
        except trio.WouldBlock:
            pass
        self._receive.close()
        self._send.close()
        if self._tick is not None:
            self._tick.set()  # nobody is left to be found silent
        return self._without_tick(rest)

    def _without_tick(self, batch: list[bytes]) -> list[bytes]:
        messages = [data for data in batch if data != TICK]
        if len(messages) < len(batch):
            self._has_tick_inside = False
        return messages

    def depth(self) -> int:
        """Messages waiting."""
        return self._receive.statistics().current_buffer_used - self._has_tick_inside

    def tick(self) -> trio.Event:
        """Ask the loop for a sign of life and return the event of its answer.

        A full mailbox needs no tick in it: the loop answers whenever it comes back for the next batch.
        """
        if self._tick is None:
            self._tick = trio.Event()
            self._has_tick_inside = self._has_tick_inside or self.post(TICK)
        return self._tick

    def tick_age_s(self) -> float | None:
        """Return the seconds since the last answer, None if there was none yet."""
        return None if self._tick_answered_s is None else time.monotonic() - self._tick_answered_s
