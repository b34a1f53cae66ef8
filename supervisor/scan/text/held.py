"""Which groups of literals a text holds: asked once of a text, for all the expressions that are to be tried on it.

A text is asked word by word. What a word holds is remembered, because texts are made of few words; so to ask a text
costs little more than to cut it at its blanks, and to ask for one more group costs one look at a number. A word that
was not seen before is read once, sign by sign: where the first signs of a literal stand, it is looked up whether the
literal does.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from itertools import pairwise
from operator import or_

from supervisor.scan.text.held_long import Within
from supervisor.scan.text.marked import MARK, marked
from supervisor.scan.text.needs import Group

_BEGINNING, _MORE = 3, 5
"""Signs by which literals are looked up in a word that was not seen before: many words begin like some literal, and few
go on like it."""
_LONGEST = 1000
"""More signs than any literal has."""
_WORD_REMEMBERED = 40
"""Signs of a word that is worth remembering; longer ones come once."""
_LONG_WORD = 256
"""Signs of a word that is read at once (held_long.py), and not sign by sign: no prose has one."""
_WORDS_REMEMBERED = 192 * 1024
"""As many as the largest definition has: its sentences are asked after it."""
_WORDS_KEPT = 32 * 1024
"""After a look at such a definition it is more than is worth keeping."""
_TEXTS_REMEMBERED = 4096
_SIGNS_REMEMBERED = 8 * 1024 * 1024
"""Of all texts together: a definition has an eighth of that, and is asked as a whole, by text, and by sentence."""
_LONG = 16 * 1024
"""Signs of a text that is remembered longer than the sentences of it that were asked since."""


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
        self._lengths = _lengths_by_start(self._bits, _BEGINNING, _MORE)
        """Of literals of three and four signs, by their first three; an empty entry where only longer ones begin so."""
        self._more = _lengths_by_start(self._bits, _MORE, _LONGEST)
        for start in self._more:
            self._lengths.setdefault(start[:_BEGINNING], ())
        short = {one: one.replace(MARK, "") for one in sorted(self._bits) if len(one) < _BEGINNING}
        self._short = frozenset(short)
        self._letters = tuple(one for one, plain in short.items() if _is_plain(plain))
        """The short ones that may stand in a word of plain letters."""
        self._signs = self._short.intersection([one for one in short if len(one) == 1])
        self._pairs = tuple(one for one, plain in short.items() if len(one) > 1 and plain.isascii())
        """Those that may stand in any word of ASCII."""
        self._within: Within | None = None
        self._words: dict[str, int] = {}
        self.texts: dict[str, int] = {}
        """What `of` remembers, for callers in a hurry."""
        self._size = 0

    def of(self, text: str) -> int:
        """The bits of the groups of which a literal stands in the text, or in a long one that holds it."""
        held = self.texts.get(text)
        if held is None:
            held = self._of_longer(text) if len(text) >= _LONG else None
            if held is None:
                held = self._of_words(text.split())
            self._remember(text, held)
        return held

    def _of_longer(self, text: str) -> int | None:
        """Of a text that is nearly all of one that was asked before: a definition is asked before its texts."""
        for longer, held in list(self.texts.items()):
            if len(text) < len(longer) < len(text) * 1.1 and f"\n{text}\n" in f"\n{longer}\n":
                return held
        return None

    def _of_words(self, words: Iterable[str]) -> int:
        known = self._words
        found = set(map(known.get, words))
        if None in found:
            found.update(map(self._learnt, {word for word in words if word not in known}))
            found.discard(None)
        return reduce(or_, found, 0)

    def _learnt(self, word: str) -> int:
        bits = self._of_word(word)
        if len(word) <= _WORD_REMEMBERED:
            if len(self._words) >= _WORDS_REMEMBERED:
                self._words.clear()
            self._words[word] = bits
        return bits

    def _of_word(self, word: str) -> int:
        plain = marked(word)
        if len(plain) >= _LONG_WORD:
            if self._within is None:
                self._within = Within(self._bits)
            return self._within.of(plain)
        near, more, bits = self._lengths, self._more, self._bits
        held = 0
        for at in range(len(plain) - _BEGINNING + 1):
            lengths = near.get(plain[at : at + _BEGINNING])
            if lengths is None:
                continue
            for length in lengths:
                held |= bits.get(plain[at : at + length], 0)
            lengths = more.get(plain[at : at + _MORE])
            if lengths is not None:
                for length in lengths:
                    held |= bits.get(plain[at : at + length], 0)
        for one in self._short_in(word, plain):
            held |= bits[one]
        return held

    def _short_in(self, word: str, plain: str) -> Iterable[str]:
        if not word.isascii():
            return self._short.intersection((*plain, *map("".join, pairwise(plain))))
        if word.isalpha():
            return [one for one in self._letters if one in plain]
        return (*self._signs.intersection(plain), *[one for one in self._pairs if one in plain])

    def _remember(self, text: str, held: int) -> None:
        self._size += len(text)
        if len(self.texts) >= _TEXTS_REMEMBERED or self._size > _SIGNS_REMEMBERED:
            long = {one: bits for one, bits in list(self.texts.items()) if len(one) >= _LONG}
            self.texts.clear()
            if len(self._words) > _WORDS_KEPT:
                self._words.clear()
            self._size = len(text) + sum(map(len, long))
            if self._size <= _SIGNS_REMEMBERED // 2:
                self.texts.update(long)
            else:
                self._size = len(text)
        self.texts[text] = held


def _lengths_by_start(literals: Iterable[str], size: int, most: int) -> dict[str, tuple[int, ...]]:
    """How long the literals are, of those of `size` signs and more, but fewer than `most`: by their first signs."""
    lengths: dict[str, set[int]] = {}
    for literal in literals:
        if size <= len(literal) < most:
            lengths.setdefault(literal[:size], set()).add(len(literal))
    return {start: tuple(sorted(some)) for start, some in lengths.items()}


def _is_plain(word: str) -> bool:
    return word.isascii() and word.isalpha()
