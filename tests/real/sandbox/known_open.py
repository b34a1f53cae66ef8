"""What is open at which level, and why: the honest part of the table. The tests hold it to the letter."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from real.sandbox.attacks import control, files, writes
from real.sandbox.escapes import Row

BOTH = ("root", "plain")
ANOTHER = ("another",)
"""A server of root's that becomes another user."""
ALL_LEVELS, FLAT, ONLY_S1 = ("S1", "S2", "S3"), ("S1", "S2"), ("S1",)
"""Levels; the flat ones have no namespaces."""


class Open(NamedTuple):
    """Attacks of one group that a sandbox does not stop."""

    reason: str
    levels: tuple[str, ...]
    group: str
    attacks: tuple[str, ...]
    users: tuple[str, ...] = BOTH


_NOT_OF_ROOT = (
    "read the key by the root of a process outside",
    "read the key by the working folder of a process outside",
    "write by a descriptor of a process outside",
    "write by the root of a process outside",
)
"""What needs the same capabilities as the process outside: a plain user's has none, root's server has lost them."""
_OUTSIDE_BY_STAT = (
    "look at a hidden file (stat)",
    "read where a hidden link leads",
    "read an extended attribute of a hidden file",
    "watch a hidden folder (inotify)",
    "change the mode of a file outside",
    "change the group of a file outside",
    "change the times of a file outside",
    "change an attribute of a file outside",
    "change an attribute of a file outside (setxattrat)",
    "change the mode of a file that was granted for reading",
    "change the times of a file that was granted for reading",
)
_BY_PATH = (
    "connect to a socket outside by its path",
    "connect to a socket outside by a symbolic link",
    "connect to a socket in a hidden folder",
    "send to a socket outside by its path",
    "be handed a descriptor of the key by a socket outside",
)
_SHARED_MEMORY = "read shared memory of a process outside by its name"
_FROM_MEMORY = "run a program from memory (memfd)"
_MEMORY = (
    "take more memory than was given (shared map)",
    "take more memory than was given (several processes)",
    "take more memory than was given (memfd)",
)
_SHM = ("take more memory than was given (/dev/shm)",)
_DISK = ("fill the disk with several files",)
_LOCKS = ("lock a file that was granted for reading", "lease a file that was granted for reading")
_AT_S2_TOO = {*_OUTSIDE_BY_STAT, _SHARED_MEMORY, _FROM_MEMORY, *_LOCKS}
_REFUSED_AT_S1 = {
    "read the key by a bind mount of one's own",
    "read the key under another root",
    "change the flags of a file outside (file_setattr)",
    "change the flags of a file that was granted for reading (ioctl)",
}
_NO_FILE_SANDBOX = "S1 is no file sandbox: it has no Landlock ruleset"
_FILES = tuple(
    name
    for name in (*files.ATTACKS, *writes.ATTACKS)
    if name not in _AT_S2_TOO and name not in _REFUSED_AT_S1 and name not in _NOT_OF_ROOT
)
_AS_PROCESSES = "S1 has no Landlock domain: other processes of the same user can be signalled and looked into"

