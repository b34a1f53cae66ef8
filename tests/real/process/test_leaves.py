"""Leaves: made in what was handed over and nowhere else, filled, told their limits, emptied and removed."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import trio
import trio.testing
from fakes.process import come_true, is_alive
from real.process.conftest import Account, Delegate

from supervisor.process import leaves
from supervisor.process.leaf import Leaf
from supervisor.process.subtree import Subtree

pytestmark = pytest.mark.real


@pytest.fixture
def folder(delegate: Delegate) -> Path:
    """A cgroup of root's own."""
    return delegate(Account("root", 0, 0, "", "", Path(), Path()))


@pytest.fixture
def leaf(folder: Path) -> Leaf:
    """A leaf in it."""
    return Subtree(str(folder), {}).make_leaf("cafe", 1, None)


@pytest.fixture
def sleepers() -> Iterator[list[subprocess.Popen[bytes]]]:
    """Processes that are ended after the test, if they live still."""
    started: list[subprocess.Popen[bytes]] = []
    yield started
    for process in started:
        process.kill()
        process.wait()


ENTER = "import os, sys; os.write(int(sys.argv[1]), b'0'); os.execvp('sh', ['sh', '-c', 'echo in; sleep 1000; true'])"


def put_in(leaf: Leaf, sleepers: list[subprocess.Popen[bytes]]) -> subprocess.Popen[bytes]:
    """Start a program that enters the leaf by the descriptor it was given, and becomes a shell with a child."""
    procs = leaf.open_procs()
    try:
        process = subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", ENTER, str(procs)], pass_fds=(procs,), stdout=subprocess.PIPE
        )
    finally:
        os.close(procs)
    sleepers.append(process)
    assert process.stdout
    with process.stdout:
        assert process.stdout.readline() == b"in\n"
    return process


async def test_a_child_enters_by_the_descriptor_before_its_program_runs(leaf: Leaf, sleepers: list[Any]) -> None:
    process = put_in(leaf, sleepers)
    await come_true(lambda: len(leaf.members()) == 2)
    assert process.pid in leaf.members(), "and so did what it started"


async def test_its_end_is_told_by_the_kernel(leaf: Leaf, sleepers: list[Any]) -> None:
    put_in(leaf, sleepers)
    with trio.fail_after(5):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(leaf.emptied)
            await trio.testing.wait_all_tasks_blocked()
            assert nursery.child_tasks, "it is waited for while something lives there"
            leaf.kill()
    assert leaf.members() == set()
    await leaf.emptied()


@pytest.mark.parametrize("kill", [leaves.kill, leaves.kill_each])
async def test_all_in_it_are_killed_also_what_made_a_cgroup_below_it(
    kill: Any, leaf: Leaf, sleepers: list[Any]
) -> None:
    below = Path(leaf.path) / "below" / "further"
    below.mkdir(parents=True)
    process = put_in(leaf, sleepers)
    (below / "cgroup.procs").write_text(str(process.pid))
    put_in(leaf, sleepers)
    await come_true(lambda: len(leaf.members()) == 4)
    assert not leaves.remove(leaf.path)
    kill(leaf.path)
    with trio.fail_after(5):
        await leaf.emptied()
    assert await leaf.dispose()
    assert not Path(leaf.path).exists()
    assert await leaf.dispose(), "what is gone is gone"


async def test_a_zombie_keeps_no_leaf(leaf: Leaf, sleepers: list[Any]) -> None:
    process = put_in(leaf, sleepers)
    leaf.kill()
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    assert await leaf.dispose()


async def test_a_leaf_is_not_removed_under_somebody_who_cannot_be_ended_in_time(
    leaf: Leaf, sleepers: list[Any]
) -> None:
    process = put_in(leaf, sleepers)
    held = Leaf(leaf.path)
    held.kill = lambda: None  # type: ignore[method-assign]  # as if it were stuck in the kernel
    with trio.fail_after(5):
        assert not await held.dispose()
    assert is_alive(process.pid)
