"""Which roles the words of one sentence play (roles.py): what is said, not what is quoted, denied or looked for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from functools import reduce
from operator import or_
from typing import NamedTuple

from supervisor.scan.checks.phrases.literals import ADDRESS
from supervisor.scan.checks.phrases.roles_en_hiding import USER
from supervisor.scan.checks.phrases.roles_table import BITS, Alternatives, Tongue
from supervisor.scan.text.lazy import lazy, may_match
from supervisor.scan.text.sentences import Sentence, mention, speaks_of_attacks

_ADDRESS = lazy(ADDRESS)
_NO_DESTINATION = lazy(
    r"localhost|127\.0\.0\.1|0\.0\.0\.0|\b(?:docs?|www|api|developers?)\.|^https?://github\.com|\.md\b"
)
_TOOL = lazy(
    r"[`'\"][a-z][\w.-]{0,60}[`'\"]|(?<![\w./~-])[a-z][a-z0-9]*(?:_[a-z0-9]+)+(?![\w./-])|(?<![\w./~-])[a-z]\w+(?=\(\))"
)
_UNSAID = lazy(
    r"(?:\b(?:not|never|no|without|nor|none|cannot|redact\w*|mask\w*|strip\w*|exclud\w*|refus\w*|instead of"
    r"|rather than)\b"
    r"(?! (?:tell|mention|inform|notif|ask|omit|skip|forget|leave|confirm|need|only|say|just|truncat"
    r"|summari))[^.;:\n]{0,40}$)"
)
_NEGATIVE = lazy(
    r"(?<!\w)(?:not|never|no|cannot|nothing|refuses?|nicht|kein\w*|nie|niemals|ne|pas|jamais|no|nunca|não|non|mai"
    r"|nu|niet|geen"
    r"|nooit|inte|aldrig|ikke|aldri|ei|älä|не|нельзя|никогда|ні|ніколи|nie|nigdy|ne\w{0,3}|nem|δεν|μην|لا|لن|ألا"
    r"|אל|אין|לא|नहीं|न|मत|không"
    r"|đừng|jangan|tidak)(?!\w)|不要|不得|禁止|切勿|不会|不能|严禁|ないで|しない|ません|마세요|말 것|않|ห้าม|อย่า|ไม่"
)
_DENIED_BEFORE = lazy(
    r"(?<!\w)(?:nicht|kein\w*|nie|ne|pas|jamais|no|nunca|não|non|nu|niet|geen|inte|aldrig|ikke|ei|не|ні|nie|nem"
    r"|δεν|μην|لا|لن|אל|אין"
    r"|לא|नहीं|không|đừng|jangan|tidak|tanpa|sans|sin|sem|senza|ohne|без|bez|zonder|utan|uden|uten|fără|χωρίς"
    r"|بدون|دون|بلا|بدون|ללא|בלי"
    r"|बिना)(?: \w+)?\s$|(?:不|无需|無需|不会|不要|勿|ไม่|ห้าม|อย่า)$"
)
_DENIED_AFTER = lazy(
    r"^\w{0,2}(?:ません|ない|ず)|^\w{0,2}지 (?:않|마|말|못)|^\w{0,12}(?:m[ae]z|m[ae]y|m[iu]yor)"
    r"|^[\w\s]{0,6}(?:nicht|नहीं)\b"
)
_OF_ATTACKS = lazy(
    r"attack|injecti|jailbreak|phish|malicious|suspicious|exfiltrat|poison|threat|scam|fraud|adversar|exploit"
    r"|malware|red.?team"
    r"|[^\x00-\x7f]"
)
MATTERS_OF_TASTE = lazy(
    r"\b(?:internal|raw|technical) (?:ids?|identifiers?|codes?|names?|errors?|json|output|data"
    r"|response)\b|\bjson\b|\buuids?\b|\bids?\b|(?<![a-z])ids?(?![a-z])"
    r"|identifi\w+|identifik\w+|идентификатор\w*|внутренн\w+|internas?\b|internos?\b|internes?\b"
    r"|interne[nrs]?\b|内部|原始|生の|내부"
)
"""What a person is spared, rather than what is kept from one."""
_SPARED = lazy(
    r"\b(?:alert(?:ing)? )?(?:notifications?|warnings?) (?:for|of|from|about) (?:the |all |any |an? |each |specific "
    r"|matching |firing |certain |that |this ){0,2}(?:\w+ )?"
    r"(?:alerts?|monitors?|rules?|hosts?|incidents?|services?|checks?|channels?|threads?|conversations?|repositor\w+"
    r"|issues?|subscriptions?|matchers?|labels?|keys?|packages?)\b"
)
"""Muting what rings too often is what tools of monitoring and mail are for: it has something that it is muted for."""
_REFUSED = lazy(
    r"\b(?:never|(?:do|does|must|should|shall|may|will|can) ?not)(?: (?:ever|itself|simply|automatically|silently|to"
    r"|you))?(?: (?!ask|wait|stop|pause|check|hesitat|forget|fail|delay|mind|refus|declin|only|require|need|seek|bother"
    r"|prompt|and\b|or\b|but\b|then\b)\w+){0,2}"
    r"(?: (?:omit|hide|conceal|skip|drop|suppress|truncate|remove|withhold|bypass|assume|approve) or)?\s$"
)
"""The model is told not to decide for people, or to hide nothing: what follows is not waived but kept."""
_AWAITED = lazy(r"\b(?:until|unless|till|whether|if|when|once|after)(?: \w+){0,2}\s$")
_BY_THEM = lazy(USER)
"""What follows when somebody has agreed does not say that they have."""
_HIDES = lazy(
    r"(?:hid|conceal|withh|mask|obscur|keep|kept|leav|omit|strip|remov|drop|exclud|suppress|mut|discard|skip)"
)
"""Begins what keeps something from the user without a negation of its own."""
_REFUSABLE = frozenset(("waive", "hide"))
_TRIED = 4
"""Places in a sentence that are tried for a role that was refused in the first."""
_NEAR = 30
"""Characters beside a phrase in which its object may stand."""
_AGAINST = frozenset(("hide", "lie", "waive", "without", "aside", "choice"))
"""Roles that only an order against the user has: a sentence about attacks that names one is about just that."""
_NAMED = BITS["param"] | BITS["tool"] | BITS["peer"]
_UNWORDED = BITS["outside"] | _NAMED
"""Roles that a sentence may have whatever its words are."""
_DROPPED_IF_DENIED = frozenset(("talk", "prompt", "secret", "act", "move", "remote"))


def bits(roles: Iterable[str]) -> int:
    """The number that has the bits of all these roles."""
    return sum(BITS[role] for role in roles)


def names_of(roles: int) -> tuple[str, ...]:
    """The roles whose bits a number has, in order."""
    return tuple(role for role, bit in BITS.items() if roles & bit)


class Around(NamedTuple):
    """What is known of a definition besides the sentence that is read."""

    parameters: AbstractSet[str]
    own: AbstractSet[str]
    """Names of its server's tools."""
    peers: AbstractSet[str]
    """Names of the tools of other servers, folded."""


