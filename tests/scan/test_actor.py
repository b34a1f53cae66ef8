"""The scan actor among others, on a clock that jumps: whatever hangs, its askers are answered within a bound."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import trio
from fakes.kernel import crash, running
from fakes.mode import breakable
from fakes.scan import FakeScanning
from fakes.server import CLEAN
from trio.testing import MockClock, wait_all_tasks_blocked

from supervisor.kernel.actor import leaf_run
from supervisor.kernel.bus import AskFailed, Bus
from supervisor.kernel.specs import Branch, Leaf, Limit
from supervisor.kernel.tree import Tree
from supervisor.scan.actor import actor
from supervisor.scan.messages import Await, Cancel, Idle, Scan, Scanned
from supervisor.scan.states import ENGINE_S, JUDGE_S, PLAN_S, PLUGINS_S

SCANNER = "root/scan"


class House:
    """A tree with the scan actor alone."""

    def __init__(self, scanning: FakeScanning) -> None:
        self.bus = Bus()
        self.scanning = scanning

    async def ask(self, number: int = 1, *, edition: int = 1, server: str = "tickets") -> Scanned:
        question = Scan(server=server, number=number, edition=edition)
        answer: Scanned = await self.bus.ask(SCANNER, question, Scanned, timeout_s=10_000)
        return answer

    async def idle(self, server: str = "tickets") -> Any:
        return await self.bus.ask(SCANNER, Await(server=server), Idle, timeout_s=10_000)

    async def cancel(self, server: str = "tickets") -> None:
        await self.bus.tell(SCANNER, Cancel(server=server))


@asynccontextmanager
async def house(scanning: FakeScanning) -> AsyncIterator[House]:
    built = House(scanning)
    leaf = Leaf(name="scan", run=leaf_run(built.bus, breakable(actor(scanning))))
    tree = Tree(Branch(name="root", children=(leaf,), limit=Limit(intensity=20, period_s=60)), built.bus)
    async with running(tree, limit_s=100_000):
        yield built
    assert scanning.running == set()


@pytest.fixture
def scanning() -> FakeScanning:
    return FakeScanning()


async def test_a_scan_is_answered(autojump_clock: MockClock, scanning: FakeScanning) -> None:
    async with house(scanning) as built:
        assert await built.ask(5) == Scanned(server="tickets", number=5, summary=CLEAN)


async def test_two_requests_are_one_scan(autojump_clock: MockClock, scanning: FakeScanning) -> None:
    scanning.gates["engine"] = trio.Event()
    numbers: list[int] = []

    async with house(scanning) as built:

        async def ask(number: int) -> None:
            numbers.append((await built.ask(number)).number)

        async with trio.open_nursery() as nursery:
            nursery.start_soon(ask, 1)
            nursery.start_soon(ask, 2)
            await wait_all_tasks_blocked()
            assert scanning.running == {"tickets/engine"}
            scanning.gates["engine"].set()
    assert sorted(numbers) == [1, 2]
    assert scanning.late == [()]


@pytest.mark.parametrize(
    ("step", "bound_s", "verdict"),
    [("plan", PLAN_S, "clean"), ("engine", ENGINE_S, "clean"), ("judge", JUDGE_S, "unknown")],
)
async def test_no_step_that_hangs_keeps_its_asker_waiting(
    autojump_clock: MockClock, scanning: FakeScanning, step: str, bound_s: float, verdict: str
) -> None:
    scanning.gates[step] = trio.Event()
    async with house(scanning) as built:
        began = trio.current_time()
        answer = await built.ask()
        assert trio.current_time() - began == pytest.approx(bound_s, abs=1)
        assert answer.summary.verdict == verdict


async def test_a_plugin_that_hangs_is_ended_and_the_scan_goes_on(
    autojump_clock: MockClock, scanning: FakeScanning
) -> None:
    scanning.fast = ("bandit", "semgrep")
    scanning.gates["bandit"] = trio.Event()
    async with house(scanning) as built:
        began = trio.current_time()
        await built.ask()
        assert trio.current_time() - began == pytest.approx(PLUGINS_S, abs=1)
        await wait_all_tasks_blocked()
    assert scanning.late == [("bandit",)]
    assert scanning.ended == ["tickets/bandit"]


async def test_a_cancelled_scan_ends_its_plugins(autojump_clock: MockClock, scanning: FakeScanning) -> None:
    scanning.deep = ("trivy",)
    scanning.gates["trivy"] = trio.Event()
    async with house(scanning) as built:
        await built.ask()
        await wait_all_tasks_blocked()
        assert scanning.running == {"tickets/trivy"}
        await built.cancel()
        await built.idle()
        await wait_all_tasks_blocked()
    assert scanning.ended == ["tickets/trivy"]


async def test_whoever_awaits_the_deep_pass_is_told_at_its_end(
    autojump_clock: MockClock, scanning: FakeScanning
) -> None:
    scanning.deep = ("trivy",)
    scanning.gates["trivy"] = trio.Event()
    async with house(scanning) as built:
        await built.ask()
        with trio.move_on_after(5) as waited:
            await built.idle()
        assert waited.cancelled_caught
        scanning.gates["trivy"].set()
        assert await built.idle() == Idle(server="tickets")


async def test_a_crash_of_the_actor_ends_what_it_had_running(autojump_clock: MockClock, scanning: FakeScanning) -> None:
    scanning.gates["engine"] = trio.Event()
    async with house(scanning) as built:
        async with trio.open_nursery() as nursery:

            async def ask() -> None:
                with pytest.raises(AskFailed):
                    await built.ask()

            nursery.start_soon(ask)
            await wait_all_tasks_blocked()
            await crash(built.bus, SCANNER)
        scanning.running.clear()  # its tasks are gone with it
        scanning.gates.clear()
        assert (await built.ask(2)).number == 2
