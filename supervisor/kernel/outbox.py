"""An actor's outgoing messages, in order, drained by a task of its own.

The loop that receives must never wait for room in somebody else's mailbox: two actors that answer each other would each
wait for the other to read, at any capacity (docs/explanation/kernel.md tells the story). So the loop hands its messages
over here and goes on receiving. While nothing is queued a message goes straight into a mailbox that has room.
"""

from __future__ import annotations

from collections import deque

import trio

from supervisor.kernel.bus import Bus
from supervisor.kernel.pulse import Pulse

CEILING = 10_000
"""Messages queued. A receiver this far behind does not come back by itself; being loud beats using all memory."""


class OutboxOverflow(Exception):  # noqa: N818
    """An actor produced messages faster than they could be delivered for too long."""


class Outbox:
    """Ordered delivery for one sender."""

    def __init__(self, bus: Bus, ceiling: int = CEILING) -> None:
        self._bus = bus
        self._ceiling = ceiling
        self._queue: deque[tuple[str, bytes]] = deque()
        self._filled = trio.Event()
        self._emptied = trio.Event()
        self._emptied.set()
        self.pulse = Pulse()
        """Of the task that drains: it rests while there is nothing to deliver, and answers with each delivery."""

    def add(self, name: str, data: bytes) -> None:
        """Queue an encoded envelope behind all that were added before.

        Raises: OutboxOverflow past the ceiling.
        """
        if not self._queue and self._bus.post(name, data):
            return
        if len(self._queue) >= self._ceiling:
            message = f"{len(self._queue)} messages wait for delivery, the next for {name}"
            raise OutboxOverflow(message)
        if not self._queue:
            self._emptied = trio.Event()
            self._filled.set()
        self._queue.append((name, data))

    async def drain(self) -> None:
        """Deliver for ever, waiting for room where there is none; what is left when it is cancelled is dead."""
        try:
            while True:
                with self.pulse.resting():
                    await self._filled.wait()
                while self._queue:
                    name, data = self._queue[0]
                    await self._bus.put(name, data)
                    self._queue.popleft()  # only now: `add` must see that something is still on its way
                    self.pulse.answer()  # it is stuck when a message is, not when there is always one more
                self._filled = trio.Event()
                self._emptied.set()
        finally:
            while self._queue:
                self._bus.bury(*self._queue.popleft(), "its sender ended")
            self._filled = trio.Event()
            self._emptied.set()

    async def wait_empty(self) -> None:
        """Return when everything added so far is delivered."""
        await self._emptied.wait()
