"""What the actor that watches the engine decides: lost, tried again, found, looked through; and what comes late."""

from __future__ import annotations

from typing import Any

import pytest
from fakes.engine_life import CONTAINER, FORBIDDEN, HOST, OFF, STUCK, Life, gone, others, up, waits

from supervisor.engine.messages import Mended, Seen, Stood, Suspect, Watch
from supervisor.engine.rules import CHECK_S, MEND_S
from supervisor.engine.words import (
    Appeared,
    AwaitSocket,
    CheckDue,
    Checked,
    Connect,
    Connected,
    Ended,
    Failed,
    Hear,
    Heard,
    MendDue,
    RetryDue,
)
from supervisor.events import EngineLost, EngineRecovered, EngineUp
from supervisor.kernel.specs import Decision


def test_nothing_is_asked_before_somebody_wants_to_know() -> None:
    life = Life()
    assert life.last.do == ()
    assert life.last.ready
    assert life.hear(Suspect(reason="a feeling")).do == ()


def test_the_first_question_connects_and_the_answer_is_told() -> None:
    life = Life()
    assert life.watch().do == (Connect(docker="/usr/bin/docker", number=1),)
    assert life.told == []
    assert life.connected().do == (Hear(number=1),)
    assert life.told == [("docker", Stood(state="up", host=HOST, version="28.2.2"))]
    assert life.published == [EngineUp(host=HOST, version="28.2.2")]


def test_who_asks_later_or_again_is_told_at_once_and_nothing_else_happens() -> None:
    life = up()
    for who in ("second", "docker"):
        decision = life.watch(who)
        assert decision.do == ()
        assert decision.tell == ((who, Stood(state="up", host=HOST, version="28.2.2")),)
    assert life.state.watchers == ("docker", "second")


def test_another_docker_command_may_mean_another_engine() -> None:
    life = up()
    assert life.hear(Watch(reply_to="docker", docker="/opt/docker")).do == (Connect(docker="/opt/docker", number=2),)
    life.told = []
    life.connected()
    assert life.states_told() == ["down", "recovering"]  # its containers are others


def test_an_engine_that_is_off_is_tried_for_ever_ever_more_seldom() -> None:
    life = Life()
    life.watch()
    found = []
    for _ in range(8):
        decision = life.failed()
        assert others(decision) == [AwaitSocket(number=life.number)]
        found += waits(decision)
        assert others(life.hear(RetryDue(number=life.number), after_s=found[-1])) == [
            Connect(docker="/usr/bin/docker", number=life.number)
        ]
    assert found == [2, 5, 10, 30, 60, 60, 60, 60]
    assert life.states_told() == ["down"]
    assert life.published == [EngineLost(state="down", problem=OFF)]


def test_an_engine_that_comes_up_for_the_first_time_is_up_and_has_not_recovered() -> None:
    life = Life()
    life.watch()
    life.failed()
    life.hear(RetryDue(number=1), after_s=2)
    life.connected()
    assert life.states_told() == ["down", "up"]
    assert [type(fact) for fact in life.published] == [EngineLost, EngineUp]


def test_the_socket_that_is_there_anew_is_tried_at_once_and_the_waits_begin_anew() -> None:
    life = Life()
    life.watch()
    for wait_s in (2, 5, 10):
        assert waits(life.failed()) == [wait_s]
        if wait_s < 10:
            life.hear(RetryDue(number=life.number), after_s=wait_s)
    old = life.number
    assert life.hear(Appeared(number=old)).do == (Connect(docker="/usr/bin/docker", number=old + 1),)
    assert life.hear(RetryDue(number=old)).do == ()  # the wait that it cut short
    assert waits(life.failed()) == [2]


def test_another_reason_is_told_and_the_same_reason_is_not() -> None:
    life = Life()
    life.watch()
    for problem in (OFF, OFF, FORBIDDEN, FORBIDDEN, STUCK, OFF):
        life.failed(problem)
        life.hear(RetryDue(number=life.number), after_s=60)
    told = [message.problem for _, message in life.told if isinstance(message, Stood)]
    assert told == [OFF, FORBIDDEN, STUCK, OFF]
    assert life.states_told() == ["down", "down", "paused", "down"]
    assert len(life.published) == 1


