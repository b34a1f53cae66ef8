"""The asking side of a request: a slot with a name of its own, where the one answer arrives, or none in time.

One clock ends all overdue asks of a bus while a tree runs on it. (A cancel scope for each ask costs as much as all the
rest of the ask; it is what bounds an ask that has to wait for room, and those on a bus without a tree.)
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import trio

from supervisor.kernel.mailbox import Mailbox

ASK = "ask/"
"""The names of slots begin with this; the bus opens no mailbox under such a name."""


class AskTimeout(Exception):  # noqa: N818  (a time-out is not an error of the program)
    """The answer did not come in time."""


class AskFailed(Exception):  # noqa: N818
    """The receiver is gone, ended before it answered, or did not accept the request."""


class Slot:
    """Where one task waits for the answer of one incarnation of a receiver."""

    __slots__ = ("_task", "answer", "deadline_s", "receiver")

    def __init__(self, receiver: Mailbox, deadline_s: float) -> None:
        self.receiver = receiver
        self.deadline_s = deadline_s
        self.answer: bytes | AskFailed | AskTimeout | None = None
        self._task: trio.lowlevel.Task | None = None

    def fill(self, answer: bytes | AskFailed | AskTimeout) -> bool:
        """Take the answer and wake who waits for it; False for a second one."""
        if self.answer is not None:
            return False
        self.answer = answer
        if self._task is not None:
            trio.lowlevel.reschedule(self._task)
            self._task = None
        return True

    async def wait(self) -> None:
        """Return when there is an answer; without parking first it still is a checkpoint."""
        if self.answer is not None:
            await trio.lowlevel.checkpoint()
            return
        self._task = trio.lowlevel.current_task()
        await trio.lowlevel.wait_task_rescheduled(self._abort)

    def _abort(self, _raise_cancel: Any) -> trio.lowlevel.Abort:
        self._task = None
        return trio.lowlevel.Abort.SUCCEEDED


class AskClock:
    """Ends overdue asks. It sleeps until the earliest deadline that it knows of, and for ever when there is none."""

    def __init__(self, slots: Mapping[str, Slot]) -> None:
        self._slots = slots
        self._is_running = False
        self._wakes_s = math.inf
        self._earlier = trio.Event()

    def watches(self, deadline_s: float) -> bool:
        """Say whether the clock runs; if so it will be awake at this deadline."""
        if deadline_s < self._wakes_s and self._is_running:
            self._earlier.set()
        return self._is_running

    async def run(self) -> None:
        """Run until cancelled; asks in flight then fail, since nobody would end them.

        Raises: trio.BusyResourceError if it runs already: a bus is of one tree.
        """
        if self._is_running:
            raise trio.BusyResourceError("a tree runs on this bus already")
        self._is_running = True
        try:
            while True:
                self._earlier = trio.Event()
                self._wakes_s = self._end_overdue(trio.current_time())
                with trio.CancelScope(deadline=self._wakes_s):
                    await self._earlier.wait()
        finally:
            self._is_running = False
            for slot in self._slots.values():
                slot.fill(AskFailed(f"the tree ended before {slot.receiver.name} answered"))

    def _end_overdue(self, now: float) -> float:
        """Return the earliest deadline of those that still have time."""
        earliest_s = math.inf
        for slot in self._slots.values():
            if slot.deadline_s <= now:
                slot.fill(AskTimeout(f"{slot.receiver.name} did not answer in time"))
            else:
                earliest_s = min(earliest_s, slot.deadline_s)
        return earliest_s
