"""The part of the cgroup hierarchy that is ours: whether there is one, taking it, making leaves in it.

Ours is only what somebody has handed to us: our own cgroup, if it is marked as delegated, as systemd does for
`Delegate=yes`, and if we may write there. Being root is no such hand-over: who manages the rest would not expect us.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Mapping
from contextlib import suppress

from msgspec.structs import replace

from supervisor.config.specs import Limits
from supervisor.process.cgroup import CONTROLLERS, OWN_LEAF, Delegation, folder_of, own_cgroup, settings
from supervisor.process.leaf import Leaf
from supervisor.process.leaves import name_of

MARKS = ("user.delegate", "trusted.delegate")
"""What systemd sets on the folder (https://systemd.io/CGROUP_DELEGATION); the second can be read by root only, and
systemd before 251 sets no other."""
OURS_TO_WRITE = (".", "cgroup.procs", "cgroup.subtree_control")
"""What is handed over (cgroups(7), delegation)."""


def look() -> Delegation:
    """Find out whether there is a part of the hierarchy that is ours; changes nothing."""
    own = own_cgroup(_text("/proc/self/cgroup"))
    if own is None:
        return Delegation(reason="this process is in no cgroup of version 2")
    folder = folder_of(_text("/proc/self/mountinfo"), own)
    if folder is None:
        return Delegation(reason=f"no mount of cgroup version 2 shows this process's cgroup, {own}")
    above = os.path.dirname(folder)
    if os.path.basename(folder) == OWN_LEAF and _is_marked(above):
        folder = above
    available = _text(f"{folder}/cgroup.controllers").split()
    return Delegation(
        path=folder, controllers=tuple(name for name in CONTROLLERS if name in available), reason=_objection(folder)
    )


def _objection(folder: str) -> str:
    if not _is_marked(folder):
        return f"the cgroup {folder} is not marked as delegated (by systemd: Delegate=yes in the unit)"
    for name in OURS_TO_WRITE:
        if not os.access(f"{folder}/{name}", os.W_OK, effective_ids=True):
            return f"the cgroup {folder} is marked as delegated, but this user may not write {name} there"
    return ""


def _is_marked(folder: str) -> bool:
    for mark in MARKS:
        with suppress(OSError):
            if os.getxattr(folder, mark) == b"1":
                return True
    return False


class Subtree:
    """A subtree that was taken."""

    def __init__(self, path: str, missing: Mapping[str, str]) -> None:
        self.path = path
        self.missing = missing
        """Controllers that leaves do not get, with the reason."""

    def make_leaf(self, token: str, number: int, limits: Limits | None) -> Leaf:
        """Make the leaf of one instance; a limit that cannot be set is kept with its reason. Raises: OSError."""
        path = f"{self.path}/{name_of(token, number)}"
        os.mkdir(path)
        wanted = settings(limits) if limits else ()
        missing: dict[str, str] = {}
        for setting in wanted:
            reason = self.missing.get(setting.controller) or _put(f"{path}/{setting.file}", setting.value)
            if reason:
                missing[setting.limit] = reason
        return Leaf(path, held=tuple(one.limit for one in wanted if one.limit not in missing), missing=missing)


def open_subtree() -> tuple[Subtree | None, Delegation]:
    """Take what is ours, if anything is; what is said of it is why not, if not."""
    delegation = look()
    if not delegation.is_ours:
        return None, delegation
    try:
        return take(delegation), delegation
    except OSError as error:
        reason = f"the cgroup {delegation.path} is delegated, but cannot be divided: {error.strerror}"
        return None, replace(delegation, reason=reason)


def take(delegation: Delegation) -> Subtree:
    """Move this process out of the way and hand the controllers down.

    Only we move. Others in the cgroup stay where they are, and as long as they do, the kernel hands no controller down:
    then leaves hold and end their processes, and limit nothing, which is said. Raises: OSError.
    """
    own = f"{delegation.path}/{OWN_LEAF}"
    with suppress(FileExistsError):
        os.mkdir(own)
    _write(f"{own}/cgroup.procs", str(os.getpid()))
    missing = {}
    for name in CONTROLLERS:
        reason = "the cgroup has no such controller"
        if name in delegation.controllers:
            reason = _put(f"{delegation.path}/cgroup.subtree_control", f"+{name}")
        if reason:
            missing[name] = reason
    return Subtree(delegation.path, missing)


def _put(path: str, text: str) -> str:
    """Write a setting; the reason why it cannot be, empty if it could."""
    try:
        _write(path, text)
    except OSError as error:
        if error.errno == errno.EBUSY and path.endswith("subtree_control"):
            return "other processes live in the delegated cgroup itself, so the kernel hands no controller down"
        return f"{os.path.basename(path)}: {error.strerror}"
    return ""


def _write(path: str, text: str) -> None:
    fd = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
    try:
        os.write(fd, text.encode())
    finally:
        os.close(fd)


def _text(path: str) -> str:
    try:
        with open(path, encoding="utf-8", errors="surrogateescape") as file:
            return file.read()
    except OSError:
        return ""
