"""An engine that says nothing is asked whether it still could: when, how often, and what comes of it."""

from __future__ import annotations

from typing import Any

import pytest
from fakes.engine_life import CONTAINER, OFF, OTHER, STUCK, others, up, waits

from supervisor.engine.messages import Mended, Seen, Suspect
from supervisor.engine.rules import CHECK_S
from supervisor.engine.words import (
    Check,
    CheckDue,
    Checked,
    Connect,
    Ended,
    Heard,
    RetryDue,
)
from supervisor.events import EngineLost
from supervisor.kernel.specs import Decision


def test_an_engine_without_containers_of_ours_is_never_checked() -> None:
    life = up()
    assert waits(life.last) == []
    life.hear(Heard(number=1, seen=[Seen(container=CONTAINER, action="create")]))
    assert waits(life.last) == []


def test_it_is_checked_by_one_clock_as_long_as_containers_of_ours_run() -> None:
    life = up()
    assert waits(life.hear(Heard(number=1, seen=[Seen(container=CONTAINER, action="start")]))) == [CHECK_S]
    assert waits(life.hear(Heard(number=1, seen=[Seen(container=OTHER, action="start")]))) == []
    assert life.hear(CheckDue(number=1), after_s=CHECK_S).do == (Check(number=1),)
    assert waits(life.hear(Checked(number=1, problem=None))) == [CHECK_S]
    life.hear(Heard(number=1, seen=[Seen(container=CONTAINER, action="die"), Seen(container=OTHER, action="destroy")]))
    assert life.hear(CheckDue(number=1), after_s=CHECK_S).do == ()
    assert waits(life.hear(Heard(number=1, seen=[Seen(container=OTHER, action="start")]))) == [CHECK_S]
    assert life.states_told() == []


@pytest.mark.parametrize(("problem", "state"), [(STUCK, "paused"), (OFF, "down")])
def test_a_check_that_fails_is_a_loss_though_the_stream_has_not_ended(problem: Any, state: str) -> None:
    life = up(CONTAINER)
    old = life.number
    life.hear(CheckDue(number=old), after_s=CHECK_S)
    decision = life.hear(Checked(number=old, problem=problem), after_s=5)
    assert waits(decision) == [2]
    assert life.states_told() == [state]
    assert life.published == [EngineLost(state=state, problem=problem)]
    for late in (Heard(number=old, seen=[]), Ended(number=old, problem=OFF), CheckDue(number=old)):
        assert life.hear(late) == Decision(life.state)
    life.hear(RetryDue(number=life.number), after_s=2)
    life.connected(CONTAINER)
    life.hear(Mended(kept=1, ended=0))
    assert life.states_told() == ["recovering", "up"]


def test_a_suspicion_is_looked_into_at_once_and_its_end_is_told() -> None:
    life = up()
    assert life.hear(Suspect(reason="no answer")).do == (Check(number=1),)
    assert life.hear(Suspect(reason="no answer")).do == ()  # somebody is looking already
    life.hear(Checked(number=1, problem=None))
    assert life.states_told() == ["up"]
    assert life.hear(Checked(number=1, problem=STUCK)) == Decision(life.state)  # nobody has asked for that one


def test_a_suspicion_while_it_is_checked_anyway_is_answered_too() -> None:
    life = up(CONTAINER)
    life.hear(CheckDue(number=1), after_s=CHECK_S)
    assert life.hear(Suspect(reason="no answer")).do == ()
    assert waits(life.hear(Checked(number=1, problem=None))) == [CHECK_S]
    assert life.states_told() == ["up"]


def test_a_check_that_falls_due_while_a_suspicion_is_looked_into_waits_for_its_end() -> None:
    life = up(CONTAINER)
    life.hear(Suspect(reason="no answer"), after_s=CHECK_S)
    assert life.hear(CheckDue(number=1)).do == ()
    assert waits(life.hear(Checked(number=1, problem=None))) == [CHECK_S]


def test_a_suspicion_of_an_engine_that_is_gone_tries_it_but_not_too_often() -> None:
    life = up()
    life.ended()
    life.failed()
    assert life.hear(Suspect(reason="no answer"), after_s=1).do == ()
    assert others(life.hear(Suspect(reason="no answer"), after_s=1.5)) == [Connect(docker="/usr/bin/docker", number=3)]
    assert life.hear(Suspect(reason="no answer"), after_s=9).do == ()  # it is being tried


def test_one_clock_only_also_after_a_suspicion_that_came_to_nothing() -> None:
    life = up(CONTAINER)
    life.hear(Suspect(reason="no answer"))
    assert waits(life.hear(Checked(number=1, problem=None))) == []  # the one that began with the connection goes on
