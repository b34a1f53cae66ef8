"""Suggestions for misspelt words."""

from __future__ import annotations

import pytest

from supervisor.config.suggest import did_you_mean, nearest

WORDS = ("mode", "memory_limit", "read_write", "command")


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("mod", "mode"),
        ("memoryLimit", "memory_limit"),
        ("read-write", "read_write"),
        ("comand", "command"),
        ("zz", None),
    ],
)
def test_the_nearest_word_is_found_whatever_its_case_and_separators(word: str, meant: str | None) -> None:
    assert nearest(word, WORDS) == meant


def test_a_suggestion_is_a_clause_or_nothing() -> None:
    assert did_you_mean("mod", WORDS) == "; did you mean 'mode'?"
    assert did_you_mean("zz", WORDS) == ""
