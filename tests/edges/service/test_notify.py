"""What the service manager is told, on real datagram sockets."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
import trio
from trio.testing import MockClock

from supervisor.config.redact import Redactor
from supervisor.edges.service.notify import STATUS_CHARS, Notifier

if TYPE_CHECKING:
    from edges.service.conftest import Manager


def test_lines_arrive_in_one_message(manager: Manager) -> None:
    assert manager.notifier.say("READY=1", "STATUS=fine")
    assert manager.heard() == [b"READY=1\nSTATUS=fine"]


@pytest.mark.parametrize(
    "address", ["", "relative", "/nowhere/at/all", "@nobody-listens-here", "/" + "x" * 200, "vsock:2:1", "/a\0b"]
)
def test_without_a_manager_nothing_happens(address: str) -> None:
    assert not Notifier(address).say("READY=1")


def test_a_manager_that_does_not_read_keeps_nobody_waiting(manager: Manager) -> None:
    taken = sum(manager.notifier.say(f"STATUS={number}") for number in range(10_000))
    assert taken < 10_000
    assert manager.heard()[0] == b"STATUS=0"


async def test_what_must_not_be_lost_is_said_again_until_it_is_taken(
    manager: Manager, autojump_clock: MockClock
) -> None:
    while manager.notifier.say("STATUS=noise"):
        pass
    async with trio.open_nursery() as nursery:
        nursery.start_soon(manager.notifier.announce, "READY=1")
        await trio.sleep(1)
        assert set(manager.heard()) == {b"STATUS=noise"}
    assert manager.heard() == [b"READY=1"]


async def test_without_a_manager_nothing_is_waited_for() -> None:
    with trio.fail_after(5):
        await Notifier("").announce("READY=1")


# --------------------------------------------------------------------------------------------------------- states


async def test_a_life_from_ready_over_a_reload_to_the_stop(manager: Manager) -> None:
    notifier = manager.notifier
    await notifier.ready("2 ready")
    notifier.status("2 ready")  # no news
    notifier.status("1 failed, 1 ready")
    before = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
    await notifier.reloading()
    await notifier.ready("2 ready")
    notifier.stopping()
    messages = manager.heard()
    reloading = messages.pop(2).split(b"\n")
    assert messages == [
        b"READY=1\nSTATUS=2 ready",
        b"STATUS=1 failed, 1 ready",
        b"READY=1\nSTATUS=2 ready",
        b"STOPPING=1\nSTATUS=stopping",
    ]
    assert (reloading[0], reloading[2]) == (b"RELOADING=1", b"STATUS=reloading")
    assert before <= int(reloading[1].removeprefix(b"MONOTONIC_USEC=")) < before + 60_000_000


async def test_no_status_and_no_ready_hides_that_it_stops(manager: Manager) -> None:
    notifier = manager.notifier
    notifier.stopping("gave up: root/work")
    assert manager.heard() == [b"STOPPING=1\nSTATUS=stopping: gave up: root/work"]
    notifier.status("2 ready")
    notifier.trouble("stuck: root/work")
    notifier.stopping()
    await notifier.reloading()
    await notifier.ready("2 ready")
    notifier.failed("no")
    assert manager.heard() == []
    notifier.extend(1.5)
    notifier.say("WATCHDOG=1")
    assert manager.heard() == [b"EXTEND_TIMEOUT_USEC=1500000", b"WATCHDOG=1"]


def fill(manager: Manager) -> None:
    """Have the manager's queue full, as of one that is being replaced."""
    while manager.notifier.say("STATUS=noise"):
        pass


async def test_a_stop_that_the_manager_did_not_take_is_said_first_and_no_ready_comes_after_it(
    manager: Manager, autojump_clock: MockClock
) -> None:
    fill(manager)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(manager.notifier.ready, "2 ready")
        nursery.start_soon(manager.notifier.reloading)
        await trio.sleep(1)
        manager.notifier.stopping("gave up")
        manager.notifier.stopping("another reason")
        assert set(manager.heard()) == {b"STATUS=noise"}
    assert manager.heard() == []
    manager.notifier.extend(1)
    manager.notifier.extend(1)
    grant = b"EXTEND_TIMEOUT_USEC=1000000"
    assert manager.heard() == [b"STOPPING=1\nSTATUS=stopping: gave up", grant, grant]


async def test_a_status_that_was_not_taken_is_said_again(manager: Manager, autojump_clock: MockClock) -> None:
    fill(manager)
    await manager.notifier.ready("2 ready")
    assert set(manager.heard()) == {b"STATUS=noise"}
    manager.notifier.status("2 ready")
    assert manager.heard() == [b"STATUS=2 ready"]


async def test_what_becomes_of_the_status_while_ready_is_tried_stands_in_the_end(
    manager: Manager, autojump_clock: MockClock
) -> None:
    fill(manager)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(manager.notifier.ready, "1 starting")
        await trio.sleep(1)
        manager.notifier.status("1 ready")
        manager.heard()
    assert manager.heard() == [b"READY=1\nSTATUS=1 starting", b"STATUS=1 ready"]


async def test_no_line_has_a_secret_in_it_not_even_a_part_of_one_that_is_cut_off(manager: Manager) -> None:
    secret = "open sesame " * 3
    manager.notifier.redacted = Redactor([secret]).redact
    manager.notifier.status(f"{'x' * (STATUS_CHARS - 12)} {secret}")
    await manager.notifier.ready(f"{secret} ready")
    manager.notifier.trouble(secret)
    manager.notifier.failed(secret)
    manager.notifier.stopping(secret)
    messages = manager.heard()
    assert len(messages) == 5
    assert [message for message in messages if b"sesame" in message] == []


def test_trouble_stands_behind_whatever_the_status_is_until_it_is_over(manager: Manager) -> None:
    notifier = manager.notifier
    notifier.status("1 ready")
    notifier.trouble("stuck: root/a")
    notifier.status("2 ready")
    notifier.trouble("")
    assert manager.heard() == [
        b"STATUS=1 ready", b"STATUS=1 ready; stuck: root/a", b"STATUS=2 ready; stuck: root/a", b"STATUS=2 ready"
    ]  # fmt: skip


def test_a_status_is_one_line_of_bounded_length_and_no_other_assignment(manager: Manager) -> None:
    manager.notifier.status(f"a\nMAINPID=1\r\n{'x' * 1000}")
    (message,) = manager.heard()
    assert message.startswith(b"STATUS=a MAINPID=1 xxx")
    assert len(message) == len("STATUS=") + STATUS_CHARS


def test_text_that_is_no_utf_8_is_told_too(manager: Manager) -> None:
    manager.notifier.failed("the file a\udcffb is not there")
    assert manager.heard() == [b"STATUS=the file a\\udcffb is not there"]
