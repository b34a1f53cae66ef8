"""Sinks: where events go. Each is a leaf of the tree with its own subscription and writes in a thread of its own.

A sink that is slow or broken (a full disk, a closed pipe, a terminal that was stopped) delays nobody: its subscription
loses the oldest events and counts them, and when writing works again the loss is reported as an event.
"""

from __future__ import annotations

import contextlib
import itertools
import os
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Protocol

import trio

from supervisor.config.schema import SinkBlock
from supervisor.edges import human
from supervisor.edges.record import Record, Recorder
from supervisor.events import AnyEvent, SinkLost
from supervisor.kernel.bus import Bus
from supervisor.kernel.specs import Life, Published

SINK_CAPACITY = 5000
"""Events a sink may be behind; at 300 bytes each that is 1.5 MB."""
RING_CAPACITY = 10_000
"""Events kept in memory for `stockade events` and `logs` (spec of the control socket)."""
RETRY_S = 1.0
"""Seconds between tries of a sink that cannot write: a full disk is not freed faster than that."""
LAST_WORDS_S = 0.5
"""Seconds a sink gets at the stop for what it has not written yet."""


class Writer(Protocol):
    """What a sink writes to; called in a thread."""

    def write(self, data: bytes) -> None:
        """Write all of it. Raises: OSError."""


class DescriptorWriter:
    """Writes to a descriptor that somebody else owns, such as stderr."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def write(self, data: bytes) -> None:
        """Write all of it. Raises: OSError."""
        view = memoryview(data)
        while view:
            view = view[os.write(self._descriptor, view) :]


class FileWriter:
    """Appends to a file of our own and rotates it: `log`, `log.1`, … `log.N`."""

    def __init__(self, path: str, max_bytes: int, keep: int) -> None:
        self._path = path
        self._max_bytes = max_bytes
        self._keep = keep

    def write(self, data: bytes) -> None:
        """Append, rotating first when it would grow too large. Raises: OSError."""
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
        descriptor = os.open(self._path, flags, 0o600)
        try:
            size = os.fstat(descriptor).st_size
            if size and size + len(data) > self._max_bytes:
                os.close(descriptor)
                descriptor = -1
                self._rotate()
                descriptor = os.open(self._path, flags, 0o600)
            DescriptorWriter(descriptor).write(data)
        finally:
            if descriptor >= 0:
                os.close(descriptor)

    def _rotate(self) -> None:
        for number in range(self._keep, 0, -1):
            older = f"{self._path}.{number - 1}" if number > 1 else self._path
            with contextlib.suppress(FileNotFoundError):
                os.replace(older, f"{self._path}.{number}")
        if self._keep == 0:
            os.truncate(self._path, 0)


Render = Callable[[Record], bytes]


def json_line(record: Record) -> bytes:
    """Render as one line of JSON."""
    return record.line + b"\n"


def human_line(*, coloured: bool) -> Render:
    """Render as a line for people; what servers write to stderr is left to `stockade logs`."""

    def render(record: Record) -> bytes:
        if record.type == "stderr.line":
            return b""
        return human.line(record.fields, coloured=coloured).encode(errors="backslashreplace") + b"\n"

    return render


class Sink:
    """One leaf: subscribes, renders, writes, and counts what it lost."""

    def __init__(self, name: str, bus: Bus, recorder: Recorder, writer: Writer, render: Render) -> None:
        self.name = name
        self._bus = bus
        self._recorder = recorder
        self._writer = writer
        self._render = render
        self._lost = 0

    async def run(self, life: Life) -> None:
        """Write events until asked to stop, then what is left, within a bound."""
        with self._bus.subscribe(AnyEvent, capacity=SINK_CAPACITY) as subscription:
            life.ready()
            with trio.CancelScope() as scope:
                async with trio.open_nursery() as nursery:

                    async def watch() -> None:
                        await life.wait_for_stop()
                        subscription.close()  # the reader gets what is left, then an empty list
                        scope.deadline = trio.current_time() + LAST_WORDS_S

                    nursery.start_soon(watch)
                    lost = 0
                    while batch := await subscription.take():
                        self._lost += subscription.lost - lost
                        lost = subscription.lost
                        await self._write(batch)
                    nursery.cancel_scope.cancel()

    async def _write(self, batch: Sequence[Published[Any]]) -> None:
        data = b"".join(self._render(self._recorder.record(published)) for published in batch)
        if not data:
            return
        try:
            await trio.to_thread.run_sync(self._writer.write, data, abandon_on_cancel=True)
        except OSError:
            self._lost += len(batch)
            await trio.sleep(RETRY_S)
            return
        if self._lost:
            self._bus.publish(SinkLost(sink=self.name, lost=self._lost))
            self._lost = 0


class Ring:
    """The last events in memory, for whoever asks, and for those who follow."""

    def __init__(self, bus: Bus, recorder: Recorder) -> None:
        self._bus = bus
        self._recorder = recorder
        self._records: deque[Record] = deque(maxlen=RING_CAPACITY)
        self._grown = trio.Event()

    async def run(self, life: Life) -> None:
        """Collect for ever."""
        with self._bus.subscribe(AnyEvent, capacity=RING_CAPACITY) as subscription:
            life.ready()
            while True:
                for published in await subscription.take():
                    self._records.append(self._recorder.record(published))
                self._grown.set()
                self._grown = trio.Event()

    def records(self, wanted: Callable[[Record], bool]) -> list[Record]:
        """Return the wanted ones, oldest first."""
        return [record for record in self._records if wanted(record)]

    def _newer_than(self, seq: int) -> list[Record]:
        newer = itertools.takewhile(lambda record: record.seq > seq, reversed(self._records))
        return list(newer)[::-1]

    async def follow(self, send: Callable[[Record], Awaitable[None]]) -> None:
        """Send those that are there and then those to come; ends with the caller's cancellation only."""
        last = 0
        while True:
            grown = self._grown
            fresh = self._newer_than(last)
            for record in fresh:
                last = record.seq
                await send(record)
            if not fresh:
                await grown.wait()


def choose(asked: Sequence[SinkBlock], environ: Mapping[str, str], *, stderr: int) -> list[tuple[str, Writer, Render]]:
    """Say which sinks there are: those of the config, else lines for people on a terminal, else JSON lines."""
    is_terminal = os.isatty(stderr)
    coloured = is_terminal and not environ.get("NO_COLOR")
    chosen = list(asked) or [SinkBlock(type="human" if is_terminal else "json")]
    sinks: list[tuple[str, Writer, Render]] = []
    for number, block in enumerate(chosen):
        writer: Writer = DescriptorWriter(stderr)
        if block.to is not None:
            writer = FileWriter(block.to, block.max_size, block.keep)
        render = human_line(coloured=coloured and block.to is None) if block.type == "human" else json_line
        sinks.append((f"{block.type}-{number}", writer, render))
    return sinks
