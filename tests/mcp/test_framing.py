from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supervisor.errors import MessageTooLarge, StdoutNotJsonrpc
from supervisor.mcp import framing
from supervisor.mcp.framing import FramingError, LineBuffer
from supervisor.mcp.garbage import ENDLESS_LINE_BYTES, MAX_IN_A_ROW, Garbage, excerpt


def read(buffer: LineBuffer, chunks: list[bytes]) -> tuple[list[bytes], str]:
    """All lines that come of the chunks, the rest at the end too, and the code of what stopped the reading."""
    lines: list[bytes] = []
    try:
        for chunk in chunks:
            lines += buffer.feed(chunk)
    except FramingError as error:
        return lines, error.problem.code
    rest = buffer.rest()
    return lines + ([bytes(rest.view[:-1])] if rest else []), ""


def cut(data: bytes, sizes: list[int]) -> Iterator[bytes]:
    for size in sizes:
        yield data[:size]
        data = data[size:]
    yield data


@pytest.mark.parametrize(
    ("stream", "lines"),
    [
        (b"", []),
        (b"a\n", [b"a"]),
        (b"a\nb\n", [b"a", b"b"]),
        (b"a\r\n", [b"a\r"]),
        (b"\n\n", [b"", b""]),
        (b"a\nlast", [b"a", b"last"]),
        (b"a\n  \r", [b"a"]),
        (b"a\0b\n", [b"a\0b"]),
    ],
)
def test_lines_end_at_a_newline_and_at_the_end_of_the_stream(stream: bytes, lines: list[bytes]) -> None:
    assert read(LineBuffer(), [stream]) == (lines, "")


@given(st.binary(max_size=200), st.lists(st.integers(0, 40), max_size=20), st.integers(1, 60))
def test_how_a_stream_is_cut_into_chunks_changes_nothing(data: bytes, sizes: list[int], limit: int) -> None:
    data = data.replace(b"a", b"\n")
    whole, reason = read(LineBuffer(limit), [data])
    pieces, other = read(LineBuffer(limit), list(cut(data, sizes)))
    assert reason == other
    assert pieces == whole[: len(pieces)]
    assert whole == pieces or reason


@settings(max_examples=20, deadline=None)
@given(
    st.lists(st.sampled_from([b"{", b"x", b"\n", b" ", b"y" * 300_000, b"[" + b"1," * 100_000]), max_size=12),
    st.lists(st.integers(1, 500_000), max_size=8),
)
def test_long_lines_are_judged_alike_however_they_come(parts: list[bytes], sizes: list[int]) -> None:
    data = b"".join(parts)
    _, reason = read(LineBuffer(3_000_000), list(cut(data, sizes)))
    _, other = read(LineBuffer(3_000_000), [data[at : at + 1000] for at in range(0, len(data), 1000)])
    long = [line for line in data.split(b"\n") if len(line) >= ENDLESS_LINE_BYTES]
    if not reason:
        assert not other or any(len(line) >= ENDLESS_LINE_BYTES for line in long)


@pytest.mark.parametrize("limit", [1, 7, 100, 100_000])
def test_a_line_of_the_limit_passes_and_one_byte_more_does_not(limit: int) -> None:
    assert LineBuffer(limit).feed(b"{" * limit + b"\n") == [b"{" * limit]
    with pytest.raises(FramingError) as caught:
        LineBuffer(limit, side="client").feed(b"{" * (limit + 1))
    assert caught.value.problem == MessageTooLarge(side="client", limit_bytes=limit)


def test_a_megabyte_of_text_without_a_newline_is_poison_and_the_same_of_json_is_not() -> None:
    buffer = LineBuffer()
    assert buffer.feed(b"  {" + b"x" * ENDLESS_LINE_BYTES) == []
    with pytest.raises(FramingError) as caught:
        LineBuffer().feed(b"  Loading" + b"." * ENDLESS_LINE_BYTES)
    assert isinstance(caught.value.problem, StdoutNotJsonrpc)
    assert caught.value.problem.first_line.startswith("  Loading...")


def test_the_buffer_never_grows_past_the_largest_message_and_gives_a_huge_ones_memory_back() -> None:
    limit = 4 * 1024 * 1024
    buffer = LineBuffer(limit)
    buffer.feed(b"{" * limit + b"\n")
    assert len(buffer.room()) == limit + 1
    for _ in range(framing.CALM_BLOCKS + 1):
        buffer.feed(b"{}\n")
    assert len(buffer.room()) == framing.BUSY_ROOM


def test_a_flood_of_short_lines_gets_a_larger_buffer_up_to_a_bound() -> None:
    buffer = LineBuffer()
    for _ in range(12):
        room = buffer.room()
        room[:] = b"\n" * len(room)
        buffer.filled(len(room))
    assert len(buffer.room()) == framing.BUSY_ROOM


def test_a_block_is_one_stretch_of_memory_and_knows_its_lines() -> None:
    buffer = LineBuffer()
    room = buffer.room()
    room[:10] = b"ab\nc\n\ndefg"
    block = buffer.filled(10)
    assert block is not None
    assert bytes(block.view) == b"ab\nc\n\n"
    assert len(block) == 6
    assert [bytes(line) for line in block.lines()] == [b"ab\n", b"c\n", b"\n"]
    assert block.view.obj is buffer.room().obj


def test_garbage_is_tolerated_until_it_is_too_much_without_a_message() -> None:
    garbage = Garbage()
    for _ in range(3):
        garbage.message()
        assert [garbage.line(b"banner %d\n" % n) for n in range(MAX_IN_A_ROW)] == [None] * MAX_IN_A_ROW
    problem = garbage.line(b"one more\n")
    assert garbage.total == 3 * MAX_IN_A_ROW + 1
    assert problem == StdoutNotJsonrpc(reason="101 such lines in a row", first_line="banner 0")


@pytest.mark.parametrize(
    ("line", "quoted"),
    [
        (b"text\r\n", "text"),
        (b"caf\xc3\xa9\n", "café"),
        (b"\xff\xfe", "\\xff\\xfe"),
        (b"x" * 201 + b"\n", "x" * 200 + "…"),
        (b"x" * 200 + b"\n", "x" * 200),
    ],
)
def test_a_quoted_line_is_cut_and_escaped(line: bytes, quoted: str) -> None:
    assert excerpt(line) == quoted
