"""A real engine is killed, stopped, started late: the actor that watches it says so, and says when it is over."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import pytest
import trio
import trio.testing
from fakes.engine import Post, watching
from fakes.process import come_true
from real.docker.engines import PrivateEngine, running_engine

from supervisor.container.effects import QUESTION_S, Engines
from supervisor.engine.effects import Connections
from supervisor.engine.messages import Mended, Seen, Suspect
from supervisor.engine.words import Appeared
from supervisor.errors import EngineNotResponding, EngineNotRunning
from supervisor.events import EngineLost, EngineRecovered, EngineUp

pytestmark = pytest.mark.real

BOUND_S = 60.0
"""For an engine to come up on a machine that is busy with something else."""


class Noting(Connections):
    """The real connections, with a note of when a socket was seen to be there anew."""

    def __init__(self, engines: Engines, labels: Mapping[str, str]) -> None:
        super().__init__(engines.at, labels)
        self.engines = engines
        self.appearances = 0

    async def appear(self, number: int) -> Appeared | None:
        found = await super().appear(number)
        self.appearances += found is not None
        return found


@pytest.fixture(scope="module")
def own(docker_host: str) -> Iterator[PrivateEngine]:
    """An engine that these tests may do anything to; each leaves it running."""
    if os.geteuid() != 0:
        pytest.skip("an engine of the test's own needs root")
    with running_engine("busybox") as engine:
        yield engine


@pytest.fixture
def labels() -> dict[str, str]:
    return {"stockade.test": secrets.token_hex(6)}


@asynccontextmanager
async def watched(engine: PrivateEngine, labels: Mapping[str, str]) -> AsyncIterator[tuple[Post, Noting]]:
    """Watch this engine for containers with these labels."""

    async def environment(_docker: str) -> Mapping[str, str]:
        return {"PATH": os.environ["PATH"], "HOME": "/", "DOCKER_HOST": engine.host}

    connections = Noting(Engines(environment), labels)
    try:
        async with watching(connections, bound_s=2 * BOUND_S) as post:
            await post.watch(shutil.which("docker") or "docker")
            yield post, connections
    finally:
        connections.close()
        connections.engines.close()


def start(engine: PrivateEngine, labels: Mapping[str, str]) -> str:
    words = [word for name, value in labels.items() for word in ("--label", f"{name}={value}")]
    return engine.docker("run", "--detach", "--init", *words, "busybox", "sleep", "1000")


def is_stopped(pid: int) -> bool:
    """All of it: a signal takes a moment to reach a process of many threads."""
    return all(
        (task / "stat").read_text().rpartition(")")[2].split()[0] in ("T", "t")
        for task in Path(f"/proc/{pid}/task").iterdir()
    )


@contextmanager
def stopped(pid: int, pause: Callable[[], None], resume: Callable[[], None]) -> Iterator[None]:
    pause()
    try:
        yield
    finally:
        resume()


async def test_what_happens_to_containers_is_heard_and_nothing_is_asked(
    own: PrivateEngine, labels: dict[str, str]
) -> None:
    async with watched(own, labels) as (post, connections):
        assert (await post.stands("up", BOUND_S)).host == own.host
        await post.fact(EngineUp, BOUND_S)
        asked = connections.engines.questions
        start(own, {"stockade.test": "somebody-else"})
        container = await trio.to_thread.run_sync(start, own, labels)
        orders = {
            "start": (),
            "pause": ("pause", container),
            "unpause": ("unpause", container),
            "die": ("kill", container),
            "destroy": ("rm", container),
        }
        for action, order in orders.items():
            if order:
                await trio.to_thread.run_sync(own.docker, *order)
            seen = await post.until(lambda one: isinstance(one, Seen) and one.action != "create", BOUND_S)
            assert (seen.container, seen.action) == (container, action)
            assert seen.exit_code == (137 if action == "die" else None)
        assert connections.engines.questions == asked
    own.docker("rm", "--force", *own.docker.lines("ps", "--quiet"))


async def test_a_killed_engine_is_lost_at_once_and_found_when_it_is_started_again(
    own: PrivateEngine, labels: dict[str, str]
) -> None:
    async with watched(own, labels) as (post, _):
        await post.stands("up", BOUND_S)
        post.left = Mended(kept=0, ended=1)
        own.kill()
        assert isinstance((await post.stands("down", BOUND_S)).problem, EngineNotRunning)
        assert (await post.fact(EngineLost, BOUND_S)).state == "down"
        await trio.to_thread.run_sync(own.start_again)
        await post.stands("recovering", BOUND_S)
        await post.stands("up", BOUND_S)
        recovered = await post.fact(EngineRecovered, BOUND_S)
        assert (recovered.kept, recovered.ended) == (0, 1)
        container = await trio.to_thread.run_sync(start, own, labels)  # and what happens is heard again
        await post.until(lambda one: isinstance(one, Seen) and one.container == container, BOUND_S)
    own.docker("rm", "--force", container)


async def test_an_engine_that_is_started_late_is_found_by_its_socket(
    own: PrivateEngine, labels: dict[str, str]
) -> None:
    own.stop()
    async with watched(own, labels) as (post, connections):
        assert isinstance((await post.stands("down", BOUND_S)).problem, EngineNotRunning)
        await trio.to_thread.run_sync(own.start_again)
        await post.stands("up", BOUND_S)
        assert connections.appearances >= 1
        await post.fact(EngineUp, BOUND_S)


@pytest.mark.parametrize("which", ["engine", "containerd"])
async def test_a_stopped_engine_or_containerd_is_paused_until_it_goes_on(
    own: PrivateEngine, labels: dict[str, str], which: str
) -> None:
    own_pid, pause, resume = (
        (own.pid, own.pause, own.resume)
        if which == "engine"
        else (own.containerd_pid, own.pause_containerd, own.resume_containerd)
    )
    async with watched(own, labels) as (post, _):
        await post.stands("up", BOUND_S)
        with stopped(own_pid, pause, resume):
            await come_true(lambda: is_stopped(own_pid))
            await post.tell(Suspect(reason="a launch took too long"))
            assert isinstance((await post.stands("paused", BOUND_S)).problem, EngineNotResponding)
            assert (await post.fact(EngineLost, BOUND_S)).state == "paused"
        await post.stands("recovering", BOUND_S)
        await post.stands("up", BOUND_S)
        await post.fact(EngineRecovered, BOUND_S)


async def test_watching_ends_at_once_while_the_engine_is_stopped(own: PrivateEngine, labels: dict[str, str]) -> None:
    with trio.CancelScope() as bound:
        async with watched(own, labels) as (post, _):
            await post.stands("up", BOUND_S)
            own.pause()
            await come_true(lambda: is_stopped(own.pid))
            await post.tell(Suspect(reason="a launch took too long"))
            await trio.testing.wait_all_tasks_blocked()  # the question is on its way
            bound.deadline = trio.current_time() + 0.8 * QUESTION_S  # nobody waits for the answer, nor for the stream
    own.resume()
    assert not bound.cancelled_caught
