"""Which roles the words of one sentence play (roles.py): what is said, not what is quoted, denied or looked for."""

from __future__ import annotations

import re
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from typing import NamedTuple

from supervisor.scan.checks.phrases.literals import ADDRESS
from supervisor.scan.checks.phrases.roles_table import BITS, Tongue
from supervisor.scan.text.lazy import lazy
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
_NEAR = 30
"""Characters beside a phrase in which its object may stand."""
_AGAINST = frozenset(("hide", "lie", "waive", "without", "aside", "choice"))
"""Roles that only an order against the user has: a sentence about attacks that names one is about just that."""
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


def roles_in(sentence: Sentence, text: str, tongue: Tongue, around: Around) -> int:
    """The roles that the words of a sentence of a folded text play."""
    found = _names(sentence.text, around)
    for role, patterns in tongue.roles.items():
        for pattern in patterns:
            match = pattern.search(sentence.text)
            if match and _is_meant(role, match, sentence, text, tongue.language):
                found |= BITS[role]
                break
    address = _ADDRESS.search(sentence.text)
    if (
        address
        and not _NO_DESTINATION.search(address[0])
        and _is_meant("outside", address, sentence, text, tongue.language)
    ):
        found |= BITS["outside"]
    return found


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
    if role == "hide" and MATTERS_OF_TASTE.search(text, max(0, low - _NEAR), high + _NEAR):
        return False
    before, after = sentence.text[: match.start()], sentence.text[match.end() :]
    if role == "without":
        return not (_NEGATIVE.search(before) or _NEGATIVE.search(after))
    if role not in _DROPPED_IF_DENIED:
        return True
    if language == "en":
        return _UNSAID.search(before) is None
    return not (_DENIED_BEFORE.search(before) or _DENIED_AFTER.search(after))
