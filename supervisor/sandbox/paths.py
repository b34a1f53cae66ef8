"""What the rules ask about paths, and the little arithmetic of paths that needs no file system."""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import dirname
from typing import Literal, Protocol

Kind = Literal["missing", "folder", "file", "other"]


class Paths(Protocol):
    """The file system as the rules see it; answers are facts of the moment."""

    def real(self, path: str) -> str:
        """The path with every link followed, as far as it exists."""

    def kind(self, path: str) -> Kind:
        """What is there, links followed; what cannot be looked at is missing."""

    def link(self, path: str) -> str | None:
        """The target of a symbolic link as it is written, None for anything else."""

    def children(self, path: str) -> tuple[str, ...]:
        """The names in a folder, sorted; none if it cannot be listed."""

    def head(self, path: str) -> bytes:
        """The first bytes of a file, at most a few hundred; none if it cannot be read."""


def is_within(path: str, folder: str) -> bool:
    """Whether the path is the folder or lies below it; both are absolute and normalised."""
    return path == folder or folder == "/" or path.startswith(folder + "/")


def is_above(folder: str, path: str) -> bool:
    """Whether the path lies strictly below the folder."""
    return path != folder and is_within(path, folder)


def above(path: str) -> Iterator[str]:
    """Every folder that the path lies in, the nearest first."""
    while path != "/":
        path = dirname(path)
        yield path
