"""Leaves as folders: one cgroup for each instance, below the subtree that is ours. What is done to one by name.

For whoever has nothing but the path: the guardian and the sweep, and `leaf` for those of living children. Everything
here answers for a leaf that is gone as for one that is empty. The guardian starts from this file too, so it imports
nothing that an interpreter has not loaded.
"""

from __future__ import annotations

import os
import signal

PREFIX = "stockade-"


def name_of(token: str, number: int) -> str:
    """The name of an instance's leaf; it says whose it is, because a subtree can be shared by several tables."""
    return f"{PREFIX}{token}-{number}"


def leaves_of(subtree: str, token: str) -> list[str]:
    """The leaves of one table, as paths; none if the subtree is gone or "" (there is none)."""
    try:
        names = os.listdir(subtree) if subtree and token else []
    except OSError:
        return []
    return [f"{subtree}/{name}" for name in names if name.startswith(f"{PREFIX}{token}-")]


def members(leaf: str) -> set[int]:
    """The pids of all that live in it and in what was made below it; a zombie is in none."""
    pids: set[int] = set()
    for folder, _, _ in os.walk(leaf):
        pids.update(int(word) for word in _read(f"{folder}/cgroup.procs").split())
    pids.discard(0)  # somebody in a pid namespace that we cannot see into
    return pids


def kill(leaf: str) -> None:
    """SIGKILL to all in it at once, whoever they belong to; before Linux 5.14 to each, held still meanwhile."""
    if not _write(f"{leaf}/cgroup.kill", b"1") and os.path.isdir(leaf):
        kill_each(leaf)


def kill_each(leaf: str) -> None:
    """SIGKILL to each: frozen first, so that none of them forks away from under the hand (Linux 5.2).

    A member is held by its descriptor and looked for once more before it is killed: its pid is not somebody else's.
    """
    _write(f"{leaf}/cgroup.freeze", b"1")
    held: dict[int, int] = {}
    try:
        for pid in members(leaf):
            try:
                held[pid] = os.pidfd_open(pid)
            except OSError:
                continue
        for pid in members(leaf) & held.keys():
            try:
                signal.pidfd_send_signal(held[pid], signal.SIGKILL)
            except OSError:
                continue
    finally:
        for fd in held.values():
            os.close(fd)


def remove(leaf: str) -> bool:
    """Remove it and what was made below it; False if something still lives there."""
    for folder in [*(folder for folder, _, _ in os.walk(leaf, topdown=False)), leaf]:
        try:
            os.rmdir(folder)
        except FileNotFoundError:
            continue
        except OSError:
            return False
    return True


def _read(path: str) -> bytes:
    try:
        with open(path, "rb", buffering=0) as file:
            return file.readall()
    except OSError:
        return b""


def _write(path: str, text: bytes) -> bool:
    try:
        fd = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        os.write(fd, text)
    except OSError:
        return False
    else:
        return True
    finally:
        os.close(fd)
