"""The actor of a server and the scan actor on one bus, on a clock that jumps: no server hangs for want of a scan."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import trio
from fakes.kernel import crash, running
from fakes.mode import FakeInstances, breakable, fake_actor
from fakes.scan import FakeScanning
from fakes.server import DANGEROUS, POISONED, profile
from trio.testing import MockClock, wait_all_tasks_blocked

from supervisor.kernel.actor import leaf_run
from supervisor.kernel.bus import Bus
from supervisor.kernel.specs import Branch, Leaf, Limit
from supervisor.kernel.tree import Tree
from supervisor.scan.actor import actor as scan_actor
from supervisor.scan.states import ENGINE_S, JUDGE_S
from supervisor.server.actor import actor as server_actor
from supervisor.server.messages import (
    Attach,
    Attached,
    CancelScan,
    Describe,
    Described,
    Done,
    Era,
    Halt,
    Listed,
    Looked,
    NotAttached,
    NotListed,
    Recovered,
    Rescan,
    Rescanned,
    Restart,
    Start,
)
from supervisor.server.scanning import AGAIN_S

SERVER = "root/servers/tickets"
SCANNER = "root/work/scan"
LIMIT = Limit(intensity=20, period_s=60)


class Prober:
    """Every instance lists the same, as one edition after the other."""

    def __init__(self, instances: FakeInstances) -> None:
        self.instances = instances
        self.editions = 0

    def token(self) -> str:
        return "t"

    async def back_off(self, delay_s: float, spread_s: float = 0.0) -> None:
        await trio.sleep(delay_s)

    def recover(self, server: str) -> Recovered:
        return Recovered(attached=[], loose=self.instances.live())

    def look(self, instance: str) -> Looked:
        return Looked(instance=instance, is_live=instance in self.instances.live())

    async def probe(self, instance: str, era: Era | None) -> Listed | NotListed:
        self.editions += 1
        return Listed(
            instance=instance, era="handshake", protocol="p", name="n", version="v", tools=3, edition=self.editions
        )  # fmt: skip


class Town:
    """A server, its mode and the scan actor."""

    def __init__(self) -> None:
        self.bus = Bus()
        self.instances = FakeInstances()
        self.scanning = FakeScanning()

    async def describe(self) -> Described:
        described: Described = await self.bus.ask(SERVER, Describe(), Described, timeout_s=1000)
        return described

    async def until(self, life: str) -> Described:
        """Wait until the server has come into a life."""
        while (described := await self.describe()).life != life:
            await trio.sleep(0.1)
        return described

    async def rescan(self) -> Rescanned:
        answer: Rescanned = await self.bus.ask(SERVER, Rescan(), Rescanned, timeout_s=10_000)
        return answer

    async def scan_hangs(self, step: str = "engine") -> None:
        """Begin anew; its scan comes as far as this step, and stays there until `scanning.gates` says otherwise."""
        await self.until("ready")
        self.scanning.gates[step] = trio.Event()
        await self.bus.ask(SERVER, Restart(), Done, timeout_s=100)
        await self.until("starting")


@asynccontextmanager
async def town(**changes: object) -> AsyncIterator[Town]:
    built = Town()
    one = profile(command="polite", scanner=SCANNER, **changes)
    work = (
        Leaf(name="none", run=leaf_run(built.bus, breakable(fake_actor(built.instances))), shutdown_s=40),
        Leaf(name="scan", run=leaf_run(built.bus, breakable(scan_actor(built.scanning)))),
    )
    server = server_actor(one, SERVER, Prober(built.instances))
    servers = (Leaf(name="tickets", run=leaf_run(built.bus, breakable(server)), shutdown_s=35),)
    tree = Tree(
        Branch(
            name="root",
            children=(
                Branch(name="work", children=work, limit=LIMIT),
                Branch(name="servers", children=servers, limit=LIMIT, dynamic=True),
            ),
        ),
        built.bus,
    )
    async with running(tree, limit_s=100_000):
        yield built
    assert built.instances.live() == []


async def test_a_scanned_server_serves(autojump_clock: MockClock) -> None:
    async with town() as built:
        described = await built.until("ready")
        assert described.scan is not None
        assert described.scan.verdict == "clean"
        answer = await built.bus.ask(SERVER, Attach(session="s1"), Attached | NotAttached, timeout_s=100)
        assert isinstance(answer, Attached)


async def test_a_dangerous_server_is_quarantined_until_it_is_started_again(autojump_clock: MockClock) -> None:
    async with town() as built:
        built.scanning.summary, built.scanning.problem = DANGEROUS, POISONED
        await built.bus.ask(SERVER, Restart(), Done, timeout_s=100)
        assert (await built.until("quarantined")).problem == POISONED
        answer = await built.bus.ask(SERVER, Attach(session="s1", wait_s=60), Attached | NotAttached, timeout_s=100)
        assert answer == NotAttached(session="s1", problem=POISONED, is_final=True)
        built.scanning.summary, built.scanning.problem = FakeScanning().summary, None
        await built.bus.ask(SERVER, Start(), Done, timeout_s=100)
        await built.until("ready")


async def test_a_crash_of_the_scan_actor_is_made_up_for(autojump_clock: MockClock) -> None:
    async with town() as built:
        await built.scan_hangs()
        await wait_all_tasks_blocked()
        await crash(built.bus, SCANNER)
        built.scanning.gates.clear()
        began = trio.current_time()
        await built.until("ready")
        assert trio.current_time() - began <= AGAIN_S + 1


@pytest.mark.parametrize("step", ["plan", "engine", "judge"])
async def test_a_scan_that_hangs_keeps_a_server_from_serving_for_a_bounded_time_only(
    autojump_clock: MockClock, step: str
) -> None:
    async with town() as built:
        await built.scan_hangs(step)
        began = trio.current_time()
        await built.until("ready")
        assert trio.current_time() - began <= ENGINE_S + JUDGE_S


async def test_a_scan_actor_that_is_gone_for_good_keeps_nobody_waiting_for_ever(autojump_clock: MockClock) -> None:
    async with town(scan_s=60.0) as built:
        await built.scan_hangs()
        for _ in range(12):
            await crash(built.bus, SCANNER)
            await trio.sleep(5)
        described = await built.until("ready")
        assert described.scan is not None
        assert (described.scan.verdict, described.scan.coverage) == ("unknown", "none")


async def test_a_crash_of_the_servers_actor_during_its_scan_scans_again(autojump_clock: MockClock) -> None:
    async with town() as built:
        await built.scan_hangs()
        await wait_all_tasks_blocked()
        await crash(built.bus, SERVER)
        built.scanning.gates["engine"].set()
        await built.until("ready")
        assert built.scanning.most == 1


async def test_a_scan_on_request_goes_on_beside_the_sessions(autojump_clock: MockClock) -> None:
    async with town() as built:
        await built.until("ready")
        attached = await built.bus.ask(SERVER, Attach(session="s1"), Attached | NotAttached, timeout_s=100)
        assert isinstance(attached, Attached)
        assert (await built.rescan()).problem is None
        assert attached.instance in built.instances.live()


async def test_a_scan_that_is_given_up_is_ended_and_the_server_goes_on(autojump_clock: MockClock) -> None:
    async with town() as built:
        await built.until("ready")
        built.scanning.fast = ("bandit",)
        built.scanning.gates["bandit"] = trio.Event()
        async with trio.open_nursery() as nursery:

            async def ask() -> None:
                assert (await built.rescan()).problem is not None

            nursery.start_soon(ask)
            while "tickets/bandit" not in built.scanning.running:
                await trio.sleep(0.1)
            await built.bus.tell(SERVER, CancelScan())
        await wait_all_tasks_blocked()
        assert built.scanning.ended == ["tickets/bandit"]
        assert (await built.describe()).life == "ready"


@pytest.mark.parametrize("after_s", [0.0, 0.01, 1.0, 30.0])
async def test_a_server_stops_at_any_moment_of_its_scan(autojump_clock: MockClock, after_s: float) -> None:
    async with town() as built:
        await built.until("ready")
        built.scanning.gates["engine"] = trio.Event()
        await built.bus.ask(SERVER, Restart(), Done, timeout_s=100)
        await trio.sleep(after_s)
        done = await built.bus.ask(SERVER, Halt(), Done, timeout_s=100)
        assert (done.life, built.instances.live()) == ("stopped", [])
        await wait_all_tasks_blocked()
        assert built.scanning.running == set()
