"""Which literals stand in a word of hundreds or thousands of signs: data, or a text made to be slow.

Sign by sign such a word takes the interpreter a quarter of a second a megabyte, and it is asked again sentence by
sentence. So it is read in pieces, each as numbers of four signs that the interpreter itself compares; only a literal of
which all numbers are there is searched for. The work is linear: a piece has few numbers, whatever it is made of.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from functools import reduce
from operator import or_

_SIGNS = 4
"""Signs of one number, of two bytes each."""
_PIECE = 4096
"""Signs that are read at once: enough to pay for it, and so few that hardly any four of them are a literal's."""


class Within:
    """Literals with their bits, and how to find them in long words."""

    def __init__(self, bits: Mapping[str, int]) -> None:
        self._bits = bits
        self._short = tuple((one, frozenset(one)) for one in bits if len(one) < _SIGNS)
        self._overlap = max(map(len, bits), default=0)
        self._by_first: dict[int, list[tuple[str, frozenset[int]]]] = {}
        for one in bits:
            if len(one) >= _SIGNS:
                first, *rest = _numbers(one)
                self._by_first.setdefault(first, []).append((one, frozenset(rest)))
        self._known = frozenset(self._by_first).union(*(rest for some in self._by_first.values() for _, rest in some))

    def of(self, plain: str) -> int:
        """The bits of the literals that stand in a word, as `marked` writes it."""
        signs = frozenset(plain)
        found = {one for one, needed in self._short if needed <= signs and one in plain}
        for start in range(0, len(plain), _PIECE):
            found.update(self._in_piece(plain[start : start + _PIECE + self._overlap], found))
        return reduce(or_, map(self._bits.__getitem__, found), 0)

    def _in_piece(self, piece: str, found: AbstractSet[str]) -> list[str]:
        data = memoryview(piece.encode("utf-16-le", "surrogatepass"))
        there: set[int] = set()
        for at in range(0, 2 * _SIGNS, 2):
            end = at + (len(data) - at) // (2 * _SIGNS) * (2 * _SIGNS)
            there.update(self._known.intersection(data[at:end].cast("Q")))
        return [
            one
            for number in there.intersection(self._by_first)
            for one, rest in self._by_first[number]
            if one not in found and rest <= there and one in piece
        ]


def _numbers(literal: str) -> list[int]:
    data = literal.encode("utf-16-le", "surrogatepass")
    size = 2 * _SIGNS
    return [int.from_bytes(data[at : at + size], sys.byteorder) for at in range(0, len(data) - size + 1, 2)]
