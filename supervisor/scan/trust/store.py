"""Where pins are kept: the lock file that the config names, else a small database in the state directory.

Everything here blocks and is called from worker threads. What is decided is compared and then replaced in one step that
no other process can come between; what is only seen (texts that wait for a decision) lives in the database in any case,
so that a lock file holds nothing that nobody decided.

A lock file is written beside itself, flushed to the disk and renamed: a reader finds the old one or the new one, also
after a power cut. The folder that holds it is what writers lock (flock(2)), since the file itself is replaced.
"""

from __future__ import annotations

import fcntl
import os
import stat
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec

from supervisor.errors import LockFileDamaged, PinsError, PinsNotStored, PinsUnreadable
from supervisor.scan.trust.database import Database, check
from supervisor.scan.trust.lockfile import block_of, is_decided, joined, of_server, pins_of, same_decisions
from supervisor.scan.trust.pins import Seen, ServerPins

DATABASE = "pins.sqlite"
"""In the state directory."""
PATIENCE_S = 10.0
"""How long another writer is waited for: writing a file of the largest size takes less than a second."""
LOCK_STEP_S = 0.02
"""How often it is asked whether that one is done; flock(2) has no bound of its own."""

_Stamp = tuple[int, int, int, int] | None


class Store:
    """The pins of all servers; one object for a process, for any of its threads."""

    def __init__(
        self, state_dir: Path | None, lock_file: Path | None = None, *, patience_s: float = PATIENCE_S
    ) -> None:
        """Without a state directory, what no lock file keeps is kept in memory. Opens nothing yet."""
        self._database = Database(state_dir / DATABASE if state_dir is not None else None, patience_s)
        self._file = _LockFile(lock_file, patience_s) if lock_file is not None else None

    @property
    def place(self) -> str:
        """Where decisions are kept, for people."""
        return str(self._file.path) if self._file is not None else self._database.name

    def names(self) -> tuple[str, ...]:
        """The servers of which something is known. Raises: PinsError."""
        decided = self._file.read() if self._file is not None else {}
        return tuple(sorted({*decided, *self._database.names()}))

    def read(self, server: str) -> ServerPins:
        """What is trusted, rejected and seen of a server, as it stands now. Raises: PinsError."""
        if self._file is None:
            return self._database.read(server)
        decided = of_server(self._file.read(), server)
        return _with_seen(decided, self._database.read(server).seen)

    def swap(self, before: ServerPins, after: ServerPins) -> bool:
        """Keep `after` in the place of `before`; False, and nothing is kept, if that is no longer what is decided.

        Raises: PinsError; then what was decided is what it was.
        """
        if self._file is None:
            return self._database.swap(before, after)
        if not same_decisions(before, after) and not self._file.swap(before, after):
            return False
        self._database.keep_seen(after.server, after.seen)
        return True


def _with_seen(decided: ServerPins, seen: tuple[Seen, ...]) -> ServerPins:
    """Both parts joined; what has been decided since it was seen waits no longer."""
    done = {(pin.key, pin.digest) for pin in (*decided.pins, *decided.rejected) if pin.by == "person"}
    return msgspec.structs.replace(decided, seen=tuple(one for one in seen if (one.key, one.digest) not in done))


