"""An engine in memory, and a small tree in which the real actor watches an engine and somebody hears what it says."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import trio
from msgspec import Struct

from supervisor.engine.actor import Connections, actor
from supervisor.engine.messages import Mended, Reply, Seen, Stood, Watch
from supervisor.errors import EngineNotResponding, EngineNotRunning, LaunchError
from supervisor.events import AnyEvent
from supervisor.kernel.actor import Actor, leaf_run
from supervisor.kernel.bus import Bus
from supervisor.kernel.specs import Branch, Decision, Leaf
from supervisor.kernel.tree import Tree

ENGINE, USER = "root/engine", "root/user"
HOST = "unix:///run/fake.sock"
OFF = EngineNotRunning(host=HOST, reason="No such file or directory")
STUCK = EngineNotResponding(host=HOST, reason="it took the request and did not answer in time")


class FakeContainer(Struct, frozen=True):
    """One line of a listing."""

    id: str
    status: str = "running"


class FakeEvents:
    """A stream of an engine in memory."""

    def __init__(self) -> None:
        self.send, self._receive = trio.open_memory_channel[Seen](1000)
        self.is_closed = False

    async def next(self) -> Seen:
        try:
            return await self._receive.receive()
        except (trio.EndOfChannel, trio.ClosedResourceError):
            raise LaunchError(OFF) from None

    def close(self) -> None:
        self.is_closed = True
        self._receive.close()


class FakeEngine:
    """It is up, off or stuck as the test says; what is asked of a stuck one takes five seconds to come to nothing."""

    def __init__(self, *containers: str) -> None:
        self.host = HOST
        self.socket_path = ""
        self.is_off = False
        self.is_stuck = False
        self.containers = [FakeContainer(one) for one in containers]
        self.streams: list[FakeEvents] = []
        self.asked: list[tuple[float, str]] = []

    async def events(self, labels: Mapping[str, str]) -> FakeEvents:
        await self._answer("events")
        self.streams.append(FakeEvents())
        return self.streams[-1]

    async def find(self, labels: Mapping[str, str]) -> Sequence[FakeContainer]:
        await self._answer("find")
        return self.containers

    async def health(self) -> str:
        await self._answer("health")
        return "1.0"

    async def tell(self, *seen: Seen) -> None:
        for one in seen:
            await self.streams[-1].send.send(one)

    def go_off(self) -> None:
        self.is_off = True
        self.streams[-1].send.close()

    def times(self, question: str) -> list[float]:
        return [at for at, what in self.asked if what == question]

    async def _answer(self, question: str) -> None:
        self.asked.append((trio.current_time(), question))
        await trio.lowlevel.checkpoint()
        if self.is_stuck:
            await trio.sleep(5)
            raise LaunchError(STUCK)
        if self.is_off:
            raise LaunchError(OFF)


class Post:
    """Somebody who uses an engine, and the events that leave the tree; he mends at once what is left, if he may."""

    def __init__(self, bus: Bus) -> None:
        self.bus = bus
        self.heard: list[Any] = []
        self.facts: list[Any] = []
        self.mends = True
        self.left = Mended(kept=0, ended=0)
        self._changed = trio.Event()

    def decide(self, _state: None, message: Any, _now: float) -> Decision[None]:
        self._note(self.heard, message)
        if isinstance(message, Stood) and message.state == "recovering" and self.mends:
            return Decision(None, tell=((ENGINE, self.left),))
        return Decision(None)

    async def watch(self, docker: str = "/usr/bin/docker") -> None:
        await self.tell(Watch(reply_to=USER, docker=docker))

    async def tell(self, message: Struct) -> None:
        await self.bus.tell(ENGINE, message, sender=USER)

    async def until(self, is_it: Callable[[Any], bool], timeout_s: float = 1000.0) -> Any:
        """Wait for a message or an event; it and all before it are then forgotten."""
        with trio.fail_after(timeout_s):
            while True:
                for found in (self.heard, self.facts):
                    for index, one in enumerate(found):
                        if is_it(one):
                            del found[: index + 1]
                            return one
                self._changed = trio.Event()
                await self._changed.wait()

    async def stands(self, state: str, timeout_s: float = 1000.0) -> Stood:
        """Wait until it is told that the engine stands so."""
        found: Stood = await self.until(lambda one: isinstance(one, Stood) and one.state == state, timeout_s)
        return found

    async def fact(self, kind: type[Any], timeout_s: float = 1000.0) -> Any:
        """Wait for an event of a kind."""
        return await self.until(lambda one: isinstance(one, kind), timeout_s)

    async def collect(self) -> None:
        """Keep the events that leave the tree."""
        with self.bus.subscribe(AnyEvent) as events:
            while True:
                for published in await events.take():
                    self._note(self.facts, published.body)

    def _note(self, found: list[Any], one: Any) -> None:
        found.append(one)
        self._changed.set()


async def _nothing(_command: Any) -> None:
    """What somebody who only listens performs."""


@asynccontextmanager
async def watching(connections: Connections, *, bound_s: float = 100_000.0) -> AsyncIterator[Post]:
    """Run the actor on these connections until the block is over."""
    bus = Bus()
    post = Post(bus)
    user = Actor(accepts=Reply, initial=lambda _now: Decision(None, ready=True), decide=post.decide, perform=_nothing)
    leaves = (Leaf(name="user", run=leaf_run(bus, user)), Leaf(name="engine", run=leaf_run(bus, actor(connections))))
    tree = Tree(Branch(name="root", children=leaves), bus)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(post.collect)
        with trio.fail_after(bound_s):
            async with trio.open_nursery() as within:
                within.start_soon(tree.run)
                await tree.wait_started()
                yield post
                tree.stop()
        nursery.cancel_scope.cancel()
