"""Which script an interpreter is told to run, and the folder that the script needs. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from posixpath import basename, dirname, join, normpath

from supervisor.sandbox.interpreters import SYSTEM, is_too_broad
from supervisor.sandbox.paths import Paths, is_within
from supervisor.sandbox.words import Wanted

_INTERPRETERS = re.compile(r"(python|pypy|ruby|perl|php|lua)[0-9.]*|node(js)?|deno|bun|tsx|ts-node|(ba|da|z|k)?sh|uv")
_NO_SCRIPT = ("-m", "-c", "-e", "--eval", "-p", "--print")
"""What follows one of these is a module or a program text; later words are data."""
_PROJECT_OPTIONS = ("--directory", "--project")
"""Options of uv whose value is the project's folder."""


def script_folders(argv: Sequence[str], cwd: str, homes: Sequence[str], paths: Paths) -> tuple[Wanted, ...]:
    """What the script named on the command line needs: its folder, never one that holds much else beside it."""
    if not _INTERPRETERS.fullmatch(basename(argv[0])):
        return ()
    places = dict.fromkeys(_projects(argv, cwd, paths), "")
    for place, told_by in _scripts(argv, cwd, homes, paths):
        places.setdefault(place, told_by)
    return tuple(
        Wanted(place, "read_exec", "where the script is", told_by=told_by)
        for place, told_by in places.items()
        if not is_too_broad(place, homes) and not any(is_within(place, system) for system in SYSTEM)
    )


def _projects(argv: Sequence[str], cwd: str, paths: Paths) -> Iterator[str]:
    for option, value in pairwise(argv):
        if basename(argv[0]) == "uv" and option in _PROJECT_OPTIONS:
            folder = normpath(join(cwd, value))
            if paths.kind(folder) == "folder":
                yield folder


def _scripts(argv: Sequence[str], cwd: str, homes: Sequence[str], paths: Paths) -> Iterator[tuple[str, str]]:
    """Folders, each with the path that led there."""
    for word in argv[1:]:
        if word in _NO_SCRIPT:
            return
        script = normpath(join(cwd, word))
        if word.startswith("-") or paths.kind(script) != "file":
            continue
        real = paths.real(script)
        for path in dict.fromkeys((script, real)):
            folder = dirname(path)
            yield path if is_too_broad(folder, homes) else folder, script if path != script else ""
        yield from ((place, script) for place in _package(dirname(real), homes, paths))
        return


def _package(folder: str, homes: Sequence[str], paths: Paths) -> Iterator[str]:
    """The npm package around a script, and every node_modules that node looks into on the way up."""
    has_package = False
    while not is_too_broad(folder, homes):
        if not has_package and paths.kind(join(folder, "package.json")) == "file":
            has_package = True
            yield folder
        if paths.kind(join(folder, "node_modules")) == "folder":
            yield join(folder, "node_modules")
        folder = dirname(folder)
