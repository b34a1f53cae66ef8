"""Which program a server's command runs, in a form in which two commands of one program are equal. Pure.

Two servers of one program have the same tools, and neither poses as the other: which program a server runs is the
user's own word, in the config.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from hashlib import sha256
from posixpath import basename, join, normpath, splitext

from supervisor.scan.trust.package import Package, asked_for, comparable

_PYTHON = re.compile(r"(python|pypy)[0-9.]*")
_SCRIPTS = frozenset((".cjs", ".jar", ".js", ".lua", ".mjs", ".php", ".pl", ".py", ".rb", ".sh", ".ts"))


def program_of(argv: Sequence[str], fetched: Sequence[str] | None, working_dir: str = "") -> str:
    """Name it: what a runner fetches, or the module that Python runs, else a digest of the whole command.

    `fetched` is the command that fetches its package, if there is one. A package and the module of its name are taken
    for the same: that is how Python packages of servers are made. A script named from the folder in which the server
    runs is another one in another folder.
    """
    if fetched is not None and (named := asked_for(fetched)):
        return "+".join(sorted(_name(_placed(written, working_dir), package) for written, package in named))
    if _PYTHON.fullmatch(basename(argv[0])) and "-m" in argv[:-1]:
        return comparable(argv[argv.index("-m") + 1].partition(".")[0])
    return _digest("\0".join(_placed(word, working_dir) for word in argv))


def _placed(word: str, working_dir: str) -> str:
    """A path from the folder in which it is run, and the bare name of a script, as the file that they mean there.

    Servers that name no folder all run in that of stockade: their words mean the same as they are written.
    """
    if not working_dir:
        return word
    is_script = splitext(word)[1] in _SCRIPTS and not word.startswith("-") and ":" not in word
    is_path = word in (".", "..") or word.startswith(("./", "../"))
    return normpath(join(working_dir, word)) if is_script or is_path else word


def _name(written: str, package: Package | None) -> str:
    if package is None:
        return _digest(written)
    return package.name.lower() if package.name.startswith("@") else comparable(package.name)


def _digest(text: str) -> str:
    """It may hold secrets."""
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
