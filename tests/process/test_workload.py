"""A child that carries the bytes of a workload: whatever becomes of the child, nothing is left of the workload."""

from __future__ import annotations

import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import trio
import trio.testing
from fakes.process import come_true, is_alive, read_line
from fakes.workload import IGNORES_BOTH, IGNORES_EOF, IGNORES_TERM, POLITE, Call, LocalWorkload

from supervisor.config.specs import Grace
from supervisor.launch.messages import EndedBy
from supervisor.process.child import Child
from supervisor.process.spawn import spawn_plain
from supervisor.process.words import Ended, ExitStatus, WorkloadRung

from .conftest import SHORT, Bench

pytestmark = [pytest.mark.real, pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")]

EXITS = 'read line <"$0"; exit 3'
FAST = 4
"""So much faster the clock runs where a stuck engine is waited for."""
SPECIFIED_S = 30.0

Carried = tuple[Child, LocalWorkload]


@asynccontextmanager
async def carried(
    bench: Bench, tmp_path: Path, script: str, *, grace: Grace = SHORT, instance: str = "carried"
) -> AsyncIterator[Carried]:
    """A running workload and its child; the process of the workload does not outlive the block."""
    workload = LocalWorkload(tmp_path, script)
    async with trio.open_nursery() as nursery:
        await nursery.start(workload.run)
        prepared = bench.table.prepare(workload.command)
        child = await bench.table.start(instance, prepared, spawn_plain, grace=grace, workload=workload)
        assert await read_line(child.stdout) == b"ready"
        yield child, workload
        nursery.cancel_scope.cancel()


def forget(bench: Bench) -> None:
    """What is left is no concern of the guardian's, which lives by another clock, and no surprise."""
    bench.table.forget_workload("carried")
    bench.troubles.clear()


@pytest.mark.parametrize(
    ("script", "code", "ended_by", "rungs"),
    [
        (POLITE, 0, "stop", ["close"]),
        (IGNORES_TERM, 0, "stop", ["close"]),
        (IGNORES_EOF, 128 + signal.SIGTERM, "stop", ["close", "stop"]),
        (IGNORES_BOTH, 128 + signal.SIGKILL, "kill", ["close", "stop"]),
    ],
)
async def test_it_is_stopped_by_the_engine_and_seen_to_be_gone(
    bench: Bench, tmp_path: Path, script: str, code: int, ended_by: EndedBy, rungs: list[WorkloadRung]
) -> None:
    async with carried(bench, tmp_path, script) as (child, workload):
        assert await child.stop() == Ended(status=ExitStatus(code=code), ended_by=ended_by)
        assert (workload.rungs, workload.calls[-1], workload.is_running) == (rungs, "is_gone", False)


async def test_a_child_of_its_own_accord_is_not_enough(bench: Bench, tmp_path: Path) -> None:
    """The premise: without the engine, ending the child leaves the workload running."""
    workload = LocalWorkload(tmp_path, IGNORES_EOF)
    async with trio.open_nursery() as nursery:
        await nursery.start(workload.run)
        child = await bench.start(workload.command)
        assert await read_line(child.stdout) == b"ready"
        assert (await child.stop()).survivors == 0
        assert workload.is_running
        nursery.cancel_scope.cancel()


async def test_stop_now_kills_and_removes_at_once(bench: Bench, tmp_path: Path) -> None:
    async with carried(bench, tmp_path, POLITE, grace=Grace(stdin_s=50, term_s=50)) as (child, workload):
        ended = await child.stop(now=True)
        assert ended == Ended(status=ExitStatus(code=128 + signal.SIGKILL), ended_by="kill")
        assert workload.rungs == ["kill"]


async def test_killing_all_kills_workloads_too(bench: Bench, tmp_path: Path) -> None:
    async with carried(bench, tmp_path, IGNORES_BOTH, grace=Grace(stdin_s=50, term_s=50)) as (child, workload):
        await bench.table.kill()
        assert (child.has_ended, workload.is_running, workload.rungs) == (True, False, ["kill"])


async def test_a_second_stop_leads_from_the_engines_patience_to_its_kill(bench: Bench, tmp_path: Path) -> None:
    async with carried(bench, tmp_path, IGNORES_BOTH, grace=Grace(stdin_s=0, term_s=14)) as (child, workload):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(child.stop)
            await come_true(lambda: "stop" in workload.calls)
            await child.stop(now=True)
        assert workload.rungs == ["close", "stop", "kill"]


async def test_a_cancelled_stop_is_carried_through_to_the_end_of_the_workload(bench: Bench, tmp_path: Path) -> None:
    async with carried(bench, tmp_path, IGNORES_EOF) as (child, workload):
        with trio.CancelScope() as scope:
            scope.cancel()
            await child.stop()
        assert (child.has_ended, workload.is_running) == (True, False)


async def test_one_that_ends_by_itself_is_asked_for_and_left_alone(bench: Bench, tmp_path: Path) -> None:
    async with carried(bench, tmp_path, EXITS) as (child, workload):
        await child.stdin.send_all(b"go\n")
        assert await child.wait() == Ended(status=ExitStatus(code=3), ended_by="itself")
        assert (workload.calls, workload.rungs) == (["is_gone"], [])


async def test_one_that_the_engine_keeps_after_its_end_is_removed(bench: Bench, tmp_path: Path) -> None:
    async with carried(bench, tmp_path, EXITS) as (child, workload):
        workload.stays = True
        await child.stdin.send_all(b"go\n")
        assert await child.wait() == Ended(status=ExitStatus(code=3), ended_by="itself", leftovers=1)
        assert not workload.is_present


async def test_one_that_outlives_its_killed_child_is_ended(bench: Bench, tmp_path: Path) -> None:
    async with carried(bench, tmp_path, IGNORES_BOTH) as (child, workload):
        os.kill(child.pid, signal.SIGKILL)
        ended = await child.wait()
        assert ended == Ended(status=ExitStatus(signal=signal.SIGKILL), ended_by="outside", leftovers=1)
        assert (workload.rungs, workload.is_running) == (["kill", "remove"], False)


async def test_the_child_has_ended_only_when_its_workload_has(bench: Bench, tmp_path: Path) -> None:
    async with carried(bench, tmp_path, IGNORES_BOTH) as (child, workload):
        workload.stuck |= {"kill"}
        os.kill(child.pid, signal.SIGKILL)
        await come_true(lambda: "kill" in workload.calls)
        assert (child.died.is_set(), child.has_ended, workload.is_running) == (True, False, True)
        await child.wait()
        assert not workload.is_running


@pytest.mark.parametrize(
    ("stuck", "rungs"),
    [
        ({"stop"}, ["close", "stop", "kill"]),
        ({"stop", "kill"}, ["close", "stop", "kill", "remove"]),
    ],
)
async def test_a_rung_that_the_engine_does_not_answer_leads_to_the_next(
    bench: Bench, tmp_path: Path, mock_clock: trio.testing.MockClock, stuck: set[Call], rungs: list[WorkloadRung]
) -> None:
    mock_clock.rate = FAST
    async with carried(bench, tmp_path, IGNORES_EOF) as (child, workload):
        workload.stuck |= stuck
        ended = await child.stop()
        assert ended == Ended(status=ExitStatus(code=128 + signal.SIGKILL), ended_by="kill")
        assert workload.rungs == rungs


@pytest.mark.parametrize("how", ["stuck", "broken", "refused"])
async def test_an_engine_that_does_nothing_holds_up_no_stop_and_what_is_left_is_told(
    bench: Bench, tmp_path: Path, mock_clock: trio.testing.MockClock, how: str
) -> None:
    mock_clock.rate = FAST
    async with carried(bench, tmp_path, IGNORES_EOF) as (child, workload):
        getattr(workload, how).update({"stop", "kill", "remove", "is_gone"})
        began = trio.current_time()
        ended = await child.stop()
        assert trio.current_time() - began < SPECIFIED_S
        assert ended == Ended(
            status=ExitStatus(signal=signal.SIGKILL), ended_by="kill", survivors=1, is_workload_left=True
        )
        assert workload.rungs == ["close", "stop", "kill", "remove", "reap"]
        assert not is_alive(child.pid)
        told = {"carried: a call to the engine of its workload broke: LookupError"} if how == "broken" else set()
        assert set(bench.troubles) == told
        forget(bench)


async def test_an_engine_that_keeps_it_whatever_is_asked_is_given_up(
    bench: Bench, tmp_path: Path, mock_clock: trio.testing.MockClock
) -> None:
    mock_clock.rate = FAST
    async with carried(bench, tmp_path, IGNORES_EOF) as (child, workload):
        workload.refused |= {"kill", "remove"}
        began = trio.current_time()
        os.kill(child.pid, signal.SIGKILL)
        ended = await child.wait()
        assert trio.current_time() - began < SPECIFIED_S
        assert (ended.survivors, ended.is_workload_left, ended.leftovers) == (1, True, 0)
        assert workload.rungs == ["kill", "remove"], "each is told once, however often it is tried"
        assert bench.troubles == ["carried: its workload is still there"]
        forget(bench)


@pytest.mark.parametrize(
    ("broken", "times"), [({"on_rung"}, 2), ({"stop", "on_rung"}, 4), ({"kill", "remove", "is_gone"}, 2)]
)
async def test_calls_that_break_do_not_break_the_life_of_the_child(
    bench: Bench, tmp_path: Path, mock_clock: trio.testing.MockClock, broken: set[Call], times: int
) -> None:
    mock_clock.rate = FAST
    async with carried(bench, tmp_path, IGNORES_EOF) as (child, workload):
        workload.broken |= broken
        ended = await child.stop()
        assert ended.is_workload_left == ("is_gone" in broken)
        assert not workload.is_running
        told = [text for text in bench.troubles if text.endswith("broke: LookupError")]
        assert len(told) == times
        forget(bench)


async def test_an_engine_that_is_down_is_not_waited_for(bench: Bench, tmp_path: Path) -> None:
    """It is nobody's turn to wait for it here: whoever watches the engine looks after what it has left."""
    async with carried(bench, tmp_path, IGNORES_EOF) as (child, workload):
        workload.refused |= {"is_gone"}
        os.kill(child.pid, signal.SIGKILL)
        assert (await child.wait()).is_workload_left
        assert workload.calls == ["is_gone", "is_gone"]
        forget(bench)


async def test_one_that_is_being_removed_is_waited_for(bench: Bench, tmp_path: Path) -> None:
    async with carried(bench, tmp_path, EXITS) as (child, workload):
        workload.stays = True
        workload.refused |= {"remove"}

        async def remove() -> None:
            await come_true(lambda: workload.calls.count("is_gone") == 3)
            workload.is_present = False

        async with trio.open_nursery() as nursery:
            nursery.start_soon(remove)
            await child.stdin.send_all(b"go\n")
            ended = await child.wait()
        assert (ended.survivors, ended.leftovers) == (0, 1)


async def test_the_guardian_is_asked_to_forget_what_is_gone_and_nothing_else(bench: Bench, tmp_path: Path) -> None:
    wards = bench.table._guard._wards
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    async with (
        carried(bench, tmp_path / "a", POLITE, instance="a") as (gone, _),
        carried(bench, tmp_path / "b", POLITE, instance="b") as (left, unknown),
    ):
        unknown.refused |= {"is_gone"}
        await gone.stop()
        await left.stop()
        assert len(wards) == 1
        bench.table.forget_workload("a")
        assert len(wards) == 1
        bench.table.forget_workload("b")
        assert len(wards) == 0
        bench.troubles.clear()


async def test_what_could_not_be_started_has_no_workload(bench: Bench, tmp_path: Path) -> None:
    workload = LocalWorkload(tmp_path, POLITE)

    async def spawn(*_args: object) -> int:
        assert len(bench.table._guard._wards) == 1, "the guardian knows of it before there is anything"
        raise LookupError

    with pytest.raises(LookupError):
        await bench.table.start("x", bench.table.prepare(workload.command), spawn, workload=workload)
    assert len(bench.table._guard._wards) == 0
