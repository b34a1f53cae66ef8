"""English phrases that keep something from the user."""

from __future__ import annotations

from supervisor.scan.checks.phrases.table import Idiom, texts
from supervisor.scan.words import Tier

_USER = (
    r"(?:(?:the |an? |any |your |this |end[- ]?){0,2}(?:users?|humans?|persons?|people|customers?|operators?|clients?"
    r"|anyone|anybody|owners?))"
)
_NOT = (
    r"(?:do not|never|must not|should not|shall not|may not|can not|cannot|will not|not to|need not|no need to|avoid"
    r"|refrain from|without|don t|nor)"
)
_TELL = (
    r"(?:tell|inform|mention|notify|alert|warn|admit|acknowledge|announce|bring up|telling|informing|mentioning"
    r"|notifying|alerting|warning|let|letting|report|reporting|disclose|reveal|communicate|disclosing|revealing)"
)
_SHOW = r"(?:show|display|expose|share|describe|explain|say|showing|displaying|exposing|sharing|print|output|include)"
_THIS = (
    r"(?:this|that|it|these|those|them|any of (?:this|it|these)|anything|a word|the fact|about (?:this"
    r"|it|that|these))"
)
_UNLESS = r"(?![^.]{0,40}\b(?:unless|until|if they|once|twice|yet)\b)"
_DEED = (
    r"\b(?:cop(?:y|ied)|sent|send\w*|forward\w*|upload\w*|access\w*|backup|collect\w*|transfer\w*|transmi\w+|shared?"
    r"|sharing|stor(?:ed|ing)|log(?:ged|ging)|step|exfil\w*|redirect\w*|extra|hidden|recorded|read"
    r"|chang\w+|modif\w+)\b"
)
_STEP = (
    r"(?:existence|transfer|cop(?:y|ies)|upload|change|addition|extra|hidden|instructions?|above|step"
    r"|following|real|true"
    r"|process|forwarding|backup|access|action|recipient|redirection|side effect)"
)
_WITHHELD = (
    r"(?:know|notice|find out|learn|see (?:this|it|that|what)|realise|realize|hear|become aware"
    r"|suspect|discover|be (?:told"
    r"|informed|made aware|aware|notified|alerted|shown))"
)

_NOTS = texts(
    "do not|never|must not|should not|shall not|may not|can not|cannot|will not|not to|need not|no need|avoid|refrain"
    "|without|don t|nor "
)
_TELLS = texts(
    "tell|inform|mention|notif|alert|warn|admit|acknowledg|announc|bring|let |letting|report|disclos|reveal|communicat"
)
_USERS = texts("user|human|person|people|customer|operator|client|anyone|anybody|owner")
_HIDES = texts("keep|hide|conceal|withhold|leave")


def _idiom(tier: Tier, anchors: tuple[tuple[str, ...], ...], pattern: str) -> Idiom:
    return Idiom("secrecy", tier, anchors, pattern)


