"""What the rules ask about paths, and the little arithmetic of paths that needs no file system."""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import dirname, join, normpath
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


_MOST_LINKS = 40
"""As many as the kernel follows."""


def passed_links(path: str, paths: Paths) -> Iterator[tuple[str, str]]:
    """Every link on the way, with what is written in it; the folders before each are real ones."""
    path = normpath(path)
    for _ in range(_MOST_LINKS):
        step = next((step for step in _prefixes(path) if paths.link(step) is not None), None)
        if step is None:
            return
        target = paths.link(step) or ""
        yield step, target
        path = normpath(join(dirname(step), target) + path[len(step) :])


def _prefixes(path: str) -> Iterator[str]:
    end = path.find("/", 1)
    while end > 0:
        yield path[:end]
        end = path.find("/", end + 1)
    yield path


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
