"""What is worth a try on a text, of much that is not: found without looking at each.

A gate is opened by the bits of the groups of literals that it needs (held.py). There are hundreds, and a text opens a
handful. So each stands under one of its bits, and only those are looked at whose bit the text has. Sentences hold
little and much the same, so what a number opens is remembered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Generic, TypeVar

from supervisor.scan.text.lazy import Lazies
from supervisor.scan.text.needs import Group

Thing = TypeVar("Thing")
Opened = TypeVar("Opened")

_REMEMBERED = 8192


class Gates(Generic[Thing, Opened]):
    """Things, each with the bits that open its gate, in an order that is kept."""

    def __init__(
        self, made: Lazies, gates: Sequence[tuple[int, Thing]], joined: Callable[[Sequence[Thing]], Opened]
    ) -> None:
        """`joined` makes what is given for the things whose gates are open."""
        self._made = made
        self._joined = joined
        self._things = [thing for _, thing in gates]
        self._always = [place for place, (needed, _) in enumerate(gates) if not needed]
        groups = tuple(made.held.places)
        self._under: dict[int, list[tuple[int, int]]] = {}
        self._all = 0
        for place, (needed, _) in enumerate(gates):
            self._all |= needed
            if needed:
                rarest = min(bits_of(needed), key=lambda bit: _often(groups[bit.bit_length() - 1]))
                self._under.setdefault(rarest, []).append((needed, place))
        self._firsts = sum(self._under)
        self._opened: dict[int, Opened] = {}

    def of(self, text: str) -> Opened:
        """The things whose gates a text opens."""
        return self.opened(self.held(text))

    def held(self, text: str) -> int:
        """What a text holds; of this other gates among the same expressions may be asked as well."""
        held = self._made.held
        bits = held.texts.get(text)
        return held.of(text) if bits is None else bits

    def opened(self, held: int) -> Opened:
        """The things whose gates are opened by what a text holds."""
        held &= self._all
        opened = self._opened.get(held)
        if opened is None:
            if len(self._opened) >= _REMEMBERED:
                self._opened.clear()
            opened = self._opened[held] = self._joined(self._looked_up(held))
        return opened

    def _looked_up(self, held: int) -> list[Thing]:
        places = self._always.copy()
        under = self._under
        left = held & self._firsts
        while left:
            first = left & -left
            left ^= first
            for needed, place in under[first]:
                if needed & held == needed:
                    places.append(place)
        places.sort()
        things = self._things
        return [things[place] for place in places]


@cache
def _often(group: Group) -> float:
    """How likely a text has one of some literals, very roughly: short ones are found often, and one of many is."""
    return len(group) * 3.0 ** -min(map(len, group))


def bits_of(number: int) -> Iterable[int]:
    """The bits that are set in a number, each as a number."""
    found = []
    while number:
        bit = number & -number
        found.append(bit)
        number ^= bit
    return found
