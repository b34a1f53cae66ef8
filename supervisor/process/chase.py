"""Catching what forks faster than a scan of /proc looks: a chain in which each process forks the next one and ends.

Whoever is found in such a chain has ended before it is killed. But its successor has a pid that is known before it is
born: the next one. So the newest pids are looked at again and again, some ten thousand times a second, and what is
ours is killed within microseconds of its birth, before it has forked. That ends chains. It does not end a crowd in
which the living replace the killed: only a leaf or a pid namespace does.

The guardian starts from this file too, so it imports nothing that an interpreter has not loaded.
"""

from __future__ import annotations

import os
import signal
import time

from supervisor.process.pids import newest_pid

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

NEWEST = 8
"""So many pids, back from the newest, are looked at: as many as others fork meanwhile, and more."""
SOON_S = 0.02
"""Nobody was caught in that time: there is no chain. One that is put aside for longer holds still for a scan."""
QUIET_S = 0.1
"""So long nobody must have been caught after somebody was."""


def chase(is_theirs: Callable[[int], bool], bound_s: float) -> int:
    """Kill what is theirs as it is born, until nothing is for a while, or for `bound_s` seconds; how many were killed.

    `is_theirs` is asked with a pid, and is quick. Blocks.
    """
    began = time.monotonic()
    until = began + SOON_S
    caught: set[int] = set()
    while (now := time.monotonic()) < min(began + bound_s, until):
        newest = newest_pid()
        for pid in range(newest, max(newest - NEWEST, 1), -1):
            if pid not in caught and is_theirs(pid) and kill(pid, is_theirs):
                caught.add(pid)  # it can be seen for a while yet, as a zombie
                until = now + QUIET_S
    return len(caught)


def kill(pid: int, is_theirs: Callable[[int], bool]) -> bool:
    """SIGKILL to exactly this process: held first, then asked about once more; the pid may be another's by now."""
    try:
        held = os.pidfd_open(pid)
    except OSError:
        return False
    try:
        if not is_theirs(pid):
            return False
        signal.pidfd_send_signal(held, signal.SIGKILL)
    except OSError:
        return False
    else:
        return True
    finally:
        os.close(held)
