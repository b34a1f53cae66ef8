"""Children that end: who is restarted, and when a branch gives up."""

from __future__ import annotations

import pytest
import trio
from fakes.kernel import Diary, Planned, failing_times, running, tree_of
from trio.testing import MockClock, wait_all_tasks_blocked

from supervisor.kernel.node import ChildFailed, GaveUp
from supervisor.kernel.specs import ActorCrashed, ActorRestarted, Branch, Leaf, Life, Limit, Restart, Strategy

MANY = Limit(intensity=1000, period_s=1)


@pytest.fixture
def diary() -> Diary:
    return Diary()


# ---------------------------------------------------------------------------------------------- crashes


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
    tree = tree_of(diary.leaf("a"), diary.leaf("b"), diary.leaf("c"), strategy=strategy)
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
    tree = tree_of(diary.leaf("a", restart=Restart.TEMPORARY), diary.leaf("b"), strategy=Strategy.ONE_FOR_ALL)
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

    tree = tree_of(Leaf(name="it", run=run, restart=restart))
    async with running(tree):
        await wait_all_tasks_blocked()
        assert len(begun) == runs


async def test_one_crash_never_takes_an_unrelated_child_down(diary: Diary) -> None:
    tree = tree_of(
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

    tree = tree_of(diary.leaf("a"), Leaf(name="bad", run=bad_loser))
    with tree.bus.subscribe(ActorCrashed) as crashes:
        async with running(tree):
            pass
        crashes.close()
        assert [fact.body.actor for fact in await crashes.take()] == ["root/bad"]
    assert diary.cut() == ["+a", "-a"]


# ---------------------------------------------------------------------------------------------- escalation


async def test_too_many_restarts_stop_the_branch_and_its_parent_restarts_it(diary: Diary) -> None:
    inner = Branch(name="inner", children=(diary.leaf("a"), diary.leaf("b")), limit=Limit(intensity=2, period_s=60))
    tree = tree_of(inner, diary.leaf("z"))
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
    tree = tree_of(diary.leaf("z"), inner, limit=Limit(intensity=0))
    with pytest.RaisesGroup(pytest.RaisesExc(GaveUp, match="root/inner failed 1 times")):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(tree.run)
            await tree.wait_started()
            diary.crash("a")
    assert diary.cut() == ["+z", "+a", "-a", "-z"]


async def test_restarts_further_apart_than_the_period_go_on_for_ever(diary: Diary, autojump_clock: MockClock) -> None:
    tree = tree_of(diary.leaf("a"), limit=Limit(intensity=1, period_s=10))
    async with running(tree):
        for _ in range(20):
            diary.crash("a")
            await trio.sleep(11)
        assert diary.cut() == ["+a"] + ["-a", "+a"] * 20


async def test_a_start_that_fails_at_first_ends_the_tree_and_stops_what_was_started(diary: Diary) -> None:
    tree = tree_of(diary.leaf("a"), failing_times(1), diary.leaf("c"))
    with tree.bus.subscribe(ActorCrashed) as crashes:
        with pytest.raises(ChildFailed, match="root/failing: Planned"):
            await tree.run()
        crashes.close()
        assert [fact.body.actor for fact in await crashes.take()] == ["root/failing"]
    assert diary.cut() == ["+a", "-a"]


async def test_a_child_that_ends_before_it_is_ready_has_failed_to_start() -> None:
    async def shy(_life: Life) -> None: ...

    with pytest.raises(ChildFailed, match="it ended before it was ready"):
        await tree_of(Leaf(name="shy", run=shy)).run()


async def test_a_child_that_is_not_ready_in_time_has_failed_to_start(autojump_clock: MockClock) -> None:
    async def slow(_life: Life) -> None:
        await trio.sleep_forever()

    with trio.fail_after(1000), pytest.raises(ChildFailed, match="not ready within 30 s"):
        await tree_of(Leaf(name="slow", run=slow)).run()


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

    tree = tree_of(diary.leaf("a"), Leaf(name="it", run=run), limit=Limit(intensity=3, period_s=60))
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

    tree = tree_of(diary.leaf("a"), Leaf(name="it", run=run))
    with trio.fail_after(5):
        async with running(tree):
            await starting.wait()
    assert diary.cut() == ["+a", "-a"]
