"""Real servers behind a guard: what waits while definitions are judged, what does not, and what ends a judgement."""

from __future__ import annotations

import json
import sys
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest
import trio
from fakes.guard import Judge
from fakes.talker import Talker as AnyTalker
from fakes.talker import calling, saying, talking
from servers.running import SERVER, Pool

from supervisor.relay.out import CallRefused
from supervisor.relay.pump import Terms, run_session

pytestmark = pytest.mark.real
TURNCOAT = str(SERVER.with_name("turncoat.py"))


class Talker(AnyTalker):
    """With the guard of its session."""

    def __init__(self, stream: trio.SocketStream, pool: Pool) -> None:
        super().__init__(stream, pool)
        self.judge = Judge()

    async def tools(self, key: object = "list") -> list[str]:
        await self.say("tools/list", key)
        return [tool["name"] for tool in (await self.answer(key))["result"]["tools"]]

    async def call(self, name: str, key: object = "call") -> Any:
        await self.send(calling(key, name))
        return await self.answer(key)

    async def list_and_have_it_judged(self) -> None:
        """Ask for the list as request 1; its judgement has begun, and ends when `judge.may_answer` is set."""
        self.judge.may_answer = trio.Event()
        self.judge.is_asked = trio.Event()
        await self.say("tools/list", 1)
        await self.judge.is_asked.wait()


def guarded(*flags: str, terms: Terms | None = None) -> AbstractAsyncContextManager[Talker]:
    return talking(
        lambda stream, nursery: Talker(stream, Pool(nursery, [sys.executable, "-S", TURNCOAT, *flags])),
        lambda talker, client: run_session(
            "demo", client, talker.pool, terms=terms, tell=talker.facts.append, guard=talker.judge
        ),
    )


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
        await talker.list_and_have_it_judged()
        before = talker.pool.started[0]
        await talker.send(saying("ping", 2), calling(3, "pid"))
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
        await talker.list_and_have_it_judged()
        if how == "client":
            await talker.stream.aclose()
            await talker.over.wait()
            assert talker.problem is None
            return
        await talker.say("ping", 2)
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
        await talker.list_and_have_it_judged()
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
        await talker.send(saying("tools/list", 1), calling(2, "echo"))
        assert "result" in await talker.answer(2)


async def test_lists_that_are_none_are_withheld() -> None:
    async with guarded("--faces", "broken") as talker:
        await talker.open()
        for method in ("tools/list", "prompts/list", "resources/list"):
            await talker.say(method, method)
            answer = await talker.answer(method)
            assert answer["error"]["data"]["code"] == "scan.unknown"
            assert "POISON" not in json.dumps(answer)
