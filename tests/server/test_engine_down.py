"""A server whose engine is gone has not failed: it waits, without using up its tries."""

from __future__ import annotations

import pytest
from fakes.server import Play, exited, instance, launched
from msgspec.structs import replace

from supervisor.errors import (
    AnyProblem,
    DockerNotFound,
    EngineLost,
    EngineNotRunning,
    ExitedBeforeHandshake,
    ServerDied,
    SpawnFailed,
)
from supervisor.events import ServerBackingOff, ServerCrashLooping, ServerFailed
from supervisor.launch.messages import Resumed
from supervisor.server.messages import Detach, Halt, Heard, NotAttached, NotListed, RetryDue
from supervisor.server.policy import RESUMED_S, RESUMED_SPREAD_S, SUSPENDED_S, UNFOUND_S, Failures
from supervisor.server.states import Backoff

DOWN = EngineNotRunning(host="unix:///run/docker.sock", reason="connection refused")
LOST = EngineLost(host="unix:///run/docker.sock", reason="unexpected EOF")
ABSENT = DockerNotFound(tried="PATH: nothing", retry_after_s=60)


@pytest.mark.parametrize("problem", [DOWN, ABSENT])
def test_an_engine_that_is_not_there_is_told_once_and_uses_up_no_try(problem: AnyProblem) -> None:
    play = Play().fail_launch(problem)
    assert (play.state.life, play.state.problem) == ("engine_down", problem)
    for _ in range(20):
        play.hear(RetryDue(number=play.state.retry), after_s=1).fail_launch(problem)
    assert (play.state.life, play.state.failures) == ("engine_down", Failures())
    assert not play.all(ServerBackingOff) + play.all(ServerCrashLooping)
    assert {one.delay_s for one in play.all(Backoff)} == {UNFOUND_S if problem is ABSENT else SUSPENDED_S}
    assert [one.problem for one in play.all(ServerFailed)] == [problem]


def test_the_news_that_launches_work_again_starts_it_and_forgets_what_failed() -> None:
    play = Play().fail_launch(SpawnFailed(step="x", reason="y"))
    play.hear(RetryDue(number=play.state.retry)).fail_launch(DOWN).hear(Resumed())
    assert play.last(Backoff) == Backoff(delay_s=RESUMED_S, number=play.state.retry, spread_s=RESUMED_SPREAD_S)
    play.hear(RetryDue(number=play.state.retry)).come_up()
    assert (play.state.life, play.state.failures) == ("ready", Failures())


def test_a_crash_loop_that_came_of_an_engine_s_end_is_over_when_it_is_back() -> None:
    play = Play().fail_launch(SpawnFailed(step="x", reason="y"))
    for _ in range(5):
        play.hear(RetryDue(number=play.state.retry)).fail_launch(SpawnFailed(step="x", reason="y"))
    assert play.state.life == "crash_looping"
    play.hear(Resumed())
    play.hear(RetryDue(number=play.state.retry)).come_up()
    assert (play.state.life, play.state.failures) == ("ready", Failures())


@pytest.mark.parametrize("is_session_first", [True, False])
def test_instances_that_went_with_their_engine_suspend_a_ready_server(is_session_first: bool) -> None:
    play = Play().come_up().attach().run_spares()
    held, spare = play.here("session")[0], play.here("spare")[0]
    gone: list[Heard] = [replace(exited(key, 125), problem=LOST) for key in (held, spare)]
    detach: Heard = Detach(session="s1", instance=held, problem=ServerDied(status="its stdout closed"))
    play.hear(*([detach, *gone] if is_session_first else [*gone, detach]))
    assert (play.state.life, play.state.problem, play.state.instances) == ("engine_down", LOST, {})
    assert [one.problem for one in play.all(ServerFailed)] == [LOST]
    assert play.state.failures == Failures()
    before = play.launches()
    play.attach("s2")
    refusal = play.last(NotAttached)
    assert (refusal.is_final, refusal.problem.code, play.launches()) == (False, "server.not_ready", before)


def test_one_that_is_stopped_while_its_engine_is_down_stays_stopped() -> None:
    play = Play().fail_launch(DOWN).hear(Halt())
    assert play.state.life == "stopped"
    play.hear(Resumed(), RetryDue(number=play.state.number))
    assert play.state.life == "stopped"


def test_a_probe_that_went_with_its_engine_is_no_failure() -> None:
    play = Play().hear(launched(instance(1)))
    play.hear(replace(exited(instance(1), 125), problem=LOST))
    eof = ExitedBeforeHandshake(stage="discover", status="its stdout closed")
    play.hear(NotListed(instance=instance(1), stage="discover", problem=eof))
    assert (play.state.life, play.state.failures) == ("engine_down", Failures())
