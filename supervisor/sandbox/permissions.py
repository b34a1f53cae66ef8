"""Which file on the way to a path refuses a user by its own mode bits, whatever a sandbox says. Pure.

As the kernel decides for a process without capabilities, which every sandboxed server is, one of root's too. Access
control lists are not looked at: they may allow more than what is said here.
"""

from __future__ import annotations

import stat
from collections.abc import Sequence
from typing import NamedTuple

from supervisor.sandbox.phrases import Action

_BITS: dict[Action, int] = {"read": 4, "write": 2, "execute": 1}


class Step(NamedTuple):
    """A file or folder on the way; the last one is the path itself, or the last that is there."""

    path: str
    mode: int
    uid: int
    gid: int


class Who(NamedTuple):
    """A user, as far as files are concerned."""

    uid: int
    groups: frozenset[int]


def obstacle(way: Sequence[Step], who: Who, action: Action, *, is_whole: bool) -> str:
    """What refuses, in words; empty if nothing does. `is_whole`: the path itself is there, and is the last step."""
    for number, step in enumerate(way):
        is_last = number == len(way) - 1
        wanted = 1 if not is_last else _BITS.get(action, 0) if is_whole else 3 if action == "write" else 1
        if is_last and is_whole and stat.S_ISDIR(step.mode) and wanted:
            wanted |= 1  # a folder is of no use without passing through it
        if wanted & ~_bits(step, who):
            kind = "folder" if stat.S_ISDIR(step.mode) else "file"
            return f"the {kind} {step.path} has mode {stat.S_IMODE(step.mode):04o} and belongs to user {step.uid}"
    return ""


def _bits(step: Step, who: Who) -> int:
    if step.uid == who.uid:
        return step.mode >> 6 & 7
    return step.mode >> 3 & 7 if step.gid in who.groups else step.mode & 7
