"""A workload as its child sees it: every call is bounded, and none of them can break the life of the child."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import TypeVar

import trio
from msgspec import Struct

from supervisor.process.rungs import ENGINE_S, Act, Rung
from supervisor.process.words import Workload

PAUSE_FIRST_S = 0.05
PAUSE_MOST_S = 1.0
"""Between two questions whether it is gone, doubled each time: an engine that is removing it already says no until it
has done so, and there is nothing to wait for."""
ASKED_MOST = 2
"""Times that an engine is asked in vain, one after the other: one that is down or stuck is the concern of whoever
watches it."""

Answer = TypeVar("Answer")


class Fate(Struct, frozen=True):
    """What came of a workload."""

    is_gone: bool | None
    """None: the engine could not be asked."""
    was_there: bool
    """It had outlived its child."""


class Bounded:
    """A workload whose calls end in time and raise nothing."""

    def __init__(self, workload: Workload, on_trouble: Callable[[str], None]) -> None:
        self._workload = workload
        self._on_trouble = on_trouble

    def tell(self, act: Act) -> None:
        """Tell it that a rung is taken."""
        if act == "flush" or act == "term":
            return  # no rungs of a workload's
        try:
            self._workload.on_rung(act)
        except Exception as error:  # noqa: BLE001 - whatever is wrong with it, its child has to be ended
            self._complain(error)

    async def carry_out(self, rung: Rung) -> None:
        """Have the engine do what this rung is for."""
        if rung.act == "stop":
            await self._try(partial(self._workload.stop, rung.patience_s - ENGINE_S), rung.patience_s)
        elif rung.act == "kill":
            await self._try(self._workload.kill, rung.patience_s)
        elif rung.act == "remove":
            await self._try(self._workload.remove, rung.patience_s)

    async def end(self, deadline: float) -> Fate:
        """See that it is gone, once its child is dead: kill and remove it while it is there, until this time."""
        is_gone: bool | None = None
        was_there = False
        with trio.move_on_at(deadline):
            unanswered = rounds = 0
            while not (is_gone := await self._try(self._workload.is_gone, ENGINE_S)):
                unanswered = unanswered + 1 if is_gone is None else 0
                if unanswered == ASKED_MOST:
                    break
                if is_gone is False:
                    await self._end_once(is_first=not was_there)
                    was_there = True
                await trio.sleep(min(PAUSE_FIRST_S * (2**rounds - 1), PAUSE_MOST_S))
                rounds += 1
        if is_gone is False:  # an engine that cannot be asked is told of by whoever watches it
            self._on_trouble("its workload is still there")
        return Fate(is_gone, was_there)

    async def _end_once(self, *, is_first: bool) -> None:
        acts: tuple[Act, ...] = ("kill", "remove")
        for act in acts:
            if is_first:
                self.tell(act)
            await self.carry_out(Rung(act, ENGINE_S))

    async def _try(self, call: Callable[[], Awaitable[Answer]], patience_s: float) -> Answer | None:
        try:
            with trio.move_on_after(patience_s):
                return await call()
        except Exception as error:  # noqa: BLE001 - as above
            self._complain(error)
        return None

    def _complain(self, error: Exception) -> None:
        self._on_trouble(f"a call to the engine of its workload broke: {type(error).__name__}")
