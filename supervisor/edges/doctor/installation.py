"""Finds out how stockade is installed on this machine, for `doctor`; changes nothing, judges nothing."""

from __future__ import annotations

import os
import sys
from importlib import metadata
from pathlib import Path

import supervisor
from supervisor.diagnostics.installation import OWN_DISTRIBUTION, Interpreter, Package, StateDirectory, System
from supervisor.edges import state
from supervisor.errors import Problem, StateUnusable, StockadeError


def system() -> System:
    """What runs here."""
    name = os.uname()
    return System(platform=sys.platform, release=name.release, machine=name.machine)


def interpreter() -> Interpreter:
    """What runs this."""
    return Interpreter(
        version=".".join(map(str, sys.version_info[:3])),
        executable=sys.executable,
        is_virtual=sys.prefix != sys.base_prefix,
    )


def package() -> Package:
    """Who owns the import package, as far as the distributions of this environment say; reads the files of each."""
    name = supervisor.__name__
    owners = metadata.packages_distributions().get(name, ())
    try:
        version = metadata.version(OWN_DISTRIBUTION)
    except metadata.PackageNotFoundError:
        version = ""
    return Package(owners=tuple(owners), version=version, location=str(Path(supervisor.__file__ or "").parent))


def state_directory(path: Path) -> StateDirectory:
    """How it stands with this state directory; one that is not there is not made."""
    path = path.absolute()
    if not os.path.exists(path):  # a link that leads nowhere is followed by a start, which makes what it names
        real = Path(os.path.realpath(path))
        return StateDirectory(path=str(path), is_there=False, objection=_why_not_made(real))
    try:
        state.prepare(path)
    except StockadeError as error:
        return StateDirectory(path=str(path), is_there=True, mode=_mode(path), objection=error.problem)
    objection = None
    if not os.access(path, os.R_OK | os.W_OK | os.X_OK, effective_ids=True):
        objection = StateUnusable(path=str(path), reason="this user may not write to it")
    return StateDirectory(path=str(path), is_there=True, mode=_mode(path), objection=objection)


def _why_not_made(path: Path) -> Problem | None:
    if len(os.fsencode(state.StateDir(path).control_socket)) > state.SOCKET_PATH_LIMIT:
        return StateUnusable(
            path=str(path), reason=f"a socket in it would have more than {state.SOCKET_PATH_LIMIT} bytes"
        )
    above = next(folder for folder in path.parents if os.path.lexists(folder))
    if not above.is_dir() or not os.access(above, os.W_OK | os.X_OK, effective_ids=True):
        return StateUnusable(path=str(path), reason=f"it is not there, and this user may make nothing in {above}")
    return None


def _mode(path: Path) -> int:
    return path.stat().st_mode & 0o7777 if path.exists() else 0
