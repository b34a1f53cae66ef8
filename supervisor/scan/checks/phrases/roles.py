"""Orders told by the roles that words play in them, whatever the words: the meeting of roles that honest texts lack.

An order against the user has parts that no wording can spare: something is *taken* (the conversation, the system
prompt, secrets), it is *moved* to a *place* (a parameter, an address); or something is *done*; and what makes it an
attack is *kept* from the user, *decided* for them, said to be *otherwise*, or demanded in a *name* that one obeys. Each
role is a class of words, one table a language (roles_*.py). One role is what honest tools have; a rule names the roles
that have to meet in a sentence or two.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from supervisor.scan.checks import sink_parameter_words
from supervisor.scan.checks.phrases.roles_read import Around, bits, names_of, roles_in, unworded_in
from supervisor.scan.checks.phrases.roles_table import BITS, LANGUAGES, UNWORDED, Tongue, asked, marks, script, tongue
from supervisor.scan.context import Context
from supervisor.scan.text.items import Item, Unit
from supervisor.scan.text.names import purpose_of
from supervisor.scan.text.sentences import sentences
from supervisor.scan.words import Tier

_SHORTEST = 24
"""Characters of a text in which roles can meet."""
_LONGEST = 20_000
"""Characters that are read; of longer texts `padding` tells."""
_LABELS = frozenset(("title", "default", "enum", "const", "example", "pattern", "comment", "annotation", "meta", "key"))
"""Places that hold no prose: what is soft in a description is hard there."""
_NAMES = frozenset(("name", "property", "key"))


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
    _rule("soft", _TAKEN, "move", _PLACE, "agent|others"),
    _rule("soft", "choice"),
    _rule("soft", "boss", "agent", "act"),
    _rule("soft", "asks", "owner", "talk|prompt"),
    _rule("soft", "asks", "talk", "move", _PLACE),
)
"""In the order in which they are tried: the first that holds in a place is told."""


_OWNER, _ASKS = bits(["owner"]), bits(["asks"])
_ALWAYS = bits(UNWORDED)
_FOUND, _PEER = bits(["outside", "param", "tool", "peer"]), bits(["peer"])
_OFTEN = frozenset(("move", "act", "sink", "agent"))
"""Roles that nearly every text has: they are looked for where the others are."""


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
    tongues = [one for one in map(tongue, _spoken(item)) if _tier(_asked_for(one, item.haystack) | always)]
    asks: int | None = None
    for unit in item.units if tongues else ():
        if unit.role in _NAMES or len(unit.raw) < _SHORTEST or (" " not in unit.raw and unit.raw.isascii()):
            continue
        text = unit.folded[:_LONGEST]
        may = [one for one in tongues if _may_have(one, text, around, is_owned=bool(unit.owner))]
        if not may:
            continue
        asks = _asks(item) if asks is None else asks
        always = asks | (_OWNER if unit.owner else 0)
        found = [met for one in may if (met := _worst(unit, text, one, around, always))]
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


def _spoken(item: Item) -> Iterator[str]:
    """The languages that a definition may be in."""
    is_ascii, words = item.haystack.isascii(), item.words
    for table in LANGUAGES:
        if table.script:
            if not is_ascii and script(table.language).search(item.haystack):
                yield table.language
        elif not table.marks or len(marks(table.language) & words) >= (2 if is_ascii else 1):
            yield table.language


def _asked_for(one: Tongue, text: str) -> int:
    """The roles for whose expressions a text has all that they need."""
    held, gates = asked(one.language)
    got = held.of(text)
    may = 0
    for bit, needed in gates:
        if got & needed == needed:
            may |= bit
    return may


def _may_have(one: Tongue, text: str, around: Around, *, is_owned: bool) -> bool:
    """Whether roles can meet in a text: the rare ones are looked for, the others only asked for."""
    may = _asked_for(one, text) | (_ALWAYS if is_owned else _ALWAYS & ~_OWNER)
    if around.peers:
        may = may & ~_FOUND | unworded_in(text, around)
    else:
        may &= ~_PEER
    if _tier(may) is None:
        return False
    for role, patterns in one.roles.items():
        bit = BITS[role]
        if may & bit and role not in _OFTEN and not any(pattern.search(text) for pattern in patterns):
            may &= ~bit
            if _tier(may) is None:
                return False
    return _tier(may & ~_FOUND | unworded_in(text, around)) is not None


def _worst(unit: Unit, text: str, one: Tongue, around: Around, always: int) -> Meeting | None:
    worst: Meeting | None = None
    before, start = 0, 0
    for sentence in sentences(text):
        roles = roles_in(sentence, text, one, around)
        tier = _tier(roles | before | always)
        if tier and (worst is None or tier == "hard"):
            tier = "hard" if unit.role in _LABELS else tier
            worst = Meeting(unit.pointer, text[start : sentence.end], tier, names_of(roles | before))
            if tier == "hard":
                break
        before, start = roles, sentence.start
    return worst


def _tier(roles: int) -> Tier | None:
    for rule in RULES:
        for group in rule.groups:
            if not roles & group:
                break
        else:
            return rule.tier
    return None
