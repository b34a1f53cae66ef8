"""The relay of one session beside the direct pipe to the same server: CPU of all processes, and latency.

The peers are as lean as peers can be: the server turns requests into answers with one replacement over all it has read,
the client writes what it has prepared. So what is compared with is the pipe, not somebody's JSON library. Both ways run
alternately; a run's start is taken off by a short run beside the long one. Figures are medians over the rounds.
"""

from __future__ import annotations

import os
import re
import resource
import select
import statistics
import subprocess
import sys
import time
from collections import deque
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from scripts.bench_parts.row import Row

if TYPE_CHECKING:
    from supervisor.relay.guard import Guard

ROOT = Path(__file__).resolve().parents[2]
ME = [sys.executable, "-m", "scripts.bench_parts.relay"]
ROUNDS = 5
CALLS = {100: 100_000, 10_240: 4_000, 1 << 20: 128}
"""Calls of a run, by bytes of a message; a tenth of them where one is in flight."""
GOALS = {100: (5, 2.5), 10_240: (8, 5), 1 << 20: (6, 4)}
"""Goal and stretch of CPU with 64 in flight, by bytes of a message."""
GOALS_P50 = (6, 3.5)
"""The same of the median time of a call, with one in flight and 100 bytes."""
NAMES = {100: "100 B", 10_240: "10 KiB", 1 << 20: "1 MiB"}
METHOD, RESULT = b'"method":"tools/call","params"', b'"result"'
HEAD, MIDDLE, END = b'{"jsonrpc":"2.0","id":', b"," + METHOD + b':{"name":"echo","text":"', b'"}}\n'
FIRST_ID = 10_000_000
"""All ids have eight digits: every message has the same size."""
WRITE_PARTS = 128


class Run(NamedTuple):
    """What a run cost, for all its calls."""

    cpu_s: float
    p50_s: float
    wrong: int


def rows() -> list[Row]:
    """All sizes, with 1, 8 and 64 in flight."""
    return [row for size in CALLS for in_flight in (1, 8, 64) for row in compare(in_flight, size)]


def compare(in_flight: int, size: int, rounds: int = ROUNDS) -> list[Row]:
    """CPU and median time of a call, through the relay and direct."""
    calls = CALLS[size] // (10 if in_flight == 1 else 1)
    theirs: list[Run] = []
    ours: list[Run] = []
    for _ in range(rounds):
        theirs.append(measure([*ME, "serve"], in_flight, size, calls))
        ours.append(measure([*ME, "relay"], in_flight, size, calls))
    name = f"relay, {in_flight} in flight, {NAMES[size]}"
    goal, stretch = GOALS[size] if in_flight == 64 else (None, None)
    goal_p50, stretch_p50 = GOALS_P50 if (in_flight, size) == (1, 100) else (None, None)
    wrong = sum(run.wrong for run in [*ours, *theirs])
    return [
        Row(
            name=f"{name}, CPU", unit="µs", peer="direct pipe", wrong=wrong,
            measured=_median(ours, 0) * 1e6, against=_median(theirs, 0) * 1e6, goal=goal, stretch=stretch,
        ),
        Row(
            name=f"{name}, p50", unit="µs", peer="direct pipe", wrong=wrong,
            measured=_median(ours, 1) * 1e6, against=_median(theirs, 1) * 1e6, goal=goal_p50, stretch=stretch_p50,
        ),
    ]  # fmt: skip


def _median(runs: list[Run], field: int) -> float:
    return statistics.median(run[field] for run in runs)


def measure(command: list[str], in_flight: int, size: int, calls: int) -> Run:
    """One call's share of a long run, beyond what a short one costs."""
    idle, _, _ = one_run(command, in_flight, size, in_flight)
    busy, times, wrong = one_run(command, in_flight, size, calls + in_flight)
    return Run((busy - idle) / calls, statistics.median(times), wrong)


def one_run(command: list[str], in_flight: int, size: int, calls: int) -> tuple[float, list[float], int]:
    """Start, call, end; CPU seconds of all processes, the time of each call, and how many answers were wrong."""
    before = _cpu()
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT)
    assert process.stdin is not None
    assert process.stdout is not None
    load = Load(process.stdin.fileno(), process.stdout.fileno(), in_flight, size)
    load.run(calls)
    process.stdin.close()
    process.wait()
    process.stdout.close()
    return _cpu() - before, load.times, load.wrong(calls)


def _cpu() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in used)


