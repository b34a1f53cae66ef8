"""The effects of looking: all processes of one moment, and by what each of them may be known for ours.

A scan of /proc costs milliseconds, so scans are shared: while one is under way, everybody who asks waits for the next
one (a scan that began before the question may have missed what the question is about), and all of them share that.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import trio
from msgspec import Struct, structs

from supervisor.process.pids import listings
from supervisor.process.procstat import Process, marker_in, parse_stat
from supervisor.process.tag import tag_in
from supervisor.process.words import MARKER

ENVIRON_BYTES = 1024 * 1024
"""As much of an environment as is searched for the marker."""
LIMITS_BYTES = 4096
"""More than /proc/PID/limits has: 16 lines of 80."""
EXEC_S = 0.001
"""Before another look at a process that may be in the midst of an exec."""
EXEC_LOOKS = 50
"""Such looks: on a loaded machine a process can be put aside for tens of milliseconds in the midst of its exec."""
KERNEL_PARENT = 2
"""The pid of kthreadd, the parent of all kernel threads."""


class Snapshot(Struct, frozen=True):
    """All processes of one moment, and the markers and tags of those that are young enough to be ours."""

    processes: dict[int, Process]
    markers: dict[int, str]
    tags: dict[int, int] = {}
    is_whole: bool = True
    """No newborn process had ended before it could be looked at."""


def read_process(pid: int) -> Process | None:
    """One process, None if it is gone (or there is no /proc here)."""
    try:
        with open(f"/proc/{pid}/stat", "rb", buffering=0) as file:
            return parse_stat(file.read(2048) or b"")
    except OSError:
        return None


def read_marker(pid: int) -> str | None:
    """The marker in a process's environment: None if it has none or we may not look, "" if it is in midst of an exec.

    For some microseconds within exec the kernel shows an empty environment, and no place for one. What has the same
    place before and after an empty one was read has really none.
    """
    environ = _read_environ(pid)
    if environ == b"":
        before = read_process(pid)
        environ, after = _read_environ(pid), read_process(pid)
        if before is None or after is None or after.is_dead:
            return None
        if not environ and (not before.environment_end or before.environment_end != after.environment_end):
            return ""
    value = marker_in(environ, MARKER.encode()) if environ else None
    return None if value is None else value.decode("utf-8", "backslashreplace")


def _read_environ(pid: int) -> bytes | None:
    try:
        with open(f"/proc/{pid}/environ", "rb", buffering=0) as file:
            return file.read(ENVIRON_BYTES)
    except OSError:
        return None


def read_tag(pid: int) -> int:
    """The tag of a process, 0 if it has none or is gone. Anybody may look, whoever the process belongs to."""
    try:
        with open(f"/proc/{pid}/limits", "rb", buffering=0) as file:
            return tag_in(file.read(LIMITS_BYTES) or b"")
    except OSError:
        return 0


def scan(since_ticks: int) -> Snapshot:
    """Look at all processes now; markers and tags only of those started at `since_ticks` (since boot) or later. Blocks.

    Both of each: a marker can be forged, by the very process that would rather not be found by its tag.
    """
    snapshot = Snapshot({}, {}, {})
    gone = 0
    for number, pids in enumerate(listings()):
        seen = sum(_look_at(pid, since_ticks, snapshot) for pid in pids)
        gone += len(pids) - seen if number else 0  # in the first there are old ones too, which may end as they please
    _decide(snapshot)
    return structs.replace(snapshot, is_whole=not gone)


def _look_at(pid: int, since_ticks: int, snapshot: Snapshot) -> bool:
    """Whether it was still there."""
    process = read_process(pid)
    if process is None:
        return False
    snapshot.processes[pid] = process
    if process.started < since_ticks or process.parent == KERNEL_PARENT:
        return True
    if tag := read_tag(pid):
        snapshot.tags[pid] = tag
    if process.is_dead:  # a zombie has kept its limits, and shows no environment for ever
        return False
    if (marker := read_marker(pid)) is not None:
        snapshot.markers[pid] = marker
    return True


def _decide(snapshot: Snapshot) -> None:
    """Look again at those that may be in the midst of an exec and have no tag either."""
    for _ in range(EXEC_LOOKS):
        undecided = [pid for pid, marker in snapshot.markers.items() if not marker and pid not in snapshot.tags]
        if not undecided:
            return
        time.sleep(EXEC_S)
        for pid in undecided:
            again = read_marker(pid)
            if again is None:
                del snapshot.markers[pid]
            else:
                snapshot.markers[pid] = again


class Scans:
    """Scans of /proc in a worker thread, shared by all who ask before one begins."""

    def __init__(self, since_ticks: int, *, look: Callable[[int], Snapshot] = scan) -> None:
        self._since_ticks = since_ticks
        self._look = look
        self._begun = 0
        self._done = 0
        self._landed: trio.Event | None = None
        self._latest = Snapshot({}, {}, {})
        self._limiter = trio.CapacityLimiter(1)

    async def snapshot(self) -> Snapshot:
        """A scan that began after this was called."""
        wanted = self._begun + 1
        while self._done < wanted:
            if self._landed is None:
                await self._fly()
            else:
                await self._landed.wait()
        return self._latest

    async def _fly(self) -> None:
        self._begun += 1
        number, landed = self._begun, trio.Event()
        self._landed = landed
        try:
            self._latest = await trio.to_thread.run_sync(self._look, self._since_ticks, limiter=self._limiter)
            self._done = number
        finally:
            self._landed = None
            landed.set()
