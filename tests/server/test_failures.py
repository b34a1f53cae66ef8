"""What counts as a failure, what it is called, and when a server is tried again after it."""

from __future__ import annotations

import pytest
from fakes.server import Play, exited, instance, launched, listed, stopped
from msgspec.structs import replace

from supervisor.errors import CommandNotFound, ExitedBeforeHandshake, HandshakeTimeout, ServerDied, SpawnFailed
from supervisor.events import (
    InstanceExited,
    ServerBackingOff,
    ServerCrashLooping,
    ServerFailed,
    ServerReady,
    StdoutGarbage,
)
from supervisor.server.messages import Detach, Heard, Listed, NotListed, Recovered, RetryDue, StableFor, Start
from supervisor.server.policy import STABLE_S, Failures, jittered
from supervisor.server.states import Backoff, Probe

REFUSED = SpawnFailed(step="fork", reason="EAGAIN")
EOF = ExitedBeforeHandshake(stage="discover", status="its stdout closed while it was running")


def not_listed(key: str, *, wants_fresh: bool = False, garbage: int = 0) -> NotListed:
    return NotListed(
        instance=key, stage="discover", problem=EOF, wants_fresh=wants_fresh, garbage=garbage, first_line="hello"
    )


def ready() -> Play:
    return Play().come_up()


def with_session() -> tuple[Play, str]:
    play = ready().attach()
    return play.run_spares(), play.here("session")[0]


# ---------------------------------------------------------------------------------------------- failures of a probe


@pytest.mark.parametrize("is_exit_first", [True, False])
def test_an_exit_and_the_end_of_stdout_are_one_failure_in_either_order(is_exit_first: bool) -> None:
    play = Play().hear(launched(instance(1)))
    facts: list[Heard] = [exited(instance(1), 3), not_listed(instance(1))]
    play.hear(*(facts if is_exit_first else reversed(facts)))
    play.hear(*facts)  # and once again
    failed = play.all(ServerFailed)
    assert [(one.problem, one.status) for one in failed] == [
        (ExitedBeforeHandshake(stage="discover", status="exit status 3"), "exit status 3")
    ]
    assert len(play.all(InstanceExited)) == 1
    assert play.state.life == "backing_off"


@pytest.mark.parametrize("is_exit_first", [True, False])
def test_a_server_that_the_newer_opening_killed_is_asked_the_older_way_on_a_fresh_one(is_exit_first: bool) -> None:
    play = Play().hear(launched(instance(1)))
    facts: list[Heard] = [exited(instance(1), 3), not_listed(instance(1), wants_fresh=True)]
    play.hear(*(facts if is_exit_first else reversed(facts)))
    assert (play.state.life, play.all(ServerFailed)) == ("starting", [])
    fresh = play.here("probe")[-1]
    play.hear(launched(fresh))
    assert play.last(Probe) == Probe(instance=fresh, era="handshake")
    play.hear(listed(fresh), stopped(fresh))
    assert play.state.life == "ready"


def test_the_older_way_is_tried_once() -> None:
    play = Play().hear(launched(instance(1)), not_listed(instance(1), wants_fresh=True), exited(instance(1), 3))
    fresh = play.here("probe")[-1]
    play.hear(launched(fresh), not_listed(fresh, wants_fresh=True), exited(fresh, 3))
    assert (play.state.life, len(play.all(ServerFailed))) == ("backing_off", 1)


def test_one_that_answered_everything_and_then_ended_was_ready() -> None:
    play = Play().hear(launched(instance(1)), exited(instance(1), 0), listed(instance(1)))
    assert (play.state.life, play.all(ServerFailed)) == ("ready", [])
    assert instance(1) not in play.state.instances


def test_an_answer_that_comes_too_late_changes_nothing() -> None:
    play = Play().hear(launched(instance(1)), not_listed(instance(1)), listed(instance(1)))
    assert play.all(ServerReady) == []
    play.hear(exited(instance(1), 3), listed(instance(1)))
    assert play.state.life == "backing_off"


