"""What the expressions of the checks need of a text, as it was worked out before (needs_table.py)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import cache

from supervisor.scan.text.marked import MARK, marked
from supervisor.scan.text.needs_table import GROUPS, NEEDS

Group = frozenset[str]
"""Literals of which one must stand in a text, as `marked` writes them."""

_EVERYWHERE = frozenset(
    ("the", "this", "that", "not", "you", "user", "for", "from", "has", "have", "must", "should", "to")
)
"""Words that tell little: most texts have some."""


def needs_of(pattern: str, flags: int = 0) -> tuple[Group, ...]:
    """The groups of an expression; empty if it needs nothing, or was changed since the table was made."""
    return tuple(_group(place) for place in _places().get(digest(pattern, flags), ()))


@cache
def plain_group(texts: tuple[str, ...]) -> Group:
    """The group that follows where one of some folded texts must stand: of each its most telling word."""
    return frozenset(max(_words(text), key=tells) for text in texts)


def tells(literal: str) -> tuple[bool, int]:
    """How much a literal tells: the greater, the more."""
    return literal.strip(MARK) not in _EVERYWHERE, len(literal)


def _words(text: str) -> Iterator[str]:
    """Its words, without the marks at its ends: they hold only where it has a blank there."""
    words = text.split(" ")
    for at, word in enumerate(words):
        plain = marked(word)
        cut = plain.removeprefix(MARK * (at == 0)).removesuffix(MARK * (at == len(words) - 1))
        if cut:
            yield cut


def digest(pattern: str, flags: int = 0) -> str:
    """By what an expression is found in the table: another one is not found."""
    written = f"{int(flags)} {pattern}".encode("utf-8", "surrogatepass")
    return hashlib.blake2b(written, digest_size=6).hexdigest()


@cache
def _places() -> dict[str, tuple[int, ...]]:
    rows = (line.split() for line in NEEDS.split("\n") if line)
    return {name: tuple(map(int, places)) for name, *places in rows}


@cache
def _lines() -> list[str]:
    return GROUPS.strip("\n").split("\n")


@cache
def _group(place: int) -> Group:
    return frozenset(_lines()[place].split(" "))
