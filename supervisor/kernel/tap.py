"""A look at what travels on a bus, for people: every envelope with the name it went to."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any, NamedTuple

from supervisor.kernel.backlog import Backlog


class Tapped(NamedTuple):
    """One envelope on its way; who wants to show its body decodes it by the receiver's union and masks it."""

    receiver: str
    data: bytes


class Tap(Backlog[Tapped, Tapped]):
    """Envelopes in the order of their delivery, for one reader."""

    def __init__(self, capacity: int, forget: Callable[[Any], None]) -> None:
        super().__init__(capacity, _as_they_are, forget)


def _as_they_are(waiting: deque[Tapped]) -> list[Tapped]:
    return list(waiting)
