"""Orders to the model in fields that hold no prose: names, titles, enums, defaults, examples, annotations, `_meta`.

An honest value of such a field is a label or a sample. An order in it is soft, and hard if it names a secret, an
address or a tool. A parameter that takes a person's words (a prompt, a message) may well have a command as its example.
"""

from __future__ import annotations

from collections.abc import Iterator

from supervisor.scan.checks.check import Check
from supervisor.scan.checks.phrases.directive import does_much, is_directive, is_strong, names_a_target
from supervisor.scan.checks.phrases.table import texts
from supervisor.scan.context import Context
from supervisor.scan.text.fold import fold
from supervisor.scan.text.items import Item, Unit
from supervisor.scan.text.lazy import lazy
from supervisor.scan.text.names import words_of
from supervisor.scan.words import Hit, Role

_FIELDS: frozenset[Role] = frozenset(
    {"name", "title", "property", "default", "enum", "const", "example", "comment", "annotation", "meta", "key"}
)
_IDENTIFIERS: frozenset[Role] = frozenset({"name", "property", "key"})
_WORDS_NEEDED = 4
"""Words of an order: shorter ones are labels, such as “send now” or `ignore`."""
_IDENTIFIER_WORDS_NEEDED = 5
_PART = 2000
"""Characters that are asked as one text, as many as phrases.directive looks at; a label is far shorter."""
_OVERLAP = 200
"""Characters that two parts share, so that no order is cut in two."""
_TAKES_WORDS = frozenset(
    texts(
        "prompt|query|question|message|text|task|goal|instruction|instructions|command|request|input|content|body|comment"
        "|description|subject|note|notes|search|script|code|sql|template|reason|feedback|summary|topic|title"
    )
)
"""Words of names of parameters whose value is what a person says."""
_CALLS = lazy(
    r"(?<!\w)(?:call|invoke|run|use|execute)(?:ing)? (?:the )?`?([a-z]\w*_\w+"
    r"|(?!(?:this|the|a|any|each|every|other)\b)[a-z]\w* tool)\b"
)
_ANCHORS = lazy(
    r"must|always|never|before|send|read|call|ignore|disregard|forward|upload|pass|append|include|tell"
    r"|you |http|@|secret|token|"
    r"key|first|instead|[^\x00-\x7f]"
)


def find(item: Item, context: Context) -> Iterator[Hit]:
    """Look at the fields that hold no prose."""
    for unit in item.units:
        if unit.role not in _FIELDS or len(unit.raw) < 12:
            continue
        is_name = unit.role in _IDENTIFIERS
        if not is_name and " " not in unit.raw and unit.raw.isascii():
            continue
        text = fold(" ".join(words_of(unit.raw))) if is_name and " " not in unit.raw else unit.folded
        for part in _parts(text):
            if _is_order(unit, part, is_name=is_name):
                yield _hit(unit, part, context)
                break


def _parts(text: str) -> Iterator[str]:
    """The text; of a long one every part, since an order may stand behind much else."""
    if len(text) <= _PART:
        yield text
        return
    for start in range(0, len(text) - _OVERLAP, _PART - _OVERLAP):
        yield text[start : start + _PART]


def _is_order(unit: Unit, text: str, *, is_name: bool) -> bool:
    if not _ANCHORS.search(text):
        return False
    count = text.count(" ") + 1
    if text.isascii() and count < (_IDENTIFIER_WORDS_NEEDED if is_name else _WORDS_NEEDED):
        return False
    if not is_directive(text):
        return False
    if unit.role in ("default", "example", "const") and _TAKES_WORDS & set(words_of(unit.owner)):
        return is_strong(text) and names_a_target(text)
    return is_strong(text) or names_a_target(text)


def _hit(unit: Unit, text: str, context: Context) -> Hit:
    called = _CALLS.search(text)
    names_a_tool = called is not None or any(name.lower() in text for name in context.own if "_" in name)
    is_hard = (names_a_target(text) or names_a_tool) and (is_strong(text) or does_much(text))
    return Hit(
        pointer=unit.pointer, evidence=unit.raw if len(unit.raw) <= _PART else text, message=(
            f"The model is given an order in a field for labels ({unit.role})."
        ),
        tier="hard" if is_hard else "soft", view="folded", confidence=0.85 if is_hard else 0.5, rule=unit.role,
    )  # fmt: skip


CHECK = Check(id="field.directive", title="A field for labels gives the model an order", find=find)
