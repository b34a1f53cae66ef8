"""What a text opens is what it would open if every gate was looked at."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supervisor.scan.text.gates import Gates, bits_of
from supervisor.scan.text.lazy import Lazies

WORDS = ("send", "file", "key", "user", "to")
GROUPS = [frozenset((f"¦{word}¦",)) for word in WORDS]


def gates(needed: list[list[int]]) -> tuple[Gates[int, tuple[int, ...]], list[int]]:
    """Gates that need these words, each with its number, and the bits that they need."""
    made = Lazies()
    bits = made.asked_for_each([[GROUPS[place] for place in places] for places in needed])
    return Gates(made, list(zip(bits, range(len(bits)), strict=True)), tuple), bits


def looked_at_each(bits: list[int], held: int) -> tuple[int, ...]:
    return tuple(place for place, needed in enumerate(bits) if needed & held == needed)


@given(st.lists(st.lists(st.integers(0, len(WORDS) - 1), max_size=3), max_size=9), st.sets(st.sampled_from(WORDS)))
def test_a_text_opens_the_gates_whose_words_it_has_in_their_order(needed: list[list[int]], words: set[str]) -> None:
    some, bits = gates(needed)
    text = " ".join(sorted(words))
    for _ in range(2):  # what was opened before is remembered
        assert some.of(text) == looked_at_each(bits, some.held(text))
        assert some.of(text) == tuple(
            place for place, places in enumerate(needed) if {WORDS[one] for one in places} <= words
        )


def test_a_gate_under_a_wrong_bit_would_be_noticed() -> None:
    some, bits = gates([[0, 1], [2]])
    held = some.held("send the file")
    assert some.opened(held) == looked_at_each(bits, held) == (0,)
    (under,) = (one for one in some._under if one & bits[0])
    some._under[under] = [(bits[1], 0)]
    some._opened.clear()
    assert some.opened(held) == ()


def test_what_needs_nothing_is_always_open() -> None:
    assert gates([[], [0]])[0].of("nothing") == (0,)


@pytest.mark.parametrize(("number", "bits"), [(0, []), (1, [1]), (0b1010, [2, 8]), (1 << 700, [1 << 700])])
def test_bits_are_told_one_by_one(number: int, bits: list[int]) -> None:
    assert list(bits_of(number)) == bits
