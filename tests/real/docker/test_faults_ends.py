"""Containers end, are killed, paused, removed and starved: each is told as what it is, and nothing is left of any."""

from __future__ import annotations

from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import trio
from journeys.embedding import Client, client
from real.docker.faults import (
    ANSWERS,
    IGNORES_BOTH,
    IGNORES_EOF,
    IGNORES_TERM,
    ground,
    off_loop,
    server,
    where,
)

pytestmark = pytest.mark.real

PATIENT, BRIEF = "30s", "0.5s"
TEMPERS = {
    "polite": (ANSWERS, PATIENT, "close", 0),
    "ignores-term": (IGNORES_TERM, PATIENT, "close", 0),
    "ignores-eof": (IGNORES_EOF, BRIEF, "stop", 143),
    "ignores-both": (IGNORES_BOTH, BRIEF, "stop", 137),
}
"""The program, how long it may take to end once its stdin is closed, the rung of the ladder that ends it, and the code
that it leaves."""


async def test_the_rung_that_ends_a_server_is_told(docker_host: str, state_dir: Path) -> None:
    servers = {
        name: server(script, stockade={"grace": {"stdin": stdin, "term": "1s"}})
        for name, (script, stdin, _, _) in TEMPERS.items()
    }
    async with ground(servers, state_dir, docker_host) as on:
        await on.settled()
        async with AsyncExitStack() as stack:  # a server that serves nobody is given less time
            for name in TEMPERS:
                await stack.enter_async_context(client(on.house.sup, name))
            async with trio.open_nursery() as nursery:
                for name in TEMPERS:
                    nursery.start_soon(on.house.sup.stop, name)
    for name, (_, _, rung, code) in TEMPERS.items():
        (session,) = [one.instance_id for one in on.told("instance.exited", name) if one.role == "session"]
        (stopped,) = [one for one in on.told("container.stopped", name) if one.instance_id == session]
        (exited,) = [one for one in on.told("container.exited", name) if one.container == stopped.container]
        (removed,) = [one for one in on.told("container.removed", name) if one.container == stopped.container]
        assert (name, stopped.rung, stopped.verified, exited.code) == (name, rung, True, code)
        assert removed.instance_id == session


async def test_a_server_over_its_memory_limit_is_named_as_that(docker_host: str, state_dir: Path) -> None:
    async with ground({"fat": server(memory_limit="32m")}, state_dir, docker_host) as on:
        async with client(on.house.sup, "fat") as session:
            await session.call("eat")
        failed = await on.until("server.failed", "fat")
        assert (failed.problem.code, failed.status) == ("server.died", "exit status 137")
        assert "over its memory limit (`isolation.memory_limit`)" in failed.diagnosis
        assert [one.oom_killed for one in on.told("container.exited", "fat") if one.code == 137] == [True]
        stands = await on.stands("fat", "ready")
        assert stands.last_exit is not None
        assert stands.last_exit.diagnosis == failed.diagnosis


@pytest.mark.parametrize("order", [("kill",), ("rm", "--force")])
async def test_a_container_that_somebody_ends_is_replaced(
    docker_host: str, state_dir: Path, order: tuple[str, ...]
) -> None:
    async with ground({"one": server()}, state_dir, docker_host) as on, client(on.house.sup, "one") as session:
        await on.settled()
        before = await where(session)
        await off_loop(on.cli, *order, before)
        await on.until("container.removed", "one", 2)  # the first was the probe's
        exited = await on.until("container.exited", "one", 2)
        assert (exited.code, exited.oom_killed) == (137, False)
        failed = await on.until("server.failed", "one")
        assert (failed.stage, failed.problem.code, failed.diagnosis) == ("session", "server.died", "")
        assert await where_again(session) != before
        await on.settled()
        assert on.containers() == ["one", "one"]


async def where_again(session: Client) -> str:
    """The same, asked for as long as the calls are refused because the server has died."""
    while "error" in (answer := await session.call("where")):
        assert answer["error"]["data"]["retryable"]
    return str(answer["result"]["content"][0]["text"])


async def test_a_container_that_somebody_pauses_goes_on_when_he_unpauses_it(docker_host: str, state_dir: Path) -> None:
    async with ground({"one": server()}, state_dir, docker_host) as on, client(on.house.sup, "one") as session:
        await on.settled()
        before = await where(session)
        await off_loop(on.cli, "pause", before)
        paused = await on.until("container.paused", "one")
        assert (paused.paused, paused.container[:12]) == (True, before)
        await off_loop(on.cli, "unpause", before)
        assert not (await on.until("container.paused", "one", 2)).paused
        assert await where(session) == before
        assert on.told("server.failed") == on.told("engine.lost") == []


async def test_a_paused_container_is_ended_with_its_server(docker_host: str, state_dir: Path) -> None:
    async with ground({"one": server()}, state_dir, docker_host) as on:
        await on.settled()
        await off_loop(on.cli, "pause", on.running("one"))
        await on.until("container.paused", "one")
    assert on.told("container.stopped", "one")[-1].verified
