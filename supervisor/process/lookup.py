"""The rules for finding a command: where to look, and what the places looked at mean.

The command is looked for on the PATH that the *child* will have, not on ours, relative to the child's working
directory; the first regular file with an execute bit wins, as in a shell. A file that is there but cannot be executed
is not "not found": people look for a different mistake then.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from posixpath import join
from typing import Literal

from msgspec import Struct

from supervisor.errors import CommandNotExecutable, CommandNotFound
from supervisor.process.words import Command

DEFAULT_PATH = "/usr/local/bin:/usr/bin:/bin"
"""Searched if the child's environment has no PATH at all; what shells fall back to."""

Kind = Literal["missing", "directory", "not_a_file", "not_executable", "bad_interpreter", "program"]


class Place(Struct, frozen=True):
    """What was found at one path."""

    path: str
    kind: Kind
    detail: str = ""


_REASONS: Mapping[Kind, str] = {
    "directory": "it is a directory",
    "not_a_file": "it is not a regular file",
    "not_executable": "it may not be executed by this user (no execute bit, or a file system mounted noexec)",
}


def places(command: Command) -> list[str]:
    """The paths to look at, in order. A name with a slash is a path; an empty entry of PATH means the cwd."""
    name = command.argv[0]
    if not name or "\0" in name:
        return []
    if "/" in name:
        return [join(command.cwd, name)]
    return [join(command.cwd, folder, name) for folder in search_path(command).split(":")]


def search_path(command: Command) -> str:
    """The PATH that counts for this command."""
    return command.env.get("PATH", DEFAULT_PATH)


def choose(command: Command, looked_at: Sequence[Place]) -> str | CommandNotFound | CommandNotExecutable:
    """The absolute path to execute, or what is wrong; of several wrong places the first is told."""
    for place in looked_at:
        if place.kind in {"program", "bad_interpreter"}:
            return place.path if place.kind == "program" else _not_executable(place)
    for place in looked_at:
        if place.kind != "missing":
            return _not_executable(place)
    return CommandNotFound(command=escaped(command.argv[0]), path=escaped(search_path(command)))


def interpreter_of(head: bytes) -> str | None:
    """The interpreter that a script's first bytes name, None if it is no script; the kernel reads no further."""
    if not head.startswith(b"#!"):
        return None
    line = head[2:].split(b"\n", 1)[0].replace(b"\t", b" ")
    return line.strip(b" ").split(b" ", 1)[0].decode("utf-8", "surrogateescape")


def escaped(text: str) -> str:
    """The text without lone surrogates, which no encoder of ours takes."""
    return text.encode("utf-8", "backslashreplace").decode()


def _not_executable(place: Place) -> CommandNotExecutable:
    reason = place.detail or _REASONS.get(place.kind, place.kind)
    return CommandNotExecutable(command=escaped(place.path), reason=escaped(reason))
