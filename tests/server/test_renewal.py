"""A server goes by another profile: at once where what runs does not depend on it, else when nothing is left."""

from __future__ import annotations

from typing import Any

import pytest
from fakes.server import LAUNCHER, SCANNER, Play, gone, in_life, profile

from supervisor.config.specs import Grace
from supervisor.kernel.specs import Stop
from supervisor.launch.messages import Halt as HaltInstance
from supervisor.launch.messages import Launch
from supervisor.server.messages import Adapt, Done, Halt, Life, Recovered, Renew, Rescan, Start


def test_bounds_are_changed_in_place_and_only_spares_that_are_too_many_end() -> None:
    play = Play(spares=1).come_up()
    before = play.here("spare")
    play.hear(Adapt(profile=profile(spares=2, grace=Grace(term_s=9.0)), reply_to="op"))
    assert (play.halts()[1:], len(play.here("spare"))) == ([], 2)
    assert play.all(Launch)[-1].grace.term_s == 9.0
    assert play.answers("op") == [Done(server="tickets", life="ready")]
    play.hear(Adapt(profile=profile(spares=0)))
    assert set(before) <= set(play.halts())


def test_one_that_is_lazy_no_more_is_started() -> None:
    play = Play(begins="lazy").hear(Adapt(profile=profile(begins="starting")))
    assert (play.state.life, len(play.launches())) == ("starting", 1)


def test_another_profile_begins_when_nothing_is_left_of_the_former() -> None:
    play = Play().come_up().hear(Renew(profile=profile(command="command-2", launcher="root/work/other"), reply_to="op"))
    assert (play.state.life, play.answers("op")) == ("stopping", [])
    assert {receiver for receiver, message in play.told if isinstance(message, HaltInstance)} == {LAUNCHER}
    launches = len(play.launches())
    gone(play)
    assert play.answers("op") == [Done(server="tickets", life="starting")]
    assert (play.state.tools, play.state.listed, play.state.era) == (None, None, None)
    assert len(play.launches()) == launches + 1
    assert [receiver for receiver, message in play.told if isinstance(message, Launch)][-1] == "root/work/other"
    assert play.all(Launch)[-1].command == "command-2"


@pytest.mark.parametrize(
    ("life", "begins", "after"),
    [
        ("ready", "starting", "starting"),
        ("ready", "disabled", "disabled"),
        ("ready", "lazy", "lazy"),
        ("crash_looping", "starting", "starting"),
        ("engine_down", "starting", "starting"),
        ("quarantined", "starting", "starting"),
        ("failed", "starting", "starting"),
        ("disabled", "disabled", "disabled"),
        ("disabled", "starting", "starting"),
        ("stopping", "starting", "stopped"),  # by hand, so it stays so
        ("stopped", "lazy", "stopped"),
        ("stopped", "starting", "starting"),  # it was lazy: the config says something new of it
    ],
)
def test_how_it_goes_on_is_what_the_config_says_unless_somebody_has_stopped_it(
    life: Life, begins: Life, after: Life
) -> None:
    play = in_life(life).hear(Renew(profile=profile(begins=begins)))
    assert gone(play).state.life == after
    assert play.state.failures.streak == 0


@pytest.mark.parametrize("first", ["stopped", "disabled", "lazy", "starting"])
@pytest.mark.parametrize("by_hand", [Start, Halt])
def test_what_a_person_has_decided_stands_however_often_the_config_changes(first: Life, by_hand: type[Any]) -> None:
    begins: Life = "starting" if first == "stopped" else first
    play = Play(begins=begins)
    gone(play.hear(Halt()) if first == "stopped" else play)
    gone(play.hear(by_hand()))
    after = "starting" if by_hand is Start else "disabled" if begins == "disabled" else "stopped"
    for number in range(3):
        play.hear(Renew(profile=profile(begins=begins, command=f"command-{number}")))
        assert gone(play).state.life == after
        assert play.state.profile.command == f"command-{number}"
    other: Life = "lazy" if begins == "disabled" else "disabled"
    assert gone(play.hear(Renew(profile=profile(begins=other)))).state.life == other


