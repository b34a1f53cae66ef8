"""A question to the resolver of the docker command while a negative lives: one sweep of stats, and no fork.

The peer is the bare sweep over the same list of places, done in a worker thread as ours is, so that a dead mount holds
nobody up. The login shell is a program that notes its starts: each one beyond the first is a wrong one.
"""

from __future__ import annotations

import os
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from statistics import median

import trio

from scripts.bench_parts.row import Row
from supervisor.docker_path.actor import actor
from supervisor.docker_path.effects import DockerFinder
from supervisor.docker_path.messages import Absent, Resolve, Resolved
from supervisor.docker_path.places import Search
from supervisor.kernel.actor import leaf_run
from supervisor.kernel.bus import Bus
from supervisor.kernel.specs import Branch, Leaf
from supervisor.kernel.tree import Tree

QUESTIONS = 300
PLACES = tuple(f"/nonexistent/{name}/docker" for name in ("one", "two", "three"))
ASK_LIMIT_S = 30.0


def rows() -> list[Row]:
    """Measure, alternated."""
    with tempfile.TemporaryDirectory(prefix="bench", dir="/tmp") as folder:
        shell = Path(folder) / "shell"
        shell.write_text(f'#!/bin/sh\necho started >> {folder}/starts\nexec /bin/sh "$@"\n')
        shell.chmod(0o755)
        environ = {"HOME": folder, "PATH": "/nonexistent", "SHELL": str(shell)}
        (Path(folder) / ".profile").write_text("PATH=/nonexistent\n")
        ours, bare, found = trio.run(_measured, environ)
        starts = len((Path(folder) / "starts").read_text().splitlines())
    return [
        Row(
            name="resolver, question under a live negative",
            measured=median(ours) * 1e6,
            unit="µs",
            peer="stat sweep in a thread",
            against=median(bare) * 1e6,
            goal=5,
            wrong=found + abs(starts - 1),
            details=f"{QUESTIONS} questions through bus and actor, {starts} start of the login shell",
        )
    ]


async def _measured(environ: dict[str, str]) -> tuple[list[float], list[float], int]:
    """Seconds of each question and of each bare sweep, and how many questions found something."""
    bus = Bus()
    resolver = actor(
        DockerFinder(environ, "linux"), Search(steps=("path", "bundled", "login_shell"), well_known=PLACES)
    )
    tree = Tree(Branch(name="root", children=(Leaf(name="it", run=leaf_run(bus, resolver)),)), bus)
    ours: list[float] = []
    bare: list[float] = []
    async with trio.open_nursery() as nursery:
        nursery.start_soon(tree.run)
        await tree.wait_started()
        answers = [await _ask(bus)]
        for _ in range(QUESTIONS):
            begun = time.perf_counter()
            answers.append(await _ask(bus))
            ours.append(time.perf_counter() - begun)
            begun = time.perf_counter()
            await trio.to_thread.run_sync(_sweep)
            bare.append(time.perf_counter() - begun)
        tree.stop()
    return ours, bare, sum(isinstance(answer, Resolved) for answer in answers)


async def _ask(bus: Bus) -> Resolved | Absent:
    question = Resolve(reply_to="", ref="")
    answer: Resolved | Absent = await bus.ask("root/it", question, Resolved | Absent, timeout_s=ASK_LIMIT_S)
    return answer


def _sweep() -> None:
    for place in PLACES:
        with suppress(OSError):
            os.stat(place)
