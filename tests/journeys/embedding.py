"""stockade inside a test: servers, a raw client, and everything that was told."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import trio
import trio.testing
from msgspec import Struct
from servers.running import server_command

from supervisor.config import effects as config_files
from supervisor.config.specs import Config
from supervisor.edges.embed import Session, Stockade, open_supervisor
from supervisor.edges.facts import facts_here
from supervisor.events import AnyEvent
from supervisor.kernel.specs import Published
from supervisor.mcp.framing import LineBuffer
from supervisor.running import Leaves

Kind = TypeVar("Kind", bound=Struct)
LOOK_S = 0.1
BOUND_S = 90.0
"""Real processes on a busy machine; nothing is measured."""
ODD = str(Path(__file__).with_name("odd_server.py"))
META = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientCapabilities": {},
}
QUICK = {"stdin": "200ms", "term": "200ms"}


def server(*flags: str, **more: Any) -> dict[str, Any]:
    """An entry of the config: our own test server, unconfined."""
    program, *arguments = server_command(*flags)
    return {"command": program, "args": arguments, **_ours(more)}


def odd(*arguments: object, **more: Any) -> dict[str, Any]:
    """The same with one more oddity."""
    words = ["-S", ODD, *map(str, arguments)]
    return {"command": sys.executable, "args": words, **_ours(more)}


def _ours(more: dict[str, Any]) -> dict[str, Any]:
    return {"isolation": {"mode": "none"}, "stockade": {"grace": QUICK, **more}}


def adopted(**servers: Any) -> Config:
    """A config of these servers, read."""
    return config_files.adopt({"mcpServers": servers}, environ=os.environ, facts=facts_here())


class House:
    """An open stockade and what it has told since before its start."""

    def __init__(self) -> None:
        self.sup: Stockade
        self.told: list[Published[Any]] = []
        self.lost = 0
        self._news = trio.Event()

    def take(self, published: list[Published[Any]], lost: int) -> None:
        """Write down what was told, and wake who waits for it."""
        self.told += published
        self.lost = lost
        self._news.set()
        self._news = trio.Event()

    def events(self, kind: type[Kind], server: str = "") -> list[Kind]:
        """Every event of a kind, of one server or all."""
        bodies = [published.body for published in self.told]
        return [one for one in bodies if isinstance(one, kind) and server in ("", getattr(one, "server", ""))]

    async def until(self, kind: type[Kind], server: str, count: int = 1) -> list[Kind]:
        """Wait for so many of them."""
        while len(found := self.events(kind, server)) < count:
            await self._news.wait()
        return found

    async def come_true(self, claim: Callable[[], Awaitable[bool]]) -> None:
        """Wait until a claim is true; it is looked at after every event, and in between: not all has one."""
        while True:
            news = self._news
            if await claim():
                return
            with trio.move_on_after(LOOK_S):
                await news.wait()

    async def life(self, server: str) -> str:
        """How a server stands."""
        return next(one.life for one in await self.sup.status() if one.server == server)


async def pids(house: House, server: str) -> list[int]:
    """The processes of a server."""
    described = await house.sup.describe(server)
    assert described is not None
    return described.pids


@asynccontextmanager
async def opened(
    servers: Mapping[str, Any] | Config,
    folder: Path,
    *,
    environ: Mapping[str, str] | None = None,
    bound_s: float = BOUND_S,
) -> AsyncIterator[House]:
    """Run these servers for as long as the block; `environ` stands for this process's environment."""
    house = House()
    subscriptions = []

    def edge(sup: Stockade) -> Leaves:
        subscriptions.append(sup.run.bus.subscribe(AnyEvent, capacity=200_000))
        return Leaves()

    async def listen() -> None:
        while taken := await subscriptions[0].take():
            house.take(taken, subscriptions[0].lost)

    with trio.fail_after(bound_s):
        async with trio.open_nursery() as nursery:
            config = servers if isinstance(servers, Config) else {"mcpServers": dict(servers)}
            async with open_supervisor(config, state_dir=folder, environ=environ, edge=edge) as house.sup:
                nursery.start_soon(listen)
                yield house
            await trio.testing.wait_all_tasks_blocked()
            subscriptions[0].close()


class Client:
    """A raw client of one session, in either era."""

    def __init__(self, session: Session, era: str) -> None:
        self.stream = session.stream
        self.era = era
        self._buffer = LineBuffer(64 * 2**20)
        self._lines: list[bytes] = []
        self._number = 0

    async def ask(self, method: str, **params: Any) -> dict[str, Any]:
        """Send a request and return its answer; other messages are passed over."""
        self._number += 1
        meta = {"_meta": META} if self.era == "stateless" else {}
        message = {"jsonrpc": "2.0", "id": self._number, "method": method, "params": {**params, **meta}}
        await self.stream.send_all(json.dumps(message).encode() + b"\n")
        while True:
            answer: dict[str, Any] = json.loads(await self._line())
            if answer.get("id") == self._number and "method" not in answer:
                return answer

    async def _line(self) -> bytes:
        while not self._lines:
            chunk = await self.stream.receive_some(65536)
            assert chunk, "the session has ended"
            self._lines += self._buffer.feed(bytes(chunk))
        return self._lines.pop(0)

    async def open(self) -> None:
        """What a client of its era says first."""
        if self.era == "handshake":
            await self.ask("initialize", protocolVersion="2025-11-25", capabilities={}, clientInfo={})
            await self.stream.send_all(b'{"jsonrpc":"2.0","method":"notifications/initialized"}\n')

    async def call(self, tool: str, **arguments: Any) -> dict[str, Any]:
        """Call a tool."""
        return await self.ask("tools/call", name=tool, arguments=arguments)

    async def pid(self) -> int:
        """The process that serves now; asks again for as long as it is told to."""
        while True:
            answer = await self.call("pid")
            if "result" in answer:
                return int(answer["result"]["content"][0]["text"])
            assert answer["error"]["data"]["retryable"], answer


@asynccontextmanager
async def client(sup: Stockade, server: str, era: str = "handshake") -> AsyncIterator[Client]:
    """Open a session and say what is said first."""
    await sup.wait_for("ready", server)
    async with sup.connect(server) as session:
        made = Client(session, era)
        await made.open()
        yield made
