"""The effects of listing processes: which pids there are, and which have come meanwhile.

The guardian starts from this file too, so it imports nothing that an interpreter has not loaded.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

LISTINGS = 5
"""Listings of /proc for one look at the most: each has only those in it that were forked during the one before."""


def listings() -> Iterator[list[int]]:
    """List of pids, and again those that are new since, until there is nobody new; nothing where there is no /proc.

    A process that was forked while the others were looked at, by one that ended before it was looked at, is in a later
    listing only.
    """
    seen: set[str] = set()
    for _ in range(LISTINGS):
        fresh = [name for name in _names() if name not in seen]
        if not fresh:
            return
        seen.update(fresh)
        yield [int(name) for name in fresh]


def newest_pid() -> int:
    """The pid that was given out last, in our pid namespace; 0 where there is no /proc."""
    try:
        with open("/proc/loadavg", "rb", buffering=0) as file:
            return int(file.read(100).split()[-1])
    except OSError:
        return 0


def _names() -> list[str]:
    try:
        return [name for name in os.listdir("/proc") if name.isdigit()]
    except OSError:
        return []
