"""The confinement as a list of system calls: what happens between fork and exec, in the one order that is sound. Pure.

report the pid → stdin, stdout, stderr → own session → cgroup → parent-death signal → limits → user → capabilities →
no_new_privs → working directory → restrict_self → close descriptors → seccomp → exec. Limits and the change of user
(which forgets the parent-death signal: it is asked for again) come before capabilities are gone, no_new_privs before
restrict_self and seccomp (which demand it); seccomp is last, for all that it forbids is done by then.

A list, because it is run in two ways that must not differ: call by call from Python, in a process that confines itself,
and by a few machine instructions in a child that shares the memory of its parent until the exec (native.py).
"""

from __future__ import annotations

import errno
import signal
import struct
from collections.abc import Iterator
from typing import NamedTuple

from supervisor.sandbox import abi as rights
from supervisor.sandbox.job import Job

Argument = int | bytes | tuple[int | bytes, ...]
"""A number, the address of these bytes (and a NUL), or that of a list of numbers and such addresses ended by 0."""

EXEC = "exec"
PROBE_INSIDE, PROBE_OUTSIDE, PROBE_HIDDEN = "probe_inside", "probe_outside", "probe_hidden"
ABOUT_TO_EXEC = b"+"
"""What is written into the report pipe when nothing but the exec is left."""

_PDEATHSIG, _GET_SECCOMP, _SET_SECCOMP, _CAPBSET_DROP, _NO_NEW_PRIVS, _CAP_AMBIENT = 1, 21, 22, 24, 38, 47
_CAP_AMBIENT_CLEAR_ALL = 4
_FILTER = 2
"""SECCOMP_MODE_FILTER."""
_INSTRUCTION_BYTES = 8
"""Of classic BPF."""
_IGNORE = struct.pack("4Q", 1, 0, 0, 0)
"""struct sigaction of the kernel with SIG_IGN; the same on all machines below as far as it is not 0."""
_SIGNAL_SET_BYTES = 8
_BUILT = 4
"""The number that a ruleset gets which is built inside of namespaces."""
FIRST_PASSED, PASSED = 3, 2
"""Where the program behind a launcher finds the descriptors that are meant for it, and how many."""
_NO_CAPABILITIES = (struct.pack("Ii", 0x20080522, 0), bytes(24))
_LAST_DESCRIPTOR, _CLOSE_RANGE_CLOEXEC = 0xFFFFFFFF, 4
_AT_FDCWD = -100
_WRITE_NEW = 0o1 | 0o100 | 0o2000000
"""O_WRONLY, O_CREAT and O_CLOEXEC of Linux."""
_WRITE_OLD = 0o1 | 0o2000000
_NO_LINKS = struct.pack("3Q", 0o10000000 | 0o2000000, 0, 0x04)
"""struct open_how: O_PATH and O_CLOEXEC, and RESOLVE_NO_SYMLINKS. A granted path has no links: one that is there now
was put there since."""


class Call(NamedTuple):
    """One system call of the list; it has to succeed, or to give exactly `expect`."""

    step: str
    name: str
    arguments: tuple[Argument, ...] = ()
    expect: int | None = None
    """A result; an expected failure is the negative errno."""


class Ruled(NamedTuple):
    """All that a ruleset is built of."""

    abi: int
    grants: tuple[tuple[bytes, str], ...]
    folders: frozenset[bytes]
    """Those of the granted paths that are folders."""
    ports: tuple[tuple[int, int], ...] | None


def prologue(stdio: tuple[int, int, int], report: int, pid_address: int) -> tuple[Call, ...]:
    """What only a forked child does first: it tells its pid, and takes its streams (descriptors of 3 and above)."""
    streams = tuple(Call("stdio", "dup3", (descriptor, number, 0)) for number, descriptor in enumerate(stdio))
    return (Call("report", "write", (report, pid_address, 4)), *streams, Call("session", "setsid"))


