"""The engine, or the containerd below it, is stopped: it takes requests and answers none, and no stream ends.

What is waited for in vain is waited for on a quicker clock; the engine itself knows real time only.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
import trio
import trio.testing
from fakes.process import come_true
from journeys.embedding import client
from real.docker.conftest import private
from real.docker.engines import PrivateEngine
from real.docker.faults import IGNORES_BOTH, IMAGE, environ, ground, server, where

from supervisor.container.effects import Engine
from supervisor.errors import LaunchError

pytestmark = pytest.mark.real

STOP_S = 35.0
"""The bound of the whole tree."""
QUICK = 4.0


@pytest.fixture(scope="module")
def own(docker_host: str) -> Iterator[PrivateEngine]:
    with private(IMAGE) as engine:
        yield engine


@pytest.fixture
def clock(mock_clock: trio.testing.MockClock) -> trio.testing.MockClock:
    """The clock of the test and of the product; real time, as long as nobody says otherwise."""
    mock_clock.rate = 1.0
    return mock_clock


@contextmanager
def stopped(engine: PrivateEngine, what: str, clock: trio.testing.MockClock) -> Iterator[None]:
    """Whatever happens in the block, it goes on after it."""
    is_engine = what == "engine"
    (engine.pause if is_engine else engine.pause_containerd)()
    clock.rate = QUICK
    try:
        yield
    finally:
        clock.rate = 1.0
        (engine.resume if is_engine else engine.resume_containerd)()


@pytest.mark.parametrize("what", ["engine", "containerd"])
async def test_what_runs_goes_on_and_what_is_asked_for_meanwhile_comes_later(
    own: PrivateEngine, state_dir: Path, clock: trio.testing.MockClock, what: str
) -> None:
    both = {"early": server(), "late": server(stockade={"lazy": True})}
    async with ground(both, state_dir, own.host) as on, client(on.house.sup, "early") as session:
        await on.settled("early")
        before = await where(session)
        with stopped(own, what, clock):
            await on.house.sup.start("late")  # nobody knows yet that it cannot
            stands = await on.stands("late", "engine_down")
            assert (await on.until("engine.lost")).state == "paused"
            assert stands.problem is not None
            assert stands.problem.code == "engine.not_responding"
            if what == "containerd":
                assert await where(session) == before, "no byte passes through it"
        assert (await on.until("engine.recovered")).kept == 2
        await on.settled()
        assert await where(session) == before
        assert on.containers() == ["early", "early", "late"]
        assert on.told("server.backing_off") == []


async def test_who_looks_whether_a_container_runs_does_not_wait_for_its_start(
    own: PrivateEngine, clock: trio.testing.MockClock
) -> None:
    """On a busy machine a start takes longer than an answer may, and is no sign of an engine that does not answer."""
    docker = shutil.which("docker") or "docker"
    engine = Engine(docker, environ(own.host))
    await engine.ping()
    container = own.docker("create", "--init", IMAGE, "sleep", "1000")
    with stopped(own, "containerd", clock), subprocess.Popen([docker, "start", container], env=environ(own.host)):
        while await is_inspected(engine, container):
            pass  # its start has yet to begin
        assert not await engine.runs(container)
        clock.rate = 1.0
        own.resume_containerd()
        while not await engine.runs(container):
            pass
    own.docker("rm", "--force", container)
    engine.forget()


async def is_inspected(engine: Engine, container: str) -> bool:
    try:
        await engine.state(container)
    except LaunchError:
        return False
    return True


@pytest.mark.parametrize("what", ["engine", "containerd"])
async def test_a_shutdown_ends_in_time_and_what_was_asked_for_is_done_later(
    own: PrivateEngine, state_dir: Path, clock: trio.testing.MockClock, what: str
) -> None:
    both = {"polite": server(), "stubborn": server(IGNORES_BOTH)}
    with ExitStack() as stopping:
        async with ground(both, state_dir, own.host, is_clean=False) as on:
            await on.settled()
            stopping.enter_context(stopped(own, what, clock))
            began = trio.current_time()
        assert trio.current_time() - began < STOP_S
    await come_true(lambda: on.containers() == [])
