"""The kernel's side of a filter: checks a program of classic BPF as the kernel does, and runs it for one call."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import NamedTuple

LOAD, AND, JUMP, EQUAL, AT_LEAST, ANY_BIT, RETURN = 0x20, 0x54, 0x05, 0x15, 0x35, 0x45, 0x06
MOST_INSTRUCTIONS = 4096


class Instruction(NamedTuple):
    code: int
    if_true: int
    if_false: int
    value: int


def decoded(program: bytes) -> list[Instruction]:
    """The instructions. Raises ValueError for what the kernel would refuse (EINVAL)."""
    if len(program) % 8 or not 0 < len(program) // 8 <= MOST_INSTRUCTIONS:
        raise ValueError("length")
    found = [Instruction(*struct.unpack_from("<HBBI", program, offset)) for offset in range(0, len(program), 8)]
    for number, instruction in enumerate(found):
        left = len(found) - number - 1
        match instruction:
            case Instruction(code=0x20, value=offset) if offset % 4 or offset >= 64:
                raise ValueError("a load from outside the call")
            case Instruction(code=0x05, value=distance) if distance >= left:
                raise ValueError("a jump past the end")
            case Instruction(code=0x15 | 0x35 | 0x45) if max(instruction.if_true, instruction.if_false) >= left:
                raise ValueError("a jump past the end")
            case Instruction(code=0x20 | 0x54 | 0x05 | 0x15 | 0x35 | 0x45 | 0x06):
                pass
            case _:
                raise ValueError("an unknown instruction")
    if found[-1].code != RETURN:
        raise ValueError("no end")
    return found


def run(program: Sequence[Instruction], architecture: int, number: int, arguments: Sequence[int] = ()) -> int:
    """The answer to one call."""
    whole = [argument & (1 << 64) - 1 for argument in (*arguments, 0, 0, 0, 0, 0, 0)[:6]]
    call = struct.pack("<IIQ6Q", number & 0xFFFFFFFF, architecture, 0, *whole)
    loaded, at = 0, 0
    while True:
        code, if_true, if_false, value = program[at]
        at += 1
        if code == RETURN:
            return value
        if code == LOAD:
            (loaded,) = struct.unpack_from("<I", call, value)
        elif code == AND:
            loaded &= value
        elif code == JUMP:
            at += value
        else:
            holds = {EQUAL: loaded == value, AT_LEAST: loaded >= value, ANY_BIT: bool(loaded & value)}[code]
            at += if_true if holds else if_false
