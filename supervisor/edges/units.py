"""`stockade install-unit`: writes the units that run stockade as a service, or prints them.

It writes files and starts nothing: what remains to be done is printed as commands. What somebody has changed is not
replaced unless asked to.
"""

from __future__ import annotations

import grp
import os
import shlex
import stat
import sys
from argparse import Namespace
from importlib import resources
from pathlib import Path

from supervisor.config.effects import default_path as default_config
from supervisor.edges.say import put
from supervisor.edges.state import SOCKET_PATH_LIMIT, StateDir, default_path
from supervisor.errors import (
    ExitCode,
    StateUnusable,
    StockadeError,
    UnitFileChanged,
    UnitNotWritten,
    UnitProgramOutOfReach,
    UsageWrong,
)
from supervisor.units import rules
from supervisor.units.rules import File, Scope, Values

CATALOG = "stockade.catalog"
LINE_BYTES = 255
"""As much of a script's first line as the kernel reads (execve(2))."""


def install_unit(options: Namespace) -> int:
    """Write the files, or print them; returns the exit code. Raises: StockadeError."""
    scope: Scope = "user" if options.user else "system"
    words = (str(Path(options.program).absolute()),) if options.program else program()
    wanted = files_for(scope, options.config, words)
    if options.print:
        put("\n".join(f"# {file.path}\n{file.text}" for file in wanted))
        return ExitCode.OK
    if scope == "system" and not options.root:  # what will run below another root cannot be looked at from here
        check_program(words)
    if options.root:
        wanted = [File(path=f"{options.root.rstrip('/')}{file.path}", text=file.text) for file in wanted]
    for line in written(wanted, is_forced=options.force):
        put(line + "\n")
    has_catalog = any(file.path.endswith(CATALOG) for file in wanted)
    for line in remaining(scope, config_of(scope, options.config), has_catalog=has_catalog):
        put(line + "\n")
    return ExitCode.OK


# ---------------------------------------------------------------------------------------------------------- what


def files_for(scope: Scope, config: str | None, words: tuple[str, ...]) -> list[File]:
    """Every file that belongs to a service of this scope, with its text. Raises: StockadeError."""
    state = StateDir(default_path({k: v for k, v in os.environ.items() if k != "STATE_DIRECTORY"}).absolute())
    if scope == "user" and len(os.fsencode(state.control_socket)) > SOCKET_PATH_LIMIT:
        reason = f"its path is too long for a socket (at most {SOCKET_PATH_LIMIT} bytes with the socket's name)"
        raise StockadeError(StateUnusable(path=str(state.path), reason=reason))
    values = Values(program=words, config=config_of(scope, config), state=str(state.path))
    folder = os.environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    files = [
        File(path=os.path.join(folder, place), text=rules.sealed(rules.filled(template_of(name), values)))
        for name, place in rules.PLACES[scope]
    ]
    catalog = catalog_text() if scope == "system" else None
    return files if catalog is None else [*files, File(path=rules.CATALOG, text=rules.sealed(catalog))]


def template_of(name: str) -> str:
    """A template, as it is shipped."""
    return resources.files("supervisor.units").joinpath(name).read_text("utf-8")


def catalog_text() -> str | None:
    """The journal's catalog, as it is shipped; None if it is not."""
    file = resources.files("supervisor.units").joinpath(CATALOG)
    return file.read_text("utf-8") if file.is_file() else None


def program() -> tuple[str, ...]:
    """The command by which a service would run this very stockade, as absolute words."""
    script = Path(sys.argv[0])
    if script.name == "stockade" and script.is_file():
        return (str(script.absolute()),)
    return (sys.executable, "-m", "supervisor")


def config_of(scope: Scope, asked: str | None) -> str:
    """The configuration that the service reads: the one asked for, else the machine's, else the user's own."""
    if asked == "-":
        raise StockadeError(UsageWrong(verb="install-unit", reason="a service reads its configuration from a file"))
    if asked:
        return str(Path(asked).absolute())
    if scope == "user":
        return default_config(os.environ)
    toml = Path(rules.CONFIG).with_suffix(".toml")
    return str(toml) if toml.is_file() else rules.CONFIG


# ------------------------------------------------------------------------------------------------------- checking


def check_program(words: tuple[str, ...]) -> None:
    """Check that a user without privileges, in the unit's view of the machine, could run this command.

    Raises: StockadeError(UnitProgramOutOfReach).
    """
    _check_with_links(words[0])
    if _is_ours(words):
        _check_with_links(sys.executable)
        _check_reach(str(Path(__file__).parents[1]), is_program=False)
    else:  # another installation, of which we know what its first line says
        _check_with_links(_interpreter_of(words[0]))


def _check_with_links(path: str) -> None:
    for step in dict.fromkeys((path, os.path.realpath(path))):
        _check_reach(step, is_program=True)