def test_what_was_wrong_is_told_and_not_how_it_was_ended_for_it() -> None:
    timeout = HandshakeTimeout(limit_s=30)
    play = Play().hear(launched(instance(1)), NotListed(instance=instance(1), stage="initialize", problem=timeout))
    assert play.all(ServerFailed) == []
    play.hear(exited(instance(1), None, signal=9, ended_by="kill"))
    failed = play.last(ServerFailed)
    assert (failed.problem, failed.status, failed.stderr_tail) == (timeout, "signal 9", ["last words"])


def test_text_on_stdout_is_told_and_quoted_with_the_failure_that_follows() -> None:
    play = Play().hear(launched(instance(1)), not_listed(instance(1), garbage=2), exited(instance(1), 3))
    assert [(one.line, one.count) for one in play.all(StdoutGarbage)] == [("hello", 2)]
    assert "hello" in play.last(ServerFailed).diagnosis
    ready = Play().hear(launched(instance(1)))
    ready.hear(
        Listed(
            instance=instance(1), era="handshake", protocol="p", name="n", version="v", tools=1, garbage=1,
            first_line="banner",
        )
    )  # fmt: skip
    assert [one.line for one in ready.all(StdoutGarbage)] == ["banner"]


# --------------------------------------------------------------------------------------------- failures of sessions


@pytest.mark.parametrize(
    ("facts", "failures", "reason"),
    [
        ("exit detach-with-problem", 1, "the launcher was first; the session's word is late"),
        ("detach-with-problem exit", 1, "the session was first"),
        ("detach exit", 0, "the client left, and so it was ended"),
        ("exit", 1, "it died on its own, and the session has yet to notice"),
        ("asked-exit detach", 0, "the session has closed its stdin, and it ended before that was said"),
        ("asked-exit", 0, "the same, in the midst of it"),
        ("detach asked-exit", 0, "the usual end"),
        ("detach-with-problem asked-exit", 1, "it misbehaved, and was ended for that"),
        ("exit exit detach-with-problem detach-with-problem", 1, "everything twice"),
    ],
)
def test_a_death_in_a_session_counts_once(facts: str, failures: int, reason: str) -> None:
    play, key = with_session()
    said: dict[str, Heard] = {
        "exit": exited(key, 1),
        "asked-exit": exited(key, 0, ended_by="stop"),
        "detach": Detach(session="s1", instance=key),
        "detach-with-problem": Detach(session="s1", instance=key, problem=ServerDied(status="its stdout closed")),
    }
    play.hear(*(said[fact] for fact in facts.split()))
    assert len(play.all(ServerFailed)) == play.state.failures.streak == failures, reason
    assert play.state.restarts == failures
    assert key not in play.state.instances


def test_an_exit_0_that_nobody_asked_for_is_a_failure() -> None:
    play, key = with_session()
    play.hear(exited(key, 0))
    assert play.last(ServerFailed).problem == ServerDied(status="exit status 0")


def test_the_status_that_is_known_in_the_end_is_told() -> None:
    play, key = with_session()
    play.hear(Detach(session="s1", instance=key, problem=ServerDied(status="its stdout closed")))
    play.hear(exited(key, None, signal=9, ended_by="outside"))
    assert play.last(ServerFailed).problem == ServerDied(status="signal 9")


def test_instances_that_die_together_are_one_failure() -> None:
    play = ready()
    for number in range(6):
        play.attach(f"s{number}").run_spares()
    victims = play.here("session")
    assert len(victims) == 6
    play.hear(*(exited(key, None, signal=9, ended_by="outside") for key in victims))
    assert (play.state.life, play.state.failures.streak) == ("ready", 1)
    assert len(play.all(ServerFailed)) == play.state.restarts == 6


