"""How grave it is that a definition is no longer what was pinned, by where in it the change is.

- *cosmetic*: blanks, the order of lists whose order means nothing, icons, a default that is now said, the dialect.
- *additive*: a new optional parameter that does not ask for what it should not have.
- *escalating*: a new required parameter; a pattern, a list of values or any other bound that lets more through; a
  changed promise (read-only, destructive, open world); a host that was not named before; a parameter that asks for
  secrets or the conversation.
- *semantic*: everything else.

The worst place counts. What the checks newly find in a text makes it escalating, too; that is added by outcomes.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from supervisor.scan.text.reader import read
from supervisor.scan.trust.canonical import AS_BYTES, written
from supervisor.scan.trust.differences import MISSING, Place, Steps, differences
from supervisor.scan.trust.hosts import hosts
from supervisor.scan.trust.layout import shown
from supervisor.scan.trust.relaxed import KEYWORDS, is_relaxed
from supervisor.scan.words import ChangeClass, Kind

GRAVITY: tuple[ChangeClass, ...] = ("cosmetic", "additive", "semantic", "escalating")
"""From harmless to grave."""
HINTS = {"readOnlyHint": False, "destructiveHint": True, "openWorldHint": True}
"""Promises of a tool that clients decide by, with what each is if unsaid (MCP specification 2025-06-18, schema.ts)."""
SCHEMAS = ("inputSchema", "outputSchema")
MOST_TOLD = 20
"""Places of one definition that are told; the rest is counted."""
LONGEST_TOLD = 200
"""Characters of one name or pointer that are told."""
DEPTH = 128
"""Levels that are read of a stored text: more than any definition that was read without loss has."""

_CREDENTIAL = re.compile(
    r"(?:^|_)(?:api_?keys?|access_?tokens?|auth_?tokens?|secrets?|passwords?|passwd|passphrase|credentials?|private_?key"
    r"|ssh_?key|system_?prompt|system_?message|conversation|transcript|chat_?history|message_?history|full_?context"
    r"|scratch_?pad|chain_?of_?thought|env_?vars|environment_?variables)(?:_|$)"
)
_WHOLE = frozenset((
    "context", "history", "memory", "memories", "reasoning", "thoughts", "note", "notes", "sidenote", "side_note",
    "env", "environ", "environment", "cot",
))  # fmt: skip
"""Names that are harmless as a part of a longer one: `context_lines`, `release_notes`."""
_NAMES = frozenset({"name", "title", "uri", "uriTemplate"})
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|[^A-Za-z0-9]+")


class Compared(Struct, frozen=True, kw_only=True):
    """What differs between two texts of a definition."""

    change: ChangeClass
    pointers: tuple[str, ...]
    """Every place, as a JSON pointer."""
    details: tuple[str, ...]
    """What happened at each, for people: the gravest first."""


class _Said(Struct, frozen=True, kw_only=True):
    """One place, judged."""

    change: ChangeClass
    pointer: str
    detail: str


def compare(kind: Kind, before: str, after: str) -> Compared:
    """Compare two canonical texts of one definition."""
    if before.startswith(AS_BYTES) or after.startswith(AS_BYTES):
        return Compared(change="semantic", pointers=("",), details=("cannot be read without loss",))
    old, new = (_Side(_prepared(kind, read(text.encode(), depth_limit=DEPTH).value)) for text in (before, after))
    places = list(differences(old.value, new.value))
    said = [_said(place, old, new) for place in places]
    said += _new_hosts(places, old)
    said.sort(key=lambda one: -GRAVITY.index(one.change))  # stable: the order of the places otherwise
    return Compared(
        change=said[0].change if said else "cosmetic",
        pointers=tuple(sorted({one.pointer for one in said})[:MOST_TOLD]),
        details=tuple(_first(list(dict.fromkeys(one.detail for one in said)))),
    )


class _Side:
    """One of the two values, with what is asked of it again and again."""

    def __init__(self, value: Any) -> None:
        self.value = value
        self._required: dict[Steps, frozenset[str]] = {}

    def at(self, steps: Steps) -> dict[str, Any]:
        """The object at a place; an empty one if there is none."""
        value = self.value
        for step in steps:
            if isinstance(value, list) and step.isdecimal() and int(step) < len(value):
                value = value[int(step)]
            else:
                value = value.get(step) if isinstance(value, dict) else None
        return value if isinstance(value, dict) else {}

    def required(self, steps: Steps) -> frozenset[str]:
        """What an object's schema requires."""
        if steps not in self._required:
            names = self.at(steps).get("required")
            listed = names if isinstance(names, list) else []
            self._required[steps] = frozenset(one for one in listed if isinstance(one, str))
        return self._required[steps]


