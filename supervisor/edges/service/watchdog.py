"""The watchdog: the service manager is told WATCHDOG=1 only while every part of the tree gives signs of life.

At half of the time that the manager allows, all actors and all loops of leaves are asked. Whoever does not answer in a
quarter of it is named, once, and as long as anybody is silent nothing is told: the manager then ends this process and
starts it again. A part that is only slow is forgiven if it answers before that. A loop that is stuck as a whole asks
nobody and tells nothing, which comes to the same.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import trio

from supervisor.edges.service.given import Given, number_of
from supervisor.edges.service.notify import Notifier

ALONE_S = 30.0
"""Seconds in place of the manager's where there is none: who is stuck is told all the same."""
NAMED = 10
"""Parts named in a status line; the event names all."""


def allowed_s(given: Given, pid: int) -> float | None:
    """Return the seconds that the manager allows between two signs of life; None if it does not watch this process.

    Raises: StockadeError(ServiceVariableInvalid).
    """
    if not given.watchdog_usec:
        return None
    usec = number_of("WATCHDOG_USEC", given.watchdog_usec)
    is_ours = not given.watchdog_pid or number_of("WATCHDOG_PID", given.watchdog_pid) == pid
    return usec / 1_000_000 if usec and is_ours else None


class Watchdog:
    """Asks for ever; the body of a task that outlives the tree."""

    def __init__(
        self,
        tick: Callable[[float], Awaitable[list[str]]],
        notifier: Notifier,
        told: Callable[[list[str], list[str]], None],
        *,
        allowed_s: float | None,
    ) -> None:
        """`tick` names those that are silent for so long; `told` hears of each change who is silent, and who was."""
        self._tick = tick
        self._notifier = notifier
        self._told = told
        self._is_watched = allowed_s is not None
        self._allowed_s = ALONE_S if allowed_s is None else allowed_s
        self._silent: list[str] = []

    async def run(self) -> None:
        """Ask until cancelled."""
        while True:
            began = trio.current_time()
            silent = await self._tick(self._allowed_s / 4)
            self._note(silent)
            if silent:
                continue  # at once: the answer may still come in time
            if self._is_watched:
                self._notifier.say("WATCHDOG=1")
            await trio.sleep_until(began + self._allowed_s / 2)

    def _note(self, silent: list[str]) -> None:
        if silent == self._silent:
            return
        before, self._silent = self._silent, silent
        self._told(silent, before)
        more = f" and {len(silent) - NAMED} more" if len(silent) > NAMED else ""
        self._notifier.trouble(f"stuck: {', '.join(silent[:NAMED])}{more}" if silent else "")
