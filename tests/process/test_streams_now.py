"""Our ends of a child's pipes, used without waiting: what the relay does while data keeps coming."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
import trio
import trio.testing

from supervisor.process.streams import Input, Output

pytestmark = pytest.mark.usefixtures("no_leaks")


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    """Both ends, set not to block; what a test leaves open is closed here."""
    reading, writing = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    yield reading, writing
    for fd in (reading, writing):
        try:
            os.fstat(fd)
        except OSError:
            continue
        os.close(fd)


async def test_sending_now_says_how_much_went_and_nothing_when_the_pipe_is_full(pipe: tuple[int, int]) -> None:
    reading, writing = pipe
    stdin = Input(writing)
    sent = 0
    while count := stdin.send_now(b"x" * 65536):
        sent += count
    assert sent > 0
    assert len(os.read(reading, 65536)) == 65536
    assert stdin.send_now(b"y" * 10) == 10
    stdin.close()


async def test_sending_now_tells_a_reader_that_has_gone_from_an_end_that_we_closed(pipe: tuple[int, int]) -> None:
    reading, writing = pipe
    stdin = Input(writing)
    os.close(reading)
    with pytest.raises(trio.BrokenResourceError):
        stdin.send_now(b"x")
    stdin.close()
    with pytest.raises(trio.ClosedResourceError):
        stdin.send_now(b"x")


async def test_receiving_now_gives_what_is_there_then_nothing_yet_then_the_end(pipe: tuple[int, int]) -> None:
    reading, writing = pipe
    stdout = Output(reading)
    room = memoryview(bytearray(4))
    assert stdout.receive_now(room) is None
    os.write(writing, b"abcdef")
    assert stdout.receive_now(room) == 4
    assert bytes(room) == b"abcd"
    assert stdout.receive_now(room) == 2
    assert bytes(room[:2]) == b"ef"
    os.close(writing)
    assert stdout.receive_now(room) == 0
    assert stdout.receive_now(room) == 0
    stdout.settle()


async def test_a_reader_that_waits_is_woken_by_bytes(pipe: tuple[int, int]) -> None:
    reading, writing = pipe
    stdout = Output(reading)
    room = memoryview(bytearray(8))
    async with trio.open_nursery() as nursery:
        nursery.start_soon(stdout.wait_receive)
        await trio.testing.wait_all_tasks_blocked()
        os.write(writing, b"now")
    assert stdout.receive_now(room) == 3
    os.close(writing)
    stdout.settle()


async def test_what_the_child_read_in_the_readers_place_comes_first_and_in_order(pipe: tuple[int, int]) -> None:
    reading, writing = pipe
    stdout = Output(reading)
    room = memoryview(bytearray(64))
    async with trio.open_nursery() as nursery:
        nursery.start_soon(stdout.drain)
        await trio.testing.wait_all_tasks_blocked()
        assert stdout.receive_now(room) is None  # the child reads: nobody may read beside it
        nursery.start_soon(stdout.wait_receive)
        await trio.testing.wait_all_tasks_blocked()
        os.write(writing, b"first ")
        await trio.testing.wait_all_tasks_blocked()
        assert bytes(room[: stdout.receive_now(room)]) == b"first "
        os.write(writing, b"second")
        os.close(writing)
    assert bytes(room[: stdout.receive_now(room)]) == b"second"
    assert stdout.receive_now(room) == 0
    stdout.settle()


async def test_a_reader_that_has_closed_gets_the_end_and_does_not_wait(pipe: tuple[int, int]) -> None:
    reading, writing = pipe
    stdout = Output(reading)
    os.write(writing, b"not wanted")
    await stdout.aclose()
    with trio.fail_after(5):
        await stdout.wait_receive()
    assert stdout.receive_now(memoryview(bytearray(8))) == 0
    os.close(writing)
    stdout.settle()
