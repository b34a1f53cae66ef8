"""The stop ladder of a real docker command, with a real container: whatever becomes of the command, nothing is left."""

from __future__ import annotations

import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import trio
import trio.testing
from fakes.process import read_line
from real.docker.engines import Cli, PrivateEngine
from real.docker.runs import IGNORES_BOTH, IGNORES_EOF, IGNORES_TERM, POLITE, Run

from supervisor.config.specs import Grace
from supervisor.launch.messages import EndedBy
from supervisor.process.child import Child
from supervisor.process.spawn import spawn_plain
from supervisor.process.table import ProcessTable, open_processes
from supervisor.process.words import Ended, ExitStatus, WorkloadRung

pytestmark = pytest.mark.real

SHORT = Grace(stdin_s=0.7, term_s=1)
LONG = Grace(stdin_s=10, term_s=4)


@pytest.fixture
async def table() -> AsyncIterator[ProcessTable]:
    with trio.fail_after(120):
        async with open_processes() as table:
            yield table


async def start(table: ProcessTable, run: Run, *, grace: Grace = SHORT, name: str = "one") -> Child:
    """A child whose container runs and has been heard of."""
    child = await table.start(name, table.prepare(run.command), spawn_plain, grace=grace, workload=run)
    if "sleep" not in run.argv[-1]:
        await child.stdin.send_all(b"x\n")
    assert await read_line(child.stdout) == b"x"
    return child


@pytest.mark.parametrize(
    ("script", "code", "ended_by", "rungs"),
    [
        (POLITE, 0, "stop", ["close"]),
        (IGNORES_TERM, 0, "stop", ["close"]),
        (IGNORES_EOF, 143, "stop", ["close", "stop"]),
        (IGNORES_BOTH, 137, "kill", ["close", "stop"]),
    ],
)
async def test_each_kind_of_server_is_gone_when_its_stop_is_over(
    table: ProcessTable, cli: Cli, tmp_path: Path, script: str, code: int, ended_by: EndedBy, rungs: list[WorkloadRung]
) -> None:
    run = Run(cli, tmp_path, script)
    child = await start(table, run, grace=Grace(stdin_s=10 if code == 0 else 0.2, term_s=1))
    assert run.found()
    assert await child.stop() == Ended(status=ExitStatus(code=code), ended_by=ended_by)
    assert (run.rungs, run.found()) == (rungs, [])


async def test_stop_now_is_the_engines_kill(table: ProcessTable, cli: Cli, tmp_path: Path) -> None:
    run = Run(cli, tmp_path, POLITE)
    child = await start(table, run, grace=LONG)
    assert await child.stop(now=True) == Ended(status=ExitStatus(code=137), ended_by="kill")
    assert (run.rungs[0], run.found()) == ("kill", [])


async def test_the_container_of_a_command_that_was_killed_from_elsewhere_is_ended(
    table: ProcessTable, cli: Cli, tmp_path: Path
) -> None:
    run = Run(cli, tmp_path, IGNORES_BOTH)
    child = await start(table, run)
    os.kill(child.pid, signal.SIGKILL)
    ended = await child.wait()
    assert (ended.ended_by, ended.leftovers, ended.survivors) == ("outside", 1, 0)
    assert run.found() == []


async def test_one_that_the_engine_keeps_is_removed_after_its_own_end(
    table: ProcessTable, cli: Cli, tmp_path: Path
) -> None:
    run = Run(cli, tmp_path, "read line; echo x; exit 3", keeps=True)
    child = await start(table, run)
    assert await child.wait() == Ended(status=ExitStatus(code=3), ended_by="itself", leftovers=1)
    assert run.found() == []


async def test_a_paused_container_is_stopped(table: ProcessTable, cli: Cli, tmp_path: Path) -> None:
    run = Run(cli, tmp_path, POLITE)
    child = await start(table, run)
    await trio.to_thread.run_sync(cli, "pause", run.id)
    ended = await child.stop()
    assert (ended.survivors, run.found()) == (0, [])


@pytest.mark.parametrize("now", [False, True])
async def test_one_that_is_stopped_while_it_is_being_made_leaves_nothing(
    table: ProcessTable, cli: Cli, tmp_path: Path, now: bool
) -> None:
    run = Run(cli, tmp_path, IGNORES_BOTH)
    child = await table.start("one", table.prepare(run.command), spawn_plain, grace=SHORT, workload=run)
    assert not (await child.stop(now=now)).survivors
    assert run.found() == []


async def test_many_are_stopped_at_the_same_time_when_the_table_closes(cli: Cli, tmp_path: Path) -> None:
    kinds = [POLITE, IGNORES_EOF, IGNORES_TERM, IGNORES_BOTH] * 2
    runs = [Run(cli, tmp_path, script) for script in kinds]
    with trio.fail_after(120):
        async with open_processes() as table, trio.open_nursery() as nursery:
            for number, run in enumerate(runs):
                nursery.start_soon(lambda run, name: start(table, run, name=name), run, f"run-{number}")
    ends = [await table.child(f"run-{number}").wait() for number in range(len(runs))]
    assert [ended.survivors for ended in ends] == [0] * len(runs)
    assert [run.found() for run in runs] == [[]] * len(runs)


async def test_an_engine_that_is_stuck_holds_up_no_stop(
    private_engine: Callable[..., PrivateEngine], tmp_path: Path, mock_clock: trio.testing.MockClock
) -> None:
    mock_clock.rate = 3
    troubles: list[str] = []
    engine = private_engine("busybox")
    run = Run(engine.docker, tmp_path, IGNORES_BOTH)
    async with stopped(engine), open_processes(on_trouble=troubles.append) as table:
        child = await start(table, run, grace=SHORT)
        engine.pause()
        began = trio.current_time()
        ended = await child.stop()
        assert trio.current_time() - began < 30
        assert (ended.ended_by, ended.survivors, ended.is_workload_left) == ("kill", 1, True)
        assert run.rungs == ["close", "stop", "kill", "remove", "reap"]
        assert troubles == [], "an engine that is stuck is the concern of whoever watches it"
        table.forget_workload("one")  # else the guardian would wait for that engine, too
    assert len(run.found()) == 1, "it was left indeed"


@asynccontextmanager
async def stopped(engine: PrivateEngine) -> AsyncIterator[None]:
    """Whatever happens in the block, the engine goes on after it."""
    try:
        yield
    finally:
        engine.resume()


async def test_what_an_engine_that_died_has_left_is_reported_at_once(
    private_engine: Callable[..., PrivateEngine], tmp_path: Path
) -> None:
    troubles: list[str] = []
    engine = private_engine("busybox")
    run = Run(engine.docker, tmp_path, IGNORES_BOTH)
    with trio.fail_after(60):
        async with open_processes(on_trouble=troubles.append) as table:
            child = await start(table, run, grace=LONG)
            await trio.to_thread.run_sync(engine.kill)
            ended = await child.wait()
            assert (ended.code, ended.is_workload_left, run.rungs) == (125, True, [])
            table.forget_workload("one")
    assert troubles == []
