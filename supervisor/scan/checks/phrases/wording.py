"""Orders that no list of words gives away, told by how a sentence is worded: a sum of weights that were learned.

What people write by hand finds the wordings that its writers thought of. So the weights of stems, of classes of words,
of how these stand together and of the roles that are played were learned from labelled texts (scripts/wording), by
writers of whom none knew the rules. The rule itself is a sum: nothing is learned here, and a finding names the words
that weighed most.

A sentence's score is the sum of its words' weights over the root of its length, the weights of its roles and of what
the sentences beside it are about, and a constant, in hundredths of a nat. How words stand together costs ten times what
words cost one by one, and roles a hundred times, so each is looked at only where what is cheaper says enough, or where
letters are other ones than English has; and of a whole definition only in so many sentences, those that what is cheaper
says most of. No quoted description of a published tool has a quarter as many.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from math import sqrt
from typing import NamedTuple

from supervisor.scan.checks.phrases.roles import spoken
from supervisor.scan.checks.phrases.roles_read import names_of, played
from supervisor.scan.checks.phrases.roles_table import Tongue, tongue
from supervisor.scan.checks.phrases.wording_features import (
    Token,
    features,
    neighbours,
    of_neighbours,
    of_roles,
    parts_of,
    sentence_tokens,
)
from supervisor.scan.checks.phrases.wording_model import Model, model
from supervisor.scan.text import items
from supervisor.scan.text.items import READ_LIMIT, Item, Unit
from supervisor.scan.text.lazy import lazy
from supervisor.scan.text.sentences import Sentence, mention, sentences, speaks_of_attacks
from supervisor.scan.words import Role, Tier

SHORT = 24
"""Words up to which a sentence counts as short: its sum is not divided by less than the root of this."""
EXCUSE = 200
"""How much the sentences beside one can take from its score, at most: padding must not excuse everything."""
CLOSE_SIGNS = 80_000
"""Characters of a definition's sentences in which it is looked at how words stand together."""
ROLES_SIGNS = 16_000
"""Characters of those in which roles are looked for."""
_EACH = 40
"""What any sentence costs, however short, in characters."""
_NO_PROSE: frozenset[Role] = frozenset(("name", "property", "key", "pattern", "enum", "const"))
_OTHER_LETTERS = lazy("[^\\W\\d_\x00-\x7f]")
_SHORTEST = 6
"""Signs of a sentence in other letters that can be an order: Chinese needs no more."""
_NAMED = 5
"""Words that a finding names."""


class Telling(NamedTuple):
    """A sentence that is worded like an order against the user."""

    pointer: str
    evidence: str
    tier: Tier
    score: int
    words: tuple[str, ...]
    """Those that weighed most, as they stand there, in order."""


class _Text:
    """A text of a definition, in sentences."""

    __slots__ = ("_by", "_tokens", "folded", "is_english", "parts", "place", "pointer")

    def __init__(self, place: int, unit: Unit, by: Model) -> None:
        self.place = place
        """Which of the definition's texts it is."""
        self.pointer = unit.pointer
        self.folded = unit.folded[:READ_LIMIT]
        self.is_english = self.folded.isascii() or _OTHER_LETTERS.search(self.folded) is None
        self.parts: Sequence[Sentence] = ()
        self._by = by
        self._tokens: dict[int, list[Token]] = {}

    def tokens(self, place: int) -> list[Token]:
        """Those of one of its sentences, cut once: it stands beside others, too."""
        found = self._tokens.get(place)
        if found is None:
            found = self._tokens[place] = sentence_tokens(self.parts[place].text, self._by.tokens)
        return found


class _Looked(NamedTuple):
    """A sentence and its score, as far as is known."""

    score: float
    text: _Text
    place: int
    """Which of the text's sentences it is."""

    @property
    def sentence(self) -> Sentence:
        return self.text.parts[self.place]


def prose(item: Item) -> Iterator[Unit]:
    """The texts of a definition in which orders can stand."""
    return items.prose(item, _NO_PROSE)


def tellings(item: Item, learned: Model | None = None) -> Iterator[Telling]:
    """Of each text of a definition the worst sentence that is worded like an order, and not only spoken of."""
    by = learned or model()
    glanced = (one for place, unit in enumerate(prose(item)) for one in _glanced(_Text(place, unit, by), by))
    close, _ = _worst(glanced, CLOSE_SIGNS)
    worded = [one._replace(score=_of_words(one, by)) for one in close]
    worded = [one for one in worded if one.score >= by.limits.cut or not one.text.is_english]
    if not worded:
        return
    tongues = [tongue(one) for one in spoken(item)]
    best, rest = _worst(worded, ROLES_SIGNS)
    whole = [one._replace(score=one.score + _of_roles(one, tongues, by)) for one in best]
    found = sorted([one for one in (*whole, *rest) if one.score >= by.limits.soft], key=_by_text)
    done = -1
    for one in found:
        if one.text.place != done and (told := _told(one, by)):
            done = one.text.place
            yield told


