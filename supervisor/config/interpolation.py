"""`${…}` in texts: variables, files and credentials, with defaults.

    ${NAME}  ${env:NAME}    a variable of stockade's own environment
    ${file:/path}           a file's text, without the newline at its end
    ${cred:NAME}            a credential handed over by the service manager
    ${…:-default}           the default, if there is no value or an empty one; it may hold ${…} in turn
    $$                      a dollar

A dollar before anything else is a dollar. What editors replace by themselves (`${workspaceFolder}`, `${userHome}`, …)
is known as far as a file's place tells it. What a reference stands for, a `Lookup` finds out; it may read files.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple, Protocol

from supervisor.escaping import printable

NESTING_LIMIT = 8
"""Defaults within defaults."""

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
_CREDENTIAL = re.compile(r"[A-Za-z0-9_.@-]+", re.ASCII)
_ASKED_BY_EDITORS = {
    "input": "VS Code asks for it; write ${env:…}, ${file:…} or ${cred:…} instead",
    "command": "only VS Code can run its commands",
    "config": "only VS Code knows its settings",
}


class Missing(NamedTuple):
    """There is no such value."""

    reason: str


class Lookup(Protocol):
    """Where values come from."""

    def variable(self, name: str) -> str | None:
        """A variable of the environment."""
        ...

    def editor(self, name: str) -> str | None:
        """What an editor would put in for `${name}`; such values are no secrets."""
        ...

    def file(self, path: str) -> str | Missing:
        """The text of a file."""
        ...

    def credential(self, name: str) -> str | Missing:
        """A credential."""
        ...


class Resolved(NamedTuple):
    """A text without references."""

    text: str
    secrets: tuple[str, ...] = ()
    """The values that were put in."""
    sources: tuple[str, ...] = ()
    """The references they came from, without defaults."""


class Reference(NamedTuple):
    """A reference without a value, and why."""

    written: str
    reason: str


class _Piece(NamedTuple):
    text: str
    is_reference: bool


def interpolate(text: str, lookup: Lookup, depth: int = 0) -> Resolved | Reference:
    """Put values in for all references; the first one that has none is returned instead."""
    if "$" not in text:
        return Resolved(text)
    parts: list[Resolved] = []
    for piece in _pieces(text):
        found = _value(piece.text, lookup, depth) if piece.is_reference else Resolved(piece.text)
        if isinstance(found, Reference):
            return found
        parts.append(found)
    secrets = tuple(value for part in parts for value in part.secrets)
    return Resolved(
        "".join(part.text for part in parts), secrets, tuple(name for part in parts for name in part.sources)
    )


def _pieces(text: str) -> Iterator[_Piece]:
    """Cut a text at its references; a `${` that is never closed is a reference with an impossible name."""
    at = 0
    while (dollar := text.find("$", at)) >= 0:
        yield _Piece(text[at:dollar], is_reference=False)
        sign = text[dollar + 1 : dollar + 2]
        if sign == "{":
            brace = _closing_brace(text, dollar + 2)
            at = len(text) if brace is None else brace + 1
            yield _Piece(text[dollar + (1 if brace is None else 2) : brace], is_reference=True)
        else:
            yield _Piece("$", is_reference=False)
            at = dollar + (2 if sign == "$" else 1)
    yield _Piece(text[at:], is_reference=False)


def _closing_brace(text: str, start: int) -> int | None:
    depth = 1
    for found in re.compile(r"\$\{|\}").finditer(text, start):
        depth += 1 if found[0] == "${" else -1
        if depth == 0:
            return found.start()
    return None


def _value(body: str, lookup: Lookup, depth: int) -> Resolved | Reference:
    name, has_default, default = body.partition(":-")
    written = printable(f"${{{name}}}")
    found = _looked_up(name, lookup)
    if isinstance(found, Resolved) and (found.text or not has_default):
        return found._replace(sources=(written,)) if found.secrets else found
    if not has_default:
        return Reference(written, found.reason if isinstance(found, Missing) else "")
    if depth >= NESTING_LIMIT:
        return Reference(written, "its default holds too many further references")
    return interpolate(default, lookup, depth + 1)


def _looked_up(name: str, lookup: Lookup) -> Resolved | Missing:
    kind, colon, rest = name.partition(":")
    if not colon:
        return _of_variable(name, lookup)
    if kind == "env":
        return _of_variable(rest, lookup)
    if kind == "file":
        return _secret(lookup.file(rest)) if rest else Missing("it names no file")
    if kind == "cred":
        return _secret(lookup.credential(rest)) if _CREDENTIAL.fullmatch(rest) else Missing("it names no credential")
    return Missing(_ASKED_BY_EDITORS.get(kind, "there is no such kind of reference"))


def _of_variable(name: str, lookup: Lookup) -> Resolved | Missing:
    if (value := lookup.variable(name) if _NAME.fullmatch(name) else None) is not None:
        return _secret(value)
    if (known := lookup.editor(name)) is not None:
        return Resolved(known)
    return Missing("the variable is not set" if _NAME.fullmatch(name) else "it is not a variable's name")


def _secret(found: str | Missing) -> Resolved | Missing:
    return found if isinstance(found, Missing) else Resolved(found, (found,))
