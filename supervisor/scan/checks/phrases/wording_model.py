"""The weights that were learned of wordings, as the rule (wording.py) uses them: by the numbers of features."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import NamedTuple

from msgspec import Struct

from supervisor.scan.checks.phrases.wording_features import (
    BITS,
    CHUNK_REMEMBERED,
    REMEMBERED,
    SINGLE,
    Token,
    forms,
    key_of,
    remembering,
)

_MUCH = 10**6
"""More than any word's weight."""


class Limits(NamedTuple):
    """Scores from which something follows."""

    constant: int
    """The score of a sentence of which nothing is known."""
    glance: int
    """Of its words one by one: below it, how they stand together is not looked at."""
    cut: int
    """Of all that its words say: below it, roles are not looked for."""
    soft: int
    hard: int


class Gains(dict[str, int]):
    """What the words between two blanks add to a score by themselves; looked up once, remembered, bounded."""

    def __init__(self, tokens: Callable[[str], Sequence[Token]], weights: Mapping[int, int], least: int) -> None:
        self._tokens = tokens
        self._weights = weights
        self._least = least

    def __missing__(self, chunk: str) -> int:
        get = self._weights.get
        gain = max(sum([get(form, 0) for token in self._tokens(chunk) for form in token]), self._least)
        if len(chunk) <= CHUNK_REMEMBERED:
            if len(self) >= REMEMBERED:
                self.clear()
            self[chunk] = gain
        return gain


class Model(Struct, frozen=True):
    """The weights, by the numbers of features."""

    tokens: Callable[[str], Sequence[Token]]
    """The tokens of what stands between two blanks, remembered."""
    gains: Gains
    rises: Gains
    """The gains of those that add something."""
    roles: Mapping[str, int]
    """The number of each role's form."""
    weights: Mapping[int, int]
    limits: Limits


@cache
def model() -> Model:
    """The model that was learned; read when there is prose to judge."""
    from supervisor.scan.checks.phrases import wording_weights as learned

    return read(learned.WEIGHTS, Limits(*learned.LIMITS))


def read(written: Mapping[str, str], limits: Limits) -> Model:
    """A model as it is written down: of each kind of feature, one or two forms and a weight, again and again."""
    rows: dict[str, tuple[list[str], list[str], list[str]]] = {}
    for kind, text in written.items():
        parts = text.split()
        rows[kind] = (parts[0::2], [], parts[1::2]) if kind in SINGLE else (parts[0::3], parts[1::3], parts[2::3])
    names = dict.fromkeys(name for ones, others, _ in rows.values() for name in (*ones, *others))
    known = {name: place for place, name in enumerate(names, 1)}
    weights: dict[int, int] = {}
    for kind, (ones, others, values) in rows.items():
        first, second = key_of(kind, 0), [known[name] for name in others] or [0] * len(ones)
        shift = 0 if kind == "word" else BITS
        pairs = zip(ones, second, values, strict=True)
        weights.update({first | known[one] << shift | other: int(value) for one, other, value in pairs})
    get = known.get

    def number(chunk: str) -> tuple[Token, ...]:
        return tuple([(get(stem, 0), get(sort, 0)) for stem, sort in forms(chunk)])

    tokens = remembering(number)
    roles = {name[1:]: place for name, place in known.items() if name[0] == "@"}
    return Model(tokens, Gains(tokens, weights, -_MUCH), Gains(tokens, weights, 0), roles, weights, limits)
