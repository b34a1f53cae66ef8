"""Finds injections in a folded text: the rules, run with the words of the languages that the text may be in.

A look at a text that holds none is cheap: of a rule's classes those that are rare have anchors, plain substrings, and a
rule is dropped for a definition, a unit and a sentence whose text lacks them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache

from msgspec import Struct

from supervisor.scan.checks.phrases.languages import TABLES
from supervisor.scan.checks.phrases.rules import RULES, Rule
from supervisor.scan.checks.phrases.table import Lead, Table
from supervisor.scan.text.lazy import lazy
from supervisor.scan.text.sentences import Sentence, sentences
from supervisor.scan.words import Tier

_SHORTEST = 6
"""Characters of the shortest phrase, which is Chinese."""
_WORD_REMEMBERED = 40
"""Characters of a word that is worth remembering; longer ones come once."""
_BEGINNING = 3
"""Characters by which the anchors of a word are looked up."""
_SPANS_TAKEN = 24
"""How many words of a rule's first class are tried in one sentence."""
_CLOSE = 40
"""A reach up to this many characters does not go beyond a semicolon."""
_EVERYWHERE = frozenset(("the", "this", "that", "not", "you", "user", "for", "from", "has", "have", "must", "should"))
"""Words that tell nothing of an anchor that has others."""
_MARKS_NEEDED = 2
"""Of the words that a language is known by; one alone may be a name."""
_LONGEST_PART = 60
"""Characters that a part may have beyond the reach in which it begins."""
_EVERYWHERE = frozenset({"destination", "sideways", "handover", "data", "whole", "access", "transfer", "send"})
"""Classes that nearly every text has; the first of them is also the slowest to look for."""
_ACCENTED = lazy("[ß-öø-žẠ-ỹ]")
"""A text with such a letter is hardly English: one word is enough to guess its language."""
_LAST_WORD = lazy(r"\w+$")
_CLAUSE_ENDS = frozenset(".!?:;,([{]})>*\"'`|–—/\n=")


class Phrase(Struct, frozen=True):
    """One find, before it is asked whether the text merely mentions it."""

    rule: str
    tier: Tier
    start: int
    """Where its first word begins in the folded text."""
    head: int
    """Where its first word ends."""
    end: int


class Part(Struct, frozen=True):
    """A class of words of a rule, compiled."""

    pattern: re.Pattern[str]
    lead: Lead | None
    """Given if it has to be a command and words before it tell."""
    is_selective: bool = True
    """Most texts do not have it: it is worth asking for in a whole text."""


class Gate(Struct, frozen=True):
    """A rule or an idiom of one language, with what a text must hold for it to be worth a try."""

    rule: str
    tier: Tier
    mask: int
    """One bit for each group of anchors of which the text must hold one."""
    parts: tuple[Part, ...]
    rarest_first: tuple[Part, ...]
    """The parts in the order in which it is best asked whether a text has them: those with anchors are rare."""
    reach: int
    spans: int


class Held(Struct, frozen=True):
    """What follows for the gates' masks from one word of a text."""

    bits: int = 0
    """The groups of which it holds an anchor."""
    loose: tuple[tuple[str, int], ...] = ()
    """Anchors of several words, of which it may be one, and their groups: whether they stand there is to be seen."""


class Language(Struct, frozen=True):
    """A table, compiled."""

    place: int
    """Among all languages."""
    marks: frozenset[str]
    script: re.Pattern[str] | None
    anchors: dict[str, Held]
    """Of each anchor the word that tells most, with what follows where it stands."""
    beginnings: dict[str, tuple[str, ...]]
    """These words by their first characters, which are three; shorter ones stand below the empty text."""
    gates: tuple[Gate, ...]


class Live(Struct, frozen=True):
    """The rules of one language that may hold somewhere in a text, and so in a part of it."""

    place: int
    gates: tuple[Gate, ...]
    bits: dict[str, Held]
    """The words of the whole text that hold an anchor, with what follows of it."""


