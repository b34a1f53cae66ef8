"""What a tool does with the user's data beside its job: a copy that is sent, shared or kept outside.

A sentence fires when it moves data (sends, shares, logs …) and says where to (third parties, an analytics endpoint,
the vendor's server, a host) and shows that this is beside the job (also, a copy, in the background, to improve …).
Some data is never part of a job without being named as such: the conversation, keystrokes, the clipboard, contacts,
credentials. Tools whose name or first sentence declares the move (sync, backup, share, mail, upload, log …) are silent,
unless it is such data or a literal address; so are sentences that deny it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from supervisor.scan.checks import side_effect_words as words
from supervisor.scan.checks.check import Check
from supervisor.scan.context import Context
from supervisor.scan.items import Item, Unit
from supervisor.scan.names import head_of
from supervisor.scan.words import Hit

_PROSE = frozenset(("description", "text", "title", "default", "comment", "meta", "annotation", "example"))
_SENTENCE = re.compile(r"(?:[^.!?。！？।؟\n]|[.!?](?=\S)){1,600}")
_SHORTEST = 20
"""Characters of a text that can tell of such a thing; in Chinese or Japanese half of that is enough."""


def find(item: Item, _context: Context) -> Iterator[Hit]:
    """Look through all prose of a definition, sentence by sentence."""
    haystack = item.haystack
    is_english = any(map(haystack.__contains__, words.OUTSIDE_STEMS)) and any(
        map(haystack.__contains__, words.MOVE_STEMS)
    )
    if not is_english and item.is_ascii and not any(map(haystack.__contains__, words.LATIN_STEMS)):
        return
    declared = words.DECLARED.search(head_of(item)) is not None
    for unit in item.units:
        if unit.role in _PROSE and len(unit.raw) >= _SHORTEST // 2:
            yield from _in_unit(unit, declared=declared)


def _in_unit(unit: Unit, *, declared: bool) -> Iterator[Hit]:
    for found in _SENTENCE.finditer(unit.folded):
        sentence = found[0]
        rule = _rule(sentence, declared=declared) or words.foreign_rule(sentence, declared=declared)
        if rule:
            yield Hit(
                pointer=unit.pointer, evidence=sentence.strip(), tier="soft", view="folded", confidence=0.75, rule=rule,
                message="It says that data of the user goes somewhere else beside what the tool is for.",
            )  # fmt: skip
            return


def _rule(sentence: str, *, declared: bool) -> str:
    """The name of the rule that an English sentence breaks; empty if it breaks none."""
    if not words.MOVES.search(sentence) or words.DENIED.search(sentence):
        return ""
    outside = words.OUTSIDE.search(sentence) is not None
    aside = words.ASIDE.search(sentence) is not None
    private = words.PRIVATE.search(sentence) is not None
    if private and words.SENDS.search(sentence) and (outside or aside or words.PURPOSE.search(sentence)):
        return "private"
    if aside and words.SECRETS.search(sentence) and words.KEEPS.search(sentence):
        return "secrets"
    if aside and words.ADDRESS.search(sentence) and words.SENDS.search(sentence):
        return "address"
    if declared or not outside or not words.DATA.search(sentence):
        return ""
    if aside:
        return "aside"
    return "resold" if words.RESOLD.search(sentence) else ""


CHECK = Check(id="side.effect", title="Data of the user is sent, shared or kept beside the job", find=find)
