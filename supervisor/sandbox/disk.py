"""The file system for the rules: `Paths` over real system calls. Blocking; a hanging mount hangs it."""

from __future__ import annotations

import os
import stat

from supervisor.sandbox.job import Mark
from supervisor.sandbox.paths import Kind

_HEAD_BYTES = 1024
"""Enough for a #! line and for a whole pyvenv.cfg."""
_WHOLE_BYTES = 1024 * 1024
"""Registries take package.json files of up to some hundred KiB."""


class Disk:
    """Answers as of the moment; what cannot be looked at is not there."""

    def real(self, path: str) -> str:
        """The path with every link followed, as far as it exists."""
        return os.path.realpath(path)

    def kind(self, path: str) -> Kind:
        """What is there, links followed."""
        try:
            mode = os.stat(path).st_mode
        except (OSError, ValueError):
            return "missing"
        return "folder" if stat.S_ISDIR(mode) else "file" if stat.S_ISREG(mode) else "other"

    def link(self, path: str) -> str | None:
        """The target of a symbolic link as it is written."""
        try:
            return os.readlink(path)
        except OSError:
            return None

    def children(self, path: str) -> tuple[str, ...]:
        """The names in a folder, sorted."""
        try:
            return tuple(sorted(os.listdir(path)))
        except OSError:
            return ()

    def head(self, path: str) -> bytes:
        """The first bytes of a regular file."""
        if self.kind(path) != "file":
            return b""  # opening anything else may block, or do something
        try:
            with open(path, "rb", buffering=0) as file:
                return file.read(_HEAD_BYTES)
        except OSError:
            return b""

    def content(self, path: str) -> bytes:
        """A regular file of at most 1 MiB, opened without following a link; empty for anything else."""
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        except (OSError, ValueError):
            return b""
        with open(descriptor, "rb") as file:
            found = os.fstat(descriptor)
            is_fit = stat.S_ISREG(found.st_mode) and found.st_size <= _WHOLE_BYTES
            return file.read(_WHOLE_BYTES) if is_fit else b""

    def connectable(self, path: str) -> bool:
        """Whether there is a socket that this user may connect to."""
        try:
            return stat.S_ISSOCK(os.stat(path).st_mode) and os.access(path, os.W_OK)
        except OSError:
            return False


def make_private(folders: tuple[str, ...], owner: tuple[int, int] | None = None) -> None:
    """Make each folder, private to this user or to the owner (uid, gid); one that is there is made private too.

    Raises:
        OSError: it cannot be made, or is not a folder of that user's own.
    """
    for folder in folders:
        _make(folder, (0o700,), owner)


def make_passable(folder: str, *, is_passable: bool) -> None:
    """Make a folder of this user's own that others may pass through if they know the way, and cannot list.

    One that is there and passable stays so even if it need not be: another server may depend on it. Raises: OSError.
    """
    _make(folder, (0o711,) if is_passable else (0o700, 0o711), None)


def _make(folder: str, modes: tuple[int, ...], owner: tuple[int, int] | None) -> None:
    is_new = False
    try:
        os.mkdir(folder, 0o700)
        is_new = True
    except FileExistsError:
        pass
    # Opened without following a link, and checked on the descriptor: what was looked at is what is changed.
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        found = os.fstat(descriptor)
        uid, gid = owner or (os.geteuid(), -1)
        if is_new and found.st_uid != uid:
            os.fchown(descriptor, uid, gid)
        elif found.st_uid != uid:
            raise PermissionError(1, "it belongs to another user", folder)
        if stat.S_IMODE(found.st_mode) not in modes:
            os.fchmod(descriptor, modes[0])
    finally:
        os.close(descriptor)


def mark(path: bytes, *, entries: bool) -> Mark:
    """What is at this path now, links followed."""
    try:
        seen = os.stat(path)
    except OSError:
        return Mark(path, 0, 0, 0)
    return Mark(path, seen.st_dev, seen.st_ino, seen.st_mtime_ns if entries else 0)


def is_current(seen: Mark) -> bool:
    """Whether the same is there still, with the same entries where they count."""
    return mark(seen.path, entries=seen.changed_ns != 0) == seen
