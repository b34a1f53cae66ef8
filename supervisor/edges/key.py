"""The token of the control socket: a file that the daemon makes anew at each start and holds locked while it lives.

The lock is how callers tell a living daemon from what a killed one left, without a connection: where a service manager
holds the socket, a connection alone would start the daemon.
"""

from __future__ import annotations

import fcntl
import os
import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from supervisor.edges.state import ENVIRONMENT_KEY, SERVICE, StateDir, default_path
from supervisor.errors import ControlRefused, DaemonNotRunning, StateUnusable, StockadeError

NAMES = "control.sock", "control.token"
ACCEPTING = 0x10000
"""The flag of a socket that listens, in /proc/net/unix (__SO_ACCEPTCON)."""


class Key(NamedTuple):
    """A caller's view of the token, open until it is closed."""

    token: str
    descriptor: int

    def wait_until_free(self, limit_s: float) -> bool:
        """Wait until the daemon that made it has ended; False past the limit."""
        return wait_until_free(self.descriptor, limit_s)


def wait_until_down(place: StateDir, key: Key, limit_s: float) -> bool:
    """Wait until the daemon has ended and another one may work with its state directory; False past the limit."""
    if not key.wait_until_free(limit_s):
        return False
    try:
        descriptor = os.open(place.lock_file, os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return True  # it is not ours to see, or the whole folder has gone
    try:
        return wait_until_free(descriptor, limit_s)  # freed a moment after the token
    finally:
        os.close(descriptor)


def wait_until_free(descriptor: int, limit_s: float) -> bool:
    """Wait until nobody holds the lock of an open file; False past the limit."""
    previous = signal.signal(signal.SIGALRM, _raise_timeout)
    signal.setitimer(signal.ITIMER_REAL, limit_s)  # flock has no time-out of its own
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH)
    except TimeoutError:
        return False
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)
    return True


def _raise_timeout(_number: int, _frame: object) -> None:
    raise TimeoutError


@contextmanager
def held_token(place: StateDir, share: Callable[[Path], None] = lambda _path: None) -> Iterator[str]:
    """Make a fresh token for this run of the daemon; whoever knows an older one is a stranger.

    It is there as long as the context lasts, and `share` has opened it to others before anyone can find it. Where the
    socket is not in the state directory, links there lead to both. Raises: StockadeError(StateUnusable).
    """
    import secrets

    token = secrets.token_urlsafe(32)
    fresh = place.token_file.with_name("control.token.new")  # one name: what a killed daemon left is not left for ever
    with _usable(place.token_file):
        fresh.unlink(missing_ok=True)
        descriptor = os.open(fresh, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        with _usable(place.token_file):
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            os.write(descriptor, token.encode())
            share(fresh)
            fresh.replace(place.token_file)
            _link(place)
        yield token
    finally:
        _remove(fresh)
        withdraw_token(place)
        os.close(descriptor)


def withdraw_token(place: StateDir) -> None:
    """Be found by nobody any more; callers who have the token open see by its lock, as before, when we have ended.

    Who comes between the begin of a stop and its end is so told that no daemon runs, instead of waiting for one that
    takes no callers, or for the next one. Only the daemon that made the token may do this: its locks keep others out.
    """
    for path in (place.token_file, *_links(place)):
        _remove(path)


def _remove(path: Path) -> None:
    with suppress(OSError):
        path.unlink()


def _links(place: StateDir) -> list[Path]:
    return [place.path / name for name in NAMES] if place.runtime not in (None, place.path) else []


def _link(place: StateDir) -> None:
    """Lead callers that know the state directory alone to the socket and its token."""
    for link in _links(place):
        link.unlink(missing_ok=True)
        link.symlink_to(place.control_socket.with_name(link.name))


@contextmanager
def _usable(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StockadeError(StateUnusable(path=str(path.parent), reason=error.strerror or str(error))) from error


@contextmanager
def key_of(place: StateDir) -> Iterator[Key | None]:
    """Give the token of the daemon that lives, or None if there is none.

    Raises: StockadeError(ControlRefused) where this user may not read it, StockadeError(DaemonNotRunning).
    """
    try:
        descriptor = os.open(place.token_file, os.O_RDONLY | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError):
        yield None
        return
    except PermissionError as error:
        reason = f"its token {str(place.token_file)!r} cannot be read: {error.strerror}"
        raise StockadeError(ControlRefused(reason=reason)) from error
    except OSError as error:
        raise _unreadable(place, error) from error
    try:
        yield _key(place, descriptor)
    finally:
        os.close(descriptor)


def _key(place: StateDir, descriptor: int) -> Key | None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        try:
            return Key(os.read(descriptor, 200).decode("ascii"), descriptor)
        except (OSError, UnicodeDecodeError) as error:
            raise _unreadable(place, error) from error
    fcntl.flock(descriptor, fcntl.LOCK_UN)
    return None


def _unreadable(place: StateDir, error: Exception) -> StockadeError:
    reason = f"its token cannot be read: {getattr(error, 'strerror', None) or error}"
    return StockadeError(DaemonNotRunning(path=str(place.control_socket), reason=reason))


def is_alive(place: StateDir) -> bool:
    """Whether a daemon lives whose token this user may read."""
    try:
        with key_of(place) as key:
            return key is not None
    except StockadeError:
        return False


def meant(asked: str | None, environ: Mapping[str, str]) -> StateDir:
    """Say where the daemon is that is meant: the one named, else the user's own, else the machine's service."""
    named = asked or environ.get(ENVIRONMENT_KEY)
    own = StateDir(Path(named or default_path(environ)).absolute())
    return own if named else found(own, StateDir(SERVICE))


def found(own: StateDir, service: StateDir) -> StateDir:
    """Say which daemon is meant where nobody names one: the user's own if there is any sign of it, else the service."""
    if is_alive(own) or not is_there(service.control_socket):
        return own
    return own if is_there(own.control_socket) and is_listened_to(own.control_socket) else service


def is_there(path: Path) -> bool:
    """Whether this user can see such a file; a folder that is closed to us is none of our business."""
    return os.path.exists(path)  # Path.exists raises where the folder may not be entered


def is_listened_to(path: Path) -> bool:
    """Whether somebody listens on a socket of this path, found out without a connection, which could start a daemon."""
    try:
        lines = Path("/proc/net/unix").read_text(errors="surrogateescape").splitlines()
    except OSError:
        return False
    rows = (line.split(None, 7) for line in lines)
    return any(len(row) == 8 and row[7] == str(path) and int(row[3], 16) & ACCEPTING for row in rows)
