"""Which program a server's command runs, in a form in which two commands of one program are equal. Pure.

Two servers of one program have the same tools, and neither poses as the other: which program a server runs is the
user's own word, in the config.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from hashlib import sha256
from posixpath import basename

_SCOPED = re.compile(r"(@[^/@]+/)?[^/@]+")
_PYTHON = re.compile(r"(python|pypy)[0-9.]*")
_SEPARATORS = re.compile(r"[-_.]+")


def program_of(argv: Sequence[str], fetched: Sequence[str] | None) -> str:
    """Name it: the package that a runner fetches, or the module that Python runs, else a digest of the whole command.

    `fetched` is the command that fetches its package, if there is one. A package and the module of its name are taken
    for the same: that is how Python packages of servers are made.
    """
    if fetched is not None and (package := _package(fetched)):
        return package
    if _PYTHON.fullmatch(basename(argv[0])) and "-m" in argv[:-1]:
        return _normal(argv[argv.index("-m") + 1].partition(".")[0])
    return sha256("\0".join(argv).encode("utf-8", "surrogatepass")).hexdigest()  # it may hold secrets


def _package(command: Sequence[str]) -> str:
    for word, following in zip(command, (*command[1:], ""), strict=True):
        name = word.partition("=")[2] if word.startswith("--package=") else following if word == "--from" else ""
        if found := _SCOPED.match(name):
            return found[0].lower() if found[1] else _normal(re.split(r"[\[=<>~!;\s]", found[0])[0])
    return ""


def _normal(name: str) -> str:
    """As the index of Python packages compares names (PEP 503)."""
    return _SEPARATORS.sub("-", name).lower()