def confinement(job: Job, ruleset: int | None, leaf: int | None = None) -> tuple[Call, ...]:
    """From the cgroup to the filters. Capabilities' bounding set is the caller's affair."""
    restrict = (ruleset, rights.restrict_flags(job.abi)) if ruleset is not None else None
    return (
        *_enter(leaf),
        *_parent_death(job.parent),
        *_limits(job),
        *(() if job.account is None else (*_become(*job.account), *_parent_death(job.parent))),
        Call("capabilities", "prctl", (_CAP_AMBIENT, _CAP_AMBIENT_CLEAR_ALL)),
        Call("capabilities", "capset", _NO_CAPABILITIES),
        Call("no_new_privs", "prctl", (_NO_NEW_PRIVS, 1)),
        Call("cwd", "chdir", (job.cwd,)),
        *([Call("restrict_self", "landlock_restrict_self", restrict)] if restrict else []),
        Call("descriptors", "close_range", (3, _LAST_DESCRIPTOR, _CLOSE_RANGE_CLOEXEC)),
        *([Call("seccomp", "prctl", (_GET_SECCOMP,), expect=_FILTER)] if job.is_filtered else []),
        *(Call("seccomp", "prctl", (_SET_SECCOMP, _FILTER, _program(program))) for program in job.filters),
    )


def launch(job: Job, passed: tuple[int, ...], leaf: int | None = None) -> tuple[Call, ...]:
    """What the program that makes namespaces is given instead of a confinement: its descriptors, and no more."""
    handed_on = (Call("descriptors", "dup3", (old, FIRST_PASSED + new, 0)) for new, old in enumerate(passed))
    first_closed = FIRST_PASSED + len(passed)
    return (
        *_enter(leaf),
        *_parent_death(job.parent),
        *_limits(job),
        Call("signals", "rt_sigaction", (signal.SIGTERM, _IGNORE, 0, _SIGNAL_SET_BYTES)),
        Call("cwd", "chdir", (job.cwd,)),
        *handed_on,
        Call("descriptors", "close_range", (first_closed, _LAST_DESCRIPTOR, _CLOSE_RANGE_CLOEXEC)),
    )


def building(ruled: Ruled, report: int) -> Iterator[Call]:
    """What the program inside of namespaces does first: it builds the ruleset, for that can be done there only.

    `report` is the descriptor that is told before the exec, as FIRST_PASSED from the first step on: what is opened has
    known numbers then.
    """
    if report != FIRST_PASSED:
        yield Call("descriptors", "dup3", (report, FIRST_PASSED, 0))
    yield Call("descriptors", "close_range", (FIRST_PASSED + 1, _LAST_DESCRIPTOR, 0))
    yield Call("signals", "rt_sigaction", (signal.SIGTERM, bytes(len(_IGNORE)), 0, _SIGNAL_SET_BYTES))
    if ruled.abi:
        yield from _ruleset(ruled)


def becoming(job: Job, *, last_capability: int) -> tuple[Call, ...]:
    """What it does then. The bounding set is emptied up to the last capability, -1 = it is none of ours to empty."""
    return (
        *(Call("capabilities", "prctl", (_CAPBSET_DROP, number)) for number in range(last_capability + 1)),
        *confinement(job, _BUILT if job.abi else None),
        *epilogue(job, FIRST_PASSED),
    )


def _ruleset(ruled: Ruled) -> Iterator[Call]:
    net = rights.handled_net(ruled.abi) if ruled.ports is not None else 0
    attributes = rights.attributes(ruled.abi, net)
    yield Call("ruleset", "landlock_create_ruleset", (attributes, len(attributes), 0), expect=_BUILT)
    ruleset, opened = _BUILT, _BUILT + 1
    for path, access in ruled.grants:
        allowed = rights.granted(access, ruled.abi, folder=path in ruled.folders)
        beneath = struct.pack("=Qi", allowed, opened)
        yield Call("ruleset", "openat2", (_AT_FDCWD, path, _NO_LINKS, len(_NO_LINKS)), expect=opened)
        yield Call("ruleset", "landlock_add_rule", (ruleset, rights.PATH_BENEATH, beneath, 0))
        yield Call("ruleset", "close", (opened,))
    for port, allowed in ruled.ports or ():
        yield Call("ruleset", "landlock_add_rule", (ruleset, rights.NET_PORT, struct.pack("=QQ", allowed, port), 0))