KNOWN_OPEN: tuple[Open, ...] = (
    # files
    Open("what runs from memory is confined like its caller", ALL_LEVELS, "files", (_FROM_MEMORY,)),
    Open("Landlock knows no right for a lock or a lease on what may be read", ALL_LEVELS, "files", _LOCKS),
    Open("Landlock handles opening, not what is asked or said about a path", FLAT, "files", _OUTSIDE_BY_STAT),
    Open("/dev/shm is one for all; its names are not to be listed", FLAT, "files", (_SHARED_MEMORY,)),
    Open(_NO_FILE_SANDBOX, ONLY_S1, "files", _FILES),
    Open(_NO_FILE_SANDBOX, ONLY_S1, "files", _NOT_OF_ROOT, ("plain",)),
    Open(
        f"{_NO_FILE_SANDBOX}, and uid 0 owns the system's files",
        ONLY_S1,
        "files",
        (
            "read the password hashes",
            "read the disk's device",
            "make a file in /etc",
            "open a file of the system for writing",
            "open the disk's device for writing",
            "write a setting of the kernel",
            "open a setting in /sys for writing",
        ),
        ("root",),
    ),
    # processes
    Open(
        "/proc shows every process of the machine: its command line, not its memory",
        FLAT,
        "processes",
        (
            "count what a process outside has open",
            "read the command line of a process outside",
            "list the processes outside",
        ),
    ),
    Open(
        "the call by which a thread chooses its processors names others too",
        FLAT,
        "processes",
        ("bind a process outside to one processor",),
        ("plain",),
    ),
    Open(
        _AS_PROCESSES,
        ONLY_S1,
        "processes",
        (
            "signal stockade",
            "signal the daemon",
            "signal the guardian",
            "signal the fork server",
            "signal a process outside",
            "signal the group of a process outside",
            "signal a process outside by its descriptor",
            "signal a thread outside",
            "queue a signal for a process outside",
            "end a process outside as the owner of a pipe (SIGIO)",
            "offer a process outside to the memory killer",
            "have more of a process outside in its core file",
        ),
    ),
    Open(
        _AS_PROCESSES,
        ONLY_S1,
        "processes",
        (
            "open the memory of a process outside in /proc",
            "read the map of a process outside",
            "see what a process outside has open",
            "read the lock list of a process outside",
        ),
        ("plain",),
    ),
    Open(_AS_PROCESSES, ONLY_S1, "processes", ("signal the first process",), ("root",)),
    # sockets
    Open("Landlock refuses sockets with a path from ABI 9 on", FLAT, "sockets", _BY_PATH),
    Open(
        "S1 has no Landlock scopes",
        ONLY_S1,
        "sockets",
        ("connect to an abstract socket outside", "send to an abstract socket outside"),
    ),
    Open(
        "a list of ports is one of TCP ports to be named: UDP, and ports that the kernel chooses, are open",
        ("S2", "S3"),
        "ports",
        ("listen on a TCP port that the kernel chooses", "send a datagram past the list of ports"),
    ),
    # devices
    Open(_NO_FILE_SANDBOX, ONLY_S1, "descriptors", ("open the terminal multiplexer",)),
    Open(
        _NO_FILE_SANDBOX,
        ONLY_S1,
        "descriptors",
        (
            "open the console",
            "make a network interface (tun)",
            "serve a file system (fuse)",
            "make a virtual machine (kvm)",
            "control loop devices",
            "talk to the hypervisor's socket device",
            "handle page faults by a device",
        ),
        ("root",),
    ),
    # environment
    Open(
        "the command line of every process can be read in /proc",
        FLAT,
        "environment",
        ("find the secret on the command line of any process",),
    ),
    Open(
        _AS_PROCESSES,
        ONLY_S1,
        "environment",
        (
            "read the environment of stockade",
            "read the environment of a thread of stockade",
            "read the environment of the daemon",
            "read the environment of a process outside",
            "find the secret in the environment of any process",
        ),
        ("plain",),
    ),
    # limits
    Open(
        "without a cgroup of its own, memory is limited for each process and as private memory only",
        ALL_LEVELS,
        "limits",
        _MEMORY,
    ),
    Open("/dev/shm of the machine is bounded by the machine", FLAT, "limits", _SHM),
    Open("only the size of one file is limited", ALL_LEVELS, "limits", _DISK),
    Open("only a cgroup limits processes", FLAT, "limits", ("start more processes than allowed",)),
    Open(
        "only a cgroup limits processes, or a user namespace, which root has none of",
        ("S3",),
        "limits",
        ("start more processes than allowed",),
        ("root",),
    ),
    # our own
    Open(
        "Landlock refuses sockets with a path from ABI 9 on; the daemon asks for a token",
        ("S2",),
        "control plane",
        ("connect to the control socket",),
    ),
    Open(_NO_FILE_SANDBOX, ONLY_S1, "control plane", tuple(control.ATTACKS)),
)

