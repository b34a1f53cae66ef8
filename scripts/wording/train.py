"""Trains the weights of the wording rule: logistic regression over the worst sentence of each text.

A malicious text says what it wants in one of its sentences, and nobody has marked which; so in each round its most
suspicious sentence counts as malicious, and of a benign text the most suspicious ones as benign. Steps shrink with what
a weight has seen (as in AdaGrad), and weights are pulled to zero. Texts come in an order that is drawn once, by a
fixed seed, and sums do not depend on the version of Python: the same texts have the same weights wherever the C library
reckons alike.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from math import exp, fsum, sqrt
from typing import NamedTuple

from scripts.wording.texts import Labelled
from supervisor.scan.checks.phrases.roles import spoken
from supervisor.scan.checks.phrases.roles_read import names_of, played
from supervisor.scan.checks.phrases.roles_table import tongue
from supervisor.scan.checks.phrases.wording import EXCUSE, SHORT
from supervisor.scan.checks.phrases.wording_features import (
    Token,
    features,
    forms,
    neighbours,
    of_neighbours,
    of_roles,
    remembering,
    sentence_tokens,
)
from supervisor.scan.text.fold import fold
from supervisor.scan.text.items import items_of
from supervisor.scan.text.sentences import sentences

_ROUNDS = 5
_STEP = 0.3
_PULL = 0.01
"""How much of a weight is taken back with each step."""
WORD_VALUE, ROLE_VALUE, BESIDE_VALUE = 3.0, 0.9, 0.6
"""What a feature counts: of a word over the root of the sentence's length, of a role and of what is beside it as is."""
_BENIGN_SENTENCES = 2
"""Sentences of a benign text that count in each round, the worst ones."""
_SEEN = 2
"""Texts that must have a feature for it to be learned."""
_CERTAIN = 1e-3
_SEED = 7


class Features(NamedTuple):
    """What is read of one sentence."""

    words: tuple[int, ...]
    roles: tuple[int, ...]
    beside: tuple[int, ...]
    value: float
    """What each feature of its words counts."""


class Reader:
    """Reads texts into the numbers of their features."""

    def __init__(self) -> None:
        self.names: dict[str, int] = {}
        """The number of each form."""
        self.places: dict[int, int] = {}
        """The place of each feature in the list of weights."""
        self._number = remembering(self._tokens)

    def _form(self, name: str) -> int:
        return self.names.setdefault(name, len(self.names) + 1)

    def _tokens(self, chunk: str) -> Sequence[Token]:
        return tuple((self._form(stem), self._form(sort) if sort else 0) for stem, sort in forms(chunk))

    def _places(self, found: set[int]) -> tuple[int, ...]:
        return tuple(self.places.setdefault(one, len(self.places)) for one in sorted(found))

    def read(self, labelled: Labelled) -> list[Features]:
        """The sentences of a definition."""
        return [sentence for text in labelled.texts for sentence in self._sentences(fold(text))]

    def _sentences(self, text: str) -> list[Features]:
        tongues = [tongue(one) for one in spoken(items_of("server", {"instructions": text}))]
        parts = list(sentences(text))
        tokens = [sentence_tokens(part.text, self._number) for part in parts]
        found = []
        for place, part in enumerate(parts):
            roles = of_roles([self._form(f"@{name}") for name in names_of(played(part, text, tongues))])
            beside = of_neighbours([tokens[other] for other in neighbours(place, len(parts))])
            value = WORD_VALUE / sqrt(max(len(tokens[place]), SHORT))
            words = self._places(features(tokens[place]))
            found.append(Features(words, self._places(roles), self._places(beside), value))
        return found


class Learned(NamedTuple):
    """Weights by the places of features, and the constant."""

    weights: list[float]
    constant: float

    def score(self, sentence: Features) -> float:
        """How likely a sentence is an order against the user, in nats."""
        get = self.weights.__getitem__
        return (
            fsum(map(get, sentence.words)) * sentence.value
            + fsum(map(get, sentence.roles)) * ROLE_VALUE
            + max(-EXCUSE / 100, fsum(map(get, sentence.beside)) * BESIDE_VALUE)
            + self.constant
        )


class _Learner:
    """Weights while they are learned."""

    def __init__(self, size: int) -> None:
        self.learned = Learned([0.0] * size, 0.0)
        self._seen = [1.0] * size

    def learn(self, sentence: Features, *, is_malicious: bool, worth: float) -> None:
        """Move the weights by one sentence of which one knows what it is."""
        likely = 1 / (1 + exp(-max(-30.0, min(30.0, self.learned.score(sentence)))))
        step = (likely - is_malicious) * worth
        if abs(step) < _CERTAIN:
            return
        self.learned = self.learned._replace(constant=self.learned.constant - 0.02 * step)
        self._move(sentence.words, step * sentence.value)
        self._move(sentence.roles, step * ROLE_VALUE)
        self._move(sentence.beside, step * BESIDE_VALUE)

    def _move(self, places: Sequence[int], step: float) -> None:
        weights, seen = self.learned.weights, self._seen
        square = step * step
        for place in places:
            seen[place] += square
            weights[place] -= _STEP * (step + _PULL * weights[place]) / sqrt(seen[place])


def learned(texts: Sequence[tuple[Sequence[Features], bool]], size: int) -> Learned:
    """The weights that tell malicious texts from benign ones.

    Args:
        texts: the sentences of each, and whether it is malicious
        size: places that features have
    """
    known = _often(texts, size)
    kept = [([_kept(one, known) for one in some], is_malicious) for some, is_malicious in texts if some]
    malicious = sum(is_malicious for _, is_malicious in kept)
    worth = sqrt((len(kept) - malicious) / max(1, malicious))
    chance = random.Random(_SEED)
    learner = _Learner(size)
    for turn in range(_ROUNDS):
        chance.shuffle(kept)
        for some, is_malicious in kept:
            taken = _taken(some, learner.learned, is_malicious=is_malicious, is_first=not turn)
            for one in taken:
                learner.learn(
                    one, is_malicious=is_malicious, worth=(worth if is_malicious else 1.0) / (1 if turn else len(taken))
                )
    return learner.learned


def _taken(some: Sequence[Features], by: Learned, *, is_malicious: bool, is_first: bool) -> Sequence[Features]:
    """The sentences of a text that count: all, as long as nothing was learned, then the worst."""
    if is_first:
        return some if is_malicious else some[:4]
    return sorted(some, key=by.score, reverse=True)[: 1 if is_malicious else _BENIGN_SENTENCES]


def _often(texts: Sequence[tuple[Sequence[Features], bool]], size: int) -> list[bool]:
    counts = [0] * size
    for some, _ in texts:
        for place in {place for one in some for place in (*one.words, *one.roles, *one.beside)}:
            counts[place] += 1
    return [count >= _SEEN for count in counts]


def _kept(sentence: Features, known: Sequence[bool]) -> Features:
    """The sentence with those of its features that are learned."""
    words, roles, beside = (tuple(place for place in places if known[place]) for places in sentence[:3])
    return Features(words, roles, beside, sentence.value)
