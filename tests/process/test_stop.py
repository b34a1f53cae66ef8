"""The ladder, on a target that obeys where the test says."""

from __future__ import annotations

import math

import pytest
import trio
import trio.testing

from supervisor.config.specs import Grace
from supervisor.process.rungs import ENGINE_S, Act, Rung, ladder
from supervisor.process.stop import climb


class Target:
    """Dies at the given rung, after so many seconds; notes when which rung was reached."""

    def __init__(
        self, dies_at: Act | None = None, *, after_s: float = 0, flush_s: float = 0, engine_s: float = 0
    ) -> None:
        self.reached: list[tuple[Act, float]] = []
        self.carried_out: list[Act] = []
        self._dies_at, self._after_s, self._flush_s, self._engine_s = dies_at, after_s, flush_s, engine_s
        self._dead = trio.Event()
        self.began = trio.current_time()

    async def carry_out(self, rung: Rung) -> None:
        await trio.sleep(self._flush_s if rung.act == "flush" else self._engine_s)
        self.carried_out.append(rung.act)

    def reach(self, act: Act) -> None:
        self.reached.append((act, round(trio.current_time() - self.began, 3)))

    async def exited(self) -> None:
        if self.reached[-1][0] == self._dies_at:
            await trio.sleep(self._after_s)
            self._dead.set()
        await self._dead.wait()


PLAIN = ladder(Grace(stdin_s=2, term_s=5))
CARRIED = ladder(Grace(stdin_s=2, term_s=5), has_workload=True)


@pytest.mark.parametrize(
    ("dies_at", "reached"),
    [
        ("close", [("flush", 0), ("close", 0)]),
        ("term", [("flush", 0), ("close", 0), ("term", 2)]),
        ("kill", [("flush", 0), ("close", 0), ("term", 2), ("kill", 7)]),
    ],
)
async def test_it_climbs_no_further_than_needed(
    autojump_clock: trio.testing.MockClock, dies_at: Act, reached: list[tuple[Act, float]]
) -> None:
    target = Target(dies_at)
    assert await climb(target, PLAIN, polite=trio.CancelScope())
    assert target.reached == reached


async def test_a_process_that_dies_late_within_its_grace_is_not_signalled(
    autojump_clock: trio.testing.MockClock,
) -> None:
    target = Target("close", after_s=1.9)
    assert await climb(target, PLAIN, polite=trio.CancelScope())
    assert [act for act, _ in target.reached] == ["flush", "close"]


async def test_a_flush_that_hangs_is_given_up(autojump_clock: trio.testing.MockClock) -> None:
    target = Target("close", flush_s=60)
    assert await climb(target, PLAIN, polite=trio.CancelScope())
    assert target.reached == [("flush", 0), ("close", 0.5)]


async def test_what_even_sigkill_does_not_end_is_waited_for_no_longer(autojump_clock: trio.testing.MockClock) -> None:
    target = Target(None)
    with trio.fail_after(30):
        assert not await climb(target, ladder(Grace(stdin_s=1000, term_s=1000)), polite=trio.CancelScope())
    assert target.reached[-1][0] == "kill"


async def test_a_hurry_from_the_start_is_the_kill_alone(autojump_clock: trio.testing.MockClock) -> None:
    target, polite = Target("kill"), trio.CancelScope()
    polite.cancel()
    assert await climb(target, PLAIN, polite=polite)
    assert target.reached == [("kill", 0)]


@pytest.mark.parametrize("hurry_at_s", [0.2, 1.0, 3.0])
async def test_a_hurry_on_any_rung_leads_to_the_kill_at_once(
    autojump_clock: trio.testing.MockClock, hurry_at_s: float
) -> None:
    target, polite = Target("kill", flush_s=0.4), trio.CancelScope(shield=True)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(climb_with, target, polite)
        await trio.sleep(hurry_at_s)
        polite.cancel()
    assert target.reached[-1] == ("kill", hurry_at_s)


async def climb_with(target: Target, polite: trio.CancelScope) -> None:
    assert await climb(target, PLAIN, polite=polite)


@pytest.mark.parametrize(
    ("dies_at", "reached"),
    [
        ("close", [("flush", 0), ("close", 0)]),
        ("stop", [("flush", 0), ("close", 0), ("stop", 2)]),
        ("kill", [("flush", 0), ("close", 0), ("stop", 2), ("kill", 9)]),
        ("remove", [("flush", 0), ("close", 0), ("stop", 2), ("kill", 9), ("remove", 11)]),
        ("reap", [("flush", 0), ("close", 0), ("stop", 2), ("kill", 9), ("remove", 11), ("reap", 13)]),
    ],
)
async def test_a_child_with_a_workload_has_its_own_rungs(
    autojump_clock: trio.testing.MockClock, dies_at: Act, reached: list[tuple[Act, float]]
) -> None:
    target = Target(dies_at)
    assert await climb(target, CARRIED, polite=trio.CancelScope())
    assert target.reached == reached


async def test_an_engine_that_is_stuck_holds_no_rung_up(autojump_clock: trio.testing.MockClock) -> None:
    target = Target("reap", engine_s=math.inf)
    assert await climb(target, CARRIED, polite=trio.CancelScope())
    assert target.reached[-1] == ("reap", 2 + 5 + 3 * ENGINE_S)
    assert target.carried_out == ["flush"]


async def test_what_the_engine_is_still_doing_when_the_child_is_dead_is_not_waited_for(
    autojump_clock: trio.testing.MockClock,
) -> None:
    target = Target("stop", after_s=1, engine_s=3)
    assert await climb(target, CARRIED, polite=trio.CancelScope())
    assert trio.current_time() - target.began == pytest.approx(3)


async def test_a_hurry_leads_to_the_engines_kill(autojump_clock: trio.testing.MockClock) -> None:
    target, polite = Target("remove"), trio.CancelScope()
    polite.cancel()
    assert await climb(target, CARRIED, polite=polite)
    assert target.reached == [("kill", 0), ("remove", ENGINE_S)]
