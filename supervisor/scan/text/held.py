"""Which groups of literals a text holds: asked once of a text, for all the expressions that are to be tried on it.

A text is asked word by word. What a word holds is remembered, because texts are made of few words; so to ask a text
costs little more than to cut it at its blanks, and to ask for one more group costs one look at a number.
"""

from __future__ import annotations

from collections.abc import Iterable

from supervisor.scan.text.marked import MARK, marked
from supervisor.scan.text.needs import Group

_BEGINNING = 3
"""Signs by which literals are looked up in a word that was not seen before."""
_WORD_REMEMBERED = 40
"""Signs of a word that is worth remembering; longer ones come once."""
_WORDS_REMEMBERED = 32_768
_TEXTS_REMEMBERED = 512
_SIGNS_REMEMBERED = 1024 * 1024
"""Of all texts together: as much as a definition has."""


class Held:
    """A list of groups, and what is remembered of words and texts; each group is one bit of a number.

    What is remembered is bounded, and only ever saves work: two threads that fill it at once write the same.
    """

    def __init__(self, groups: Iterable[Group] = ()) -> None:
        self.places = {group: place for place, group in enumerate(dict.fromkeys(groups))}
        """The bit of each group."""
        self._bits: dict[str, int] = {}
        for group, place in self.places.items():
            for literal in group:
                self._bits[literal] = self._bits.get(literal, 0) | 1 << place
        self._near: dict[str, list[str]] = {}
        for literal in sorted(self._bits):
            self._near.setdefault(literal[:_BEGINNING], []).append(literal)
        self._beginnings = frozenset(self._near)
        bare = {one: one.replace(MARK, "") for one in sorted(self._bits) if len(one) < _BEGINNING}
        self._letters = tuple(one for one, plain in bare.items() if plain.isascii() and plain.isalpha())
        self._signs = tuple(one for one, plain in bare.items() if plain.isascii() and not plain.isalpha())
        self._foreign = tuple(one for one, plain in bare.items() if not plain.isascii())
        self._words: dict[str, int] = {}
        self.texts: dict[str, int] = {}
        """What `of` remembers, for callers in a hurry."""
        self._size = 0

    def of(self, text: str) -> int:
        """The bits of the groups of which a literal stands in the text."""
        held = self.texts.get(text)
        if held is None:
            held = self._of_words(set(text.split()))
            self._remember(text, held)
        return held

    def _of_words(self, words: Iterable[str]) -> int:
        known = self._words
        held = 0
        for word in words:
            bits = known.get(word)
            if bits is None:
                bits = self._of_word(word)
                if len(word) <= _WORD_REMEMBERED:
                    if len(known) >= _WORDS_REMEMBERED:
                        known.clear()
                    known[word] = bits
            if bits:
                held |= bits
        return held

    def _of_word(self, word: str) -> int:
        plain = marked(word)
        near, bits = self._near, self._bits
        held = 0
        parts = {plain[start : start + _BEGINNING] for start in range(len(plain) - _BEGINNING + 1)}
        for beginning in self._beginnings.intersection(parts):
            for literal in near[beginning]:
                if literal in plain:
                    held |= bits[literal]
        short = self._letters if word.isalpha() else self._letters + self._signs
        for literal in short if word.isascii() else short + self._foreign:
            if literal in plain:
                held |= bits[literal]
        return held

    def _remember(self, text: str, held: int) -> None:
        self._size += len(text)
        if len(self.texts) >= _TEXTS_REMEMBERED or self._size > _SIGNS_REMEMBERED:
            self.texts.clear()
            self._size = len(text)
        self.texts[text] = held
