"""Which package a server is, and of which version, as a package URL (`pkg:npm/%40scope/name@1.2.3`). Pure.

A package that a runner fetches is named by its command; its version by what lies in the runner's cache, for that is
what runs, else by the command if it names exactly one. Nothing is asked of a registry. A server may write to the cache
of its own sandbox: what is said there is told beside pins, and nothing rests on it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from posixpath import basename, join
from typing import Literal, Protocol
from urllib.parse import quote

from msgspec import Struct

from supervisor.scan.text.reader import read

_NPM = re.compile(r"(?P<name>(@[\w.~-]+/)?[A-Za-z0-9~_-][\w.~-]*)(@(?P<version>.*))?", re.ASCII)
_NPM_EXACT = re.compile(r"[v=]?(?P<version>[0-9]+\.[0-9]+\.[0-9]+([-+][0-9A-Za-z.+-]+)?)")
_PYPI = re.compile(r"(?P<name>[A-Za-z0-9][\w.-]*)\s*(\[[^\]]*\])?\s*(?P<wanted>[<>=!~][^;]*)?(;.*)?", re.ASCII)
_PYPI_EXACT = re.compile(r"===?\s*(?P<version>[0-9A-Za-z.!+_-]+)\s*")
_VERSION = re.compile(r"[0-9A-Za-z.!+_-]{1,100}")
_SEPARATORS = re.compile(r"[-_.]+")


class Files(Protocol):
    """What is read of a cache."""

    def children(self, path: str) -> tuple[str, ...]:
        """The names in a folder."""
        ...

    def content(self, path: str) -> bytes:
        """A whole file; empty if it is none, or larger than a file of its kind."""
        ...


class Package(Struct, frozen=True, kw_only=True):
    """What the command of a runner names."""

    kind: Literal["npm", "pypi"]
    name: str
    written: str
    """As the command has it, with its version or range."""
    version: str = ""
    """If it names exactly one."""


def package_of(fetched: Sequence[str]) -> Package | None:
    """The one package that a command fetches; None if it names none by its name, or several."""
    is_npm = basename(fetched[0]) in ("npx", "npm")
    named = _named(fetched, ("--package", "-p") if is_npm else ("--from",))
    if len(named) != 1:
        return None
    return _npm(named[0]) if is_npm else _pypi(named[0])


def _named(words: Sequence[str], options: tuple[str, ...]) -> list[str]:
    """The values of these options, in whichever of their two forms."""
    beside = [following for word, following in pairwise(words) if word in options]
    return beside + [word.partition("=")[2] for word in words if word.partition("=")[0] in options and "=" in word]


def _npm(written: str) -> Package | None:
    found = _NPM.fullmatch(written)
    if found is None:
        return None
    exact = _NPM_EXACT.fullmatch(found["version"] or "")
    return Package(kind="npm", name=found["name"], written=written, version=exact["version"] if exact else "")


def _pypi(written: str) -> Package | None:
    found = _PYPI.fullmatch(written.strip())
    if found is None:
        return None
    exact = _PYPI_EXACT.fullmatch(found["wanted"] or "")
    name = _SEPARATORS.sub("-", found["name"]).lower()  # as PEP 503 compares names
    return Package(kind="pypi", name=name, written=written, version=exact["version"] if exact else "")


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
        if entry.endswith(".dist-info") and _SEPARATORS.sub("-", name).lower() == package.name:
            return version if _VERSION.fullmatch(version) else ""
    return ""


def is_other(one: str, pinned: str) -> bool:
    """Whether two origins are known to differ: that of one no version is known is no difference."""
    return bool(one and pinned) and one != pinned and not _refines(one, pinned) and not _refines(pinned, one)


def _refines(one: str, other: str) -> bool:
    return other.startswith("pkg:") and one.startswith(f"{other}@")
