"""Names in words, and what a tool declares."""

from typing import Any

import pytest

from supervisor.scan.text.items import items_of
from supervisor.scan.text.names import annotation, first_sentence, head_of, purpose_of, words_of


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("getUser_byID", ("get", "user", "by", "id")),
        ("HTTPServer2-list", ("http", "server", "2", "list")),
        ("удалить_файл", ("удалить", "файл")),
        ("", ()),
    ],
)
def test_words_of_names(name: str, words: tuple[str, ...]) -> None:
    assert words_of(name) == words


def test_the_purpose_is_the_first_sentence_and_the_head_its_first_words() -> None:
    item = items_of("tool", {"name": "trim_text", "description": "Trims texts, also v1.2 ones. Then more."})

    assert purpose_of(item) == "trim text: trims texts, also v1.2 ones"
    assert head_of(item) == "trim text: trims texts"


def test_a_first_sentence_is_bounded() -> None:
    assert len(first_sentence("a" * 5000)) == 300


@pytest.mark.parametrize("value", [None, 3, [], {"annotations": []}, {"annotations": {"other": 1}}])
def test_no_hint_is_none(value: Any) -> None:
    assert annotation(items_of("tool", value), "readOnlyHint") is None
