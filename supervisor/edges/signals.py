"""Signals, heard from before anything was started: the first request to end stops gracefully, a further kills at once.

What a signal means beyond that (SIGHUP reloads a daemon and ends a `run`) is said by whoever opens the receiver.
"""

from __future__ import annotations

import signal
from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType

import trio

ENDING = signal.SIGTERM, signal.SIGINT, signal.SIGHUP


class Ending:
    """One run of a program that can be asked to end at any moment of it, also of its start."""

    def __init__(
        self,
        heard: Callable[[signal.Signals], None],
        *,
        others: Mapping[signal.Signals, Callable[[], None]] = MappingProxyType({}),
    ) -> None:
        """`others` are signals that end nothing, with what each calls, also during the start; it may not wait."""
        self.scope = trio.CancelScope()
        """Holds what is to end, from before its start on."""
        self.number = 0
        """The first signal that came; 0 if none."""
        self._heard = heard
        self._others = others
        self._kill: Callable[[], Awaitable[None]] | None = None

    def killed_by(self, kill: Callable[[], Awaitable[None]]) -> None:
        """Say how everything is killed, as soon as there is something to kill."""
        self._kill = kill

    async def hear(self, *, task_status: trio.TaskStatus[None]) -> None:
        """Hear signals until cancelled."""
        with trio.open_signal_receiver(*{*ENDING, *self._others}) as received:
            task_status.started()
            async with trio.open_nursery() as nursery:
                async for number in received:
                    if other := self._others.get(signal.Signals(number)):
                        other()
                    elif not self.number:
                        self.number = number
                        self._heard(signal.Signals(number))
                        self.scope.cancel()
                    elif self._kill is not None:
                        nursery.start_soon(self._kill)


class Asked:
    """A signal that was heard and waits to be answered; several before that are one."""

    def __init__(self) -> None:
        self._heard = trio.Event()

    def hear(self) -> None:
        """It came."""
        self._heard.set()

    async def wait(self) -> None:
        """Return when it has come since the last time."""
        await self._heard.wait()
        self._heard = trio.Event()
