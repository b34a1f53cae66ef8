"""Scans are shared without being stale, and see markers and tags."""

from __future__ import annotations

import os
import threading

import pytest
import trio
import trio.testing
from fakes.process import come_true

from supervisor.process.scan import Scans, Snapshot, read_marker, read_tag, scan
from supervisor.process.tag import is_of

from .conftest import Bench


class GatedLook:
    """A scan that lasts until the test lets it pass."""

    def __init__(self) -> None:
        self.begun = 0
        self.gate = threading.Semaphore(0)

    def __call__(self, since_ticks: int) -> Snapshot:
        self.begun += 1
        snapshot = Snapshot({}, {self.begun: "scan"})
        assert self.gate.acquire(timeout=5)
        return snapshot


async def test_a_question_is_answered_by_a_scan_that_began_after_it_and_all_askers_share_it() -> None:
    look = GatedLook()
    scans = Scans(0, look=look)
    answers: list[Snapshot] = []

    async def ask() -> None:
        answers.append(await scans.snapshot())

    with trio.fail_after(5):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(ask)
            await come_true(lambda: look.begun == 1)
            for _ in range(50):
                nursery.start_soon(ask)
            await trio.testing.wait_all_tasks_blocked()
            assert look.begun == 1, "all of them must have asked while the first scan was under way"
            look.gate.release(2)
    assert look.begun == 2
    assert [list(answer.markers) for answer in answers] == [[1]] + [[2]] * 50


async def test_an_asker_after_all_have_landed_gets_a_new_scan() -> None:
    look = GatedLook()
    scans = Scans(0, look=look)
    look.gate.release(2)
    with trio.fail_after(5):
        assert list((await scans.snapshot()).markers) == [1]
        assert list((await scans.snapshot()).markers) == [2]


async def test_a_scan_that_fails_is_told_to_its_asker_and_does_not_block_the_next() -> None:
    breaks = [True, False]

    def look(since_ticks: int) -> Snapshot:
        if breaks.pop(0):
            raise RuntimeError("the scan broke")
        return Snapshot({}, {7: "fine"})

    scans = Scans(0, look=look)
    with trio.fail_after(5):
        with pytest.raises(RuntimeError, match="the scan broke"):
            await scans.snapshot()
        assert list((await scans.snapshot()).markers) == [7]


@pytest.mark.real
def test_a_scan_sees_this_process_and_no_marker_of_what_is_older() -> None:
    snapshot = scan(1 << 62)
    assert snapshot.processes[os.getpid()].parent == os.getppid()
    assert snapshot.markers == {}


@pytest.mark.real
async def test_a_child_carries_its_marker(bench: Bench) -> None:
    child = await bench.start_program("sleep", "1000")
    await come_true(lambda: read_marker(child.pid))
    assert str(read_marker(child.pid)).endswith("/test-1")
    assert read_marker(1 << 22) is None


@pytest.mark.real
async def test_a_process_in_the_midst_of_an_exec_is_never_taken_for_one_without_a_marker(bench: Bench) -> None:
    again = 'exec sh -c "$0" "$0"'
    child = await bench.start_program("sh", "-c", again, again)
    await come_true(lambda: read_marker(child.pid))
    seen = {read_marker(child.pid)}
    with trio.fail_after(20):
        while "" not in seen or len(seen) < 2:  # both were met: before and after an exec, and within one
            seen.update(read_marker(child.pid) for _ in range(1000))
            await trio.lowlevel.checkpoint()
    assert None not in seen


@pytest.mark.real
async def test_an_empty_environment_is_none_and_no_exec_under_way(bench: Bench) -> None:
    """Else each scan would wait for the guardian, whose environment is empty for ever."""
    child = await bench.start_program("env", "-i", "sleep", "1000")
    await come_true(lambda: read_marker(child.pid) is None)
    assert {child.pid, bench.table.guardian_pid}.isdisjoint(scan(0).markers)
    os.kill(child.pid, 9)
    await child.exited()
    assert read_marker(child.pid) is None


@pytest.mark.real
async def test_a_child_carries_its_tag_and_so_does_what_it_starts(bench: Bench) -> None:
    child = await bench.start("read word; sleep 1000 & echo $!; cat")
    await child.stdin.send_all(b"go\n")
    grandchild = int((await child.stdout.receive_some()).split()[0])
    token = str(read_marker(child.pid)).split("/")[0]
    assert read_tag(child.pid) == read_tag(grandchild) > 0
    assert is_of(read_tag(child.pid), token)
    assert scan(0).tags[grandchild] == read_tag(child.pid)
    assert read_tag(os.getpid()) == read_tag(bench.table.guardian_pid) == 0, "we are nobody's instance"


@pytest.mark.real
async def test_two_instances_have_two_tags(bench: Bench) -> None:
    one, other = await bench.start_program("cat"), await bench.start_program("cat")
    assert 0 != read_tag(one.pid) != read_tag(other.pid) != 0


@pytest.mark.real
def test_what_is_gone_has_no_tag() -> None:
    assert read_tag(1 << 22) == 0
