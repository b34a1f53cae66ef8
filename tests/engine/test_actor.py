"""The actor, its rules and its connections together, on a clock that jumps: an engine in memory that comes and goes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import pairwise

import trio
from fakes.engine import OFF, STUCK, FakeContainer, FakeEngine, Post, watching
from trio.testing import MockClock

from supervisor.engine.effects import Connections
from supervisor.engine.messages import Mended, Seen, Stood, Suspect
from supervisor.events import EngineLost, EngineRecovered, EngineUp

CONTAINER = "a" * 64


@asynccontextmanager
async def watched(engine: FakeEngine) -> AsyncIterator[Post]:
    """A tree in which somebody wants to know of this engine."""

    async def find_it(_docker: str) -> FakeEngine:
        return engine

    connections = Connections(find_it, {"stockade.instance": "i"})
    async with watching(connections) as post:
        await post.watch()
        yield post
    connections.close()


async def test_an_engine_that_is_there_is_up_and_is_asked_nothing_more(autojump_clock: MockClock) -> None:
    engine = FakeEngine()
    async with watched(engine) as post:
        stood = await post.stands("up")
        assert (stood.host, stood.version) == (engine.host, "1.0")
        await post.fact(EngineUp)
        asked = len(engine.asked)
        for action in ("create", "start", "die", "destroy"):
            await engine.tell(Seen(container=CONTAINER, action=action))
            assert await post.until(lambda one: isinstance(one, Seen)) == Seen(container=CONTAINER, action=action)
        assert len(engine.asked) == asked


async def test_one_that_is_off_is_asked_for_ever_and_found_when_it_is_there(autojump_clock: MockClock) -> None:
    engine = FakeEngine()
    engine.is_off = True
    async with watched(engine) as post:
        assert (await post.stands("down")).problem == OFF
        assert (await post.fact(EngineLost)).state == "down"
        while len(engine.times("events")) < 8:
            await autojump_wait()
        gaps = [round(later - earlier) for earlier, later in pairwise(engine.times("events"))]
        assert gaps == [2, 5, 10, 30, 60, 60, 60]
        engine.is_off = False
        await post.stands("up")
        await post.fact(EngineUp)


async def test_its_end_is_noticed_by_the_stream_and_its_return_is_looked_through(autojump_clock: MockClock) -> None:
    engine = FakeEngine(CONTAINER)
    async with watched(engine) as post:
        await post.stands("up")
        post.left = Mended(kept=2, ended=1)
        engine.go_off()
        assert (await post.fact(EngineLost)).problem == OFF
        await post.stands("down")
        engine.is_off = False
        await post.stands("recovering")
        await post.stands("up")
        recovered = await post.fact(EngineRecovered)
        assert (recovered.kept, recovered.ended, round(recovered.down_s)) == (2, 1, 2)
        assert all(stream.is_closed for stream in engine.streams[:-1])


async def test_one_that_is_stuck_is_noticed_while_containers_of_ours_run(autojump_clock: MockClock) -> None:
    engine = FakeEngine(CONTAINER)
    async with watched(engine) as post:
        await post.stands("up")
        engine.is_stuck = True
        assert (await post.stands("paused")).problem == STUCK
        assert (await post.fact(EngineLost)).state == "paused"
        engine.is_stuck = False
        await post.stands("recovering")
        await post.stands("up")
        await post.fact(EngineRecovered)


async def test_a_suspicion_finds_a_stuck_engine_of_which_nothing_is_wanted(autojump_clock: MockClock) -> None:
    engine = FakeEngine()
    async with watched(engine) as post:
        await post.stands("up")
        await post.tell(Suspect(reason="a launch took too long"))
        await post.stands("up")
        engine.is_stuck = True
        await post.tell(Suspect(reason="a launch took too long"))
        await post.stands("paused")


async def test_an_idle_engine_is_asked_nothing_in_an_hour_and_one_with_containers_twice_a_minute(
    autojump_clock: MockClock,
) -> None:
    for containers, most in (((), 0), ((CONTAINER,), 121)):
        engine = FakeEngine(*containers)
        async with watched(engine) as post:
            await post.stands("up")
            before = len(engine.asked)
            await autojump_wait(3600.0)
            assert len(engine.asked) - before <= most
            assert (len(engine.asked) > before) == bool(containers)


async def test_who_never_mends_holds_up_nothing_for_ever(autojump_clock: MockClock) -> None:
    engine = FakeEngine()
    async with watched(engine) as post:
        await post.stands("up")
        post.mends = False
        engine.go_off()
        await post.stands("down")
        engine.is_off = False
        await post.stands("recovering")
        await post.stands("up")


async def test_what_runs_is_known_anew_at_each_return(autojump_clock: MockClock) -> None:
    engine = FakeEngine(CONTAINER)
    async with watched(engine) as post:
        await post.stands("up")
        engine.go_off()
        await post.stands("down")
        engine.containers = [FakeContainer(CONTAINER, "exited")]
        engine.is_off = False
        await post.stands("up")
        before = len(engine.asked)
        await autojump_wait(3600.0)
        assert len(engine.asked) == before


async def test_closing_leaves_no_stream_behind(autojump_clock: MockClock) -> None:
    engine = FakeEngine()
    async with watched(engine) as post:
        assert isinstance(await post.stands("up"), Stood)
    assert [stream.is_closed for stream in engine.streams] == [True]


async def autojump_wait(seconds: float = 1.0) -> None:
    """Let virtual time pass."""
    await trio.sleep(seconds)
