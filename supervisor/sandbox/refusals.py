"""What was refused to each server so far, kept in a small file, and the facts that rulings ask for.

The file lies in the state directory, which every sandbox denies, and not in the server's own folder. It is written when
something new was refused, and at no other time; it holds the newest refusals only, and texts that can be printed.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

import msgspec
from msgspec import Struct

from supervisor.sandbox.denials import Denial
from supervisor.sandbox.disk import Disk
from supervisor.sandbox.permissions import Step, Who, obstacle
from supervisor.sandbox.phrases import Action, Code
from supervisor.sandbox.state import server_folder
from supervisor.sandbox.words import Account

FOLDER = "refusals"
MOST_KEPT = 64
"""Refusals kept for one server."""
LARGEST_BYTES = 1024 * 1024
"""A file of ours has at most a tenth of it; what is larger is not ours."""
TEXT = 2000
"""Characters kept of one text."""


class Refusal(Struct, frozen=True, kw_only=True):
    """One thing that a server said was refused to it, and what was decided about it then."""

    at: str
    """When it was last heard of, RFC 3339, UTC."""
    level: str
    """The sandbox's level at the time."""
    code: Code
    action: Action
    object: str
    rule: str
    reason: str
    advice: str
    line: str
    option: str
    said: str
    """The server's own line."""

    @property
    def key(self) -> tuple[str, str, str]:
        """What makes it the same as another one."""
        return self.action, self.object, self.rule


def denial_of(refusal: Refusal) -> Denial:
    """What the server said then, so that it can be judged anew.

    What it did not say it wanted is taken for reading, the least that it can have wanted.
    """
    is_network = refusal.action in ("connect", "listen", "resolve")
    return Denial(
        code=refusal.code,
        action="read" if refusal.action == "use" else refusal.action,
        candidates=(refusal.object,) if refusal.object and not is_network else (),
        endpoint=refusal.object if is_network else "",
        is_network=is_network,
        is_sure=True,
    )


def now() -> str:
    """This moment, as it is written down."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def path_of(state_dir: str, server: str) -> str:
    """The file of one server."""
    return os.path.join(state_dir, FOLDER, f"{os.path.basename(server_folder(state_dir, server))}.json")


def read(state_dir: str, server: str) -> tuple[Refusal, ...]:
    """What was refused to the server so far, oldest first; nothing if there is no such file, or it is not ours."""
    try:
        descriptor = os.open(path_of(state_dir, server), os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return ()
    try:
        data = os.read(descriptor, LARGEST_BYTES) if stat.S_ISREG(os.fstat(descriptor).st_mode) else b""
        return msgspec.json.decode(data, type=tuple[Refusal, ...])
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return ()
    finally:
        os.close(descriptor)


def keep(state_dir: str, server: str, new: Iterable[Refusal]) -> None:
    """Add to what was refused to the server; the same again only renews its time. Raises OSError."""
    kept = {refusal.key: refusal for refusal in read(state_dir, server)}
    for refusal in new:
        kept.pop(refusal.key, None)
        kept[refusal.key] = refusal
    _replace(path_of(state_dir, server), msgspec.json.encode(list(kept.values())[-MOST_KEPT:]))


def _replace(path: str, data: bytes) -> None:
    """Write it beside and rename: a reader finds the old file or the new one, never half of one."""
    os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
    beside = f"{path}.{os.getpid()}"
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        with open(descriptor, "wb") as file:
            file.write(data)
        os.rename(beside, path)
    except OSError:
        os.unlink(beside)
        raise


class Ground(Disk):
    """The machine for the rulings: `Facts` over real system calls, for a server that runs as us or as another user."""

    def __init__(self, account: Account | None = None) -> None:
        self._is_us = account is None
        if account is None:
            self._who = Who(os.geteuid(), frozenset((os.getegid(), *os.getgroups())))
        else:
            self._who = Who(account.uid, frozenset((account.gid, *account.groups)))

    def obstacle(self, path: str, action: Action) -> str:
        """Which file's own mode keeps the server's user from this, in words; empty if none does."""
        real = self.real(path)
        way, is_open = _way(real)
        is_whole = way[-1].path == real
        if not is_whole and is_open and way[-1].path != os.path.dirname(real):
            return ""  # the folder itself is not there
        found = obstacle(way, self._who, action, is_whole=is_whole)
        if found and self._is_us and self._who.uid != 0 and is_whole and _may(path, action):
            return ""  # an access list allows what the mode does not
        return found


def _way(path: str) -> tuple[Sequence[Step], bool]:
    """Every folder on the way to the path and the path itself, as far as they are there and can be looked at.

    The second is false if what comes next cannot be looked at.
    """
    steps: list[Step] = []
    at = "/"
    for name in ("", *path.strip("/").split("/")):
        at = os.path.join(at, name)
        try:
            info = os.stat(at)
        except PermissionError:
            return steps, False
        except (OSError, ValueError):
            break
        steps.append(Step(at if at == "/" else at.rstrip("/"), info.st_mode, info.st_uid, info.st_gid))
    return steps, True


def _may(path: str, action: Action) -> bool:
    wanted = {"read": os.R_OK, "write": os.W_OK, "execute": os.X_OK}.get(action, os.F_OK)
    try:
        return os.access(path, wanted)
    except (OSError, ValueError):
        return False
