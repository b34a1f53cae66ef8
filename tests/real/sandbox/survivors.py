"""Who of what an attacker left behind is still there: whoever holds the lock on a file of its `survivors` folder."""

from __future__ import annotations

import contextlib
import fcntl
import glob
import os
import signal
import time
from pathlib import Path

from real.sandbox.attacks.lifecycle import ENOUGH

PAUSE_S = 0.02


def alive(folder: Path) -> set[str]:
    """Names of those that live."""
    return {path.name for path in folder.iterdir() if path.is_file() and _is_locked(path)}


def wait_until_gone(folder: Path, limit_s: float) -> set[str]:
    """Wait until none is left, at most so long; who is left then."""
    deadline = time.monotonic() + limit_s
    while (left := alive(folder)) and time.monotonic() < deadline:
        time.sleep(PAUSE_S)
    return left


def end(folder: Path) -> None:
    """Kill everything that holds one of the files open, until nothing does."""
    (folder / ENOUGH).touch()
    for _ in range(100):
        if not alive(folder):
            return
        files = {_identity(path.stat()) for path in folder.iterdir() if path.is_file()}
        for pid in (int(name) for name in os.listdir("/proc") if name.isdecimal()):
            if pid != os.getpid() and _holds(pid, files):
                with contextlib.suppress(OSError):
                    os.kill(pid, signal.SIGKILL)
    raise TimeoutError(f"{alive(folder)} cannot be ended")


def dead_children(session: int) -> list[int]:
    """Children of this process that are dead and were not collected, of one session."""
    found = []
    for name in os.listdir("/proc"):
        with contextlib.suppress(OSError, ValueError):
            state, parent, _group, theirs = Path("/proc", name, "stat").read_text().rpartition(")")[2].split()[:4]
            if (state, int(parent), int(theirs)) == ("Z", os.getpid(), session):
                found.append(int(name))
    return found


def _is_locked(path: Path) -> bool:
    descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def _holds(pid: int, files: set[tuple[int, int]]) -> bool:
    # By thread: a process whose first one has ended shows nothing of its own.
    for folder in glob.iglob(f"/proc/{pid}/task/*/fd/*"):
        with contextlib.suppress(OSError):
            if _identity(os.stat(folder)) in files:
                return True
    return False


def _identity(found: os.stat_result) -> tuple[int, int]:
    return found.st_dev, found.st_ino
