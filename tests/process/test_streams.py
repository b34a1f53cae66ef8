"""Our ends of a child's pipes: one owner each, nothing lost, nobody left hanging."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
import trio
import trio.testing
from fakes.process import read_all

from supervisor.process.streams import KEPT_BYTES, Input, Output

pytestmark = pytest.mark.usefixtures("no_leaks")

MORE_THAN_A_PIPE = b"x" * 300_000


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    """Both ends, ours not yet set not to block; the test's own end is closed here if it is still open."""
    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    os.set_blocking(writing, False)
    yield reading, writing
    for fd in (reading, writing):
        try:
            os.fstat(fd)
        except OSError:
            continue
        os.close(fd)


async def fill(fd: int) -> int:
    """Write until the pipe is full."""
    written = 0
    while True:
        try:
            written += os.write(fd, b"f" * 65536)
        except BlockingIOError:
            return written


async def test_what_is_sent_arrives_whole_and_waits_for_the_reader(pipe: tuple[int, int]) -> None:
    reading, writing = pipe
    stdin = Input(writing)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(stdin.send_all, MORE_THAN_A_PIPE)
        got = 0
        with trio.fail_after(5):
            while got < len(MORE_THAN_A_PIPE):
                await trio.lowlevel.wait_readable(reading)
                got += len(os.read(reading, 65536))
    stdin.close()
    assert os.read(reading, 1) == b""


async def test_flush_waits_for_the_sender_in_the_middle_of_its_message(pipe: tuple[int, int]) -> None:
    reading, writing = pipe
    stdin = Input(writing)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(stdin.send_all, MORE_THAN_A_PIPE)
        await trio.testing.wait_all_tasks_blocked()
        with trio.move_on_after(0):
            await stdin.flush()
            pytest.fail("the message is not in the pipe yet")
        nursery.start_soon(stdin.flush)
        while True:
            await trio.testing.wait_all_tasks_blocked()
            if not nursery.child_tasks:
                break
            os.read(reading, 65536)
    stdin.close()


async def test_closing_stdin_wakes_a_sender_that_waits(pipe: tuple[int, int]) -> None:
    stdin = Input(pipe[1])
    with pytest.RaisesGroup(trio.ClosedResourceError):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(stdin.send_all, MORE_THAN_A_PIPE)
            await trio.testing.wait_all_tasks_blocked()
            await stdin.aclose()
    with pytest.raises(trio.ClosedResourceError):
        await stdin.send_all(b"")


async def test_two_senders_at_once_are_a_mistake_that_is_told(pipe: tuple[int, int]) -> None:
    stdin = Input(pipe[1])
    async with trio.open_nursery() as nursery:
        nursery.start_soon(stdin.send_all, MORE_THAN_A_PIPE)
        await trio.testing.wait_all_tasks_blocked()
        with pytest.raises(trio.BusyResourceError):
            await stdin.send_all(b"x")
        nursery.cancel_scope.cancel()
    stdin.close()


async def test_a_reader_that_is_gone_breaks_the_sender(pipe: tuple[int, int]) -> None:
    stdin = Input(pipe[1])
    os.close(pipe[0])
    with pytest.raises(trio.BrokenResourceError):
        await stdin.send_all(b"x")
    stdin.close()


async def test_the_reader_gets_what_is_written_and_then_the_end(pipe: tuple[int, int]) -> None:
    reading, writing = pipe
    stdout = Output(reading)
    os.write(writing, b"hello")
    assert await stdout.receive_some(2) == b"he"
    assert await stdout.receive_some() == b"llo"
    os.close(writing)
    assert await stdout.receive_some() == b""
    assert await stdout.receive_some() == b""
    stdout.settle()


async def test_two_readers_at_once_are_a_mistake_that_is_told(pipe: tuple[int, int]) -> None:
    stdout = Output(pipe[0])
    async with trio.open_nursery() as nursery:
        nursery.start_soon(stdout.receive_some)
        await trio.testing.wait_all_tasks_blocked()
        with pytest.raises(trio.BusyResourceError):
            await stdout.receive_some()
        nursery.cancel_scope.cancel()
    stdout.settle()


async def test_a_cancelled_reader_loses_nothing(pipe: tuple[int, int]) -> None:
    stdout = Output(pipe[0])
    os.write(pipe[1], b"kept")
    with trio.CancelScope() as scope:
        scope.cancel()
        await stdout.receive_some()
    assert scope.cancelled_caught
    assert await stdout.receive_some() == b"kept"
    stdout.settle()


