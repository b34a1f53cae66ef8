"""The effects on what outlives its leader: finding it, and ending it.

A process belongs to a child if it is in the child's session, descends from a process that does, or is known by the
child's marker, tag or leaf (`track`). **What none of them sees:** in mode none, a process that has daemonised itself,
replaced its environment *and* lowered its tag, where no cgroup is ours; in every mode, what somebody else starts on a
server's behalf (a service manager, cron, a container engine).
"""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Awaitable, Callable
from typing import Protocol

import trio
from msgspec import Struct

from supervisor.process.chase import chase
from supervisor.process.pidfd import collect
from supervisor.process.procstat import Process, family
from supervisor.process.rungs import CHASE_S, CHASED_ROUNDS, LEFTOVERS_KILL_S, LEFTOVERS_ROUNDS, LEFTOVERS_TERM_S
from supervisor.process.scan import Scans, read_process
from supervisor.process.track import Track
from supervisor.process.words import Leftovers

GROUP_PAUSE_S = 0.02
"""Between two looks at a group, where the system offers nothing to wait for."""


class Quarry(Protocol):
    """What is to be ended, for what is faster than a search."""

    def kill(self) -> None:
        """SIGKILL at once to all that can be named at once: what lives in a leaf."""
        ...

    def owns(self, pid: int) -> bool:
        """Whether this process is part of it, as far as a quick look can tell."""
        ...


class Sight(Struct, frozen=True):
    """What a search has found."""

    processes: list[Process]
    is_whole: bool = True
    """Nobody had ended before it could be looked at; if not, nothing found does not mean that nothing is there."""


Search = Callable[[], Awaitable[Sight]]
"""Finds what is to be ended, anew at each call."""


def search_of(scans: Scans, leader: int, track: Track) -> Search:
    """The search for everything of one child but its leader.

    What a child has made a child of ours (CLONE_PARENT) nobody waits for, so what is dead of that is collected here.
    """

    async def search() -> Sight:
        snapshot = await scans.snapshot()
        seen = track.seen_in(snapshot)
        for pid in seen - {leader}:
            process = snapshot.processes.get(pid)
            if process is not None and process.is_dead and process.parent == os.getpid():
                collect(pid)
        theirs = family(snapshot.processes, {leader}, seen)
        return Sight([process for process in theirs if process.pid not in {leader, os.getpid()}], snapshot.is_whole)

    return search


async def end_all(search: Search, quarry: Quarry, *, polite: trio.CancelScope) -> Leftovers:
    """End all that the search finds, SIGTERM first unless `polite` is cancelled, until it finds nothing; bounded."""
    ended: set[tuple[int, int]] = set()
    sight = await search()
    for number in range(LEFTOVERS_ROUNDS):
        if not sight.processes and (sight.is_whole or not await _chase(quarry)):
            break
        ended |= {(process.pid, process.started) for process in sight.processes}
        if number == 0 and not polite.cancel_called:
            with polite:
                await _end(sight.processes, signal.SIGTERM, LEFTOVERS_TERM_S)
        else:
            quarry.kill()
            await _end(sight.processes, signal.SIGKILL, LEFTOVERS_KILL_S)
        if number >= LEFTOVERS_ROUNDS - CHASED_ROUNDS:
            await _chase(quarry)
        sight = await search()
    pids = tuple(sorted(process.pid for process in sight.processes))
    return Leftovers(len(ended) - len(pids), len(pids), pids)


async def _chase(quarry: Quarry) -> int:
    return await trio.to_thread.run_sync(chase, quarry.owns, CHASE_S)


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
