"""The life of a server by its rules: how it begins and ends, and what operators ask of it at any moment."""

from __future__ import annotations

import pytest
from fakes.server import (
    EVERY_LIFE,
    LAUNCHER,
    REFUSED,
    Play,
    exited,
    gone,
    in_life,
    instance,
    launched,
    listed,
    stopped,
)
from msgspec import Struct

from supervisor.errors import NotReady
from supervisor.events import ServerFailed, ServerReady, ServerStarting, ServerStopped
from supervisor.kernel.specs import Stop
from supervisor.launch.messages import Halt as HaltInstance
from supervisor.launch.messages import LaunchFailed
from supervisor.server.messages import (
    Attach,
    Describe,
    Described,
    Done,
    Halt,
    HaltOver,
    Life,
    Looked,
    NotAttached,
    NotListed,
    Recovered,
    Restart,
    StageOver,
    Start,
)
from supervisor.server.states import LIVES, Look, Probe, Recover

# ---------------------------------------------------------------------------------------------------- how it begins


def test_a_start_is_a_probe_then_its_questions_then_a_spare_in_its_place() -> None:
    play = Play()
    assert (play.state.life, play.launches()) == ("starting", [instance(1)])
    play.hear(launched(instance(1)))
    assert play.all(Probe) == [Probe(instance=instance(1), era=None)]
    assert play.here("spare") == []
    play.hear(listed(instance(1)))
    assert (play.state.life, play.halts(), len(play.here("spare"))) == ("ready", [instance(1)], 1)
    assert [event.stage for event in play.all(ServerStarting)] == ["create", "handshake"]
    assert play.last(ServerReady).tools == 3


def test_it_counts_as_started_when_it_knows_what_was_left() -> None:
    play = Play(recovered=False)
    assert (play.all(Recover), play.is_started, play.launches()) == ([Recover(server="tickets")], False, [])
    assert play.hear(Recovered(attached=[], loose=[])).is_started


@pytest.mark.parametrize(
    ("begins", "life", "launches"),
    [
        ("starting", "starting", 1),
        ("lazy", "lazy", 0),  # waits for its first session
        ("disabled", "disabled", 0),  # waits for an operator
        ("failed", "failed", 0),  # its configuration says why
    ],
)
def test_how_it_begins_is_a_matter_of_its_configuration(begins: Life, life: Life, launches: int) -> None:
    play = Play(begins=begins)
    assert (play.state.life, len(play.launches())) == (life, launches)


def test_a_lazy_server_starts_with_its_first_session_and_keeps_it_waiting() -> None:
    play = Play(begins="lazy").attach()
    assert (play.state.life, play.answers("s1")) == ("starting", [])
    play.attach("s2")
    assert play.answers("s2") == []
    play.come_up()
    assert len(play.answers("s1")) == len(play.answers("s2")) == 1


def test_one_that_is_not_probed_is_ready_at_once_and_launches_for_its_session_only() -> None:
    play = Play(is_probed=False, spares=0)
    assert (play.state.life, play.launches()) == ("ready", [])
    assert len(play.attach().launches()) == 1


# ------------------------------------------------------------------------------------------------- what operators ask


@pytest.mark.parametrize(
    ("life", "after"),
    [
        ("disabled", "starting"),
        ("lazy", "starting"),
        ("starting", "starting"),  # it does already
        ("ready", "ready"),
        ("backing_off", "starting"),  # now, whatever was held back
        ("crash_looping", "starting"),
        ("failed", "starting"),
        ("stopping", "stopping"),  # once everything is gone
        ("stopped", "starting"),
    ],
)
def test_start_in_every_life(life: Life, after: Life) -> None:
    play = in_life(life).hear(Start(reply_to="op"))
    assert (play.state.life, play.answers("op")) == (after, [Done(server="tickets", life=after)])
    assert len(play.here("probe")) == (after == "starting")


@pytest.mark.parametrize(
    ("life", "after"),
    [
        ("disabled", "disabled"),  # nothing to stop, and nobody asked for it to be started
        ("lazy", "stopped"),
        ("starting", "stopped"),
        ("ready", "stopped"),
        ("backing_off", "stopped"),
        ("crash_looping", "stopped"),
        ("failed", "stopped"),
        ("stopping", "stopped"),
        ("stopped", "stopped"),
    ],
)
def test_stop_in_every_life_is_answered_once_nothing_is_left(life: Life, after: Life) -> None:
    play = in_life(life).hear(Halt(reply_to="op"))
    had_instances = bool(play.state.instances)
    assert play.answers("op") == ([] if had_instances else [Done(server="tickets", life=after)])
    gone(play)
    assert (play.state.life, play.answers("op")) == (after, [Done(server="tickets", life=after)])
    assert play.state.retry == 0


