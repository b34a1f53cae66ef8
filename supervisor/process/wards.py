"""The workloads that a guardian is to know of, and the lines that tell it (`removals` says what they mean)."""

from __future__ import annotations

import msgspec
from msgspec import Struct

from supervisor.process.removals import pack
from supervisor.process.words import Removal


class _Ward(Struct, frozen=True):
    way: int
    cidfile: str
    child: int = 0
    identity: str = ""


class Wards:
    """Those of one process table."""

    def __init__(self) -> None:
        self._ways: dict[bytes, int] = {}
        """The number of each way to remove workloads, by what is told of it."""
        self._live: dict[int, _Ward] = {}
        self._last = 0

    def __len__(self) -> int:
        return len(self._live)

    def add(self, removal: Removal) -> tuple[int, bytes]:
        """Take in a new one: its number, and what is to be told."""
        way, text = self._way_of(removal)
        self._last += 1
        self._live[self._last] = _Ward(way, removal.cidfile)
        return self._last, text + self._line(self._last)

    def describe(self, number: int, *, child: int = 0, identity: str = "") -> bytes:
        """Note what has become known of it; empty if it is not known (any more)."""
        ward = self._live.get(number)
        if ward is None:
            return b""
        self._live[number] = msgspec.structs.replace(
            ward, child=child or ward.child, identity=identity or ward.identity
        )
        return self._line(number)

    def drop(self, number: int) -> bytes:
        """Forget it."""
        return b"" if self._live.pop(number, None) is None else b"x %d\n" % number

    def everything(self) -> bytes:
        """All that a new guardian has to know."""
        ways = b"".join(b"w %d %b\n" % (number, text) for text, number in self._ways.items())
        return ways + b"".join(map(self._line, self._live))

    def _way_of(self, removal: Removal) -> tuple[int, bytes]:
        text = pack([*removal.argv]) + b" " + pack([f"{name}={value}" for name, value in removal.env.items()])
        if text in self._ways:
            return self._ways[text], b""
        number = self._ways[text] = len(self._ways) + 1
        return number, b"w %d %b\n" % (number, text)

    def _line(self, number: int) -> bytes:
        ward = self._live[number]
        fields = number, ward.way, ward.child, pack([ward.cidfile]), ward.identity.encode()
        return b"c %d %d %d %b %b\n" % fields
