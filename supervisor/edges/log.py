"""Sinks: where events go. Each is a leaf of the tree with its own subscription and writes in a thread of its own.

A sink that is slow or broken (a full disk, a closed pipe, a terminal that was stopped) delays nobody: its subscription
loses the oldest events and counts them, and when writing works again the loss is reported as an event.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

import trio

from supervisor.config.schema import SinkBlock
from supervisor.edges import human
from supervisor.edges.record import Record, Recorder
from supervisor.edges.writers import CLEAR_LINE, DescriptorWriter, FileWriter
from supervisor.events import AnyEvent, SinkFailed, SinkLost
from supervisor.kernel.bus import Bus
from supervisor.kernel.specs import Life, Published
from supervisor.kernel.subscription import Subscription

SINK_CAPACITY = 5000
"""Events a sink may be behind; at 300 bytes each that is 1.5 MB."""
RETRY_S = 1.0
"""Seconds between tries of a sink that cannot write: a full disk is not freed faster than that."""
LAST_WORDS_S = 0.5
"""Seconds a sink gets at the stop for what it has not written yet."""


class Writer(Protocol):
    """What a sink writes to; called in a thread."""

    def write(self, data: bytes) -> None:
        """Write all of it. Raises: OSError."""


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

    def __init__(
        self, name: str, bus: Bus, recorder: Recorder, writer: Writer, render: Render, *, retry_s: float = RETRY_S
    ) -> None:
        self.name = name
        self._bus = bus
        self._recorder = recorder
        self._writer = writer
        self._render = render
        self._retry_s = retry_s
        self._lost = 0
        self._is_failing = False

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
                    await self._write_all(subscription)
                    nursery.cancel_scope.cancel()

    async def _write_all(self, subscription: Subscription) -> None:
        lost = 0
        while batch := await subscription.take():
            self._lost += subscription.lost - lost
            lost = subscription.lost
            await self._write(batch)

    async def _write(self, batch: Sequence[Published[Any]]) -> None:
        data = b"".join(self._render(self._recorder.record(published)) for published in batch)
        if not data:
            return
        try:
            await trio.to_thread.run_sync(self._writer.write, data, abandon_on_cancel=True)
        except OSError as error:
            self._lost += len(batch)
            if not self._is_failing:
                self._is_failing = True
                self._bus.publish(SinkFailed(sink=self.name, reason=error.strerror or str(error)), sender=self.name)
            await trio.sleep(self._retry_s)
            return
        self._is_failing = False
        if self._lost:
            self._bus.publish(SinkLost(sink=self.name, lost=self._lost), sender=self.name)
            self._lost = 0


def choose(asked: Sequence[SinkBlock], environ: Mapping[str, str], *, stderr: int) -> list[tuple[str, Writer, Render]]:
    """Say which sinks there are: those of the config, else lines for people on a terminal, else JSON lines."""
    is_terminal = os.isatty(stderr)
    coloured = is_terminal and not environ.get("NO_COLOR")
    chosen = list(asked) or [SinkBlock(type="human" if is_terminal else "json")]
    sinks: list[tuple[str, Writer, Render]] = []
    for number, block in enumerate(chosen):
        writer: Writer = DescriptorWriter(stderr, before=CLEAR_LINE if is_terminal else b"")
        if block.to is not None:
            writer = FileWriter(block.to, block.max_size, block.keep)
        render = human_line(coloured=coloured and block.to is None) if block.type == "human" else json_line
        sinks.append((f"{block.type}-{number}", writer, render))
    return sinks
