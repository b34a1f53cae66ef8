"""The last events in memory, for whoever asks on the control socket, and for those who follow."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Awaitable, Callable
from itertools import islice

import trio

from supervisor.edges.record import Record, Recorder
from supervisor.events import AnyEvent, SinkLost
from supervisor.kernel.bus import Bus
from supervisor.kernel.specs import Life, Published

RING_CAPACITY = 10_000
"""Events kept for `stockade events` and `logs`."""


class Ring:
    """Keeps the last events; a leaf of the tree."""

    def __init__(self, bus: Bus, recorder: Recorder, *, capacity: int = RING_CAPACITY) -> None:
        self._bus = bus
        self._recorder = recorder
        self._records: deque[Record] = deque(maxlen=capacity)
        self._total = 0
        """Records so far, those that have gone again too."""
        self._grown = trio.Event()

    async def run(self, life: Life) -> None:
        """Collect for ever."""
        with self._bus.subscribe(AnyEvent, capacity=RING_CAPACITY) as subscription:
            life.ready()
            while True:
                for published in await subscription.take():
                    self._records.append(self._recorder.record(published))
                    self._total += 1
                self._grown.set()
                self._grown = trio.Event()

    def records(self, wanted: Callable[[Record], bool]) -> list[Record]:
        """Return the wanted ones, oldest first."""
        return [record for record in self._records if wanted(record)]

    async def follow(self, wanted: Callable[[Record], bool], send: Callable[[Record], Awaitable[None]]) -> None:
        """Send those that are there and then those to come; ends with the caller's cancellation only.

        A follower that is so slow that events have gone from the ring is told how many, by a `sink.lost` of its own.
        """
        sent = self._total - len(self._records)
        while True:
            grown = self._grown
            lost = self._total - len(self._records) - sent
            if lost > 0:
                await send(self._loss(lost))
                sent += lost
            for record in self._since(sent):
                if wanted(record):
                    await send(record)
                sent += 1
            if sent == self._total:
                await grown.wait()

    def _since(self, sent: int) -> list[Record]:
        fresh = min(self._total - sent, len(self._records))
        return list(islice(reversed(self._records), fresh))[::-1]

    def _loss(self, lost: int) -> Record:
        fact = SinkLost(sink="this follower", lost=lost)
        return self._recorder.record(Published(self._records[0].seq, time.time(), 0, "ring", fact))
