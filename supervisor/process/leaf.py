"""The leaf of one instance: a cgroup that everything of it is born into and cannot leave by forking.

Its end is told by the kernel: `cgroup.events` says `populated 0` when nothing lives in it any more, and a change of
that file is an exceptional condition on its descriptor (EPOLLPRI). trio waits for readability only; the epoll that
watches for the condition becomes readable itself.
"""

from __future__ import annotations

import os
import select
from collections.abc import Mapping

import trio

from supervisor.process import leaves
from supervisor.process.cgroup import value_in

EMPTY_S = 1.0
"""For the killed to be gone: an exit takes milliseconds. Who is stuck in the kernel is a survivor."""
EVENTS_BYTES = 4096
"""More than any of the event files has."""


class Leaf:
    """One leaf, which the subtree makes, or an earlier owner has left."""

    def __init__(self, path: str, *, held: tuple[str, ...] = (), missing: Mapping[str, str] | None = None) -> None:
        self.path = path
        self.held = held
        """Limits that it holds the whole tree to."""
        self.missing = missing or {}
        """Limits that it does not hold, with the reason."""

    def open_procs(self) -> int:
        """A descriptor by which a process puts itself into the leaf, by writing `0`. Raises: OSError."""
        return os.open(f"{self.path}/cgroup.procs", os.O_WRONLY | os.O_CLOEXEC)

    def members(self) -> set[int]:
        """All that live in it."""
        return leaves.members(self.path)

    def kill(self) -> None:
        """SIGKILL to all in it at once; they need a moment to be gone."""
        leaves.kill(self.path)

    def oom_kills(self) -> int:
        """How many of its processes the kernel has killed because the leaf was over its memory limit."""
        return value_in(self._read("memory.events"), "oom_kill")

    async def dispose(self) -> bool:
        """End what is left in it, at once, and remove it; False if something could not be ended in time."""
        if leaves.remove(self.path):
            return True
        self.kill()
        with trio.move_on_after(EMPTY_S):
            await self.emptied()
        return leaves.remove(self.path)

    async def emptied(self) -> None:
        """Wait until nothing lives in it."""
        try:
            fd = os.open(f"{self.path}/cgroup.events", os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            return  # it is gone
        try:
            with select.epoll() as changes:
                changes.register(fd, select.EPOLLPRI)
                while value_in(os.pread(fd, EVENTS_BYTES, 0).decode(), "populated"):
                    await trio.lowlevel.wait_readable(changes.fileno())
        finally:
            os.close(fd)

    def _read(self, name: str) -> str:
        try:
            with open(f"{self.path}/{name}", encoding="ascii") as file:
                return file.read()
        except OSError:
            return ""
