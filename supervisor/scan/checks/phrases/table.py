"""What a language brings to the grammar: its words, in classes that mean the same in every language."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from supervisor.scan.words import Tier


def texts(alternatives: str) -> tuple[str, ...]:
    """Plain texts, written in one with bars between them."""
    return tuple(alternatives.split("|"))


class Lead(Struct, frozen=True):
    """How a verb that has no form of its own for it is seen to be a command: by the words before it."""

    bars: frozenset[str]
    """A verb right after one of them is no command."""
    before_to: frozenset[str]
    """After “to” it is one if one of these stands before that."""
    adverbs: frozenset[str]
    """Passed over on the way back."""
    words: frozenset[str] = frozenset()
    """If there are any, only after one of them is it a command: where a command looks like the third person."""
    endings: tuple[str, ...] = ()
    """The same for words that end so: infinitives."""


class Idiom(Struct, frozen=True):
    """A phrase that is one as it stands, where joining classes of words would say too little or too much."""

    rule: str
    tier: Tier
    anchors: tuple[tuple[str, ...], ...]
    """Folded texts; without one of each the pattern cannot match."""
    pattern: str
    """Regex on folded text, linear, bounded gaps only. A group `v` is where the phrase itself begins."""


class Table(Struct, frozen=True, kw_only=True):
    """One language."""

    language: str
    """Two letters (ISO 639-1)."""
    marks: frozenset[str] = frozenset()
    """Words so common that hardly a sentence is without one; a text that has none is not in this language. Empty if
    the script tells, or if it is always to be tried."""
    script: str = ""
    """Regex of a letter of its script; empty for Latin."""
    anchors: Mapping[str, tuple[str, ...]] = {}
    """Class to folded texts: without one of them the class cannot match. What makes a look cheap."""
    lead: Lead | None = None
    """None where the verbs are commands by their form."""
    classes: Mapping[str, str]
    """Class to regex on folded text (an alternation). The classes that a language lacks take no part in its rules."""
    idioms: tuple[Idiom, ...] = ()
