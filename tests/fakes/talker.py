"""A client that speaks raw JSON-RPC through a relay to real servers."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import trio
from servers.running import Pool

from supervisor.errors import Problem
from supervisor.mcp.framing import LineBuffer
from supervisor.relay.instream import stream_pair
from supervisor.relay.pump import Client, Fact

BOUND_S = 30
"""Real processes on a busy machine; nothing is measured."""


class Talker:
    def __init__(self, stream: trio.SocketStream, pool: Pool) -> None:
        self.stream = stream
        self.pool = pool
        self.facts: list[Fact] = []
        self.over = trio.Event()
        self.problem: Problem | None = None
        self._buffer = LineBuffer()
        self._lines: list[bytes] = []

    async def send(self, *messages: object) -> None:
        await self.stream.send_all(b"".join(json.dumps(message).encode() + b"\n" for message in messages))

    async def say(self, method: str, key: object = None, **params: object) -> None:
        """A request if it has a key, else a notification."""
        await self.send(saying(method, key, **params))

    async def hear(self) -> Any:
        """The next message."""
        while not self._lines:
            chunk = await self.stream.receive_some(65536)
            assert chunk, "the relay closed"
            self._lines += self._buffer.feed(bytes(chunk))
        return json.loads(self._lines.pop(0))

    async def answer(self, key: object) -> Any:
        """The answer to a request; what comes before it is passed over."""
        while True:
            heard = await self.hear()
            if heard.get("id") == key and "method" not in heard:
                return heard

    async def open(self) -> Any:
        """Open the session; the answer, which is the first that is heard."""
        await self.say("initialize", 0, protocolVersion="2025-11-25", capabilities={}, clientInfo={})
        answer = await self.hear()
        await self.say("notifications/initialized")
        return answer


def saying(method: str, key: object = None, **params: object) -> dict[str, Any]:
    message: dict[str, Any] = {"jsonrpc": "2.0", "method": method, "params": params}
    return message if key is None else {**message, "id": key}


def calling(key: object, tool: str, **arguments: object) -> dict[str, Any]:
    return saying("tools/call", key, name=tool, arguments=arguments)


AnyTalker = TypeVar("AnyTalker", bound=Talker)


@asynccontextmanager
async def talking(
    make: Callable[[trio.SocketStream, trio.Nursery], AnyTalker],
    run: Callable[[AnyTalker, Client], Awaitable[Problem | None]],
) -> AsyncIterator[AnyTalker]:
    """A session of a talker, until the block is over; its servers run in the nursery."""
    with trio.fail_after(BOUND_S):
        async with trio.open_nursery() as nursery:
            ours, theirs = stream_pair()
            talker = make(ours, nursery)

            async def carry() -> None:
                talker.problem = await run(talker, Client(theirs, theirs))
                talker.over.set()

            nursery.start_soon(carry)
            yield talker
            await ours.aclose()
            await talker.over.wait()
            await theirs.aclose()