@pytest.mark.parametrize("life", EVERY_LIFE)
def test_restart_in_every_life_ends_in_a_start_without_a_past(life: Life) -> None:
    play = gone(in_life(life).hear(Restart(reply_to="op")))
    assert (play.state.life, len(play.answers("op")), play.state.failures.streak) == ("starting", 1, 0)
    assert len(play.here("probe")) == 1
    assert play.come_up().state.life == "ready"


@pytest.mark.parametrize("life", EVERY_LIFE)
def test_the_end_of_the_actor_in_every_life_leaves_nothing_behind(life: Life) -> None:
    play = in_life(life).hear(Stop())
    assert play.is_done == (not play.state.instances)
    assert set(play.state.instances) <= set(play.halts())
    assert gone(play).is_done


@pytest.mark.parametrize("life", EVERY_LIFE)
def test_it_can_be_described_in_every_life(life: Life) -> None:
    described = in_life(life).hear(Describe(reply_to="op")).answers("op")[-1]
    assert isinstance(described, Described)
    assert described.life == life
    assert (described.problem is not None) == (
        life in ("backing_off", "crash_looping", "engine_down", "failed", "quarantined")
    )
    assert (described.retry_in_s is not None) == (life in ("backing_off", "crash_looping", "engine_down"))


def test_a_start_while_it_is_being_stopped_is_not_forgotten_and_a_later_stop_wins() -> None:
    play = in_life("stopping").hear(Start())
    assert gone(play).state.life == "starting"
    play = in_life("stopping").hear(Start(), Halt())
    assert gone(play).state.life == "stopped"


def test_nothing_is_started_any_more_once_the_actor_is_to_end() -> None:
    play = in_life("ready").hear(Stop())
    before = play.launches()
    play.hear(Start(reply_to="op"), Restart(reply_to="op"))
    assert gone(play).is_done
    assert play.launches() == before
    assert len(play.answers("op")) == 2


def test_a_stop_tells_those_who_wait() -> None:
    play = Play().attach(wait_s=10.0)
    play.hear(Halt())
    refusal = play.answers("s1")[-1]
    assert isinstance(refusal, NotAttached)
    assert isinstance(refusal.problem, NotReady)
    assert (refusal.problem.state, refusal.is_final) == ("stopping", False)


def test_who_comes_while_the_actor_ends_is_told_at_its_end() -> None:
    play = in_life("ready").hear(Stop()).attach(wait_s=30.0)
    assert play.answers("s1") == []
    assert isinstance(gone(play).answers("s1")[-1], NotAttached)


# ------------------------------------------------------------------------------------------------------------- ends


def test_a_stop_in_the_midst_of_a_launch_ends_what_comes_of_it() -> None:
    play = Play().hear(Halt(reply_to="op"))
    assert play.halts() == [instance(1)]
    play.hear(launched(instance(1)))
    assert (play.state.life, play.all(Probe)) == ("stopping", [])
    play.hear(exited(instance(1), None, signal=15, ended_by="stop"))
    assert (play.state.life, play.all(ServerFailed)) == ("stopped", [])


def test_a_launch_that_was_halted_and_so_comes_to_nothing_is_no_failure() -> None:
    play = Play().hear(Halt(reply_to="op"), LaunchFailed(instance=instance(1), problem=REFUSED))
    assert (play.state.life, len(play.answers("op")), play.all(ServerFailed)) == ("stopped", 1, [])


def test_the_clock_of_a_launch_is_a_failure_when_it_is_gone() -> None:
    play = Play().hear(StageOver(instance=instance(1)))
    assert (play.state.life, play.halts()) == ("starting", [instance(1)])
    play.hear(LaunchFailed(instance=instance(1), problem=REFUSED))
    assert (play.state.life, play.last(ServerFailed).problem.code) == ("backing_off", "server.stage_timeout")


def test_the_clock_of_a_launch_that_came_about_says_nothing() -> None:
    play = Play().hear(launched(instance(1)), StageOver(instance=instance(1)))
    assert play.halts() == []


