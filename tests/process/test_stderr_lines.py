"""What is kept, told, cut and hidden of a child's stderr."""

from __future__ import annotations

from itertools import pairwise
from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supervisor.process.stderr_lines import LINE_BYTES, LINES_PER_PERIOD, REMEMBERED_LINES, StderrLines, hide, printable
from supervisor.process.words import StderrLine, StderrSuppressed


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"plain", "plain"),
        (b"carriage return\r", "carriage return"),
        ("grüße".encode(), "grüße"),
        (b"\xff\xfe", "\\xff\\xfe"),
        (b"\x1b[31mred\x1b[0m", "\\x1b[31mred\\x1b[0m"),
        (b"a\tb", "a\tb"),
        (b"nul\0", "nul\\x00"),
        ("c1 \x9b".encode(), "c1 \\x9b"),
        (b"", ""),
    ],
)
def test_a_line_is_made_safe_to_print(raw: bytes, text: str) -> None:
    assert printable(raw) == text


def test_lines_are_put_together_from_whatever_pieces_arrive() -> None:
    lines = StderrLines()
    assert lines.feed(b"on", 0) == []
    assert lines.feed(b"e\ntwo\nth", 0) == [StderrLine("one"), StderrLine("two")]
    assert lines.finish(0) == [StderrLine("th")]
    assert lines.tail == ["one", "two", "th"]


@given(st.binary(max_size=400), st.lists(st.integers(0, 400), max_size=8))
def test_where_the_pieces_are_cut_makes_no_difference(data: bytes, cuts: list[int]) -> None:
    whole, pieces = StderrLines(), StderrLines()
    told = whole.feed(data, 0) + whole.finish(0)
    bounds = [0, *sorted(cuts), len(data)]
    told_in_pieces = [heard for a, b in pairwise(bounds) for heard in pieces.feed(data[a:b], 0)]
    assert told_in_pieces + pieces.finish(0) == told
    assert pieces.tail == whole.tail


def test_a_long_line_is_cut_and_the_rest_of_it_is_swallowed() -> None:
    lines = StderrLines()
    for _ in range(100):
        assert lines.feed(b"x" * 1000, 0) == []
    assert lines.feed(b"\nnext\n", 0) == [StderrLine("x" * LINE_BYTES, cut=True), StderrLine("next")]


def test_a_line_of_exactly_the_limit_is_whole() -> None:
    assert StderrLines().feed(b"y" * LINE_BYTES + b"\n", 0) == [StderrLine("y" * LINE_BYTES)]


def test_the_last_fifty_lines_are_remembered_also_those_that_are_not_told() -> None:
    lines = StderrLines()
    lines.feed(b"".join(b"%d\n" % number for number in range(500)), 0)
    assert lines.tail == [str(number) for number in range(500 - REMEMBERED_LINES, 500)]


def test_a_flood_is_told_up_to_the_limit_and_then_counted() -> None:
    lines = StderrLines()
    heard = lines.feed(b"line\n" * 250, 10.0)
    assert heard == [StderrLine("line")] * LINES_PER_PERIOD
    assert lines.due == 11.0
    assert lines.overdue(10.9) == []
    assert lines.overdue(11.0) == [StderrSuppressed(150)]
    assert lines.due == inf
    assert lines.overdue(12.0) == []


def test_the_count_comes_before_the_first_line_of_the_next_second() -> None:
    lines = StderrLines()
    lines.feed(b"line\n" * 101, 0.0)
    assert lines.feed(b"later\n", 1.5) == [StderrSuppressed(1), StderrLine("later")]


def test_a_new_second_gives_a_new_allowance() -> None:
    lines = StderrLines()
    assert len(lines.feed(b"a\n" * 100, 0.0)) == 100
    assert len(lines.feed(b"b\n" * 100, 1.0)) == 100


def test_a_count_that_is_pending_at_the_end_is_told() -> None:
    lines = StderrLines()
    lines.feed(b"line\n" * 103, 0.0)
    assert lines.finish(0.1) == [StderrSuppressed(3)]


@pytest.mark.parametrize(
    ("text", "cut", "shown"),
    [
        ("token=hunter2hunter2 ok", False, "token=*** ok"),
        ("twice hunter2hunter2 hunter2hunter2", False, "twice *** ***"),
        ("begun hunter2h", False, "begun hunter2h"),
        ("begun hunter2h", True, "begun ***"),
        ("begun hu", True, "begun hu"),
        ("nothing", True, "nothing"),
    ],
)
def test_a_secret_is_hidden_also_where_the_cut_went_through_it(text: str, cut: bool, shown: str) -> None:
    assert hide(text, ["hunter2hunter2"], cut=cut) == shown


def test_secrets_are_hidden_in_what_is_told_and_in_what_is_remembered() -> None:
    lines = StderrLines({"s3cr3t-value", "s3cr3t-value-longer"})
    assert lines.feed(b"a s3cr3t-value-longer b s3cr3t-value\n", 0) == [StderrLine("a *** b ***")]
    assert lines.tail == ["a *** b ***"]


def test_a_value_too_short_to_be_a_secret_hides_nothing() -> None:
    assert StderrLines({"1", ""}).feed(b"1 of 10\n", 0) == [StderrLine("1 of 10")]
