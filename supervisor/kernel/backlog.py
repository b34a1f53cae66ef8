"""A bounded memory between one who never waits and one reader: it loses the oldest and says how many."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

import trio

from supervisor.kernel.pulse import Pulse

Item = TypeVar("Item")
Read = TypeVar("Read")


class Backlog(Generic[Item, Read]):
    """Items in order of their arrival; a context manager that ends it."""

    def __init__(self, capacity: int, read: Callable[[deque[Item]], list[Read]], forget: Callable[[Any], None]) -> None:
        self._waiting: deque[Item] = deque(maxlen=capacity)
        self._capacity = capacity
        self._read = read
        self._forget = forget
        self._parked: trio.lowlevel.Task | None = None
        self._is_being_read = False
        self._is_closed = False
        self.pulse = Pulse()
        """Of the reader's loop: it rests while it waits for an item."""
        self.lost = 0
        """Items lost so far because the reader was too slow."""

    def offer(self, item: Item) -> None:
        """Take one item; the oldest unread one goes when there is no room."""
        waiting = self._waiting
        if len(waiting) == self._capacity:
            self.lost += 1
        waiting.append(item)
        if self._parked is not None:
            self._wake(self._parked)

    async def take(self) -> list[Read]:
        """Wait for an item and return all that are there, oldest first; once closed what is left, then empty lists.

        Raises: trio.BusyResourceError if another task is reading already.
        """
        if self._is_being_read:
            message = "another task is reading already"
            raise trio.BusyResourceError(message)
        self._is_being_read = True
        try:
            while True:
                await self._wait()
                taken, self._waiting = self._waiting, deque(maxlen=self._capacity)
                read = self._read(taken)
                if read or self._is_closed:  # else nothing of it was for this reader
                    return read
        finally:
            self._is_being_read = False

    async def _wait(self) -> None:
        if self._waiting or self._is_closed:
            self.pulse.answer()
            await trio.lowlevel.checkpoint()
            return
        self._parked = trio.lowlevel.current_task()
        self.pulse.rest()
        try:
            await trio.lowlevel.wait_task_rescheduled(self._abort)
        finally:
            self.pulse.wake()

    @property
    def depth(self) -> int:
        """Items waiting."""
        return len(self._waiting)

    def close(self) -> None:
        """Collect no more; a waiting reader wakes."""
        self._is_closed = True
        self._forget(self)
        if self._parked is not None:
            self._wake(self._parked)

    def _wake(self, reader: trio.lowlevel.Task) -> None:
        self._parked = None
        trio.lowlevel.reschedule(reader)

    def _abort(self, _raise_cancel: Any) -> trio.lowlevel.Abort:
        self._parked = None
        return trio.lowlevel.Abort.SUCCEEDED

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
