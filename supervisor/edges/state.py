"""The state directory: one folder of this user's own (0700) that every sandbox denies.

It holds the lock of the daemon that works with it, the owners of running processes (process/owners.py), and below
`servers/` one private folder for each sandboxed server. The control socket and its token lie in it, too; or, as a
service, in systemd's runtime directory, which others can be let into.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from supervisor.errors import StateLocked, StateUnusable, StockadeError

if TYPE_CHECKING:  # `status` has no use for the settings, and loading them costs more than all that it does
    from supervisor.config.specs import Config

ENVIRONMENT_KEY = "STOCKADE_STATE_DIR"
RUNTIME_KEY = "RUNTIME_DIRECTORY"
"""What systemd sets where a unit says RuntimeDirectory=."""
SERVICE = Path("/run/stockade")
"""Where the machine's own service has its socket: RuntimeDirectory=stockade of the shipped unit."""
LOCK = "daemon.lock"
"""The file of a state directory, and of a runtime directory, that its daemon holds locked."""
SOCKET_PATH_LIMIT = 107
"""Bytes that the address of a unix socket may have (108 with its end, unix(7))."""


class StateDir(NamedTuple):
    """The places in a state directory."""

    path: Path
    runtime: Path | None = None
    """Where the socket and its token are, if not in the folder itself."""

    @property
    def control_socket(self) -> Path:
        """Where the daemon listens."""
        return (self.runtime or self.path) / "control.sock"

    @property
    def token_file(self) -> Path:
        """What a caller has to know; for the daemon's user alone, and whom `stockade.control` names."""
        return (self.runtime or self.path) / "control.token"

    @property
    def lock_file(self) -> Path:
        """Held by the daemon as long as it lives."""
        return self.path / LOCK

    @property
    def servers(self) -> Path:
        """The folders of sandboxed servers."""
        return self.path / "servers"


def default_path(environ: Mapping[str, str]) -> Path:
    """Say which folder is meant when nobody names one: $STOCKADE_STATE_DIR, systemd's, or the user's own."""
    for key in (ENVIRONMENT_KEY, "STATE_DIRECTORY"):
        if environ.get(key):
            return Path(environ[key].split(":")[0])
    home = environ.get("XDG_STATE_HOME") or str(Path(environ.get("HOME", "/")) / ".local" / "state")
    return Path(home) / "stockade"


def runtime_path(environ: Mapping[str, str]) -> Path | None:
    """Say where the service manager wants sockets to be; None where there is none."""
    first = environ.get(RUNTIME_KEY, "").split(":")[0]
    return Path(first) if first else None


def chosen(asked: str | Path | None, config: Config, environ: Mapping[str, str]) -> Path:
    """Say which folder is meant: the one asked for, else the config's, else the default."""
    return Path(asked or config.settings.state_dir or default_path(environ))


def prepare(path: Path, runtime: Path | None = None) -> StateDir:
    """Make the folder if need be, and refuse one that others could write to; `runtime` is where the socket shall be.

    Links on the way to it are followed once, here: systemd's state directory of a dynamic user is one, and a sandbox
    is granted no path with a link in it, which somebody could turn elsewhere.

    Raises: StockadeError(StateUnusable).
    """
    state = StateDir(_own(Path(os.path.realpath(path))), runtime and _own(Path(os.path.realpath(runtime))))
    if len(os.fsencode(state.control_socket)) > SOCKET_PATH_LIMIT:
        reason = f"its path is too long for a socket (at most {SOCKET_PATH_LIMIT} bytes with the socket's name)"
        raise StockadeError(StateUnusable(path=str(state.control_socket.parent), reason=reason))
    return state


def _own(path: Path) -> Path:
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        info = path.stat()
    except OSError as error:
        raise StockadeError(StateUnusable(path=str(path), reason=error.strerror or str(error))) from error
    if info.st_uid != os.geteuid():
        raise StockadeError(StateUnusable(path=str(path), reason=f"it belongs to user {info.st_uid}"))
    if info.st_mode & 0o022:
        raise StockadeError(StateUnusable(path=str(path), reason="others may write to it"))
    return path


@contextmanager
def daemon_lock(state: StateDir) -> Iterator[None]:
    """Be the one daemon of this state directory for as long as the context lasts; the kernel frees it at any death.

    And the one of its runtime directory: two daemons with a state of their own may have been given the same one, and
    each would take the other's socket and token. Raises: StockadeError(StateLocked | StateUnusable).
    """
    with ExitStack() as stack:
        for folder in dict.fromkeys((state.path, state.runtime or state.path)):
            stack.enter_context(_held(folder))
        yield


@contextmanager
def _held(folder: Path) -> Iterator[None]:
    """Hold the lock of a folder. Its file is ours alone: who could open it could hold it, and keep us out."""
    with _usable(folder):
        descriptor = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        with _usable(folder):
            _lock(descriptor, folder)
        yield
    finally:
        os.close(descriptor)


def _lock(descriptor: int, folder: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        text = os.pread(descriptor, 20, 0).decode(errors="replace").strip()
        pid = int(text) if text.isascii() and text.isdecimal() else 0
        raise StockadeError(StateLocked(path=str(folder), pid=pid)) from None
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)


@contextmanager
def _usable(folder: Path) -> Iterator[None]:
    """Say of whatever the file system refuses that the folder cannot be used."""
    try:
        yield
    except OSError as error:
        raise StockadeError(StateUnusable(path=str(folder), reason=error.strerror or str(error))) from error
