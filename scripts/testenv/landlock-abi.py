#!/usr/bin/env python3
"""Run a command under a kernel that seems to have an older Landlock, or none.

    landlock-abi.py 2 CMD...           ABI 2: the version query answers 2, and what ABI 2 did not know (rights, scopes,
                                       longer attributes) is refused as the older kernel does; the rest is enforced
    landlock-abi.py ENOSYS CMD...      a kernel that was built without Landlock
    landlock-abi.py EOPNOTSUPP CMD...  a kernel that has it, not enabled at boot
    landlock-abi.py SHAM CMD...        a kernel that accepts every ruleset and confines nobody: for tests of the probe

How: a seccomp filter on the command. For a number, each landlock_create_ruleset call is handed to this process (user
notification), which answers it or lets it go on; for the rest, the filter answers. Needs no root; x86-64 and arm64.
It cannot show flags of restrict_self, nor what another kernel does beyond the checks of attributes.
Ends with the command's own status; 77 = not possible here.
"""

from __future__ import annotations

import ctypes
import errno
import fcntl
import os
import platform
import socket
import struct
import sys
import threading
from collections.abc import Sequence
from typing import NamedTuple, NoReturn

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
SECCOMP_NUMBERS = {"x86_64": 317, "aarch64": 277}
SET_MODE_FILTER, FLAG_NEW_LISTENER = 1, 8
PR_SET_NO_NEW_PRIVS = 38
RET_NOTIFY, RET_ALLOW, RET_ERRNO = 0x7FC00000, 0x7FFF0000, 0x00050000
LOAD_NUMBER, JUMP_IF_EQUAL, RETURN = 0x20, 0x15, 0x06
NOTIF_RECV, NOTIF_SEND = 0xC0502100, 0xC0182101
NOTIFICATION = struct.Struct("=QIIiIQ6Q")
RESPONSE = struct.Struct("=QqiI")
GO_ON = 1
QUERY_VERSION = 1
NOT_POSSIBLE = 77


class Known(NamedTuple):
    """What a kernel of one ABI knows."""

    fs: int
    net: int
    scopes: int
    attribute_bytes: int


def known(abi: int) -> Known:
    """File rights, network rights, scopes and length of the attributes of an ABI up to 7."""
    fs_bits = 13 if abi < 2 else 14 if abi < 3 else 15 if abi < 5 else 16
    length = 8 if abi < 4 else 16 if abi < 6 else 24
    return Known((1 << fs_bits) - 1, 3 if abi >= 4 else 0, 3 if abi >= 6 else 0, length)


def install(action: int, calls: Sequence[int]) -> int:
    """Filter these calls of the calling process and all that it starts; returns the listener, if there is one."""
    jumps = [(JUMP_IF_EQUAL, len(calls) - row, 0, number) for row, number in enumerate(calls)]
    rows = [(LOAD_NUMBER, 0, 0, 0), *jumps, (RETURN, 0, 0, RET_ALLOW), (RETURN, 0, 0, action)]
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *row) for row in rows))
    program = ctypes.create_string_buffer(struct.pack("HxxxxxxP", len(rows), ctypes.addressof(code)))
    library = ctypes.CDLL(None, use_errno=True)
    library.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    flags = FLAG_NEW_LISTENER if action == RET_NOTIFY else 0
    listener = int(library.syscall(SECCOMP_NUMBERS[platform.machine()], SET_MODE_FILTER, flags, program))
    if listener < 0:
        impossible(f"the filter was refused: {os.strerror(ctypes.get_errno())}")
    return listener


def impossible(reason: str) -> NoReturn:
    """Say why, and end."""
    print(f"SKIP: {reason}", file=sys.stderr)
    os._exit(NOT_POSSIBLE)


def answer(abi: int, pid: int, arguments: Sequence[int]) -> tuple[int, int, int]:
    """Value, negative errno and flags with which a landlock_create_ruleset call is answered."""
    address, size, flags = arguments[0], arguments[1], arguments[2] & 0xFFFFFFFF
    if flags:
        return (abi, 0, 0) if flags == QUERY_VERSION else (0, -errno.EINVAL, 0)
    limits = known(abi)
    with open(f"/proc/{pid}/mem", "rb") as memory:
        memory.seek(address)
        attributes = memory.read(min(size, 24)).ljust(24, b"\0")
    if any(attributes[limits.attribute_bytes :]):
        return 0, -errno.E2BIG, 0
    fs, net, scopes = struct.unpack("3Q", attributes)
    unknown = fs & ~limits.fs or net & ~limits.net or scopes & ~limits.scopes
    return (0, -errno.EINVAL, 0) if unknown else (0, 0, GO_ON)


def serve(listener: int, abi: int) -> None:
    """Answer calls until nobody is left to make any."""
    while True:
        request = bytearray(NOTIFICATION.size)
        try:
            fcntl.ioctl(listener, NOTIF_RECV, request)
            key, pid, _flags, _number, _machine, _pointer, *arguments = NOTIFICATION.unpack(request)
            fcntl.ioctl(listener, NOTIF_SEND, RESPONSE.pack(key, *answer(abi, pid, arguments)))
        except OSError as problem:
            if problem.errno not in (errno.ENOENT, errno.EINTR):  # the caller may be gone already
                return


def run_older(abi: int, command: list[str]) -> int:
    """Run the command with this process as its kernel's stand-in."""
    ours, theirs = socket.socketpair()
    child = os.fork()
    if child == 0:
        listener = install(RET_NOTIFY, (CREATE_RULESET,))
        socket.send_fds(theirs, [b"x"], [listener])
        os.close(listener)
        os.execvp(command[0], command)
    theirs.close()
    listeners = socket.recv_fds(ours, 1, 1)[1]
    if listeners:
        threading.Thread(target=serve, args=(listeners[0], abi), daemon=True).start()
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def main(words: list[str]) -> int:
    """Run what the words say."""
    if platform.machine() not in SECCOMP_NUMBERS:
        impossible("only x86-64 and arm64 are known here")
    match words:
        case [("ENOSYS" | "EOPNOTSUPP") as name, program, *_]:
            install(RET_ERRNO | getattr(errno, name), (CREATE_RULESET, ADD_RULE, RESTRICT_SELF))
            os.execvp(program, words[1:])
        case ["SHAM", program, *_]:
            install(RET_ERRNO, (RESTRICT_SELF,))  # errno 0: it says yes and does nothing
            os.execvp(program, words[1:])
        case [number, _, *_] if number.isdecimal():
            return run_older(int(number), words[1:])
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    code = main(sys.argv[1:])
    sys.exit(code if code >= 0 else 128 - code)
