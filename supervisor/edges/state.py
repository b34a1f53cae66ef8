"""The state directory: one folder of this user's own (0700) that every sandbox denies.

It holds the control socket and its token, the lock of the daemon that works with it, the owners of running processes
(process/owners.py), and below `servers/` one private folder for each sandboxed server.
"""

from __future__ import annotations

import fcntl
import os
import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from supervisor.errors import DaemonNotRunning, StateLocked, StateUnusable, StockadeError

if TYPE_CHECKING:  # `status` has no use for the settings, and loading them costs more than all that it does
    from supervisor.config.specs import Config

ENVIRONMENT_KEY = "STOCKADE_STATE_DIR"
SOCKET_PATH_LIMIT = 107
"""Bytes that the address of a unix socket may have (108 with its end, unix(7))."""


class StateDir(NamedTuple):
    """The places in a state directory."""

    path: Path

    @property
    def control_socket(self) -> Path:
        """Where the daemon listens."""
        return self.path / "control.sock"

    @property
    def token_file(self) -> Path:
        """What a caller has to know; 0600."""
        return self.path / "control.token"

    @property
    def lock_file(self) -> Path:
        """Held by the daemon as long as it lives."""
        return self.path / "daemon.lock"

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


def chosen(asked: str | Path | None, config: Config, environ: Mapping[str, str]) -> Path:
    """Say which folder is meant: the one asked for, else the config's, else the default."""
    return Path(asked or config.settings.state_dir or default_path(environ))


def prepare(path: Path) -> StateDir:
    """Make the folder if need be, and refuse one that others could write to.

    Raises: StockadeError(StateUnusable).
    """
    path = path.absolute()
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        info = path.stat()
    except OSError as error:
        raise StockadeError(StateUnusable(path=str(path), reason=error.strerror or str(error))) from error
    if info.st_uid != os.geteuid():
        raise StockadeError(StateUnusable(path=str(path), reason=f"it belongs to user {info.st_uid}"))
    if info.st_mode & 0o022:
        raise StockadeError(StateUnusable(path=str(path), reason="others may write to it"))
    state = StateDir(path)
    if len(os.fsencode(state.control_socket)) > SOCKET_PATH_LIMIT:
        reason = f"its path is too long for a socket (at most {SOCKET_PATH_LIMIT} bytes with the socket's name)"
        raise StockadeError(StateUnusable(path=str(path), reason=reason))
    return state


@contextmanager
def daemon_lock(state: StateDir) -> Iterator[None]:
    """Be the one daemon of this state directory for as long as the context lasts; the kernel frees it at any death.

    Raises: StockadeError(StateLocked).
    """
    with _usable(state):
        descriptor = os.open(state.lock_file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        with _usable(state):
            _lock(descriptor, state)
        yield
    finally:
        os.close(descriptor)


def _lock(descriptor: int, state: StateDir) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        text = os.pread(descriptor, 20, 0).decode(errors="replace").strip()
        pid = int(text) if text.isascii() and text.isdecimal() else 0
        raise StockadeError(StateLocked(path=str(state.path), pid=pid)) from None
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)


@contextmanager
def _usable(state: StateDir) -> Iterator[None]:
    """Say of whatever the file system refuses that the folder cannot be used."""
    try:
        yield
    except OSError as error:
        raise StockadeError(StateUnusable(path=str(state.path), reason=error.strerror or str(error))) from error


def wait_until_down(state: StateDir, limit_s: float) -> bool:
    """Wait until no daemon holds the lock; False past the limit."""
    try:
        descriptor = os.open(state.lock_file, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return True  # the whole folder has gone with it
    previous = signal.signal(signal.SIGALRM, _raise_timeout)
    signal.setitimer(signal.ITIMER_REAL, limit_s)  # flock has no time-out of its own
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH)
    except TimeoutError:
        return False
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)
        os.close(descriptor)
    return True


def _raise_timeout(_number: int, _frame: object) -> None:
    raise TimeoutError


def write_token(state: StateDir) -> str:
    """Make a fresh token for this run of the daemon and return it; whoever knows an older one is a stranger.

    Raises: StockadeError(StateUnusable).
    """
    import secrets

    token = secrets.token_urlsafe(32)
    fresh = state.path / "control.token.new"  # one name: what a killed daemon left is not left for ever
    with _usable(state):
        fresh.unlink(missing_ok=True)
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(token)
        fresh.replace(state.token_file)
    return token


def forget_daemon(state: StateDir) -> None:
    """Remove what callers would look for; a daemon that was killed leaves it to the next one."""
    for path in (state.control_socket, state.token_file):
        with suppress(OSError):
            path.unlink()


def read_token(state: StateDir) -> str:
    """Return the daemon's token. Raises: StockadeError(DaemonNotRunning)."""
    try:
        return state.token_file.read_text("ascii")
    except (OSError, UnicodeDecodeError) as error:
        reason = f"its token cannot be read: {getattr(error, 'strerror', error)}"
        raise StockadeError(DaemonNotRunning(path=str(state.control_socket), reason=reason)) from error
