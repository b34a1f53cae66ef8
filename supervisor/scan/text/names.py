"""Names of tools and parameters, taken apart into words, and what a tool says it is for."""

from __future__ import annotations

from collections.abc import Mapping

from supervisor.scan.text.items import Item, Unit
from supervisor.scan.text.lazy import lazy

_WORD = lazy(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+|[^\W\d_A-Za-z]+")
_SENTENCE_END = lazy(r"[.!?](?=\s|$)|[。！？।؟]|\n")
_ASIDE = lazy(r"[,;:–—(，、；：]| and | also | that | which | 并|且")
_LONGEST_HEAD = 60
"""Characters in which a declaration stands; what comes later may be the payload."""
_LONGEST_PURPOSE = 300
"""Characters; what comes later is no summary any more."""


def words_of(name: str) -> tuple[str, ...]:
    """The words of an identifier in lower case: `getUser_byID` has get, user, by, id."""
    return tuple([word.lower() for word in _WORD.findall(name)])


def first_sentence(folded: str) -> str:
    """The summary that a description begins with: its first sentence, at most 300 characters."""
    start = len(folded) - len(folded.lstrip())
    end = _SENTENCE_END.search(folded, start, start + _LONGEST_PURPOSE)
    return folded[start : end.start() if end else start + _LONGEST_PURPOSE]


def description_of(item: Item) -> Unit | None:
    """The unit of the definition's own description."""
    for unit in item.units:
        if unit.pointer == "/description":
            return unit
    return None


def purpose_of(item: Item) -> str:
    """What the tool says it is for, folded: the words of its name, then the first sentence of its description."""
    unit = description_of(item)
    return " ".join(words_of(item.name)) + ": " + (first_sentence(unit.folded) if unit else "")


def head_of(item: Item) -> str:
    """The tool's name and the first words of its description, up to the first comma or “also”: what it declares."""
    name, _, told = purpose_of(item).partition(": ")
    return name + ": " + _ASIDE.split(told, maxsplit=1)[0][:_LONGEST_HEAD]


def annotation(item: Item, name: str) -> object:
    """What the server says of its tool by one of the standard's hints; None where it says nothing."""
    hints = item.value.get("annotations") if isinstance(item.value, Mapping) else None
    return hints.get(name) if isinstance(hints, Mapping) else None
