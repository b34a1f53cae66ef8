"""Starting and stopping a tree, and two of them in one process."""

from __future__ import annotations

import pytest
import trio
from fakes.kernel import Diary, Planned, failing_times, running, tree_of
from trio.testing import MockClock, wait_all_tasks_blocked

from supervisor.kernel.bus import Bus
from supervisor.kernel.node import BranchEnded, ChildFailed, GaveUp
from supervisor.kernel.specs import Branch, Leaf, Life, Limit
from supervisor.kernel.tree import Tree

MANY = Limit(intensity=1000, period_s=1)


@pytest.fixture
def diary() -> Diary:
    return Diary()


# ---------------------------------------------------------------------------------------------- start and stop


async def test_children_start_left_to_right_when_the_one_before_is_ready_and_stop_right_to_left(diary: Diary) -> None:
    inner = Branch(name="inner", children=(diary.leaf("b"), diary.leaf("c")))
    tree = tree_of(diary.leaf("a"), inner, diary.leaf("d"))
    async with running(tree):
        assert diary.cut() == ["+a", "+b", "+c", "+d"]
        assert [node.path for node in tree.nodes()] == [
            "root/a",
            "root/inner",
            "root/d",
            "root/inner/b",
            "root/inner/c",
        ]
    assert diary.cut() == ["-d", "-c", "-b", "-a"]


async def test_a_child_that_is_not_ready_holds_back_the_next(diary: Diary) -> None:
    gate = trio.Event()

    async def slow(life: Life) -> None:
        await gate.wait()
        life.ready()
        await life.wait_for_stop()

    tree = tree_of(Leaf(name="slow", run=slow), diary.leaf("b"))
    async with trio.open_nursery() as nursery:
        nursery.start_soon(tree.run)
        await wait_all_tasks_blocked()
        assert diary.cut() == []
        gate.set()
        await tree.wait_started()
        assert diary.cut() == ["+b"]
        tree.stop()


async def test_a_leaf_that_ignores_its_stop_is_cancelled_at_its_bound(diary: Diary, autojump_clock: MockClock) -> None:
    async def stubborn(life: Life) -> None:
        life.ready()
        await trio.sleep_forever()

    tree = tree_of(diary.leaf("a"), Leaf(name="stubborn", run=stubborn, shutdown_s=7), diary.leaf("c"))
    async with running(tree):
        began = trio.current_time()
    assert trio.current_time() - began == pytest.approx(7)
    assert diary.cut() == ["+a", "+c", "-c", "-a"]


async def test_a_leaf_that_shields_its_end_is_waited_for_before_its_elders_stop(
    diary: Diary, autojump_clock: MockClock
) -> None:
    async def shielded(life: Life) -> None:
        life.ready()
        try:
            await trio.sleep_forever()
        finally:
            with trio.CancelScope(shield=True):
                await trio.sleep(20)
            diary.lines.append("-shielded")

    tree = tree_of(diary.leaf("a"), Leaf(name="shielded", run=shielded, shutdown_s=1))
    async with running(tree):
        began = trio.current_time()
    assert trio.current_time() - began == pytest.approx(21)
    assert diary.cut() == ["+a", "-shielded", "-a"]


async def test_the_children_of_a_dynamic_branch_stop_side_by_side(autojump_clock: MockClock) -> None:
    async def stubborn(life: Life) -> None:
        life.ready()
        await trio.sleep_forever()

    children = tuple(Leaf(name=f"s{number}", run=stubborn, shutdown_s=7) for number in range(10))
    tree = tree_of(*children, dynamic=True)
    async with running(tree):
        began = trio.current_time()
    assert trio.current_time() - began == pytest.approx(7)


async def test_a_branch_past_its_own_bound_is_cancelled_with_all_below_it(autojump_clock: MockClock) -> None:
    async def stubborn(life: Life) -> None:
        life.ready()
        await trio.sleep_forever()

    children = tuple(Leaf(name=f"s{number}", run=stubborn, shutdown_s=7) for number in range(10))
    tree = tree_of(Branch(name="inner", children=children, shutdown_s=10))
    async with running(tree):
        began = trio.current_time()
    assert trio.current_time() - began == pytest.approx(10)