NOBODY = Around(frozenset(), frozenset(), frozenset())
"""Where nothing is known: names are read as texts have them."""


class Reading:
    """What is known so far of the roles that the words of a sentence of a folded text play: at first, what they may.

    Each step looks for one more role, the rare ones first, so that hardly a sentence is read to its end.
    """

    __slots__ = ("_around", "_left", "_text", "_tongue", "is_read", "may", "sentence")

    def __init__(self, sentence: Sentence, text: str, tongue: Tongue, around: Around) -> None:
        self.sentence = sentence
        self._text = text
        self._tongue = tongue
        self._around = around
        asked = tongue.asked.of(sentence.text)
        self._left: Iterator[tuple[str, tuple[Alternatives, ...]]] = iter(asked.steps)
        self.may = asked.roles | may_be_unworded(sentence.text, around)
        """The roles that it may have; once it is read, those that it has."""
        self.is_read = False
        """Whether what it may have is what it has."""

    def read_on(self) -> None:
        """Find out about one more role; at the end about those that no word of a language gives away."""
        role, expressions = next(self._left, ("", ()))
        if not role:
            self.is_read = True
            if self.may & _UNWORDED:
                self.may = self.may & ~_UNWORDED | self._unworded()
        elif not self._plays(role, expressions):
            self.may &= ~BITS[role]

    def _plays(self, role: str, expressions: Iterable[Alternatives]) -> bool:
        return any(self._is_said(role, alternatives) for alternatives in expressions)

    def _is_said(self, role: str, alternatives: Alternatives) -> bool:
        """Whether a role is played where its words stand first; what was refused there may be asked for further on."""
        start = 0
        for _ in range(_TRIED if role in _REFUSABLE else 1):
            match = first_match(alternatives, self.sentence.text, start)
            if match is None:
                return False
            if self._is_meant(role, match):
                return True
            start = match.end()
        return False

    def _unworded(self) -> int:
        """Names that only code has, and addresses."""
        found = _names(self.sentence.text, self._around)
        address = _ADDRESS.search(self.sentence.text)
        if address and not _NO_DESTINATION.search(address[0]) and self._is_meant("outside", address):
            found |= BITS["outside"]
        return found

    def _is_meant(self, role: str, match: re.Match[str]) -> bool:
        return _is_meant(role, match, self.sentence, self._text, self._tongue.language)


