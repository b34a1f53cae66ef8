"""What it costs that a session's definitions are judged: for all other messages, and for a list itself.

The same relay with the real ledger as its guard and without one, run alternately. Calls are those of the part `relay`,
with nothing withheld and with something withheld (then each call is read for the tool it names). A list is of 30 tools
with four parameters each; asked for again, it is known by its digests. Of calls the cheapest round of either side
counts, since whatever else the machine does only adds; of lists, the median.
"""

from __future__ import annotations

import json
import os
import select
import statistics
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from scripts.bench_parts import relay
from scripts.bench_parts.relay import ROOT, Run, measure
from scripts.bench_parts.row import Row

if TYPE_CHECKING:
    from supervisor.scan.effects import Ledger

ME = [sys.executable, "-m", "scripts.bench_parts.guard"]
ROUNDS = 9
GOAL, STRETCH = 1.05, 1.02
"""Of the CPU without a guard: less than what two runs of the same differ by."""
TOOLS = 30
LISTS = 200
LIST_ROUNDS = 3


def rows() -> list[Row]:
    """Calls with 1 and with 64 in flight, and lists."""
    found = [_calls(1, "guarded", "nothing withheld"), _calls(64, "guarded", "nothing withheld")]
    return [*found, _calls(64, "withholding", "one tool withheld"), *_lists()]


def _calls(in_flight: int, mode: str, state: str) -> Row:
    calls = relay.CALLS[100] // (10 if in_flight == 1 else 1)
    plain: list[Run] = []
    ours: list[Run] = []
    for number in range(ROUNDS):
        pair = [(plain, "plain"), (ours, mode)]
        for runs, what in pair if number % 2 else reversed(pair):
            runs.append(measure([*ME, what], in_flight, 100, calls))
    is_judged = mode == "guarded"
    ratios = sorted(one.cpu_s / other.cpu_s for one, other in zip(ours, plain, strict=True))
    return Row(
        name=f"guard, {in_flight} in flight, 100 B, {state}, CPU", unit="µs", peer="relay without a guard",
        measured=min(run.cpu_s for run in ours) * 1e6,
        against=min(run.cpu_s for run in plain) * 1e6,
        goal=GOAL if is_judged else None, stretch=STRETCH if is_judged else None,
        wrong=sum(run.wrong for run in [*ours, *plain]),
        details=f"the cheapest of {ROUNDS} rounds; ratios of single rounds {ratios[0]:.3f} to {ratios[-1]:.3f}",
    )  # fmt: skip


# --------------------------------------------------------------------------------------------------------------- lists


def _lists() -> list[Row]:
    firsts: dict[str, list[float]] = {"plain": [], "guarded": []}
    agains: dict[str, list[float]] = {"plain": [], "guarded": []}
    wrong = 0
    for _ in range(LIST_ROUNDS):
        for mode in ("plain", "guarded"):
            times, missing = _list_run(mode)
            firsts[mode].append(times[0])
            agains[mode].append(statistics.median(times[1:]))
            wrong += missing
    return [
        Row(
            name=f"guard, tools/list of {TOOLS}, {which}", unit="ms", peer="relay without a guard", wrong=wrong,
            measured=statistics.median(times["guarded"]) * 1e3, against=statistics.median(times["plain"]) * 1e3,
            details=details,
        )
        for which, times, details in (
            ("first", firsts, "with the import of the engine, the store and its first write"),
            ("again", agains, "p50; what is known by its digest is not looked at again"),
        )
    ]  # fmt: skip


def _list_run(mode: str) -> tuple[list[float], int]:
    """The time of each list, and how many answers had not all tools."""
    process = subprocess.Popen([*ME, mode, "lists"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT)
    assert process.stdin is not None
    assert process.stdout is not None
    times: list[float] = []
    wrong = 0
    _ask(process, 0, "ping")  # the peers are up
    for number in range(1, LISTS):
        began = time.perf_counter()
        answer = _ask(process, number, "tools/list")
        times.append(time.perf_counter() - began)
        wrong += len(json.loads(answer)["result"]["tools"]) != TOOLS
    process.stdin.close()
    process.wait()
    process.stdout.close()
    return times, wrong


def _ask(process: subprocess.Popen[bytes], number: int, method: str) -> bytes:
    assert process.stdin is not None
    assert process.stdout is not None
    os.write(process.stdin.fileno(), b'{"jsonrpc":"2.0","id":%d,"method":"%b"}\n' % (number, method.encode()))
    parts: list[bytes] = []
    while not parts or not parts[-1].endswith(b"\n"):
        assert select.select([process.stdout], [], [], 60)[0], "no answer"
        parts.append(os.read(process.stdout.fileno(), 1 << 20))
    return b"".join(parts)


def tools() -> list[dict[str, object]]:
    """Definitions of ordinary size, no two alike."""
    names = ("path", "pattern", "limit", "encoding")
    schema = {
        "type": "object",
        "properties": {
            name: {"type": "string", "description": f"The {name} that the files are looked up with."} for name in names
        },
        "required": ["path"],
    }
    text = "Lists the files below a folder whose names match a pattern, newest first, with their sizes"
    return [
        {"name": f"list_files_{number}", "description": f"{text}, {number} at a time.", "inputSchema": schema}
        for number in range(TOOLS)
    ]


def serve_lists() -> None:
    """A server that answers everything with its tools."""
    result = json.dumps({"tools": tools()}).encode()
    for line in sys.stdin.buffer:
        answer = b'{"jsonrpc":"2.0","id":%d,"result":%b}\n' % (json.loads(line)["id"], result)
        view = memoryview(answer)
        while view:
            view = view[os.write(1, view) :]


def ledger(folder: str) -> Ledger:
    """The real guard, with pins in a folder of its own."""
    from supervisor.scan.effects import Ledger
    from supervisor.scan.trust.store import Store
    from supervisor.scan.words import Terms

    return Ledger({"bench": Terms()}, partial(Store, Path(folder), None), lambda _event: None)


def main(mode: str, what: str = "calls") -> None:
    """One relay: `plain`, `guarded` or `withholding`."""
    from supervisor.scan.words import Withheld

    if mode == "serve":
        serve_lists()
        return
    if what == "lists":
        relay.ME[:] = ME
    with tempfile.TemporaryDirectory() as folder:
        guard = None if mode == "plain" else ledger(folder)
        if guard is not None and mode == "withholding":
            other = Withheld(kind="tool", name="other", reason="rejected")
            guard.book("bench").withheld = {("tool", "other"): other}
        relay.relay(guard)


if __name__ == "__main__":
    main(*sys.argv[1:])
