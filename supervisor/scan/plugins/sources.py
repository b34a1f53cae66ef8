"""Where the source of a server is, as far as its command tells; and if not, why. Pure.

Known are: a script that an interpreter is told to run, with the project around it; a module of the working directory
or of the interpreter's environment; a package that npx or uvx has in its cache; a program that is a script of an
installed package. A guess is worse than none: what is looked at in vain would count as looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha512
from posixpath import basename, dirname, join, normpath
from typing import Protocol

from msgspec import Struct

from supervisor.scan.text.lazy import lazy
from supervisor.scan.trust.package import Package, package_of

_INTERPRETER = lazy(r"(python|pypy|ruby|perl|php|lua)[0-9.]*|node(js)?|deno|bun|tsx|ts-node|(ba|da|z|k)?sh")
_NO_SCRIPT = ("-c", "-e", "--eval", "-p", "--print")
"""What follows one of these is a program text: the source is in the config."""
_PROJECT = ("package.json", "pyproject.toml", "setup.py")
_ENTRY = re.compile(rb"^from ([A-Za-z_]\w*)[\w.]* import ", re.MULTILINE)
_LEVELS_UP = 3
"""How far above a script its project is looked for."""
_BROAD = frozenset({"/", "/bin", "/sbin", "/etc", "/home", "/lib", "/opt", "/root", "/srv", "/tmp", "/usr", "/var"})  # noqa: S108 - looked at, not written to


class Files(Protocol):
    """The file system, as far as it is asked."""

    def kind(self, path: str) -> str:
        """`file`, `folder`, `missing` or `other`, links followed."""
        ...

    def real(self, path: str) -> str:
        """The path with every link followed."""
        ...

    def children(self, path: str) -> tuple[str, ...]:
        """The names in a folder."""
        ...

    def head(self, path: str) -> bytes:
        """The first bytes of a file."""
        ...


class Asked(Struct, frozen=True, kw_only=True):
    """One server, as far as its source is concerned."""

    argv: tuple[str, ...]
    """Its first word is an absolute path, if the program was found."""
    fetched: tuple[str, ...] | None = None
    """The command that fetches its package, if it is started by a package runner."""
    cwd: str
    environment: Mapping[str, str]
    """The server's: it says where package runners keep what they fetch."""
    home: str
    """The home folder that the server has."""
    homes: tuple[str, ...] = ()
    """Home folders of the user: none of them is a source as a whole."""


class Source(Struct, frozen=True, kw_only=True):
    """Where it is, or why that is not known."""

    folder: str = ""
    only: str = ""
    """The one file of the folder that belongs to it, if the others do not."""
    why: str = ""


def source_of(asked: Asked, files: Files) -> Source:
    """Where the source of a server is."""
    if asked.fetched is not None:
        return _fetched(asked, asked.fetched, files)
    name = basename(asked.argv[0])
    if name == "uv":
        return _project_of_uv(asked, files)
    if _INTERPRETER.fullmatch(name):
        return _interpreted(asked, files)
    return _installed(asked, files)


# ---------------------------------------------------------------------------------------------------- scripts


def _interpreted(asked: Asked, files: Files) -> Source:
    for position, word in enumerate(asked.argv[1:], start=1):
        if word in _NO_SCRIPT:
            return Source(why="its program text is in the config itself")
        if word == "-m":
            return _module(asked, (*asked.argv, "")[position + 1], files)
        path = normpath(join(asked.cwd, word))
        if not word.startswith("-") and files.kind(path) == "file":
            return _around(files.real(path), asked, files)
    return Source(why="its command names no script that is there")


def _around(script: str, asked: Asked, files: Files) -> Source:
    """The project that a script belongs to, else its folder, else the script alone."""
    folder = dirname(script)
    for _ in range(_LEVELS_UP):
        if _is_broad(folder, asked):
            break
        if any(files.kind(join(folder, name)) == "file" for name in _PROJECT):
            return Source(folder=folder)
        folder = dirname(folder)
    folder = dirname(script)
    return Source(folder=folder, only=basename(script)) if _is_broad(folder, asked) else Source(folder=folder)


def _is_broad(folder: str, asked: Asked) -> bool:
    """Whether it holds much that is none of the server's."""
    if folder in _BROAD or folder.startswith(("/usr/bin", "/usr/sbin", "/usr/local/bin")):
        return True
    return any(home == folder or home.startswith(folder + "/") for home in asked.homes)


