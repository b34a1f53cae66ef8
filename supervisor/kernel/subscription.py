"""A subscriber's end of the publications: a bounded memory that loses the oldest and says how many."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from functools import lru_cache
from types import TracebackType
from typing import Any, Self

import msgspec
import trio

from supervisor.kernel.specs import Published


@lru_cache(maxsize=64)
def _decoder(accepts: Any) -> msgspec.msgpack.Decoder[Published[Any]]:
    return msgspec.msgpack.Decoder(Published[accepts])


class Subscription:
    """Published facts in order, for one reader; a context manager that ends the subscription."""

    def __init__(self, accepts: Any, capacity: int, forget: Callable[[Subscription], None]) -> None:
        self._decode = _decoder(accepts).decode
        self._waiting: deque[bytes] = deque(maxlen=capacity)
        self._forget = forget
        self._reader: trio.lowlevel.Task | None = None
        self._closed = False
        self.lost = 0
        """Facts lost so far because the reader was too slow."""

    def offer(self, data: bytes) -> None:
        """Take one encoded fact; the oldest unread one goes when there is no room."""
        waiting = self._waiting
        if len(waiting) == waiting.maxlen:
            self.lost += 1
        waiting.append(data)
        if self._reader is not None:
            trio.lowlevel.reschedule(self._reader)
            self._reader = None

    async def take(self) -> list[Published[Any]]:
        """Wait for a fact and return all that are there, oldest first; an empty list once closed.

        Raises: trio.BusyResourceError if another task is reading already.
        """
        if self._reader is not None:
            message = "another task reads this subscription"
            raise trio.BusyResourceError(message)
        if self._waiting or self._closed:
            await trio.lowlevel.checkpoint()
        else:
            await self._park()
        batch = [self._decode(data) for data in self._waiting]
        self._waiting.clear()
        return batch

    async def _park(self) -> None:
        self._reader = trio.lowlevel.current_task()

        def abort(_raise: Any) -> trio.lowlevel.Abort:
            self._reader = None
            return trio.lowlevel.Abort.SUCCEEDED

        await trio.lowlevel.wait_task_rescheduled(abort)

    def close(self) -> None:
        """End the subscription; a waiting reader gets what is left, then empty lists."""
        self._closed = True
        self._forget(self)
        if self._reader is not None:
            trio.lowlevel.reschedule(self._reader)
            self._reader = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
