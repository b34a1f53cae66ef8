"""A sign of life, as a loop gives it: it waits for work, or it has come back to wait since it was asked.

A loop that waits is alive, for whatever comes wakes it; one that works answers when it waits next. Nothing is put into
any queue for that: a loop that is far behind answers as well as an idle one, and none is woken.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager

import trio


class Pulse:
    """Where one loop answers; the loop says when it rests, whoever is worried asks."""

    def __init__(self) -> None:
        self._rests_until_s = -math.inf
        self._asked: trio.Event | None = None
        self._answered_s: float | None = None

    def tick(self) -> trio.Event:
        """Ask for a sign of life and return the event of its answer."""
        if self._asked is None:
            self._asked = trio.Event()
        asked = self._asked
        if trio.current_time() < self._rests_until_s:
            self.answer()
        return asked

    def answer(self) -> None:
        """Answer whoever has asked."""
        if self._asked is not None:
            self._answered_s = time.monotonic()
            self._asked.set()
            self._asked = None

    def rest(self) -> None:
        """Say that the loop waits for work from here on."""
        self._rests_until_s = math.inf
        self.answer()

    def wake(self) -> None:
        """Say that the loop works from here on."""
        self._rests_until_s = -math.inf

    @contextmanager
    def resting(self, limit_s: float = math.inf) -> Iterator[None]:
        """Rest while the context lasts: for a wait, on work or on the world, that is not the loop's own doing.

        Past `limit_s` seconds it is stuck in there.
        """
        self.rest()
        self._rests_until_s = trio.current_time() + limit_s
        try:
            yield
        finally:
            self.wake()

    def age_s(self) -> float | None:
        """Return the seconds since the last answer, None if there was none yet."""
        return None if self._answered_s is None else time.monotonic() - self._answered_s
