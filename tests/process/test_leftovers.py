"""Ending is thorough, and ends exactly what was meant."""

from __future__ import annotations

import os
import subprocess

import pytest
import trio

from supervisor.process.leftovers import Sight, end_all, end_group, open_pidfd
from supervisor.process.procstat import parse_stat
from supervisor.process.scan import read_process


@pytest.mark.real
def test_a_pid_that_is_somebody_elses_by_now_is_not_opened() -> None:
    me = read_process(os.getpid())
    assert me
    fd = open_pidfd(me)
    assert fd is not None
    os.close(fd)
    me.started -= 1
    assert open_pidfd(me) is None


@pytest.mark.real
@pytest.mark.parametrize("script", ["sleep 1000 & echo ready", "(trap '' TERM; echo ready; sleep 1000; true) & read x"])
async def test_without_proc_the_whole_group_is_ended_blindly(script: str) -> None:
    process = subprocess.Popen(["sh", "-c", script], stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, process_group=0)
    with process:
        assert process.stdout
        assert process.stdout.readline() == b"ready\n"
        assert await trio.to_thread.run_sync(process.wait) in {0, 1}
        await end_group(process.pid)  # what it answers depends on how soon init collects its zombies
        assert process.stdout.read() == b"", "somebody still holds the pipe"


class Nobody:
    """A quarry that can be caught by nothing but a search."""

    def kill(self) -> None:
        return

    def owns(self, pid: int) -> bool:
        return False


async def test_what_never_ends_is_given_up_after_a_bounded_number_of_rounds() -> None:
    asked = 0

    async def search() -> Sight:
        nonlocal asked
        asked += 1
        gone = parse_stat(b"4194400 (x) D 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 1 0")
        assert gone
        return Sight([gone])

    with trio.fail_after(10):
        found = await end_all(search, Nobody(), polite=trio.CancelScope())
    assert (found.ended, found.survivors, found.pids) == (0, 1, (4194400,))
    assert asked == 6
