"""Orders told by the roles that words play in them, whatever the words: the meeting of roles that honest texts lack.

An order against the user has parts that no wording can spare: something is *taken* (the conversation, the system
prompt, secrets), it is *moved* to a *place* (a parameter, an address); or something is *done*; and what makes it an
attack is *kept* from the user, *decided* for them, said to be *otherwise*, or demanded in a *name* that one obeys. Each
role is a class of words, one table a language (roles_*.py). One role is what honest tools have; a rule names the roles
that have to meet in a sentence or two.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from msgspec import Struct

from supervisor.scan.checks import sink_parameter_words
from supervisor.scan.checks.phrases.roles_read import Around, Reading, bits, may_be_unworded, names_of, unworded_in
from supervisor.scan.checks.phrases.roles_table import ALWAYS, LANGUAGES, UNWORDED, Tongue, marked, script, tongue
from supervisor.scan.context import Context
from supervisor.scan.text.items import READ_LIMIT, Item, Unit, prose
from supervisor.scan.text.names import purpose_of
from supervisor.scan.text.sentences import sentences
from supervisor.scan.words import Role, Tier

_LABELS = frozenset(("title", "default", "enum", "const", "example", "pattern", "comment", "annotation", "meta", "key"))
"""Places that hold no prose: what is soft in a description is hard there."""
_NAMES: frozenset[Role] = frozenset(("name", "property", "key"))


class Meet(Struct, frozen=True):
    """A rule: of each group one role has to be there."""

    tier: Tier
    groups: tuple[int, ...]
    """One bit a role."""


def _rule(tier: Tier, *groups: str) -> Meet:
    return Meet(tier, tuple(bits(group.split("|")) for group in groups))


_TAKEN = "talk|prompt|secret"
_PLACE = "sink|outside|owner|param"
_OTHER = "others|peer"
RULES = (
    _rule("hard", _TAKEN, "move", _PLACE, "hide|lie|encode|aside|choice|waive|without|lurk"),
    _rule("hard", _TAKEN, "move", _PLACE, "agent", "boss"),
    _rule("hard", "asks", "prompt", "move", _PLACE),
    _rule("hard", "asks", "talk", "move", _PLACE, "others"),
    _rule("hard", "asks", "owner", "talk", "prompt"),
    _rule("hard", "peer", "outside"),
    _rule("hard", "peer", "act|move", f"hide|lie|waive|choice|{_TAKEN}"),
    _rule("hard", "hide", "act|move", "outside"),
    _rule("hard", "hide", "act", f"agent|waive|lie|{_OTHER}"),
    _rule("hard", "waive", "lie|aside"),
    _rule("hard", "waive", "act", "outside"),
    _rule("hard", "without", "act", "outside", f"hide|agent|when|lurk|tool|{_TAKEN}|{_OTHER}"),
    _rule("hard", "waive", "act", f"lurk|{_OTHER}"),
    _rule("hard", "lie", "act", f"outside|choice|{_OTHER}"),
    _rule("hard", "aside", "act|move", f"waive|{_TAKEN}"),
    _rule("hard", "aside", "agent"),
    _rule("hard", "agent", "boss", "waive|without"),
    _rule("hard", "local", "move|act", _PLACE, "hide|lie|encode|waive"),
    _rule("hard", "choice", "hide|lie|waive"),
    _rule("hard", "remote", "act", f"waive|without|hide|agent|{_OTHER}"),
    _rule("hard", "choice", _OTHER, "agent"),
    _rule("hard", "lurk", "act", f"outside|{_TAKEN}|{_OTHER}"),
    _rule("soft", "hide", f"act|move|others|outside|{_TAKEN}"),
    _rule("soft", "waive", "act|agent"),
    _rule("soft", "lie", "act", f"when|tool|agent|param|{_OTHER}"),
    _rule("soft", "hide", "lie|waive|aside|boss"),
    _rule("soft", "aside", "act"),
    _rule("soft", "when", "act", _OTHER),
    _rule("soft", "encode", _TAKEN, "move|act"),
    _rule("soft", "talk|secret", "move", _PLACE, "agent|others"),
    _rule("soft", "asks", "prompt", "move", _PLACE, "agent|others"),
    _rule("soft", "choice"),
    _rule("soft", "boss", "agent", "act"),
    _rule("soft", "asks", "owner", "talk|prompt"),
    _rule("soft", "asks", "talk", "move", _PLACE),
)
"""In the order in which they are tried: the first that holds in a place is told."""


_OWNER, _ASKS = bits(["owner"]), bits(["asks"])
_ALWAYS = bits(UNWORDED)
_PEER = bits(["peer"])


class Meeting(Struct, frozen=True):
    """Roles that meet."""

    pointer: str
    evidence: str
    tier: Tier
    roles: tuple[str, ...]


def meetings(item: Item, context: Context) -> Iterator[Meeting]:
    """The worst meeting of each text of a definition."""
    around = _around(item, context)
    always = _ALWAYS if around.peers else _ALWAYS & ~_PEER
    tongues = [tongue(language) for language in spoken(item)]
    if len(item.haystack) <= READ_LIMIT:
        tongues = [one for one in tongues if _tier(one.asked.of(item.haystack).roles | always)]
    asks: int | None = None
    for unit in prose(item, _NAMES) if tongues else ():
        text = unit.folded[:READ_LIMIT]
        owner = _OWNER if unit.owner and not unit.pointer.startswith("/outputSchema") else 0
        may_be = may_be_unworded(text, around) | _ASKS | owner
        may = [one for one in tongues if _tier(one.asked.of(text).roles | may_be)]
        if not may:
            continue
        asks = _asks(item) if asks is None else asks
        own = asks | owner
        found = [met for one in may if (met := _worst(unit, text, one, around, own))]
        yield from sorted(found, key=lambda met: met.tier != "hard")[:1]


def _around(item: Item, context: Context) -> Around:
    """Its peers are those alone of whom it has a name."""
    around = Around(frozenset(), context.own.keys(), context.peers.folded_names)
    if around.peers and not unworded_in(item.haystack, around) & _PEER:
        around = around._replace(peers=frozenset())
    return around._replace(parameters=frozenset(unit.folded for unit in item.units if unit.role == "property"))


def _asks(item: Item) -> int:
    """Its bit, if the tool is none of those whose job is to take what was said."""
    return 0 if sink_parameter_words.JOB.search(purpose_of(item)) else _ASKS


def spoken(item: Item) -> list[str]:
    """The languages that a definition may be in."""
    is_ascii = item.haystack.isascii()
    told = {*ALWAYS, *marked().told(item.words, 2 if is_ascii else 1)}
    return [
        table.language
        for table in LANGUAGES
        if table.language in told or (table.script and not is_ascii and script(table.language).search(item.haystack))
    ]


def _worst(unit: Unit, text: str, one: Tongue, around: Around, always: int) -> Meeting | None:
    worst: Meeting | None = None
    before: Reading | None = None
    for sentence in sentences(text):
        reading = Reading(sentence, text, one, around)
        tier = _met(reading, before, always)
        if tier and (worst is None or tier == "hard"):
            tier = "hard" if unit.role in _LABELS else tier
            start, roles = (sentence.start, 0) if before is None else (before.sentence.start, before.may)
            worst = Meeting(unit.pointer, text[start : sentence.end], tier, names_of(reading.may | roles))
            if tier == "hard":
                break
        before = reading
    return worst


def _met(reading: Reading, before: Reading | None, always: int) -> Tier | None:
    """How much the roles weigh that meet in a sentence and the one before; neither is read further than that takes."""
    others = before.may | always if before is not None else always
    while tier := _tier(reading.may | others):
        if reading.is_read:
            break
        reading.read_on()
    while tier and before is not None and not before.is_read:
        before.read_on()
        tier = _tier(reading.may | before.may | always)
    return tier


@lru_cache(maxsize=4096)
def _tier(roles: int) -> Tier | None:
    for rule in RULES:
        for group in rule.groups:
            if not roles & group:
                break
        else:
            return rule.tier
    return None
