"""The effect of looking a command up: a few system calls, on the calling thread. Loads no event loop."""

from __future__ import annotations

import os
import stat
from os.path import isdir, join, realpath, split

import msgspec

from supervisor.errors import CwdMissing, LaunchError
from supervisor.process.lookup import Kind, Place, choose, escaped, interpreter_of, places
from supervisor.process.words import Command

HEAD_BYTES = 256
"""As much of a script's first line as the kernel reads."""


def locate_now(command: Command) -> Command:
    """The same command with an absolute `argv[0]` that exists and may be executed, in a directory that exists.

    Raises:
        LaunchError: with CommandNotFound, CommandNotExecutable or CwdMissing.
    """
    if not isdir(command.cwd):
        raise LaunchError(CwdMissing(cwd=escaped(command.cwd)))
    looked_at: list[Place] = []
    for path in places(command):
        looked_at.append(look_at(path))
        if looked_at[-1].kind in {"program", "bad_interpreter"}:
            break
    found = choose(command, looked_at)
    if isinstance(found, str):
        return msgspec.structs.replace(command, argv=(_straight(found), *command.argv[1:]))
    raise LaunchError(found)


def _straight(path: str) -> str:
    """The path without `..` and `.`: in a view of the file system a folder may be missing that is only passed through.

    A link is kept at the end, for programs look at their own name; the folders before it are resolved as the kernel
    would.
    """
    folder, name = split(path)
    return join(realpath(folder), name) if {"..", "."} & set(folder.split("/")) else path


def look_at(path: str) -> Place:
    """What is at this path, and if it is a script, whether its interpreter can be executed."""
    kind = _kind(path)
    if kind != "program":
        return Place(path, kind)
    interpreter = interpreter_of(_head(path))
    if interpreter is None or _kind(interpreter) == "program":
        return Place(path, "program")
    why = "does not exist" if _kind(interpreter) == "missing" else "cannot be executed"
    return Place(path, "bad_interpreter", f"its first line names the interpreter {interpreter!r}, which {why}")


def _kind(path: str) -> Kind:
    try:
        mode = os.stat(path).st_mode
    except OSError:
        return "missing"
    if stat.S_ISDIR(mode):
        return "directory"
    if not stat.S_ISREG(mode):
        return "not_a_file"
    return "program" if os.access(path, os.X_OK) else "not_executable"


def _head(path: str) -> bytes:
    try:
        with open(path, "rb", buffering=0) as file:
            return file.read(HEAD_BYTES) or b""
    except OSError:
        return b""
