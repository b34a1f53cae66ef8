"""Sessions come for an instance, wait for it, and give it back; each is answered once."""

from __future__ import annotations

import pytest
from fakes.server import Play, exited, launched, listed, stopped

from supervisor.errors import CommandNotFound, NotReady, SessionBusy, SpawnFailed
from supervisor.events import ServerRestarted
from supervisor.server.messages import Attached, AttachOver, Detach, Halt, Life, NotAttached, RetryDue, Start

REFUSED = SpawnFailed(step="fork", reason="EAGAIN")


def refusal(play: Play, name: str = "s1") -> NotAttached:
    answer = play.answers(name)[-1]
    assert isinstance(answer, NotAttached)
    return answer


def exclusive() -> Play:
    """Ready, and its probe is gone."""
    play = Play(max_sessions=1, spares=0)
    return play.come_up()


# ------------------------------------------------------------------------------------------------------ per session


def test_a_session_gets_the_spare_and_a_new_one_takes_its_place() -> None:
    play = Play().come_up()
    (spare,) = play.here("spare")
    play.attach()
    assert play.answers("s1") == [Attached(session="s1", instance=spare)]
    assert (play.here("session"), len(play.here("spare"))) == ([spare], 1)


def test_a_session_never_gets_an_instance_that_is_not_running_or_is_being_ended() -> None:
    play = Play().come_up()
    (spare,) = play.here("spare")
    play.hear(exited(spare)).attach()
    assert play.answers("s1") == []
    play.run_spares()
    answer = play.answers("s1")[-1]
    assert isinstance(answer, Attached)
    assert answer.instance != spare


def test_two_sessions_get_two_instances_in_the_order_in_which_they_came() -> None:
    play = Play(spares=0).come_up().attach("s1").attach("s2")
    first, second = play.here("spare")
    play.hear(launched(second), launched(first))
    assert play.answers("s1") == [Attached(session="s1", instance=second)]
    assert play.answers("s2") == [Attached(session="s2", instance=first)]


def test_a_used_instance_is_ended_and_never_given_to_another_session() -> None:
    play = Play().come_up().attach()
    (used,) = play.here("session")
    play.hear(Detach(session="s1", instance=used)).attach("s2").run_spares()
    assert used in play.halts()
    assert used not in play.here("session")