def nameless(text: str) -> str:
    """The canonical text of a definition without its name and title: what stays the same when it is renamed."""
    if text.startswith(AS_BYTES):
        return text
    value = read(text.encode(), depth_limit=DEPTH).value
    return written({key: one for key, one in value.items() if key not in _NAMES} if type(value) is dict else value)


def _prepared(kind: Kind, value: Any) -> Any:
    """The value with a prompt's arguments by name: they are parameters, though they come as a list."""
    arguments = value.get("arguments") if kind == "prompt" and isinstance(value, dict) else None
    if not isinstance(arguments, list):
        return value
    named = {one["name"]: one for one in arguments if isinstance(one, dict) and isinstance(one.get("name"), str)}
    return {**value, "arguments": named} if len(named) == len(arguments) else value


def _said(place: Place, old: _Side, new: _Side) -> _Said:
    """Judge one place: the first rule that knows it."""
    change, what = (
        _of_hint(place) or _of_blanks(place) or _of_order(place) or _of_ornament(place)
        or _of_required(place) or _of_parameter(place, new) or _of_bound(place, old) or ("semantic", _what(place))
    )  # fmt: skip
    return _Said(change=change, pointer=_fit(place.pointer), detail=f"{_where(place)} {what}")


def _where(place: Place) -> str:
    return _fit(place.pointer) or "the whole"


def _fit(text: str) -> str:
    """A text of a stranger's, fit for people: what would not show is escaped, and the rest of a long one is cut."""
    whole = shown(text[:LONGEST_TOLD])[1:-1]
    return whole if len(text) <= LONGEST_TOLD else f"{whole}…"


def _few(names: list[str]) -> str:
    return ", ".join(map(_fit, _first(names)))


def _first(texts: list[str]) -> list[str]:
    left = len(texts) - MOST_TOLD
    return texts if left <= 0 else [*texts[:MOST_TOLD], f"… and {left} more"]


_Judged = tuple[ChangeClass, str] | None


def _what(place: Place) -> str:
    if place.before is MISSING:
        return "was added"
    return "was removed" if place.after is MISSING else "is another"


def _of_hint(place: Place) -> _Judged:
    if place.steps == ("annotations",):
        return _of_all_hints(place)
    if len(place.steps) != 2 or place.steps[0] != "annotations" or place.steps[1] not in HINTS:
        return None
    unsaid = HINTS[place.steps[1]]
    before, after = (unsaid if value is MISSING else value for value in (place.before, place.after))
    if before is after and isinstance(before, bool):
        return (
            "cosmetic",
            "is now said, and as it was" if place.before is MISSING else "is no longer said, and as it was",
        )
    return "escalating", f"was {_shown(before)} and is {_shown(after)}: clients decide by it what to ask before"


def _of_all_hints(place: Place) -> _Judged:
    """Annotations that came or went whole: by the worst of them."""
    before, after = (value if isinstance(value, dict) else {} for value in (place.before, place.after))
    inner = [_of_hint(one) or ("semantic", _what(one)) for one in differences(before, after, place.steps)]
    return max(inner, key=lambda one: GRAVITY.index(one[0])) if inner else ("cosmetic", _what(place))


