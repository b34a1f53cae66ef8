"""The database of pins in the state directory. Blocks; for store.py only."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from weakref import finalize

import msgspec

from supervisor.errors import LockFileDamaged, PinsError, PinsNotStored, PinsUnreadable
from supervisor.scan.text.reader import read
from supervisor.scan.trust import locked
from supervisor.scan.trust.layout import laid_out
from supervisor.scan.trust.lockfile import fault_of, of_server, pins_of, same_decisions, text_of
from supervisor.scan.trust.pins import Seen, ServerPins

_TABLES = """
CREATE TABLE IF NOT EXISTS decided (server TEXT PRIMARY KEY, text TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS seen (server TEXT PRIMARY KEY, text TEXT NOT NULL) WITHOUT ROWID;
"""
_ROW = """
SELECT (SELECT text FROM decided WHERE server = :server), (SELECT text FROM seen WHERE server = :server)
"""


class Database:
    """One row for what was decided of a server, as a lock file would have it, and one for what was only seen."""

    def __init__(self, path: Path | None, patience_s: float) -> None:
        """`patience_s` is how long another process's transaction is waited for; each is one row."""
        self._path = path
        self._patience_s = patience_s
        self._mutex = threading.Lock()
        self._known: dict[str, tuple[tuple[str | None, str | None], ServerPins]] = {}
        """What a server's rows said when they were last read: that is for every session, and they rarely differ."""
        self._memory = None if path is not None else _opened(":memory:", patience_s)
        if self._memory is not None:
            finalize(self, self._memory.close)  # it is all that there is, and lives as long as this object

    @property
    def name(self) -> str:
        """Where it is, for people."""
        return str(self._path) if self._path is not None else "memory"

    def names(self) -> tuple[str, ...]:
        """The servers of which something is kept. Raises: PinsError."""
        with self._reading() as connection:
            return tuple(
                row[0] for row in connection.execute("SELECT server FROM decided UNION SELECT server FROM seen")
            )

    def read(self, server: str) -> ServerPins:
        """What is kept of a server. Raises: PinsError."""
        with self._reading() as connection:
            return self._row(connection, server)

    def swap(self, before: ServerPins, after: ServerPins) -> bool:
        """Keep `after`, if what is decided is still what `before` says. Raises: PinsError."""
        with self._writing() as connection:
            if not same_decisions(self._row(connection, before.server), before):
                return False
            if not same_decisions(before, after):
                check(after, self.name)
                connection.execute("INSERT OR REPLACE INTO decided VALUES (?, ?)", (after.server, text_of([after])))
            _put_seen(connection, after.server, after.seen)
            return True

    def keep_seen(self, server: str, seen: tuple[Seen, ...]) -> None:
        """Keep what was seen of a server. Raises: PinsError."""
        with self._writing() as connection:
            _put_seen(connection, server, seen)

    def _row(self, connection: sqlite3.Connection, server: str) -> ServerPins:
        texts = connection.execute(_ROW, {"server": server}).fetchone()
        known, pins = self._known.get(server, (None, None))
        if texts == known and pins is not None:
            return pins
        decided, seen = texts
        found = pins_of(decided.encode(), self.name) if decided is not None else {}
        if isinstance(found, LockFileDamaged):
            raise PinsError(PinsUnreadable(path=self.name, reason=f"{found.place.lstrip(': ')} {found.reason}".strip()))
        pins = msgspec.structs.replace(of_server(found, server), seen=self._seen(seen) if seen is not None else ())
        self._known[server] = texts, pins
        return pins

    def _seen(self, text: str) -> tuple[Seen, ...]:
        found = read(text.encode(), depth_limit=locked.DEPTH)
        if found.losses or not isinstance(found.value, list):
            raise PinsError(PinsUnreadable(path=self.name, reason="what waits for a decision is damaged"))
        try:
            return tuple(locked.seen(row) for row in found.value)
        except locked.WrongError as wrong:
            raise PinsError(PinsUnreadable(path=self.name, reason=f"{wrong.place}: {wrong.reason}")) from wrong

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with self._mutex, self._told(PinsUnreadable), self._connection() as connection:
            yield connection

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """A transaction that has the database for itself from its beginning; taken back whole if it fails."""
        with self._mutex, self._told(PinsNotStored), self._connection() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                if connection.in_transaction:  # a full disk has ended it already
                    connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")

    @contextmanager
    def _told(self, kind: type[PinsUnreadable | PinsNotStored]) -> Iterator[None]:
        """Say of whatever the database refuses what it means. Raises: PinsError."""
        try:
            yield
        except sqlite3.OperationalError as error:
            raise PinsError(kind(path=self.name, reason=str(error))) from error
        except sqlite3.DatabaseError as error:
            raise PinsError(PinsUnreadable(path=self.name, reason=f"it is damaged: {error}")) from error
        except OSError as error:
            raise PinsError(kind(path=self.name, reason=error.strerror or str(error))) from error

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        """A connection for one use: one that is kept would go on with a file that was moved away."""
        if self._memory is not None:
            yield self._memory
            return
        assert self._path is not None  # that is what memory is for
        os.close(os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600))
        with closing(_opened(str(self._path), self._patience_s)) as connection:
            yield connection


def check(pins: ServerPins, place: str) -> None:
    """Refuse pins that could not be read again. Raises: PinsError."""
    fault = fault_of(pins, place)
    if fault is not None:
        reason = f"{fault.place.lstrip(': ')}: {fault.reason}".removeprefix(": ")
        raise PinsError(PinsNotStored(path=place, reason=reason))


def _opened(path: str, patience_s: float) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=patience_s, isolation_level=None, check_same_thread=False)
    try:
        connection.execute("PRAGMA synchronous = FULL")
        connection.executescript(_TABLES)
    except BaseException:
        connection.close()
        raise
    return connection


def _put_seen(connection: sqlite3.Connection, server: str, seen: tuple[Seen, ...]) -> None:
    if seen:
        text = laid_out([locked.seen_row(one) for one in seen])
        connection.execute("INSERT OR REPLACE INTO seen VALUES (?, ?)", (server, text))
    else:
        connection.execute("DELETE FROM seen WHERE server = ?", (server,))
