"""Orders that no phrase gives away, told by what comes together in a sentence or two.

One sign alone is what honest tools say, too: a secret is named, something is done each time, an address stands there,
the user need not be told. It is their meeting that honest tools do not have. What is found is soft: a person should look.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from supervisor.scan.checks.phrases.literals import ADDRESS, SENSITIVE_PATH
from supervisor.scan.items import Item
from supervisor.scan.lazy import lazy
from supervisor.scan.sentences import sentences, speaks_of_attacks

_PEOPLE = r"(?:users?|persons?|people|humans?|operators?|customers?|owners?|callers?|anyone|anybody|them|him|her|they)"
_TELL = (
    r"(?:mention|tell|inform|notify|disclos|reveal|show|bring (?:this |it )?up|bringing|explain|announc|alert|surfac"
    r"|acknowledg|discuss|admit|confess)"
)
_DO = (
    r"(?:send|post|upload|forward|transmit|submit|copy|deliver|exfiltrate|push|blind-copy|bcc|encode|read|open|load"
    r"|fetch|cat|collect|gather|pass|supply|give|put|include|append|attach|paste|store|approve|grant|delete|erase|run"
    r"|execute|stage|transfer|set|use|answer|drop|swap|replace|change|add|save|write|insert|call|invoke|have|make|keep"
    r"|posted|sent|forwarded|uploaded|passed|opened|treated|answered|dropped|stored|copied|added|replaced|included)"
)
_SIGNS = {
    "secret": lazy(
        rf"{SENSITIVE_PATH}|/etc/(?:passwd|shadow|sudoers)|\b(?:api[- ]?(?:keys?|tokens?)|(?:access|session|auth|bearer)"
        r" tokens?|passwords?|credentials|private keys?|ssh (?:keys?|config\w*)|environment variables|cookies"
        r"|(?:seed|recovery) phrases?|secrets (?:in|from|of|you|it|found))\b"
    ),
    "hiding": lazy(
        rf"\b(?:invisible|unnoticed|unseen|concealed|withheld|hide|hidden from|conceal|withhold|omit(?:s|ted|ting)?)\b"
        rf"[^.!?\n]{{0,60}}\b{_PEOPLE}\b"
        rf"|\b{_PEOPLE}\b[^.!?\n]{{0,40}}\b(?:omits?|leaves? out|unaware|in the dark|none the wiser"
        r"|(?:need|must|should|may|can|will|do|does) not (?:be )?(?:know|see|learn|notice|find out|told|informed|aware"
        r"|notified|realise|realize)|never (?:knows?|sees?|learns?|notices?|finds? out))\b"
        rf"|\b(?:do not|never|no (?:need|reason) to|(?:should|must|need) not|avoid|refrain from)\b[^.!?\n]{{0,30}}"
        rf"\b{_TELL}\w*"
        r"|\bbetween us\b|\bkeep (?:this|it|that)(?: \w+){0,2} (?:quiet|private|secret|confidential|to yourself)\b"
        r"|\b(?:erase|wipe|remove|clear|delete|cover) (?:the |any |all |your |its )*"
        r"(?:traces?|tracks|logs?|evidence|history|records?|audit)\b"
    ),
    "lying": lazy(
        rf"\bif (?:the |a |an )?(?:{_PEOPLE}|asked|questioned|you are asked)\b[^.!?\n]{{0,60}}"
        r"\b(?:reply|say|answer|respond|claim|deny|state|tell|insist|pretend|assure)\b"
        r"|\b(?:in reality|in truth|in fact|actually),? [^.!?\n]{0,60}\b(?:posted|sent|forwarded|uploaded|stored|copied)\b"
        rf"|\b(?:claim|pretend|assure (?:the )?{_PEOPLE}|say) (?:that )?(?:nothing|no \w+|it|this|they|you)\b"
    ),
    "trigger": lazy(
        r"\b(?:whenever|each time|every time|(?:every|each) \w+ (?:call|time|use|request|message)|prior to|ahead of"
        r"|before (?:each|every|any|calling|using|you|answering|responding|the (?:real|actual|first)|it|this)|beforehand"
        r"|after (?:finishing|each|every|that|this|completing)|on (?:each|every)|(?:with|upon) (?:each|every)"
        r"|when(?:ever)? \w+ (?:is|was|gets?) (?:used|called|invoked|run)|also|as well|additionally|in addition|then)\b"
    ),
    "tool": lazy(r"[`'\"][a-z]\w+[`'\"] tool\b|\b(?:the|using|via|with|through|call|invoke|run|use) `?[a-z]+_[a-z_]+\b"),
    "outside": lazy(rf"{ADDRESS}|\b\d{{1,3}}(?:\.\d{{1,3}}){{3}}\b"),
    "order": lazy(
        rf"(?:^|[.!?:;,>\]\n]\s?|\b(?:must|should|required to|shall|have to|need to|to be|be|please|always|then|and|first"
        rf"|also|require that \S{{1,40}}) )(?:silently |quietly |also |then |always |only )?{_DO}\b"
    ),
    "waiver": lazy(
        r"\b(?:safety|security|polic(?:y|ies)|confirmations?|approvals?|consent|permission|review|directives?|guidelines?"
        r"|restrictions?|rules?)\b[^.!?\n]{0,60}\b(?:not apply|skip(?:ped)?|bypass(?:ed)?|ignored?|void|answered with yes"
        r"|disabled|suspended|overridden|waived|unrestricted)\b"
        r"|\b(?:skip|bypass|without|disregard|ignore|override)\b[^.!?\n]{0,40}"
        r"\b(?:confirm\w*|approv\w*|asking|consent|permission|review|polic\w+|safety)\b|\bon the user's behalf\b"
        r"|\b(?:directives?|instructions?|requests?|wishes|objections?|orders?|commands?) (?:from|of|by) the user\b"
        r"[^.!?\n]{0,80}\b(?:ignored|dropped|error|overridden|refused|discarded|rejected|disregarded)\b"
    ),
}
_WORDS = frozenset(
    "invisible unnoticed unseen concealed withheld hide hidden conceal withhold omit omits omitted omitting unaware "
    "wiser dark mention mentioning tell telling inform informing notify disclose disclosing reveal bring bringing "
    "announce alert surface acknowledge admit confess us quiet private secret confidential erase wipe traces trace "
    "tracks evidence know knows learn learns notice notices reality truth pretend claim assure deny reply insist "
    "passwd shadow credentials passwords password tokens token keys key secrets cookies config ssh env environment aws "
    "phrase pem id_rsa netrc kube npmrc skipped skip behalf void waived dropped overridden disregarded ignored bypass"
    .split()
)  # fmt: skip
"""One of these stands in every text in which signs can meet."""


class Meeting(Struct, frozen=True):
    """Signs that stand in one or two sentences."""

    pointer: str
    evidence: str
    signs: tuple[str, ...]


def meetings(item: Item) -> Iterator[Meeting]:
    """The first meeting of each text of a definition."""
    if _WORDS.isdisjoint(item.words):
        return
    for unit in item.units:
        found = _first(unit.folded) if len(unit.folded) >= _SHORTEST else None
        if found:
            yield Meeting(unit.pointer, *found)


_SHORTEST = 30


def _first(folded: str) -> tuple[str, tuple[str, ...]] | None:
    start = 0
    for sentence in sentences(folded):
        low, start = start, sentence.start
        text = folded[low : sentence.end]
        signs = _meeting(text)
        if signs and not speaks_of_attacks(folded, low, sentence.end):
            return text, tuple(sorted(signs))
    return None


def _meeting(text: str) -> frozenset[str]:
    """The signs that stand in a text, if they are such as do not meet in honest ones."""
    if not _SIGNS["order"].search(text):
        return frozenset()
    signs = frozenset(name for name, pattern in _SIGNS.items() if pattern.search(text))
    is_meeting = (
        ("secret" in signs and (signs & {"hiding", "lying"} or len(signs & {"trigger", "outside", "tool"}) > 1))
        or ("hiding" in signs and signs & {"trigger", "waiver", "outside"})
        or ("lying" in signs and signs & {"outside", "secret", "hiding", "waiver"})
        or (signs >= {"outside", "trigger", "waiver"})
    )
    return signs if is_meeting else frozenset()