def compiled(table: Table, place: int) -> Language:
    """Compile a table. Rules that need a class which the table lacks are left out."""
    classes = {name: lazy(pattern) for name, pattern in table.classes.items()}
    groups: dict[tuple[str, ...], int] = {}
    gates: list[Gate] = []
    for idiom in table.idioms:
        part = Part(lazy(idiom.pattern), None)
        wanted = idiom.anchors
        gates.append(Gate(idiom.rule, idiom.tier, _mask(wanted, groups), (part,), (part,), 0, 1))
    for rule in RULES:
        names = [part.rstrip("!") for part in rule.parts]
        if all(name in classes for name in names):
            wanted = tuple(table.anchors[name] for name in names if name in table.anchors)
            parts = _parts(rule, table.lead, classes)
            rarest = tuple(
                part for _, part in sorted(zip(names, parts, strict=True), key=lambda one: one[0] not in table.anchors)
            )
            gates.append(Gate(rule.name, rule.tier, _mask(wanted, groups), parts, rarest, rule.reach, rule.spans))
    script = lazy(table.script) if table.script else None
    anchors = _held_by_word(groups)
    return Language(place, table.marks, script, anchors, _beginnings(anchors), tuple(gates))


def _mask(wanted: Sequence[tuple[str, ...]], groups: dict[tuple[str, ...], int]) -> int:
    mask = 0
    for anchors in wanted:
        mask |= 1 << groups.setdefault(anchors, len(groups))
    return mask


def _held_by_word(groups: dict[tuple[str, ...], int]) -> dict[str, Held]:
    found: dict[str, Held] = {}
    for anchors, place in groups.items():
        for anchor in anchors:
            word = max(anchor.split(), key=lambda one: (one not in _EVERYWHERE, len(one)))
            before = found.get(word, Held())
            if word == anchor:
                found[word] = Held(before.bits | 1 << place, before.loose)
            else:
                found[word] = Held(before.bits, (*before.loose, (anchor, 1 << place)))
    return found


