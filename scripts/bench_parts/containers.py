"""Mode docker against the same `docker run` typed by hand, stops side by side, and what an idle engine is asked.

The first byte: from the request to the first line that the container's program writes. Both ways in turn within every
round, image and flags the same: ours adds the question for the image, the container's id and the watch over it. A stop
of ten containers at once is measured against a stop of one. Idle: questions in a minute in which ten containers run and
nothing happens to them, as a figure for an hour.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from statistics import median
from typing import Any

import trio

from scripts import engine, testbed
from scripts.bench_parts.row import Row
from supervisor import open_supervisor
from supervisor.edges.embed import Stockade

ROUNDS = 9
STOPPED = 10
IDLE_S = 60.0
QUESTIONS_PER_HOUR = 240.0
"""One look beside the stream every 30 s takes two questions."""
FIRST = 'echo \'{"jsonrpc":"2.0","method":"notifications/first"}\'; while read -r line; do :; done'
PATIENT = FIRST.replace("while read -r line; do :; done", "trap 'exit 0' TERM; while :; do sleep 1; done")
FLAGS = (
    "--network", "bridge", "--memory", "512m", "--memory-swap", "512m", "--cpus", "1", "--pids-limit", "256",
    "--cap-drop", "ALL", "--security-opt", "no-new-privileges", "--read-only", "--tmpfs",
    "/tmp:rw,exec,nosuid,nodev,size=64m", "--log-opt", "max-size=100m", "--log-opt", "max-file=3",
)  # fmt: skip
IMAGE = "alpine:3.18"


def rows() -> list[Row]:
    """Measure, where there can be an engine."""
    with engine.prepared(testbed.real_programs()) as found:
        if not found:
            return []
        os.environ["DOCKER_HOST"] = found[engine.VARIABLE]
        with tempfile.TemporaryDirectory(prefix="stockade-bench-") as folder:
            return trio.run(_measure, Path(folder))


async def _measure(folder: Path) -> list[Row]:
    return [await _first_byte(folder / "first"), await _stops(folder / "stops"), await _idle(folder / "idle")]


@asynccontextmanager
async def _opened(folder: Path, script: str, count: int) -> AsyncIterator[Stockade]:
    server = {"command": "sh", "args": ["-c", script], "stockade": {"spares": 0, "lazy": True}}
    config = {
        "isolation": {"mode": "docker", "registry": "docker.io"},
        "mcpServers": {f"s{number}": server for number in range(count)},
    }
    async with open_supervisor(config, state_dir=folder, is_probed=False) as sup:
        yield sup


async def _session(sup: Stockade, name: str, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
    """Open a session, and hold it once the first line has come."""
    async with sup.connect(name) as session:
        await session.stream.receive_some(1)
        task_status.started()
        await trio.sleep_forever()


async def _first_byte(folder: Path) -> Row:
    ours: list[float] = []
    hand: list[float] = []
    async with _opened(folder, FIRST, 1) as sup:
        for number in range(ROUNDS + 1):
            for way in (_ours, _by_hand):
                took = await way(sup)
                if number:  # the first round finds the caches cold
                    (ours if way is _ours else hand).append(took)
    return Row(
        name="docker mode, first byte",
        measured=median(ours) * 1000,
        unit="ms",
        peer="the same `docker run` by hand",
        against=median(hand) * 1000,
        goal=1.1,
        stretch=1.02,
        details=f"{ROUNDS} rounds, alternated",
    )


async def _ours(sup: Stockade) -> float:
    async with trio.open_nursery() as nursery:
        began = time.perf_counter()
        await nursery.start(_session, sup, "s0")
        took = time.perf_counter() - began
        nursery.cancel_scope.cancel()
    await _none_left(sup)
    return took


async def _by_hand(_sup: Stockade) -> float:
    return await trio.to_thread.run_sync(_by_hand_now)


def _by_hand_now() -> float:
    began = time.perf_counter()
    command = ["docker", "run", "--rm", "-i", "--init", "--pull", "never", *FLAGS, IMAGE, "sh", "-c", FIRST]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.read(1)
        took = time.perf_counter() - began
        process.communicate()
    return took


async def _none_left(sup: Stockade) -> None:
    while sup.run.table.live():
        await trio.sleep(0.05)


async def _stops(folder: Path) -> Row:
    took: dict[int, float] = {}
    wrong = 0
    for count in (1, STOPPED):
        async with _opened(folder, PATIENT, count) as sup, trio.open_nursery() as nursery:
            for number in range(count):
                await nursery.start(_session, sup, f"s{number}")
            began = time.perf_counter()
            async with trio.open_nursery() as stops:
                for number in range(count):
                    stops.start_soon(sup.stop, f"s{number}")
            took[count] = time.perf_counter() - began
            wrong += len(sup.run.table.live())
            nursery.cancel_scope.cancel()
    return Row(
        name=f"docker mode, stop of {STOPPED} containers at once",
        measured=took[STOPPED] * 1000,
        unit="ms",
        peer="stop of one",
        against=took[1] * 1000,
        wrong=wrong,
        details="programs that ignore the end of stdin (2 s of grace) and end at SIGTERM; verified gone",
    )


async def _idle(folder: Path) -> Row:
    async with _opened(folder, FIRST, STOPPED) as sup, trio.open_nursery() as nursery:
        for number in range(STOPPED):
            await nursery.start(_session, sup, f"s{number}")
        before = sup.run.engines.questions
        await trio.sleep(IDLE_S)
        asked = sup.run.engines.questions - before
        nursery.cancel_scope.cancel()
    return Row(
        name=f"docker mode, questions to the engine in an idle hour, {STOPPED} containers",
        measured=asked * 3600 / IDLE_S,
        unit="1/h",
        peer="looking once a second: 36000",
        goal=QUESTIONS_PER_HOUR,
        details=f"counted over {IDLE_S:.0f} s; what happens to containers comes as events",
    )


def main() -> Any:
    """Run this part alone."""
    for row in rows():
        print(row.name, row.measured, row.against, row.ratio, row.ok, file=sys.stderr)


if __name__ == "__main__":
    main()
