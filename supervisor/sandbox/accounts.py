"""The user that a server is to become, looked up in the system's user database."""

from __future__ import annotations

import os
import pwd

from supervisor.errors import LaunchError, SettingUnavailable
from supervisor.sandbox.words import Account


def account_of(user: str | None) -> Account | None:
    """The account that this name or number means; None if the server stays who we are. Raises: LaunchError."""
    if user is None:
        return None
    try:
        found = pwd.getpwuid(int(user)) if user.isascii() and user.isdecimal() else pwd.getpwnam(user)
    except (KeyError, OverflowError):
        raise _unavailable(user, "there is no such user on this machine") from None
    if found.pw_uid == os.geteuid():
        return None
    if os.geteuid() != 0:
        raise _unavailable(user, "only root can become another user, and stockade does not run as root")
    groups = tuple(os.getgrouplist(found.pw_name, found.pw_gid))
    return Account(name=found.pw_name, uid=found.pw_uid, gid=found.pw_gid, groups=groups)


def may_enter(account: Account, folder: str) -> bool:
    """Whether the mode of the folder lets this user pass through it."""
    info = os.stat(folder)
    if info.st_uid == account.uid:
        return bool(info.st_mode & 0o100)
    return bool(info.st_mode & (0o010 if info.st_gid in account.groups else 0o001))


def _unavailable(user: str, reason: str) -> LaunchError:
    return LaunchError(SettingUnavailable(setting="user", value=user, reason=reason))
