from __future__ import annotations

from contextlib import AbstractAsyncContextManager

import pytest
import trio
from fakes.talker import Talker as AnyTalker
from fakes.talker import calling, talking
from servers.running import Pool, server_command

from supervisor.errors import NotReady
from supervisor.relay.out import Tally
from supervisor.relay.pump import GarbageSeen, ServerLost, Terms, run_session

pytestmark = pytest.mark.real


class Talker(AnyTalker):
    """With what the relay has counted."""

    def __init__(self, stream: trio.SocketStream, pool: Pool) -> None:
        super().__init__(stream, pool)
        self.tally = Tally()

    async def call(self, key: object, tool: str = "echo", **arguments: object) -> None:
        await self.send(calling(key, tool, **arguments))

    async def pid(self, key: object) -> int:
        await self.call(key, "pid")
        return int(text(await self.hear()))


def text(answer: dict[str, object]) -> str:
    result = answer["result"]
    assert isinstance(result, dict)
    return str(result["content"][0]["text"])


def error(answer: dict[str, object]) -> dict[str, object]:
    found = answer["error"]
    assert isinstance(found, dict)
    return found


def code(answer: dict[str, object]) -> object:
    data = error(answer)["data"]
    assert isinstance(data, dict)
    return data["code"]


def relayed(*commands: list[str], terms: Terms | None = None, most: int = 100) -> AbstractAsyncContextManager[Talker]:
    return talking(
        lambda stream, nursery: Talker(stream, Pool(nursery, *commands, most=most)),
        lambda talker, client: run_session(
            "demo", client, talker.pool, terms=terms, tally=talker.tally, tell=talker.facts.append
        ),
    )


async def test_a_session_carries_calls_and_answers() -> None:
    async with relayed(server_command()) as talker:
        opened = await talker.open()
        await talker.call(1, hello="world")
        answer = await talker.hear()
    assert "serverInfo" in str(opened)
    assert text(answer) == '{"hello": "world"}'
    assert talker.problem is None
    assert talker.pool.released == [None]
    assert talker.tally.client_messages == talker.tally.server_messages + 1


async def test_messages_of_a_megabyte_pass_both_ways_beside_small_ones() -> None:
    async with relayed(server_command()) as talker:
        await talker.open()
        big = "x" * (1 << 20)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(talk, talker, big)
            answers = [await talker.hear() for _ in range(20)]
    assert sorted(answer["id"] for answer in answers if isinstance(answer["id"], int)) == list(range(1, 21))
    assert all(len(text(answer)) > (1 << 20) for answer in answers if answer["id"] in range(1, 20, 2))


async def talk(talker: Talker, big: str) -> None:
    for key in range(1, 21):
        await talker.call(key, text=big if key % 2 else "small")


async def test_a_death_fails_the_calls_in_flight_and_the_session_goes_on_with_a_fresh_server() -> None:
    async with relayed(server_command("--list-changed")) as talker:
        await talker.open()
        before = await talker.pid(1)
        await talker.call("x", "die")
        failed = await talker.hear()
        notice = await talker.hear()
        after = await talker.pid(2)
    assert failed["id"] == "x"
    assert error(failed)["data"] == {
        "code": "server.died",
        "state": "starting",
        "retryable": True,
        "retry_after_s": 1.0,
    }
    assert "exit code 4" in str(error(failed)["message"])
    assert notice["method"] == "notifications/tools/list_changed"
    assert before != after
    assert talker.tally.deaths == 1
    assert [type(problem).__name__ for problem in talker.pool.released] == ["ServerDied", "NoneType"]


async def test_a_server_that_comes_back_as_another_ends_the_session() -> None:
    async with relayed(server_command("--pid-in-name")) as talker:
        await talker.open()
        await talker.call(1, "die")
        await talker.hear()
        await talker.over.wait()
        assert await talker.stream.receive_some(10) == b""
    assert talker.problem is not None
    assert talker.problem.code == "session.server_changed"


async def test_a_fresh_server_that_does_not_answer_the_replay_is_given_up() -> None:
    silent = server_command("--silent")
    async with relayed(server_command(), silent, server_command(), terms=Terms(replay_s=1.0)) as talker:
        await talker.open()
        await talker.call(1, "die")
        await talker.hear()
        await talker.pid(2)
    assert "HandshakeTimeout" in [type(problem).__name__ for problem in talker.pool.released]


async def test_garbage_is_counted_and_told_and_never_passed_on() -> None:
    async with relayed(server_command("--banner", "3", "--garbage", "2", "--json-log")) as talker:
        await talker.open()
        await talker.call(1)
        assert (await talker.hear())["id"] == 1
    assert talker.tally.garbage == 3 + 2 * 3
    seen = [fact for fact in talker.facts if isinstance(fact, GarbageSeen)]
    assert sum(fact.count for fact in seen) == talker.tally.garbage
    assert {fact.first_line for fact in seen} == {"Welcome, line 0"}


@pytest.mark.parametrize("misdeed", [("--banner", "200"), ("--huge", "2000000"), ("--endless",)])
async def test_a_poisoned_stdout_gives_the_server_up_though_it_lives(misdeed: tuple[str, ...]) -> None:
    async with relayed(server_command(*misdeed), server_command()) as talker:
        opened = await talker.open()
        if "error" in opened:
            assert code(opened) == "server.stdout_not_jsonrpc"
            opened = await talker.open()
        assert "result" in opened
    assert [problem.code for problem in talker.pool.released if problem] == ["server.stdout_not_jsonrpc"]