def _shown(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else "no boolean"


def _of_blanks(place: Place) -> _Judged:
    is_text = isinstance(place.before, str) and isinstance(place.after, str)
    is_prose = bool(place.steps) and place.steps[-1] in ("description", "title", "instructions")
    if is_text and is_prose and place.before.split() == place.after.split():
        return "cosmetic", "differs in blanks only"
    return None


def _of_order(place: Place) -> _Judged:
    """`required`, `enum` and `type` are sets that are written as lists."""
    is_set = bool(place.steps) and place.steps[-1] in ("required", "enum", "type")
    if not is_set or not isinstance(place.before, list) or not isinstance(place.after, list):
        return None
    is_same = sorted(map(repr, place.before)) == sorted(map(repr, place.after))
    return ("cosmetic", "has another order") if is_same else None


def _of_ornament(place: Place) -> _Judged:
    if place.steps[:1] == ("icons",) or place.steps[:2] == ("serverInfo", "icons"):
        return "cosmetic", "is another icon"
    dialect = (
        place.after if isinstance(place.after, str) else "http://json-schema.org" if place.after is MISSING else ""
    )
    is_dialect = len(place.steps) == 2 and place.steps[0] in SCHEMAS and place.steps[1] == "$schema"
    if is_dialect and hosts(dialect) == {"json-schema.org"}:
        return "cosmetic", "is another dialect of JSON schema"
    return None


def _of_required(place: Place) -> _Judged:
    """What has to be given now that had not to be before."""
    if place.steps[:1] == ("arguments",) and place.steps[2:] == ("required",):
        return ("escalating", "is required now") if place.after is True else ("semantic", "is no longer required")
    if place.steps[:1] != ("inputSchema",) or place.steps[-1] != "required" or _names_property(place.steps):
        return None
    before, after = (value if isinstance(value, list) else [] for value in (place.before, place.after))
    known = {repr(one) for one in before}
    added = [str(one) for one in after if repr(one) not in known]
    return ("escalating", f"also names {_few(added)}") if added else ("semantic", "has fewer names")


def _names_property(steps: tuple[str, ...]) -> bool:
    """Whether the last step is the name of a parameter rather than a keyword."""
    return len(steps) > 1 and steps[-2] == "properties" and not _names_property(steps[:-1])


def _of_parameter(place: Place, new: _Side) -> _Judged:
    """A parameter that was added, alone or with the first of its schema."""
    if place.before is not MISSING:
        return None
    if len(place.steps) == 2 and place.steps[0] == "arguments":
        is_required = isinstance(place.after, dict) and place.after.get("required") is True
        return _added(place.steps[-1], is_required=is_required)
    if place.steps[:1] != ("inputSchema",) or not _names_property(place.steps):
        return None
    return _added(place.steps[-1], is_required=place.steps[-1] in new.required(place.steps[:-2]))


def _added(name: str, *, is_required: bool) -> tuple[ChangeClass, str]:
    if is_required:
        return "escalating", "is a new parameter that has to be given"
    word = _HUMP.sub("_", name).strip("_").lower()
    if word in _WHOLE or _CREDENTIAL.search(word):
        return "escalating", "is a new parameter that asks for secrets, memory or the conversation"
    return "additive", "is a new optional parameter"


def _of_bound(place: Place, old: _Side) -> _Judged:
    """A keyword of a parameter's schema that restricts what may be given."""
    if place.steps[:1] != ("inputSchema",) or _names_property(place.steps):
        return None
    for n in range(len(place.steps), 0, -1):  # the place may lie within the keyword's value
        keyword = place.steps[n - 1]
        if keyword in KEYWORDS and not _names_property(place.steps[:n]):
            before = place.before if n == len(place.steps) else old.at(place.steps[: n - 1]).get(keyword, MISSING)
            after = place.after if n == len(place.steps) else None
            if n == len(place.steps) and not is_relaxed(keyword, before, after):
                return None
            return "escalating", "lets more through than before, or may do so"
    return None


def _new_hosts(places: list[Place], old: _Side) -> Iterator[_Said]:
    known = hosts("\n".join(_texts(old.value))) if places else frozenset()
    for place in places:
        if place.steps[-1:] == ("$schema",):
            continue
        if named := hosts("\n".join(_texts(place.after))) - known:
            detail = f"{_where(place)} names a host that was not named before: {_few(sorted(named))}"
            yield _Said(change="escalating", pointer=_fit(place.pointer), detail=detail)


def _texts(value: Any) -> Iterator[str]:
    """Every key and text in a value."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            yield one
        elif isinstance(one, dict):
            waiting += [*one.keys(), *one.values()]
        elif isinstance(one, list):
            waiting += one
