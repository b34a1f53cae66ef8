"""A document: the text of a config file as a tree of values, with the place of each of them.

Which notation it is is told by its first sign: `{` (after comments) begins JSON, anything else is read as TOML.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from msgspec import Struct, field

from supervisor.config.jsonc import Duplicate, MalformedError, Position, index, value_of, without_comments
from supervisor.config.paths import Path, written
from supervisor.errors import NotParseable
from supervisor.escaping import printable


class Document(Struct, frozen=True, kw_only=True):
    """A config as a tree, and where its parts stand."""

    tree: dict[str, Any]
    name: str = ""
    """The file's name for people; empty for a config that never was a file."""
    folder: str = "/"
    """What relative paths are relative to; absolute."""
    positions: Mapping[Path, Position] = field(default_factory=dict)
    duplicates: tuple[Duplicate, ...] = ()

    def place(self, path: Path) -> str:
        """The path, with file, line and column of it or of the nearest thing around it, as far as they are known."""
        known = next((path[:end] for end in range(len(path), 0, -1) if path[:end] in self.positions), None)
        return located(self.name, self.positions.get(known) if known else None, path)


def located(name: str, position: Position | None, path: Path = ()) -> str:
    """A place for people: `mcp.json:12:9 mcpServers.github.env`."""
    where = ":".join([name, *map(str, position or ())]) if name else ""
    return " ".join(filter(None, [where, written(path)])) or "the config"


def parse(text: str, name: str, folder: str) -> Document | NotParseable:
    """Read JSON with comments and trailing commas, or TOML."""
    text = text.removeprefix("\ufeff")
    bare = without_comments(text)
    if not bare.strip():
        return NotParseable(place=located(name, (1, 1)), reason="the file is empty")
    if bare.lstrip().startswith("{"):
        return _parse_json(bare, name, folder)
    return _parse_toml(text, name, folder)


def _parse_json(bare: str, name: str, folder: str) -> Document | NotParseable:
    try:
        tree = value_of(bare)
        positions, duplicates = index(bare)
    except MalformedError as malformed:
        return NotParseable(place=located(name, malformed.position), reason=malformed.reason)
    return Document(tree=tree, name=name, folder=folder, positions=positions, duplicates=tuple(duplicates))


def _parse_toml(text: str, name: str, folder: str) -> Document | NotParseable:
    import tomllib

    try:
        return Document(tree=tomllib.loads(text), name=name, folder=folder)
    except RecursionError:
        return NotParseable(place=located(name, None), reason="it is nested too deeply")
    except ValueError as error:  # tomllib's own error, or a number or date that Python cannot hold
        found = re.search(r" \(at line (\d+), column (\d+)\)$", str(error))
        position = (int(found[1]), int(found[2])) if found else None
        reason = printable(str(error)[: found.start()] if found else str(error))
        return NotParseable(place=located(name, position), reason=f"neither a JSON object nor TOML: {reason}")
