"""Which program a server's command runs, in a form in which two commands of one program are equal. Pure.

Two servers of one program have the same tools, and neither poses as the other: which program a server runs is the
user's own word, in the config.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from hashlib import sha256
from posixpath import basename

from supervisor.scan.trust.package import Package, asked_for, comparable

_PYTHON = re.compile(r"(python|pypy)[0-9.]*")


def program_of(argv: Sequence[str], fetched: Sequence[str] | None) -> str:
    """Name it: what a runner fetches, or the module that Python runs, else a digest of the whole command.

    `fetched` is the command that fetches its package, if there is one. A package and the module of its name are taken
    for the same: that is how Python packages of servers are made.
    """
    if fetched is not None and (named := asked_for(fetched)):
        return "+".join(sorted(_name(written, package) for written, package in named))
    if _PYTHON.fullmatch(basename(argv[0])) and "-m" in argv[:-1]:
        return comparable(argv[argv.index("-m") + 1].partition(".")[0])
    return _digest("\0".join(argv))


def _name(written: str, package: Package | None) -> str:
    if package is None:
        return _digest(written)
    return package.name.lower() if package.name.startswith("@") else comparable(package.name)


def _digest(text: str) -> str:
    """It may hold secrets."""
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
