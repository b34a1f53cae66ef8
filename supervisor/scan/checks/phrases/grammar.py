"""Finds injections in a folded text: the rules, run with the words of the languages that the text may be in.

A look at a text that holds none is cheap: a rule is dropped for a definition, a unit and a sentence that lacks a
literal which one of its classes needs (lazy.py), or all the anchors that a table gives for one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache

from msgspec import Struct

from supervisor.scan.checks.phrases.languages import TABLES
from supervisor.scan.checks.phrases.rules import RULES, Rule
from supervisor.scan.checks.phrases.table import Lead, Table
from supervisor.scan.text.held import Held
from supervisor.scan.text.lazy import PROSE, Lazies, lazy
from supervisor.scan.text.needs import needs_of, plain_group
from supervisor.scan.text.sentences import Sentence, sentences
from supervisor.scan.words import Tier

_SHORTEST = 6
"""Characters of the shortest phrase, which is Chinese."""
_SPANS_TAKEN = 24
"""How many words of a rule's first class are tried in one sentence."""
_CLOSE = 40
"""A reach up to this many characters does not go beyond a semicolon."""
_MARKS_NEEDED = 2
"""Of the words that a language is known by; one alone may be a name."""
_LONGEST_PART = 60
"""Characters that a part may have beyond the reach in which it begins."""
_MARKS = frozenset().union(*(table.marks for table in TABLES))
_SCRIPTS = tuple(lazy(table.script) if table.script else None for table in TABLES)
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


class Gate(Struct, frozen=True):
    """A rule or an idiom of one language, with what a text must hold for it to be worth a try."""

    rule: str
    tier: Tier
    mask: int
    """One bit for each group of literals of which the text must hold one."""
    parts: tuple[Part, ...]
    reach: int
    spans: int


class Language(Struct, frozen=True):
    """A table, compiled."""

    gates: tuple[Gate, ...]
    made: Lazies
    """Its expressions."""
    held: Held
    """What texts hold of all that they need."""


class Live(Struct, frozen=True):
    """The rules of one language that may hold somewhere in a text, and so in a part of it."""

    gates: tuple[Gate, ...]
    held: Held


def compiled(table: Table, made: Lazies) -> Language:
    """Compile a table. Rules that need a class which the table lacks are left out."""
    classes = {name: made(pattern) for name, pattern in table.classes.items()}
    idioms = [(made(idiom.pattern), idiom) for idiom in table.idioms]
    rules = [(rule, _classes_of(rule)) for rule in RULES if classes.keys() >= set(_classes_of(rule))]
    anchors = {name: (plain_group(group),) for name, group in table.anchors.items()}
    wanted = [(*map(plain_group, idiom.anchors), *needs_of(idiom.pattern)) for idiom in table.idioms]
    wanted += [
        tuple(group for name in names for group in (*anchors.get(name, ()), *needs_of(table.classes[name])))
        for _, names in rules
    ]
    held, found = made.asked_for_each(wanted)
    masks = iter(found)
    gates = [
        Gate(idiom.rule, idiom.tier, next(masks), (Part(pattern, None),), reach=0, spans=1) for pattern, idiom in idioms
    ]
    gates += [
        Gate(rule.name, rule.tier, next(masks), _parts(rule, table.lead, classes), rule.reach, rule.spans)
        for rule, _ in rules
    ]
    return Language(tuple(gates), made, held)


def _classes_of(rule: Rule) -> list[str]:
    return [part.rstrip("!") for part in rule.parts]


def _parts(rule: Rule, lead: Lead | None, classes: dict[str, re.Pattern[str]]) -> tuple[Part, ...]:
    return tuple(Part(classes[part.rstrip("!")], lead if part.endswith("!") else None) for part in rule.parts)


@cache
def language(place: int) -> Language:
    """One of the languages of `TABLES`, compiled when it is first needed."""
    return compiled(TABLES[place], Lazies() if place else PROSE)  # nearly all texts are asked for English


def expressions() -> list[tuple[str, int]]:
    """The text and flags of the expressions of all languages; for the table of what they need."""
    return [key for place in range(len(TABLES)) for key in language(place).made.made()]


def live_in(haystack: str) -> list[Live]:
    """What may hold somewhere in a folded text: of the languages it may be in, the rules whose literals it has."""
    is_ascii = haystack.isascii()
    marks_needed = _MARKS_NEEDED if is_ascii or not _ACCENTED.search(haystack) else 1
    marks = _MARKS.intersection(haystack.split())
    found = []
    for place, (table, script) in enumerate(zip(TABLES, _SCRIPTS, strict=True)):
        if script:
            if is_ascii or not script.search(haystack):
                continue
        elif table.marks and len(table.marks & marks) < marks_needed:
            continue
        one = language(place)
        found.append(Live(one.gates, one.held))
    return found


def opened(gates: Sequence[Gate], held: int) -> list[Gate]:
    """The rules that may hold in a text that holds this."""
    return [gate for gate in gates if gate.mask & held == gate.mask]


def phrases(folded: str, live: Sequence[Live] | None = None) -> Iterator[Phrase]:
    """All phrases of a folded text, sentence by sentence; of each kind of rule one a sentence.

    `live` is what may hold in it, if that is known already for a text of which this is a part.
    """
    if len(folded) < _SHORTEST or (" " not in folded and folded.isascii()):
        return
    for one in live_in(folded) if live is None else live:
        gates = opened(one.gates, one.held.of(folded))
        if gates:
            yield from _in_language(folded, gates, one.held)


def _in_language(folded: str, gates: Sequence[Gate], held: Held) -> Iterator[Phrase]:
    before: Sentence | None = None
    for sentence in sentences(folded):
        low = before.start if before is not None else sentence.start
        before = sentence
        wide = folded[low : sentence.end]
        near = opened(gates, held.of(wide))
        if not near:
            continue
        within = held.of(sentence.text)
        seen: set[str] = set()
        for gate in near:
            if gate.rule in seen or (gate.spans == 1 and gate.mask & within != gate.mask):
                continue
            phrase = _held(gate, wide, low) if gate.spans > 1 else _held(gate, sentence.text, sentence.start)
            if phrase is not None:
                seen.add(gate.rule)
                yield phrase


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
