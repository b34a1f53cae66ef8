"""All languages of the grammar."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from typing import Generic, TypeVar

from supervisor.scan.checks.phrases import ar, de, en, es, fr, further, hi, ja, ko, others, pt, ru, zh
from supervisor.scan.checks.phrases.table import Table

TABLES: tuple[Table, ...] = (
    en.TABLE, zh.TABLE, ja.TABLE, ko.TABLE, ru.TABLE, es.TABLE, pt.TABLE, fr.TABLE, de.TABLE, ar.TABLE, hi.TABLE,
    *others.TABLES, *further.TABLES,
)  # fmt: skip
"""English first: it is what most definitions are written in."""

Name = TypeVar("Name")


class Marked(Generic[Name]):
    """Which languages are told by common words of theirs: the words are looked up, not the languages one by one."""

    def __init__(self, marks: Mapping[Name, AbstractSet[str]]) -> None:
        of_word: dict[str, list[Name]] = {}
        for name, words in marks.items():
            for word in words:
                of_word.setdefault(word, []).append(name)
        self._of_word = of_word
        self._words = frozenset(of_word)

    def told(self, words: Iterable[str], least: int) -> list[Name]:
        """The languages of which so many marks stand among some words."""
        counts: dict[Name, int] = {}
        for word in self._words.intersection(words):
            for name in self._of_word[word]:
                counts[name] = counts.get(name, 0) + 1
        return [name for name, count in counts.items() if count >= least]
