"""How the servers stand in one line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import trio
from edges.events import running, said
from trio.testing import MockClock, wait_all_tasks_blocked

from supervisor.edges.service.notify import Notifier
from supervisor.edges.service.status import ANSWER_S, SETTLE_S, StatusReporter, described, status_line
from supervisor.events import ServerStopped
from supervisor.kernel.bus import Bus
from supervisor.kernel.stoppable import until_stop
from supervisor.server.messages import Described, Life

if TYPE_CHECKING:
    from edges.service.conftest import Manager

STOPPED = ServerStopped(server="a")


def one(name: str, life: Life, since_s: float = 0.0) -> Described:
    return Described(
        server=name, life=life, mode="none", confinement="", era=None, tools=None, spares=0, sessions=0, restarts=0,
        pids=[], since_s=since_s, retry_in_s=None, last_exit=None, problem=None,
    )  # fmt: skip


def test_lives_are_counted() -> None:
    lives = {"a": one("a", "ready"), "b": one("b", "ready"), "c": one("c", "failed"), "d": None}
    assert status_line(lives) == "1 failed, 2 ready, 1 unanswered"
    assert status_line({}) == "no servers"


async def test_servers_are_asked_side_by_side_and_one_that_does_not_answer_delays_nobody(
    autojump_clock: MockClock,
) -> None:
    async def describe(name: str) -> Described | None:
        await trio.sleep(1 if name != "stuck" else float("inf"))
        return one(name, "ready")

    began = trio.current_time()
    lives = await described(["a", "stuck", "b"], describe)
    assert trio.current_time() - began == ANSWER_S
    assert list(lives) == ["a", "stuck", "b"]
    assert [None if life is None else life.life for life in lives.values()] == ["ready", None, "ready"]


async def test_the_line_follows_the_lives_and_is_sent_only_when_it_changes(
    manager: Manager, autojump_clock: MockClock
) -> None:
    bus = Bus()
    now: dict[str, Life] = {"a": "ready", "b": "failed"}

    async def describe(name: str) -> Described:
        await trio.lowlevel.checkpoint()
        return one(name, now[name])

    reporter = StatusReporter(bus, manager.notifier, lambda: now, describe)
    async with running(until_stop(reporter.run)) as life:
        (pulse,) = life.loops
        for heard in ([b"STATUS=1 failed, 1 ready"], []):
            bus.publish(STOPPED)
            bus.publish(STOPPED)
            await trio.sleep(2 * SETTLE_S)
            assert manager.heard() == heard
        now["b"] = "ready"
        bus.publish(said())  # no change of a life
        await trio.sleep(2 * SETTLE_S)
        assert manager.heard() == []
        bus.publish(STOPPED)
        await trio.sleep(2 * SETTLE_S)
        assert manager.heard() == [b"STATUS=2 ready"]
        assert pulse.tick().is_set()


async def test_without_a_manager_nobody_is_asked() -> None:
    bus = Bus()

    async def describe(name: str) -> Described:
        pytest.fail("asked")

    async with running(until_stop(StatusReporter(bus, Notifier(""), lambda: ["a"], describe).run)):
        bus.publish(STOPPED)
        await wait_all_tasks_blocked(2 * SETTLE_S)