class _LockFile:
    """The lock file, and what it said when it was last read."""

    def __init__(self, path: Path, patience_s: float) -> None:
        self.path = path
        self._patience_s = patience_s
        self._mutex = threading.Lock()
        self._stamp: _Stamp = None
        self._known: dict[str, ServerPins] = {}
        self._was_there = False
        self._blocks: dict[str, tuple[ServerPins, str]] = {}

    def read(self) -> dict[str, ServerPins]:
        """What it says now; nothing if there is no such file yet. Raises: PinsError."""
        with self._mutex:
            return self._read()

    def swap(self, before: ServerPins, after: ServerPins) -> bool:
        """Write one server's decisions, if they are still those of `before`. Raises: PinsError."""
        with self._mutex, _one_writer(self._target(), self._patience_s):
            current = self._read()
            if not same_decisions(of_server(current, before.server), before):
                return False
            kept = msgspec.structs.replace(after, seen=())
            check(kept, str(self.path))
            known = {**current, after.server: kept}
            self._stamp = _replace(self._target(), joined(self._blocks_of(known)).encode())
            self._known, self._was_there = known, True
            return True

    def _blocks_of(self, servers: dict[str, ServerPins]) -> dict[str, str]:
        """The parts of the file; only those of servers that have changed are made anew."""
        kept = {name: pins for name, pins in servers.items() if is_decided(pins)}
        same = {name for name, (pins, _) in self._blocks.items() if kept.get(name) is pins}
        self._blocks = {
            name: self._blocks[name] if name in same else (pins, block_of(pins)) for name, pins in kept.items()
        }
        return {name: block for name, (_, block) in self._blocks.items()}

    def _target(self) -> Path:
        """The file itself, where the config names a link to it."""
        return Path(os.path.realpath(self.path))

    def _read(self) -> dict[str, ServerPins]:
        try:
            with self.path.open("rb") as file:
                stamp = _stamp(os.fstat(file.fileno()))
                if stamp == self._stamp:
                    return self._known
                data = file.read()
        except FileNotFoundError:
            return self._none()
        except OSError as error:
            raise _unreadable(self.path, error) from error
        found = pins_of(data, str(self.path))
        if isinstance(found, LockFileDamaged):
            raise PinsError(found)
        self._stamp, self._known, self._was_there = stamp, found, True
        return found

    def _none(self) -> dict[str, ServerPins]:
        """No file: at first it is still to be made; one that has gone took all approvals with it. Raises: PinsError."""
        if self._was_there:
            reason = "it was there and has gone"
            raise PinsError(LockFileDamaged(path=str(self.path), place="", reason=reason))
        return {}


def _stamp(info: os.stat_result) -> _Stamp:
    """What is another after every change of a file."""
    return info.st_ino, info.st_size, info.st_mtime_ns, info.st_ctime_ns


def _unreadable(path: Path, error: OSError) -> PinsError:
    return PinsError(PinsUnreadable(path=str(path), reason=error.strerror or str(error)))


@contextmanager
def _one_writer(path: Path, patience_s: float) -> Iterator[None]:
    """Be the only process that writes this file. Raises: PinsError."""
    try:
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        raise PinsError(PinsNotStored(path=str(path), reason=error.strerror or str(error))) from error
    try:
        _lock(folder, path, patience_s)
        yield
    finally:
        os.close(folder)


def _lock(folder: int, path: Path, patience_s: float) -> None:
    until = time.monotonic() + patience_s
    while True:
        try:
            return fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > until:
                reason = f"another process has held its folder for {patience_s:g} s"
                raise PinsError(PinsNotStored(path=str(path), reason=reason)) from None
        except OSError as error:
            raise PinsError(PinsNotStored(path=str(path), reason=error.strerror or str(error))) from error
        time.sleep(LOCK_STEP_S)


def _replace(path: Path, data: bytes) -> _Stamp:
    """Put the data in the place of the file, whole or not at all. Raises: PinsError."""
    fresh = path.with_name(f"{path.name}.new")  # one name: what a killed writer left is not left for ever
    try:
        mode = _mode(path)
        fresh.unlink(missing_ok=True)
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fchmod(descriptor, mode)
            os.fsync(descriptor)
            fresh.replace(path)
            stamp = _stamp(os.fstat(descriptor))
        _flush_folder(path.parent)
    except OSError as error:
        with suppress(OSError):
            fresh.unlink(missing_ok=True)
        raise PinsError(PinsNotStored(path=str(path), reason=error.strerror or str(error))) from error
    return stamp


def _mode(path: Path) -> int:
    """The permissions that the new file gets: the old one's. Raises: OSError if the old one is not to be written.

    A rename asks nobody whether the old file may be written, and root may write all: so its bits are what counts.
    """
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
    except FileNotFoundError:
        return 0o644
    if not mode & 0o222 or not os.access(path, os.W_OK):
        raise PermissionError(None, "the file is read-only")
    return mode


def _flush_folder(folder: Path) -> None:
    """Make the rename last. A file system that cannot flush a folder has renamed it all the same."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
