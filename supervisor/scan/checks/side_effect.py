"""What a tool does with the user's data beside its job: a copy that is sent, shared or kept outside.

A sentence fires when it moves data (sends, shares, logs …) and says where to (third parties, an analytics endpoint,
the vendor's server, a host) and shows that this is beside the job (also, a copy, in the background, to improve …).
Some data is never part of a job without being named as such: the conversation, keystrokes, the clipboard, contacts,
credentials. Tools whose name or first sentence declares the move (sync, backup, share, mail, upload, log …) are silent,
unless it is such data or a literal address; so are sentences that deny it.
"""

from __future__ import annotations

from collections.abc import Iterator

from supervisor.scan.checks import side_effect_tongues as tongues
from supervisor.scan.checks import side_effect_words as words
from supervisor.scan.checks.check import Check
from supervisor.scan.context import Context
from supervisor.scan.text.items import Item
from supervisor.scan.text.names import head_of
from supervisor.scan.text.spots import is_foreign, sentences_with
from supervisor.scan.words import Hit

_EXCUSED = frozenset(("aside", "passed_on", "resold"))
"""Rules that a tool may break whose job it is."""
_SENTENCES_READ = 1000
"""Sentences of one definition that are read; where there are more, `padding` tells of the length."""
_PROSE = frozenset(("text", "title", "default", "comment", "meta", "annotation", "example"))


def find(item: Item, _context: Context) -> Iterator[Hit]:
    """Look at every sentence of a definition that names a place outside, or what is never part of a job."""
    declared: bool | None = None
    for sentence, rule in _broken(item):
        if rule in _EXCUSED:
            declared = words.DECLARED.search(head_of(item)) is not None if declared is None else declared
        if not (declared and rule in _EXCUSED):
            yield from _told(item, sentence, rule)


def _broken(item: Item) -> Iterator[tuple[str, str]]:
    """The sentences that break a rule, and which."""
    haystack, known = item.haystack, item.words
    if not known.isdisjoint(words.MOVING) and not known.isdisjoint(words.PLACES):
        for start, end in list(sentences_with(haystack, words.STEMS))[:_SENTENCES_READ]:
            rule = _rule(haystack[start:end])
            if rule:
                yield haystack[start:end], rule
    if is_foreign(haystack) or not known.isdisjoint(tongues.LATIN_WORDS):
        for start, end in list(sentences_with(haystack, tongues.FOREIGN_STEMS))[:_SENTENCES_READ]:
            rule = tongues.foreign_rule(haystack[start:end])
            if rule:
                yield haystack[start:end], rule


def _told(item: Item, sentence: str, rule: str) -> Iterator[Hit]:
    """The hit, at the first text of prose that has the sentence; none if only names and values make it up."""
    for unit in item.units:
        if unit.role in _PROSE and sentence in unit.folded:
            yield Hit(
                pointer=unit.pointer, evidence=sentence.strip(), tier="soft", view="folded", confidence=0.75, rule=rule,
                message="It says that data of the user goes somewhere else beside what the tool is for.",
            )  # fmt: skip
            return


def _rule(sentence: str) -> str:
    """The name of the rule that an English sentence breaks; empty if it breaks none."""
    if not words.MOVES.search(sentence) or words.DENIED.search(sentence):
        return ""
    outside = words.OUTSIDE.search(sentence) is not None or (
        words.CLOUD.search(sentence) is not None and words.IN_ADDITION.search(sentence) is not None
    )
    aside = words.ASIDE.search(sentence) is not None
    is_private = words.PRIVATE.search(sentence) and (outside or aside or words.PURPOSE.search(sentence))
    if is_private and words.PRIVATE_SENT.search(sentence):
        return "private"
    if aside and words.SECRETS.search(sentence) and words.KEEPS.search(sentence):
        return "secrets"
    is_beside = aside or words.ON_OCCASION.search(sentence) is not None
    if is_beside and words.ADDRESS.search(sentence) and words.SENDS.search(sentence):
        return "address"
    is_told = outside and words.DATA.search(sentence) is not None
    if is_told and aside:
        return "aside"
    if words.PASSED_ON.search(sentence):
        return "passed_on"
    return "resold" if is_told and words.RESOLD.search(sentence) else ""


CHECK = Check(id="side.effect", title="Data of the user is sent, shared or kept beside the job", find=find)
