"""What a plan stands on, to be looked at again in a few microseconds before each start."""

from __future__ import annotations

import os
from typing import NamedTuple


class Mark(NamedTuple):
    """What was at a path; all numbers are 0 if nothing was."""

    path: bytes
    device: int
    inode: int
    changed_ns: int
    """When the folder's entries last changed; 0 if only the folder itself counts."""


def mark(path: bytes, *, entries: bool) -> Mark:
    """What is at this path now, links followed."""
    try:
        seen = os.stat(path)
    except OSError:
        return Mark(path, 0, 0, 0)
    return Mark(path, seen.st_dev, seen.st_ino, seen.st_mtime_ns if entries else 0)


def is_current(seen: Mark) -> bool:
    """Whether the same is there still, with the same entries where they count."""
    return mark(seen.path, entries=seen.changed_ns != 0) == seen
