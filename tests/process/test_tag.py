"""Tags tell tables and instances apart, and are read from what the kernel shows."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supervisor.process.tag import FIRST, NUMBER_BITS, TOKEN_BITS, is_of, number_after, tag_in, tag_of

TOKENS = st.text("0123456789abcdef", min_size=16, max_size=16)
NUMBERS = st.integers(0, (1 << NUMBER_BITS) - 1)
LIMITS = """\
Limit                     Soft Limit           Hard Limit           Units     
Max cpu time              unlimited            unlimited            seconds   
Max realtime priority     0                    0                    
Max realtime timeout      {soft:<20} {hard:<20} us        
"""  # noqa: W291  (as the kernel writes it)


def shown(soft: object, hard: object) -> bytes:
    return LIMITS.format(soft=soft, hard=hard).encode()


@given(TOKENS, NUMBERS)
def test_a_tag_is_of_its_table_and_fits_a_signed_number(token: str, number: int) -> None:
    tag = tag_of(token, number)
    assert FIRST <= tag < 1 << 63
    assert is_of(tag, token)
    assert tag_in(shown(0, tag)) == tag


@given(TOKENS, TOKENS, NUMBERS, NUMBERS)
def test_two_tags_are_the_same_only_for_the_same_instance(one: str, other: str, first: int, second: int) -> None:
    same_table = one[: TOKEN_BITS // 4] == other[: TOKEN_BITS // 4]
    assert (tag_of(one, first) == tag_of(other, second)) is (same_table and first == second)
    assert is_of(tag_of(one, first), other) is same_table


@pytest.mark.parametrize("bit", range(TOKEN_BITS))
def test_a_token_that_differs_in_one_bit_is_another_table(bit: int) -> None:
    token = 0x0123456789
    tag = tag_of(f"{token:010x}beefbe", 3)
    assert is_of(tag, f"{token:010x}beefbe")
    assert not is_of(tag, f"{token ^ 1 << bit:010x}beefbe")


@pytest.mark.parametrize("token", ["", "cafe", "not hexadecimal", "ünïcödé token", "-123456789a", "1_2_3_4_5_6_7"])
def test_a_token_that_is_none_of_ours_has_no_tags(token: str) -> None:
    assert tag_of(token, 1) == 0
    assert not any(is_of(tag, token) for tag in (0, 1, FIRST, FIRST + 1))


@pytest.mark.parametrize(
    "limits",
    [
        b"",
        b"garbage",
        b"Max realtime timeout",
        b"Max realtime timeout      unlimited",
        shown("unlimited", "unlimited"),
        shown(FIRST, "unlimited"),
        shown(200_000, 200_000),
        shown(FIRST - 1, FIRST - 1),
        shown(FIRST, "-1"),
    ],
)
def test_what_is_no_tag_is_not_taken_for_one(limits: bytes) -> None:
    assert tag_in(limits) == 0


def test_the_hard_limit_is_the_tag_because_the_soft_one_can_be_changed_by_anybody() -> None:
    assert tag_in(shown(1, FIRST | 5)) == FIRST | 5


@given(st.binary(max_size=200))
def test_no_bytes_whatever_break_the_reader(data: bytes) -> None:
    tag_in(data)
    tag_in(b"Max realtime timeout" + data)


def test_numbers_begin_anew_and_pass_over_those_that_live() -> None:
    last = (1 << NUMBER_BITS) - 1
    assert number_after(0, set()) == 1
    assert number_after(last - 1, {0, 1, last}) == 2
