"""A program that is nothing but a list of calls, as an executable file in memory (x86-64).

Inside of namespaces the confinement has to be a program. An interpreter takes 40 ms to start and has to be seen inside;
this takes less than one, and needs nothing. The file is an ELF header, 103 bytes of code that walk through a table,
what the rows of the table point to, and the table. A failure is told to descriptor 3: the address of the row, and its
result.

The source, in the assembler's Intel syntax (a test assembles it and compares):

    mov ebx, 0x400100       # the table; its address is put in here
next:
    mov rax, [rbx]
    mov rdi, [rbx+8]
    mov rsi, [rbx+16]
    mov rdx, [rbx+24]
    mov r10, [rbx+32]
    mov r8, [rbx+40]
    mov r9, [rbx+48]
    syscall
    mov rcx, [rbx+56]       # what is expected; the smallest number there is = no failure
    mov rdx, rcx
    add rdx, rdx
    jnz exact
    test rcx, rcx
    jz exact
    test rax, rax
    js failed
    jmp on
exact:
    cmp rax, rcx
    jne failed
on:
    add rbx, 64
    jmp next
failed:
    push rax                # the report: address of the row, and its result
    push rbx
    mov edi, 3
    mov rsi, rsp
    mov edx, 16
    mov eax, 1              # write(3, ...)
    syscall
    mov edi, 6
    mov eax, 231            # exit_group(6)
    syscall
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from supervisor.sandbox.calls import NUMBERS, Call
from supervisor.sandbox.failures import StepError, failure
from supervisor.sandbox.memory import ROW, Memory

MACHINE = "x86_64"
CODE = bytes.fromhex(
    "bb00014000488b03488b7b08488b7310488b53184c8b53204c8b43284c8b4b300f05488b4b384889ca4801d2750c4885c974"
    "074885c0780deb054839c875064883c340ebc05053bf030000004889e6ba10000000b8010000000f05bf06000000b8e70000"
    "000f05"
)
FAILURE = struct.Struct("2q")
"""The report of a failure."""

_BASE = 0x400000
"""Where the file is mapped; where linkers put programs that are not to be moved."""
_CODE_AT, _DATA_AT = 0x78, 0x100
_LOAD_TABLE = struct.Struct("<BI")
"""The first instruction, whose operand is the address of the table."""
_HEADER = struct.Struct("<16sHHIQQQIHHHHHH")
_SEGMENT = struct.Struct("<IIQQQQQQ")
_IDENT = b"\x7fELF\x02\x01\x01"
_EXECUTABLE, _X86_64, _LOAD, _READ_EXECUTE = 2, 62, 1, 5
_PAGE = 0x1000


class Begun(NamedTuple):
    """The first calls of a program, as they lie in every file that begins with them."""

    steps: tuple[Call, ...]
    data: bytes
    rows: bytes


def begun(steps: Iterable[Call]) -> Begun:
    """Lay calls out once for many files."""
    steps, memory = tuple(steps), Memory(bytearray(), _BASE + _DATA_AT)
    rows = memory.rows(steps, NUMBERS[MACHINE])
    return Begun(steps, memory.contents, rows)


def program(first: Begun, steps: Sequence[Call]) -> bytes:
    """The file that makes these calls, the last of which does not return. Raises OSError if they are too long."""
    memory = Memory(bytearray(), _BASE + _DATA_AT)
    memory.place(first.data)
    table = memory.place(first.rows + memory.rows(steps, NUMBERS[MACHINE]))
    code = _LOAD_TABLE.pack(0xBB, table) + CODE[_LOAD_TABLE.size :]
    data = memory.contents
    whole = _DATA_AT + len(data)
    header = _HEADER.pack(_IDENT, _EXECUTABLE, _X86_64, 1, _BASE + _CODE_AT, 64, 0, 0, 64, 56, 1, 0, 0, 0)
    segment = _SEGMENT.pack(_LOAD, _READ_EXECUTE, 0, _BASE, _BASE, whole, whole, _PAGE)
    return (header + segment + code).ljust(_DATA_AT, b"\0") + data


def failed(report: bytes, steps: Sequence[Call], image: bytes) -> StepError:
    """What a report of a failure says."""
    row, result = FAILURE.unpack(report)
    (_, table) = _LOAD_TABLE.unpack_from(image, _CODE_AT)
    return failure(steps[(row - table) // ROW.size], result)
