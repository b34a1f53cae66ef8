"""After kill -9 of the owner nothing is left of its containers, whatever the servers in them ignore."""

from __future__ import annotations

import json
import os
import secrets
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
import trio
from fakes.process import PATH, is_alive, read_line, with_variable
from real.docker.engines import Cli
from real.docker.runs import IGNORES_BOTH, IGNORES_EOF, IGNORES_TERM, POLITE, Run, come_true

pytestmark = [pytest.mark.real, pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")]

ROOT = Path(__file__).parents[3]
OWNER = ROOT / "tests" / "process" / "killed_carrier.py"
PACKAGES = Path(trio.__file__).parents[1]
KINDS = [POLITE, IGNORES_EOF, IGNORES_TERM, IGNORES_BOTH]


@asynccontextmanager
async def owner_of(runs: list[Run], *, are_told: bool = True, is_hasty: bool = False) -> AsyncIterator[tuple[int, int]]:
    """The pids of an owner of these and of its guardian; whatever happens, no process of theirs outlives the block."""
    mark = secrets.token_hex(8)
    orders = [
        {
            "argv": run.argv,
            "env": {**run.env, "TEST_MARK": mark},
            "removal": [run.removal.argv, run.removal.env, run.removal.cidfile],
            "id": are_told,
            "silent": is_hasty or "sleep" not in run.argv[-1],
        }
        for run in runs
    ]
    process = await trio.lowlevel.open_process(
        [sys.executable, str(OWNER), json.dumps(orders)],
        stdout=subprocess.PIPE,
        env={"PATH": PATH, "PYTHONPATH": f"{ROOT}:{PACKAGES}"},
        cwd="/",
    )
    assert process.stdout
    try:
        with trio.fail_after(60):
            ready = (await read_line(process.stdout)).split()
        assert ready[0] == b"ready"
        yield process.pid, int(ready[1])
    finally:
        process.kill()
        with trio.CancelScope(shield=True):
            await process.wait()
            await process.stdout.aclose()
            for pid in with_variable("TEST_MARK", mark):
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)


@pytest.mark.parametrize("are_told", [True, False])
async def test_kill_nine_of_the_owner_leaves_no_container(cli: Cli, tmp_path: Path, are_told: bool) -> None:
    """Whether the guardian was told the ids, or finds them where the docker command has written them."""
    runs = [Run(cli, tmp_path, script) for script in KINDS * 2]
    async with owner_of(runs, are_told=are_told) as (owner, guardian):
        await come_true(lambda: all(run.found() for run in runs))
        assert all(run.id for run in runs) is not are_told, "those whose ids were told have no file any more"
        os.kill(owner, signal.SIGKILL)
        await come_true(lambda: not any(run.found() for run in runs))
        await come_true(lambda: not is_alive(guardian))


async def test_without_the_guardian_those_that_listen_to_nothing_would_stay(cli: Cli, tmp_path: Path) -> None:
    """The guard broken on purpose: it is what removes them, and not something else."""
    deaf, polite = Run(cli, tmp_path, IGNORES_BOTH), Run(cli, tmp_path, POLITE)
    async with owner_of([deaf, polite]) as (owner, guardian):
        await come_true(lambda: deaf.found() and polite.found())
        os.kill(guardian, signal.SIGSTOP)
        os.kill(owner, signal.SIGKILL)
        await come_true(lambda: not polite.found())
        assert deaf.found()
        os.kill(guardian, signal.SIGCONT)
        await come_true(lambda: not deaf.found())


async def test_a_container_that_is_being_made_when_the_owner_is_killed_is_removed(cli: Cli, tmp_path: Path) -> None:
    """On a machine so busy that its id is written too late for the guardian, it is the next start's to find."""
    runs = [Run(cli, tmp_path, IGNORES_BOTH) for _ in range(3)]
    async with owner_of(runs, are_told=False, is_hasty=True) as (owner, guardian):
        assert not any(run.id for run in runs), "the owner is killed before any of them is made"
        os.kill(owner, signal.SIGKILL)
        await come_true(lambda: not is_alive(guardian))
        assert [run.found() for run in runs if run.id] == [[]] * sum(bool(run.id) for run in runs)
    for run in runs:
        for late in run.found():
            cli("rm", "-f", late)
