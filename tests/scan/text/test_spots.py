"""Finding the few sentences that matter."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supervisor.scan.text.spots import LONGEST, is_foreign, sentences_with


def found(text: str, *stems: str) -> list[str]:
    return [text[start:end] for start, end in sentences_with(text, stems)]


def test_only_sentences_with_a_stem_are_given_and_each_once() -> None:
    text = "one here. two here and here. three.\nfour here"

    assert found(text, "here", "and") == ["one here", "two here and here", "four here"]
    assert found(text, "five") == []


def test_sentences_of_other_scripts_end_at_their_own_signs() -> None:
    assert found("第一。第二句话。第三", "二") == ["第二句话"]
    assert found("पहला। दूसरा। तीसरा", "दूसरा") == [" दूसरा"]


def test_a_sentence_without_end_is_cut() -> None:
    (one,) = found("a" * 5000 + "here" + "b" * 5000, "here")

    assert len(one) == LONGEST + len("here")


@given(st.text(alphabet="ab .\n。", max_size=200))
def test_a_stem_is_in_what_is_found_and_never_missed(text: str) -> None:
    spans = list(sentences_with(text, ("b",)))

    assert all("b" in text[start:end] for start, end in spans)
    assert sum(text[start:end].count("b") for start, end in spans) == text.count("b")


@pytest.mark.parametrize(("text", "is_it"), [("a — b “c” …", False), ("añadir", True), ("日本", True), ("🎉", False)])
def test_punctuation_is_not_foreign(text: str, is_it: bool) -> None:
    assert is_foreign(text) is is_it