SECRECY = (
    _idiom("hard", (_NOTS, _TELLS, _USERS), (
        rf"\b(?P<v>{_NOT}) (?:\w+ ){{0,2}}?{_TELL} {_THIS}(?: \w+){{0,3}}? (?:to|with|from) {_USER}\b{_UNLESS}"
    )),
    _idiom("hard", (_NOTS, _TELLS, _USERS), (
        rf"\b(?P<v>{_NOT}) (?:\w+ ){{0,2}}?{_TELL}(?: to)? {_USER}(?: know)?(?: of)? (?:{_THIS}"
        rf"|what you|why)\b{_UNLESS}"
    )),
    _idiom("hard", (_NOTS, _TELLS, _USERS), (
        rf"\b(?P<v>{_NOT}) (?:\w+ ){{0,2}}?{_TELL} {_USER}(?: either| anything| about)?\s*(?:$|[.;!)<\]\"])"
    )),
    _idiom("hard", (_NOTS, _TELLS, _USERS), (
        rf"\b(?P<v>{_NOT}) (?:\w+ ){{0,2}}?{_TELL}(?: to)? {_USER}(?: know)? (?:that|about|of|how|where|why) "
        rf"[^.\n]{{0,60}}{_DEED}"
    )),
    _idiom("hard", (_NOTS, texts("mention|disclos|reveal|acknowledg|admit|bring|talk about|refer|discuss")), (
        rf"\b(?P<v>{_NOT}) (?:\w+ )?(?:mention|disclose|reveal|acknowledge|admit|bring up|talk about|refer to|discuss"
        rf"|reference)(?:ing)? (?:this|that you|that a|any of this|anything about|the (?:\w+ )?{_STEP})\b{_UNLESS}"
    )),
    _idiom("hard", (_NOTS, texts("mention|acknowledg|bring|talk about|refer ")), (
        rf"\b(?P<v>{_NOT}) (?:\w+ )?(?:mention|acknowledge|bring up|bring|talk about|refer to) (?:it|these|them|this)"
        rf"(?: up)?(?: (?:in|when|anywhere|to|at)\b|\s*(?:$|[.;!,)<])){_UNLESS}"
    )),
    _idiom("hard", (texts("mentioned|disclosed|revealed|reported|told|communicated|discussed"),), (
        r"\b(?P<v>(?:this|that|it|which|they|these)\b[^.\n]{0,30}\b(?:must|should|shall|may|is|are|will|can|needs?) "
        r"(?:never|not)(?: to)?(?: \w+)? be (?:mentioned|disclosed|revealed|reported|told|communicated|discussed))"
        rf"(?: (?:to|with) {_USER}|\s*(?:$|[.;!)<]))"
    )),
    _idiom("hard", (_USERS, texts(" not|never")), (
        rf"\b(?P<v>{_USER} (?:must|should|shall|may|can|need|does|do|is|are|will) (?:not|never)(?: need)?(?: to)? "
        rf"{_WITHHELD})\b(?! (?:how|the|their|which|whether|if|where|when))"
    )),
    _idiom("hard", (("unaware", "ignorant", "in the dark", "oblivious", "uninformed"),), (
        rf"\b(?P<v>(?:{_USER}|they) (?:must|should|shall|has to|needs to|is to|will) (?:\w+ )?(?:remain|stay|be kept"
        r"|be left|be) (?:unaware|ignorant|in the dark|oblivious|uninformed))\b"
    )),
    _idiom("hard", (("no need",),), (
        rf"\b(?P<v>no need (?:to|for) (?:{_USER} to (?:hear|know|learn|be told|be aware|see)|(?:tell"
        rf"|inform|mention|notify"
        rf"|bother|bring)\w*(?: \w+){{0,4}}? (?:{_USER}|this|it|up)))\b"
    )),
    _idiom("hard", (_HIDES, texts("from|secret|hidden|confidential|yourself|between us|private|quiet|out of")), (
        rf"\b(?P<v>(?:keep|hide|conceal|withhold|leave) (?:all |any of )?(?:this|it|that|these|them"
        rf"|the (?:\w+ )?{_STEP})"
        r"(?: (?:fact|part|step|instruction|transfer|action|detail|process))?(?: \w+){0,2}? "
        rf"(?:from {_USER}|from the person|secret|hidden|confidential|to yourself|between us|private|quiet|out of "
        r"(?:your|the|any|all) (?:\w+ )?(?:summary|answer|reply|response|report|output|message)s?))\b"
    )),
    _idiom("hard", (texts("no reference|no mention|no allusion|no note"),), (
        r"\b(?P<v>(?:make|with|contain|include) no (?:reference|mention|allusion|note)(?: to| of"
        r"| about)? (?:it|this|that"
        r"|them|these))\b"
    )),
    _idiom("hard", (("without",), _USERS), (
        rf"\b(?P<v>without {_USER}(?:'s)? (?:noticing|knowing|realising|realizing|seeing|finding out"
        rf"|knowledge|awareness"
        r"|being (?:aware|told|informed|notified))"
        r")\b"
    )),
    _idiom("hard", (_USERS, texts("not supposed|not meant|not allowed|never supposed|never meant")), (
        rf"\b(?P<v>{_USER}(?: \w+){{0,4}}? (?:is|are) (?:not|never) (?:supposed|meant|allowed) to {_WITHHELD})\b"
    )),
    _idiom("soft", (texts("hint of|trace of|sign of|indication of"),), (
        r"\b(?P<v>(?:must|should|may|do|shall) not (?:contain|include|show|give|leave) any (?:hint"
        r"|trace|sign|indication) of)\b"
    )),
    _idiom("soft", (_NOTS, _USERS, texts("show|display|expos|shar|describ|explain|say |print|output|includ")), (
        rf"\b(?P<v>{_NOT}) (?:\w+ )?{_SHOW} (?:this|it|these|them|any of this)(?: \w+){{0,2}}? (?:to"
        rf"|with) {_USER}\b{_UNLESS}"
    )),
)  # fmt: skip
"""Soft is what may as well be a matter of taste: what a person is shown."""
