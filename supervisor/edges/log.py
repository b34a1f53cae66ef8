"""Sinks: where events go. Each is a leaf of the tree with its own subscription and writes in a thread of its own.

A sink that is slow or broken (a full disk, a closed pipe, a terminal that was stopped, a journald that is away) delays
nobody. What it could not write it tries again, and meanwhile its subscription keeps what comes; when that is full the
oldest events are lost and counted, and when writing works again the loss is reported as an event. What it could not
write by the end of a stop is counted as well, for whoever still listens then.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from typing import Literal, Protocol

import trio

from supervisor.config.schema import SinkBlock
from supervisor.edges import human
from supervisor.edges.journal import SOCKET, JournalWriter, entry, is_stderr_of_journal
from supervisor.edges.record import Record, Recorder
from supervisor.edges.writers import CLEAR_LINE, DescriptorWriter, FileWriter
from supervisor.events import AnyEvent, SinkFailed, SinkLost
from supervisor.kernel.bus import Bus
from supervisor.kernel.specs import Life
from supervisor.kernel.subscription import Subscription

SINK_CAPACITY = 5000
"""Events a sink may be behind; at 300 bytes each that is 1.5 MB."""
RETRY_S = 1.0
"""Seconds between tries of a sink that cannot write: a full disk is not freed faster than that."""
LAST_RETRY_S = 0.05
"""The same at the stop."""
LAST_WORDS_S = 2.0
"""Seconds a sink gets at the stop for what it has not written yet, the reason for the stop among it.

One that works needs milliseconds; on a machine that is busy its thread may have to wait for its turn.
"""


class Writer(Protocol):
    """What a sink writes to; called in a thread."""

    def write(self, *entries: bytes) -> None:
        """Write all of them. Raises: OSError; one with `written` says how many need not be written again."""


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
        self._unwritten: list[bytes] = []
        self._is_failing = False
        self._is_stopping = trio.Event()

    async def run(self, life: Life) -> None:
        """Write events until asked to stop, then what is left, within a bound."""
        with self._bus.subscribe(AnyEvent, capacity=SINK_CAPACITY, reader=self.name) as subscription:
            life.watch(subscription.pulse)
            life.ready()
            with trio.CancelScope() as scope:
                async with trio.open_nursery() as nursery:

                    async def watch() -> None:
                        await life.wait_for_stop()
                        self._is_stopping.set()
                        subscription.close()  # the reader gets what is left, then an empty list
                        scope.deadline = trio.current_time() + LAST_WORDS_S

                    nursery.start_soon(watch)
                    await self._write_all(subscription)
                    nursery.cancel_scope.cancel()
            if scope.cancelled_caught:
                self._tell_loss(self._lost + len(self._unwritten) + subscription.depth)

    async def _write_all(self, subscription: Subscription) -> None:
        lost = 0
        while batch := await subscription.take():
            self._lost += subscription.lost - lost
            lost = subscription.lost
            rendered = (self._render(self._recorder.record(published)) for published in batch)
            entries = [entry for entry in rendered if entry]
            with subscription.pulse.resting():  # what it writes to may hang, and is nobody's fault here
                await self._write(entries, subscription)

    async def _write(self, entries: list[bytes], subscription: Subscription) -> None:
        """Write entries, trying again until they are written, or younger ones are being lost for them."""
        lost_before = subscription.lost
        self._unwritten = entries
        while entries:
            try:
                await trio.to_thread.run_sync(self._writer.write, *entries, abandon_on_cancel=True)
            except OSError as error:
                self._tell_failure(error)
                del entries[: getattr(error, "written", 0)]
                if subscription.lost > lost_before:
                    self._lost += len(entries)
                    self._unwritten = []
                    return
                await self._pause()
            else:
                self._unwritten = []
                self._tell_success()
                return

    async def _pause(self) -> None:
        """Wait before the next try; at the stop there is little time, and it may just have begun to work again."""
        if self._is_stopping.is_set():
            await trio.sleep(min(self._retry_s, LAST_RETRY_S))
        with trio.move_on_after(self._retry_s):
            await self._is_stopping.wait()

    def _tell_failure(self, error: OSError) -> None:
        if not self._is_failing:
            self._is_failing = True
            self._bus.publish(SinkFailed(sink=self.name, reason=error.strerror or str(error)), sender=self.name)

    def _tell_success(self) -> None:
        self._is_failing = False
        if self._lost:
            self._tell_loss(self._lost)
            self._lost = 0

    def _tell_loss(self, count: int) -> None:
        self._bus.publish(SinkLost(sink=self.name, lost=count), sender=self.name)


def choose(
    asked: Sequence[SinkBlock], environ: Mapping[str, str], *, stderr: int, journal: str = SOCKET
) -> list[tuple[str, Writer, Render]]:
    """Say which sinks there are: those of the config; else by what stderr is: the journal, lines for people or JSON."""
    is_terminal = os.isatty(stderr)
    coloured = is_terminal and not environ.get("NO_COLOR")
    sinks: list[tuple[str, Writer, Render]] = []
    for number, block in enumerate(asked or (SinkBlock(type=_kind_for(stderr, environ)),)):
        writer: Writer = DescriptorWriter(stderr, before=CLEAR_LINE if is_terminal else b"")
        if block.type == "journal":
            writer = JournalWriter(journal)
        elif block.to is not None:
            writer = FileWriter(block.to, block.max_size, block.keep)
        sinks.append((f"{block.type}-{number}", writer, _render(block, coloured=coloured)))
    return sinks


def _kind_for(stderr: int, environ: Mapping[str, str]) -> Literal["json", "human", "journal"]:
    if is_stderr_of_journal(environ, stderr):
        return "journal"
    return "human" if os.isatty(stderr) else "json"


def _render(block: SinkBlock, *, coloured: bool) -> Render:
    if block.type == "journal":
        return entry
    return human_line(coloured=coloured and block.to is None) if block.type == "human" else json_line
