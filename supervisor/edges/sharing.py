"""Who may reach the daemon besides its own user: `stockade.control`, made real on folders, socket and token.

A group gets them by its permissions, a further user by an entry in their access control lists (acl(5)), because a file
has one group only and the token must not be readable by everybody. What lies above the folder is not ours to change: if
the way is barred there, that is said instead.
"""

from __future__ import annotations

import errno
import grp
import os
import pwd
import socket
import stat
import struct
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from supervisor.config.specs import Settings
from supervisor.errors import ConfigError, ControlOutOfReach, StateUnusable, StockadeError, WrongType

ACL = "system.posix_acl_access"
ACL_VERSION = 2
USER_OBJ, USER, GROUP_OBJ, MASK, OTHER = 0x01, 0x02, 0x04, 0x10, 0x20
NOBODY = 0xFFFFFFFF
"""The id in an entry that names none."""
GROUP_PLACE = "stockade.control.group"
UIDS_PLACE = "stockade.control.allow_uids"
SO_PEERGROUPS = 59
"""As Linux numbers it where socket.h is asm-generic's; Python has no name for it."""
MOST_GROUPS = 256
"""What fits into the 1,024 bytes that Python asks the kernel for."""


class Guests(NamedTuple):
    """Who else may come in."""

    gid: int | None = None
    uids: tuple[int, ...] = ()

    @property
    def is_nobody(self) -> bool:
        """Whether the daemon's user is alone."""
        return self.gid is None and not self.uids

    def admit(self, connection: socket.socket) -> bool:
        """Tell whether the peer's user, as the kernel knows it, may talk to us at all."""
        uid, gid = peer(connection)
        if uid is None or uid in (0, os.geteuid()) or uid in self.uids:
            return True
        return self.gid is not None and (gid == self.gid or self.gid in groups_of_peer(connection, uid))


def guests_of(settings: Settings, given: socket.socket | None = None) -> Guests:
    """Say whom the settings let in; unsaid, the group to which a service manager gave the socket.

    Raises: ConfigError for a group or user that this machine does not know.
    """
    uids = tuple(uid for uid in settings.allow_uids if uid != os.geteuid())
    for uid in uids:
        _check_uid(uid)
    if settings.control_group is not None:
        return Guests(_gid_of(settings.control_group), uids)
    return Guests(None if given is None else _group_of(given), uids)


def _gid_of(group: str) -> int:
    try:
        return int(group) if group.isascii() and group.isdecimal() else grp.getgrnam(group).gr_gid
    except KeyError:
        reason = f"there is no group {group!r} on this machine"
        expected = "the name or number of a group that is there (`getent group`)"
        raise ConfigError(WrongType(place=GROUP_PLACE, reason=reason, expected=expected)) from None


def _check_uid(uid: int) -> None:
    if not 0 <= uid < NOBODY:
        reason = f"{uid} is no user id"
        raise ConfigError(WrongType(place=UIDS_PLACE, reason=reason, expected="numbers of users (`id -u NAME`)"))


def _group_of(given: socket.socket) -> int | None:
    """The group that may connect by the permissions of the socket's file; None if nobody else may."""
    name = given.getsockname()
    if not isinstance(name, str) or not name.startswith("/"):
        return None
    try:
        info = os.stat(name)
    except OSError:
        return None
    return info.st_gid if info.st_mode & stat.S_IWGRP and info.st_gid != 0 else None


def has_members(gid: int) -> bool:
    """Whether anybody but us is in the group, as far as the user database says."""
    try:
        members = set(grp.getgrgid(gid).gr_mem)
    except KeyError:
        return True  # a number without a name: nothing is known of it
    members |= {user.pw_name for user in pwd.getpwall() if user.pw_gid == gid}
    ours = {user.pw_name for user in pwd.getpwall() if user.pw_uid == os.geteuid()}
    return bool(members - ours)


def name_of(gid: int) -> str:
    """The group's name; its number if it has none."""
    try:
        return grp.getgrgid(gid).gr_name
    except KeyError:
        return str(gid)


# ------------------------------------------------------------------------------------------------ what is given away


def share(path: Path, mode: int, guests: Guests, rights: int) -> None:
    """Give a file or folder of ours these permissions and the guests' group; a guest by number gets these rights.

    Raises: ConfigError for guests to whom it cannot be given, StockadeError(StateUnusable).
    """
    try:
        if guests.gid is not None and path.stat().st_gid != guests.gid:
            _give(path, guests.gid)
        path.chmod(mode)
        if guests.uids:
            _set_list(path, _entries(mode, guests.uids, rights))
    except OSError as error:
        if error.errno not in (errno.ENOTSUP, errno.ENOSYS):
            raise StockadeError(StateUnusable(path=str(path), reason=error.strerror or str(error))) from error
        reason = f"{path} is on a file system without access control lists, so a single user cannot be let in"
        expected = "a group instead (`stockade.control.group`), or a file system with ACLs"
        raise ConfigError(WrongType(place=UIDS_PLACE, reason=reason, expected=expected)) from error