def _module(asked: Asked, name: str, files: Files) -> Source:
    top = name.partition(".")[0]
    if not top.isidentifier():
        return Source(why="its command names no module")
    folders = (asked.cwd, join(asked.cwd, "src"), *_site_packages(asked.argv[0], files))
    found = next((place for folder in folders if (place := _import(folder, top, files))), None)
    return found or Source(why=f"the module {top!r} is neither in its working directory nor in its environment")


def _import(folder: str, top: str, files: Files) -> Source | None:
    if files.kind(join(folder, top)) == "folder":
        return Source(folder=join(folder, top))
    return Source(folder=folder, only=f"{top}.py") if files.kind(join(folder, f"{top}.py")) == "file" else None


def _site_packages(program: str, files: Files) -> Iterator[str]:
    """Of the environment that a program is in: its own path counts, not what a link of it leads to."""
    library = join(dirname(dirname(program)), "lib")
    for name in files.children(library):
        if name.startswith("python3"):
            yield join(library, name, "site-packages")


def _project_of_uv(asked: Asked, files: Files) -> Source:
    for option, value in zip(asked.argv[1:], asked.argv[2:], strict=False):
        if option in ("--directory", "--project"):
            folder = normpath(join(asked.cwd, value))
            if files.kind(folder) == "folder" and not _is_broad(folder, asked):
                return Source(folder=folder)
    if "run" in asked.argv and files.kind(join(asked.cwd, "pyproject.toml")) == "file":
        return Source(folder=asked.cwd)
    return Source(why="its command names no project that is there")


def _installed(asked: Asked, files: Files) -> Source:
    """A program that is a script of a package: by the link that npm makes, or by what a Python entry point imports."""
    program = files.real(asked.argv[0])
    if files.kind(program) != "file":
        return Source(why=f"its program {asked.argv[0]!r} was not found")
    if "/node_modules/" in program:
        return _around(program, asked, files)
    head = files.head(program)
    if not head.startswith(b"#!"):
        return Source(why="its program is no script: there is no source of it here")
    entry = _ENTRY.search(head)
    if b"python" in head.partition(b"\n")[0] and entry:
        top = entry[1].decode()
        found = (_import(folder, top, files) for folder in _site_packages(program, files))
        return next((place for place in found if place), Source(why=f"its package {top!r} was not found"))
    return _around(program, asked, files)


# ------------------------------------------------------------------------------------------- fetched packages


def _fetched(asked: Asked, command: Sequence[str], files: Files) -> Source:
    package = package_of(command)
    if package is None:
        return Source(why="its command names no package by its name, or several")
    return _of_npm(asked, package, files) if package.kind == "npm" else _of_uv(asked, package, files)


def _of_npm(asked: Asked, package: Package, files: Files) -> Source:
    cache = asked.environment.get("npm_config_cache") or join(asked.home, ".npm")
    # The name of the folder is npm's own (libnpmexec): of the package as it was written.
    kept = join(cache, "_npx", sha512(package.written.encode()).hexdigest()[:16])
    for around in (asked.cwd, kept):
        folder = join(around, "node_modules", package.name)
        if files.kind(join(folder, "package.json")) == "file":
            return _within(folder, around, files)
    return Source(why=f"the package {package.name!r} is not in npm's cache")


def _within(folder: str, cache: str, files: Files) -> Source:
    """A place in a cache that the server itself may write to: a link that leads out of there is not followed."""
    if files.real(folder).startswith(files.real(cache) + "/"):
        return Source(folder=folder)
    return Source(why=f"{folder} is a link that leads out of the cache")


def _of_uv(asked: Asked, package: Package, files: Files) -> Source:
    cache_home = asked.environment.get("XDG_CACHE_HOME") or join(asked.home, ".cache")
    archives = join(asked.environment.get("UV_CACHE_DIR") or join(cache_home, "uv"), "archive-v0")
    wanted = package.name.replace("-", "_")
    found: dict[str, str] = {}
    for archive in files.children(archives):
        for entry in files.children(join(archives, archive)):
            name, _, version = entry.removesuffix(".dist-info").partition("-")
            if entry.endswith(".dist-info") and name.lower() == wanted and package.version in ("", version):
                found[version] = join(archives, archive)
    if len(found) == 1:
        return _within(next(iter(found.values())), archives, files)
    if found:
        return Source(why=f"uv's cache holds {len(found)} versions of {wanted!r}, and which one is run cannot be told")
    return Source(why=f"the package {wanted!r} is not in uv's cache")
