"""Sentences of a folded text, and whether a sentence only mentions a phrase.

A tool that detects injections must be able to say what an injection looks like, and a tool that tells the model
"ignore your rules" must not pass because the word "detects" stands somewhere before it. So a phrase counts as mentioned
only within its own sentence: in quotation marks, as an example, negated, or as the object of a verb of looking for. A
word of command between that verb and the phrase ("…, then you must …") takes the excuse away.

All work is bounded: nothing further than `REACH` characters from the phrase is looked at.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, NamedTuple

from supervisor.scan.text.lazy import lazy
from supervisor.scan.text.mention_words import (
    ABBREVIATIONS,
    ATTACK,
    COMMANDED,
    DETECT,
    EXAMPLE_AFTER,
    EXAMPLE_BEFORE,
    NEGATED_BEFORE,
    QUOTES,
    REPORTED,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

REACH = 400
"""How many characters before and after a phrase are looked at: longer than nearly every sentence of a description."""
LONGEST = 1000
"""A sentence is cut at this many characters: a text without full stops must not become one endless sentence."""

_REMEMBERED = 4096
"""Characters of a text whose sentences are remembered: nearly every text."""

Mention = Literal["", "quoted", "example", "negated", "described"]
"""How a sentence speaks of a phrase; empty if it says it."""


class Sentence(NamedTuple):
    """One sentence and where it begins in the text."""

    start: int
    text: str

    @property
    def end(self) -> int:
        """Where it ends in the text, exclusive."""
        return self.start + len(self.text)


_END = lazy(
    r"[.!?…。！？｡।؟\n](?:(?<=[.!?…])[.!?…]{0,40}[\"'”’»)\]*_]{0,3}(?=\s|$)|(?<=[。！？｡।؟])[。！？｡।؟]*[」』”’）)]{0,2}|(?<=\n))"
)
"""It begins with a class of signs, so that the search for it skips all others quickly."""
_ABBREVIATED = frozenset(ABBREVIATIONS.split("|"))
_WORD = lazy(r"[\w.]+$")
_QUOTED = lazy(
    "|".join(f"{re.escape(a)}[^{re.escape(a + b)}\n]{{1,300}}{re.escape(b)}" for a, b in QUOTES)
    + r"|(?<!\w)'(?:[^'\n]|(?<=\w)'(?=\w)){1,300}'(?!\w)"
)
_EXAMPLE_BEFORE = lazy(rf"(?<![\w.@-])(?:{EXAMPLE_BEFORE})[^.;!?]{{0,80}}$")
_LABELLED = lazy(
    r"(?<!\w)(?:examples?|samples?|beispiele?|exemples?|ejemplos?|exemplos?|примеры?|示例"
    r"|例)\b[^.;!?:]{0,40}[:：]\s?$"
)
_EXAMPLE_AFTER = lazy(rf"^\W{{0,4}}(?:{EXAMPLE_AFTER})")
_NEGATED = lazy(rf"(?:(?<!\w)(?:{NEGATED_BEFORE}))(?:[\s,]+\w+){{0,3}}[\s,]*$")
_DETECT = lazy(rf"(?<![a-zß-žа-яё])(?:{DETECT})")
_ATTACK = lazy(rf"(?<![a-zß-žа-яё])(?:{ATTACK})")
_REPORTED = lazy(rf"(?<![a-zß-žа-яё])(?:{REPORTED})(?:\s|$)")
_COMMANDED = lazy(rf"(?:(?<!\w)(?:{COMMANDED})|;|—|–|>|\])(?:\s+\w+){{0,2}}[\s,:]*$")


def sentences(folded: str) -> Iterator[Sentence]:
    """Return the sentences of a folded text in order, without the blanks around them; none is longer than `LONGEST`."""
    return iter(_remembered(folded)) if len(folded) <= _REMEMBERED else _parted(folded)


@lru_cache(maxsize=256)
def _remembered(folded: str) -> tuple[Sentence, ...]:
    """The same, remembered: several checks ask for the sentences of each text of a definition, one after the other."""
    return tuple(_parted(folded))


def _parted(folded: str) -> Iterator[Sentence]:
    start = 0
    for found in _END.finditer(folded):
        end = found.end()
        if found[0] == "." and _is_abbreviation(folded, found.start()):
            continue
        yield from _cut(folded, start, end)
        start = end
    yield from _cut(folded, start, len(folded))


def sentence_around(text: str, start: int, end: int) -> Sentence:
    """Return the sentence of which `text[start:end]` is a part, as far as `REACH` on either side."""
    low, high = max(0, start - REACH), min(len(text), end + REACH)
    begin = low
    for found in _END.finditer(text, low, start):
        if found[0] != "." or not _is_abbreviation(text, found.start()):
            begin = found.end()
    stop = high
    for found in _END.finditer(text, end, high):
        if found[0] != "." or not _is_abbreviation(text, found.start()):
            stop = found.end()
            break
    return Sentence(begin, text[begin:stop])


def mention(text: str, start: int, end: int) -> Mention:
    """Tell in which way the sentence merely mentions `text[start:end]`; empty if it says it."""
    sentence = sentence_around(text, start, end)
    before, after = text[sentence.start : start], text[end : sentence.end]
    if is_quoted(text, start, end):
        return "quoted"
    if _COMMANDED.search(before[-80:]):
        return ""
    if _is_described(before):
        return "described"
    if _EXAMPLE_BEFORE.search(before) or _LABELLED.search(before) or _EXAMPLE_AFTER.search(after):
        return "example"
    return "negated" if _NEGATED.search(before[-60:]) else ""


def is_mentioned(text: str, start: int, end: int) -> bool:
    """Tell whether `text[start:end]` is quoted, an example, negated, or only described within its own sentence."""
    return mention(text, start, end) != ""


def speaks_of_attacks(text: str, start: int, end: int) -> bool:
    """Tell whether the sentence round `text[start:end]` says that attacks or phrases are looked for.

    It has to say so before, but for languages whose verbs come last: an order may boast of anything after it was given.
    """
    sentence = sentence_around(text, start, end)
    before = text[sentence.start : start]
    found = _DETECT.search(before)
    if found is not None:
        return _ATTACK.search(before, found.end()) is not None
    after = text[end : sentence.end]
    return not after.isascii() and _ATTACK.search(after) is not None and _DETECT.search(after) is not None


def is_quoted(text: str, start: int, end: int) -> bool:
    """Tell whether `text[start:end]` lies in quotation marks, unless nearly the whole text does."""
    low, high = max(0, start - REACH), min(len(text), end + REACH)
    for found in _QUOTED.finditer(text, low, high):
        if found.start() > start:
            return False
        if found.end() >= end:
            return found.end() - found.start() < 0.8 * len(text)
    return False


def _is_described(before: str) -> bool:
    looking = _DETECT.search(before)
    if looking is None:
        return False
    attack = _ATTACK.search(before, looking.end())
    return attack is not None and _REPORTED.search(before, looking.start()) is not None


def _is_abbreviation(text: str, dot: int) -> bool:
    word = _WORD.search(text, max(0, dot - 8), dot)
    return word is not None and word[0].lstrip(".") in _ABBREVIATED


def _cut(text: str, start: int, end: int) -> Iterator[Sentence]:
    while end - start > LONGEST:
        blank = text.rfind(" ", start + LONGEST // 2, start + LONGEST)
        stop = blank if blank > 0 else start + LONGEST
        yield Sentence(start, text[start:stop])
        start = stop
    piece = text[start:end]
    stripped = piece.strip()
    if stripped:
        yield Sentence(start + piece.index(stripped[0]), stripped)
