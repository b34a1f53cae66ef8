"""The process table: starts, finds, and at its end leaves nothing."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path

import pytest
import trio
import trio.testing
from fakes.process import come_true, is_alive, program, read_all, read_line, shell

from supervisor.config.specs import Grace
from supervisor.errors import CommandNotExecutable, CommandNotFound, LaunchError, SpawnFailed
from supervisor.process.child import Child
from supervisor.process.spawn import spawn_plain
from supervisor.process.table import ENDED_KEPT, open_processes
from supervisor.process.words import Command, ExitStatus, StderrLine, Stdio

from .conftest import SHORT, Bench

pytestmark = [pytest.mark.real, pytest.mark.usefixtures("no_leaks")]


async def test_children_are_found_by_their_instance_also_after_their_end(bench: Bench) -> None:
    child = await bench.start("echo last words; echo why >&2")
    await child.wait()
    assert bench.table.child("test-1") is child
    assert bench.table.live() == []
    assert await read_all(child.stdout) == b"last words\n"
    with pytest.raises(KeyError):
        bench.table.child("unknown")


async def test_lines_of_stderr_are_told_with_their_instance(bench: Bench) -> None:
    await (await bench.start("echo one >&2")).wait()
    await (await bench.start("printf two >&2")).wait()
    assert bench.heard == {"test-1": [StderrLine("one")], "test-2": [StderrLine("two")]}


async def test_an_instance_is_started_once(bench: Bench) -> None:
    command = bench.table.prepare(program("cat"))
    await bench.table.start("twin", command, spawn_plain)
    with pytest.raises(ValueError, match="twin"):
        await bench.table.start("twin", command, spawn_plain)


async def test_killing_all_reaches_a_child_whose_start_is_under_way(bench: Bench) -> None:
    begun, go_on = trio.Event(), trio.Event()

    async def spawn_late(command: Command, stdio: Stdio) -> int:
        begun.set()
        await go_on.wait()
        return await spawn_plain(command, stdio)

    deaf = bench.table.prepare(shell("trap '' TERM; while :; do read line; sleep 60; done"))
    patient = Grace(stdin_s=600, term_s=600)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(partial(bench.table.start, "late", deaf, spawn_late, grace=patient))
        await begun.wait()
        await bench.table.kill()
        go_on.set()
    with trio.fail_after(60):
        ended = await bench.table.child("late").wait()
    assert ended.status == ExitStatus(signal=9)
    with pytest.raises(LaunchError, match="stopping"):
        await bench.table.start("after", deaf, spawn_plain)


async def test_a_command_that_was_forgotten_is_not_started(bench: Bench) -> None:
    command = bench.table.prepare(program("cat"))
    bench.table.forget(command)
    bench.table.forget(command)
    with pytest.raises(LaunchError) as caught:
        await bench.table.start("late", command, spawn_plain)
    assert isinstance(caught.value.problem, SpawnFailed)


async def test_what_cannot_be_started_leaves_nothing_behind_and_can_be_tried_again(
    bench: Bench, tmp_path: Path
) -> None:
    tool = tmp_path / "tool"
    command = bench.table.prepare(program("tool", PATH=str(tmp_path)))
    with pytest.raises(LaunchError) as caught:
        await bench.table.start("a", command, spawn_plain)
    assert isinstance(caught.value.problem, CommandNotFound)
    tool.write_text("neither program nor script")
    tool.chmod(0o755)
    with pytest.raises(LaunchError) as caught:
        await bench.table.start("a", command, spawn_plain)
    assert isinstance(caught.value.problem, CommandNotExecutable)
    tool.write_text("#!/bin/sh\nexit 4\n")
    child = await bench.table.start("a", command, spawn_plain)
    assert (await child.wait()).code == 4


async def test_a_command_that_moved_is_looked_for_anew_after_one_failure(bench: Bench, tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    for folder in (old, new):
        folder.mkdir()
    command = bench.table.prepare(program("tool", PATH=f"{old}:{new}"))
    (old / "tool").symlink_to("/bin/true")
    await (await bench.table.start("a", command, spawn_plain)).wait()
    (old / "tool").rename(new / "tool")
    with pytest.raises(LaunchError):
        await bench.table.start("b", command, spawn_plain)
    assert (await (await bench.table.start("c", command, spawn_plain)).wait()).code == 0


async def test_a_cancelled_start_either_runs_under_the_table_or_not_at_all(bench: Bench) -> None:
    command = bench.table.prepare(program("sleep", "1000"))
    with trio.CancelScope() as scope:
        scope.cancel()
        await bench.table.start("never", command, spawn_plain)
    assert bench.table.live() == []

    async def slow(located: Command, stdio: Stdio) -> int:
        outer.cancel()
        await trio.lowlevel.cancel_shielded_checkpoint()
        await trio.lowlevel.checkpoint()
        return await spawn_plain(located, stdio)

    with trio.CancelScope() as outer:
        await bench.table.start("begun", command, slow)
    assert bench.table.live() == ["begun"]


async def test_the_end_of_the_table_stops_everything_polite_or_not() -> None:
    children: list[Child] = []
    grandchildren: list[int] = []
    with trio.fail_after(60):
        async with open_processes() as table:
            for number, script in enumerate(
                ["cat", "trap '' TERM; sleep 1000 & echo $!; while :; do sleep 1; done"] * 5
            ):
                command = table.prepare(shell(script))
                children.append(await table.start(f"c{number}", command, spawn_plain, grace=SHORT))
                if "echo" in script:
                    grandchildren.append(int(await read_line(children[-1].stdout)))
    assert [child.has_ended for child in children] == [True] * 10
    assert not any(map(is_alive, grandchildren))


async def test_a_cancelled_block_leaves_nothing() -> None:
    with trio.CancelScope() as scope:
        async with open_processes() as table:
            child = await table.start("c", table.prepare(program("cat")), spawn_plain)
            scope.cancel()
            await trio.sleep_forever()
    assert child.has_ended


async def test_a_block_that_breaks_leaves_nothing_and_its_own_error_is_told() -> None:
    children: list[Child] = []

    async def broken() -> None:
        async with open_processes() as table:
            children.append(await table.start("c", table.prepare(program("cat")), spawn_plain))
            raise RuntimeError("of the block")

    with pytest.RaisesGroup(pytest.RaisesExc(RuntimeError, match="of the block")):
        await broken()
    assert children[0].has_ended


async def test_nothing_is_started_once_the_table_closes(bench: Bench) -> None:
    command = bench.table.prepare(program("cat"))
    await bench.table.close()
    with pytest.raises(LaunchError) as caught:
        await bench.table.start("late", command, spawn_plain)
    assert caught.value.problem == SpawnFailed(step="start", reason="stockade is stopping")


async def test_a_start_that_is_under_way_when_the_table_closes_is_stopped_too(bench: Bench) -> None:
    under_way, go_on = trio.Event(), trio.Event()

    async def gated(located: Command, stdio: Stdio) -> int:
        under_way.set()
        await go_on.wait()
        return await spawn_plain(located, stdio)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(bench.table.start, "c", bench.table.prepare(program("cat")), gated)
        await under_way.wait()
        nursery.start_soon(bench.table.close)
        await trio.testing.wait_all_tasks_blocked()
        assert bench.table.live() == []
        go_on.set()
    assert bench.table.child("c").has_ended


async def test_two_tables_in_one_process_know_nothing_of_each_other(bench: Bench, state_dir: Path) -> None:
    mine = await bench.start("sleep 1000 & echo $!; cat")
    left = int(await read_line(mine.stdout))
    for _ in range(2):
        async with open_processes(str(state_dir)) as other, open_processes(str(state_dir)) as third:
            for table in (other, third):
                child = await table.start("test-1", table.prepare(shell("sleep 1000 & cat")), spawn_plain)
                assert (await child.stop()).leftovers == 1
            assert other.swept == third.swept
    assert is_alive(mine.pid)
    assert is_alive(left)


async def test_children_that_ended_long_ago_are_forgotten(bench: Bench) -> None:
    command = bench.table.prepare(program("true"))
    async with trio.open_nursery() as nursery:
        for number in range(ENDED_KEPT + 5):
            nursery.start_soon(bench.table.start, f"n{number}", command, spawn_plain)
    await come_true(lambda: not bench.table.live())
    known = 0
    for number in range(ENDED_KEPT + 5):
        try:
            known += bench.table.child(f"n{number}").has_ended
        except KeyError:
            continue
    assert known == ENDED_KEPT


async def test_the_marker_of_an_outer_stockade_is_replaced(bench: Bench) -> None:
    child = await bench.start(program("printenv", "STOCKADE_INSTANCE", STOCKADE_INSTANCE="outer/1"))
    assert (await read_all(child.stdout)).strip().endswith(b"/test-1")


async def test_a_callback_that_breaks_is_told_and_leaves_nothing_running() -> None:
    children: list[Child] = []

    def broken(instance: str, heard: object) -> None:
        raise RuntimeError("a defect")

    async def block() -> None:
        async with open_processes(on_stderr=broken) as table:
            children.append(await table.start("other", table.prepare(program("cat")), spawn_plain))
            script = "sleep 1000 & echo x >&2; cat"
            children.append(await table.start("c", table.prepare(shell(script)), spawn_plain))
            await trio.sleep_forever()

    with pytest.RaisesGroup(pytest.RaisesExc(RuntimeError, match="a defect"), flatten_subgroups=True):
        await block()
    assert [child.has_ended for child in children] == [True, True]
    assert not any(is_alive(child.pid) for child in children)


async def test_a_spawner_that_breaks_leaves_no_descriptor_open(bench: Bench) -> None:
    async def broken(located: Command, stdio: Stdio) -> int:
        raise RuntimeError("a defect")

    command = bench.table.prepare(program("cat"))
    with pytest.raises(RuntimeError, match="a defect"):
        await bench.table.start("c", command, broken)
    assert bench.table.live() == []


async def test_a_child_that_was_dead_before_anybody_looked_is_reported_as_any_other(bench: Bench) -> None:
    async def late(located: Command, stdio: Stdio) -> int:
        pid = await spawn_plain(located, stdio)
        os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
        return pid

    child = await bench.table.start("c", bench.table.prepare(shell("echo hi; exit 9")), late)
    assert (await child.wait()).status == ExitStatus(code=9)
    assert await read_all(child.stdout) == b"hi\n"
