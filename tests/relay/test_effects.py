from __future__ import annotations

import os
from collections import deque
from pathlib import Path

import pytest
import trio
from trio.testing import memory_stream_pair

from supervisor.relay.effects import EAGER_READS, Sink, Source
from supervisor.relay.instream import stream_pair

BOUND_S = 5


class Offering(trio.abc.ReceiveStream, trio.abc.SendStream):
    """A stream that can be read and written without a wait, and counts the waits."""

    def __init__(self, *chunks: bytes, room: int = 10**9) -> None:
        self.chunks = deque(chunks)
        self.room = room
        self.written = b""
        self.waits = 0
        self.arrived = trio.Event()

    def receive_now(self, room: memoryview) -> int | None:
        if not self.chunks:
            return None
        chunk = self.chunks.popleft()
        room[: len(chunk)] = chunk
        return len(chunk)

    async def wait_receive(self) -> None:
        self.waits += 1
        if not self.chunks:
            await self.arrived.wait()

    def send_now(self, data: bytes | memoryview) -> int:
        count = min(self.room, len(data))
        self.written += bytes(data[:count])
        self.room -= count
        return count

    async def send_all(self, data: bytes | bytearray | memoryview) -> None:
        self.waits += 1
        await self.arrived.wait()
        self.written += bytes(data)

    async def wait_send_all_might_not_block(self) -> None:
        raise NotImplementedError

    async def receive_some(self, max_bytes: int | None = None) -> bytes:
        raise NotImplementedError

    async def aclose(self) -> None:
        await trio.lowlevel.checkpoint()


async def read(source: Source, size: int = 100) -> bytes:
    room = memoryview(bytearray(size))
    with trio.fail_after(BOUND_S):
        return bytes(room[: await source.read_into(room)])


def pipe() -> tuple[trio.lowlevel.FdStream, trio.lowlevel.FdStream]:
    reading, writing = os.pipe()
    return trio.lowlevel.FdStream(reading), trio.lowlevel.FdStream(writing)


async def test_what_fills_the_room_is_read_on_without_a_wait_and_other_tasks_still_get_their_turn() -> None:
    stream = Offering(*[b"x" * 10] * (2 * EAGER_READS), b"end")
    source = Source(stream)
    for _ in range(2 * EAGER_READS):
        assert await read(source, 10) == b"x" * 10
    assert stream.waits == 2
    assert await read(source, 10) == b"end"


async def test_an_interrupted_source_gives_what_is_there_and_then_ends() -> None:
    stream = Offering()
    source, found = Source(stream), list[bytes]()

    async def reader() -> None:
        found.append(await read(source))
        found.append(await read(source))

    async with trio.open_nursery() as nursery:
        nursery.start_soon(reader)
        await trio.testing.wait_all_tasks_blocked()
        stream.chunks.append(b"last words")
        source.interrupt()
        source.interrupt()
    assert found == [b"last words", b""]


async def test_what_a_plain_stream_still_holds_when_it_is_interrupted_is_read() -> None:
    send, receive = memory_stream_pair()
    source, found = Source(receive), list[bytes]()

    async def reader() -> None:
        found.append(await read(source, 4))
        found.append(await read(source, 6))
        found.append(await read(source, 6))

    async with trio.open_nursery() as nursery:
        nursery.start_soon(reader)
        await trio.testing.wait_all_tasks_blocked()
        source.interrupt()
        await send.send_all(b"last words")
    assert found == [b"last", b" words", b""]


async def test_an_orphan_that_writes_for_ever_is_not_read_for_ever() -> None:
    stream = Offering(*[b"x"] * 1000)
    source = Source(stream)
    source.interrupt()
    count = 0
    while await read(source):
        count += 1
    assert 0 < count < 1000