def test_the_end_of_the_stream_is_looked_into_at_once_before_anything_is_said() -> None:
    life = up()
    assert life.ended().do == (Connect(docker="/usr/bin/docker", number=2),)
    assert life.told == []
    life.failed()
    assert life.states_told() == ["down"]
    assert life.published == [EngineLost(state="down", problem=OFF)]


def test_an_engine_that_is_back_is_up_when_what_is_left_was_looked_through() -> None:
    life = up()
    life.ended()
    life.failed()
    life.hear(RetryDue(number=life.number), after_s=2)
    decision = life.connected(CONTAINER, after_s=1)
    assert others(decision) == [Hear(number=life.number)]
    assert waits(decision) == [MEND_S, CHECK_S]
    assert life.states_told() == ["down", "recovering"]
    life.hear(Mended(kept=3, ended=2), after_s=4)
    assert life.states_told() == ["up"]
    assert life.published[-1] == EngineRecovered(host=HOST, version="28.2.2", down_s=3.0, kept=3, ended=2)
    assert life.hear(MendDue(number=life.number), after_s=26).publish == ()


def test_who_never_says_that_he_has_looked_is_waited_for_only_so_long() -> None:
    life = up()
    life.watch("second")
    life.ended()
    life.failed()
    life.hear(RetryDue(number=life.number), after_s=2)
    life.connected()
    life.told = []
    life.hear(Mended(kept=1, ended=0))
    assert life.states_told() == []  # the other one is still at it
    life.hear(MendDue(number=life.number), after_s=MEND_S)
    assert life.states_told() == ["up"]
    assert life.published[-1] == EngineRecovered(host=HOST, version="28.2.2", down_s=2.0, kept=1, ended=0)


def test_an_engine_that_goes_away_again_before_all_was_looked_through_is_one_loss() -> None:
    life = up()
    life.ended()
    life.failed()
    life.hear(RetryDue(number=life.number), after_s=2)
    life.connected()
    late = life.number
    life.ended()
    life.failed()
    assert life.hear(Mended(kept=1, ended=1)).publish == ()
    assert life.hear(MendDue(number=late)).publish == ()
    life.hear(Appeared(number=life.number), after_s=5)
    life.connected()
    life.hear(Mended(kept=0, ended=1))
    assert life.states_told() == ["down", "recovering", "down", "recovering", "up"]
    assert life.published == [
        EngineLost(state="down", problem=OFF),
        EngineRecovered(host=HOST, version="28.2.2", down_s=7.0, kept=0, ended=1),
    ]


def test_a_stream_that_was_only_cut_has_what_was_missed_looked_through_and_no_loss_is_told() -> None:
    life = up()
    life.ended()
    life.connected()
    assert life.states_told() == ["down", "recovering"]
    life.hear(Mended(kept=1, ended=0))
    assert life.states_told() == ["up"]
    assert life.published == []


def test_what_happens_to_containers_is_passed_on_to_everybody() -> None:
    life = up()
    life.watch("second")
    life.told = []
    facts = [Seen(container=CONTAINER, action="start"), Seen(container=CONTAINER, action="die", exit_code=137)]
    assert others(life.hear(Heard(number=1, seen=facts))) == [Hear(number=1)]
    assert life.told == [(who, fact) for fact in facts for who in ("docker", "second")]


@pytest.mark.parametrize(
    "make",
    [
        lambda number: Connected(number=number, host="other", version="0", running=[CONTAINER]),
        lambda number: Failed(number=number, host="other", problem=STUCK),
        lambda number: Heard(number=number, seen=[Seen(container=CONTAINER, action="die")]),
        lambda number: Ended(number=number, problem=STUCK),
        lambda number: Checked(number=number, problem=STUCK),
        lambda number: Appeared(number=number),
        lambda number: RetryDue(number=number),
        lambda number: CheckDue(number=number),
        lambda number: MendDue(number=number),
    ],
)
def test_what_belongs_to_an_earlier_try_changes_nothing(make: Any) -> None:
    for life in (up(), gone()):
        assert life.hear(make(life.number - 1)) == Decision(life.state)


@pytest.mark.parametrize(
    "message",
    [
        Connected(number=1, host="other", version="0", running=[CONTAINER]),
        Failed(number=1, host="other", problem=STUCK),
        Checked(number=1, problem=STUCK),
        MendDue(number=1),
        Mended(kept=5, ended=5),
    ],
)
def test_what_comes_twice_or_was_not_asked_for_changes_nothing(message: Any) -> None:
    life = up()
    assert life.hear(message) == Decision(life.state)