@pytest.mark.parametrize("misdeed", ["--close-stdout-on", "--close-stdin-on", "--orphan-on"])
async def test_a_server_that_cannot_be_talked_to_any_more_is_replaced(misdeed: str) -> None:
    async with relayed(server_command(misdeed, "ping"), server_command()) as talker:
        await talker.open()
        await talker.say("ping", 1)
        if misdeed == "--close-stdin-on":  # it is found out by writing
            await trio.sleep(0)
            while not any(isinstance(fact, ServerLost) for fact in talker.facts):
                await talker.say("notifications/progress", progressToken=1)
        failed = await talker.hear()
        assert await talker.pid(2)
    assert code(failed) == "server.died"
    assert talker.tally.deaths == 1


async def test_a_server_that_repeats_itself_is_heard_once() -> None:
    async with relayed(server_command("--twice", "--stray")) as talker:
        await talker.open()
        keys = []
        for key in range(1, 6):
            await talker.call(key)
            keys.append((await talker.hear())["id"])
    assert keys == [1, 2, 3, 4, 5]
    assert talker.tally.strays >= 10


async def test_a_call_is_told_at_once_when_no_server_is_to_be_had_and_served_when_there_is_one() -> None:
    async with relayed(server_command()) as talker:
        await talker.open()
        talker.pool.gate = trio.Event()
        talker.pool.away = NotReady(server="demo", state="backing_off", retry_after_s=7.5)
        await talker.call(1, "die")
        assert code(await talker.hear()) == "server.died"
        await talker.call(2)
        refused = await talker.hear()
        talker.pool.away = None
        talker.pool.gate.set()
        await talker.call(3)
        assert "result" in await talker.hear()
    assert error(refused)["data"] == {
        "code": "server.not_ready",
        "state": "backing_off",
        "retryable": True,
        "retry_after_s": 7.5,
    }


async def test_no_server_any_more_ends_the_session_with_the_reason() -> None:
    async with relayed(server_command("--exit", "3"), most=1) as talker:
        await talker.over.wait()
    assert talker.problem is not None
    assert talker.problem.code == "server.died"


async def test_a_client_that_closes_its_side_still_gets_its_answers() -> None:
    async with relayed(server_command()) as talker:
        await talker.say("initialize", 0, protocolVersion="2025-11-25")
        await talker.stream.send_all(b'{"jsonrpc":"2.0","id":1,"method":"ping"}')  # no newline at the end
        await talker.stream.send_eof()
        heard = [await talker.hear(), await talker.hear()]
        await talker.over.wait()
    assert [answer["id"] for answer in heard] == [0, 1]


async def test_a_server_that_ignores_the_end_of_its_input_does_not_keep_the_session() -> None:
    async with relayed(server_command("--ignore-eof"), terms=Terms(linger_s=0.05)) as talker:
        await talker.open()
        await talker.stream.send_eof()
        await talker.over.wait()
    assert talker.pool.started[0].process.returncode is not None


async def test_a_message_that_is_too_large_ends_the_session_or_replaces_the_server() -> None:
    async with relayed(server_command("--tools", "100"), terms=Terms(max_message=2000)) as talker:
        await talker.open()
        await talker.say("tools/list", 1)
        assert code(await talker.hear()) == "server.message_too_large"
        assert await talker.pid(2)
        await talker.call(3, text="x" * 2000)
        assert error(await talker.hear())["code"] == -32600
        await talker.over.wait()
    assert talker.problem is not None
    assert talker.problem.code == "server.message_too_large"


async def test_a_client_that_stops_reading_stops_only_its_own_session() -> None:
    async with relayed(server_command()) as stuck, relayed(server_command()) as other:
        await stuck.open()
        big = "x" * 500_000
        with trio.move_on_after(1) as flooded:
            for key in range(1, 1000):
                await stuck.call(key, text=big)
        assert flooded.cancelled_caught
        await other.open()
        await other.call(1)
        assert (await other.hear())["id"] == 1
    assert stuck.tally.client_bytes < 50_000_000


async def test_every_call_is_answered_once_though_the_server_is_killed_again_and_again_under_load() -> None:
    async with relayed(server_command()) as talker:
        await talker.open()
        keys, killed = [0], set[int]()

        async def call() -> None:
            for key in range(1, 601):
                await talker.call(key, text="x" * (key * 37 % 3000))

        async with trio.open_nursery() as nursery:
            nursery.start_soon(call)
            while len(keys) < 601:
                answer = await talker.hear()
                assert isinstance(answer["id"], int)
                keys.append(answer["id"])
                if len(keys) % 60 == 0:
                    talker.pool.started[-1].process.kill()
                    killed.add(len(talker.pool.started))  # one that is dead already is killed for nothing
    assert sorted(keys) == list(range(601))
    assert len(killed) >= 2  # of 600 calls, no more than some 300 are on their way at once
    assert talker.tally.deaths in {len(killed) - 1, len(killed)}  # the last one's end may go unnoticed