def _by_text(one: _Looked) -> tuple[int, float, int]:
    return one.text.place, -one.score, one.place


def _worst(some: Iterable[_Looked], signs: int) -> tuple[list[_Looked], list[_Looked]]:
    """The sentences with the highest scores, as many as have so many characters together, and the others."""
    ranked = list(some)
    if sum([len(one.sentence.text) + _EACH for one in ranked]) <= signs:
        return ranked, []
    ranked.sort(key=lambda one: (-one.score, one.text.place, one.place))
    for number, one in enumerate(ranked):
        signs -= len(one.sentence.text) + _EACH
        if signs < 0:
            return ranked[:number], ranked[number:]
    return ranked, []


def _glanced(text: _Text, by: Model) -> Iterator[_Looked]:
    """The sentences whose words one by one say enough for a closer look, with what they say; most texts have none."""
    least = (by.limits.glance - by.limits.constant) * sqrt(SHORT)
    if text.is_english and sum(map(by.rises.__getitem__, text.folded.split())) < least:
        return
    text.parts = list(sentences(text.folded))
    for place, part in enumerate(text.parts):
        if not text.is_english and len(part.text) < _SHORTEST:
            continue
        chunks = part.text.split()
        gain = sum(map(by.gains.__getitem__, set(chunks))) / max(1, sqrt(len(chunks) / SHORT))
        if not text.is_english or gain >= least:
            yield _Looked(gain, text, place)


def _of_words(one: _Looked, by: Model) -> float:
    """The score of a sentence's words, and of those of the sentences that tell what it is about."""
    get, text, tokens = by.weights.get, one.text, one.text.tokens(one.place)
    total = sum([get(feature, 0) for feature in features(tokens)])
    beside = of_neighbours([text.tokens(other) for other in neighbours(one.place, len(text.parts))])
    excused = max(-EXCUSE, sum([get(feature, 0) for feature in beside]))
    return total / sqrt(max(len(tokens), SHORT)) + excused + by.limits.constant


def _of_roles(one: _Looked, tongues: Sequence[Tongue], by: Model) -> int:
    roles = names_of(played(one.sentence, one.text.folded, tongues))
    numbers = [by.roles[name] for name in roles if name in by.roles]
    return sum([by.weights.get(feature, 0) for feature in of_roles(numbers)])


def _told(one: _Looked, by: Model) -> Telling | None:
    """What is told of a sentence; nothing, if half of what weighs most in it is only spoken of."""
    sentence, folded = one.sentence, one.text.folded
    named = sorted(_strongest(sentence, by), reverse=True)[:_NAMED] or [(1, sentence.start, "")]
    said = spoken_of = 0
    for gain, at, _ in named:
        how = mention(folded, at, at + 1)
        if how in ("quoted", "described", "example") or speaks_of_attacks(folded, at, at + 1):
            spoken_of += gain
        elif not how:
            said += gain
    total = sum(gain for gain, _, _ in named)
    if 2 * spoken_of >= total:
        return None
    tier: Tier = "hard" if one.score >= by.limits.hard and 2 * said >= total else "soft"
    words = tuple(word for _, _, word in sorted(named, key=lambda word: word[1]) if word)
    return Telling(one.text.pointer, sentence.text, tier, round(one.score), words)


def _strongest(sentence: Sentence, by: Model) -> list[tuple[int, int, str]]:
    """What each word of a sentence adds to its score, where it stands in the text, and the word; only what adds."""
    shares: dict[int, int] = {}
    for feature in features(sentence_tokens(sentence.text, by.tokens)):
        _, one, other = parts_of(feature)
        weight = by.weights.get(feature, 0)
        for form in {one, other} - {0}:
            shares[form] = shares.get(form, 0) + weight
    found, place = [], 0
    for chunk in sentence.text.split():
        place = sentence.text.index(chunk, place)
        gain = sum(shares.get(form, 0) for token in by.tokens(chunk) for form in token)
        if gain > 0:
            found.append((gain, sentence.start + place, chunk.strip(".,;:!?()[]\"'`")))
        place += len(chunk)
    return found
