"""Which packages the command of a package runner fetches, as it names them. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from posixpath import basename
from typing import Literal

from msgspec import Struct

_NPM = re.compile(r"(?P<name>(@[\w.~-]+/)?[A-Za-z0-9~_-][\w.~-]*)(@(?P<version>.*))?", re.ASCII)
_NPM_EXACT = re.compile(r"[v=]?(?P<version>[0-9]+\.[0-9]+\.[0-9]+([-+][0-9A-Za-z.+-]+)?)")
_PYPI = re.compile(r"(?P<name>[A-Za-z0-9][\w.-]*)\s*(\[[^\]]*\])?\s*(?P<wanted>[<>=!~][^;]*)?(;.*)?", re.ASCII)
_PYPI_EXACT = re.compile(r"===?\s*(?P<version>[0-9A-Za-z.!+_-]+)\s*")
_SEPARATORS = re.compile(r"[-_.]+")


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
    named = asked_for(fetched)
    return named[0][1] if len(named) == 1 else None


def asked_for(fetched: Sequence[str]) -> tuple[tuple[str, Package | None], ...]:
    """All that a command fetches, as it was written, and the package by its name; None for an address or a file."""
    is_npm = basename(fetched[0]) in ("npx", "npm")
    named = _named(fetched, ("--package", "-p") if is_npm else ("--from",))
    return tuple((written, _npm(written) if is_npm else _pypi(written)) for written in named)


def comparable(name: str) -> str:
    """The name as the index of Python packages compares names (PEP 503)."""
    return _SEPARATORS.sub("-", name).lower()


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
    name = comparable(found["name"])
    return Package(kind="pypi", name=name, written=written, version=exact["version"] if exact else "")
