"""A tool that puts itself before a peer's tool: by wearing its name and description, or by words about it.

A clone has the name of a peer's tool and nearly its description. Two servers of which most tools are the same are two
instances of one package, not a clone: people run a second database server, or the fork of one. An impostor is small; a
server with many tools of its own has a job of its own and shares a text by descent, so that only asks for a look.

Words about a peer count only in one sentence with the peer's tool written as code (`send_email`, sendEmail, `fetch`)
and a verb of change: use this instead, redirect, override, before calling it also …. A mention, or a common noun that
some tool is named after, says nothing. The server's own tools are its own business.
"""

from __future__ import annotations

from collections.abc import Iterator

from supervisor.scan.checks import shadow_peer_words as words
from supervisor.scan.checks.check import Check
from supervisor.scan.context import Context
from supervisor.scan.text.items import Item, Unit
from supervisor.scan.text.lazy import lazy
from supervisor.scan.text.names import description_of, words_of
from supervisor.scan.text.sentences import is_mentioned, is_quoted, mention, sentence_around
from supervisor.scan.text.spots import sentence_at, sentences_with
from supervisor.scan.words import Hit

_WORD = lazy(r"\w+")
_NEAR_ALL = 0.9
"""Part of the peer's words that a clone has, whatever it adds."""
_NEAR_SAME = 0.8
"""Words that both have, of all words of either (Jaccard)."""
_FEW_WORDS = 4
"""Descriptions with fewer different words agree by chance: “Read a file”."""
_MANY_TOOLS = 10
_SECOND_SHARE = 0.6
"""Part of the tools of both servers that two instances of one package have in common."""
_SECOND_TOOLS = 3
"""With fewer tools in common, the servers' names must be akin, too."""
_QUOTED_WITH = 8
"""Characters before a name that stand in its quotation marks, too, where a whole phrase is quoted."""
_READ = 20_000
"""Characters of a description that are read; of longer ones `padding` tells."""
_BEFORE, _AFTER = 120, 180
"""Characters of the sentence that are read on either side of a name."""
_TRIED_IN = 100
"""Of a name that stands there again and again, one in so many characters is looked at."""
_SAYINGS = (
    ("sleeper", words.SLEEPS, "It says that it works without being called: then it is there for what it says."),
    ("disparages", words.DISPARAGES, "It says that the tools of others are not to be trusted."),
)
_PROSE = frozenset(("text", "title", "default", "comment", "meta", "annotation", "example"))


def find(item: Item, context: Context) -> Iterator[Hit]:
    """Compare a definition with the tools of the server's peers."""
    yield from _words_about_strangers(item, context)
    yield from _of_itself(item)
    if not context.peers.names:
        return
    if item.kind == "tool":
        yield from _clone(item, context)
    if not context.peers.folded_names.isdisjoint(words.TOKEN.findall(item.haystack)):
        own = frozenset(name.lower() for name in (*context.own, *context.peers.names_of(context.server)))
        own |= {unit.folded for unit in item.units if unit.role == "property"}
        for unit in item.units:
            if unit.role in _PROSE:
                yield from _words_about_peers(unit, own, context)


def _clone(item: Item, context: Context) -> Iterator[Hit]:
    twins = [peer for peer in context.peers.by_name(item.name) if peer.server != context.server]
    unit = description_of(item) if twins else None
    if unit is None:
        return
    own = frozenset(_WORD.findall(unit.folded))
    for peer in twins:
        likeness = _likeness(own, frozenset(_WORD.findall(peer.folded)))
        if likeness and not _is_same_package(context, peer.server):
            is_sure = likeness == "near" and len(context.own) < _MANY_TOOLS
            yield Hit(
                pointer="/name", evidence=item.name, tier="hard" if is_sure else "soft", view="folded",
                rule="clone",
                message=f"It has the name of a tool of {peer.server}, and nearly its description.",
                confidence=0.85 if is_sure else 0.5,
            )  # fmt: skip
            return


def _likeness(own: frozenset[str], other: frozenset[str]) -> str:
    """`near` if one description is nearly the other, `short` if that says little; otherwise empty."""
    shared = len(own & other)
    if not shared or (shared < _NEAR_ALL * len(other) and shared < _NEAR_SAME * len(own | other)):
        return ""
    return "near" if len(other) >= _FEW_WORDS else "short"


