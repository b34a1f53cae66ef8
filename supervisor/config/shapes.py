"""Where the servers of a document are, in any of the shapes that clients write, and under which names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from supervisor.config.documents import Document, located
from supervisor.config.notes import Notes
from supervisor.config.paths import Path
from supervisor.errors import AnyProblem, DuplicateKey, DuplicateName, NameInvalid, ShapeUnknown, WrongType
from supervisor.escaping import printable

SERVER_KEYS = ("mcpServers", "servers")
GLOBAL_KEYS = ("docker_isolation", "isolation", "stockade")
LONGEST_NAME_BYTES = 128


class Entry(Struct, frozen=True):
    """One server as it stands in the document; `notes` already holds what is wrong with its place or name."""

    name: str
    path: Path
    value: dict[str, Any]
    notes: Notes


def entries(document: Document) -> list[Entry] | AnyProblem:
    """All servers in file order, or why there are none at all."""
    places = [key for key in SERVER_KEYS if document.tree.get(key) is not None]
    if not places:
        return ShapeUnknown(place=document.place(()))
    found: list[Entry] = []
    for key in places:
        part = document.tree[key]
        if not isinstance(part, dict | list):
            reason, expected = f"`{key}` is neither an object nor a list", "an object of servers by name"
            return WrongType(place=document.place((key,)), reason=reason, expected=expected)
        found += _of_map(document, key, part) if isinstance(part, dict) else _of_list(document, key, part)
    return list(_doubled_names(found))


def _of_map(document: Document, key: str, servers: dict[str, Any]) -> Iterator[Entry]:
    for name, value in servers.items():
        yield _entry(document, (key, name), name, value)


def _of_list(document: Document, key: str, servers: list[Any]) -> Iterator[Entry]:
    for position, value in enumerate(servers):
        name = value.get("name") if isinstance(value, dict) else None
        yield _entry(document, (key, position), name, value)


def _entry(document: Document, path: Path, name: Any, value: Any) -> Entry:
    notes = Notes(document)
    label = printable(name) if isinstance(name, str) and name else f"{path[0]}[{path[1]}]"
    if not isinstance(value, dict):
        notes.wrong(path, "the server is not an object", 'an object with "command"')
        return Entry(name=label, path=path, value={}, notes=notes)
    if not isinstance(name, str):
        notes.wrong((*path, "name"), "the server has no name", "its name as a text")
    elif reason := unfit(name):
        notes.problems.append(NameInvalid(place=notes.place(path), name=printable(name), reason=reason))
    notes.problems.extend(_doubled_keys(document, path))
    return Entry(name=label, path=path, value=value, notes=notes)


def unfit(name: str) -> str | None:
    """Why a text cannot be the name of a server, or None if it can."""
    if not name or name in {".", ".."}:
        return "it is empty" if not name else "it names a folder"
    if printable(name) != name:
        return "it contains a sign that cannot be printed"
    if "/" in name:
        return "it contains a slash"
    if name != name.strip() or name.startswith("-"):
        return "it begins with a dash" if name.startswith("-") else "it begins or ends with a blank"
    return f"it is longer than {LONGEST_NAME_BYTES} bytes" if len(name.encode()) > LONGEST_NAME_BYTES else None


def _doubled_keys(document: Document, path: Path) -> Iterator[AnyProblem]:
    """Keys that stand twice in one server, and a server that stands twice in its map."""
    for duplicate in document.duplicates:
        first = located(document.name, duplicate.first)
        second = located(document.name, duplicate.second, duplicate.path)
        if duplicate.path == path:
            yield DuplicateName(place=second, name=printable(str(path[-1])), first_place=first)
        elif duplicate.path[: len(path)] == path:
            yield DuplicateKey(place=second, key=printable(str(duplicate.path[-1])), first_place=first)


def _doubled_names(found: list[Entry]) -> Iterator[Entry]:
    """All entries; which of two with one name is meant cannot be known, so both are wrong, and they become one."""
    counts = Counter(entry.name for entry in found)
    first: dict[str, Entry] = {}
    for entry in found:
        if counts[entry.name] == 1:
            yield entry
        elif entry.name not in first:
            first[entry.name] = entry
            yield entry
        else:
            notes, place = first[entry.name].notes, entry.notes.place(entry.path)
            first_place = notes.place(first[entry.name].path)
            notes.problems.append(DuplicateName(place=place, name=entry.name, first_place=first_place))
