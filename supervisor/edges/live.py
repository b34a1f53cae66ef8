"""A living line on a terminal while servers start: cold package runners take tens of seconds. On stderr only."""

from __future__ import annotations

import trio
from rich.console import Console
from rich.status import Status

from supervisor.events import (
    AnyEvent,
    ServerBackingOff,
    ServerCrashLooping,
    ServerEvent,
    ServerFailed,
    ServerReady,
    ServerStarting,
    ServerStopped,
)
from supervisor.kernel.bus import Bus
from supervisor.kernel.specs import Life

OVER = ServerReady, ServerFailed, ServerBackingOff, ServerCrashLooping, ServerStopped
"""Events after which a server is not starting any more."""
SHOWN = 3
"""Servers named in the line; the others are counted."""
TICK_S = 1.0
"""Seconds between updates of the elapsed time, only while something is starting."""


class Live:
    """A leaf that shows which servers are in which stage of their start, and since when."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._stages: dict[str, tuple[str, float]] = {}

    async def run(self, life: Life) -> None:
        """Show for ever."""
        console = Console(stderr=True)
        with self._bus.subscribe(AnyEvent, capacity=1000) as subscription:
            life.ready()
            while True:
                for published in await subscription.take():
                    self._note(published.body)
                if self._stages:
                    await self._show(console)

    async def _show(self, console: Console) -> None:
        with self._bus.subscribe(AnyEvent, capacity=1000) as subscription, console.status(self._text()) as line:
            while self._stages:
                with trio.move_on_after(TICK_S):
                    for published in await subscription.take():
                        self._note(published.body)
                self._update(line)

    def _update(self, line: Status) -> None:
        line.update(self._text())

    def _note(self, event: object) -> None:
        if isinstance(event, ServerStarting):
            began = self._stages.get(event.server, ("", trio.current_time()))[1]
            self._stages[event.server] = (event.stage, began)
        elif isinstance(event, OVER) and isinstance(event, ServerEvent):
            self._stages.pop(event.server, None)

    def _text(self) -> str:
        now = trio.current_time()
        shown = [f"{name} ({stage} {now - began:.0f} s)" for name, (stage, began) in self._stages.items()]
        rest = f" and {len(shown) - SHOWN} more" if len(shown) > SHOWN else ""
        return f"starting {', '.join(shown[:SHOWN])}{rest}"
