"""The engine ends and is there again: every server works again by itself, in exactly one container each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import trio
from fakes.process import come_true
from journeys.embedding import client
from real.docker.conftest import private
from real.docker.engines import PrivateEngine
from real.docker.faults import IGNORES_BOTH, IMAGE, Ground, ground, off_loop, server, servers, where

pytestmark = pytest.mark.real

NUMBER = 4
AT_ONCE_S = 10.0
"""Far less than a ladder whose rungs nobody answers."""
NAMES = sorted(servers(NUMBER))


@pytest.fixture(scope="module")
def own(docker_host: str) -> Iterator[PrivateEngine]:
    with private(IMAGE) as engine:
        yield engine


@pytest.fixture(scope="module")
def preserving(docker_host: str) -> Iterator[PrivateEngine]:
    """Its containers outlive it."""
    with private(IMAGE, flags="--live-restore") as engine:
        yield engine


async def one_each_and(on: Ground, served: str) -> None:
    """Every server is ready with exactly one container, and one more for the session."""
    await on.settled()
    assert on.containers() == sorted([*NAMES, served])


def nobody_failed(on: Ground) -> None:
    """The engine's absence is no failure of a server's."""
    assert on.told("server.backing_off") == on.told("server.crash_looping") == []


@pytest.mark.parametrize(
    ("kind", "end"),
    [("own", PrivateEngine.kill), ("own", PrivateEngine.stop), ("preserving", PrivateEngine.kill)],
)
async def test_every_server_is_ready_again_once_the_engine_is(
    request: pytest.FixtureRequest, state_dir: Path, kind: str, end: Callable[[PrivateEngine], None]
) -> None:
    engine: PrivateEngine = request.getfixturevalue(kind)
    async with ground(servers(NUMBER), state_dir, engine.host) as on, client(on.house.sup, NAMES[0]) as session:
        await one_each_and(on, NAMES[0])
        before = await where(session)
        await off_loop(end, engine)
        await on.until("engine.lost")
        for name in NAMES:
            await on.stands(name, "engine_down")
        await off_loop(engine.start_again)
        await on.until("engine.recovered")
        await one_each_and(on, NAMES[0])
        assert await where(session) not in ("", before)
        assert on.tags("engine") == ["engine.up", "engine.lost", "engine.recovered"]
        nobody_failed(on)


async def test_an_engine_that_comes_up_later_is_noticed_by_its_socket(own: PrivateEngine, state_dir: Path) -> None:
    await off_loop(own.stop)
    async with ground(servers(2), state_dir, own.host) as on:
        stands = await on.stands("server-0", "engine_down")
        assert stands.problem is not None
        assert (stands.problem.code, stands.last_exit) == ("engine.not_running", None)
        await on.until("engine.lost")
        await off_loop(own.start_again)
        await on.settled()
        assert on.containers() == ["server-0", "server-1"]
        nobody_failed(on)


@pytest.mark.parametrize("kind", ["own", "preserving"])
async def test_a_shutdown_without_an_engine_ends_at_once_and_nothing_is_left_when_it_is_back(
    request: pytest.FixtureRequest, state_dir: Path, kind: str
) -> None:
    engine: PrivateEngine = request.getfixturevalue(kind)
    both = {"polite": server(), "stubborn": server(IGNORES_BOTH)}
    async with ground(both, state_dir, engine.host, is_clean=False) as on:
        await on.settled()
        await off_loop(engine.kill)
        for name in both:
            await on.stands(name, "engine_down")
        began = trio.current_time()
    assert trio.current_time() - began < AT_ONCE_S
    await off_loop(engine.start_again)
    await come_true(lambda: on.containers() == [])