def test_an_instance_that_nobody_knows_is_ended() -> None:
    play = Play().hear(launched("tickets#earlier.4"))
    assert play.told[-1] == (LAUNCHER, HaltInstance(instance="tickets#earlier.4"))


def test_the_exit_that_was_lost_with_the_launcher_is_found_out() -> None:
    play = in_life("stopping")
    for key in list(play.state.instances):
        play.hear(HaltOver(instance=key))
        assert play.last(Look) == Look(instance=key)
        play.hear(Looked(instance=key, is_live=False))
    assert play.state.life == "stopped"


def test_the_halt_that_was_lost_with_the_launcher_is_said_again() -> None:
    play = in_life("stopping")
    (key,) = play.state.instances
    before = len(play.halts())
    play.hear(HaltOver(instance=key), Looked(instance=key, is_live=True))
    assert len(play.halts()) == before + 1
    assert len([message for message in play.all(HaltOver) if message.instance == key]) == 2


# ----------------------------------------------------------------------------------- after a crash of the actor itself


def test_what_sessions_hold_is_kept_and_what_nobody_holds_is_ended() -> None:
    play = Play(recovered=False).hear(Recovered(attached=["tickets#old.1"], loose=["tickets#old.2"]))
    assert play.here("session") == ["tickets#old.1"]
    assert play.halts() == ["tickets#old.2"]
    assert len(play.here("probe")) == 1
    play.hear(stopped("tickets#old.2")).come_up()
    assert (play.state.life, play.here("session")) == ("ready", ["tickets#old.1"])


@pytest.mark.parametrize(
    ("early", "probes"),
    [
        ([Start()], 1),
        ([Attach(reply_to="s", session="s")], 1),
        ([Restart()], 1),
        ([Halt()], 0),
        ([Halt(), Start()], 1),
    ],
    ids=lambda value: "+".join(type(one).__name__ for one in value) if isinstance(value, list) else "",
)
@pytest.mark.parametrize("begins", ["starting", "lazy"])
def test_what_is_asked_before_that_is_known_waits_for_it(begins: Life, early: list[Struct], probes: int) -> None:
    play = Play(recovered=False, begins=begins)
    for message in early:
        play.hear(message)  # type: ignore[arg-type]  # the table's elements have no closer type
    assert play.launches() == []
    play.hear(Recovered(attached=[], loose=["tickets#old.2"]))
    gone(play)
    assert len(play.here("probe")) == probes


def test_a_stop_before_that_is_known_still_ends_what_was_left() -> None:
    play = Play(recovered=False).hear(Stop())
    assert not play.is_done
    play.hear(Recovered(attached=["tickets#old.1"], loose=["tickets#old.2"]))
    assert sorted(play.halts()) == ["tickets#old.1", "tickets#old.2"]
    assert gone(play).is_done
    assert play.launches() == []


def test_an_operators_stop_before_that_is_known_is_answered_after_it() -> None:
    play = Play(recovered=False).hear(Halt(reply_to="op"))
    assert play.answers("op") == []
    play.hear(Recovered(attached=["tickets#old.1"], loose=[]))
    assert len(gone(play).answers("op")) == 1
    assert (play.state.life, len(play.all(ServerStopped))) == ("stopped", 1)


# ------------------------------------------------------------------------------------------------- late and doubled


@pytest.mark.parametrize("life", EVERY_LIFE)
@pytest.mark.parametrize(
    "message",
    [
        launched("tickets#t.999"),
        LaunchFailed(instance="tickets#t.999", problem=REFUSED),
        exited("tickets#t.999"),
        listed("tickets#t.999"),
        NotListed(instance="tickets#t.999", stage="tools", problem=REFUSED),
        StageOver(instance="tickets#t.999"),
        HaltOver(instance="tickets#t.999"),
        Looked(instance="tickets#t.999", is_live=False),
        Looked(instance="tickets#t.999", is_live=True),
    ],
    ids=lambda message: type(message).__name__,
)
def test_what_is_said_of_an_instance_that_is_long_gone_changes_nothing(life: Life, message: Struct) -> None:
    play = in_life(life)
    before = play.state
    play.hear(message)  # type: ignore[arg-type]  # as above
    assert play.state == before


def test_every_life_that_the_table_names_can_be_left() -> None:
    assert {life for life, _ in LIVES} == set(EVERY_LIFE)