@pytest.mark.parametrize(
    ("play", "state", "is_final"),
    [
        (Play().fail_launch(REFUSED), "backing_off", False),
        (Play(begins="disabled"), "disabled", True),
        (Play(begins="lazy").hear(Halt()), "stopped", True),
        (Play().hear(Halt()), "stopping", False),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_who_does_not_wait_is_told_at_once_what_it_is(play: Play, state: str, is_final: bool) -> None:
    problem = refusal(play.attach()).problem
    assert isinstance(problem, NotReady)
    assert (problem.state, refusal(play).is_final) == (state, is_final)


@pytest.mark.parametrize("begins", ["starting", "lazy"])
def test_a_server_that_is_being_started_is_waited_for(begins: Life) -> None:
    play = Play(begins=begins).attach()
    assert play.answers("s1") == []
    play.come_up().run_spares()
    assert [type(answer) for answer in play.answers("s1")] == [Attached]


def test_who_waits_for_a_start_is_told_of_its_failure_at_once() -> None:
    problem = refusal(Play().attach().fail_launch(REFUSED)).problem
    assert isinstance(problem, NotReady)
    assert problem.state == "backing_off"


def test_a_server_that_failed_says_why() -> None:
    problem = CommandNotFound(command="nope", path="/bin")
    answer = refusal(Play().fail_launch(problem).attach())
    assert (answer.problem, answer.is_final) == (problem, True)


def test_a_client_is_told_when_the_next_try_is_due() -> None:
    play = Play()
    for _ in range(4):
        play.hear(RetryDue(number=play.state.retry)).fail_launch(REFUSED)
    play.hear(after_s=1.5).attach()
    problem = refusal(play).problem
    assert isinstance(problem, NotReady)
    assert problem.retry_after_s == 2.5


def test_who_waits_is_answered_when_its_time_is_over() -> None:
    play = Play().attach(wait_s=10)
    over = play.last(AttachOver)
    play.hear(over, over)
    assert len(play.answers("s1")) == 1


def test_who_was_served_is_not_answered_again_when_its_time_is_over() -> None:
    play = Play().attach(wait_s=10)
    over = play.last(AttachOver)
    play.come_up().hear(over)
    assert [type(answer) for answer in play.answers("s1")] == [Attached]


def test_who_waits_in_a_stopped_server_is_served_when_it_is_started() -> None:
    play = Play(begins="lazy").hear(Halt()).attach(wait_s=30).hear(Start()).come_up()
    assert [type(answer) for answer in play.answers("s1")] == [Attached]


def test_a_failure_tells_those_who_wait_so_that_they_can_tell_their_clients() -> None:
    play = Play().attach(wait_s=30).fail_launch(REFUSED)
    assert refusal(play).problem.code == "server.not_ready"


def test_a_long_pause_is_told_and_a_short_one_is_waited_out() -> None:
    play = Play().come_up()
    for _ in range(4):
        play.hear(RetryDue(number=play.state.retry)).attach().run_spares()
        play.hear(exited(play.here("session")[0]), after_s=16)
    assert (play.state.life, play.state.failures.delay_s) == ("ready", 4)
    assert not play.attach("s2").answers("s2")
    play.hear(RetryDue(number=play.state.retry)).run_spares()
    play.hear(exited(play.here("session")[0]), after_s=16).attach("s3")
    problem = refusal(play, "s3").problem
    assert isinstance(problem, NotReady)
    assert (problem.state, problem.retry_after_s) == ("backing_off", 8)


# ------------------------------------------------------------------------------------- what a session says of itself


def test_the_session_that_goes_on_is_told_as_a_restart_when_it_really_does() -> None:
    play = Play().come_up().attach()
    (old,) = play.here("session")
    play.hear(exited(old)).attach(replaces=old)
    assert play.all(ServerRestarted) == []
    play.run_spares()
    assert [(event.session, event.restarts) for event in play.all(ServerRestarted)] == [("s1", 1)]


def test_a_session_that_ends_while_it_waits_is_forgotten() -> None:
    play = Play().attach(wait_s=30).hear(Detach(session="s1", instance="")).come_up()
    assert (play.here("session"), play.state.waiters) == ([], ())


def test_a_session_that_ended_while_it_was_served_leaves_no_instance_behind() -> None:
    play = Play().come_up().attach()
    (lost,) = play.here("session")
    play.hear(Detach(session="s1", instance=""))
    assert (play.here("session"), lost in play.halts()) == ([], True)


def test_a_session_that_asks_twice_waits_once_and_holds_one() -> None:
    play = Play(spares=0).come_up().attach("s1").attach("s1")
    assert (len(play.answers("s1")), len(play.state.waiters)) == (1, 1)
    play.run_spares()
    first = play.here("session")
    play.attach("s1").run_spares()
    assert first[0] in play.halts()
    assert len(play.here("session")) == 1


def test_an_answer_that_overtook_the_session_s_goodbye_withdraws_nothing() -> None:
    play = Play(spares=0).come_up().attach().run_spares()
    (old,) = play.here("session")
    play.attach(replaces=old).hear(Detach(session="s1", instance=old)).run_spares()
    assert [type(answer) for answer in play.answers("s1")] == [Attached, Attached]


# --------------------------------------------------------------------------------------------------------- exclusive


def test_a_second_client_is_told_that_it_is_busy() -> None:
    play = exclusive().attach("s1").run_spares().attach("s2")
    assert refusal(play, "s2").problem == SessionBusy(server="tickets")


def test_a_second_client_that_waits_is_served_when_the_first_one_s_process_is_gone() -> None:
    play = exclusive().attach("s1").run_spares().attach("s2", wait_s=30)
    (held,) = play.here("session")
    play.hear(Detach(session="s1", instance=held))
    assert len(play.state.instances) == 1
    play.hear(stopped(held)).run_spares()
    assert [type(answer) for answer in play.answers("s2")] == [Attached]


def test_a_session_whose_process_died_keeps_its_place_before_those_who_wait() -> None:
    play = exclusive().attach("s1").run_spares().attach("s2", wait_s=30)
    (held,) = play.here("session")
    play.hear(exited(held)).attach("s1", replaces=held).run_spares()
    assert [type(answer) for answer in play.answers("s1")] == [Attached, Attached]
    assert play.answers("s2") == []


def test_one_process_at_a_time_holds_for_the_probe_too() -> None:
    play = Play(max_sessions=1, spares=0)
    (probe,) = play.here("probe")
    play.hear(launched(probe)).attach("s1", wait_s=30)
    play.hear(listed(probe))
    assert list(play.state.instances) == [probe]
    play.hear(stopped(probe)).run_spares()
    assert [type(answer) for answer in play.answers("s1")] == [Attached]