def unshare(path: Path) -> None:
    """Take the access control list off a file or folder of ours, so that whom an earlier run let in is out.

    Its permissions become what they are without the list. What is not there, or not ours, is left alone.
    Raises: StockadeError(StateUnusable).
    """
    try:
        if path.stat().st_uid != os.geteuid() or not _has_acl(path):
            return
        group = next((rights for tag, rights, _ in _read_list(path) if tag == GROUP_OBJ), 0)
        os.removexattr(path, ACL)
        path.chmod(stat.S_IMODE(path.stat().st_mode) & ~stat.S_IRWXG | group << 3)
    except FileNotFoundError:
        return
    except OSError as error:
        raise StockadeError(StateUnusable(path=str(path), reason=error.strerror or str(error))) from error


def _read_list(path: Path) -> Iterable[tuple[int, int, int]]:
    """The entries of a list, each its tag, rights and id; beside a list, a file's group bits show the mask instead."""
    return struct.iter_unpack("<HHI", os.getxattr(path, ACL)[struct.calcsize("<I") :])


def _set_list(path: Path, value: bytes) -> None:
    if not hasattr(os, "setxattr"):  # macOS has such lists by calls of its own
        raise OSError(errno.ENOTSUP, os.strerror(errno.ENOTSUP))
    os.setxattr(path, ACL, value)


def _give(path: Path, gid: int) -> None:
    try:
        os.chown(path, -1, gid)
    except PermissionError as error:
        reason = f"{path} cannot be given to the group {name_of(gid)}: {error.strerror}"
        expected = "a group that the daemon's user is in (in a unit: SupplementaryGroups=)"
        raise ConfigError(WrongType(place=GROUP_PLACE, reason=reason, expected=expected)) from error


def _entries(mode: int, uids: Iterable[int], rights: int) -> bytes:
    """An access control list as the kernel takes it: the permissions, and these users."""
    owner, group, other = (mode >> 6) & 7, (mode >> 3) & 7, mode & 7
    entries = [
        (USER_OBJ, owner, NOBODY),
        *((USER, rights, uid) for uid in sorted(set(uids))),
        (GROUP_OBJ, group, NOBODY),
        (MASK, group | rights, NOBODY),
        (OTHER, other, NOBODY),
    ]
    return struct.pack("<I", ACL_VERSION) + b"".join(struct.pack("<HHI", *entry) for entry in entries)


def check_way(folder: Path, guests: Guests) -> None:
    """Check that the guests can come as far as this folder. Raises: ConfigError(ControlOutOfReach)."""
    for step in (folder, *folder.parents):
        barred = _barred_at(step, guests)
        if barred:
            raise ConfigError(ControlOutOfReach(path=str(folder), step=str(step), who=barred))


def _barred_at(step: Path, guests: Guests) -> str:
    """Who of the guests may not pass here, as its permissions say; empty if nobody is known to be barred."""
    info = step.stat()
    if info.st_mode & stat.S_IXOTH or _has_acl(step):
        return ""
    if guests.gid is not None and not (info.st_gid == guests.gid and info.st_mode & stat.S_IXGRP):
        return f"the group {name_of(guests.gid)}"
    return next((f"the user {uid}" for uid in guests.uids if not (info.st_uid == uid and info.st_mode & 0o100)), "")


def _has_acl(path: Path) -> bool:
    try:
        return bool(os.getxattr(path, ACL))
    except (OSError, AttributeError):
        return False


# ------------------------------------------------------------------------------------------------------- the peer


def peer(connection: socket.socket) -> tuple[int | None, int | None]:
    """Return user and group at the other end, as the kernel knows them; None where it does not say."""
    option = getattr(socket, "SO_PEERCRED", None)
    if option is None:
        return None, None
    _pid, uid, gid = struct.unpack("3i", connection.getsockopt(socket.SOL_SOCKET, option, struct.calcsize("3i")))
    return int(uid), int(gid)


def groups_of_peer(connection: socket.socket, uid: int) -> frozenset[int]:
    """Return the further groups of the process at the other end; of its user, where the kernel does not say."""
    try:
        packed = connection.getsockopt(socket.SOL_SOCKET, SO_PEERGROUPS, 4 * MOST_GROUPS)
        return frozenset(struct.unpack(f"{len(packed) // 4}I", packed))
    except OSError:
        pass
    try:
        entry = pwd.getpwuid(uid)
    except KeyError:
        return frozenset()
    return frozenset(os.getgrouplist(entry.pw_name, entry.pw_gid))
