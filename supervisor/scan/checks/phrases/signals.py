"""Orders that no phrase gives away, told by what comes together in a sentence or two.

One sign alone is what honest tools say, too: a secret is named, something is done each time, an address stands there,
the user need not be told. It is their meeting that honest tools do not have. What is found is soft: a person should
look. English only; the other languages have their phrases.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from supervisor.scan.checks.phrases.literals import ADDRESS, SENSITIVE_PATH
from supervisor.scan.checks.phrases.table import texts
from supervisor.scan.text.items import Item
from supervisor.scan.text.lazy import lazy, may_match
from supervisor.scan.text.sentences import Sentence, is_quoted, sentences, speaks_of_attacks

_SHORTEST = 30
"""Characters of a text that can hold a meeting."""
_PEOPLE = r"(?:users?|persons?|people|humans?|operators?|customers?|owners?|callers?|anyone|anybody|them|him|her|they)"
_TELL = (
    r"(?:mention|tell|inform|notify|disclos|reveal|show|bring (?:this |it )?up|bringing|explain|announc|alert"
    r"|surfac|acknowledg|discuss|admit|confess)"
)
_DO = (
    r"(?:send|post|upload|forward|transmit|submit|copy|deliver|exfiltrate|push|blind-copy|bcc|encode|read|open|load"
    r"|fetch|cat|collect|gather|pass|supply|give|put|include|append|attach|paste|store|approve|grant|delete|erase|run"
    r"|execute|stage|transfer|set|use|answer|reply|respond|say|claim|drop|swap|replace|change|add|save|write|insert"
    r"|call|invoke|have|make|keep|posted|sent|forwarded|uploaded|passed|opened|treated|answered|dropped|stored|copied"
    r"|added|replaced|included|pull|mail|hand|route|install|wire|lower|raise|consider|fill|echo|remember|considered"
    r"|go ahead|forget|serve"
    r"|handed|mailed|wired|routed|echoed|filled|carried out|remembered|supplied|inserted|appended|attached)"
)
_ORDER = lazy(
    r"(?:^|[.!?:;,>\]\n]\s?|\b(?:must|should|required to|shall|have to|need to|to be|be|please|always|then|and|first"
    rf"|also|require that \S{{1,40}}) )(?:silently |quietly |also |then |always |only )?{_DO}\b"
)
_SAID = {
    "secret": lazy(
        rf"{SENSITIVE_PATH}|/etc/(?:passwd|shadow|sudoers)|\b(?:api[- ]?(?:keys?|tokens?)|(?:access|session|auth"
        r"|bearer) tokens?|passwords?|credentials|private keys?|ssh (?:keys?|config\w*)|environment variables|cookies"
        r"|(?:seed|recovery) phrases?|secrets (?:in|from|of|you|it|found)|login data|session cookies?|deploy keys?"
        r"|known_hosts|process environment|pin (?:code|the user)|(?:variables?|strings?|values?) that looks? like)\b"
        r"|\.git/config\b"
    ),
    "hiding": lazy(
        r"\b(?:invisible|unnoticed|unseen|concealed|withheld|hide|hidden from|conceal|withhold|omit(?:s|ted|ting)?)\b"
        rf"[^.!?\n]{{0,60}}\b{_PEOPLE}\b"
        rf"|\b{_PEOPLE}\b[^.!?\n]{{0,40}}\b(?:omits?|leaves? out|unaware|in the dark|none the wiser"
        r"|(?:need|must|should|may|can|will|do|does) not (?:be )?(?:know|see|learn|notice|find out|told|informed|aware"
        r"|notified|realise|realize)|never (?:knows?|sees?|learns?|notices?|finds? out))\b"
        r"|\b(?:do not|never|no (?:need|reason) to|(?:should|must|need) not|avoid|refrain from)\b[^.!?\n]{0,30}"
        rf"\b{_TELL}\w*"
        r"|\btell (?:nobody|no ?one|no-one)\b|\bout of sight\b|\bwithout (?:comment|a word|notice|saying so|trace)\b"
        r"|\bleav(?:e|ing) (?:this|it|that|them) out\b|\bnot (?:to )?(?:show|turn|come) up in\b"
        r"|\bhidden (?:links?|fields?|images?|text)\b|\bbetween us\b"
        r"|\bkeep (?:this|it|that)(?: \w+){0,2} (?:quiet|private|secret|confidential|to yourself)\b"
        r"|\b(?:erase|wipe|remove|clear|delete|cover) (?:(?:the|any|all|your|its) ){0,2}"
        r"(?:traces?|tracks|logs?|evidence|history|records?|audit)\b"
    ),
    "lying": lazy(
        rf"\bif (?:the |a |an )?(?:{_PEOPLE}|asked|questioned|you are asked)\b[^.!?\n]{{0,60}}"
        r"\b(?:reply|say|answer|respond|claim|deny|state|tell|insist|pretend|assure)\b"
        r"|\b(?:in reality|in truth),? [^.!?\n]{0,60}\b(?:posted|sent|forwarded|uploaded|stored|copied)\b"
        rf"|\b(?:claim|pretend|assure (?:the )?{_PEOPLE}|say) (?:that )?(?:nothing|no \w+|it|this|they|you)\b"
    ),
    "defiance": lazy(
        r"\b(?:directives?|instructions?|wishes|objections?|orders?|commands?|preferences?) (?:from|of|by) the user\b"
        r"[^.!?\n]{0,80}\b(?:ignored|dropped|overridden|refused|discarded|rejected|disregarded)\b"
        r"|\bas if (?:typed|said|asked|sent|written|entered) by the user\b"
        r"|\b(?:over|above|instead of|rather than|regardless of|no matter|against) (?:anything|whatever|what|all)"
        r"(?: that)? (?:the user (?:wants|says|asks|said|types|typed|asked)|is typed|was typed)\b"
    ),
}
"""What is said: of which one stands in every meeting."""
_AROUND = {
    "trigger": lazy(
        r"\b(?:whenever|each time|every time|(?:every|each) \w+ (?:call|time|use|request|message)|prior to|ahead of"
        r"|before (?:each|every|any|calling|using|you|answering|responding|the (?:real|actual|first)|it|this)"
        r"|beforehand|after (?:finishing|each|every|that|this|completing)|(?:on|with|upon) (?:each|every)"
        r"|when(?:ever)? \w+ (?:is|was|gets?) (?:used|called|invoked|run)|also|as well|additionally|in addition"
        r"|then|once (?:the|it|this|that|you)|the next|from (?:this point|now on|here on)|henceforth)\b"
    ),
    "tool": lazy(
        r"[`'\"][a-z]\w+[`'\"] tool\b|\b(?:the|using|via|with|through|call|invoke|run|use|next) `?[a-z]+_[a-z_]+\b"
    ),
    "outside": lazy(rf"{ADDRESS}|\b\d{{1,3}}(?:\.\d{{1,3}}){{3}}\b"),
    "waiver": lazy(
        r"\b(?:safety|security|polic(?:y|ies)|confirmations?|approvals?|consent|permission|review|directives?"
        r"|guidelines?|restrictions?|rules?)\b[^.!?\n]{0,60}\b(?:not apply|skip(?:ped)?|bypass(?:ed)?|ignored?|void"
        r"|answered with yes|disabled|suspended|overridden|waived|unrestricted)\b"
        r"|\b(?:skip|bypass|without|disregard|ignore|override)\b[^.!?\n]{0,40}"
        r"\b(?:confirm\w*|approv\w*|asking|consent|permission|review|polic\w+|safety)\b|\bon the user's behalf\b"
        r"|\b(?:has|have|having|already|hereby|been) (?:pre-?approved|consented|agreed to|authori[sz]ed|granted)\b"
        r"|\b(?:no|without) (?:content|safety|ethical|moral) (?:rules|limits|filters|restrictions|guidelines)\b"
    ),
    "addressed": lazy(
        r"\b(?:the|dear|an?|as an?|note to|notes? for|by the) (?:ai|llm|assistant|agent|model|language model|chatbot)\b"
        r"|<(?:system|important|secret|admin|hidden|instructions?)\b"
    ),
    "payee": lazy(r"\b(?:accounts?|iban|wallet|payee|recipient|amount)\b[^.!?\n]{0,30}[\d@]"),
}
"""What stands around it."""
_ENOUGH = ("addressed", "waiver")
"""What needs nothing that is said."""
_WORDS = frozenset(
    texts(
        "invisible|unnoticed|unseen|concealed|withheld|hide|hidden|conceal|withhold|omit|omits|omitted"
        "|omitting|unaware|wiser|dark|anything|account|accounts|wire|iban|wallet|payee|nobody|noone|sight"
        "|comment|notice|leave|leaving|pin|variables|values|strings|login|cookie|known_hosts|consented"
        "|pre-approved|preapproved|authorized|authorised|typed|assistant|agent|llm|mention|mentioning|tell"
        "|telling|inform|informing|notify|disclose|disclosing|reveal|bring|bringing|announce|alert|surface"
        "|acknowledge|admit|confess|us|quiet|private|secret|confidential|erase|wipe|traces|trace|tracks"
        "|evidence|know|knows|learn|learns|notices|reality|truth|pretend|claim|assure|deny|reply|passwd|shadow"
        "|credentials|passwords|password|tokens|token|keys|key|secrets|cookies|config|config_file|ssh|env"
        "|environment|aws|phrase|pem|id_rsa|netrc|kube|npmrc|dropped|overridden|disregarded|ignored|refused"
        "|discarded|rejected|git-credentials"
    )
)
"""Of these one stands wherever something is said."""
_CUT = str.maketrans(dict.fromkeys("/.,;:!?()[]{}<>'\"`|=", " "))


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
        if len(unit.folded) >= _SHORTEST and _may_meet(unit.folded):
            found = _first(unit.folded)
            if found:
                yield Meeting(unit.pointer, *found)


def _may_meet(text: str) -> bool:
    """Whether it is worth a look; False is certain, and costs nearly nothing."""
    if not may_match(_ORDER, text):
        return False
    is_said = any(may_match(pattern, text) for pattern in _SAID.values())
    return is_said or all(may_match(_AROUND[name], text) for name in _ENOUGH)


def _may_say(text: str) -> bool:
    return not _WORDS.isdisjoint(text.translate(_CUT).split())


def _first(folded: str) -> tuple[str, tuple[str, ...]] | None:
    before: Sentence | None = None
    for sentence in sentences(folded):
        start = before.start if before is not None else sentence.start
        before = sentence
        text = folded[start : sentence.end]
        if _may_meet(text) and _may_say(text):
            signs = _meeting(folded, start, sentence.end)
            if signs:
                return text, tuple(sorted(signs))
    return None


def _meeting(folded: str, start: int, end: int) -> frozenset[str]:
    """The signs that stand in a part of a text, if they are such as do not meet in honest ones."""
    text = folded[start:end]
    said = {name for name, pattern in _SAID.items() if _is_meant(pattern.search(text), folded, start)}
    if not said and not all(_AROUND[name].search(text) for name in _ENOUGH):
        return frozenset()
    if not _ORDER.search(text):
        return frozenset()
    signs = frozenset(said | {name for name, pattern in _AROUND.items() if pattern.search(text)})
    is_meeting = (
        "defiance" in signs
        or ("secret" in signs and (signs & {"hiding", "lying"} or len(signs & _AROUND.keys()) > 1))
        or ("hiding" in signs and signs & {"trigger", "waiver", "outside", "addressed", "payee"})
        or ("lying" in signs and signs & {"outside", "hiding", "waiver"})
        or signs.issuperset(_ENOUGH)
    )
    return signs if is_meeting else frozenset()


def _is_meant(found: re.Match[str] | None, folded: str, start: int) -> bool:
    """Whether a sign stands there, is not quoted, and not what is looked for."""
    if found is None:
        return False
    low, high = start + found.start(), start + found.end()
    return not is_quoted(folded, low, high) and not speaks_of_attacks(folded, low, high)
