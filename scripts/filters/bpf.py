"""Writes a program of classic BPF from its last instruction to its first.

Jumps of classic BPF only lead forward, so what one leads to is written before it, and its distance is known at once. A
conditional jump reaches 255 instructions: what is farther away is written a second time (a return), or gets a long jump
on the way.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import NamedTuple

from scripts.filters.words import ALL_BITS, Given, Has, Is, IsNot, Test

_LOAD, _AND, _JUMP, _RETURN = 0x20, 0x54, 0x05, 0x06
EQUAL, AT_LEAST, ANY_BIT = 0x15, 0x35, 0x45
"""BPF_LD+W+ABS, BPF_ALU+AND+K, BPF_JMP+JA, BPF_RET+K; BPF_JMP+JEQ+K, +JGE+K, +JSET+K."""

NUMBER, ARCHITECTURE = 0, 4
_ARGUMENTS = 16
"""Offsets in struct seccomp_data, of which each argument takes 8 bytes, on both machines the low half first."""

_REACH = 250
"""A conditional jump reaches 255; a few are kept for what may be written between its two targets."""

Place = int
"""How many instructions were written when this one was: the same for good, while offsets from the front are not."""


class Instruction(NamedTuple):
    """One struct sock_filter."""

    code: int
    if_true: int
    if_false: int
    value: int


class Backwards:
    """A program that grows at its front."""

    def __init__(self) -> None:
        self._written: list[Instruction] = []
        self._nearest: dict[Place, Place] = {}
        self._returns: dict[int, Place] = {}

    def encoded(self) -> bytes:
        """The program as the kernel takes it: struct sock_filter, little-endian."""
        return b"".join(struct.pack("<HBBI", *instruction) for instruction in reversed(self._written))

    def answer(self, value: int) -> Place:
        """The end of the program with this value, written once."""
        if value not in self._returns:
            self._returns[value] = self._write(_RETURN, value)
        return self._returns[value]

    def jump(self, test: int, value: int, *, yes: Place, no: Place) -> Place:
        """Compare what is loaded, and go on at one of two places."""
        yes, no = self._near(yes), self._near(no)
        here = len(self._written)
        return self._write(test, value, here - yes, here - no)

    def load(self, offset: int, then: Place, *, mask: int = ALL_BITS) -> Place:
        """Load four bytes of the call, keep the bits of the mask, and go on."""
        if then != len(self._written):
            self._write(_JUMP, len(self._written) - then)
        if mask != ALL_BITS:
            self._write(_AND, mask)
        return self._write(_LOAD, offset)

    def test(self, test: Test, *, yes: Place, no: Place) -> Place:
        """Ask one question about an argument."""
        low = _ARGUMENTS + 8 * test.argument
        match test:
            case Is(_, values, mask):
                return self.load(low, self._one_of(values, yes=yes, no=no), mask=mask)
            case IsNot(_, values, mask):
                return self.load(low, self._one_of(values, yes=no, no=yes), mask=mask)
            case Has(_, bits):
                return self.load(low, self.jump(ANY_BIT, bits, yes=yes, no=no))
            case Given():
                high = self.load(low + 4, self.jump(EQUAL, 0, yes=no, no=yes))
                return self.load(low, self.jump(EQUAL, 0, yes=high, no=yes))

    def _one_of(self, values: Sequence[int], *, yes: Place, no: Place) -> Place:
        for value in reversed(values):
            no = self.jump(EQUAL, value, yes=yes, no=no)
        return no

    def _near(self, place: Place) -> Place:
        """The place itself, or one that leads to it and can be reached from here."""
        nearest = self._nearest.get(place, place)
        distance = len(self._written) - nearest
        if distance <= _REACH:
            return nearest
        there = self._written[nearest - 1]
        is_short = there.code == _RETURN
        self._nearest[place] = self._write(there.code if is_short else _JUMP, there.value if is_short else distance)
        return self._nearest[place]

    def _write(self, code: int, value: int, if_true: int = 0, if_false: int = 0) -> Place:
        self._written.append(Instruction(code, if_true, if_false, value))
        return len(self._written)