def first_match(alternatives: Alternatives, text: str, start: int = 0) -> re.Match[str] | None:
    """What an expression of these alternatives matches: the first in the text, and of those that begin there the first
    in their order.
    """
    if len(alternatives) == 1:
        return alternatives[0].search(text, start)
    found = [match for one in alternatives if (match := one.search(text, start))]
    return min(found, key=_begins) if found else None


def _begins(match: re.Match[str]) -> int:
    return match.start()


def roles_in(sentence: Sentence, text: str, tongue: Tongue, around: Around) -> int:
    """The roles that the words of a sentence of a folded text play."""
    reading = Reading(sentence, text, tongue, around)
    while not reading.is_read:
        reading.read_on()
    return reading.may


def played(sentence: Sentence, text: str, tongues: Sequence[Tongue]) -> int:
    """The roles that the words of a sentence play in any of these languages, whoever the names in it are."""
    return reduce(or_, [roles_in(sentence, text, one, NOBODY) for one in tongues], 0)


def may_be_unworded(text: str, around: Around) -> int:
    """Which of the roles that no word of a language gives away a text may have; costs nearly nothing."""
    may = BITS["outside"] if may_match(_ADDRESS, text) else 0
    if "_" in text or "'" in text or "`" in text or '"' in text or "()" in text:
        may |= _NAMED if around.peers else _NAMED & ~BITS["peer"]
    return may


def unworded_in(text: str, around: Around) -> int:
    """The roles of a text that no word of a language gives away, whatever is said of them."""
    return _names(text, around) | (BITS["outside"] if _ADDRESS.search(text) else 0)


def _names(text: str, around: Around) -> int:
    """Whether names that only code has are those of parameters, of peers' tools, or of tools that nobody knows."""
    found = 0
    for name in _TOOL.finditer(text):
        token = name[0].strip("`'\"")
        if token in around.parameters or token in around.own:
            found |= BITS["param"]
        elif token in around.peers:
            found |= BITS["peer"] | BITS["tool"]
        elif "_" in token or text.startswith("()", name.end()):
            found |= BITS["tool"]
    return found


def _is_meant(role: str, match: re.Match[str], sentence: Sentence, text: str, language: str) -> bool:
    low, high = sentence.start + match.start(), sentence.start + match.end()
    how = mention(text, low, high)
    if how in ("quoted", "example") or (how and role == "aside"):
        return False
    if (role in _AGAINST or _OF_ATTACKS.search(sentence.text)) and speaks_of_attacks(text, low, high):
        return False
    if role == "hide" and (
        MATTERS_OF_TASTE.search(text, max(0, low - _NEAR), high + _NEAR) or _SPARED.search(sentence.text, match.start())
    ):
        return False
    before, after = sentence.text[: match.start()], sentence.text[match.end() :]
    if role == "without":
        return not (_NEGATIVE.search(before) or _NEGATIVE.search(after))
    if role == "waive" and _AWAITED.search(before) and _BY_THEM.match(match[0]):
        return False
    if role == "waive" or (role == "hide" and _HIDES.match(match[0])):
        return _REFUSED.search(before) is None
    if role not in _DROPPED_IF_DENIED:
        return True
    if language == "en":
        return _UNSAID.search(before) is None
    return not (_DENIED_BEFORE.search(before) or _DENIED_AFTER.search(after))