def _beginnings(anchors: Iterable[str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for anchor in anchors:
        key = anchor[:_BEGINNING] if len(anchor) >= _BEGINNING else ""
        found[key] = (*found.get(key, ()), anchor)
    return found


def _parts(rule: Rule, lead: Lead | None, classes: dict[str, re.Pattern[str]]) -> tuple[Part, ...]:
    return tuple(
        Part(classes[name], lead if part.endswith("!") else None, name not in _EVERYWHERE)
        for part, name in ((part, part.rstrip("!")) for part in rule.parts)
    )


_NOTHING = Held()


@cache
def _languages() -> tuple[Language, ...]:
    """All languages, compiled when they are first needed."""
    return tuple(compiled(table, place) for place, table in enumerate(TABLES))


def live_in(haystack: str) -> list[Live]:
    """What may hold somewhere in a folded text: of the languages it may be in, the rules whose anchors it has."""
    is_ascii = haystack.isascii()
    marks_needed = _MARKS_NEEDED if is_ascii or not _ACCENTED.search(haystack) else 1
    words = set(haystack.split())
    found = []
    for one in _languages():
        if one.script:
            if is_ascii or not one.script.search(haystack):
                continue
        elif one.marks and len(one.marks & words) < marks_needed:
            continue
        bits = {word: held for word in words if (held := _bits(one.place, word)) is not _NOTHING}
        gates = _opened(one.gates, bits.values(), haystack)
        if gates:
            found.append(Live(one.place, tuple(gates), bits))
    return found


def open_gates(live: Live, text: str) -> list[Gate]:
    """The rules that may hold in a part of the text that `live` was made for."""
    words = set(text.split())
    if text.isascii():
        held = [live.bits[word] for word in live.bits.keys() & words]
    else:  # a sentence may end within what has no blanks
        held = [live.bits.get(word) or _bits(live.place, word) for word in words]
    return _opened(live.gates, held, text)


def _opened(gates: Sequence[Gate], words: Iterable[Held], text: str) -> list[Gate]:
    held = 0
    loose: list[tuple[str, int]] = []
    for one in words:
        held |= one.bits
        loose += one.loose
    for anchor, bit in loose:
        if not held & bit and anchor in text:
            held |= bit
    return [gate for gate in gates if gate.mask & held == gate.mask] if held else []


def _bits(place: int, word: str) -> Held:
    """What follows from this word."""
    if len(word) <= _WORD_REMEMBERED:
        return _bits_of_short(place, word)
    anchors = _languages()[place].anchors
    return _joined([held for anchor, held in anchors.items() if anchor in word])


@lru_cache(maxsize=32768)
def _bits_of_short(place: int, word: str) -> Held:
    """The same for a word that has fewer parts than there are anchors. Remembered: texts are made of few words."""
    one = _languages()[place]
    near = list(one.beginnings.get("", ()))
    for start in range(len(word) - _BEGINNING + 1):
        near += one.beginnings.get(word[start : start + _BEGINNING], ())
    return _joined([one.anchors[anchor] for anchor in near if anchor in word])


def _joined(parts: Sequence[Held]) -> Held:
    bits = 0
    loose: tuple[tuple[str, int], ...] = ()
    for one in parts:
        bits |= one.bits
        loose += one.loose
    return Held(bits, loose) if bits or loose else _NOTHING


def phrases(folded: str, live: Sequence[Live] | None = None) -> Iterator[Phrase]:
    """All phrases of a folded text, sentence by sentence; of each kind of rule one a sentence.

    `live` is what may hold in it, if that is known already for a text of which this is a part.
    """
    if len(folded) < _SHORTEST or (" " not in folded and folded.isascii()):
        return
    for one in live_in(folded) if live is None else live:
        known: dict[int, bool] = {}
        gates = [gate for gate in open_gates(one, folded) if _has_parts(gate, folded, known)]
        if gates:
            yield from _in_language(folded, Live(one.place, tuple(gates), one.bits))


def _in_language(folded: str, live: Live) -> Iterator[Phrase]:
    before: Sentence | None = None
    for sentence in sentences(folded):
        low = before.start if before is not None else sentence.start
        wide = folded[low : sentence.end]
        seen: set[str] = set()
        for gate in open_gates(live, wide):
            if gate.rule in seen:
                continue
            phrase = _held(gate, wide, low) if gate.spans > 1 else _held(gate, sentence.text, sentence.start)
            if phrase is not None:
                seen.add(gate.rule)
                yield phrase
        before = sentence


def _has_parts(gate: Gate, text: str, known: dict[int, bool]) -> bool:
    for part in (*gate.parts[1:-1], gate.parts[-1], gate.parts[0]):  # what is spoken of is rarer than verbs and places
        if not part.is_selective:
            continue
        key = id(part.pattern)
        holds = known.get(key)
        if holds is None:
            holds = known[key] = part.pattern.search(text) is not None
        if not holds:
            return False
    return True


def _held(gate: Gate, text: str, offset: int) -> Phrase | None:
    """The first place in a text where all parts of a rule stand near each other."""
    rest = [part.pattern for part in gate.parts[1:]]
    if not all(pattern.search(text) for pattern in rest):
        return None
    first = gate.parts[0]
    for count, found in enumerate(first.pattern.finditer(text)):
        if count >= _SPANS_TAKEN:
            break
        if first.lead is not None and not is_commanded(text, found.start(), first.lead):
            continue
        if _is_quoted_alone(text, found.start(), found.end()):
            continue
        start = found.start("v") if "v" in first.pattern.groupindex else found.start()
        end = _near(rest, text, start, found.end(), gate.reach)
        if end:
            return Phrase(gate.rule, gate.tier, offset + start, offset + found.end(), offset + end)
    return None


def _near(rest: list[re.Pattern[str]], text: str, start: int, head: int, reach: int) -> int:
    """Where the phrase ends whose first word stands from `start` to `head`; 0 if a part is not near."""
    low, high = start, head
    is_near = reach <= _CLOSE
    for pattern in rest:
        found = pattern.search(text, head, min(len(text), high + reach + _LONGEST_PART))
        if found is None or found.start() > high + reach:
            found = pattern.search(text, max(0, low - reach), start)
        if found is None or (is_near and ";" in text[min(found.start(), head) : max(found.start(), start)]):
            return 0
        low, high = min(low, found.start()), max(high, found.end())
    return high


def _leads(word: str, lead: Lead) -> bool:
    if lead.words:
        return word in lead.words or word.endswith(lead.endings)
    return word not in lead.bars


def _is_quoted_alone(text: str, start: int, end: int) -> bool:
    """A single word in quotation marks is a name."""
    return start > 0 and end < len(text) and text[start - 1] == text[end] and text[end] in "\"'`"


def is_commanded(text: str, start: int, lead: Lead) -> bool:
    """Tell whether the verb at `start` may be a command, by what stands before it.

    It is none after “to” (a purpose, unless a duty stands before that) and after words that make a noun of it, or give
    it a subject; after the end of a clause and all else it may be one. Being wrong here costs little: the rule's other
    words must stand near.
    """
    left = text[max(0, start - 80) : start].rstrip()
    for _ in range(4):
        if not left or left[-1] in _CLAUSE_ENDS or left.endswith(" -"):
            return True
        word = _LAST_WORD.search(left)
        if word is None:
            return left[-1] not in "-'"
        left = left[: word.start()].rstrip()
        if word[0] == "to":
            before = _LAST_WORD.search(left)
            return before is not None and before[0] in lead.before_to
        if word[0] not in lead.adverbs:
            return _leads(word[0], lead)
    return False
