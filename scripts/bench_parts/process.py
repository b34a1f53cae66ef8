"""Starting and stopping many children, beside what the kernel takes for it.

Start: 300 children through the process table (looked up, three pipes, pidfd, guardian and owners file told) against as
many `os.posix_spawn` in a new session with nothing around them, a few of each in turn. Stop: 100 children by the
ladder, from the first ask until nothing of them is left, none of them stubborn or a part of them deaf to SIGTERM.
Memory: what one child adds to *our* resident size. Figures are medians over the rounds.
"""

from __future__ import annotations

import gc
import os
import resource
import signal
import tempfile
import time
from pathlib import Path
from statistics import median

import trio

from scripts.bench_parts.row import Row
from supervisor.config.specs import Grace
from supervisor.process.child import Child
from supervisor.process.spawn import spawn_plain
from supervisor.process.table import ProcessTable, open_processes
from supervisor.process.words import Command

STARTED = 300
STOPPED = 100
STARTED_AT_ONCE = 10
ROUNDS = 5
GRACE = Grace(stdin_s=0.5, term_s=0.5)
"""Short, so that the stubborn do not make the bench long: what is judged is the time beyond it."""
DESCRIPTORS = 8192
"""Four of ours for each child, and some more."""
PATIENT = ("/bin/cat",)
DEAF = ("/bin/sh", "-c", "trap '' TERM; echo; while :; do sleep 1000; done")
SHARES = (10, 100)
"""Percent of the children that ignore both the end of their input and SIGTERM."""


async def start_many(table: ProcessTable, argv: tuple[str, ...], count: int, tag: str, *, fresh: bool) -> list[Child]:
    """All at once; with `fresh`, each has a command of its own to be looked up, as at the start of a daemon."""
    children: list[Child] = []
    command = Command(argv=argv, env={"PATH": os.defpath}, cwd="/")
    ids = [table.prepare(command) for _ in range(count)] if fresh else [table.prepare(command)] * count

    async def start(number: int) -> None:
        children.append(await table.start(f"{tag}-{number}", ids[number], spawn_plain, grace=GRACE))

    async with trio.open_nursery() as nursery:
        for number in range(count):
            nursery.start_soon(start, number)
    return children


async def stop_many(children: list[Child], *, now: bool = False) -> None:
    """All at once, until nothing of them is left."""
    async with trio.open_nursery() as nursery:
        for child in children:
            nursery.start_soon(stop_one, child, now)


async def stop_one(child: Child, now: bool) -> None:
    """One of many."""
    await child.stop(now=now)


def posix_spawn_some(count: int) -> tuple[float, list[int]]:
    """Seconds for each, with nothing around it, and what was started."""
    began = time.perf_counter()
    pids = [os.posix_spawn("/bin/cat", PATIENT, {}, setsid=True) for _ in range(count)]
    return (time.perf_counter() - began) / count, pids


