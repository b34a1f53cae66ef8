"""Injections in words: texts that give the model orders against its user, in any of the grammar's languages.

What is commanded is hard. What the sentence quotes, or gives as an example, is soft; where the text says that such
phrases are looked for, it is nothing at all, as it is when the phrase is negated or only described.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from supervisor.scan.checks import sink_parameter_words
from supervisor.scan.checks.check import Check
from supervisor.scan.checks.phrases import roles
from supervisor.scan.checks.phrases.grammar import Live, Phrase, live_in, phrases
from supervisor.scan.checks.phrases.literals import ADDRESS
from supervisor.scan.checks.phrases.roles_read import MATTERS_OF_TASTE
from supervisor.scan.checks.phrases.rules import MESSAGES
from supervisor.scan.checks.phrases.wording import Telling, tellings
from supervisor.scan.context import Context
from supervisor.scan.text.items import Item
from supervisor.scan.text.lazy import lazy
from supervisor.scan.text.names import purpose_of
from supervisor.scan.text.sentences import mention, speaks_of_attacks
from supervisor.scan.words import Hit, Tier, View

_SAID_ONLY = frozenset({"forward", "hijack", "conversation", "unseen", "authority", "command"})
"""Rules whose phrases are everyday ones as examples: a sample of a call has an address, too."""
_SEAM = 160
"""Characters on either side of the place where two descriptions meet: a phrase that is split over them is no longer."""
_AFTER = 40
"""Characters after a phrase in which its object may stand."""
_ENDED = frozenset(".!?。！？")

_NAMED = lazy(r"\b(?:sentence|phrase|text|string|words?|line|title|query|caption|label|lyrics?)s? [\"'`]\W{0,2}$")
_OBEYS = lazy(r"\b(?:obey|follow|execute|act on|comply|treat|accept|perform|carry out|do)\b")

_GUARDS = lazy(
    r"(?: (?:or|and) (?:\w+ )?(?:commands?|requests?|directives?|prompts?|links?|orders?))?"
    r"(?: (?:that|which))?(?: (?:are|is|may be|you find|appear))?"
    r"(?: (?:returned|retrieved|fetched|produced|emitted|yielded|read|received|obtained) (?:by|from|in|with|through)"
    r" (?:this|the|these|an?|its|any) (?:\w+ ){0,2}?(?:tools?|query|queries|search(?:es)?|calls?|pages?|sites?"
    r"|websites?"
    r"|database|tables?|apis?|commands?|requests?|results?|responses?|outputs?|data|content|rows?|records?)\b(?!')|"
    r"(?: (?:contained|found|embedded|hidden|written|given))?"
    r" (?:in|inside|within|from) (?:the |a |an |this |these |those |its |their |any |such ){0,2}(?!system|user"
    r"|previous|prior)"
    r"(?:\w+ ){0,2}?(?:pages?|texts?|contents?|documents?|results?|data|files?|nodes?|mails?|e-?mails?|sites?"
    r"|websites?"
    r"|output|bod(?:y|ies)|attachments?|issues?|comments?|records?|cells?|rows?|fields?|values?|responses?)\b)"
)
"""What is read is data, says the tool: the opposite of an override."""
_OF_ITS_OWN = lazy(r"\b(?:your|system|developer|operator|previous|prior)\b")
"""Instructions of one of these are never only data."""
_ADDRESS = lazy(ADDRESS)
_DEFAULT = lazy(
    r"https?://\S{3,200} as (?:the|a|an|your|its) (?:starting (?:point|page|url)|start|default|fallback|base"
    r"|home ?page)\b(?! (?:recipient|address|payee|account|endpoint|webhook|proxy|b?cc|destination|to\b))"
)
"""Where a parameter begins if nobody sets it: that is not to whom something goes."""
_USERS_OF_SECRETS = lazy(
    r"\b(?:(?:that|which|who) (?:currently )?(?:references?|uses?|needs?|requires?|depends? on|relies on|consumes?)"
    r"|(?:referenc|us|requir|consum)ing)\b"
)
"""What goes with a secret is not the secret."""
_FORBIDDEN = lazy(r"\b(?:not|never)(?: \w+)?\s$")
"""The model is told to leave something; only the rules about secrets are about that."""

_SWITCHES = frozenset(("force", "unsafe", "bypass", "skip_checks", "skipChecks", "no_verify", "noVerify", "yes"))
"""Parameters by which a person turns a tool's own checks off, and says so."""


def find(item: Item, context: Context) -> Iterator[Hit]:
    """Look for phrases; where a text has none, for the roles of an order, and for how orders are worded."""
    told: set[str] = set()
    hard: set[str] = set()
    for hit in _phrases(item):
        told.add(hit.pointer)
        if hit.tier == "hard":
            hard.add(hit.pointer)
        yield hit
    for one in roles.meetings(item, context):
        if one.pointer not in hard and (one.tier == "hard" or one.pointer not in told):
            told.add(one.pointer)
            yield Hit(
                pointer=one.pointer, evidence=one.evidence, tier=one.tier, view="folded", rule="roles",
                message=f"It has the parts of an order against the user: {', '.join(one.roles)}.",
                confidence=0.8 if one.tier == "hard" else 0.5,
            )  # fmt: skip
    for telling in tellings(item):
        if telling.pointer not in hard and (telling.tier == "hard" or telling.pointer not in told):
            yield _worded(telling)


