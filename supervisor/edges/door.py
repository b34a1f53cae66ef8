"""The control socket itself, and who may come in: the peer's user, as the kernel says it, and the token."""

from __future__ import annotations

import hmac
import os
import socket
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from supervisor.config.specs import Settings
from supervisor.edges import say
from supervisor.edges.key import held_token, withdraw_token
from supervisor.edges.sharing import Guests, check_way, guests_of, has_members, name_of, share, unshare
from supervisor.edges.state import StateDir
from supervisor.errors import ControlGroupEmpty, StateUnusable, StockadeError

BACKLOG = 128
NOBODY_ELSE = Guests()
ENTER, SPEAK, READ = 0o5, 0o6, 0o4
"""What a guest needs of the folder, of the socket and of the token."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Door:
    """Who may come in."""

    path: Path
    token: str
    settings: Settings
    guests: Guests = NOBODY_ELSE

    def listen(self) -> socket.socket:
        """Bind the socket, replacing one that a dead daemon left; the state's lock says that there is no other.

        Raises: StockadeError(StateUnusable), ConfigError for guests that cannot have the socket.
        """
        try:
            self.path.unlink(missing_ok=True)
            listener = bind_privately(self.path)
        except OSError as error:
            raise StockadeError(StateUnusable(path=str(self.path), reason=error.strerror or str(error))) from error
        try:
            share(self.path, self.settings.control_mode, self.guests, SPEAK)
            listener.listen(BACKLOG)
        except BaseException:
            listener.close()
            raise
        return listener

    def adopt(self, given: socket.socket) -> socket.socket:
        """Take a socket that listens already, from a service manager; whom its file lets in is set if it is ours.

        Without a group of the config, its group and mode stay what the manager made them.

        Raises: StockadeError(StateUnusable), ConfigError for guests that cannot have the socket.
        """
        said = self.settings.control_group is not None
        if (said or self.guests.uids) and self.path.exists() and self.path.stat().st_uid == os.geteuid():
            mode = self.settings.control_mode if said else stat.S_IMODE(self.path.stat().st_mode)
            share(self.path, mode, self.guests, SPEAK)
        return given

    def admits(self, connection: socket.socket) -> bool:
        """Tell whether the peer's user may talk to us at all."""
        return self.guests.admit(connection)

    def knows(self, token: str) -> bool:
        """Tell whether that is the token, in constant time."""
        return hmac.compare_digest(token.encode(errors="backslashreplace"), self.token.encode())


def tell_guests(door: Door) -> None:
    """Say at the start if the group that the config names is empty: it is no fault, and seldom what was meant."""
    gid = door.guests.gid
    if door.settings.control_group is not None and gid is not None and not has_members(gid):
        say.complain(ControlGroupEmpty(group=name_of(gid)))


@contextmanager
def open_door(
    place: StateDir, settings: Settings, given: socket.socket | None = None
) -> Iterator[tuple[Door, socket.socket]]:
    """Be reachable for as long as the context lasts: at a socket of our own, or at one that a service manager gave us.

    The folder of the socket is opened to guests where it is a runtime directory; a state directory never is. Both may
    be older than we are: users whom an earlier run let in, and this one does not, are out. Raises:
    StockadeError(StateUnusable), ConfigError for guests that are not there or cannot come in.
    """
    folder = place.control_socket.parent
    if place.runtime is not None:
        unshare(folder)
    if given is not None:
        unshare(place.control_socket)
    guests = guests_of(settings, given)
    if not guests.is_nobody:
        if place.runtime is not None:
            share(folder, 0o750 if guests.gid is not None else 0o700, guests, ENTER)
        check_way(folder, guests)
    mode = 0o640 if guests.gid is not None else 0o600
    with held_token(place, partial(share, mode=mode, guests=guests, rights=READ)) as token:
        door = Door(path=place.control_socket, token=token, settings=settings, guests=guests)
        if given is not None:
            yield door, door.adopt(given)
            return
        with door.listen() as listener:
            try:
                yield door, listener
            finally:
                place.control_socket.unlink(missing_ok=True)


def withdraw(place: StateDir, given: socket.socket | None) -> None:
    """Have new callers find no daemon; a socket that a service manager gave us stays where it is."""
    withdraw_token(place)
    if given is None:
        with suppress(OSError):
            place.control_socket.unlink()


def bind_privately(path: Path) -> socket.socket:
    """Bind a socket that is at no moment open to others."""
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | getattr(socket, "SOCK_CLOEXEC", 0))
    try:
        if sys.platform == "linux":  # its file takes over the socket's own mode; the umask is everybody's, threads too
            os.fchmod(listener.fileno(), 0o600)
            listener.bind(str(path))
        else:
            previous = os.umask(0o177)
            try:
                listener.bind(str(path))
            finally:
                os.umask(previous)
    except BaseException:
        listener.close()
        raise
    return listener
