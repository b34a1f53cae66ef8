"""stockade inside another trio application: sessions that outlive servers, servers that misbehave beside good ones."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from itertools import count
from pathlib import Path

import msgspec
import pytest
import trio
from fakes.process import come_true, is_alive
from journeys.embedding import Client, client, odd, opened, server

from supervisor.config import effects as config_files
from supervisor.edges.facts import facts_here
from supervisor.errors import ControlError
from supervisor.events import (
    InstanceExited,
    ServerBackingOff,
    ServerFailed,
    ServerReady,
    ServerRestarted,
    ServerStopped,
    StderrLine,
    StdoutGarbage,
)

pytestmark = [pytest.mark.real, pytest.mark.usefixtures("no_leaks")]
HERE = Path(__file__).parent


@pytest.mark.parametrize("sdk", ["sdk1_python", "sdk2_python"])
@pytest.mark.parametrize("era", ["handshake", "both"])
def test_the_official_client_in_a_foreign_nursery_is_cancelled_and_nothing_is_left(
    sdk: str, era: str, state_dir: Path, request: pytest.FixtureRequest
) -> None:
    python = request.getfixturevalue(sdk)
    ours = str(Path(msgspec.__file__).parents[1])
    done = subprocess.run(
        [python, HERE / "embedded_client.py", ours, state_dir / "s", era], capture_output=True, text=True, timeout=90
    )
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert "echo" in said["tools"]
    assert json.loads(said["echo"]) == {"text": "hello"}
    assert len(said["pids"]) >= 1
    assert said["left"] == []


async def test_two_in_one_process_know_nothing_of_each_other(state_dir: Path) -> None:
    async with opened({"own": server()}, state_dir / "a") as first:
        async with opened({"own": server()}, state_dir / "b") as second:
            async with client(first.sup, "own") as one, client(second.sup, "own") as other:
                assert await one.pid() != await other.pid()
            await second.sup.stop("own")
            assert (await first.life("own"), await second.life("own")) == ("ready", "stopped")
        async with client(first.sup, "own") as again:
            assert await again.pid()


@pytest.mark.parametrize("era", ["handshake", "stateless"])
async def test_a_session_goes_on_when_its_server_is_killed(state_dir: Path, era: str) -> None:
    async with opened({"own": server("--era", era)}, state_dir / "s") as house:
        async with client(house.sup, "own", era) as session:
            first = await session.pid()
            os.kill(first, signal.SIGKILL)
            await come_true(lambda: not is_alive(first))
            second = await session.pid()
            assert second != first
            (failed,) = await house.until(ServerFailed, "own")
            assert (failed.problem.code, failed.status, failed.stage) == ("server.died", "signal 9", "session")
            (restarted,) = await house.until(ServerRestarted, "own")
            assert restarted.restarts == 1
        assert await house.life("own") == "ready"


async def test_a_call_in_flight_is_answered_when_its_server_dies(state_dir: Path) -> None:
    async with opened({"own": server()}, state_dir / "s") as house, client(house.sup, "own") as session:
        answer = await session.call("die")
        assert answer["error"]["data"]["retryable"] is True
        assert answer["error"]["data"]["code"] == "server.died"
        assert await session.pid()


async def test_many_sessions_that_come_and_go_are_no_failures(state_dir: Path) -> None:
    async with opened({"own": server(spares=2)}, state_dir / "s") as house:
        for _ in range(8):
            async with client(house.sup, "own") as session:
                assert await session.pid()
        for _ in range(8):
            async with client(house.sup, "own") as session:
                await session.stream.send_eof()
                while await session.stream.receive_some():
                    pass
        await house.until(InstanceExited, "own", 17)
        assert house.events(ServerFailed) == []
        assert await house.life("own") == "ready"


BROKEN = {
    "exits at once": (["--exit", "3"], "server.exited_before_handshake", "exit status 3"),
    "never answers": (["--silent"], "server.handshake_timeout", "within 1.5 s"),
    "answers nothing but text": (["--banner", "300"], "server.stdout_not_jsonrpc", "Welcome, line 0"),
    "writes a line without end": (["--endless"], "server.stdout_not_jsonrpc", "xxxx"),
    "closes its stdout": (["--close-stdout-on", "tools/list"], "server.exited_before_handshake", "stdout closed"),
    "lists tools for ever": (["--cursor-loop", "--tools", "9", "--page", "2"], "server.tools_endless", "cursor"),
    "ignores everything": (["--silent", "--ignore-term", "--ignore-eof"], "server.handshake_timeout", "within 1.5 s"),
}


@pytest.mark.parametrize("way", BROKEN)
async def test_a_broken_server_is_told_with_its_cause_and_a_good_one_beside_it_serves(
    state_dir: Path, way: str
) -> None:
    flags, code, text = BROKEN[way]
    bad = server(*flags, "--stderr", "3", startup={"handshake": "1500ms"})
    async with opened({"bad": bad, "good": server()}, state_dir / "s") as house:
        async with client(house.sup, "good") as session:
            failed = (await house.until(ServerFailed, "bad"))[0]
            assert failed.problem.code == code
            assert text in failed.problem.text
            assert failed.stderr_tail == [f"stderr line {number}" for number in range(3)]
            assert failed.remedy
            assert (await house.until(ServerBackingOff, "bad"))[0].delay_s == 0.5
            assert await session.pid()
        assert house.events(ServerFailed, "good") == []


async def test_a_command_that_is_not_there_fails_once_and_says_so(state_dir: Path) -> None:
    bad = {"command": "no-such-program", "isolation": {"mode": "none"}}
    async with opened({"bad": bad, "good": server()}, state_dir / "s") as house:
        with pytest.raises(ControlError) as raised:
            await house.sup.wait_for("ready", "bad")
        assert raised.value.problem.code == "process.command_not_found"
        await house.sup.wait_for("ready", "good")
        assert len(await house.until(ServerFailed, "bad")) == 1
        assert house.events(ServerBackingOff) == []


async def test_a_banner_is_told_and_does_not_matter(state_dir: Path) -> None:
    async with opened({"own": server("--banner", "5")}, state_dir / "s") as house:
        async with client(house.sup, "own") as session:
            assert await session.pid()
        assert (await house.until(StdoutGarbage, "own"))[0].line == "Welcome, line 0"
        assert house.events(ServerFailed) == []


async def test_64_mib_on_stderr_are_read_counted_and_no_failure(state_dir: Path) -> None:
    async with opened({"own": odd("loud", 64 * 2**20, spares=0), "good": server()}, state_dir / "s") as house:
        async with client(house.sup, "good") as session:
            await house.until(ServerReady, "own")
            assert await session.pid()
        # the last count comes when its second is over
        await come_true(lambda: sum(line.suppressed for line in house.events(StderrLine, "own")) > 1_000_000)
        lines = house.events(StderrLine, "own")
        assert max(len(line.line) for line in lines) < 3000
        assert house.events(ServerFailed) == []
        assert house.lost == 0


async def test_a_line_of_20_mib_ends_the_instance_and_not_the_session(state_dir: Path) -> None:
    async with opened({"own": odd("big", 20 * 2**20), "good": server()}, state_dir / "s") as house:
        async with client(house.sup, "own") as session:
            answer = await session.call("echo")
            assert answer["error"]["data"]["code"] == "server.message_too_large"
            (failed,) = await house.until(ServerFailed, "own")
            assert failed.problem.code == "server.message_too_large"
            assert "result" in await session.ask("tools/list")
        async with client(house.sup, "good") as session:
            assert await session.pid()


async def test_a_server_that_closes_its_stdout_and_lives_is_replaced(state_dir: Path) -> None:
    async with opened({"own": server("--close-stdout-on", "ping")}, state_dir / "s") as house:
        async with client(house.sup, "own") as session:
            first = await session.pid()
            answer = await session.ask("ping")
            assert (answer["error"]["data"]["code"], answer["error"]["data"]["retryable"]) == ("server.died", True)
            assert await session.pid() != first
            (failed,) = await house.until(ServerFailed, "own")
            assert "its stdout closed while it was running" in failed.problem.text
        await come_true(lambda: not is_alive(first))


async def test_a_server_that_ignores_sigterm_is_killed_and_that_is_told(state_dir: Path) -> None:
    own = server("--ignore-term", "--ignore-eof", spares=0)  # a spare may not have come to ignoring it
    async with opened({"own": own}, state_dir / "s") as house, client(house.sup, "own") as session:
        await session.pid()
        done = await house.sup.stop("own")
        assert done.life == "stopped"
        assert len(await house.until(ServerStopped, "own")) == 1
        assert {exited.ended_by for exited in house.events(InstanceExited, "own")} == {"kill"}
        assert (await house.sup.status())[0].pids == []


async def test_events_come_in_order_and_without_a_gap(state_dir: Path) -> None:
    servers = {"bad": server("--exit", "3"), "good": server("--stderr", "50")}
    async with opened(servers, state_dir / "s") as house:
        async with client(house.sup, "good") as session:
            await session.pid()
        await house.sup.restart("good")
        await house.sup.wait_for("ready", "good")
        await house.until(ServerBackingOff, "bad", 2)
    assert house.lost == 0
    assert [published.seq for published in house.told] == [seq for seq, _ in zip(count(1), house.told, strict=False)]
    times = [published.at_s for published in house.told]
    assert times == sorted(times)
    assert len(house.events(ServerStopped)) == 3


async def test_twenty_servers_stop_side_by_side(state_dir: Path) -> None:
    meeting = state_dir / "meeting"
    meeting.mkdir()
    grace = {"stdin": "50ms", "term": "25s"}
    servers = {f"s{number}": odd("together", meeting, 20, "--ignore-eof", grace=grace) for number in range(20)}
    async with opened(servers, state_dir / "s") as house:
        for name in servers:
            await house.sup.wait_for("ready", name)
            await house.until(InstanceExited, name)  # its probe, which met the others' probes
            await house.until(StderrLine, name, 2)  # its spare would meet the others', too
        for path in meeting.iterdir():
            path.unlink()
    assert [exited.ended_by for exited in house.events(InstanceExited)] == ["stop"] * 40
    assert len(house.events(ServerStopped)) == 20


@pytest.mark.parametrize("moments", [0, 1, 3, 10])
async def test_a_stop_a_start_and_a_restart_at_any_moment_end_where_the_last_one_says(
    state_dir: Path, moments: int
) -> None:
    async with opened({"own": server()}, state_dir / "s") as house:
        for request in (house.sup.restart, house.sup.start, house.sup.restart, house.sup.restart):
            await request("own")
            for _ in range(moments):
                await trio.lowlevel.checkpoint()
        await house.sup.wait_for("ready", "own")
        async with trio.open_nursery() as nursery:
            nursery.start_soon(house.sup.stop, "own")
            nursery.start_soon(house.sup.stop, "own")
        assert await house.life("own") == "stopped"
        assert house.sup.run.table.live() == []
        assert house.events(ServerFailed) == []


async def test_an_exclusive_server_serves_one_client_at_a_time_with_one_process(state_dir: Path) -> None:
    facts = msgspec.structs.replace(facts_here(), sharings=("per-session", "exclusive"))
    entries = {"mcpServers": {"own": server(sharing="exclusive")}}
    config = config_files.adopt(entries, environ=os.environ, facts=facts)
    async with opened(config, state_dir / "s") as house:
        live = house.sup.run.table.live
        async with client(house.sup, "own") as first, house.sup.connect("own") as waiting:
            assert await first.pid()
            second = Client(waiting, "handshake")
            answer = await second.call("pid")
            assert answer["error"]["data"]["code"] == "session.busy"
            assert answer["error"]["data"]["retryable"] is True
            held = live()
            assert len(held) == 1
            await first.stream.send_eof()
            assert await second.pid()
            assert len(live()) == 1
            assert live() != held
        assert house.events(ServerFailed) == []
