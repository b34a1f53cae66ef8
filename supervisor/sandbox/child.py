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
from collections.abc import Iterable
from typing import NoReturn

from supervisor.sandbox import calls, landlock, privileges
from supervisor.sandbox.calls import Call
from supervisor.sandbox.failures import RULESET, StepError, failure
from supervisor.sandbox.job import Job
from supervisor.sandbox.memory import SIZE_BYTES, Memory


def run(job: Job, report: int | None = None) -> NoReturn:
    """Confine this process and execute the job; raises StepError, and then the process must end.

    `report` is a descriptor that is told when only the exec is left.
    """
    with _Step("terminal"):
        if not job.terminal:
            privileges.refuse_terminal((0, 1, 2))
    if job.session:
        with _Step("session"):
            privileges.own_session()
    with _Step("capabilities"):
        privileges.empty_bounding_set()
    with _Step(RULESET):
        ruleset = landlock.build(job.abi, job.grants, job.ports) if job.abi else None
    job = within_limits(job)
    perform((*calls.confinement(job, ruleset), *calls.epilogue(job, report)))


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
    memory = mapped()
    for call in steps:
        arguments = (*map(memory.value, call.arguments), 0, 0, 0, 0, 0, 0)[:6]
        result = landlock.libc().syscall(numbers[call.name], *arguments)
        got = -ctypes.get_errno() if result == -1 else result
        if got != call.expect if call.expect is not None else got < 0:
            raise failure(call, got)
    raise AssertionError("the last call does not return")


def mapped() -> Memory:
    """Memory of this process."""
    space = mmap.mmap(-1, SIZE_BYTES)
    return Memory(space, ctypes.addressof(ctypes.c_char.from_buffer(space)))


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
