"""Where a command's program really lives: links, shims, #! lines and virtual environments followed to their folders.

A command is rarely one file: `npx` is a link into npm, whose #! line asks PATH for node; a venv's python is a link to a
Python elsewhere; pyenv and asdf put shims before the real ones. What all of these need besides the system's folders is
the prefix each was installed under. Pure: the file system is asked through `Paths`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from posixpath import basename, dirname, join, normpath

from supervisor.sandbox.paths import Paths, is_within
from supervisor.sandbox.words import Wanted

SYSTEM = (
    "/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/etc", "/nix/store", "/gnu/store",
)  # fmt: skip
"""Folders of the system: read and executed by everybody."""

_COMPANIONS = {
    "npx": ("node",),
    "npm": ("node",),
    "uvx": ("uv", "python3", "python"),
    "uv": ("python3", "python"),
    "pipx": ("python3",),
}
"""What a runner starts by name besides itself."""
_SHARED = (
    "/", "/tmp", "/var/tmp", "/dev/shm", "/home", "/opt", "/srv", "/mnt", "/media", "/var", "/run",  # noqa: S108 - named to be refused
)  # fmt: skip
_MOST_LINKS = 40
"""As many as the kernel follows."""
_MOST_PROGRAMS = 16
_VENV = "pyvenv.cfg"
_PYTHON_LIBRARY = re.compile(r"(python|pypy)\d+(\.\d+)*t?")


def is_too_broad(folder: str, homes: Sequence[str]) -> bool:
    """Whether a folder holds much else beside a program: shared folders, a home folder, and what lies above one."""
    of_user = any(is_within(home, folder) or folder in (join(home, ".local"), join(home, ".config")) for home in homes)
    return folder in _SHARED or of_user


def programs(command: str, search_path: str, homes: Sequence[str], paths: Paths) -> tuple[Wanted, ...]:
    """The folders that a command needs to run, besides those of the system."""
    queue, seen, found = [(command, "")], set[str](), dict[str, Wanted]()
    while queue and len(seen) < _MOST_PROGRAMS:
        program, told_by = queue.pop(0)
        if program in seen:
            continue
        seen.add(program)
        steps = tuple(_steps(program, paths))
        for step in steps:
            for place, file in _places(step, homes, paths):
                want = Wanted(
                    place,
                    "read_exec",
                    f"where {basename(program)} is installed",
                    told_by=file or told_by,
                    is_installed=_is_installation(place, paths),
                )
                found.setdefault(place, want)
            told_by = step
        queue += ((needed, steps[-1]) for needed in _needs(steps, search_path, paths))
    return tuple(found.values())


def _is_installation(place: str, paths: Paths) -> bool:
    """Whether this is the prefix of a Python or a node, by what every one of them holds."""
    if paths.kind(join(place, "bin/node")) == "file" and paths.kind(join(place, "include/node/node.h")) == "file":
        return True
    library = join(place, "lib")
    versions = (name for name in paths.children(library) if _PYTHON_LIBRARY.fullmatch(name))
    return any(paths.kind(join(library, name, "os.py")) == "file" for name in versions)


def _steps(program: str, paths: Paths) -> Iterator[str]:
    """The path, and what each link on the way leads to."""
    path = normpath(program)
    for _ in range(_MOST_LINKS):
        yield path
        target = paths.link(path)
        if target is None:
            break
        path = normpath(join(dirname(path), target))
    yield paths.real(path)


def _places(step: str, homes: Sequence[str], paths: Paths) -> Iterator[tuple[str, str]]:
    """The folders that a program needs, each with the file that names it (empty: it lies there itself)."""
    folder = dirname(step)
    if any(is_within(folder, system) for system in SYSTEM):
        return
    prefix = dirname(folder) if basename(folder) in ("bin", "sbin", "shims", ".bin") else folder
    place = next((place for place in (prefix, folder) if not is_too_broad(place, homes)), step)
    yield place, ""
    home = _venv_home(prefix, paths)
    if home and not any(is_within(home, system) for system in SYSTEM):
        place = next((place for place in (dirname(home), home) if not is_too_broad(place, homes)), home)
        yield place, join(prefix, _VENV)


def _venv_home(prefix: str, paths: Paths) -> str | None:
    """The folder of the Python that a virtual environment was made from."""
    for line in paths.head(join(prefix, _VENV)).decode("utf-8", "surrogateescape").splitlines():
        name, _, value = line.partition("=")
        if name.strip() == "home" and value.strip().startswith("/"):
            return normpath(value.strip())
    return None


def _needs(steps: Sequence[str], search_path: str, paths: Paths) -> list[str]:
    names = [name for step in (steps[0], steps[-1]) for name in _COMPANIONS.get(basename(step), ())]
    line = _hash_bang(paths.head(steps[-1]))
    if line and basename(line[0]) == "env":
        names += [word for word in line[1:] if not word.startswith("-") and "=" not in word][:1]
    elif line:
        names.append(line[0])
    beside = dirname(steps[0])
    looked_up = [_look_up(name, f"{search_path}:{beside}", paths) for name in names]
    return [program for program in looked_up if program]


def _hash_bang(head: bytes) -> list[str]:
    first = head.split(b"\n", 1)[0]
    return first[2:].decode("utf-8", "surrogateescape").split() if first.startswith(b"#!") else []


def _look_up(name: str, search_path: str, paths: Paths) -> str | None:
    if name.startswith("/"):
        return name
    places = (join(folder, name) for folder in search_path.split(":") if folder.startswith("/"))
    return next((place for place in places if paths.kind(place) == "file"), None)