async def test_draining_reads_for_a_reader_that_does_not_and_keeps_the_order(pipe: tuple[int, int]) -> None:
    reading, writing = pipe
    stdout = Output(reading)
    written = await fill(writing)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(stdout.drain)
        await trio.testing.wait_all_tasks_blocked()
        os.write(writing, b"-the-end")
        os.close(writing)
        with trio.fail_after(5):
            assert await read_all(stdout) == b"f" * written + b"-the-end"
    stdout.settle()


async def test_draining_leaves_the_pipe_to_a_reader_that_waits_on_it(pipe: tuple[int, int]) -> None:
    reading, writing = pipe
    stdout = Output(reading)
    got: list[bytes] = []

    async def read() -> None:
        got.append(await stdout.receive_some())

    async with trio.open_nursery() as nursery:
        nursery.start_soon(read)
        await trio.testing.wait_all_tasks_blocked()
        nursery.start_soon(stdout.drain)
        await trio.testing.wait_all_tasks_blocked()
        os.write(writing, b"for the reader")
        with trio.fail_after(5):
            while not got:
                await trio.sleep(0.001)  # gives the interpreter to threads too
        os.write(writing, b"for the drain")
        await trio.testing.wait_all_tasks_blocked()
        assert await stdout.receive_some() == b"for the drain"
        nursery.cancel_scope.cancel()
    assert got == [b"for the reader"]
    stdout.settle()


async def test_a_reader_that_comes_while_draining_waits_for_what_the_drain_gets(pipe: tuple[int, int]) -> None:
    reading, writing = pipe
    stdout = Output(reading)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(stdout.drain)
        await trio.testing.wait_all_tasks_blocked()
        nursery.start_soon(read_all, stdout)
        await trio.testing.wait_all_tasks_blocked()
        os.write(writing, b"x")
        await trio.testing.wait_all_tasks_blocked()
        os.close(writing)
        with trio.fail_after(5):
            while nursery.child_tasks:
                await trio.lowlevel.checkpoint()
    stdout.settle()


async def test_a_flood_while_draining_is_cut_and_never_has_a_hole(pipe: tuple[int, int]) -> None:
    reading, writing = pipe
    stdout = Output(reading)
    sent = bytearray()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(stdout.drain)
        with trio.fail_after(20):
            for number in range(2 * KEPT_BYTES // 8000):
                piece = b"%7d\n" % number * 1000
                await trio.lowlevel.wait_writable(writing)
                sent += piece[: os.write(writing, piece)]
        os.close(writing)
        await trio.testing.wait_all_tasks_blocked()
    got = await read_all(stdout)
    assert len(got) == KEPT_BYTES
    assert got == sent[: len(got)]
    stdout.settle()


async def test_a_released_stream_is_thrown_away_and_never_blocks_the_writer(pipe: tuple[int, int]) -> None:
    reading, writing = pipe
    async with trio.open_nursery() as nursery:
        stdout = Output(reading, lambda: nursery.start_soon(stdout.drain))
        await stdout.aclose()
        await stdout.aclose()
        with trio.fail_after(20):
            for _ in range(3):
                await fill(writing)
                await trio.lowlevel.wait_writable(writing)
        with pytest.raises(trio.ClosedResourceError):
            await stdout.receive_some()
        os.close(writing)
    stdout.settle()


async def test_releasing_wakes_a_reader_that_waits(pipe: tuple[int, int]) -> None:
    stdout = Output(pipe[0])
    with pytest.RaisesGroup(trio.ClosedResourceError):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(stdout.receive_some)
            await trio.testing.wait_all_tasks_blocked()
            await stdout.aclose()
    stdout.settle()


async def test_settling_gives_a_waiting_reader_the_rest_and_the_end_though_the_pipe_is_held_open(
    pipe: tuple[int, int],
) -> None:
    reading, writing = pipe
    stdout = Output(reading)
    got: list[bytes] = []

    async def read() -> None:
        got.append(await read_all(stdout))

    with trio.fail_after(5):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(read)
            await trio.testing.wait_all_tasks_blocked()
            os.write(writing, b"the rest")
            stdout.settle()
    assert got == [b"the rest"]


async def test_what_was_in_the_pipe_can_be_read_after_it_was_settled(pipe: tuple[int, int]) -> None:
    stdout = Output(pipe[0])
    os.write(pipe[1], b"last words")
    stdout.settle()
    stdout.settle()
    assert await stdout.receive_some() == b"last words"
    assert await stdout.receive_some() == b""
    await stdout.aclose()
