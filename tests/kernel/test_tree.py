"""Starting, restarting, stopping and escalating; branches that change while they run."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
import trio
from fakes.kernel import Diary, Planned, failing_times, running
from trio.testing import MockClock, wait_all_tasks_blocked

from supervisor.kernel.bus import Bus
from supervisor.kernel.node import BranchEnded, ChildFailed, GaveUp
from supervisor.kernel.specs import ActorCrashed, ActorRestarted, Branch, Leaf, Life, Limit, Restart, Strategy
from supervisor.kernel.tree import Tree

MANY = Limit(intensity=1000, period_s=1)


@pytest.fixture
def diary() -> Diary:
    return Diary()


def _tree(*children: Leaf | Branch, **more: object) -> Tree:
    return Tree(Branch(name="root", children=children, **more), Bus())  # type: ignore[arg-type]  # fields by name


# ------------------------------------------------------------------------------------------------ start and stop


async def test_children_start_left_to_right_when_the_one_before_is_ready_and_stop_right_to_left(diary: Diary) -> None:
    inner = Branch(name="inner", children=(diary.leaf("b"), diary.leaf("c")))
    tree = _tree(diary.leaf("a"), inner, diary.leaf("d"))
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

    tree = _tree(Leaf(name="slow", run=slow), diary.leaf("b"))
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

    tree = _tree(diary.leaf("a"), Leaf(name="stubborn", run=stubborn, shutdown_s=7), diary.leaf("c"))
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

    tree = _tree(diary.leaf("a"), Leaf(name="shielded", run=shielded, shutdown_s=1))
    async with running(tree):
        began = trio.current_time()
    assert trio.current_time() - began == pytest.approx(21)
    assert diary.cut() == ["+a", "-shielded", "-a"]


async def test_the_children_of_a_dynamic_branch_stop_side_by_side(autojump_clock: MockClock) -> None:
    async def stubborn(life: Life) -> None:
        life.ready()
        await trio.sleep_forever()

    children = tuple(Leaf(name=f"s{number}", run=stubborn, shutdown_s=7) for number in range(10))
    tree = _tree(*children, dynamic=True)
    async with running(tree):
        began = trio.current_time()
    assert trio.current_time() - began == pytest.approx(7)


async def test_a_branch_past_its_own_bound_is_cancelled_with_all_below_it(autojump_clock: MockClock) -> None:
    async def stubborn(life: Life) -> None:
        life.ready()
        await trio.sleep_forever()

    children = tuple(Leaf(name=f"s{number}", run=stubborn, shutdown_s=7) for number in range(10))
    tree = _tree(Branch(name="inner", children=children, shutdown_s=10))
    async with running(tree):
        began = trio.current_time()
    assert trio.current_time() - began == pytest.approx(10)


async def test_a_stop_during_the_start_stops_what_was_started(diary: Diary) -> None:
    at_work = trio.Event()

    async def never_ready(life: Life) -> None:
        at_work.set()
        await life.wait_for_stop()
        diary.lines.append("-never")

    tree = _tree(diary.leaf("a"), Leaf(name="never", run=never_ready), diary.leaf("c"))
    with trio.fail_after(5):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(tree.run)
            await at_work.wait()
            tree.stop()
            with pytest.raises(BranchEnded):
                await tree.wait_started()
    assert diary.cut() == ["+a", "-never", "-a"]


async def test_cancelling_the_tree_ends_all_of_it_without_a_restart(diary: Diary) -> None:
    tree = _tree(diary.leaf("a"), Branch(name="inner", children=(diary.leaf("b"),)))
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

    tree = _tree(diary.leaf("a"), dynamic=True)
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


# -------------------------------------------------------------------------------------------------------- crashes


@pytest.mark.parametrize(
    ("strategy", "crashing", "expected"),
    [
        (Strategy.ONE_FOR_ONE, "b", ["-b", "+b"]),
        (Strategy.ONE_FOR_ALL, "b", ["-b", "-c", "-a", "+a", "+b", "+c"]),
        (Strategy.REST_FOR_ONE, "b", ["-b", "-c", "+b", "+c"]),
        (Strategy.REST_FOR_ONE, "a", ["-a", "-c", "-b", "+a", "+b", "+c"]),
    ],
)
async def test_a_crash_restarts_whom_the_strategy_says(
    diary: Diary, strategy: Strategy, crashing: str, expected: list[str]
) -> None:
    tree = _tree(diary.leaf("a"), diary.leaf("b"), diary.leaf("c"), strategy=strategy)
    with tree.bus.subscribe(ActorCrashed | ActorRestarted) as facts:
        async with running(tree):
            diary.cut()
            diary.crash(crashing)
            await wait_all_tasks_blocked()
            assert diary.cut() == expected
            told = [fact.body for fact in await facts.take()]
    assert isinstance(told[0], ActorCrashed)
    assert told[0].actor == f"root/{crashing}"
    restarted = [line[1:] for line in expected if line.startswith("+")]
    assert told[1:] == [ActorRestarted(actor=f"root/{name}", restarts=1) for name in restarted]


async def test_a_temporary_sibling_is_stopped_with_the_others_and_not_started_again(diary: Diary) -> None:
    tree = _tree(diary.leaf("a", restart=Restart.TEMPORARY), diary.leaf("b"), strategy=Strategy.ONE_FOR_ALL)
    async with running(tree):
        diary.cut()
        diary.crash("b")
        await wait_all_tasks_blocked()
        assert diary.cut() == ["-b", "-a", "+b"]


@pytest.mark.parametrize(
    ("restart", "crashes", "runs"),
    [
        (Restart.PERMANENT, False, 2),
        (Restart.TRANSIENT, False, 1),
        (Restart.TRANSIENT, True, 2),
        (Restart.TEMPORARY, True, 1),
    ],
)
async def test_a_child_that_ends_is_started_again_by_its_kind(restart: Restart, crashes: bool, runs: int) -> None:
    begun: list[int] = []

    async def run(life: Life) -> None:
        begun.append(1)
        life.ready()
        if len(begun) == 1:
            if crashes:
                raise Planned
            return
        await life.wait_for_stop()

    tree = _tree(Leaf(name="it", run=run, restart=restart))
    async with running(tree):
        await wait_all_tasks_blocked()
        assert len(begun) == runs


async def test_one_crash_never_takes_an_unrelated_child_down(diary: Diary) -> None:
    tree = _tree(
        Branch(name="left", children=(diary.leaf("a"),), limit=MANY),
        Branch(name="right", children=(diary.leaf("b"),), limit=MANY),
    )
    async with running(tree):
        diary.cut()
        for _ in range(20):
            diary.crash("a")
            await wait_all_tasks_blocked()
        assert set(diary.cut()) == {"-a", "+a"}


async def test_a_crash_while_it_is_stopped_is_told_and_changes_nothing(diary: Diary) -> None:
    async def bad_loser(life: Life) -> None:
        life.ready()
        await life.wait_for_stop()
        raise Planned

    tree = _tree(diary.leaf("a"), Leaf(name="bad", run=bad_loser))
    with tree.bus.subscribe(ActorCrashed) as crashes:
        async with running(tree):
            pass
        crashes.close()
        assert [fact.body.actor for fact in await crashes.take()] == ["root/bad"]
    assert diary.cut() == ["+a", "-a"]


# ----------------------------------------------------------------------------------------------------- escalation


async def test_too_many_restarts_stop_the_branch_and_its_parent_restarts_it(diary: Diary) -> None:
    inner = Branch(name="inner", children=(diary.leaf("a"), diary.leaf("b")), limit=Limit(intensity=2, period_s=60))
    tree = _tree(inner, diary.leaf("z"))
    with tree.bus.subscribe(ActorCrashed) as crashes:
        async with running(tree):
            diary.cut()
            for _ in range(3):
                diary.crash("a")
                await wait_all_tasks_blocked()
            assert diary.cut() == ["-a", "+a", "-a", "+a", "-a", "-b", "+a", "+b"]
            told = [(fact.body.actor, fact.body.error) for fact in await crashes.take()]
    assert told[:3] == [("root/inner/a", "Planned: ")] * 3
    assert told[3:] == [("root/inner", "GaveUp: root/inner/a failed 3 times within 60 s")]


async def test_at_the_root_it_is_the_end(diary: Diary) -> None:
    inner = Branch(name="inner", children=(diary.leaf("a"),), limit=Limit(intensity=0))
    tree = _tree(diary.leaf("z"), inner, limit=Limit(intensity=0))
    with pytest.RaisesGroup(pytest.RaisesExc(GaveUp, match="root/inner failed 1 times")):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(tree.run)
            await tree.wait_started()
            diary.crash("a")
    assert diary.cut() == ["+z", "+a", "-a", "-z"]


async def test_restarts_further_apart_than_the_period_go_on_for_ever(diary: Diary, autojump_clock: MockClock) -> None:
    tree = _tree(diary.leaf("a"), limit=Limit(intensity=1, period_s=10))
    async with running(tree):
        for _ in range(20):
            diary.crash("a")
            await trio.sleep(11)
        assert diary.cut() == ["+a"] + ["-a", "+a"] * 20


async def test_a_start_that_fails_at_first_ends_the_tree_and_stops_what_was_started(diary: Diary) -> None:
    tree = _tree(diary.leaf("a"), failing_times(1), diary.leaf("c"))
    with tree.bus.subscribe(ActorCrashed) as crashes:
        with pytest.raises(ChildFailed, match="root/failing: Planned"):
            await tree.run()
        assert [fact.body.actor for fact in await crashes.take()] == ["root/failing"]
    assert diary.cut() == ["+a", "-a"]


async def test_a_child_that_ends_before_it_is_ready_has_failed_to_start() -> None:
    async def shy(_life: Life) -> None: ...

    with pytest.raises(ChildFailed, match="it ended before it was ready"):
        await _tree(Leaf(name="shy", run=shy)).run()


async def test_a_child_that_is_not_ready_in_time_has_failed_to_start(autojump_clock: MockClock) -> None:
    async def slow(_life: Life) -> None:
        await trio.sleep_forever()

    with pytest.raises(ChildFailed, match="not ready within 30 s"):
        await _tree(Leaf(name="slow", run=slow)).run()


async def test_a_restart_that_fails_is_tried_again_within_the_limit(diary: Diary) -> None:
    left, first = [2], [True]

    async def run(life: Life) -> None:
        if first.pop() if first else False:
            life.ready()
            raise Planned
        if left[0]:
            left[0] -= 1
            raise Planned
        diary.lines.append("+it")
        life.ready()
        await life.wait_for_stop()

    tree = _tree(diary.leaf("a"), Leaf(name="it", run=run), limit=Limit(intensity=3, period_s=60))
    async with running(tree):
        await wait_all_tasks_blocked()
        assert diary.cut() == ["+a", "+it"]
        assert [node.restarts for node in tree.nodes()] == [0, 3]


async def test_a_stop_is_heard_during_a_restart(diary: Diary) -> None:
    starting, runs = trio.Event(), [0]

    async def run(life: Life) -> None:
        runs[0] += 1
        if runs[0] == 1:
            life.ready()
            raise Planned
        starting.set()
        await life.wait_for_stop()

    tree = _tree(diary.leaf("a"), Leaf(name="it", run=run))
    with trio.fail_after(5):
        async with running(tree):
            await starting.wait()
    assert diary.cut() == ["+a", "-a"]


# --------------------------------------------------------------------------------------------------- dynamic


async def test_children_come_and_go_while_the_branch_runs(diary: Diary) -> None:
    tree = _tree(Branch(name="servers", dynamic=True))
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
    tree = _tree(Branch(name="servers", dynamic=True))
    async with running(tree):
        with pytest.raises(ChildFailed):
            await tree.add("root/servers", failing_times(1, name="a"))
        await tree.add("root/servers", diary.leaf("a"))
        assert diary.cut() == ["+a"]


async def test_only_a_dynamic_branch_that_runs_can_be_changed(diary: Diary) -> None:
    tree = _tree(diary.leaf("a"))
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

    tree = _tree(Branch(name="servers", dynamic=True, children=(Leaf(name="a", run=ready),)))

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
    tree = _tree(Branch(name="servers", dynamic=True, children=(leaf,), shutdown_s=1))
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

    tree = _tree(Branch(name="servers", dynamic=True, limit=MANY))
    async with running(tree):
        await tree.add("root/servers", Leaf(name="a", run=run))
        await trio.sleep(5.5)
        await tree.remove("root/servers", "a")
        before = runs[0]
        await trio.sleep(60)
        assert runs[0] == before > 4


async def test_a_dynamic_child_that_ended_for_good_is_forgotten(diary: Diary) -> None:
    tree = _tree(Branch(name="servers", dynamic=True))
    async with running(tree):
        await tree.add("root/servers", diary.leaf("a", restart=Restart.TEMPORARY))
        diary.crash("a")
        await wait_all_tasks_blocked()
        assert [node.path for node in tree.nodes()] == ["root/servers"]
        await tree.add("root/servers", diary.leaf("a"))


# ------------------------------------------------------------------------------------------------- two trees


async def test_two_trees_in_one_process_know_nothing_of_each_other() -> None:
    one, other = Diary(), Diary()
    left, right = _tree(one.leaf("a"), limit=MANY), _tree(other.leaf("a"), limit=MANY)
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


async def test_a_bus_belongs_to_one_tree() -> None:
    tree = _tree(Diary().leaf("a"))
    async with running(tree):
        with pytest.RaisesGroup(trio.BusyResourceError):
            await Tree(Branch(name="other"), tree.bus).run()