def _is_same_package(context: Context, server: str) -> bool:
    own, others = frozenset(context.own), context.peers.names_of(server)
    shared = len(own & others)
    is_akin = bool(_telling(context.server) & _telling(server))
    if shared >= _SECOND_SHARE * max(len(own), len(others)):
        return shared >= _SECOND_TOOLS or is_akin
    return is_akin and shared >= _SECOND_SHARE * min(len(own), len(others))


def _telling(server: str) -> frozenset[str]:
    """The words of a server's name that say what it serves."""
    return frozenset(word for word in words_of(server) if len(word) > 2) - words.GENERIC_NAMES


def _words_about_peers(unit: Unit, own: frozenset[str], context: Context) -> Iterator[Hit]:
    folded, names = unit.folded, context.peers.folded_names
    tried: set[tuple[str, int]] = set()
    for found in words.TOKEN.finditer(folded):
        token, (start, end) = found[0], found.span()
        if token not in names or token in own:
            continue
        if token not in context.peers.code_names and not _is_quoted_as_code(folded, start, end):
            continue
        place = (token, start // _TRIED_IN)
        rule = "" if place in tried else _rule(folded, start, end)
        tried.add(place)
        if rule:
            sentence = sentence_around(folded, start, end).text.strip()
            yield Hit(
                pointer=unit.pointer, evidence=sentence, tier="soft" if rule == "demand" else "hard", view="folded",
                message=f"It tells how “{token}”, a tool of another server, is to be used or replaced.",
                confidence=0.5 if rule == "demand" else 0.8, rule=rule,
            )  # fmt: skip
            return


def _words_about_strangers(item: Item, context: Context) -> Iterator[Hit]:
    """What the model is told to do whenever it calls a tool that this server does not have, whoever has it."""
    if item.words.isdisjoint(words.CALLING):
        return
    haystack = item.haystack
    for start, end in sentences_with(haystack, words.CALLING_STEMS):
        found = words.UNKNOWN.search(haystack, start, end)
        if found is None or found[1] in context.own or found[1] in context.peers.folded_names:
            continue
        if any(unit.role == "property" and unit.folded == found[1] for unit in item.units):
            continue
        for unit in item.units:
            if unit.role in _PROSE and found[0] in unit.folded:
                yield Hit(
                    pointer=unit.pointer, evidence=found[0], tier="soft", view="folded", confidence=0.5,
                    rule="stranger",
                    message=f"It tells what to do whenever “{found[1]}” is called, which is no tool of this server.",
                )  # fmt: skip
                break


def _of_itself(item: Item) -> Iterator[Hit]:
    """A tool that says it works without being called, or that others' are bad: it is there for its text."""
    unit = description_of(item) if not item.words.isdisjoint(words.SPEAKS_OF_ITSELF) else None
    for rule, pattern, message in _SAYINGS if unit else ():
        found = pattern.search(unit.folded[:_READ]) if unit else None
        if unit and found and not is_mentioned(unit.folded, found.start(), found.end()):
            yield Hit(
                pointer=unit.pointer, evidence=found[0], message=message, tier="soft", view="folded", confidence=0.5,
                rule=rule,
            )  # fmt: skip


def _is_quoted_as_code(folded: str, start: int, end: int) -> bool:
    """A name that is a common noun reads as code in quotation marks, before parentheses or before “tool”."""
    before, after = folded[max(0, start - 1) : start], folded[end : end + 6]
    return before in ("`", "'", '"') or after.startswith(("(", "` tool", "' tool", '" tool'))


def _rule(folded: str, start: int, end: int) -> str:
    first, last = sentence_at(folded, start, end)
    before, after = folded[max(first, start - _BEFORE) : start], folded[end : min(last, end + _AFTER)]
    rule = words.rule(before, after)
    if not rule or words.DENIED.search(before) or mention(folded, start, end) in ("example", "described"):
        return ""
    is_phrase_quoted = start - _QUOTED_WITH >= first and is_quoted(folded, start - _QUOTED_WITH, end)
    return "" if is_phrase_quoted else rule


CHECK = Check(id="shadow.peer", title="A tool shadows a tool of another server", find=find)