_AS_ANOTHER = (
    Open("what runs from memory is confined like its caller", ("S2", "S3"), "files", (_FROM_MEMORY,), ANOTHER),
    Open("Landlock knows no right for a lock on what may be read", ("S2", "S3"), "files", _LOCKS[:1], ANOTHER),
    Open(
        "Landlock handles opening, not what is asked or said about a path",
        ("S2",),
        "files",
        (*_OUTSIDE_BY_STAT[:4], _SHARED_MEMORY),
        ANOTHER,
    ),
    Open(
        "/proc shows every process of the machine: its command line, not its memory",
        ("S2",),
        "processes",
        ("read the command line of a process outside", "list the processes outside"),
        ANOTHER,
    ),
    Open(
        "the command line of every process can be read in /proc",
        ("S2",),
        "environment",
        ("find the secret on the command line of any process",),
        ANOTHER,
    ),
    Open("only a cgroup limits the memory of all together", ("S2", "S3"), "limits", _MEMORY, ANOTHER),
    Open("/dev/shm of the machine is bounded by the machine", ("S2",), "limits", _SHM, ANOTHER),
    Open("only the size of one file is limited", ("S2", "S3"), "limits", _DISK, ANOTHER),
)

MAY_BE_ABSENT: dict[str, str] = {
    "read the kernel's memory (/proc/kcore)": "the kernel was built without it",
    "open the kernel's emergency keys (sysrq)": "the kernel was built without them",
    "call by numbers of the x32 kind": "the kernel was built without them: it refuses them to everybody",
    "call by the 32-bit entry (int 0x80)": "only x86-64 has it",
    "install a segment (modify_ldt)": "only x86-64 has it",
    "use all input and output ports": "the kernel was built without them",
    "use some input and output ports": "the kernel was built without them",
    "read registers of the processor (msr)": "the kernel was built without them",
    "ask a virtual console (TIOCLINUX)": "the machine has no console",
    "make a virtual machine (kvm)": "the machine has no such device",
    "talk to the hypervisor's socket device": "the machine has no such device",
    "handle page faults by a device": "the kernel is older than 6.1",
    "change an attribute of a file outside (setxattrat)": "the kernel is older than 6.13",
    "change the flags of a file outside (file_setattr)": "the kernel is older than 6.17",
    "make a file set-user-id by fchmodat2": "the kernel is older than 6.6",
    "list the mounts (listmount)": "the kernel is older than 6.8",
    "run a set-user-id program of root's": "only root can make one",
    "read the key by the root of the first process": "root itself lacks a capability that the first process has",
    "be spared by the memory killer": "root itself lacks the capability where the tests run",
}
"""Attacks that a machine may have no ground for; they do not count where they fail without a sandbox."""
UNCERTAIN: dict[tuple[str, str], str] = {}
"""Attacks, by group, whose outcome is a race; they are tried and shown, and not held to the table."""


def expected(user: str, level: str) -> dict[tuple[str, str], str]:
    """What should be open: group and attack, with the reason."""
    return {
        (entry.group, attack): entry.reason
        for entry in (*KNOWN_OPEN, *_AS_ANOTHER)
        if level in entry.levels and user in entry.users
        for attack in entry.attacks
    }


def differences(
    rows: Iterable[Row], user: str, level: str, *, table: Mapping[tuple[str, str], str] | None = None
) -> list[str]:
    """How the outcomes differ from the table, one line each."""
    known = expected(user, level) if table is None else table
    found = []
    for row in rows:
        if not row.counts or (row.group, row.attack) in UNCERTAIN:
            continue
        is_listed = (row.group, row.attack) in known
        if row.is_open(level) and not is_listed:
            found.append(f"open and not listed: {row.attack}")
        if is_listed and not row.is_open(level):
            found.append(f"listed and not open: {row.attack} ({row.levels[level]})")
    return found
