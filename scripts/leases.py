"""What several runs may use at once, and the last of them takes down.

Something is in use while somebody holds its lock. A lock dies with its holder, so what a killed run left behind is
known as such, and the next who looks takes it down.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple


class Leases(NamedTuple):
    """The locks of all things of one kind that belong to one tree."""

    folder: Path
    name: str
    """The thing that everybody shares; the others' names begin with it and a dash."""
    take_down: Callable[[str], None]
    """Ends the thing of that name; doing it twice does no harm."""

    @contextmanager
    def in_use(self, name: str) -> Iterator[None]:
        """While this lasts, nobody takes the thing down but who is in here."""
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self._lock(name)
        while True:
            with path.open("w") as file:
                fcntl.flock(file, fcntl.LOCK_SH)
                if path.exists() and path.stat().st_ino == os.fstat(file.fileno()).st_ino:
                    yield
                    return
            # while we waited the thing was taken down, and the lock with it: nobody would find the one that we have

    def retire(self, name: str) -> bool:
        """Take the thing down if nobody uses it; returns whether it was."""
        path = self._lock(name)
        with path.open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
            self.take_down(name)
            path.unlink(missing_ok=True)
        return True

    def retire_all(self) -> None:
        """Take down all that nobody uses; what everybody shares stays where it is kept."""
        for path in sorted([*self.folder.glob(f"{self.name}.lock"), *self.folder.glob(f"{self.name}-*.lock")]):
            if path.stem != self.name or not self._kept().exists():
                self.retire(path.stem)

    def keep(self) -> None:
        """From now on what everybody shares stays, used or not, until `release`."""
        self._kept().touch()

    def release(self) -> None:
        """It need not stay any more."""
        self._kept().unlink(missing_ok=True)

    def _lock(self, name: str) -> Path:
        return self.folder / f"{name}.lock"

    def _kept(self) -> Path:
        return self.folder / f"{self.name}.kept"
