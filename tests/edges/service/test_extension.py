"""More time is asked for while there is progress, and no longer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import trio
from edges.service.test_status import one
from trio.testing import MockClock

from supervisor.config.specs import ServerSpec
from supervisor.edges.reloads import LONGEST_S
from supervisor.edges.service.extension import (
    GRANT_S,
    STEP_S,
    FirstOutcomes,
    extend_reload,
    extend_stop,
    start_bound_s,
)
from supervisor.events import ServerStarting
from supervisor.kernel.bus import Bus
from supervisor.reloading import STOP_S
from supervisor.server.messages import Described, Life

if TYPE_CHECKING:
    from edges.service.conftest import Manager

STARTING = ServerStarting(server="a", stage="create", mode="none")
GRANT = b"EXTEND_TIMEOUT_USEC=%d" % (GRANT_S * 1_000_000)


def spec(name: str) -> ServerSpec:
    """A server of which nothing but its name was said."""
    from supervisor.config.effects import adopt
    from supervisor.edges.facts import facts_here

    config = adopt({"mcpServers": {name: {"command": "true"}}}, environ={}, facts=facts_here())
    return config.servers[0]


class Servers:
    """Servers whose lives a test leads."""

    def __init__(self, **lives: Life) -> None:
        self.lives = lives
        self.specs = {name: spec(name) for name in lives}
        self.since = dict.fromkeys(lives, trio.current_time())
        self.bus = Bus()
        self.silent: set[str] = set()

    def waits(self, manager: Manager) -> FirstOutcomes:
        return FirstOutcomes(self.bus, manager.notifier, self.specs.values, self.describe)

    async def describe(self, name: str) -> Described | None:
        await trio.lowlevel.checkpoint()
        return None if name in self.silent else one(name, self.lives[name], self.since[name])

    def turn(self, name: str, life: Life) -> None:
        self.lives[name] = life
        self.since[name] = trio.current_time()
        self.bus.publish(STARTING)


def test_a_pull_and_a_scan_are_within_the_bound_of_a_start() -> None:
    startup = spec("a").startup
    assert start_bound_s(spec("a")) > startup.pull_s + startup.create_s + startup.handshake_s


async def test_every_life_but_starting_and_stopping_is_an_outcome(manager: Manager, autojump_clock: MockClock) -> None:
    servers = Servers(
        a="ready", b="failed", c="lazy", d="disabled", e="quarantined", f="crash_looping", g="backing_off",
        h="engine_down", i="stopped",
    )  # fmt: skip
    with trio.fail_after(1):
        assert await servers.waits(manager).wait() == []
    assert manager.heard() == []


async def test_one_that_starts_within_its_bound_is_waited_for_and_more_time_asked_meanwhile(
    manager: Manager, autojump_clock: MockClock
) -> None:
    servers = Servers(a="ready", b="starting")
    async with trio.open_nursery() as nursery:

        async def lead() -> None:
            await trio.sleep(3 * STEP_S + 1)
            servers.turn("b", "ready")

        nursery.start_soon(lead)
        began = trio.current_time()
        assert await servers.waits(manager).wait() == []
        assert 3 * STEP_S < trio.current_time() - began < 3 * STEP_S + 2  # at once, not at the next step
    assert manager.heard() == [GRANT] * 4


async def test_one_that_was_settled_is_not_waited_for_again(manager: Manager, autojump_clock: MockClock) -> None:
    """Two servers that fail again and again are hardly ever both at rest at the same moment."""
    servers = Servers(a="starting", b="backing_off")
    async with trio.open_nursery() as nursery:

        async def lead() -> None:
            await trio.sleep(1)
            servers.turn("b", "starting")
            await trio.sleep(1)
            servers.turn("a", "backing_off")

        nursery.start_soon(lead)
        with trio.fail_after(3):
            assert await servers.waits(manager).wait() == []


async def test_one_that_starts_for_longer_than_it_may_is_not_waited_for_any_more(
    manager: Manager, autojump_clock: MockClock
) -> None:
    servers = Servers(a="starting", b="ready")
    began = trio.current_time()
    assert await servers.waits(manager).wait() == ["a"]
    waited_s = trio.current_time() - began
    assert start_bound_s(servers.specs["a"]) <= waited_s <= start_bound_s(servers.specs["a"]) + STEP_S
    assert set(manager.heard()) == {GRANT}


async def test_one_whose_actor_does_not_answer_is_waited_for_as_long_as_a_start_may_take(
    manager: Manager, autojump_clock: MockClock
) -> None:
    servers = Servers(a="ready")
    servers.silent = {"a"}
    began = trio.current_time()
    assert await servers.waits(manager).wait() == ["a"]
    assert trio.current_time() - began >= start_bound_s(servers.specs["a"])


async def test_a_server_that_a_reload_adds_meanwhile_is_waited_for_too(
    manager: Manager, autojump_clock: MockClock
) -> None:
    servers = Servers(a="starting")
    async with trio.open_nursery() as nursery:

        async def lead() -> None:
            await trio.sleep(1)
            servers.specs["b"] = spec("b")
            servers.since["b"] = trio.current_time()
            servers.turn("b", "starting")
            servers.turn("a", "ready")
            await trio.sleep(10)
            servers.turn("b", "ready")

        nursery.start_soon(lead)
        began = trio.current_time()
        assert await servers.waits(manager).wait() == []
        assert 11 <= trio.current_time() - began < 12


async def test_a_stop_gets_more_time_until_its_own_bound_is_over(manager: Manager, autojump_clock: MockClock) -> None:
    began = trio.current_time()
    await extend_stop(manager.notifier)
    assert STOP_S <= trio.current_time() - began < STOP_S + STEP_S
    asked = [int(line.removeprefix(b"EXTEND_TIMEOUT_USEC=")) / 1_000_000 for line in manager.heard()]
    assert asked[0] == GRANT_S
    ends = [at * STEP_S + seconds for at, seconds in enumerate(asked)]
    assert max(ends) <= STOP_S + STEP_S + 0.1
    assert all(seconds > STEP_S for seconds in asked)  # so that the next request comes before the time is over


async def test_a_reload_gets_more_time_until_its_own_bound_is_over(manager: Manager, autojump_clock: MockClock) -> None:
    began = trio.current_time()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(extend_reload, manager.notifier)
        asked = list[float]()  # a manager reads at once; its queue holds few
        while nursery.child_tasks:
            heard = [int(line.removeprefix(b"EXTEND_TIMEOUT_USEC=")) / 1_000_000 for line in manager.heard()]
            asked += [trio.current_time() - began + seconds for seconds in heard]
            await trio.sleep(1)
    assert LONGEST_S <= trio.current_time() - began < LONGEST_S + STEP_S + 1
    assert LONGEST_S <= max(asked) <= LONGEST_S + STEP_S + 1.1
    assert len(asked) >= LONGEST_S / STEP_S
