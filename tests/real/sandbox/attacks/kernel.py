"""Raw system calls, for what Python has no word for; by number, so that an old C library does not matter."""

from __future__ import annotations

import ctypes
import os
import platform
import signal
import struct
import time

from real.sandbox.attacks.numbers import NUMBERS
from real.sandbox.attacks.world import NotHereError

AT_FDCWD = -100
CLONE_NEWNS, CLONE_NEWUTS, CLONE_NEWIPC = 0x00020000, 0x04000000, 0x08000000
CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET = 0x10000000, 0x20000000, 0x40000000
CLONE_PARENT = 0x8000

_C_LIBRARY = ctypes.CDLL(None, use_errno=True)
_C_LIBRARY.syscall.restype = ctypes.c_long

Argument = int | bytes | ctypes.Array[ctypes.c_char]


def call(name: str, *arguments: Argument) -> int:
    """One system call; raises OSError, and NotHereError where this kernel has no such call."""
    number = NUMBERS.get(platform.machine(), {}).get(name)
    if number is None:
        raise NotHereError(f"{name} on {platform.machine()}")
    result = int(_C_LIBRARY.syscall(ctypes.c_long(number), *map(_plain, arguments)))
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{name}: {os.strerror(code)}")
    return result


def _plain(argument: Argument) -> object:
    return ctypes.c_long(argument) if isinstance(argument, int) else argument


def memory(address: int, length: int) -> bytes:
    """What is mapped there."""
    return ctypes.string_at(address, length)


def own_namespaces(flags: int) -> None:
    """Enter new namespaces within a new user namespace, as root of it."""
    uid, gid = os.getuid(), os.getgid()
    call("unshare", CLONE_NEWUSER | flags)
    for name, text in (("setgroups", "deny"), ("uid_map", f"0 {uid} 1"), ("gid_map", f"0 {gid} 1")):
        with open(f"/proc/self/{name}", "w") as file:
            file.write(text)


def die_after(seconds: int) -> None:
    """Have the kernel kill this process then, whatever state it is in."""
    event, timer = struct.pack("QiiQ40x", 0, signal.SIGKILL, 0, 0), ctypes.create_string_buffer(8)
    call("timer_create", time.CLOCK_MONOTONIC, event, timer)
    identity = int.from_bytes(timer.raw[:4], "little")
    call("timer_settime", identity, 0, struct.pack("4q", 0, 0, seconds, 0), 0)
