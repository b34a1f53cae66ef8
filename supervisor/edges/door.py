"""The control socket itself, and who may come in: the peer's user, as the kernel says it, and the token."""

from __future__ import annotations

import hmac
import os
import shutil
import socket
import struct
import sys
from dataclasses import dataclass
from pathlib import Path

from supervisor.config.specs import Settings
from supervisor.errors import ConfigError, StateUnusable, StockadeError, WrongType

BACKLOG = 128


@dataclass(frozen=True, kw_only=True, slots=True)
class Door:
    """Who may come in."""

    path: Path
    token: str
    settings: Settings

    def listen(self) -> socket.socket:
        """Bind the socket, replacing one that a dead daemon left; the state's lock says that there is no other.

        Raises: StockadeError(StateUnusable), ConfigError for a group that cannot have the socket.
        """
        try:
            self.path.unlink(missing_ok=True)
            listener = bind_privately(self.path)
        except OSError as error:
            raise StockadeError(StateUnusable(path=str(self.path), reason=error.strerror or str(error))) from error
        try:
            self._open_to_group()
            self.path.chmod(self.settings.control_mode)
            listener.listen(BACKLOG)
        except BaseException:
            listener.close()
            raise
        return listener

    def _open_to_group(self) -> None:
        group = self.settings.control_group
        if group is None:
            return
        try:
            shutil.chown(self.path, group=group)
        except (LookupError, OSError) as error:
            reason = f"the control socket cannot be given to the group {group!r}: {getattr(error, 'strerror', error)}"
            expected = "a group of this machine that this user is in"
            raise ConfigError(WrongType(place="stockade.control.group", reason=reason, expected=expected)) from error

    def admits(self, connection: socket.socket) -> bool:
        """Tell whether the peer's user may talk to us at all."""
        uid = peer_uid(connection)
        if uid is None or uid in (0, os.geteuid()) or uid in self.settings.allow_uids:
            return True
        return self.settings.control_group is not None  # the socket's own permissions have let it through

    def knows(self, token: str) -> bool:
        """Tell whether that is the token, in constant time."""
        return hmac.compare_digest(token.encode(errors="backslashreplace"), self.token.encode())


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


def peer_uid(connection: socket.socket) -> int | None:
    """Return the user at the other end, as the kernel knows it; None where it does not say."""
    option = getattr(socket, "SO_PEERCRED", None)
    if option is None:
        return None
    _pid, uid, _gid = struct.unpack("3i", connection.getsockopt(socket.SOL_SOCKET, option, struct.calcsize("3i")))
    return int(uid)
