"""The confinement as a list of system calls: what happens between fork and exec, in the one order that is sound. Pure.

report the pid → stdin, stdout, stderr → own session → parent-death signal → limits → capabilities → no_new_privs →
working directory → restrict_self → close descriptors → exec. Limits come before capabilities are gone, no_new_privs
before restrict_self (which demands it), and descriptors are closed last so that every step can still report.

A list, because it is run in two ways that must not differ: call by call from Python, in a process that confines itself,
and by a few machine instructions in a child that shares the memory of its parent until the exec (native.py).
"""

from __future__ import annotations

import errno
import signal
import struct
from typing import NamedTuple

from supervisor.sandbox import abi as rights
from supervisor.sandbox.job import Job

Argument = int | bytes | tuple[bytes, ...]
"""A number, the address of these bytes (and a NUL), or the address of a list of such addresses ended by 0."""

EXEC = "exec"
PROBE_INSIDE, PROBE_OUTSIDE = "probe_inside", "probe_outside"

_PDEATHSIG, _NO_NEW_PRIVS, _CAP_AMBIENT, _CAP_AMBIENT_CLEAR_ALL = 1, 38, 47, 4
_NO_CAPABILITIES = (struct.pack("Ii", 0x20080522, 0), bytes(24))
_LAST_DESCRIPTOR, _CLOSE_RANGE_CLOEXEC = 0xFFFFFFFF, 4
_AT_FDCWD = -100
_WRITE_NEW = 0o1 | 0o100 | 0o2000000
"""O_WRONLY, O_CREAT and O_CLOEXEC of Linux."""


class Call(NamedTuple):
    """One system call of the list; it has to succeed, or to give exactly `expect`."""

    step: str
    name: str
    arguments: tuple[Argument, ...] = ()
    expect: int | None = None
    """A result; an expected failure is the negative errno."""


def prologue(stdio: tuple[int, int, int], report: int, pid_address: int) -> tuple[Call, ...]:
    """What only a forked child does first: it tells its pid, and takes its streams (descriptors of 3 and above)."""
    streams = tuple(Call("stdio", "dup3", (descriptor, number, 0)) for number, descriptor in enumerate(stdio))
    return (Call("report", "write", (report, pid_address, 4)), *streams, Call("session", "setsid"))


def confinement(job: Job, ruleset: int | None) -> tuple[Call, ...]:
    """From the parent-death signal to the closed descriptors. Capabilities' bounding set is the caller's affair."""
    restrict = (ruleset, rights.restrict_flags(job.abi)) if ruleset is not None else None
    return (
        *_parent_death(job.parent),
        *(
            Call("rlimits", "prlimit64", (0, number, struct.pack("QQ", limit, limit), 0))
            for number, limit in job.rlimits
        ),
        Call("capabilities", "prctl", (_CAP_AMBIENT, _CAP_AMBIENT_CLEAR_ALL)),
        Call("capabilities", "capset", _NO_CAPABILITIES),
        Call("no_new_privs", "prctl", (_NO_NEW_PRIVS, 1)),
        Call("cwd", "chdir", (job.cwd,)),
        *([Call("restrict_self", "landlock_restrict_self", restrict)] if restrict else []),
        Call("descriptors", "close_range", (3, _LAST_DESCRIPTOR, _CLOSE_RANGE_CLOEXEC)),
    )


def _parent_death(parent: int) -> tuple[Call, ...]:
    if not parent:
        return ()
    # The parent may have died before the signal was asked for: then it is somebody else's child by now.
    return (
        Call("parent_death", "prctl", (_PDEATHSIG, signal.SIGKILL)),
        Call("parent_death", "getppid", expect=parent),
    )


def epilogue(job: Job) -> tuple[Call, ...]:
    """The exec; or, for a probe, the proof by doing: the inside must be writable, and the outside refused."""
    if job.probe is None:
        environment = tuple(name + b"=" + value for name, value in job.env.items())
        return (Call(EXEC, "execve", (job.argv[0], job.argv, environment)),)
    inside, outside = job.probe
    return (
        Call(PROBE_INSIDE, "openat", (_AT_FDCWD, inside, _WRITE_NEW, 0o600)),
        Call(PROBE_OUTSIDE, "openat", (_AT_FDCWD, outside, _WRITE_NEW, 0o600), -errno.EACCES),
        Call("end", "exit_group", (0,)),
    )


_X86_64 = {
    "write": 1, "clone": 56, "execve": 59, "chdir": 80, "getppid": 110, "setsid": 112, "capset": 126, "prctl": 157,
    "exit_group": 231, "openat": 257, "dup3": 292, "prlimit64": 302, "close_range": 436, "landlock_restrict_self": 446,
}  # fmt: skip
_GENERIC = {
    "dup3": 24, "chdir": 49, "openat": 56, "write": 64, "capset": 91, "exit_group": 94, "setsid": 157, "prctl": 167,
    "getppid": 173, "clone": 220, "execve": 221, "prlimit64": 261, "close_range": 436, "landlock_restrict_self": 446,
}  # fmt: skip
NUMBERS = {"x86_64": _X86_64, "aarch64": _GENERIC, "riscv64": _GENERIC, "loongarch64": _GENERIC}
"""Machine → call → its number there."""
