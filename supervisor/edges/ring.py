"""The last events in memory, for whoever asks on the control socket, and for those who follow.

Bounded in number and in size: a server that writes long lines costs events, not memory.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Awaitable, Callable
from itertools import islice

import trio
from msgspec import Struct

from supervisor.edges.record import Record, Recorder
from supervisor.events import AnyEvent, SinkLost
from supervisor.kernel.bus import Bus
from supervisor.kernel.specs import Life, Published

RING_CAPACITY = 10_000
"""Events kept for `stockade events` and `logs`."""
RING_BYTES = 32 * 2**20
"""Memory that they may take, about: of large ones fewer are kept."""
OVERHEAD_BYTES = 1024
"""What a record takes besides its texts."""


class Kept(Struct, frozen=True, kw_only=True):
    """How far back the ring remembers."""

    events: int
    gone: int
    """Events that were there and are not any more."""
    since: str = ""
    """When the oldest one came, as events tell it; empty without any."""


class Ring:
    """Keeps the last events; a leaf of the tree."""

    def __init__(
        self, bus: Bus, recorder: Recorder, *, capacity: int = RING_CAPACITY, limit_bytes: int = RING_BYTES
    ) -> None:
        self._bus = bus
        self._recorder = recorder
        self._capacity = capacity
        self._limit_bytes = limit_bytes
        self._records: deque[Record] = deque()
        self._bytes = 0
        self._total = 0
        """Records so far, those that have gone again too."""
        self._grown = trio.Event()

    async def run(self, life: Life) -> None:
        """Collect for ever."""
        with self._bus.subscribe(AnyEvent, capacity=RING_CAPACITY, reader="ring") as subscription:
            life.watch(subscription.pulse)
            life.ready()
            while True:
                for published in await subscription.take():
                    self._keep(self._recorder.record(published))
                self._grown.set()
                self._grown = trio.Event()

    def _keep(self, record: Record) -> None:
        records = self._records
        records.append(record)
        self._total += 1
        self._bytes += _size(record)
        while len(records) > 1 and (len(records) > self._capacity or self._bytes > self._limit_bytes):
            self._bytes -= _size(records.popleft())

    def kept(self) -> Kept:
        """Say how far back it remembers."""
        since = self._records[0].fields["ts"] if self._records else ""
        return Kept(events=len(self._records), gone=self._total - len(self._records), since=since)

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


def _size(record: Record) -> int:
    """About how much memory a record takes: its texts are in it twice, as they are and as JSON."""
    return 2 * len(record.line) + OVERHEAD_BYTES
