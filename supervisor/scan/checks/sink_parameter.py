"""A parameter that asks for what is none of the tool's business: the conversation, the system prompt, keys.

Three ways to ask: a description that tells the model to put such content there; the tool's own description that tells
it to put it into a parameter; and a name that can hold nothing else (`system_prompt`, `conversation_history`) of which
nothing says why. Tools whose job it is – for notes, thinking, feedback, talking to a model, looking at prompts – may
ask for the text of the job, though not for keys or the model's own system prompt. Credentials of the tool's own
service (`api_key`) and pages of results (`token`) are no sinks.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from supervisor.scan.checks import sink_parameter_words as words
from supervisor.scan.checks.check import Check
from supervisor.scan.context import Context
from supervisor.scan.text.items import Item, Unit
from supervisor.scan.text.names import purpose_of
from supervisor.scan.text.sentences import is_mentioned
from supervisor.scan.text.spots import is_foreign, sentences_with
from supervisor.scan.words import Hit

_PROSE = frozenset(("text", "title", "default", "example", "comment"))
_DEMANDS_TAKEN = 50
"""Different sentences that are looked for in every text: more of them say nothing new."""
_EXPLAINED = 25
"""Characters of a description from which on it can explain a parameter."""


def find(item: Item, _context: Context) -> Iterator[Hit]:
    """Look at the parameters of a tool, and at what its description says of them."""
    if item.kind not in ("tool", "prompt"):
        return
    demands = list(islice(dict.fromkeys(_demands(item)), _DEMANDS_TAKEN))
    sinks = [unit for unit in item.units if unit.raw in words.SINKS and unit.role == "property"]
    if not demands and not sinks:
        return
    is_job = words.JOB.search(purpose_of(item)) is not None
    asked: set[str] = set()
    for unit in item.units if demands else ():
        if unit.role in _PROSE and not unit.pointer.startswith("/outputSchema"):
            for hit in _asks(item, unit, demands, is_job=is_job):
                asked.add(unit.owner)
                yield hit
    if not is_job:
        yield from _unexplained(item, sinks, asked)


def _demands(item: Item) -> Iterator[str]:
    """The sentences that name what no tool of another kind needs."""
    haystack, known = item.haystack, item.words
    if not known.isdisjoint(words.CONTENT_WORDS) and not known.isdisjoint(words.ASKING):
        for start, end in sentences_with(haystack, words.STEMS):
            if words.CONTENT.search(haystack, start, end):
                yield haystack[start:end]
    if is_foreign(haystack) or not known.isdisjoint(words.LATIN_WORDS):
        for start, end in sentences_with(haystack, words.FOREIGN_STEMS):
            if words.FOREIGN.search(haystack, start, end):
                yield haystack[start:end]


def _asks(item: Item, unit: Unit, demands: list[str], *, is_job: bool) -> Iterator[Hit]:
    for sentence in demands:
        if sentence in unit.folded and (unit.owner or _names_parameter(item, sentence)):
            content = _content(sentence, is_job=is_job)
            if content:
                yield _hit(unit.pointer, sentence.strip(), f"It asks for {content} in a parameter.", "content", 0.75)
                return


def _content(sentence: str, *, is_job: bool) -> str:
    """What a sentence demands that is none of the tool's business; empty if it demands nothing of the kind."""
    for found in (words.KEYS_CONTENT if is_job else words.CONTENT).finditer(sentence):
        if words.DENIED.search(sentence) or is_mentioned(sentence, found.start(), found.end()):
            continue
        if words.WHOLE.search(found[0]) or words.WHOLE_BEFORE.search(sentence[: found.start()]):
            return found[0]
        if words.WITHIN_REACH.search(sentence, found.end()):
            return found[0]
        demand = words.DEMAND.search(sentence, 0, found.end())
        if demand and not words.ANSWERED.search(sentence[: demand.end()]):
            return found[0]
    foreign = None if is_job else words.FOREIGN.search(sentence)
    return foreign[0] if foreign and not words.FOREIGN_DENIED.search(sentence) else ""


def _names_parameter(item: Item, sentence: str) -> bool:
    """Whether a sentence of the tool's description speaks of a parameter: by that word, or by the name of one."""
    if words.PARAMETER.search(sentence):
        return True
    plain = sentence.replace("`", "'").replace('"', "'")
    names = [unit.folded for unit in item.units if unit.role == "property"]
    return any(f"'{name}'" in plain or f" as {name}" in plain or f" in {name}" in plain for name in names)


def _unexplained(item: Item, sinks: list[Unit], asked: set[str]) -> Iterator[Hit]:
    for unit in sinks:
        if unit.pointer.startswith("/outputSchema") or unit.raw in asked:
            continue
        if not _is_explained(item, unit):
            message = f"The parameter “{unit.raw}” can only hold what is none of the tool's business; nothing says why."
            yield _hit(unit.pointer, unit.raw, message, "name", 0.5)


def _is_explained(item: Item, name: Unit) -> bool:
    """Whether the parameter's own description says more than its name and “internal use”."""
    for unit in item.units:
        if unit.pointer == f"{name.pointer}/description":
            return len(unit.raw) >= _EXPLAINED and not words.NO_EXPLANATION.search(unit.folded)
    return False


def _hit(pointer: str, evidence: str, message: str, rule: str, confidence: float) -> Hit:
    return Hit(
        pointer=pointer,
        evidence=evidence,
        message=message,
        tier="soft",
        view="folded",
        confidence=confidence,
        rule=rule,
    )


CHECK = Check(id="sink.parameter", title="A parameter asks for what is none of the tool's business", find=find)
