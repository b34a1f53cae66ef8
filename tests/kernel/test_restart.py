"""The rules of restarting, as tables and as properties."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supervisor.kernel.restart import History, Plan, is_restarted, plan
from supervisor.kernel.specs import Branch, Leaf, Life, Limit, Restart, Strategy

P, TR, TE = Restart.PERMANENT, Restart.TRANSIENT, Restart.TEMPORARY
ONE, ALL, REST = Strategy.ONE_FOR_ONE, Strategy.ONE_FOR_ALL, Strategy.REST_FOR_ONE


@pytest.mark.parametrize(
    ("kind", "crashed", "expected"),
    [(P, True, True), (P, False, True), (TR, True, True), (TR, False, False), (TE, True, False), (TE, False, False)],
)
def test_a_kind_says_whether_a_child_that_ended_is_started_again(kind: Restart, crashed: bool, expected: bool) -> None:
    assert is_restarted(kind, crashed=crashed) is expected


@pytest.mark.parametrize(
    ("strategy", "kinds", "ended", "expected"),
    [
        (ONE, {"a": P, "b": P, "c": P}, "b", Plan(start=("b",))),
        (ALL, {"a": P, "b": P, "c": P}, "b", Plan(stop=("c", "a"), start=("a", "b", "c"))),
        (REST, {"a": P, "b": P, "c": P}, "b", Plan(stop=("c",), start=("b", "c"))),
        (REST, {"a": P, "b": P, "c": P}, "a", Plan(stop=("c", "b"), start=("a", "b", "c"))),
        (REST, {"a": P, "b": P, "c": P}, "c", Plan(start=("c",))),
        (ALL, {"a": P}, "a", Plan(start=("a",))),
        (ALL, {"a": TE, "b": P, "c": TR}, "b", Plan(stop=("c", "a"), forget=("a",), start=("b", "c"))),
        (REST, {"a": TE, "b": P, "c": TE}, "b", Plan(stop=("c",), forget=("c",), start=("b",))),
        (ONE, {"a": TE, "b": P}, "b", Plan(start=("b",))),
    ],
)
def test_a_strategy_says_who_is_stopped_and_who_is_started(
    strategy: Strategy, kinds: dict[str, Restart], ended: str, expected: Plan
) -> None:
    assert plan(strategy, kinds, ended) == expected


@pytest.mark.parametrize(
    ("times", "intensity", "period_s", "expected"),
    [
        ([0], 0, 5, True),
        ([0], 1, 5, False),
        ([0, 1, 2], 3, 5, False),
        ([0, 1, 2, 3], 3, 5, True),
        ([0, 1, 2, 5], 3, 5, True),  # the period includes its end
        ([0, 1, 2, 5.5], 3, 5, False),
        ([0, 6, 12, 18], 1, 5, False),
    ],
)
def test_more_restarts_than_the_intensity_within_the_period_exceed_the_limit(
    times: list[float], intensity: int, period_s: float, expected: bool
) -> None:
    limit, history = Limit(intensity=intensity, period_s=period_s), History()
    for now in times:
        history = history.add(now, limit)
    assert history.exceeds(limit) is expected


@given(
    st.lists(st.integers(0, 20), max_size=60),
    st.integers(0, 6),
    st.integers(0, 50),
)
def test_the_history_agrees_with_counting_all_restarts_there_ever_were(
    gaps: list[int], intensity: int, period_s: int
) -> None:
    limit, history, times = Limit(intensity=intensity, period_s=period_s), History(), list[int]()
    for gap in gaps:
        now = (times[-1] if times else 0) + gap
        times.append(now)
        history = history.add(now, limit)
        assert history.exceeds(limit) == (sum(now - then <= period_s for then in times) > intensity)
        assert len(history.times) <= len(times)


async def _run(_life: Life) -> None: ...


def test_two_children_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="two children of one name"):
        Branch(name="root", children=(Leaf(name="a", run=_run), Leaf(name="a", run=_run)))


@pytest.mark.parametrize("strategy", [ALL, REST])
def test_a_dynamic_branch_restarts_one_for_one_only(strategy: Strategy) -> None:
    with pytest.raises(ValueError, match="dynamic"):
        Branch(name="root", dynamic=True, strategy=strategy)
