"""A file system of a few lines for rules that ask about paths."""

from __future__ import annotations

from collections.abc import Mapping
from posixpath import basename, dirname, join, normpath

from supervisor.sandbox.paths import Kind, above


class FileTree:
    """Made of a mapping: path → content of a file, `None` for a folder, `-> TARGET` for a link.

    Folders above what is named are there too.
    """

    def __init__(self, entries: Mapping[str, str | None]) -> None:
        self._entries: dict[str, str | None] = {"/": None}
        for path, content in entries.items():
            self._entries[path] = content
            for folder in above(path):
                self._entries.setdefault(folder, None)

    def real(self, path: str) -> str:
        found = "/"
        for name in normpath(path).strip("/").split("/"):
            found = normpath(join(found, name))
            target = self.link(found)
            if target is not None:
                found = self.real(join(dirname(found), target))
        return found

    def kind(self, path: str) -> Kind:
        real = self.real(path)
        if real not in self._entries:
            return "missing"
        return "folder" if self._entries[real] is None else "file"

    def link(self, path: str) -> str | None:
        content = self._entries.get(normpath(path))
        return content[3:] if content and content.startswith("-> ") else None

    def children(self, path: str) -> tuple[str, ...]:
        real = self.real(path)
        return tuple(sorted(basename(entry) for entry in self._entries if entry != "/" and dirname(entry) == real))

    def head(self, path: str) -> bytes:
        content = self._entries.get(self.real(path))
        return content.encode() if content else b""
