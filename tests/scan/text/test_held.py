"""What a text holds does not depend on what was asked before, nor on how much of it is remembered."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supervisor.scan.text import held as module
from supervisor.scan.text.held import Held
from supervisor.scan.text.marked import MARK, marked

LITERALS = ("¦send¦", "¦se", "nd¦", "key", "word", "_key¦", "://", "@", "()", "0x", "¦to¦", "密", "密码", "é", "r¦-¦se")
PIECES = ("send", "resend", "sender-senders", "api_key", "(to", "@", "0x7", "密码。", "é", ".", "SEND", "keyword", "-")
GROUPS = [frozenset((one,)) for one in LITERALS]
TEXTS = st.lists(st.sampled_from(PIECES), max_size=8).flatmap(
    lambda pieces: st.sampled_from((" ", "", "\n")).map(lambda blank: blank.join(pieces))
)


def plainly(text: str) -> int:
    """The same, literal by literal."""
    words = [marked(word) for word in text.split()]
    return sum(1 << at for at, literal in enumerate(LITERALS) if any(literal in word for word in words))


@given(st.lists(TEXTS, max_size=6))
def test_a_text_holds_the_literals_that_stand_in_its_words(texts: list[str]) -> None:
    asked = Held(GROUPS)
    for text in (*texts, *texts):
        assert asked.of(text) == plainly(text)


@given(st.text(st.sampled_from("aB3_.-'é我١ ¦\x1c"), max_size=8))
def test_words_are_marked_where_expressions_see_words_begin_and_end(text: str) -> None:
    lower = "".join(sign.lower() if sign.isascii() else sign for sign in text)
    assert marked(text) == re.sub(r"\b", MARK, re.sub(r"\d", "0", lower))


def test_the_texts_of_a_long_definition_are_not_asked_word_by_word_again(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "plain text " * 4000
    asked = Held(GROUPS)
    assert asked.of(f"name\n{text}send") == plainly("send")
    monkeypatch.setattr(Held, "_of_words", None)
    assert asked.of(f"{text}send") == plainly("send")
    with pytest.raises(TypeError):
        asked.of(f"{text}sends")


def test_what_is_forgotten_is_found_again(monkeypatch: pytest.MonkeyPatch) -> None:
    for bound in ("_WORDS_REMEMBERED", "_WORDS_KEPT", "_TEXTS_REMEMBERED", "_SIGNS_REMEMBERED"):
        monkeypatch.setattr(module, bound, 2)
    asked = Held(GROUPS)
    for text in ("send it", "a key to it", "send it", "密码", "a key to it"):
        assert asked.of(text) == plainly(text)
        assert len(asked.texts) <= 2
