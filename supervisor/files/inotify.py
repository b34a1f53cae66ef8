"""Changes in folders, told by the kernel (inotify(7)): costs nothing while nothing happens."""

from __future__ import annotations

import os
import struct
from collections.abc import Iterable
from contextlib import suppress

import trio

ATTRIB, CLOSE_WRITE, MOVED_FROM, MOVED_TO, CREATE, DELETE = 0x4, 0x8, 0x40, 0x80, 0x100, 0x200
DELETE_SELF, MOVE_SELF = 0x400, 0x800
"""As <sys/inotify.h> has them, without their IN_."""
_HEAD = struct.Struct("iIII")
"""One event: watch, what, cookie, length of the name that follows."""
_CHUNK_BYTES = 65536


def watch(folders: Iterable[str], changes: int) -> int:
    """A descriptor that becomes readable when something in the folders changes; -1 if there is no such thing.

    It blocks as long as the file system does.
    """
    import ctypes

    try:
        libc = ctypes.CDLL(None, use_errno=True)
        fd = int(libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC))
    except (OSError, AttributeError):  # another system
        return -1
    if fd >= 0 and any(libc.inotify_add_watch(fd, os.fsencode(folder), changes) < 0 for folder in folders):
        os.close(fd)
        return -1
    return fd


async def something_happens(fd: int, names: Iterable[str]) -> None:
    """Return when something of one of these names, or one of the folders itself, changes."""
    wanted = {b"", *map(os.fsencode, names)}
    while True:
        await trio.lowlevel.wait_readable(fd)
        with suppress(OSError):
            if any(one in wanted for one in _names(os.read(fd, _CHUNK_BYTES))):
                return


def _names(events: bytes) -> list[bytes]:
    """The names in what was read; the folder's own, and a note that some were lost, is empty."""
    found, at = [], 0
    while at + _HEAD.size <= len(events):
        _, _, _, length = _HEAD.unpack_from(events, at)
        at += _HEAD.size
        found.append(events[at : at + length].rstrip(b"\0"))
        at += length
    return found
