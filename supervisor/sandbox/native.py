"""Runs the list of calls in a child that shares this process's memory until its exec (x86-64).

A forked copy of a Python process costs more than all of the confinement: its page tables, and a copy of every page that
the interpreter touches on the way to the exec. A child that shares the memory costs next to nothing, but must not run
Python in it. So 120 bytes of machine code walk through a table that Python has filled in: nothing of the policy is in
them. The table is the same list that child.py runs, and where this code cannot be mapped, child.py runs it.

The source, in the assembler's Intel syntax (a test assembles it and compares):

    push rbx
    push r12
    mov rbx, rdx            # the table
    mov r12, rcx            # the outcome: pid, failed row, its result
    mov rdx, rcx
    xor r10d, r10d
    xor r8d, r8d
    mov eax, 56             # clone(flags, stack, &pid, 0, 0)
    syscall
    test rax, rax
    jnz parent
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
    mov [r12+8], rbx
    mov [r12+16], rax
    mov edi, 6
    mov eax, 231            # exit_group(6)
    syscall
parent:
    pop r12
    pop rbx
    ret
"""

from __future__ import annotations

import ctypes
import mmap
import os
import signal
from collections.abc import Sequence

from supervisor.sandbox import landlock
from supervisor.sandbox.calls import NUMBERS, Call
from supervisor.sandbox.child import mapped
from supervisor.sandbox.failures import failure
from supervisor.sandbox.memory import ROW

MACHINE = "x86_64"
CODE = bytes.fromhex(
    "5341544889d34989cc4889ca4531d24531c0b8380000000f054885c07556488b03488b7b08488b7310488b53184c8b53204c"
    "8b43284c8b4b300f05488b4b384889ca4801d2750c4885c974074885c0780deb054839c875064883c340ebc049895c240849"
    "89442410bf06000000b8e70000000f05415c5bc3"
)

_CLONE_FLAGS = 0x100 | 0x4000 | 0x8000 | 0x100000 | signal.SIGCHLD
"""CLONE_VM, CLONE_VFORK (this process waits for the exec), CLONE_PARENT, CLONE_PARENT_SETTID."""
_STACK_BYTES = 4096
"""Unused by the code itself; the kernel wants an address."""


class Runner:
    """The mapped code, and the memory that a child reports in; one start at a time. Never unmapped."""

    def __init__(self, code: int) -> None:
        prototype = ctypes.PYFUNCTYPE(ctypes.c_long, *(ctypes.c_long,) * 4)
        self._run = prototype(code)
        self._stack = ctypes.create_string_buffer(_STACK_BYTES)
        self._outcome = (ctypes.c_int64 * 3)()
        self._memory = mapped()

    @property
    def pid_address(self) -> int:
        """Where the child finds its own pid (4 bytes)."""
        return ctypes.addressof(self._outcome)

    def start(self, steps: Sequence[Call]) -> int:
        """Run the calls in a child of this process's parent; returns its pid as soon as its program executes.

        Raises OSError if there is no child, StepError if it failed (it has ended then).
        """
        self._memory.clear()
        table = self._memory.place(self._memory.rows(steps, NUMBERS[MACHINE]))
        self._outcome[:] = [0, 0, 0]
        top = (ctypes.addressof(self._stack) + _STACK_BYTES) & ~15
        pid = self._run(_CLONE_FLAGS, top, table, self.pid_address)
        if pid < 0:
            raise OSError(-pid, os.strerror(-pid))
        row, result = self._outcome[1:]
        if row:
            raise failure(steps[(row - table) // ROW.size], result)
        return int(pid)


def runner() -> Runner | None:
    """The code, mapped; None on another machine, or where no memory may be made executable.

    Mapped from an anonymous file and never writable and executable at once: a service with MemoryDenyWriteExecute may.
    """
    if os.uname().machine != MACHINE:
        return None
    try:
        source = os.memfd_create("stockade", os.MFD_CLOEXEC)
        try:
            os.write(source, CODE)
            code = _map(source, len(CODE))
        finally:
            os.close(source)
    except OSError:
        return None
    return Runner(code)


def _map(source: int, length: int) -> int:
    library = landlock.libc()
    library.mmap.argtypes = (ctypes.c_void_p, ctypes.c_size_t, *(ctypes.c_int,) * 3, ctypes.c_long)
    library.mmap.restype = ctypes.c_ssize_t
    protection = mmap.PROT_READ | mmap.PROT_EXEC
    return landlock.checked(library.mmap(None, length, protection, mmap.MAP_PRIVATE, source, 0))
