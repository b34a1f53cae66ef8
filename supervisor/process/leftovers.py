"""The effects on what outlives its leader: finding it in /proc, and ending it.

A scan of /proc costs milliseconds, so scans are shared: while one is under way, everybody who asks waits for the next
one (a scan that began before the question may have missed what the question is about), and all of them share that.

**What it cannot see.** A process belongs to a child if it is in the child's session, descends from a process
that does, or carries the child's marker in its environment (that finds what has daemonised itself: setsid and two
forks). A process that daemonises itself *and* has replaced its environment, or runs as a user whose /proc/PID/environ
we may not read, is not found; only a pid namespace or a cgroup holds that one.
"""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Awaitable, Callable

import trio
from msgspec import Struct

from supervisor.process.procstat import Process, family, marker_in, parse_stat
from supervisor.process.rungs import LEFTOVERS_KILL_S, LEFTOVERS_ROUNDS, LEFTOVERS_TERM_S
from supervisor.process.words import MARKER, Leftovers

ENVIRON_BYTES = 1024 * 1024
"""As much of an environment as is searched for the marker."""


EXEC_S = 0.001
"""Before another look at a process that may be in the midst of an exec."""
EXEC_LOOKS = 50
"""Such looks: on a loaded machine a process can be put aside for tens of milliseconds in the midst of its exec."""
LISTINGS = 5
"""Listings of /proc in one scan at the most: each has only those in it that were forked during the one before."""
KERNEL_PARENT = 2
"""The pid of kthreadd, the parent of all kernel threads."""


GROUP_PAUSE_S = 0.02
"""Between two looks at a group, where the system offers nothing to wait for."""


class Snapshot(Struct, frozen=True):
    """All processes of one moment, and the markers of those that are young enough to be ours."""

    processes: dict[int, Process]
    markers: dict[int, str]


def read_process(pid: int) -> Process | None:
    """One process, None if it is gone (or there is no /proc here)."""
    try:
        with open(f"/proc/{pid}/stat", "rb", buffering=0) as file:
            return parse_stat(file.read(2048) or b"")
    except OSError:
        return None


def read_marker(pid: int) -> str | None:
    """The marker in a process's environment: None if it has none or we may not look, "" if it is in midst of an exec.

    For some microseconds within exec the kernel shows an empty environment; one that stays empty shows the same.
    """
    try:
        with open(f"/proc/{pid}/environ", "rb", buffering=0) as file:
            environ = file.read(ENVIRON_BYTES)
    except OSError:
        return None
    value = marker_in(environ, MARKER.encode()) if environ else b""
    return None if value is None else value.decode("utf-8", "backslashreplace")


def scan(since_ticks: int) -> Snapshot:
    """Look at all processes now; markers only of those started at `since_ticks` (since boot) or later. Blocks.

    A process that was forked while the scan ran, by one that ended before it was looked at, is in a later listing only:
    so /proc is listed again until there is nobody new in it.
    """
    snapshot = Snapshot({}, {})
    seen: set[str] = set()
    for _ in range(LISTINGS):
        fresh = [name for name in _listed() if name not in seen]
        if not fresh:
            break
        seen.update(fresh)
        for name in fresh:
            _look_at(int(name), since_ticks, snapshot)
    _decide(snapshot)
    return snapshot


def _listed() -> list[str]:
    try:
        return [name for name in os.listdir("/proc") if name.isdigit()]
    except OSError:
        return []


def _look_at(pid: int, since_ticks: int, snapshot: Snapshot) -> None:
    process = read_process(pid)
    if process is None:
        return
    snapshot.processes[pid] = process
    if process.started >= since_ticks and (marker := read_marker(pid)) is not None:
        snapshot.markers[pid] = marker


def _decide(snapshot: Snapshot) -> None:
    """Look again at those that may be in the midst of an exec; kernel threads and zombies show nothing for ever."""
    for _ in range(EXEC_LOOKS):
        undecided = [
            pid
            for pid, marker in snapshot.markers.items()
            if not marker and snapshot.processes[pid].parent != KERNEL_PARENT and not snapshot.processes[pid].is_dead
        ]
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
        self._latest = Snapshot({}, {})
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


Search = Callable[[], Awaitable[list[Process]]]
"""Finds what is to be ended, anew at each call."""


def search_of(scans: Scans, leader: int, marker: str) -> Search:
    """The search for everything of one child but its leader."""

    async def search() -> list[Process]:
        snapshot = await scans.snapshot()
        marked = {pid for pid, value in snapshot.markers.items() if value == marker}
        return [p for p in family(snapshot.processes, {leader}, marked) if p.pid not in {leader, os.getpid()}]

    return search


async def end_all(search: Search, *, polite: trio.CancelScope) -> Leftovers:
    """End all that the search finds, SIGTERM first unless `polite` is cancelled, until it finds nothing; bounded."""
    seen: set[tuple[int, int]] = set()
    found = await search()
    for number in range(LEFTOVERS_ROUNDS):
        if not found:
            break
        seen |= {(process.pid, process.started) for process in found}
        if number == 0 and not polite.cancel_called:
            with polite:
                await _end(found, signal.SIGTERM, LEFTOVERS_TERM_S)
        else:
            await _end(found, signal.SIGKILL, LEFTOVERS_KILL_S)
        found = await search()
    pids = tuple(sorted(process.pid for process in found))
    return Leftovers(len(seen) - len(pids), len(pids), pids)


async def end_group(group: int) -> Leftovers:
    """Where there is no /proc: end whatever is in the group, without knowing what that is; bounded."""
    for number, patience_s in ((signal.SIGTERM, LEFTOVERS_TERM_S), (signal.SIGKILL, LEFTOVERS_KILL_S)):
        try:
            os.killpg(group, number)
            with trio.move_on_after(patience_s):
                while True:
                    await trio.sleep(GROUP_PAUSE_S)
                    os.killpg(group, 0)
        except OSError:
            return Leftovers()
    return Leftovers(survivors=1)


async def _end(found: list[Process], number: signal.Signals, patience_s: float) -> None:
    """Signal each and wait until it is dead, or the patience is over."""
    fds: list[int] = []
    try:
        for process in found:
            fd = open_pidfd(process)
            if fd is not None:
                fds.append(fd)
                _signal(fd, number)
        with trio.move_on_after(patience_s):
            for fd in fds:
                await trio.lowlevel.wait_readable(fd)
    finally:
        for fd in fds:
            os.close(fd)


def open_pidfd(process: Process) -> int | None:
    """A descriptor of exactly this process, None if it is gone (or its pid is already somebody else's)."""
    try:
        fd = os.pidfd_open(process.pid)
    except OSError:
        return None
    now = read_process(process.pid)
    if now is not None and now.started == process.started:
        return fd
    os.close(fd)
    return None


def _signal(fd: int, number: signal.Signals) -> None:
    with contextlib.suppress(OSError):  # gone meanwhile, or not ours to signal: the next scan tells
        signal.pidfd_send_signal(fd, number)
        if number == signal.SIGTERM:
            signal.pidfd_send_signal(fd, signal.SIGCONT)  # a stopped process would not hear the SIGTERM