async def test_a_stop_during_the_start_stops_what_was_started(diary: Diary) -> None:
    at_work = trio.Event()

    async def never_ready(life: Life) -> None:
        at_work.set()
        await life.wait_for_stop()
        diary.lines.append("-never")

    tree = tree_of(diary.leaf("a"), Leaf(name="never", run=never_ready), diary.leaf("c"))
    with trio.fail_after(5):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(tree.run)
            await at_work.wait()
            tree.stop()
            with pytest.raises(BranchEnded):
                await tree.wait_started()
    assert diary.cut() == ["+a", "-never", "-a"]


async def test_cancelling_the_tree_ends_all_of_it_without_a_restart(diary: Diary) -> None:
    tree = tree_of(diary.leaf("a"), Branch(name="inner", children=(diary.leaf("b"),)))
    tasks = trio.lowlevel.current_statistics().tasks_living
    async with trio.open_nursery() as nursery:
        nursery.start_soon(tree.run)
        await tree.wait_started()
        nursery.cancel_scope.cancel()
    assert sorted(diary.cut()) == ["+a", "+b", "-a", "-b"]
    assert trio.lowlevel.current_statistics().tasks_living == tasks


async def test_cancelling_the_tree_while_it_restarts_ends_it_too(diary: Diary) -> None:
    starting = trio.Event()
    first = [True]

    async def slow_second_time(life: Life) -> None:
        if first.pop() if first else False:
            raise Planned
        starting.set()
        await trio.sleep_forever()

    tree = tree_of(diary.leaf("a"), dynamic=True)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(tree.run)
        await tree.wait_started()

        async def add() -> None:
            with pytest.raises(ChildFailed):
                await tree.add("root", Leaf(name="b", run=slow_second_time))
            await tree.add("root", Leaf(name="b", run=slow_second_time))

        nursery.start_soon(add)
        await starting.wait()
        nursery.cancel_scope.cancel()
    assert diary.cut() == ["+a", "-a"]


# ---------------------------------------------------------------------------------------------- two trees


async def test_two_trees_in_one_process_know_nothing_of_each_other() -> None:
    one, other = Diary(), Diary()
    left, right = tree_of(one.leaf("a"), limit=MANY), tree_of(other.leaf("a"), limit=MANY)
    async with running(left), running(right):
        assert left.bus is not right.bus
        one.crash("a")
        await wait_all_tasks_blocked()
        assert one.cut() == ["+a", "-a", "+a"]
        assert other.cut() == ["+a"]
        left.stop()
        await wait_all_tasks_blocked()
        assert one.cut() == ["-a"]
        assert other.cut() == []


async def test_a_bus_belongs_to_onetree_of() -> None:
    tree = tree_of(Diary().leaf("a"))
    async with running(tree):
        with pytest.RaisesGroup(trio.BusyResourceError):
            await Tree(Branch(name="other"), tree.bus).run()


# ------------------------------------------------------------------------------------------------- last words


async def test_who_cannot_go_on_says_so_before_anything_is_stopped(autojump_clock: MockClock) -> None:
    diary = Diary()
    said: list[str] = []

    def failing(failure: Exception) -> None:
        said.append(str(failure))
        diary.lines.append("last words")

    children = (diary.leaf("sink"), diary.leaf("work"))
    tree = Tree(Branch(name="root", children=children, limit=Limit(intensity=0)), Bus(), failing=failing)

    async def break_it() -> None:
        await tree.wait_started()
        diary.crash("work")

    async with trio.open_nursery() as nursery:
        nursery.start_soon(break_it)
        with pytest.raises(GaveUp):
            await tree.run()
    assert diary.lines == ["+sink", "+work", "-work", "last words", "-sink"]
    assert said == ["root/work failed 1 times within 5 s"]


async def test_a_branch_below_that_gives_up_has_no_last_words(autojump_clock: MockClock) -> None:
    diary = Diary()
    said: list[Exception] = []
    below = Branch(name="below", children=(diary.leaf("work"),), limit=Limit(intensity=0))
    tree = Tree(Branch(name="root", children=(below,)), Bus(), failing=said.append)
    async with running(tree):
        diary.crash("work")
        await wait_all_tasks_blocked()
        assert diary.lines == ["+work", "-work", "+work"]
    assert said == []


async def test_a_tree_that_does_not_start_says_so_too(autojump_clock: MockClock) -> None:
    said: list[str] = []
    tree = Tree(Branch(name="root", children=(failing_times(1),)), Bus(), failing=lambda one: said.append(str(one)))
    with pytest.raises(ChildFailed):
        await tree.run()
    assert said == ["root/failing: Planned: "]
