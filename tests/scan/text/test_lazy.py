"""Expressions that are compiled when they are first used."""

import re

import pytest

from supervisor.scan.text.lazy import is_lazy, lazy


def test_it_does_what_a_compiled_one_does() -> None:
    text = "one two  three"
    for name, arguments in (("search", (text,)), ("match", (text, 4)), ("fullmatch", ("word",))):
        mine, theirs = (getattr(one, name)(*arguments) for one in (lazy(r"(?P<v>\w+)"), re.compile(r"(?P<v>\w+)")))
        assert mine.span() == theirs.span()
    assert [found[0] for found in lazy(r"\w+").finditer(text)] == ["one", "two", "three"]
    assert lazy(r"\s+").sub(" ", text) == "one two three"
    assert lazy("ONE", re.IGNORECASE).search(text)
    assert "v" in lazy(r"(?P<v>\w+)").groupindex


def test_it_is_compiled_at_its_first_use_and_once() -> None:
    one = lazy("a+")
    assert "search" not in vars(one)
    assert one.search("aa")
    kept = vars(one)["search"]
    assert one.findall("a aa") == ["a", "aa"]
    assert vars(one)["search"] is kept


def test_a_mistake_in_it_raises_at_its_first_use() -> None:
    wrong = lazy("(")
    with pytest.raises(re.error):
        wrong.search("")
    with pytest.raises(AttributeError):
        wrong.nothing_like_it  # type: ignore[attr-defined]  # noqa: B018


def test_it_can_be_told_from_others() -> None:
    assert is_lazy(lazy("a"))
    assert not is_lazy(re.compile("a"))
