"""The program that confines itself inside of namespaces and becomes the server: a list of calls, or an interpreter.

It comes on one descriptor and reports on another: that it is about to execute the server, or what failed.
"""

from __future__ import annotations

import errno
import json
import os
import sys
from functools import lru_cache
from typing import NamedTuple

from supervisor.sandbox import calls, image
from supervisor.sandbox.calls import ABOUT_TO_EXEC, FIRST_PASSED, Call, Ruled
from supervisor.sandbox.child import within_limits
from supervisor.sandbox.job import Job, encode

GIVEN, REPORT = FIRST_PASSED, FIRST_PASSED + 1
"""The descriptors as a launcher hands them on."""
PROGRAM = os.path.join(os.path.dirname(os.path.abspath(__file__)), "program.py")
_MFD_NOEXEC_SEAL, _MFD_EXEC = 0x8, 0x10
_LAST_CAPABILITY = "/proc/sys/kernel/cap_last_cap"


class Inside(NamedTuple):
    """What is handed to a launcher."""

    data: bytes
    """The program or its job, for the first descriptor."""
    words: tuple[str, ...]
    """The command that runs it."""
    steps: tuple[Call, ...]
    """What the program does; empty if an interpreter does it."""

    def failure(self, told: bytes) -> tuple[str, int, str] | None:
        """Step, errno and detail of what was told; None if the server was executed."""
        if told == ABOUT_TO_EXEC:
            return None
        told = told.removeprefix(ABOUT_TO_EXEC)
        if not told:
            return "namespaces", errno.ECHILD, "the launcher ended before the program"
        if self.steps:
            failed = image.failed(told, self.steps, self.data)
            return failed.step, failed.code, failed.detail
        step, code, detail = json.loads(told)
        return step, code, detail


def inside(job: Job, *, is_image: bool, given: int = GIVEN, report: int = REPORT) -> Inside:
    """The program for a job that builds its own ruleset, on these descriptors."""
    job = within_limits(job)._replace(session=False)
    if not is_image:
        return Inside(encode(job), interpreted(given, report), ())
    folders = frozenset(path for path, _ in job.grants if os.path.isdir(path))
    first = _begun(Ruled(job.abi, job.grants, folders, job.ports), report)
    steps = calls.becoming(job, last_capability=_last_capability() if os.geteuid() == 0 else -1)
    return Inside(image.program(first, steps), (f"/proc/self/fd/{given}",), (*first.steps, *steps))


@lru_cache(maxsize=256)
def _begun(ruled: Ruled, report: int) -> image.Begun:
    # Some five hundred calls for a ruleset, the same at every start of a server.
    return image.begun(calls.building(ruled, report))


def interpreted(*descriptors: int) -> tuple[str, ...]:
    """The words that start the confining program in an interpreter: its job, and perhaps its report."""
    return (_python(), "-I", "-S", PROGRAM, "confine", *map(str, descriptors))


def seen() -> tuple[str, ...]:
    """Paths that the interpreter needs to see: itself, its library, this package."""
    package = os.path.dirname(os.path.dirname(PROGRAM))
    library = os.path.dirname(os.path.abspath(os.__file__))
    return tuple(dict.fromkeys((_python(), os.path.join(sys.base_prefix, "lib"), library, package)))


def _python() -> str:
    # The one behind a virtual environment: it needs no pyvenv.cfg to find its library.
    return os.path.realpath(getattr(sys, "_base_executable", "") or sys.executable)


def in_memory(data: bytes) -> int:
    """A descriptor of a file in memory that holds this, at its beginning, and that can be executed.

    The caller closes it. Raises OSError.
    """
    descriptor = _memory_file()
    try:
        while data:
            data = data[os.write(descriptor, data) :]
        os.lseek(descriptor, 0, os.SEEK_SET)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def _memory_file() -> int:
    # Before Linux 6.3 there are no such flags, and every one can be executed. Where none may be (vm.memfd_noexec = 2)
    # it still holds a job: the try with a program fails then, and the one with an interpreter does not.
    for flags in (_MFD_EXEC, 0):
        try:
            return os.memfd_create("stockade", os.MFD_CLOEXEC | flags)
        except OSError as problem:
            if problem.errno not in (errno.EINVAL, errno.EACCES):
                raise
    return os.memfd_create("stockade", os.MFD_CLOEXEC | _MFD_NOEXEC_SEAL)


def _last_capability() -> int:
    with open(_LAST_CAPABILITY, encoding="ascii") as file:
        return int(file.read())