def test_a_death_in_a_session_does_not_end_the_start_that_is_under_way() -> None:
    play = Play(recovered=False)
    play.hear(Recovered(attached=["tickets#old.1"], loose=[]), exited("tickets#old.1"))
    assert (play.state.life, play.state.failures.streak) == ("starting", 1)
    assert play.come_up().state.life == "ready"


def test_a_probe_that_is_being_ended_for_a_problem_is_judged_before_another_one_starts() -> None:
    play = Play(recovered=False).hear(Recovered(attached=["tickets#old.1"], loose=[]))
    (probe,) = play.here("probe")
    play.hear(launched(probe), not_listed(probe), exited("tickets#old.1"))
    assert play.here("probe") == []
    play.hear(exited(probe))
    assert (play.state.life, play.here("probe")) == ("backing_off", [])


# ------------------------------------------------------------------------------------------------ when it is retried


def delays(play: Play) -> list[float]:
    return [backoff.delay_s for backoff in play.all(Backoff)]


def test_the_pause_doubles_up_to_a_minute_and_stays_there_for_years() -> None:
    failures = Failures()
    found = []
    for number in range(3000):
        failures = failures.add(number * 100.0)  # too rare for a loop
        found.append(failures.delay_s)
    assert found[:9] == [0.5, 1, 2, 4, 8, 16, 32, 60, 60]
    assert set(found[9:]) == {60}


@pytest.mark.parametrize(("chance", "delay_s"), [(0.0, 8.0), (0.5, 10.0), (1.0, 12.0)])
def test_the_pause_is_spread_by_a_fifth(chance: float, delay_s: float) -> None:
    assert jittered(10.0, chance) == pytest.approx(delay_s)


def test_five_failures_in_a_minute_are_a_crash_loop_and_every_later_try_comes_after_five_minutes() -> None:
    play = Play()
    pause_s = 0.0
    for _ in range(7):
        play.hear(RetryDue(number=play.state.retry), after_s=pause_s).fail_launch(REFUSED)
        pause_s = delays(play)[-1]
    assert delays(play) == [0.5, 1, 2, 4, 300, 300, 300]
    assert [one.delay_s for one in play.all(ServerBackingOff)] == [0.5, 1, 2, 4]
    assert len(play.all(ServerCrashLooping)) == 3
    assert play.state.life == "crash_looping"


def test_five_failures_in_more_than_a_minute_are_none() -> None:
    play = Play()
    for _ in range(5):
        play.hear(RetryDue(number=play.state.retry), after_s=15.5).fail_launch(REFUSED)
    assert play.state.life == "backing_off"


def test_a_try_after_five_minutes_that_succeeds_and_holds_ends_the_loop() -> None:
    play = Play()
    for _ in range(5):
        play.hear(RetryDue(number=play.state.retry)).fail_launch(REFUSED)
    play.hear(RetryDue(number=play.state.retry), after_s=300).come_up()
    assert (play.state.life, play.state.failures.is_loop) == ("ready", True)
    play.hear(StableFor(number=play.state.stable), after_s=STABLE_S)
    assert play.state.failures == Failures()


def test_half_a_minute_of_being_ready_is_counted_from_the_last_failure() -> None:
    play = ready()
    early = play.state.stable
    play.attach().run_spares()
    play.hear(exited(play.here("session")[0]), after_s=20)
    play.hear(StableFor(number=early), after_s=10)
    assert play.state.failures.streak == 1
    play.hear(StableFor(number=play.state.stable), after_s=20)
    assert play.state.failures.streak == 0


def test_a_server_that_is_not_ready_is_not_stable_however_long_it_has_not_failed() -> None:
    play = ready()
    number = play.state.stable
    for _ in range(5):
        play.attach().run_spares()
        play.hear(*(exited(key) for key in play.here("session")))
        play.hear(RetryDue(number=play.state.retry)) if play.state.life == "ready" else None
    assert play.state.life == "crash_looping"
    play.hear(StableFor(number=number), StableFor(number=play.state.stable), after_s=40)
    assert play.state.failures.is_loop