@pytest.mark.parametrize("between", [Adapt, Renew])
@pytest.mark.parametrize("is_stopped", [False, True])
def test_a_further_profile_before_the_former_has_begun_decides_nothing_anew(
    between: type[Any], *, is_stopped: bool
) -> None:
    play = Play(begins="disabled").hear(Start()).come_up()
    play.hear(*([Halt()] if is_stopped else []), Renew(profile=profile(begins="disabled", command="2")))
    play.hear(between(profile=profile(begins="disabled", command="3")))
    assert gone(play).state.life == ("stopped" if is_stopped else "starting")
    assert play.state.profile.command == "3"


def test_one_that_is_stopped_while_it_goes_over_stays_stopped() -> None:
    play = Play().come_up().hear(Renew(profile=profile(command="2"), reply_to="reload"), Halt(reply_to="op"))
    launches = len(play.launches())
    done = [Done(server="tickets", life="stopped")]
    assert (gone(play).state.life, play.answers("op"), play.answers("reload")) == ("stopped", done, done)
    assert len(play.launches()) == launches
    assert gone(play.hear(Renew(profile=profile(command="3")))).state.life == "stopped"
    assert play.hear(Start()).all(Launch)[-1].command == "3"


def test_the_last_of_a_stop_and_a_start_while_it_goes_over_is_what_counts() -> None:
    play = Play().come_up().hear(Renew(profile=profile(command="2")), Halt(), Start())
    assert gone(play).state.life == "starting"
    play = Play().come_up().hear(Renew(profile=profile(command="2")), Start(), Halt())
    assert gone(play).state.life == "stopped"
    play = Play().come_up().hear(Renew(profile=profile(command="2")), Halt(), Renew(profile=profile(command="3")))
    assert gone(play).state.life == "stopped"
    play = Play().come_up().hear(Renew(profile=profile(begins="disabled")), Halt())
    assert gone(play).state.life == "disabled"


def test_one_that_is_started_for_a_scan_alone_is_stopped_again_by_another_profile() -> None:
    play = Play(scanner=SCANNER, begins="lazy").hear(Halt(), Rescan(reply_to="op"))
    assert play.state.life == "starting"
    play.hear(Renew(profile=profile(scanner=SCANNER, begins="lazy", command="2")))
    assert gone(play).state.life == "stopped"


def test_a_start_before_it_is_known_what_was_left_is_one_by_the_other_profile() -> None:
    play = Play(recovered=False, begins="disabled").hear(Renew(profile=profile(begins="disabled", command="2")))
    play.hear(Start(), Recovered(attached=[], loose=["tickets#old.1"]))
    assert gone(play).state.life == "starting"
    assert {launch.command for launch in play.all(Launch)} == {"2"}


def test_one_that_was_started_by_hand_goes_on_though_it_is_disabled_in_the_config() -> None:
    play = Play(begins="disabled").hear(Start()).come_up()
    play.hear(Renew(profile=profile(begins="disabled", command="command-2")))
    assert gone(play).state.life == "starting"


def test_a_start_in_between_and_a_further_profile_are_heard() -> None:
    play = Play().come_up().hear(Renew(profile=profile(begins="disabled")), Start())
    assert gone(play).state.life == "starting"
    play = Play().come_up().hear(Renew(profile=profile(command="command-2")), Adapt(profile=profile(command="3")))
    assert gone(play).all(Launch)[-1].command == "3"


@pytest.mark.parametrize("begins", ["starting", "lazy", "disabled"])
def test_another_profile_before_it_is_known_what_was_left_waits_for_that(begins: Life) -> None:
    play = Play(recovered=False, begins=begins).hear(Renew(profile=profile(), reply_to="op"))
    assert play.answers("op") == []
    play.hear(Recovered(attached=["tickets#old.1"], loose=["tickets#old.2"]))
    assert len(gone(play).answers("op")) == 1
    assert len(play.here("probe")) == (play.state.life == "starting")


def test_an_end_comes_before_another_profile() -> None:
    play = Play().come_up().hear(Renew(profile=profile()), Stop())
    assert gone(play).is_done
    assert play.here("probe") == []
