"""A parameter that asks for what is none of the tool's business: the conversation, the system prompt, keys.

Three ways to ask: a description that tells the model to put such content there; the tool's own description that tells
it to put it into a parameter; and a name that can hold nothing else (`system_prompt`, `conversation_history`) of which
nothing says why. Tools whose job it is – for notes, thinking, feedback, talking to a model, looking at prompts – may
ask for the text of the job, though not for keys or the model's own system prompt. Credentials of the tool's own
service (`api_key`) and pages of results (`token`) are no sinks.
"""

from __future__ import annotations

from collections.abc import Iterator

from supervisor.scan.checks import sink_parameter_words as words
from supervisor.scan.checks.check import Check
from supervisor.scan.context import Context
from supervisor.scan.items import Item, Unit
from supervisor.scan.names import purpose_of, words_of
from supervisor.scan.sentences import is_mentioned, sentence_around
from supervisor.scan.words import Hit

_PROSE = frozenset(("text", "title", "default", "example", "comment"))
_EXPLAINED = 25
"""Characters of a description from which on it can explain a parameter."""


def find(item: Item, _context: Context) -> Iterator[Hit]:
    """Look at the parameters of a tool, and at what its description says of them."""
    if item.kind not in ("tool", "prompt") or not words.may_ask(item.haystack):
        return
    purpose = purpose_of(item)
    is_job = words.JOB.search(purpose) is not None
    asked: set[str] = set()
    for unit in item.units:
        if unit.role in _PROSE and not unit.pointer.startswith("/outputSchema"):
            for hit in _asks(item, unit, is_job=is_job):
                asked.add(unit.owner)
                yield hit
    if not is_job:
        yield from _unexplained(item, asked)


def _asks(item: Item, unit: Unit, *, is_job: bool) -> Iterator[Hit]:
    folded = unit.folded
    pattern = words.KEYS_CONTENT if is_job else words.CONTENT
    for found in pattern.finditer(folded):
        sentence = sentence_around(folded, found.start(), found.end())
        if words.DENIED.search(sentence.text) or is_mentioned(folded, found.start(), found.end()):
            continue
        if not (unit.owner or _names_parameter(item, sentence.text)):
            continue
        if words.WHOLE.search(found[0]) or words.DEMAND.search(sentence.text[: found.end() - sentence.start]):
            yield _hit(unit.pointer, sentence.text.strip(), f"It asks for {found[0]} in a parameter.", "content", 0.75)
            return
    foreign = words.FOREIGN.search(folded) if not folded.isascii() or words.LATIN.search(folded) else None
    if foreign and unit.owner and not is_job and not words.FOREIGN_DENIED.search(folded):
        yield _hit(unit.pointer, foreign[0], f"It asks for {foreign[0]} in a parameter.", "content", 0.7)


def _names_parameter(item: Item, sentence: str) -> bool:
    """Whether a sentence of the tool's description speaks of a parameter: by that word, or by the name of one."""
    if words.PARAMETER.search(sentence):
        return True
    return any(unit.role == "property" and f"'{unit.folded}'" in sentence.replace("`", "'").replace('"', "'")
               for unit in item.units)  # fmt: skip


def _unexplained(item: Item, asked: set[str]) -> Iterator[Hit]:
    for unit in item.units:
        if unit.role != "property" or not unit.pointer.startswith("/inputSchema") or unit.raw in asked:
            continue
        if words.is_sink("_".join(words_of(unit.raw))) and not _is_explained(item, unit):
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
