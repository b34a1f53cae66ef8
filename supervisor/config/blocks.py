"""Reading our own blocks: a value of a document is held against the type of a schema's field.

A block is read to what it *says*: a mapping with the keys that are there, each value checked and in its unit, nested
blocks as mappings again. So two blocks can be laid over each other key by key before `built` fills in the defaults.
Every mistake is noted, not the first alone, and a mistaken value counts as unsaid.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import UnionType
from typing import Annotated, Any, Final, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Struct

from supervisor.config.notes import Notes
from supervisor.config.paths import Path, is_encodable
from supervisor.config.suggest import did_you_mean
from supervisor.config.units import notations

Said = dict[str, Any]
"""The keys of a block that are there, with their values."""
AStruct = TypeVar("AStruct", bound=Struct)

UNREADABLE: Final = object()
"""What a mistaken value reads as."""


def said(block: type[Struct], value: Any, path: Path, notes: Notes) -> Said:
    """What the value says as a block of that type; empty, with a problem noted, if it is no object."""
    if not isinstance(value, dict):
        notes.wrong(path, f"{_kind(value)} stands where a block belongs", "an object with keys")
        return {}
    hints = _hints(block)  # null and an empty text say nothing: mcpproxy writes both
    found: Said = {}
    for key, part in value.items():
        if key not in hints:
            notes.unknown((*path, key), tuple(hints))
        elif part not in (None, "") and (read := _read(hints[key], part, (*path, key), notes)) is not UNREADABLE:
            found[key] = read
    return found


def laid_over(upper: Said, lower: Said) -> Said:
    """The keys of both; the upper one's win, and blocks and maps are laid over each other in turn."""
    merged = dict(lower)
    for key, value in upper.items():
        below = lower.get(key)
        merged[key] = laid_over(value, below) if isinstance(value, dict) and isinstance(below, dict) else value
    return merged


def built(block: type[AStruct], keys: Mapping[str, Any]) -> AStruct:
    """The block with these keys, and defaults for all others."""
    hints = _hints(block)
    return block(
        **{
            key: built(hints[key], value) if isinstance(value, dict) and _is_struct(hints[key]) else value
            for key, value in keys.items()
        }
    )


@cache
def _hints(block: type[Struct]) -> dict[str, Any]:
    """The types of a block's fields: half a millisecond each time, and they never change."""
    return get_type_hints(block, include_extras=True)


def _is_struct(hint: Any) -> bool:
    return isinstance(hint, type) and issubclass(hint, Struct)


def _read(hint: Any, value: Any, path: Path, notes: Notes) -> Any:
    origin = get_origin(hint)
    if origin is Annotated:
        return _read_notation(get_args(hint)[1], value, path, notes)
    if origin is Literal:
        return _read_word(get_args(hint), value, path, notes)
    if origin is tuple:
        return _read_list(get_args(hint)[0], value, path, notes)
    if origin is dict:
        return _read_map(get_args(hint), value, path, notes)
    if origin in {Union, UnionType}:
        return _read_choice(get_args(hint), value, path, notes)
    if _is_struct(hint):
        return said(hint, value, path, notes)
    return _read_plain(hint, value, path, notes)


def _read_notation(word: str, value: Any, path: Path, notes: Notes) -> Any:
    notation = notations()[word]
    read = notation.read(value)
    if read is not None:
        return read
    notes.wrong(path, f"{_quoted(value)} is not {notation.expected.split(':')[0]}", notation.expected)
    return UNREADABLE


def _read_word(words: tuple[str, ...], value: Any, path: Path, notes: Notes) -> Any:
    if isinstance(value, str) and value in words:
        return value
    hint = did_you_mean(value, words) if isinstance(value, str) else ""
    notes.wrong(path, f"{_quoted(value)} is not one of its words{hint}", " or ".join(map(repr, words)))
    return UNREADABLE


def _read_list(hint: Any, value: Any, path: Path, notes: Notes) -> Any:
    if not isinstance(value, list):
        notes.wrong(path, f"{_kind(value)} stands where a list belongs", 'a list, as in ["…"]')
        return UNREADABLE
    parts = [_whole(hint, part, (*path, position), notes) for position, part in enumerate(value)]
    return UNREADABLE if any(part is UNREADABLE for part in parts) else tuple(parts)


def _whole(hint: Any, value: Any, path: Path, notes: Notes) -> Any:
    """Read a part that is never laid over another one, so that a block in it can be built at once."""
    before = len(notes.problems)
    read = _read(hint, value, path, notes)
    block = next((part for part in (hint, *get_args(hint)) if _is_struct(part)), None)
    if len(notes.problems) > before or block is None or not isinstance(read, dict):
        return UNREADABLE if len(notes.problems) > before else read
    return _built_or_noted(block, read, path, notes)


def _built_or_noted(block: type[Struct], keys: Said, path: Path, notes: Notes) -> Any:
    required = [f.name for f in msgspec.structs.fields(block) if f.required and f.name not in keys]
    for name in required:
        notes.wrong(path, f"the key {name!r} is missing", f"an object with {name!r}")
    return UNREADABLE if required else built(block, keys)


def _read_map(hints: tuple[Any, Any], value: Any, path: Path, notes: Notes) -> Any:
    if not isinstance(value, dict):
        notes.wrong(path, f"{_kind(value)} stands where an object belongs", 'an object, as in {"…": …}')
        return UNREADABLE
    if hints[1] is Any:
        return _read_any(value, path, notes)
    before = len(notes.problems)
    pairs = {
        _read(hints[0], key, (*path, key), notes): _whole(hints[1], part, (*path, key), notes)
        for key, part in value.items()
    }
    return UNREADABLE if len(notes.problems) > before else pairs


def _read_any(value: dict[str, Any], path: Path, notes: Notes) -> Any:
    """A map that is passed on as it is, if it can be written as JSON again."""
    try:
        msgspec.json.encode(value)
    except (ValueError, TypeError, RecursionError):
        notes.wrong(path, "it cannot be written as JSON", "plain JSON values")
        return UNREADABLE
    return value


def _read_choice(hints: tuple[Any, ...], value: Any, path: Path, notes: Notes) -> Any:
    """A union: an object is read as the block among the kinds, anything else as the kind before it."""
    kinds = [hint for hint in hints if hint is not type(None)]
    blocks = [hint for hint in kinds if _is_struct(hint)]
    if blocks and isinstance(value, dict):
        return _whole(blocks[0], value, path, notes)
    words = tuple(word for hint in kinds if get_origin(hint) is Literal for word in get_args(hint))
    return _read_word(words, value, path, notes) if words else _read(kinds[0], value, path, notes)


def _read_plain(hint: type, value: Any, path: Path, notes: Notes) -> Any:
    if hint is bool and isinstance(value, bool):
        return value
    if hint is str and isinstance(value, str) and is_encodable(value):
        return value
    expected = "true or false" if hint is bool else "a text (no NUL, no lone surrogates)"
    notes.wrong(path, f"{_quoted(value)} stands where {expected.partition(' (')[0]} belongs", expected)
    return UNREADABLE


def _kind(value: Any) -> str:
    kinds = {dict: "an object", list: "a list", str: "a text", bool: "true or false", type(None): "null"}
    return kinds.get(type(value), "a number" if isinstance(value, int | float) else "a date or time")


def _quoted(value: Any) -> str:
    """The value for people; our own blocks hold no secrets."""
    return repr(value)[:60] if isinstance(value, str | int | float) else _kind(value)