def _program(program: bytes) -> tuple[int | bytes, ...]:
    # struct sock_fprog: a 16-bit count, which fills the low end of its word (little-endian machines), and an address.
    return (len(program) // _INSTRUCTION_BYTES, program)


def _enter(leaf: int | None) -> tuple[Call, ...]:
    return () if leaf is None else (Call("cgroup", "write", (leaf, b"0", 1)),)  # 0 = who writes


def _limits(job: Job) -> Iterator[Call]:
    for number, limit in job.rlimits:
        yield Call("rlimits", "prlimit64", (0, number, struct.pack("QQ", limit, limit), 0))


def _become(uid: int, gid: int, groups: tuple[int, ...]) -> tuple[Call, ...]:
    return (
        Call("user", "setgroups", (len(groups), struct.pack(f"{len(groups)}I", *groups))),
        Call("user", "setresgid", (gid, gid, gid)),
        Call("user", "setresuid", (uid, uid, uid)),
    )


def _parent_death(parent: int) -> tuple[Call, ...]:
    if not parent:
        return ()
    # The parent may have died before the signal was asked for: then it is somebody else's child by now.
    return (
        Call("parent_death", "prctl", (_PDEATHSIG, signal.SIGKILL)),
        Call("parent_death", "getppid", expect=parent),
    )


def epilogue(job: Job, report: int | None = None) -> tuple[Call, ...]:
    """The exec, told of right before; or, for a probe, the proof by doing: the inside writable, the outside refused."""
    told = () if report is None else (Call("report", "write", (report, ABOUT_TO_EXEC, 1)),)
    if job.probe is None:
        environment = tuple(name + b"=" + value for name, value in job.env.items())
        return (*told, Call(EXEC, "execve", (job.argv[0], job.argv, environment)))
    inside, outside, hidden = job.probe
    return (
        Call(PROBE_INSIDE, "openat", (_AT_FDCWD, inside, _WRITE_NEW, 0o600)),
        Call(PROBE_OUTSIDE, "openat", (_AT_FDCWD, outside, _WRITE_NEW, 0o600), -errno.EACCES),
        *([Call(PROBE_HIDDEN, "openat", (_AT_FDCWD, hidden, _WRITE_OLD, 0), -errno.ENOENT)] if hidden else []),
        *told,
        Call("end", "exit_group", (0,)),
    )


_X86_64 = {
    "write": 1, "close": 3, "rt_sigaction": 13, "clone": 56, "execve": 59, "chdir": 80, "getppid": 110, "setsid": 112,
    "setgroups": 116, "setresuid": 117, "setresgid": 119, "capset": 126, "prctl": 157, "exit_group": 231, "openat": 257,
    "dup3": 292, "prlimit64": 302, "close_range": 436, "openat2": 437, "landlock_create_ruleset": 444,
    "landlock_add_rule": 445, "landlock_restrict_self": 446,
}  # fmt: skip
_GENERIC = {
    "dup3": 24, "chdir": 49, "openat": 56, "close": 57, "write": 64, "capset": 91, "exit_group": 94,
    "rt_sigaction": 134, "setresuid": 147, "setresgid": 149, "setsid": 157, "setgroups": 159, "prctl": 167,
    "getppid": 173, "clone": 220, "execve": 221, "prlimit64": 261, "close_range": 436, "openat2": 437,
    "landlock_create_ruleset": 444, "landlock_add_rule": 445, "landlock_restrict_self": 446,
}  # fmt: skip
NUMBERS = {"x86_64": _X86_64, "aarch64": _GENERIC, "riscv64": _GENERIC, "loongarch64": _GENERIC}
"""Machine → call → its number there."""
