"""The control socket's leaf with callers of all kinds; the daemon behind it is a fake."""

from __future__ import annotations

import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
import trio
from edges.events import SECRET, Life, recorder, running, said, until

from supervisor.config.specs import Settings
from supervisor.edges import callers
from supervisor.edges.control import Control
from supervisor.edges.door import Door
from supervisor.edges.protocol import ScanServer, TrustRequest
from supervisor.edges.ring import Ring
from supervisor.errors import ControlError, UnknownServer
from supervisor.kernel.bus import Bus
from supervisor.kernel.stoppable import until_stop

TOKEN = "the-token"


class FakeDaemon:
    """Answers everything; knows one server."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.waiting = 0
        self.release = trio.Event()

    async def status(self) -> Any:
        return {"secret": SECRET, "half": "\udcff"}

    async def start(self, server: str) -> Any:
        self.check_known(server)
        self.asked.append(f"start {server}")
        return {"server": server}

    async def stop(self, server: str) -> Any:
        raise ZeroDivisionError(SECRET)

    async def restart(self, server: str) -> Any:
        return {"server": server}

    async def reload(self, *, dry_run: bool) -> Any:
        self.asked.append(f"reload {dry_run}")
        return {"half": "\udcff"}

    async def wait(self, what: str, server: str, timeout_s: float) -> None:
        self.check_known(server)
        self.waiting += 1
        try:
            await self.release.wait()
        finally:
            self.waiting -= 1

    async def serve_session(
        self, server: str, stream: trio.SocketStream, opened: Callable[[str], Awaitable[None]]
    ) -> None:
        self.check_known(server)
        await opened("s1")
        async for chunk in stream:
            await stream.send_all(chunk.upper())

    async def trust(self, request: TrustRequest) -> Any:
        self.check_known(request.server)
        if isinstance(request, ScanServer):
            self.waiting += 1
            try:
                await self.release.wait()
            finally:
                self.waiting -= 1
        self.asked.append(f"{request.__struct_config__.tag} {request.server}")
        return {"half": "\udcff"}

    def shutdown(self) -> None:
        self.asked.append("shutdown")

    def check_known(self, server: str) -> None:
        if server != "a":
            raise ControlError(UnknownServer(server=server, known="a"))

    def redacted(self, value: Any) -> Any:
        return recorder().redacted(value)


class Place:
    """A control socket that answers, and what is behind it."""

    def __init__(self, path: Path, listener: socket.socket) -> None:
        self.bus = Bus()
        self.daemon = FakeDaemon()
        self.ring = Ring(self.bus, recorder())
        self.crashes: list[BaseException] = []
        self._path = path
        door = Door(path=path, token=TOKEN, settings=Settings())
        self.control = Control(door, listener, self.daemon, self.ring, self.crashes.append)

    async def caller(self) -> trio.SocketStream:
        return await trio.open_unix_socket(str(self._path))

    async def ask(self, *lines: bytes) -> list[dict[str, Any]]:
        """Send lines and our end, and return all answers."""
        async with await self.caller() as stream:
            await stream.send_all(b"".join(lines))
            await stream.send_eof()
            got = b""
            with suppress(trio.BrokenResourceError):  # shown out with something still unread
                async for chunk in stream:
                    got += chunk
        return [json.loads(line) for line in got.splitlines()]


@asynccontextmanager
async def open_place(path: Path) -> AsyncIterator[Place]:
    door = Door(path=path, token=TOKEN, settings=Settings())
    with door.listen() as listener:
        place = Place(path, listener)
        async with running(until_stop(place.ring.run)), running(until_stop(place.control.run)):
            yield place


def asking(do: str, **fields: Any) -> bytes:
    return json.dumps({"do": do, "token": TOKEN, **fields}).encode() + b"\n"


async def test_requests_are_answered_one_after_the_other_without_secrets(state_dir: Path) -> None:
    async with open_place(state_dir / "c") as place:
        answers = await place.ask(asking("status"), asking("start", server="a"), asking("shutdown"))
    assert answers == [{"ok": {"secret": "***", "half": "\\udcff"}}, {"ok": {"server": "a"}}, {"ok": "stopping"}]
    assert place.daemon.asked == ["start a", "shutdown"]


async def test_a_problem_is_answered_with_code_text_remedy_and_exit_code_and_the_caller_may_go_on(
    state_dir: Path,
) -> None:
    async with open_place(state_dir / "c") as place:
        refused, fine = await place.ask(asking("start", server="b"), asking("start", server="a"))
    error = refused["error"]
    assert (error["code"], error["exit_code"], error["known"]) == ("server.unknown", 2, "a")
    assert error["message"]
    assert error["remedy"]
    assert "ok" in fine


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b"\n", "control.invalid"),
        (b"\x00\xff\n", "control.invalid"),
        (b'"\xff"\n', "control.invalid"),
        (b"[]\n", "control.invalid"),
        (b'{"do":"status"}\n', "control.invalid"),
        (b'{"do":"status","token":7}\n', "control.invalid"),
        (b'{"do":"status","token":"the-token","more":1}\n', "control.invalid"),
        (b'{"do":"wait","token":"the-token","timeout_s":-1}\n', "control.invalid"),
        (b'{"do":"wait","token":"the-token","timeout_s":1e308}\n', "control.invalid"),
        (b'{"do":"events","token":"the-token","since_s":-5}\n', "control.invalid"),
        (b'{"do":"start","server":"a","token":""}\n', "control.refused"),
        (b'{"do":"start","server":"a","token":"the-tokem"}\n', "control.refused"),
        (b'{"do":"start","server":"a","token":"\\ud800"}\n', "control.invalid"),
        (b"[" * 60_000 + b"\n", "control.invalid"),
        (b"x" * (callers.REQUEST_BYTES + 1), "control.invalid"),
    ],
)
async def test_nonsense_is_refused_and_ends_the_connection(state_dir: Path, line: bytes, code: str) -> None:
    async with open_place(state_dir / "c") as place:
        (answer,) = await place.ask(line, asking("start", server="a"))
        assert answer["error"]["code"] == code
        assert place.daemon.asked == []
        assert place.crashes == []


async def test_a_defect_ends_its_own_connection_and_is_told(state_dir: Path) -> None:
    async with open_place(state_dir / "c") as place, await place.caller() as other:
        assert await place.ask(asking("stop", server="a")) == []
        assert len(place.crashes) == 1
        await other.send_all(asking("start", server="a"))
        assert b"ok" in await other.receive_some()


async def test_a_request_may_come_byte_by_byte(state_dir: Path) -> None:
    async with open_place(state_dir / "c") as place, await place.caller() as stream:
        for byte in asking("start", server="a"):
            await stream.send_all(bytes([byte]))
        assert json.loads(await stream.receive_some()) == {"ok": {"server": "a"}}


async def test_a_silent_caller_is_shown_out(state_dir: Path, autojump_clock: trio.testing.MockClock) -> None:
    door = Door(path=state_dir / "c", token=TOKEN, settings=Settings())
    with door.listen() as listener:
        place = Place(state_dir / "c", listener)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(place.control.run, Life())
            async with await place.caller() as stream:
                await stream.send_all(b'{"do":')
                assert await stream.receive_some() == b""  # the clock jumps
            nursery.cancel_scope.cancel()


async def test_a_crowd_of_silent_ones_makes_room_for_who_comes_last() -> None:
    strangers = callers.Strangers(most=2)
    with strangers.wait() as first, strangers.wait() as second, strangers.wait() as third:
        assert [scope.cancel_called for scope in (first, second, third)] == [True, False, False]
    with strangers.wait() as fourth, strangers.wait() as fifth:
        assert not fourth.cancel_called
        assert not fifth.cancel_called


async def test_a_scan_ends_when_its_caller_leaves(state_dir: Path) -> None:
    async with open_place(state_dir / "c") as place:
        async with await place.caller() as stream:
            await stream.send_all(asking("scan", server="a"))
            await until(lambda: place.daemon.waiting)
        await until(lambda: not place.daemon.waiting)
        assert place.crashes == []


@pytest.mark.parametrize("do", ["approve", "reject", "diff", "pins"])
async def test_decisions_are_taken_from_who_has_the_token_only(state_dir: Path, do: str) -> None:
    async with open_place(state_dir / "c") as place:
        stranger = json.dumps({"do": do, "token": "guessed", "server": "a"}).encode() + b"\n"
        (refused,) = await place.ask(stranger)
        assert refused["error"]["code"] == "control.refused"
        assert place.daemon.asked == []
        unknown, taken = await place.ask(asking(do, server="nosuch"), asking(do, server="a"))
        assert unknown["error"]["code"] == "server.unknown"
        assert taken == {"ok": {"half": "\\udcff"}}
        assert place.daemon.asked == [f"{do} a"]


async def test_a_wait_ends_when_its_caller_leaves(state_dir: Path) -> None:
    async with open_place(state_dir / "c") as place:
        async with await place.caller() as stream:
            await stream.send_all(asking("wait", server="a", timeout_s=3600))
            await until(lambda: place.daemon.waiting)
        await until(lambda: not place.daemon.waiting)
        assert place.crashes == []


async def test_a_wait_goes_on_when_its_caller_has_more_to_say(state_dir: Path) -> None:
    async with open_place(state_dir / "c") as place, await place.caller() as stream:
        await stream.send_all(asking("wait", server="a") + asking("start", server="a"))
        await until(lambda: place.daemon.waiting)
        place.daemon.release.set()
        got = b""
        while got.count(b"\n") < 2:
            got += await stream.receive_some()
        assert [list(json.loads(line)) for line in got.splitlines()] == [["ok"], ["ok"]]


async def test_a_reload_is_asked_for_dry_or_not(state_dir: Path) -> None:
    async with open_place(state_dir / "c") as place:
        for fields in ({}, {"dry_run": True}):
            (answer,) = await place.ask(asking("reload", **fields))
            assert list(answer) == ["ok"]
        assert place.daemon.asked == ["reload False", "reload True"]


async def test_events_are_chosen_by_server_type_and_time(state_dir: Path) -> None:
    async with open_place(state_dir / "c") as place:
        place.bus.publish(said("one", server="a"))
        place.bus.publish(said("two", server="b"))
        await until(lambda: len(place.ring.records(lambda _record: True)) == 2)

        async def lines(**fields: Any) -> list[str]:
            return [answer["line"] for answer in await place.ask(asking("events", **fields))]

        assert await lines() == ["one", "two"]
        assert await lines(server="a") == ["one"]
        assert await lines(type="stderr.") == ["one", "two"]
        assert await lines(type="server.") == []
        assert await lines(since_s=3600) == ["one", "two"]
        assert await lines(since_s=0) == []
        kept, *_ = await place.ask(asking("events", preface=True, since_s=0))
        assert kept == {"kept": {"events": 2, "gone": 0, "since": place.ring.kept().since}}
        (unknown,) = await place.ask(asking("events", server="b"))
        assert unknown["error"]["code"] == "server.unknown"


@pytest.mark.parametrize("end", ["close", "reset"])
async def test_a_follower_that_leaves_is_forgotten(state_dir: Path, end: str) -> None:
    async with open_place(state_dir / "c") as place:
        stream = await place.caller()
        await stream.send_all(asking("events", follow=True))
        place.bus.publish(said("one"))
        if end == "close":  # with "reset" there is something unread
            assert b"one" in await stream.receive_some()
        else:
            await until(lambda: place.ring.records(lambda _record: True))
        await stream.aclose()
        for _ in range(3):
            place.bus.publish(said("two"))
            await place.ask(asking("status"))
        assert place.crashes == []


async def test_after_connect_the_connection_is_the_session_byte_for_byte(state_dir: Path) -> None:
    async with open_place(state_dir / "c") as place, await place.caller() as stream:
        await stream.send_all(asking("connect", server="a") + b"hello\n")
        await stream.send_eof()
        got = b"".join([chunk async for chunk in stream])
    assert got == b'{"ok":{"session":"s1"}}\nHELLO\n'


async def test_after_a_crash_of_the_leaf_the_same_socket_answers_again(state_dir: Path) -> None:
    door = Door(path=state_dir / "c", token=TOKEN, settings=Settings())
    with door.listen() as listener:
        place = Place(state_dir / "c", listener)
        for _incarnation in range(2):
            async with running(until_stop(place.control.run)):
                assert await place.ask(asking("start", server="a")) == [{"ok": {"server": "a"}}]
