"""Branches that change while they run."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
import trio
from fakes.kernel import Diary, Planned, failing_times, running, tree_of
from trio.testing import MockClock, wait_all_tasks_blocked

from supervisor.kernel.node import BranchEnded, ChildFailed
from supervisor.kernel.specs import Branch, Leaf, Life, Limit, Restart

MANY = Limit(intensity=1000, period_s=1)


@pytest.fixture
def diary() -> Diary:
    return Diary()


async def test_children_come_and_go_while_the_branch_runs(diary: Diary) -> None:
    tree = tree_of(Branch(name="servers", dynamic=True))
    async with running(tree):
        await tree.add("root/servers", diary.leaf("a"))
        await tree.add("root/servers", diary.leaf("b"))
        assert diary.cut() == ["+a", "+b"]
        with pytest.raises(ValueError, match="already"):
            await tree.add("root/servers", diary.leaf("a"))
        await tree.remove("root/servers", "a")
        await tree.remove("root/servers", "never there")
        assert diary.cut() == ["-a"]
        await tree.add("root/servers", diary.leaf("a"))
        assert diary.cut() == ["+a"]
    assert sorted(diary.cut()) == ["-a", "-b"]


async def test_a_child_that_cannot_be_added_leaves_its_name_free(diary: Diary) -> None:
    tree = tree_of(Branch(name="servers", dynamic=True))
    async with running(tree):
        with pytest.raises(ChildFailed):
            await tree.add("root/servers", failing_times(1, name="a"))
        await tree.add("root/servers", diary.leaf("a"))
        assert diary.cut() == ["+a"]


async def test_only_a_dynamic_branch_that_runs_can_be_changed(diary: Diary) -> None:
    tree = tree_of(diary.leaf("a"))
    async with running(tree):
        with pytest.raises(ValueError, match="not a dynamic branch"):
            await tree.add("root", diary.leaf("b"))
        with pytest.raises(KeyError):
            await tree.add("root/nowhere", diary.leaf("b"))
    with pytest.raises(KeyError):
        await tree.add("root", diary.leaf("b"))


@pytest.mark.parametrize("what", ["add", "remove", "add behind another"])
async def test_what_is_asked_of_a_branch_that_stops_is_answered(what: str) -> None:
    """Each of them was once left waiting for ever, or could be."""
    refused: list[str] = []
    at_work = trio.Event()

    async def slow(life: Life) -> None:
        at_work.set()
        await life.wait_for_stop()

    async def ready(life: Life) -> None:
        life.ready()
        await life.wait_for_stop()
        at_work.set()

    tree = tree_of(Branch(name="servers", dynamic=True, children=(Leaf(name="a", run=ready),)))

    async def ask(work: Callable[[], Awaitable[None]]) -> None:
        try:
            await work()
        except BranchEnded as ended:
            refused.append(str(ended))
        else:
            refused.append("done")

    with trio.fail_after(5):
        async with trio.open_nursery() as nursery:
            async with running(tree):
                if what == "remove":
                    nursery.start_soon(ask, lambda: tree.remove("root/servers", "a"))
                else:
                    nursery.start_soon(ask, lambda: tree.add("root/servers", Leaf(name="b", run=slow)))
                    if what != "add":
                        await at_work.wait()
                        nursery.start_soon(ask, lambda: tree.add("root/servers", Leaf(name="c", run=slow)))
                await at_work.wait()
            await wait_all_tasks_blocked()
    expected = {"remove": 1, "add": 1, "add behind another": 2}[what]
    assert len(refused) == expected
    assert set(refused) <= {"root/servers ended first", "done"}


async def test_a_removal_cancelled_with_its_branch_is_answered(autojump_clock: MockClock) -> None:
    """The branch's own bound is over while the child is still being removed."""

    async def stubborn(life: Life) -> None:
        life.ready()
        await trio.sleep_forever()

    leaf = Leaf(name="a", run=stubborn, shutdown_s=100)
    tree = tree_of(Branch(name="servers", dynamic=True, children=(leaf,), shutdown_s=1))
    with trio.fail_after(1000):
        async with trio.open_nursery() as nursery, running(tree):

            async def remove() -> None:
                with pytest.raises(BranchEnded):
                    await tree.remove("root/servers", "a")

            nursery.start_soon(remove)
            await wait_all_tasks_blocked()


async def test_a_removal_is_heard_between_restarts_that_fail(autojump_clock: MockClock) -> None:
    runs = [0]

    async def run(life: Life) -> None:
        runs[0] += 1
        if runs[0] == 1:
            life.ready()
            return
        await trio.sleep(1)
        raise Planned

    tree = tree_of(Branch(name="servers", dynamic=True, limit=MANY))
    async with running(tree):
        await tree.add("root/servers", Leaf(name="a", run=run))
        await trio.sleep(5.5)
        await tree.remove("root/servers", "a")
        before = runs[0]
        await trio.sleep(60)
        assert runs[0] == before > 4


async def test_a_dynamic_child_that_ended_for_good_is_forgotten(diary: Diary) -> None:
    tree = tree_of(Branch(name="servers", dynamic=True))
    async with running(tree):
        await tree.add("root/servers", diary.leaf("a", restart=Restart.TEMPORARY))
        diary.crash("a")
        await wait_all_tasks_blocked()
        assert [node.path for node in tree.nodes()] == ["root/servers"]
        await tree.add("root/servers", diary.leaf("a"))
