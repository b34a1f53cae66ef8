"""What belongs together: whatever is said about one thing carries one correlation.

A message inherits the correlation of the message that it was sent for. That is enough within one chain, and lost where
something is told outside of one: by a child's stderr, by a task that waits for many things, by an answer that many have
asked for, by whatever is only told much later. So an actor that lets something begin says so in its decision
(`Begin`), and whatever names that thing from then on is counted to it, wherever it comes from.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Iterator

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
        self._fields: dict[type[Struct], tuple[tuple[str, dict[str, int], bool], ...]] = {}
        """By kind of message: its fields that name things, the numbers of things of that kind, and `is_sure`."""
        self._of: defaultdict[str, dict[str, int]] = defaultdict(dict)
        """Numbers by kind of thing and its name."""
        self._ended: deque[Thing] = deque()

    def begin(self, begin: Begin) -> None:
        """Give a thing a correlation: that of what it is part of, else one of its own."""
        kind, name = begin.thing
        whole = self._of[begin.part_of[0]].get(begin.part_of[1]) if begin.part_of else None
        self._of[kind][name] = whole or next(self._numbers)

    def end(self, thing: Thing) -> None:
        """A thing that never comes back has ended; what is said of it late still belongs to it."""
        kind, name = thing
        if name in self._of[kind]:
            self._ended.append(thing)
        if len(self._ended) > self._ended_kept:
            kind, name = self._ended.popleft()
            self._of[kind].pop(name, None)

    def of(self, said: Struct, inherited: int = 0) -> int:
        """Return the correlation of a message or fact, given the one that it would inherit."""
        fields = self._fields.get(type(said))
        if fields is None:
            fields = self._learn(type(said))
        for field, numbers, is_sure in fields:  # called for every message: a look-up or two, and no more
            if is_sure or not inherited:
                number = numbers.get(getattr(said, field))
                if number is not None:
                    return number
        return inherited

    def _learn(self, kind: type[Struct]) -> tuple[tuple[str, dict[str, int], bool], ...]:
        found = tuple((names.field, self._of[names.kind], names.is_sure) for names in self._about(kind))
        self._fields[kind] = found
        return found
