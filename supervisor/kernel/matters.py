"""What belongs together: whatever is said about one thing carries one correlation.

A message inherits the correlation of the message that it was sent for. That is enough within one chain, and lost where
something is told outside of one: by a child's stderr, by a task that waits for many things, by an answer that many have
asked for, by whatever is only told much later. So an actor that lets something begin says so in its decision
(`Begin`), and whatever names that thing from then on is counted to it, wherever it comes from.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from typing import Any

from msgspec import Struct

from supervisor.kernel.specs import Begin, Names, Thing

ENDED_KEPT = 1000
"""Things that have ended and are still known: a few words about each come late."""


About = Callable[[type[Struct]], tuple[Names, ...]]
"""Says of a kind of message or fact by which fields it names what it is about, the most telling one first."""


def about_nothing(_kind: type[Struct]) -> tuple[Names, ...]:
    """Nothing is named: correlations are inherited only."""
    return ()


class Matters:
    """The correlation of each thing that has begun."""

    def __init__(self, about: About, numbers: Iterator[int], *, ended_kept: int = ENDED_KEPT) -> None:
        self._about = about
        self._numbers = numbers
        self._ended_kept = ended_kept
        self._names: dict[type[Struct], tuple[Names, ...]] = {}
        self._of: dict[Thing, int] = {}
        self._ended: deque[Thing] = deque()

    def begin(self, begin: Begin) -> None:
        """Give a thing a correlation: that of what it is part of, else one of its own."""
        whole = self._of.get(begin.part_of) if begin.part_of else None
        self._of[begin.thing] = whole or next(self._numbers)

    def end(self, thing: Thing) -> None:
        """A thing that never comes back has ended; what is said of it late still belongs to it."""
        if thing in self._of:
            self._ended.append(thing)
        if len(self._ended) > self._ended_kept:
            self._of.pop(self._ended.popleft(), None)

    def of(self, said: Struct, inherited: int = 0) -> int:
        """Return the correlation of a message or fact, given the one that it would inherit."""
        kind = type(said)
        names = self._names.get(kind)
        if names is None:
            names = self._names[kind] = self._about(kind)
        for name in names:
            if name.is_sure or not inherited:
                value: Any = getattr(said, name.field)
                number = self._of.get((name.kind, value))
                if number is not None:
                    return number
        return inherited