@pytest.mark.parametrize("kind", ["pipe", "sockets", "memory"])
async def test_every_kind_of_stream_carries_bytes_and_its_end(kind: str) -> None:
    receive: trio.abc.ReceiveStream
    send: trio.abc.SendStream
    if kind == "pipe":
        receive, send = pipe()
    elif kind == "sockets":
        receive, send = stream_pair()
    else:
        send, receive = memory_stream_pair()
    source, sink, big, heard = Source(receive), Sink(send), os.urandom(700_000), bytearray()

    async def write() -> None:
        await sink.write(big[:5])
        await sink.write(memoryview(big)[5:])
        await sink.close()
        await sink.close()

    async with trio.open_nursery() as nursery:
        nursery.start_soon(write)
        while chunk := await read(source, 65536):
            heard += chunk
    assert heard == big
    with pytest.raises(trio.BrokenResourceError):
        await sink.write(b"more")
    await receive.aclose()
    await send.aclose()


@pytest.mark.parametrize("kind", ["pipe", "sockets"])
async def test_writing_to_nobody_says_so(kind: str) -> None:
    receive, send = pipe() if kind == "pipe" else stream_pair()
    await receive.aclose()
    with pytest.raises(trio.BrokenResourceError):
        await Sink(send).write(b"x")
    await send.aclose()


async def test_a_stream_that_its_owner_closes_has_ended() -> None:
    receive, send = pipe()
    source, found = Source(receive), list[bytes]()

    async def reader() -> None:
        found.append(await read(source))

    async with trio.open_nursery() as nursery:
        nursery.start_soon(reader)
        await trio.testing.wait_all_tasks_blocked()
        await receive.aclose()
    assert found == [b""]
    assert await read(source) == b""
    await send.aclose()


async def test_a_regular_file_can_be_read_though_it_cannot_be_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "script.jsonl"
    path.write_bytes(b"one\ntwo\n")
    stream = trio.lowlevel.FdStream(os.open(path, os.O_RDONLY))
    source = Source(stream)
    assert await read(source) == b"one\ntwo\n"
    assert await read(source) == b""
    await stream.aclose()


async def test_two_writers_never_write_into_each_other() -> None:
    receive, send = pipe()
    sink, source, heard = Sink(send), Source(receive), bytearray()
    async with trio.open_nursery() as nursery:
        for letter in (b"a", b"b"):
            nursery.start_soon(sink.write, letter * 300_000)
        await trio.testing.wait_all_tasks_blocked()
        while len(heard) < 600_000:
            heard += await read(source, 65536)
    assert bytes(heard) in {b"a" * 300_000 + b"b" * 300_000, b"b" * 300_000 + b"a" * 300_000}
    await receive.aclose()
    await send.aclose()


@pytest.mark.parametrize("is_abandoned", [True, False])
async def test_after_half_a_line_nothing_more_is_written(is_abandoned: bool) -> None:
    stream = Offering(room=3)
    sink, failures = Sink(stream), list[str]()

    async def write() -> None:
        try:
            await sink.write(b"half a line\n")
        except trio.BrokenResourceError as error:
            failures.append(str(error))

    async with trio.open_nursery() as nursery:
        nursery.start_soon(write)
        await trio.testing.wait_all_tasks_blocked()
        if is_abandoned:
            sink.abandon()
        else:
            nursery.cancel_scope.cancel()
    assert failures == (["abandoned"] if is_abandoned else [])
    with pytest.raises(trio.BrokenResourceError):
        await sink.write(b"next\n")
    assert stream.written == b"hal"


async def test_an_abandoned_sink_writes_nothing_more() -> None:
    stream = Offering()
    sink = Sink(stream)
    sink.abandon()
    with pytest.raises(trio.BrokenResourceError):
        await sink.write(b"x")
    assert stream.written == b""


async def test_the_ends_of_a_pair_can_be_half_closed() -> None:
    left, right = stream_pair()
    await left.send_all(b"question")
    await left.send_eof()
    assert await right.receive_some(100) == b"question"
    assert await right.receive_some(100) == b""
    await right.send_all(b"answer")
    await right.aclose()
    assert await left.receive_some(100) == b"answer"
    await left.aclose()
