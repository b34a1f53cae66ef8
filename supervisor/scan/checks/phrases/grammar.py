"""Finds injections in a folded text: the rules, run with the words of the languages that the text may be in.

A look at a text that holds none is cheap: of a rule's classes those that are rare have anchors, plain substrings, and a
rule is dropped for a definition, a unit and a sentence whose text lacks them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache

from msgspec import Struct

from supervisor.scan.checks.phrases.languages import TABLES
from supervisor.scan.checks.phrases.rules import RULES, Rule
from supervisor.scan.checks.phrases.table import Lead, Table
from supervisor.scan.sentences import Sentence, sentences
from supervisor.scan.words import Tier

_SPANS_TAKEN = 24
"""How many words of a rule's first class are tried in one sentence."""
_LONGEST_PART = 60
"""Characters that a part may have beyond the reach in which it begins."""
_LAST_WORD = re.compile(r"\w+$")
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
    anchors: tuple[tuple[str, ...], ...]
    """One text of each of these."""
    parts: tuple[Part, ...]
    reach: int
    spans: int


def compiled(table: Table) -> tuple[Gate, ...]:
    """Compile a table. Rules that need a class which the table lacks are left out."""
    classes = {name: re.compile(pattern) for name, pattern in table.classes.items()}
    gates = [
        Gate(one.rule, one.tier, (one.anchors,) if one.anchors else (), (Part(re.compile(one.pattern), None),), 0, 1)
        for one in table.idioms
    ]
    rules = [rule for rule in RULES if all(part.rstrip("!") in classes for part in rule.parts)]
    return tuple(gates + [_gate(rule, table, classes) for rule in rules])


def _gate(rule: Rule, table: Table, classes: dict[str, re.Pattern[str]]) -> Gate:
    names = [part.rstrip("!") for part in rule.parts]
    parts = tuple(
        Part(classes[name], table.lead if part.endswith("!") else None)
        for name, part in zip(names, rule.parts, strict=True)
    )
    anchors = tuple(table.anchors[name] for name in names if name in table.anchors)
    return Gate(rule.name, rule.tier, anchors, parts, rule.reach, rule.spans)


class _Language(Struct, frozen=True):
    marks: frozenset[str]
    script: re.Pattern[str] | None
    gates: tuple[Gate, ...]


@cache
def _languages() -> tuple[_Language, ...]:
    """All languages, compiled when they are first needed."""
    return tuple(
        _Language(table.marks, re.compile(table.script) if table.script else None, compiled(table)) for table in TABLES
    )


def gates_for(haystack: str) -> list[Gate]:
    """The rules that may hold somewhere in a folded text: of the languages it may be in, those whose anchors it has."""
    is_ascii = haystack.isascii()
    words = set(haystack.split())
    gates: list[Gate] = []
    for one in _languages():
        if one.script:
            if is_ascii or not one.script.search(haystack):
                continue
        elif one.marks and one.marks.isdisjoint(words):
            continue
        gates += one.gates
    return open_gates(gates, haystack)


def open_gates(gates: Sequence[Gate], text: str) -> list[Gate]:
    """Those of some rules whose anchors stand in the text."""
    known: dict[int, bool] = {}
    opened: list[Gate] = []
    for gate in gates:
        for anchors in gate.anchors:
            key = id(anchors)
            holds = known.get(key)
            if holds is None:
                holds = known[key] = _has_one(text, anchors)
            if not holds:
                break
        else:
            opened.append(gate)
    return opened


def _has_one(text: str, anchors: tuple[str, ...]) -> bool:
    for anchor in anchors:  # noqa: SIM110  (a generator costs twice as much, and this is the engine's hottest line)
        if anchor in text:
            return True
    return False


def phrases(folded: str, gates: Sequence[Gate] | None = None) -> Iterator[Phrase]:
    """All phrases of a folded text, sentence by sentence; of each kind of rule one a sentence.

    `gates` are those to try, if they are known already for a text of which this is a part.
    """
    opened = gates_for(folded) if gates is None else open_gates(gates, folded)
    if not opened:
        return
    before: Sentence | None = None
    for sentence in sentences(folded):
        yield from _in_sentence(folded, sentence, before, opened)
        before = sentence


def _in_sentence(folded: str, sentence: Sentence, before: Sentence | None, gates: list[Gate]) -> Iterator[Phrase]:
    low = before.start if before is not None else sentence.start
    wide = folded[low : sentence.end]
    shift = sentence.start - low
    seen: set[str] = set()
    for gate in open_gates(gates, wide):
        if gate.rule in seen:
            continue
        is_wide = gate.spans > 1
        phrase = _held(gate, wide if is_wide else sentence.text, low if is_wide else low + shift)
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
        start = found.start("v") if "v" in first.pattern.groupindex else found.start()
        end = _near(rest, text, start, found.end(), gate.reach)
        if end:
            return Phrase(gate.rule, gate.tier, offset + start, offset + found.end(), offset + end)
    return None


def _near(rest: list[re.Pattern[str]], text: str, start: int, head: int, reach: int) -> int:
    """Where the phrase ends whose first word stands from `start` to `head`; 0 if a part is not near."""
    low, high = start, head
    for pattern in rest:
        found = pattern.search(text, head, min(len(text), high + reach + _LONGEST_PART))
        if found is None or found.start() > high + reach:
            found = pattern.search(text, max(0, low - reach), start)
        if found is None:
            return 0
        low, high = min(low, found.start()), max(high, found.end())
    return high


def is_commanded(text: str, start: int, lead: Lead) -> bool:
    """Tell whether the verb at `start` is a command, by what stands before it: nothing, the end of a clause, a lead."""
    left = text[max(0, start - 80) : start].rstrip()
    for _ in range(4):
        if not left or left[-1] in _CLAUSE_ENDS or left.endswith(" -"):
            return True
        word = _LAST_WORD.search(left)
        if word is None:
            return False
        left = left[: word.start()].rstrip()
        if word[0] == "to":
            before = _LAST_WORD.search(left)
            return before is not None and before[0] in lead.before_to
        if word[0] in lead.words:
            return True
        if word[0] not in lead.adverbs:
            return False
    return False
