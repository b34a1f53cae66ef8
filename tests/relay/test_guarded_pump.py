"""Real servers behind a guard: what waits while definitions are judged, what does not, and what ends a judgement."""

from __future__ import annotations

import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import trio
from fakes.guard import Judge
from servers.running import SERVER, Pool

from supervisor.errors import Problem
from supervisor.mcp.framing import LineBuffer
from supervisor.relay.instream import stream_pair
from supervisor.relay.out import CallRefused
from supervisor.relay.pump import Client, Fact, Terms, run_session

pytestmark = pytest.mark.real
BOUND_S = 30
"""Real processes on a busy machine; nothing is measured."""
TURNCOAT = str(SERVER.with_name("turncoat.py"))


class Talker:
    """A client that speaks raw JSON-RPC through a guarded relay."""

    def __init__(self, stream: trio.SocketStream, pool: Pool, judge: Judge) -> None:
        self.stream = stream
        self.pool = pool
        self.judge = judge
        self.facts: list[Fact] = []
        self.over = trio.Event()
        self.problem: Problem | None = None
        self._buffer = LineBuffer()
        self._lines: list[bytes] = []

    async def say(self, *messages: dict[str, Any]) -> None:
        await self.stream.send_all(b"".join(json.dumps({"jsonrpc": "2.0", **one}).encode() + b"\n" for one in messages))

    async def hear(self) -> Any:
        while not self._lines:
            chunk = await self.stream.receive_some(65536)
            assert chunk, "the relay closed"
            self._lines += self._buffer.feed(bytes(chunk))
        return json.loads(self._lines.pop(0))

    async def answer(self, key: object) -> Any:
        while True:
            heard = await self.hear()
            if heard.get("id") == key and "method" not in heard:
                return heard

    async def open(self) -> Any:
        params = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {}}
        await self.say({"id": 0, "method": "initialize", "params": params})
        answer = await self.answer(0)
        await self.say({"method": "notifications/initialized"})
        return answer

    async def tools(self, key: object = "list") -> list[str]:
        await self.say({"id": key, "method": "tools/list"})
        return [tool["name"] for tool in (await self.answer(key))["result"]["tools"]]

    async def call(self, name: str, key: object = "call") -> Any:
        await self.say(calling(key, name))
        return await self.answer(key)


def calling(key: object, name: str) -> dict[str, Any]:
    return {"id": key, "method": "tools/call", "params": {"name": name, "arguments": {}}}


@asynccontextmanager
async def guarded(*flags: str, terms: Terms | None = None, judge: Judge | None = None) -> AsyncIterator[Talker]:
    with trio.fail_after(BOUND_S):
        async with trio.open_nursery() as nursery:
            ours, theirs = stream_pair()
            pool = Pool(nursery, [sys.executable, "-S", TURNCOAT, *flags])
            talker = Talker(ours, pool, judge or Judge())

            async def run() -> None:
                client = Client(theirs, theirs)
                talker.problem = await run_session(
                    "demo", client, pool, terms=terms, tell=talker.facts.append, guard=talker.judge
                )
                talker.over.set()

            nursery.start_soon(run)
            yield talker
            await ours.aclose()
            await talker.over.wait()
            await theirs.aclose()


async def test_a_tool_that_turns_is_withheld_and_refused_while_the_others_work() -> None:
    async with guarded("--faces", "honest,poison,honest") as talker:
        assert (await talker.open())["result"]["instructions"] == "Counts and echoes text."
        assert await talker.tools() == ["echo", "turn", "count"]
        assert "result" in await talker.call("count")
        await talker.call("turn")
        assert await talker.tools() == ["echo", "turn"]
        refused = await talker.call("count")
        assert refused["error"]["data"]["reason"] == "dangerous"
        assert "result" in await talker.call("echo")
        await talker.call("turn")
        assert await talker.tools() == ["echo", "turn", "count"]
        assert "result" in await talker.call("count")
    assert CallRefused("tool", "count", "dangerous") in talker.facts


