"""Runs the list of calls: one by one in a process that confines itself, or in a fresh copy of one.

Used by `stockade run --exec`, inside a mount namespace, and by the fork server where its machine code does not run. It
confines the thread that calls it for good: call it only where that thread is all there is. A step that fails ends the
process with its name and errno; nothing is ever executed less confined than the job says.
"""

from __future__ import annotations

import ctypes
import errno
import mmap
import os
import resource
import struct
from collections.abc import Iterable
from typing import NoReturn

from supervisor.sandbox import calls, landlock, privileges
from supervisor.sandbox.calls import Argument, Call
from supervisor.sandbox.job import Job

NOT_UNDERSTOOD, CANNOT_CONFINE, CONFINEMENT_LOST, NOT_EXECUTABLE, NOT_FOUND = 2, 5, 6, 126, 127
"""Exit codes of a process that ended before its exec (the same numbers as errors.ExitCode)."""

RULESET = "ruleset"


class StepError(Exception):
    """A step that failed: nothing was executed."""

    def __init__(self, step: str, code: int, detail: str = "") -> None:
        super().__init__(step, code, detail)
        self.step = step
        self.code = code
        self.detail = detail

    @property
    def exit_code(self) -> int:
        """The code that the process ends with."""
        if self.step == calls.EXEC:
            return NOT_FOUND if self.code == errno.ENOENT else NOT_EXECUTABLE
        return CANNOT_CONFINE if self.step == RULESET and self.code in landlock.ABSENT else CONFINEMENT_LOST


class Memory:
    """Where the arguments of calls lie while they are made: one stretch of memory, filled from its beginning.

    Made once and used again by `clear`; building an object of ctypes for every word took as long as the fork.
    """

    SIZE_BYTES = 16 * 1024 * 1024
    """More than twice what one exec takes; a page that is never written to costs nothing."""

    def __init__(self) -> None:
        self._space = mmap.mmap(-1, self.SIZE_BYTES)
        self._begin = ctypes.addressof(ctypes.c_char.from_buffer(self._space))
        self._used = 0

    def clear(self) -> None:
        """Forget all that was placed."""
        self._used = 0

    def value(self, argument: Argument) -> int:
        """The number that the kernel gets for an argument; raises OSError if there is no room."""
        if isinstance(argument, int):
            return argument
        if isinstance(argument, bytes):
            return self.place(argument + b"\0")
        return self.place(struct.pack(f"{len(argument) + 1}Q", *map(self.value, argument), 0))

    def place(self, data: bytes) -> int:
        """Keep these bytes; returns their address, a multiple of 8."""
        begin, self._used = self._used, (self._used + len(data) + 7) & ~7
        if self._used > self.SIZE_BYTES:
            raise OSError(errno.E2BIG, os.strerror(errno.E2BIG))
        self._space[begin : begin + len(data)] = data
        return self._begin + begin


def run(job: Job) -> NoReturn:
    """Confine this process and execute the job; raises StepError, and then the process must end."""
    with _Step("terminal"):
        if not job.terminal:
            privileges.refuse_terminal((0, 1, 2))
    with _Step("session"):
        privileges.own_session()
    with _Step("capabilities"):
        privileges.empty_bounding_set()
    with _Step(RULESET):
        ruleset = landlock.build(job.abi, job.grants) if job.abi else None
    job = within_limits(job)
    perform((*calls.confinement(job, ruleset), *calls.epilogue(job)))


def within_limits(job: Job) -> Job:
    """The same job with no limit above the hard limit that holds for this process already."""
    limits = []
    for number, asked in job.rlimits:
        hard = resource.getrlimit(number)[1]
        limits.append((number, asked if hard == resource.RLIM_INFINITY else min(asked, hard)))
    return job._replace(rlimits=tuple(limits))


def perform(steps: Iterable[Call]) -> NoReturn:
    """Make the calls in order, the last of which does not return; raises StepError at the first that fails."""
    numbers = numbers_here()
    memory = Memory()
    for call in steps:
        arguments = (*map(memory.value, call.arguments), 0, 0, 0, 0, 0, 0)[:6]
        result = landlock.libc().syscall(numbers[call.name], *arguments)
        got = -ctypes.get_errno() if result == -1 else result
        if got != call.expect if call.expect is not None else got < 0:
            raise failure(call, got)
    raise AssertionError("the last call does not return")


def failure(call: Call, got: int) -> StepError:
    """What a call's wrong result says."""
    if got >= 0:
        return StepError(call.step, errno.ENOTRECOVERABLE, f"{call.name} gave {got}, and {call.expect} was expected")
    path = next((argument for argument in call.arguments if isinstance(argument, bytes)), b"")
    return StepError(call.step, -got, path.decode("utf-8", "backslashreplace") if call.name in _BY_PATH else "")


_BY_PATH = ("chdir", "execve", "openat")


def numbers_here() -> dict[str, int]:
    """The numbers of the calls on this machine; raises StepError where they are not known."""
    numbers = calls.NUMBERS.get(os.uname().machine)
    if numbers is None:
        raise StepError("machine", errno.ENOSYS, os.uname().machine)
    return numbers


class _Step:
    """Names what is being done, so that an OSError leaves as a StepError."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def __enter__(self) -> None:
        return

    def __exit__(self, kind: object, problem: BaseException | None, trace: object) -> None:
        if isinstance(problem, OSError):
            path = problem.filename
            detail = os.fsencode(path).decode("utf-8", "backslashreplace") if isinstance(path, str | bytes) else ""
            raise StepError(self.name, problem.errno or 0, detail) from problem
