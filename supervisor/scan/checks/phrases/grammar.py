"""Finds injections in a folded text: the rules, run with the words of the languages that the text may be in.

A look at a text that holds none is cheap: a rule is dropped for a definition, a unit and a sentence that lacks a
literal which one of its classes needs (lazy.py), or all the anchors that a table gives for one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, partial

from msgspec import Struct

from supervisor.scan.checks.phrases.languages import TABLES, Marked
from supervisor.scan.checks.phrases.rules import RULES, Rule
from supervisor.scan.checks.phrases.table import Lead, Table
from supervisor.scan.text.gates import Gates
from supervisor.scan.text.lazy import PROSE, Lazies, lazy
from supervisor.scan.text.needs import Group, needs_of, plain_group
from supervisor.scan.text.sentences import sentences
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
_MARKED = Marked({place: table.marks for place, table in enumerate(TABLES) if not table.script})
_SCRIPTS = tuple((place, lazy(table.script)) for place, table in enumerate(TABLES) if table.script)
_ALWAYS = tuple(place for place, table in enumerate(TABLES) if not table.script and not table.marks)
_ACCENTED = lazy("[ß-öø-žẠ-ỹ]")
"""A text with such a letter is hardly English: one word is enough to guess its language."""
_LAST_WORD = lazy(r"\w+$")
_ABLE = lazy(r"\b(?:can|could|may|might|able to|allowed to)(?: \w+){1,2}$")
"""“It can read from or”: what somebody is able to do is no command."""
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
    asked: Gates[Gate, tuple[Gate, ...]]
    """Who tells which of its rules may hold in a text."""


Live = Language
"""One whose rules may hold somewhere in a text, and so in a part of it."""


class Made(Struct, frozen=True):
    """The expressions of a table, none of which was compiled yet."""

    table: Table
    among: Lazies
    classes: Mapping[str, re.Pattern[str]]
    idioms: tuple[re.Pattern[str], ...]


def made_of(table: Table, among: Lazies) -> Made:
    """Make the expressions of a table."""
    classes = {name: among(pattern) for name, pattern in table.classes.items()}
    return Made(table, among, classes, tuple(among(idiom.pattern) for idiom in table.idioms))


def compiled(made: Made) -> Language:
    """Find out what rules need. Rules that need a class which the table lacks are left out."""
    table = made.table
    rules = [(rule, _classes_of(rule)) for rule in RULES if made.classes.keys() >= set(_classes_of(rule))]
    anchors = {name: (plain_group(group),) for name, group in table.anchors.items()}
    wanted = [(*map(plain_group, idiom.anchors), *needs_of(idiom.pattern)) for idiom in table.idioms]
    wanted += [
        tuple(group for name in names for group in (*anchors.get(name, ()), *needs_of(table.classes[name])))
        for _, names in rules
    ]
    masks = iter(made.among.asked_for_each(wanted))
    gates = [
        Gate(idiom.rule, idiom.tier, next(masks), (Part(pattern, None),), reach=0, spans=1)
        for pattern, idiom in zip(made.idioms, table.idioms, strict=True)
    ]
    gates += [
        Gate(rule.name, rule.tier, next(masks), _parts(rule, table.lead, made.classes), rule.reach, rule.spans)
        for rule, _ in rules
    ]
    return Language(tuple(gates), made.among, Gates(made.among, [(gate.mask, gate) for gate in gates], tuple))


def _anchors(table: Table) -> list[Group]:
    return [*map(plain_group, table.anchors.values()), *(plain_group(one) for i in table.idioms for one in i.anchors)]


_ENGLISH = made_of(TABLES[0], PROSE)
"""Nearly all texts are asked for English: for it and all else at once."""
PROSE.besides(partial(_anchors, TABLES[0]))


def _classes_of(rule: Rule) -> list[str]:
    return [part.rstrip("!") for part in rule.parts]


def _parts(rule: Rule, lead: Lead | None, classes: Mapping[str, re.Pattern[str]]) -> tuple[Part, ...]:
    return tuple(Part(classes[part.rstrip("!")], lead if part.endswith("!") else None) for part in rule.parts)


@cache
def _foreign() -> tuple[Made, ...]:
    """All other languages: what says something in one is likely to be asked for its neighbours."""
    among = Lazies()
    for table in TABLES[1:]:
        among.besides(partial(_anchors, table))
    return tuple(made_of(table, among) for table in TABLES[1:])


@cache
def language(place: int) -> Language:
    """One of the languages of `TABLES`, made ready when it is first needed."""
    return compiled(_foreign()[place - 1] if place else _ENGLISH)


def expressions() -> list[tuple[str, int]]:
    """The text and flags of the expressions of all languages; for the table of what they need."""
    return [key for place in range(len(TABLES)) for key in language(place).made.made()]


def live_in(haystack: str) -> list[Live]:
    """What may hold somewhere in a folded text: the languages that it may be in."""
    is_ascii = haystack.isascii()
    needed = _MARKS_NEEDED if is_ascii or not _ACCENTED.search(haystack) else 1
    told = _MARKED.told(haystack.split(), needed)
    scripts = [] if is_ascii else [place for place, script in _SCRIPTS if script.search(haystack)]
    return [language(place) for place in sorted((*_ALWAYS, *told, *scripts))]


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
        gates = one.asked.of(folded)
        if gates:
            yield from _in_language(folded, gates, one.asked)


def _in_language(folded: str, gates: Sequence[Gate], asked: Gates[Gate, tuple[Gate, ...]]) -> Iterator[Phrase]:
    low, last = -1, 0
    for sentence in sentences(folded):
        start, low = low if low >= 0 else sentence.start, sentence.start
        wide = folded[start : sentence.end]
        within = asked.held(sentence.text)
        is_apart = folded[low - 1 : low].isspace() or start == low
        near = opened(gates, last | within if is_apart else asked.held(wide))
        last = within
        if not near:
            continue
        seen: set[str] = set()
        for gate in near:
            if gate.rule in seen or (gate.spans == 1 and gate.mask & within != gate.mask):
                continue
            phrase = _held(gate, wide, start) if gate.spans > 1 else _held(gate, sentence.text, sentence.start)
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
        if word[0] == "or" and _ABLE.search(left):
            return False
        if word[0] not in lead.adverbs:
            return _leads(word[0], lead)
    return False