async def test_the_servers_way_waits_for_a_judgement_and_the_clients_way_does_not() -> None:
    async with guarded() as talker:
        await talker.open()
        talker.judge.may_answer = trio.Event()
        talker.judge.is_asked = trio.Event()
        await talker.say({"id": 1, "method": "tools/list"})
        await talker.judge.is_asked.wait()
        before = talker.pool.started[0]
        await talker.say({"id": 2, "method": "ping"}, calling(3, "pid"))
        with trio.move_on_after(0.2) as silence:  # a negative can only be given a while
            await talker.hear()
        assert silence.cancelled_caught
        talker.judge.may_answer.set()
        assert [(await talker.hear())["id"] for _ in range(3)] == [1, 2, 3]
        assert talker.pool.started == [before]


@pytest.mark.parametrize("how", ["server", "client"])
async def test_a_death_during_a_judgement_loses_no_answer_and_a_leaving_client_ends_it(how: str) -> None:
    async with guarded() as talker:
        await talker.open()
        talker.judge.may_answer = trio.Event()
        talker.judge.is_asked = trio.Event()
        await talker.say({"id": 1, "method": "tools/list"})
        await talker.judge.is_asked.wait()
        if how == "client":
            await talker.stream.aclose()
            await talker.over.wait()
            assert talker.problem is None
            return
        await talker.say({"id": 2, "method": "ping"})
        talker.pool.started[0].process.kill()
        await talker.pool.started[0].died.wait()
        talker.judge.may_answer.set()
        first = await talker.answer(1)
        assert len(first["result"]["tools"]) == 3
        assert (await talker.answer(2)).keys() & {"result", "error"}
        while (await talker.hear()).get("method") != "notifications/tools/list_changed":
            pass
        assert await talker.tools() == ["echo", "turn", "count"]


async def test_a_session_that_ends_during_a_judgement_answers_the_list_with_an_error() -> None:
    async with guarded(terms=Terms(max_message=10_000)) as talker:
        await talker.open()
        talker.judge.may_answer = trio.Event()
        talker.judge.is_asked = trio.Event()
        await talker.say({"id": 1, "method": "tools/list"})
        await talker.judge.is_asked.wait()
        await talker.stream.send_all(b'{"id":2,"method":"' + b"x" * 20_000 + b'"}\n')
        assert "error" in await talker.answer(1)
        await talker.over.wait()
        assert talker.problem is not None


async def test_a_fresh_server_with_another_face_is_judged_anew(tmp_path: Path) -> None:
    async with guarded("--faces", "honest,poison", "--count", str(tmp_path / "count")) as talker:
        await talker.open()
        assert await talker.tools() == ["echo", "turn", "count"]
        assert (await talker.call("die"))["error"]["data"]["code"] == "server.died"
        assert (await talker.hear())["method"] == "notifications/tools/list_changed"
        assert await talker.tools() == ["echo", "turn"]
        assert "error" in await talker.call("count")


async def test_a_fresh_server_with_other_instructions_ends_the_session(tmp_path: Path) -> None:
    async with guarded("--faces", "honest,words", "--count", str(tmp_path / "count")) as talker:
        await talker.open()
        await talker.call("die")
        await talker.over.wait()
        assert talker.problem is not None
        assert talker.problem.code == "session.server_changed"


async def test_poisoned_instructions_never_reach_the_client() -> None:
    async with guarded("--faces", "words") as talker:
        opened = await talker.open()
        assert "instructions" not in opened["result"]
        assert opened["result"]["serverInfo"]["name"] == "testserver"
        assert await talker.tools() == ["echo", "turn", "count"]


async def test_a_call_goes_on_without_a_list_that_the_server_does_not_answer() -> None:
    async with guarded("--faces", "late", terms=Terms(list_wait_s=0.05)) as talker:
        await talker.open()
        await talker.say({"id": 1, "method": "tools/list"}, calling(2, "echo"))
        assert "result" in await talker.answer(2)


async def test_lists_that_are_none_are_withheld() -> None:
    async with guarded("--faces", "broken") as talker:
        await talker.open()
        for method in ("tools/list", "prompts/list", "resources/list"):
            await talker.say({"id": method, "method": method})
            answer = await talker.answer(method)
            assert answer["error"]["data"]["code"] == "scan.unknown"
            assert "POISON" not in json.dumps(answer)