def test_a_long_pause_is_no_time_of_being_ready() -> None:
    play = Play()
    for _ in range(7):
        play.hear(RetryDue(number=play.state.retry), after_s=20).fail_launch(REFUSED)
    assert (play.state.life, play.all(StableFor)) == ("backing_off", [])


def test_what_another_try_cannot_mend_is_not_tried_again() -> None:
    play = Play().fail_launch(CommandNotFound(command="nope", path="/bin"))
    assert (play.state.life, play.all(Backoff)) == ("failed", [])
    assert play.last(ServerFailed).stage == "create"


def test_a_server_that_is_never_restarted_fails_once() -> None:
    play = Play(restart="never").fail_launch(REFUSED)
    assert (play.state.life, play.all(Backoff)) == ("failed", [])


def test_a_server_that_is_never_restarted_keeps_its_other_sessions() -> None:
    play = Play(restart="never").come_up().attach("s1").run_spares().attach("s2").run_spares()
    first, second = play.here("session")
    play.hear(exited(first))
    assert (play.state.life, play.here("session"), play.here("spare")) == ("failed", [second], [])
    play.hear(Start()).come_up()
    assert (play.state.life, second in play.here("session")) == ("ready", True)


def test_the_clock_of_an_earlier_pause_starts_nothing() -> None:
    play = Play().fail_launch(REFUSED)
    early = play.state.retry
    play.hear(RetryDue(number=early)).fail_launch(REFUSED)
    before = play.launches()
    play.hear(RetryDue(number=early))
    assert (play.launches(), play.state.life) == (before, "backing_off")


# --------------------------------------------------------------------------------------- what a failing server starts


def test_after_a_first_death_the_session_is_served_at_once_and_the_spare_comes_after_the_pause() -> None:
    play = Play(spares=0).come_up().attach().run_spares()
    play.hear(exited(play.here("session")[0])).attach(replaces="old").run_spares()
    assert (len(play.here("session")), len(play.answers("s1"))) == (1, 2)
    with_spare = ready().attach().run_spares()
    with_spare.hear(exited(with_spare.here("session")[0]), exited(with_spare.here("spare")[0]))
    assert with_spare.here("spare") == []
    with_spare.hear(RetryDue(number=with_spare.state.retry))
    assert len(with_spare.here("spare")) == 1


def test_after_a_further_death_everybody_waits_for_the_end_of_the_pause() -> None:
    play = ready()
    for _ in range(2):
        play.attach().run_spares()
        play.hear(exited(play.here("session")[0]))
    before = play.launches()
    play.attach(wait_s=30, replaces="old").attach("s2", wait_s=30)
    assert (play.launches(), play.state.life) == (before, "ready")
    play.hear(RetryDue(number=play.state.retry)).run_spares()
    assert len(play.here("session")) == 2


def test_a_crash_loop_keeps_the_sessions_that_still_work_and_nothing_else() -> None:
    play = ready().attach("good").run_spares()
    (good,) = play.here("session")
    for _ in range(5):
        play.attach("bad").run_spares()
        play.hear(*(exited(key) for key in play.here("session") if key != good))
        play.hear(RetryDue(number=play.state.retry)) if play.state.life == "ready" else None
    assert play.state.life == "crash_looping"
    assert [key for key, one in play.state.instances.items() if one.phase != "halting"] == [good]


# ------------------------------------------------------------------------------------------------------- diagnosis


def test_what_the_mode_adds_about_an_end_is_told_and_remembered() -> None:
    play, session = with_session()
    diagnosis = "reading /x was refused: nothing grants it."
    play.hear(replace(exited(session, 3), diagnosis=diagnosis))
    assert play.last(ServerFailed).diagnosis == diagnosis
    assert play.state.last_exit is not None
    assert play.state.last_exit.diagnosis == diagnosis