async def start_row(table: ProcessTable, *, fresh: bool) -> Row:
    """Start, beside posix_spawn, a few of each in turn until there are 300 of ours."""
    taken: list[float] = []
    peer: list[float] = []
    children: list[Child] = []
    pids: list[int] = []
    for number in range(STARTED // STARTED_AT_ONCE):
        took, more = posix_spawn_some(STARTED_AT_ONCE)
        peer.append(took)
        pids += more
        began = time.perf_counter()
        children += await start_many(table, PATIENT, STARTED_AT_ONCE, f"start-{fresh}-{number}", fresh=fresh)
        taken.append((time.perf_counter() - began) / STARTED_AT_ONCE)
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    await stop_many(children, now=True)
    return Row(
        name=f"start 300 children, {'each looked up' if fresh else 'commands known already'}",
        measured=median(taken) * 1e6,
        unit="µs",
        peer="posix_spawn",
        against=median(peer) * 1e6,
        goal=3,
        stretch=1.4,
        details=f"per child, wall clock; {STARTED_AT_ONCE} at once, in turn with as many of the peer's",
    )


async def stop_row(table: ProcessTable, percent: int) -> Row:
    """Stop 100 children of which so many percent are deaf; judged is the time beyond the grace."""
    taken: list[float] = []
    left = 0
    grace_s = GRACE.stdin_s + GRACE.term_s if percent else 0.0
    for number in range(ROUNDS):
        tag = f"stop-{percent}-{number}"
        deaf = await start_many(table, DEAF, STOPPED * percent // 100, f"{tag}-deaf", fresh=False)
        children = await start_many(table, PATIENT, STOPPED - len(deaf), tag, fresh=False)
        for child in deaf:
            await child.stdout.receive_some()
        began = time.perf_counter()
        await stop_many(children + deaf)
        taken.append(time.perf_counter() - began - grace_s)
        left += sum(Path(f"/proc/{child.pid}").exists() for child in children + deaf)
    return Row(
        name=f"stop 100 children, {percent} % stubborn" if percent else "stop 100 children, none stubborn",
        measured=median(taken) * 1e3,
        unit="ms",
        peer="beyond the grace" if percent else "zero",
        goal=250 if percent else 300,
        stretch=100,
        wrong=left,
        details=f"grace {grace_s:g} s, {ROUNDS} rounds; wrong counts processes that were left",
    )


async def memory_row(table: ProcessTable) -> Row:
    """What a child adds to our resident size, kernel side and the child itself not counted."""
    first = await start_many(table, PATIENT, 10, "first", fresh=True)
    gc.collect()
    before = resident_kib()
    children = await start_many(table, PATIENT, STARTED, "memory", fresh=True)
    grown = resident_kib() - before
    await stop_many(first + children, now=True)
    return Row(
        name="memory per supervised child, ours only",
        measured=max(grown, 0) / STARTED,
        unit="KiB",
        peer="–",
        goal=60,
        stretch=20,
        details=f"growth of the resident size over {STARTED} children",
    )


def resident_kib() -> float:
    """The resident size of this process."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1024


async def idle_row(table: ProcessTable) -> Row:
    """How often we wake up for 100 children that do nothing."""
    children = await start_many(table, PATIENT, STOPPED, "idle", fresh=False)
    await trio.sleep(1.0)  # whatever the start has left to do
    counter = _Wakes()
    trio.lowlevel.add_instrument(counter)
    seconds = 2.0
    await trio.sleep(seconds)
    trio.lowlevel.remove_instrument(counter)
    await stop_many(children, now=True)
    return Row(
        name="idle with 100 children, wake-ups",
        measured=max(counter.count - 1, 0) / seconds,
        unit="1/s",
        peer="zero",
        goal=0.2,
        stretch=0,
        details="returns of the event loop from waiting, less the one that ends the measurement",
    )


class _Wakes(trio.abc.Instrument):
    def __init__(self) -> None:
        self.count = 0

    def after_io_wait(self, timeout: float) -> None:  # noqa: ARG002 - the signature of all instruments
        self.count += 1


async def measure() -> list[Row]:
    """All rows, on one table with everything switched on."""
    with tempfile.TemporaryDirectory() as state_dir:
        async with open_processes(state_dir) as table:
            found = [await memory_row(table)]
            found += [await start_row(table, fresh=fresh) for fresh in (True, False)]
            found += [await stop_row(table, percent) for percent in (0, *SHARES)]
            found.append(await idle_row(table))
    return found


def rows() -> list[Row]:
    """The figures of this part."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(DESCRIPTORS, hard)), hard))
    try:
        return trio.run(measure)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def main() -> None:
    """Print the figures."""
    for row in rows():
        ratio = "" if row.ratio is None else f" = {row.ratio:.2f} x"
        print(f"{row.name}: {row.measured:.1f} {row.unit}{ratio}; goal {row.goal}, stretch {row.stretch}")


if __name__ == "__main__":
    main()
