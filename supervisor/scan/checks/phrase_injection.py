"""Injections in words: texts that give the model orders against its user, in any of the grammar's languages.

What is commanded is hard. What the sentence quotes, or gives as an example, is soft; where the text says that such
phrases are looked for, it is nothing at all, as it is when the phrase is negated or only described.
"""

from __future__ import annotations

from collections.abc import Iterator

from supervisor.scan.checks.check import Check
from supervisor.scan.checks.phrases.grammar import Gate, Phrase, gates_for, phrases
from supervisor.scan.checks.phrases.rules import MESSAGES
from supervisor.scan.context import Context
from supervisor.scan.items import Item, Unit
from supervisor.scan.sentences import mention, speaks_of_attacks
from supervisor.scan.words import Hit, Tier, View

_OWN_NEGATION = frozenset({"secrecy", "unasked"})
"""Rules whose phrases are negations themselves."""


def find(item: Item, _context: Context) -> Iterator[Hit]:
    """Look for phrases in every unit, and in the parameters' descriptions read as one text."""
    among = gates_for(item.haystack)
    if not among:
        return
    found: set[str] = set()
    for unit in item.units:
        for hit in _hits(unit, unit.folded, "folded", among):
            found.add(hit.rule)
            yield hit
    for hit in _hits(item.joined, item.joined.folded, "joined", among):
        if hit.rule not in found and hit.tier == "hard":
            yield hit


def judged(folded: str, phrase: Phrase) -> Tier | None:
    """How much a phrase weighs where it stands: hard, soft, or nothing."""
    how = mention(folded, phrase.start, phrase.head)
    if how == "negated" and phrase.rule in _OWN_NEGATION:
        how = ""
    if not how:
        return phrase.tier
    if how in ("described", "negated") or phrase.tier == "soft" or speaks_of_attacks(folded, phrase.start, phrase.end):
        return None
    return "soft"


def commands(folded: str) -> Iterator[Phrase]:
    """The phrases of a folded text that would block by themselves; for texts that were found inside others."""
    return (phrase for phrase in phrases(folded) if judged(folded, phrase) == "hard")


def _hits(unit: Unit, folded: str, view: View, among: list[Gate]) -> Iterator[Hit]:
    for phrase in phrases(folded, among):
        tier = judged(folded, phrase)
        if tier:
            evidence = folded[max(0, phrase.start - 20) : phrase.end + 40]
            yield Hit(
                pointer=unit.pointer, evidence=evidence, message=MESSAGES[phrase.rule], tier=tier, view=view,
                confidence=0.9 if tier == "hard" else 0.5, rule=phrase.rule,
            )  # fmt: skip


CHECK = Check(id="phrase.injection", title="A text gives the model orders against its user", find=find)