def _worded(telling: Telling) -> Hit:
    return Hit(
        pointer=telling.pointer, evidence=telling.evidence, tier=telling.tier, view="folded", rule="wording",
        message=f"It is worded like an order against the user; what weighs most: {', '.join(telling.words)}.",
        confidence=0.8 if telling.tier == "hard" else 0.5,
    )  # fmt: skip


def _phrases(item: Item) -> Iterator[Hit]:
    """Look for phrases in every unit, and across the seams between descriptions, where a phrase may have been split."""
    live = live_in(item.haystack)
    if not live:
        return
    before = ""
    for unit in item.units:
        folded = unit.folded
        for hit in _hits(unit.pointer, folded, live, "folded"):
            if hit.rule == "conversation" and _is_its_job(item, hit):
                continue
            if hit.rule != "malice" or hit.tier == "hard" or unit.owner not in _SWITCHES:
                yield hit
        if unit.pointer.endswith("/description"):
            if before and before[-1] not in _ENDED:
                yield from _over(unit.pointer, before, folded, live)
            before = folded


def _is_its_job(item: Item, hit: Hit) -> bool:
    """Whether a tool asks for the conversation that is there to take it, and sends it nowhere that the text tells."""
    return _ADDRESS.search(hit.evidence) is None and sink_parameter_words.JOB.search(purpose_of(item)) is not None


def judged(folded: str, phrase: Phrase) -> Tier | None:
    """How much a phrase weighs where it stands: hard, soft, or nothing."""
    if (
        phrase.tier == "soft"
        and phrase.rule == "authority"
        and _FORBIDDEN.search(folded[max(0, phrase.start - 20) : phrase.start])
    ):
        return None
    if phrase.rule == "secrecy" and MATTERS_OF_TASTE.search(folded, phrase.start, phrase.end + _AFTER):
        return None
    if _is_guidance(folded, phrase):
        return None
    how = mention(folded, phrase.start, phrase.head)
    if not how:
        return phrase.tier
    before = folded[max(0, phrase.start - _SEAM) : phrase.start]
    if how == "quoted" and _NAMED.search(before) and not _OBEYS.search(before):
        return None
    is_harmless = how in ("described", "negated") or phrase.tier == "soft" or phrase.rule in _SAID_ONLY
    return None if is_harmless or speaks_of_attacks(folded, phrase.start, phrase.end) else "soft"


def _is_guidance(folded: str, phrase: Phrase) -> bool:
    """Whether a phrase says that what is read is data, speaks of who uses a secret, or tells what is a default."""
    said = folded[phrase.start : phrase.end]
    if phrase.rule == "override":
        return _GUARDS.match(folded, phrase.end) is not None and not _OF_ITS_OWN.search(said)
    if phrase.rule == "hijack":
        return _DEFAULT.search(folded, phrase.start, phrase.end + _AFTER) is not None
    return phrase.rule == "secret" and phrase.tier == "soft" and _USERS_OF_SECRETS.search(said) is not None


def commands(folded: str) -> Iterator[Phrase]:
    """The phrases of a folded text that would block by themselves; for texts that were found inside others."""
    return (phrase for phrase in phrases(folded) if judged(folded, phrase) == "hard")


def _hits(pointer: str, folded: str, live: Sequence[Live], view: View) -> Iterator[Hit]:
    for phrase in phrases(folded, live):
        tier = judged(folded, phrase)
        if tier:
            yield _hit(pointer, folded, phrase, tier, view)


def _over(pointer: str, left: str, right: str, live: Sequence[Live]) -> Iterator[Hit]:
    """What is said only if two descriptions are read one after the other."""
    left = left[-_SEAM:]
    text = f"{left} {right[:_SEAM]}"
    for phrase in phrases(text, live):
        crosses = phrase.start < len(left) < phrase.end
        if crosses and judged(text, phrase) == "hard":
            yield _hit(pointer, text, phrase, "hard", "joined")


def _hit(pointer: str, folded: str, phrase: Phrase, tier: Tier, view: View) -> Hit:
    evidence = folded[max(0, phrase.start - 20) : phrase.end + 40]
    confidence = 0.9 if tier == "hard" else 0.5
    return Hit(
        pointer=pointer, evidence=evidence, message=MESSAGES[phrase.rule], tier=tier, view=view, confidence=confidence,
        rule=phrase.rule,
    )  # fmt: skip


CHECK = Check(id="phrase.injection", title="A text gives the model orders against its user", find=find)
