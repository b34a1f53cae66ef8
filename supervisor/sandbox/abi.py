"""What each Landlock ABI can hold: the number that the kernel answers → rights handled, and masks for what is granted.

A right that the kernel does not know must not be named to it (EINVAL), and a right that belongs to folders alone must
not be named in a rule for a file (EINVAL too). Both masks are made here, so that the rest speaks of access classes.
Plain integers and next to no imports: this file is also read by the small programs that run before a server does.
"""

from __future__ import annotations

import sys

EXECUTE = 1 << 0
WRITE_FILE = 1 << 1
READ_FILE = 1 << 2
READ_DIR = 1 << 3
REMOVE_DIR = 1 << 4
REMOVE_FILE = 1 << 5
MAKE_CHAR = 1 << 6
MAKE_DIR = 1 << 7
MAKE_REG = 1 << 8
MAKE_SOCK = 1 << 9
MAKE_FIFO = 1 << 10
MAKE_BLOCK = 1 << 11
MAKE_SYM = 1 << 12
REFER = 1 << 13
TRUNCATE = 1 << 14
IOCTL_DEV = 1 << 15
RESOLVE_UNIX = 1 << 16

BIND_TCP = 1 << 0
CONNECT_TCP = 1 << 1

SCOPE_ABSTRACT_UNIX_SOCKET = 1 << 0
SCOPE_SIGNAL = 1 << 1

LOG_NEW_EXEC_ON = 1 << 1
"""Flag of restrict_self (ABI 7): denials of the program that is executed next are audited too."""

HIGHEST_KNOWN = 9
"""A newer kernel is used as if it were this one: rights that are not known here cannot be handed out sensibly."""

_FS_SINCE = ((1, (1 << 13) - 1), (2, REFER), (3, TRUNCATE), (5, IOCTL_DEV), (9, RESOLVE_UNIX))

FILE_MASK = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL_DEV | RESOLVE_UNIX
"""The rights that make sense on something that is not a folder."""

READ = READ_FILE | READ_DIR
READ_EXEC = READ | EXECUTE
WRITE = (
    READ_EXEC | WRITE_FILE | TRUNCATE | REFER | REMOVE_DIR | REMOVE_FILE
    | MAKE_DIR | MAKE_REG | MAKE_SYM | MAKE_FIFO | MAKE_SOCK | RESOLVE_UNIX
)  # fmt: skip
"""Everything but device nodes: MAKE_CHAR, MAKE_BLOCK and IOCTL_DEV are handled, and granted to nobody."""

CLASSES = {
    "read": READ,
    "read_exec": READ_EXEC,
    "write": WRITE,
    "device": READ_FILE | WRITE_FILE,
    # No READ_DIR: a semaphore or shared memory of another process cannot be found by listing, only by knowing its name.
    "shared_memory": READ_FILE | WRITE_FILE | TRUNCATE | MAKE_REG | REMOVE_FILE,
}
"""Access class → rights, before any kernel's mask."""

FS_NAMES = (
    "execute", "write_file", "read_file", "read_dir", "remove_dir", "remove_file", "make_char", "make_dir", "make_reg",
    "make_sock", "make_fifo", "make_block", "make_sym", "refer", "truncate", "ioctl_dev", "resolve_unix",
)  # fmt: skip
SCOPE_NAMES = ("abstract_unix_socket", "signal")


PATH_BENEATH, NET_PORT = 1, 2
"""Kinds of rules."""


def attributes(abi: int, net: int) -> bytes:
    """The struct that a ruleset is created from: every file right and scope of this ABI, and these network rights.

    An older kernel refuses a longer one unless the rest is zero; the size of its own age is always right.
    """
    size = 24 if known(abi) >= 6 else 16 if known(abi) >= 4 else 8
    return b"".join(value.to_bytes(8, sys.byteorder) for value in (handled_fs(abi), net, scopes(abi)))[:size]


def known(abi: int) -> int:
    """The ABI to work with: what the kernel answered, but no newer than what is known here; 0 if it has none."""
    return max(0, min(abi, HIGHEST_KNOWN))


def handled_fs(abi: int) -> int:
    """All file rights of this ABI: each of them is denied wherever no rule grants it."""
    return sum(bits for since, bits in _FS_SINCE if known(abi) >= since)


def scopes(abi: int) -> int:
    """The scopes of this ABI: no abstract socket and no process outside of the sandbox can be reached or signalled."""
    return SCOPE_ABSTRACT_UNIX_SOCKET | SCOPE_SIGNAL if known(abi) >= 6 else 0


def handled_net(abi: int) -> int:
    """The network rights that this ABI knows (they are handled only when a policy restricts the network)."""
    return BIND_TCP | CONNECT_TCP if known(abi) >= 4 else 0


def port_rules(connect: tuple[int, ...], bind: tuple[int, ...]) -> tuple[tuple[int, int], ...]:
    """Each port with its rights."""
    rights: dict[int, int] = {}
    for ports, right in ((connect, CONNECT_TCP), (bind, BIND_TCP)):
        for port in ports:
            rights[port] = rights.get(port, 0) | right
    return tuple(sorted(rights.items()))


def restrict_flags(abi: int) -> int:
    """Flags of restrict_self: from ABI 7 on, what the confined program is denied leaves an audit record."""
    return LOG_NEW_EXEC_ON if known(abi) >= 7 else 0


def granted(access: str, abi: int, *, folder: bool) -> int:
    """The rights of an access class on a folder or on anything else, masked to the ABI; KeyError if there is none."""
    rights = CLASSES[access] & handled_fs(abi)
    return rights if folder else rights & FILE_MASK


def fs_names(rights: int) -> tuple[str, ...]:
    """File rights in words, lowest bit first."""
    return tuple(name for bit, name in enumerate(FS_NAMES) if rights >> bit & 1)


def scope_names(bits: int) -> tuple[str, ...]:
    """Scopes in words, lowest bit first."""
    return tuple(name for bit, name in enumerate(SCOPE_NAMES) if bits >> bit & 1)
