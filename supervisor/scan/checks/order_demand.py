"""A tool that demands to run before, or instead of, tools that are not its server's own.

Servers rightly say in which order their own tools are used. What none of them can know is that it is to come before
“any tool”, whatever server it belongs to.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from supervisor.scan.checks.check import Check
from supervisor.scan.checks.phrases.languages import TABLES
from supervisor.scan.context import Context
from supervisor.scan.text.items import Item, Unit
from supervisor.scan.text.lazy import lazy
from supervisor.scan.text.names import words_of
from supervisor.scan.text.sentences import is_mentioned
from supervisor.scan.text.spots import any_of
from supervisor.scan.words import Hit

_ANY = (
    r"(?:any|all|every|each|other|another|everything|anything|whichever|the other|any other|all other"
    r"|every other|all the other"
    r"|competing|alternative|similar|built-?in|third[- ]party)"
)
_THINGS = (
    r"(?:tools?|servers?|mcp servers?|functions?|tool calls?|actions?|operations?|integrations?"
    r"|plugins?|(?:\w+ ){1,3}tools?|(?:\w+ )?(?:servers?'?|from) tools?)"
)
_DEMAND = (
    r"(?:must|always|should|shall|needs? to|ha(?:s|ve) to|required|mandatory|never|do not|only|ensure"
    r"|make sure|prefer|use|call|run|invoke|execute|has priority|takes? (?:precedence|priority))"
)
_ORDER = (
    r"(?:before|prior to|ahead of|instead of|in place of|rather than|in preference to|in lieu of|over"
    r"|precedence over|priority over|supersedes|replaces)"
)
_ORDERS = frozenset((
    "before", "prior", "ahead", "instead", "place", "rather", "preference", "lieu", "over", "precedence",
    "priority", "supersedes", "replaces",
))  # fmt: skip
_OTHERS = frozenset((
    "any", "all", "each", "every", "other", "another", "others", "everything", "anything", "whichever",
    "competing", "alternative", "similar", "builtin", "built", "third",
))  # fmt: skip
_TOOLS = frozenset((
    "tool", "tools", "server", "servers", "function", "functions", "call", "calls", "action", "actions",
    "operation", "operations", "integration", "integrations", "plugin", "plugins",
))  # fmt: skip
_CALLS = frozenset((
    "use", "used", "using", "call", "called", "calling", "invoke", "invoked", "invoking", "route", "run",
    "running", "send", "execute", "executed", "trust", "rely", "relying", "must",
))  # fmt: skip
_REQUESTS = frozenset((
    "request", "requests", "task", "tasks", "question", "questions", "message", "messages", "prompt", "prompts",
    "query", "queries", "turn", "turns", "interaction", "interactions", "response", "responses", "conversation",
    "conversations", "session", "sessions", "reply", "replies", "answer", "answers", "step", "steps",
))  # fmt: skip
_NEVER = frozenset((
    "not", "never", "avoid", "stop", "refrain",
))  # fmt: skip
_UNASKED = frozenset((
    "regardless", "matter", "whatever", "irrespective",
))  # fmt: skip
_RULES = tuple(
    (rule, needed, lazy(pattern))
    for rule, needed, pattern in (
        ("any_tool", (_ORDERS, _OTHERS, _TOOLS), (
            rf"\b{_DEMAND}\b[^.\n]{{0,60}}?\b{_ORDER}\b(?: (?:you |the )?(?:us(?:e|ing)|call(?:ing)?"
            rf"|invok(?:e|ing)|run(?:ning)?|execut(?:e|ing)))? {_ANY} {_THINGS}\b"
        )),
        ("any_tool", (_ORDERS, _OTHERS, _TOOLS), (
            rf"\b(?:before|instead of|in place of) (?:us(?:e|ing)|call(?:ing)?|invok(?:e|ing)"
            rf"|run(?:ning)?) {_ANY} {_THINGS}\b[^.\n]{{0,60}}?\b(?:must|always|call|run|use|invoke|should"
            rf"|first)\b"
        )),
        ("no_other", (_NEVER, _OTHERS, _TOOLS), (
            r"\b(?:do not|never|must not|avoid|stop|refrain from)(?: \w+)? (?:us(?:e|ing)|call(?:ing)?"
            r"|invok(?:e|ing)|rely(?:ing)? on) (?:any |the )?(?:other |another |all other "
            r"|others' )(?:\w+ ){0,2}?(?:tools?|servers?)\b"
        )),
        ("no_other", (_NEVER, _OTHERS, _TOOLS), (
            r"\b(?:do not|never) (?:use|call|invoke|trust) (?:any )?(?:tools? (?:of|from) (?:other|another"
            r"|any other)|other servers?'?)"
        )),
        ("no_other", (frozenset(("no", "none")), _TOOLS), (
            r"\b(?:no|none of the) (?:other )?tools?\b[^.\n]{0,40}?\b(?:may|must|should|can) be (?:used|called|invoked"
            r"|run)\b[^.\n]{0,30}?\b(?:until|before|without|unless)\b"
        )),
        ("no_other", (_OTHERS, _TOOLS), (
            r"\b(?:ignore|skip|bypass|disregard|avoid)(?: \w+){0,3}? (?:tools?|functions?) (?:of|from|by) (?:any )?"
            r"(?:other|another) servers?\b"
        )),
        ("no_other", (_OTHERS, _TOOLS), (
            r"\b(?:all|any|the|every|each)? ?(?:other|competing|similar)(?: \w+){0,2} tools?\b[^.\n]{0,30}?"
            r"\b(?:(?:must|should|may) (?:not|never) be (?:used|called|invoked|run)"
            r"|(?:are|is) (?:now |all )?(?:broken|unsafe|insecure|obsolete|forbidden|compromised|deprecated"
            r"|malicious))\b"
        )),
        ("no_other", (frozenset(("only",)), _TOOLS), (
            r"\bthe only(?: \w+){0,2} tool (?:that )?(?:you|the (?:assistant|agent|model|ai)) (?:should|may|must|can)"
            r" (?:ever )?(?:use|call|invoke|run|trust)\b"
        )),
        ("every_request", (_OTHERS, _TOOLS, _CALLS), (
            r"\b(?:route|send|pass|direct|forward) (?:all|every|any)(?: \w+){0,4} (?:through|via|to) this"
            r" (?:tool|server)\b"
        )),
        ("every_request", (_REQUESTS, _OTHERS, _CALLS), (
            r"\b(?:use|call|invoke|route|run|send)(?: \w+){0,3} (?:this tool|it"
            r"|to this tool)?(?: \w+){0,2} ?(?:for|on|at|with|through) (?:every|all|any"
            r"|each) (?:single )?(?:user )?(?:requests?|tasks?|questions?|messages?|prompts?|quer(?:y|ies)"
            r"|turns?|interactions?|responses?|conversations?)\b[^.\n]{0,60}?\b(?:instead|regardless"
            r"|even if|whatever|no matter|first|including|without exception|before|another tool"
            r"|other tools?)\b"
        )),
        ("every_request", (_REQUESTS, _OTHERS, _CALLS), (
            r"\b(?:this tool )?(?:must|has to|needs to) (?:always )?be (?:called|invoked|run|used"
            r"|executed)(?: \w+){0,2} (?:(?:at|for|on|in|with|before|after) )(?:the (?:start"
            r"|beginning) of )?(?:every|each|any|all) (?:single )?(?:\w+ )?(?:requests?|tasks?|questions?"
            r"|messages?|prompts?|quer(?:y|ies)|turns?|interactions?|responses?|conversations?|sessions?"
            r"|answers?|steps?)\b"
        )),
        ("every_request", (frozenset(("before", "prior")), _OTHERS, _REQUESTS), (
            r"\b(?:before|prior to) (?:any|every|each|all) (?:\w{1,20} )?(?:repl(?:y|ies)|answers?|responses?|messages?"
            r"|turns?|requests?|prompts?)\b[^.\n]{0,60}?\b(?:must|obliged|always|required|ha(?:s|ve) to|needs? to"
            r"|shall)\b"
        )),
        ("first_of_all", (frozenset(("first",)), _CALLS), (
            r"\b(?:must|should|always|has to)(?: be| to)? (?:be )?(?:call|invoke|run|use|execute)(?:d"
            r"|n)?(?: this tool)? (?:as the )?(?:very )?first\b[^.\n]{0,40}?\b(?:before (?:anything"
            r"|everything)|no matter|regardless|in (?:every|any|each) (?:session|conversation|task))"
        )),
        ("whatever_is_asked", (_UNASKED,), (
            r"\b(?:regardless of|no matter|whatever|irrespective of)(?: what| which)? (?:the )?(?:user"
            r"|server|tool)(?:s|'s)?(?: \w+){0,4}\b"
        )),
    )
)  # fmt: skip
_DEMANDS = lazy(r"\b(?:tools?|call|invoke|run|use|prefer)\b")
_CALLED = ("using", "use ", "call", "invok", "run")
_FOREIGN_TOOL = lazy(
    r"\b(?:before|instead of|in place of|rather than|whenever|when|prior to)(?: you)? (?:us(?:e|ing)"
    r"|call(?:ing)?|invok(?:e|ing)|run(?:ning)?) (?:the )?[`'\"]?([a-z]\w*_\w+)[`'\"]?"
)
_OF_ITS_OWN = lazy(
    r"\W{0,2}(?:\w{1,40} ){0,2}?(?:(?:of|in|from|on|by|for) (?:this|the same|our|that) (?:server|mcp"
    r"|tool ?(?:set|kit)|integration|app|api|package|workflow|family|group|category)|of ours|here"
    r"|below|listed|above)\b"
)
_DOTTED = lazy(r"\b(?:invoke|call|use|run) (?:the )?[`'\"]?([a-z]\w*[./]\w+)\(\)")
_MUST = lazy(r"\b(?:must|always|never|first|required|mandatory|when processing|to ensure)\b")
_FOREIGN_WORDS = ("outil", "herramient", "ferrament", "werkzeug")
_ANCHORS = (
    "tool", "server", "before", "instead", "every", "regardless", "whatever", "no matter", "prior to", *_FOREIGN_WORDS,
)  # fmt: skip
_FOREIGN = tuple(lazy(table.classes["first"]) for table in TABLES if "first" in table.classes)


def find(item: Item, context: Context) -> Iterator[Hit]:
    """Look for demands in every text but names."""
    haystack = item.haystack
    if haystack.isascii() and not any_of(haystack, _ANCHORS):
        return
    rules = [(rule, pattern) for rule, needed, pattern in _RULES if not any(map(item.words.isdisjoint, needed))]
    for unit in item.units:
        if len(unit.raw) < 12 or unit.role in ("name", "property", "enum"):
            continue
        hit = _in_text(unit, unit.folded, rules, context) or _of_another(unit, unit.folded, item, context)
        if hit:
            yield hit


def _in_text(unit: Unit, text: str, rules: Sequence[tuple[str, re.Pattern[str]]], context: Context) -> Hit | None:
    for rule, pattern in rules:
        for found in pattern.finditer(text):
            if rule == "whatever_is_asked" and not _DEMANDS.search(text, max(0, found.start() - 80), found.end() + 40):
                continue
            if _TO_LEARN.search(found[0]) and not _DEMANDED.search(found[0]):
                continue
            if _OF_ITS_OWN.match(text, found.end()) or _names_own_server(found[0], context.server):
                continue
            if not is_mentioned(text, found.start(), found.start() + 1):
                return _hit(unit, text, found, rule)
    for pattern in _FOREIGN if not text.isascii() or any_of(text, _FOREIGN_WORDS) else ():
        other = pattern.search(text)
        if other:
            return _hit(unit, text, other, "any_tool")
    return None


_TO_LEARN = lazy(
    r"\bto (?:discover|find|look up|get|learn|list|resolve|see) (?:\w+ ){0,4}?(?:names?|ids?|identifiers?|keys?|uris?"
    r"|schemas?|values)\b"
)
"""What other tools are to be given, which is why this one comes before."""
_DEMANDED = lazy(r"\b(?:must|always|required|mandatory|never|ha(?:s|ve) to|first|any|every|all)\b")


def _names_own_server(text: str, server: str) -> bool:
    """Whether the tools that a demand is about are told to be this server's: “other circleci tools”."""
    telling = {word for word in words_of(server) if len(word) > 3} - {"server", "tools", "tool"}
    return not telling.isdisjoint(text.split())


def _of_another(unit: Unit, text: str, item: Item, context: Context) -> Hit | None:
    if not any_of(text, _CALLED):
        return None
    for found in (*_FOREIGN_TOOL.finditer(text), *_DOTTED.finditer(text)):
        name = found[1]
        own = {one.lower() for one in context.own} | {
            other.raw.lower() for other in item.units if other.role == "property"
        }
        near = text[max(0, found.start() - 80) : found.end() + 120]
        if name not in own and name != item.name.lower() and _MUST.search(near):
            return _hit(unit, text, found, "named_tool")
    return None


def _hit(unit: Unit, text: str, found: re.Match[str], rule: str) -> Hit:
    evidence = text[max(0, found.start() - 20) : found.end() + 40]
    return Hit(
        pointer=unit.pointer, evidence=evidence, message=(
            "It demands to run before or instead of tools that are not its server's."
        ),
        tier="soft", view="folded", confidence=0.6, rule=rule,
    )  # fmt: skip


CHECK = Check(id="order.demand", title="A tool demands to run before or instead of others'", find=find)