def _is_ours(words: tuple[str, ...]) -> bool:
    ours = program()
    return (os.path.realpath(words[0]), *words[1:]) == (os.path.realpath(ours[0]), *ours[1:])


def _interpreter_of(path: str) -> str:
    """What the kernel starts for this file: the program of its first line, or the file itself."""
    try:
        with open(path, "rb") as file:
            line = file.read(LINE_BYTES).partition(b"\n")[0]
    except OSError as error:
        raise _out_of_reach(path, error.strerror or str(error)) from error
    words = line.removeprefix(b"#!").split()
    return os.fsdecode(words[0]) if line.startswith(b"#!") and words else path


def _check_reach(path: str, *, is_program: bool) -> None:
    folder = rules.hidden(path)
    if folder:
        raise _out_of_reach(path, f"{folder} is hidden from services")
    try:
        barred = next((step for step in Path(path).parents if not step.stat().st_mode & stat.S_IXOTH), None)
        mode = Path(path).stat().st_mode
    except OSError as error:
        raise _out_of_reach(path, error.strerror or str(error)) from error
    if barred is not None:
        raise _out_of_reach(path, f"{barred} may not be entered by other users")
    if is_program and not (stat.S_ISREG(mode) and mode & stat.S_IXOTH and mode & stat.S_IROTH):
        raise _out_of_reach(path, "other users may not read and execute it")
    if not is_program and not mode & stat.S_IROTH:
        raise _out_of_reach(path, "other users may not read it")


def _out_of_reach(path: str, reason: str) -> StockadeError:
    return StockadeError(UnitProgramOutOfReach(path=path, reason=reason))


# -------------------------------------------------------------------------------------------------------- writing


def written(wanted: list[File], *, is_forced: bool) -> list[str]:
    """Write what is not there as it shall be, and nothing where somebody has changed a file; returns a line for each.

    A file that cannot be written leaves those before it written: the same again goes on from there.

    Raises: StockadeError(UnitFileChanged | UnitNotWritten).
    """
    lines = []
    found = {file.path: _found(file.path) for file in wanted}
    for file in wanted:
        there = found[file.path]
        if rules.standing(there, file.text) == "changed" and not is_forced:
            put(rules.difference(file.path, there or "", file.text) + "\n")
            raise StockadeError(UnitFileChanged(path=file.path))
    for file in wanted:
        standing = rules.standing(found[file.path], file.text)
        if standing != "same":
            _write(Path(file.path), file.text)
        word = {"missing": "wrote", "same": "is there", "older": "replaced", "changed": "replaced, as asked,"}[standing]
        lines.append(f"{word} {file.path}")
    return lines


def _found(path: str) -> str | None:
    try:
        return Path(path).read_text("utf-8", "surrogateescape")
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StockadeError(UnitNotWritten(path=path, reason=error.strerror or str(error))) from error


def _write(path: Path, text: str) -> None:
    """Write a file that is at no moment half there."""
    fresh = path.with_name(f".{path.name}.new")
    try:
        path.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
        fresh.unlink(missing_ok=True)
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o644)
        with os.fdopen(descriptor, "w", encoding="utf-8", errors="surrogateescape") as file:
            os.fchmod(descriptor, 0o644)
            file.write(text)
        fresh.replace(path)
    except OSError as error:
        raise StockadeError(UnitNotWritten(path=str(path), reason=error.strerror or str(error))) from error


def _is_readable(config: Path) -> bool:
    """Whether the service's user may read its configuration; before there is that user, whether everybody may."""
    info = config.stat()
    try:
        is_of_group = info.st_gid == grp.getgrnam(rules.USER).gr_gid
    except KeyError:
        is_of_group = False
    return bool(info.st_mode & stat.S_IROTH or (is_of_group and info.st_mode & stat.S_IRGRP))


def remaining(scope: Scope, config: str, *, has_catalog: bool) -> list[str]:
    """What is to be done now, as lines, in the order in which it works: a configuration is the group's after that."""
    *before, enable = (f"  {command}" for command in rules.next_commands(scope, has_catalog=has_catalog))
    lines = ["", "now:", *before]
    if not Path(config).is_file():
        reader = "readable for its user: root:stockade, 0640" if scope == "system" else "for yourself alone"
        lines.append(f"  write the configuration {config} ({reader})")
    elif scope == "system" and not _is_readable(Path(config)):
        name = shlex.quote(config)
        lines.append(f"  chown root:{rules.USER} {name} && chmod 640 {name}    # its user cannot read it now")
    lines.append(enable)
    if scope == "system":
        lines.append("  adduser NAME stockade    # for each who may talk to it, from the next login on")
    else:
        lines.append("  loginctl enable-linger    # if it shall run while you are not logged in")
    return lines
