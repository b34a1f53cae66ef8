"""Orders in places that a person does not see, or takes for markup: comments, hidden elements, tags made up to look
like a system's, tokens of chat templates; and remote images and links with a slot for data.

Markup itself is no finding: tools for documents are full of it. It has to hold an order, or open a slot.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from supervisor.scan.checks.check import Check
from supervisor.scan.checks.phrases.directive import is_directive, names_a_target
from supervisor.scan.context import Context
from supervisor.scan.text.items import Item, Unit
from supervisor.scan.text.lazy import lazy
from supervisor.scan.text.sentences import is_mentioned, is_quoted, sentence_around
from supervisor.scan.words import Hit, Tier

_ENTITIES = (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&#60;", "<"), ("&#62;", ">"), ("&amp;", "&"))
_COMMENT = lazy(
    r"<!--((?:[^<]|<(?!!--)){1,2000}?)(?:-->|$)|/\*(.{1,1000}?)\*/|\[//\]: # [(\"](.{1,1000}?)[)\"]", re.DOTALL
)
_HIDDEN = lazy(
    r"<(\w{1,12})\b[^<>]{0,200}?(?:display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0"
    r"|opacity\s*:\s*0(?![.\d]*[1-9])"
    r"|(?:color|background)\s*:\s*(?:white|#fff(?:fff)?|transparent)|\bhidden\b|(?:left|top"
    r"|text-indent)\s*:\s*-\d{3,}|height\s*:\s*0"
    r"|width\s*:\s*0|aria-hidden)[^<>]{0,200}>([^<]{1,1000})",
    re.DOTALL,
)
_TAG = lazy(
    r"<\s{0,3}(/?)((?:very[_ -]?)?important|(?:system|hidden|secret|admin|developer|assistant|ai|agent"
    r"|llm|model|user|tool)?[_ -]?"
    r"(?:instructions?|directives?|prompt|override|rules?|commands?|policy|policies|notes?|notice"
    r"|reminder|context|message|guidelines?|only)"
    r"|system|hidden|secret|admin|internal|critical|priority|confidential|mandatory"
    r"|sys)(?:[ :_-][\w=\"' -]{0,40})?\s{0,3}>([^<]{1,1500})",
    re.DOTALL,
)
_LABEL = lazy(
    r"(?:\[|<<|\{\{)\s?(?:(?:system|admin|administrator|developer|root|security|assistant|ai|llm"
    r"|hidden|internal|override)"
    r"(?:[ _-](?:notice|message|note|instructions?|prompt|override|update|directive|policy|alert"
    r"|command|only))?|instructions?)\s?(?:\]|>>|\}\})[ :]{0,3}(.{0,300})",
    re.DOTALL,
)
_TEMPLATE = lazy(
    r"<\|(?:im_start|im_end|system|user|assistant|endoftext|begin_of_text|start_header_id"
    r"|end_header_id|eot_id|end|sep)\|>|<<sys>>|\[/?inst\]|<(?:start|end)_of_turn>"
    r"|(?:^|\n)#{2,3} ?(?:instruction|system|response)s?:|</s>\s?<s>|(?:^|\n)\s?(?:human|assistant"
    r"|system): |<\|channel\|>|<function_calls>|<tool_(?:call|response)>"
)
_SPEAKS_OF_MARKUP = lazy(
    r"\b(?:tokens?|separators?|delimiters?|templates?|formats?|formatted|markers?|tags?|syntax|chatml"
    r"|elements?|comments?|markup|html|xml|escape\w*|strips?|removes?|converts?|parses?|render\w*"
    r"|wrap(?:s|ped)?)\b"
)
_ASKS_FIRST = lazy(
    r"(?<!not )(?<!never )(?<!to )(?<!without )\bask (?:the user |them |users )?(?:for|to) (?:\w+ ){0,3}?"
    r"(?:confirm\w*|approv\w*|consent|permission)\b"
)
"""It has the model ask first: odd in such a tag, but not against the user."""
_ROLE_AFTER = lazy(r"\s{0,3}(?:system|user|assistant|you (?:are|must|obey|will)|developer)\b")
_DATA = (
    r"(?:secrets?|conversation|history|context|tokens?|api_?keys?|prompt|chat|messages?|password|credentials?|env|data"
    r"|user_?(?:data|input|info|query|message|email))"
)
_SLOT = (
    rf"(?:\{{{{?\s?\w{{0,20}}{_DATA}\w{{0,20}}\s?\}}}}?|<[a-z_ -]{{0,20}}{_DATA}[a-z_ -]{{0,20}}>"
    rf"|\[[a-z_ -]{{0,20}}{_DATA}[a-z_ -]{{0,20}}\]|[?&#]\w{{1,20}}=(?:{_DATA}\b|\{{|<|\[|\$|%7b|\.{{3}}|x{{3,}}))"
)
"""Where something is to be put in: named after what it takes, or the value of a query."""
_REMOTE = r"(?:https?:)?//"
_IMAGE = lazy(
    rf"!\[[^\]]{{0,100}}\]\(\s{{0,3}}{_REMOTE}[^)\s]{{1,300}}?{_SLOT}"
    rf"|<img\b[^<>]{{0,100}}?src\s?=\s?[\"']?{_REMOTE}[^\s]{{1,300}}?{_SLOT}"
)
_LINK = lazy(rf"(?<!!)\[[^\]]{{1,100}}\]\(\s{{0,3}}{_REMOTE}[^)\s]{{1,300}}?{_SLOT}")
_ANCHORS = ("<", "![", "](", "[", "{{", "&lt;", "/*", "###", "human:", "assistant:", "system:")


def find(item: Item, _context: Context) -> Iterator[Hit]:
    """Look at every text that has markup."""
    if not any(anchor in item.haystack for anchor in _ANCHORS):
        return
    for unit in item.units:
        text = unit.folded
        if len(text) > 8 and any(anchor in text for anchor in _ANCHORS):
            yield from _in_text(unit, _unescaped(text))


def _unescaped(text: str) -> str:
    if "&" in text:
        for entity, sign in _ENTITIES:
            text = text.replace(entity, sign)
    return text


def _in_text(unit: Unit, text: str) -> Iterator[Hit]:
    for found in _COMMENT.finditer(text):
        yield from _order(unit, text, found, "comment", "An order to the model stands in a comment.")
    for found in _HIDDEN.finditer(text):
        yield from _order(
            unit, text, found, "hidden_element", ("An order to the model stands in an element that is not shown.")
        )
    for found in _TAG.finditer(text):
        if not found[1]:
            yield from _order(unit, text, found, "tag", "A tag that poses as a system's holds an order to the model.")
    for found in _LABEL.finditer(text):
        yield from _order(
            unit, text, found, "label", "A label that poses as a system's stands before an order to the model."
        )
    yield from _templates(unit, text)
    for pattern, what in ((_IMAGE, "image"), (_LINK, "link")):
        found_slot = pattern.search(text)
        if found_slot and not _is_shown(text, found_slot.start(), found_slot.end()):
            tier: Tier = "hard" if what == "image" else "soft"
            yield _hit(unit, text, found_slot, what, f"A remote {what} has a slot for data.", tier=tier)


def _order(unit: Unit, text: str, found: re.Match[str], rule: str, message: str) -> Iterator[Hit]:
    inner = (found[found.lastindex or 0] or "").strip()
    if _is_shown(text, found.start(), found.start() + 1):
        return
    if is_directive(inner):
        is_careful = rule == "tag" and _ASKS_FIRST.search(inner) is not None and not names_a_target(inner)
        yield _hit(unit, text, found, rule, message, tier="soft" if is_careful else "hard")
    elif rule == "label" and inner.count(" ") and not _speaks_of_markup(text, found.start(), found.end()):
        yield _hit(unit, text, found, rule, message, tier="soft")


def _templates(unit: Unit, text: str) -> Iterator[Hit]:
    found = _TEMPLATE.search(text)
    if found is None:
        return
    after = text[found.end() : found.end() + 200]
    if _ROLE_AFTER.match(after) or is_directive(after.strip()):
        if not _is_shown(text, found.start(), found.end()):
            yield _hit(unit, text, found, "template", "A chat template's token opens a turn of its own.", tier="hard")
    elif not _speaks_of_markup(text, found.start(), found.end()):
        yield _hit(unit, text, found, "template", "A chat template's token stands in the text.", tier="soft")


def _is_shown(text: str, start: int, end: int) -> bool:
    """An example of markup rather than markup: quoted, or named as what the tool works on."""
    return is_quoted(text, start, end) or is_mentioned(text, start, end)


def _speaks_of_markup(text: str, start: int, end: int) -> bool:
    sentence = sentence_around(text, start, end)
    return _SPEAKS_OF_MARKUP.search(sentence.text) is not None or is_mentioned(text, start, end)


def _hit(unit: Unit, text: str, found: re.Match[str], rule: str, message: str, *, tier: Tier) -> Hit:
    evidence = text[found.start() : found.start() + 200]
    return Hit(
        pointer=unit.pointer, evidence=evidence, message=message, tier=tier, view="folded", confidence=0.85, rule=rule
    )


CHECK = Check(id="markup.hidden", title="Hidden text or made-up markup holds orders to the model", find=find)
