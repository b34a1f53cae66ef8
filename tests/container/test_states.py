"""The life of a container: what the table promises, and that its page says the same."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest

from scripts import generate
from scripts.pages import container_life
from supervisor.container.states import ENDS, EVENTS, FIRST, LIFE, STATES, Event, State, after

ALL_STATES: tuple[State, ...] = get_args(State)
ALL_EVENTS: tuple[Event, ...] = get_args(Event)
LIVING = [state for state in ALL_STATES if state not in ENDS]
EXPOSED = [state for state in LIVING if state not in {"absent", "stopping", "engine_down"}]
"""States in which something is expected of the engine; a stop has begun what it needs already."""


def reachable(state: State, *, by: tuple[Event, ...] = ALL_EVENTS) -> set[State]:
    found: set[State] = {state}
    while True:
        more = {then for was in found for event in by if (then := after(was, event))} - found
        if not more:
            return found
        found |= more


def follow(state: State, *events: Event) -> State:
    for event in events:
        state = after(state, event) or state
    return state


def test_every_state_and_event_is_explained_and_used() -> None:
    assert set(STATES) == set(ALL_STATES)
    assert set(EVENTS) == set(ALL_EVENTS)
    assert {event for _, event in LIFE} == set(ALL_EVENTS)
    assert reachable(FIRST) == set(ALL_STATES)


def test_a_whole_life() -> None:
    events: tuple[Event, ...] = ("launch", "resolved", "image_present", "created", "started", "halt", "verified_gone")
    states = [follow(FIRST, *events[:count]) for count in range(len(events) + 1)]
    assert states == ["absent", "resolving", "pulling", "creating", "creating", "running", "stopping", "gone"]


@pytest.mark.parametrize("state", sorted(ENDS))
def test_nothing_leads_out_of_an_end(state: State) -> None:
    assert reachable(state) == {state}


@pytest.mark.parametrize("state", LIVING)
def test_every_life_can_be_stopped_and_then_comes_to_an_end_whatever_the_engine_does(state: State) -> None:
    stopped = follow(state, "halt")
    assert stopped in {"stopping", "gone"}
    assert follow(stopped, "halt", "engine_lost", "engine_back", "died", "started", "unpaused") == stopped
    assert follow(stopped, "verified_gone") == "gone"


@pytest.mark.parametrize("state", EXPOSED)
def test_from_every_state_the_engine_can_be_lost_and_come_back(state: State) -> None:
    assert after(state, "engine_lost") == "engine_down"
    assert after("engine_down", "engine_back") == "running"
    # What was under way before may still come about, as if the engine had never been away.
    for event in ALL_EVENTS:
        then = after(state, event)
        if then and event not in {"engine_lost"}:
            assert after("engine_down", event) == then


@pytest.mark.parametrize("state", LIVING)
def test_doubled_events_change_nothing_more(state: State) -> None:
    for event in ALL_EVENTS:
        once = follow(state, event)
        assert follow(once, event) == once


def test_a_paused_container_is_not_running_until_it_goes_on() -> None:
    assert follow("running", "paused") == "paused"
    assert follow("paused", "started") == "paused"
    assert follow("paused", "unpaused") == "running"


def test_the_page_follows_the_table(tmp_path: Path) -> None:
    root = Path(generate.__file__).parents[1]
    source = tmp_path / "supervisor" / "container" / "states.py"
    source.parent.mkdir(parents=True)
    text = (root / "supervisor" / "container" / "states.py").read_text()
    source.write_text(text)
    before = container_life.pages(tmp_path)
    assert before == container_life.pages(root)
    source.write_text(text.replace('("paused", "unpaused"): "running"', '("paused", "unpaused"): "creating"'))
    (stale,) = container_life.pages(tmp_path).values()
    assert "    paused --> creating: unpaused\n" in stale
    assert "| `paused` | `unpaused` | `creating` |" in stale
    assert "paused --> creating" not in before["container-life.md"]
