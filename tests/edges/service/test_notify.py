"""What the service manager is told, on real datagram sockets."""

from __future__ import annotations

import secrets
import select
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
import trio
from edges.events import running, until

from supervisor.edges import systemd
from supervisor.events import ServerReady, ServerStopped
from supervisor.kernel.bus import Bus
from supervisor.kernel.stoppable import until_stop
from supervisor.server.messages import Described, Life


@pytest.fixture(params=["path", "abstract"])
def manager(request: pytest.FixtureRequest, state_dir: Path) -> Iterator[tuple[socket.socket, dict[str, str]]]:
    """A manager's socket that does not block, and the environment that names it."""
    name = str(state_dir / "notify") if request.param == "path" else f"@{secrets.token_hex(8)}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
        channel.bind(name.replace("@", "\0"))
        channel.settimeout(5)
        yield channel, {"NOTIFY_SOCKET": name}


Manager = tuple[socket.socket, dict[str, str]]


def test_lines_arrive_in_one_message(manager: Manager) -> None:
    channel, environ = manager
    assert systemd.notify(environ, "READY=1", "STATUS=fine")
    assert channel.recv(1000) == b"READY=1\nSTATUS=fine"


@pytest.mark.parametrize(
    "address", ["", "relative", "/nowhere/at/all", "@nobody-listens-here", "/" + "x" * 200, "vsock:2:1"]
)
def test_without_a_manager_nothing_happens(address: str) -> None:
    assert not systemd.notify({"NOTIFY_SOCKET": address} if address else {}, "READY=1")


def test_a_manager_that_does_not_read_keeps_nobody_waiting(manager: Manager) -> None:
    channel, environ = manager
    taken = sum(systemd.notify(environ, f"STATUS={number}") for number in range(10_000))
    assert taken < 10_000
    assert channel.recv(1000) == b"STATUS=0"


def has_more(channel: socket.socket) -> bool:
    """Whether something waits to be read."""
    return bool(select.select([channel], [], [], 0)[0])


async def test_what_must_not_be_lost_is_said_again_until_it_is_taken(
    manager: Manager, autojump_clock: trio.testing.MockClock
) -> None:
    channel, environ = manager
    while systemd.notify(environ, "STATUS=noise"):
        pass
    async with trio.open_nursery() as nursery:
        nursery.start_soon(systemd.announce, environ, "READY=1")
        await trio.sleep(1)
        channel.setblocking(False)
        while has_more(channel):
            assert channel.recv(1000) == b"STATUS=noise"
    assert channel.recv(1000) == b"READY=1"


async def test_without_a_manager_nothing_is_announced() -> None:
    with trio.fail_after(5):
        await systemd.announce({}, "READY=1")


def described(*lives: Life) -> list[Described]:
    return [
        Described(
            server=f"s{number}", life=life, mode="none", confinement="", era=None, tools=None, spares=0, sessions=0,
            restarts=0, pids=[], since_s=0.0, retry_in_s=None, last_exit=None, problem=None,
        )
        for number, life in enumerate(lives)
    ]  # fmt: skip


async def test_the_status_line_follows_the_lives_and_is_sent_only_when_it_changes(manager: Manager) -> None:
    channel, environ = manager
    channel.setblocking(False)
    bus = Bus()
    lines: list[bytes] = []
    asked = 0

    def heard() -> bool:
        try:
            lines.append(channel.recv(1000))
        except BlockingIOError:
            return False
        return True

    async def describe() -> list[Described]:
        nonlocal asked
        asked += 1
        return described("ready", "ready", "failed") if asked < 3 else []

    stopped = ServerStopped(server="a")
    async with running(until_stop(systemd.StatusReporter(bus, environ, describe).run)):
        bus.publish(stopped)
        await until(heard)
        bus.publish(stopped)
        await until(lambda: asked == 2)
        bus.publish(stopped)
        await until(heard)
    assert lines == [b"STATUS=1 failed, 2 ready", b"STATUS=no servers"]
    assert ServerReady in systemd.LIFE_EVENTS
