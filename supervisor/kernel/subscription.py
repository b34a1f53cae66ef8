"""A subscriber's end of the publications."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import msgspec

from supervisor.kernel.backlog import Backlog
from supervisor.kernel.specs import Published


@lru_cache(maxsize=64)
def _decoder(accepts: Any) -> msgspec.msgpack.Decoder[Published[Any]]:
    return msgspec.msgpack.Decoder(Published[accepts])


class Subscription(Backlog[bytes, Published[Any]]):
    """Published facts in order, for one reader; facts that it does not accept are passed over."""

    def __init__(self, accepts: Any, capacity: int, forget: Callable[[Any], None], *, reader: str = "") -> None:
        super().__init__(capacity, self._decoded, forget)
        self.reader = reader
        """Who reads, for people."""
        self._decode = _decoder(accepts).decode
        self.passed_over = 0
        """Facts outside of `accepts` so far."""

    def _decoded(self, waiting: deque[bytes]) -> list[Published[Any]]:
        facts = []
        for data in waiting:
            try:
                facts.append(self._decode(data))
            except msgspec.ValidationError:
                self.passed_over += 1
        return facts
