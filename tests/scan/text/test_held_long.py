"""Long words hold what they would hold if they were read sign by sign, and a piece of one costs few searches."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supervisor.scan.text import held, held_long
from supervisor.scan.text.held import Held
from supervisor.scan.text.held_long import Within
from supervisor.scan.text.marked import marked

LITERALS = (
    "¦send¦",
    "send",
    "ends",
    "_key¦",
    "key",
    "://",
    "@",
    "0x",
    "密",
    "密码",
    "密码。密",
    "é",
    "send_key¦",
    "\U0001f600send",
)
PIECES = (
    "send",
    "sen",
    "ends",
    "_key",
    "://",
    "@",
    "0x",
    "密码。密",
    "码",
    "é",
    "-",
    "\U0001f600",
    "\ud83d",
    "nd_",
    "¦",
)
BITS = {literal: 1 << at for at, literal in enumerate(LITERALS)}


def plainly(word: str) -> int:
    return sum(bit for literal, bit in BITS.items() if literal in word)


@given(st.lists(st.sampled_from(PIECES), max_size=40), st.integers(1, 12))
def test_a_long_word_holds_the_literals_that_stand_in_it(pieces: list[str], size: int) -> None:
    word = marked("".join(pieces))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(held_long, "_PIECE", size)
        assert Within(BITS).of(word) == plainly(word)


def test_a_piece_that_overlaps_too_little_would_lose_what_stands_on_its_seam(monkeypatch: pytest.MonkeyPatch) -> None:
    within, word = Within(BITS), "-" * (held_long._PIECE - 2) + "send_key"
    assert within.of(marked(word)) & BITS["ends"] == 0
    assert within.of(marked(word)) & BITS["send"]
    monkeypatch.setattr(within, "_overlap", 0)
    assert not within.of(marked(word)) & BITS["send"]


def test_a_word_of_a_thousand_signs_is_read_so_and_a_short_one_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = Held([frozenset((one,)) for one in LITERALS])
    assert asked.of("x" * 2000 + "send_key") == asked.of("send_key")
    monkeypatch.setattr(Within, "of", None)
    assert asked.of("x" * (held._LONG_WORD // 2) + "send_key") == asked.of("send_key")
    with pytest.raises(TypeError):
        asked.of("y" * held._LONG_WORD)


def test_only_literals_of_which_all_parts_are_there_are_searched_for(monkeypatch: pytest.MonkeyPatch) -> None:
    searched: list[str] = []

    class Piece(str):
        __slots__ = ()

        def __contains__(self, literal: object) -> bool:
            searched.append(str(literal))
            return str.__contains__(self, str(literal))

    within = Within({f"literal{number:04}": 1 << number for number in range(2000)})
    assert within._in_piece(Piece("iteral0000" * 100), frozenset()) == []
    assert within._in_piece(Piece("xliteral0007y" * 100), frozenset()) == ["literal0007"]
    assert len(searched) <= 8
