"""A living line on a terminal while servers start: cold package runners take tens of seconds. On stderr only.

It is written in a thread, because a terminal may be stopped (Ctrl-S) for as long as its user likes; and it changes no
mode of the terminal, so that there is nothing to restore, however the process ends.
"""

from __future__ import annotations

import os

import trio

from supervisor.edges.log import Writer
from supervisor.edges.writers import CLEAR_LINE, DescriptorWriter
from supervisor.escaping import printable
from supervisor.events import (
    AnyEvent,
    ServerBackingOff,
    ServerCrashLooping,
    ServerEvent,
    ServerFailed,
    ServerQuarantined,
    ServerReady,
    ServerStarting,
    ServerStopped,
)
from supervisor.kernel.bus import Bus
from supervisor.kernel.specs import Leaf, Life
from supervisor.kernel.stoppable import until_stop

OVER = ServerReady, ServerFailed, ServerBackingOff, ServerCrashLooping, ServerQuarantined, ServerStopped
"""Events after which a server is not starting any more."""
SHOWN = 3
"""Servers named in the line; the others are counted."""
TICK_S = 1.0
"""Seconds between updates of the elapsed time, only while something is starting."""
FAREWELL_S = 0.5
"""Seconds for the line to be taken away at the end; a terminal that is stopped does not keep us."""
COLUMNS = 80
"""Where the terminal does not say how wide it is."""


class Live:
    """A leaf that shows which servers are in which stage of their start, and since when."""

    def __init__(self, bus: Bus, writer: Writer, columns: int) -> None:
        self._bus = bus
        self._writer = writer
        self._columns = columns
        self._stages: dict[str, tuple[str, float]] = {}
        self._is_shown = False

    async def run(self, life: Life) -> None:
        """Show for ever."""
        with self._bus.subscribe(AnyEvent, capacity=1000, reader="live") as subscription:
            life.watch(subscription.pulse)
            life.ready()
            try:
                while True:
                    with trio.move_on_after(TICK_S if self._stages else float("inf")):
                        for published in await subscription.take():
                            self._note(published.body)
                    with subscription.pulse.resting():  # the terminal may be stopped
                        await self._show()
            finally:
                self._stages.clear()
                with trio.move_on_after(FAREWELL_S, shield=True):
                    await self._show()

    async def _show(self) -> None:
        if self._stages or self._is_shown:
            self._is_shown = bool(self._stages)
            try:
                await trio.to_thread.run_sync(self._writer.write, self._line(), abandon_on_cancel=True)
            except OSError:
                return  # the terminal has gone

    def _line(self) -> bytes:
        return CLEAR_LINE + (
            text(self._stages, trio.current_time())[: self._columns - 1].encode() if self._stages else b""
        )

    def _note(self, event: object) -> None:
        if isinstance(event, ServerStarting):
            began = self._stages.get(event.server, ("", trio.current_time()))[1]
            self._stages[event.server] = (event.stage, began)
        elif isinstance(event, OVER) and isinstance(event, ServerEvent):
            self._stages.pop(event.server, None)


def text(stages: dict[str, tuple[str, float]], now: float) -> str:
    """Say which servers are starting, in which stage, for how many seconds."""
    shown = [f"{printable(name)} ({stage} {now - began:.0f} s)" for name, (stage, began) in stages.items()]
    rest = f" and {len(shown) - SHOWN} more" if len(shown) > SHOWN else ""
    return f"starting {', '.join(shown[:SHOWN])}{rest}"


def columns_of(descriptor: int) -> int:
    """Return how wide a terminal is."""
    try:
        return os.get_terminal_size(descriptor).columns or COLUMNS
    except OSError:
        return COLUMNS


def live_leaves(bus: Bus, descriptor: int) -> tuple[Leaf, ...]:
    """Declare the living line, if the descriptor is a terminal."""
    if not os.isatty(descriptor):
        return ()
    live = Live(bus, DescriptorWriter(descriptor), columns_of(descriptor))
    return (Leaf(name="live", run=until_stop(live.run)),)
