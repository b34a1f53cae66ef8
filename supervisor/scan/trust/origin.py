"""Which package a server is, and of which version, as a package URL (`pkg:npm/%40scope/name@1.2.3`). Pure.

A package that a runner fetches is named by its command; its version by what lies in the runner's cache, for that is
what runs, else by the command if it names exactly one. Nothing is asked of a registry. A server may write to the cache
of its own sandbox: what is said there is told beside pins, and nothing rests on it.
"""

from __future__ import annotations

import re
from posixpath import join
from typing import Protocol
from urllib.parse import quote

from supervisor.scan.text.reader import read
from supervisor.scan.trust.package import Package, comparable

_VERSION = re.compile(r"[0-9A-Za-z.!+_-]{1,100}")


class Files(Protocol):
    """What is read of a cache."""

    def children(self, path: str) -> tuple[str, ...]:
        """The names in a folder."""
        ...

    def content(self, path: str) -> bytes:
        """A whole file; empty if it is none, or larger than a file of its kind."""
        ...


def origin_of(package: Package, folder: str, files: Files) -> str:
    """Name the package with its version; `folder` is where it lies, empty if that is not known.

    Without a version if neither the folder nor the command tells one.
    """
    version = (_installed(package, folder, files) if folder else "") or package.version
    name = quote(package.name, safe="/~")
    return f"pkg:{package.kind}/{name}" + (f"@{quote(version, safe='~')}" if version else "")


def _installed(package: Package, folder: str, files: Files) -> str:
    if package.kind == "npm":
        manifest = read(files.content(join(folder, "package.json"))).value
        version = manifest.get("version") if isinstance(manifest, dict) else None
        return version if isinstance(version, str) and _VERSION.fullmatch(version) else ""
    for entry in files.children(folder):
        name, _, version = entry.removesuffix(".dist-info").partition("-")
        if entry.endswith(".dist-info") and comparable(name) == package.name:
            return version if _VERSION.fullmatch(version) else ""
    return ""


def is_other(one: str, pinned: str) -> bool:
    """Whether two origins are known to differ: that of one no version is known is no difference."""
    return bool(one and pinned) and one != pinned and not _refines(one, pinned) and not _refines(pinned, one)


def _refines(one: str, other: str) -> bool:
    return other.startswith("pkg:") and one.startswith(f"{other}@")