class Load:
    """A client that keeps so many calls in flight and takes the time of each."""

    def __init__(self, to: int, of: int, in_flight: int, size: int) -> None:
        for fileno in (to, of):
            os.set_blocking(fileno, False)
        self.to, self.of, self.in_flight = to, of, in_flight
        self.tail = MIDDLE + b"x" * (size - len(HEAD + MIDDLE + END) - 8) + END
        self.pending: deque[bytes | memoryview] = deque()
        self.sent: deque[float] = deque()
        self.times: list[float] = []
        self.chunks: list[bytes] = []
        self.heard_bytes = 0

    def run(self, calls: int) -> None:
        """Make so many calls."""
        poll = select.poll()
        asked = 0
        while len(self.times) < calls:
            fresh = min(self.in_flight - len(self.sent), calls - asked)
            self._ask(asked, fresh)
            asked += fresh
            self._write()
            poll.register(self.of, select.POLLIN)
            poll.register(self.to, select.POLLOUT if self.pending else 0)
            poll.poll()
            self._read()

    def _ask(self, asked: int, fresh: int) -> None:
        self.sent.extend([time.perf_counter()] * fresh)
        numbers = range(FIRST_ID + asked, FIRST_ID + asked + fresh)
        parts = [part for number in numbers for part in (HEAD + b"%d" % number, self.tail)]
        self.pending.extend(parts if len(self.tail) > 4096 else [b"".join(parts)] if parts else [])

    def _write(self) -> None:
        while self.pending:
            try:
                count = os.writev(self.to, list(islice(self.pending, WRITE_PARTS)))
            except BlockingIOError:
                return
            while count:
                part = self.pending.popleft()
                if count < len(part):
                    self.pending.appendleft(memoryview(part)[count:])
                count -= min(count, len(part))

    def _read(self) -> None:
        try:
            chunk = os.read(self.of, 1 << 20)
        except BlockingIOError:
            return
        if not chunk:
            raise EOFError("the peer ended before its answers")
        now = time.perf_counter()
        self.times += [now - self.sent.popleft() for _ in range(chunk.count(b"\n"))]
        self.heard_bytes += len(chunk)
        if len(self.tail) < 100_000:
            self.chunks.append(chunk)

    def wrong(self, calls: int) -> int:
        """How many answers are missing, doubled or out of order; of huge ones, whether any byte is missing."""
        expected = calls * (len(HEAD) + 8 + len(self.tail) - len(METHOD) + len(RESULT))
        if not self.chunks:
            return int(self.heard_bytes != expected)
        ids = [int(found) for found in re.findall(rb'"id":(\d+)', b"".join(self.chunks))]
        return sum(one != other for one, other in zip(ids, range(FIRST_ID, FIRST_ID + calls), strict=False)) + abs(
            self.heard_bytes - expected
        )


# ------------------------------------------------------------------------------------------------------- the peers


def serve() -> None:
    """A server: answers every request with its own parameters."""
    parts: list[bytes] = []
    while chunk := os.read(0, 1 << 20):
        cut = chunk.rfind(b"\n") + 1
        if not cut:
            parts.append(chunk)
            continue
        answers = memoryview(b"".join([*parts, chunk[:cut]]).replace(METHOD, RESULT))
        parts = [chunk[cut:]]
        while answers:
            answers = answers[os.write(1, answers) :]


def relay(guard: Guard | None = None) -> None:
    """A relay of one session between our own stdin and stdout and the server."""
    import trio

    from supervisor.relay.pump import Client, run_session

    class Only:
        """The one instance there is, and where it comes from."""

        ending = ""

        def __init__(self, process: trio.Process) -> None:
            assert process.stdin is not None
            assert process.stdout is not None
            self.stdin: trio.abc.SendStream = process.stdin
            self.stdout: trio.abc.ReceiveStream = process.stdout
            self.died = trio.Event()

        async def acquire(self) -> Only:
            return self

        def release(self, instance: object, problem: object) -> None:
            pass

        def absence(self) -> None:
            return None

    async def main() -> None:
        process = await trio.lowlevel.open_process([*ME, "serve"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        client = Client(trio.lowlevel.FdStream(os.dup(0)), trio.lowlevel.FdStream(os.dup(1)))
        await run_session("bench", client, Only(process), guard=guard)
        await process.wait()

    trio.run(main)


if __name__ == "__main__":
    {"serve": serve, "relay": relay}[sys.argv[1]]()
