"""What sinks write to: a descriptor that somebody else owns, or a file of our own, rotated. Called in threads."""

from __future__ import annotations

import contextlib
import os
import select
from collections.abc import Iterator, Sequence
from itertools import accumulate

CLEAR_LINE = b"\r\x1b[2K"
"""Takes away the living line of a terminal (live.py), which has no newline behind it."""


class PartlyWritten(OSError):  # noqa: N818  (it says how far it came)
    """Some entries were written, and then no more could be."""

    def __init__(self, cause: OSError, written: int) -> None:
        super().__init__(cause.errno, cause.strerror or str(cause))
        self.written = written
        """Entries that need not be written again."""


class DescriptorWriter:
    """Writes to a descriptor that somebody else owns, such as stderr; it may be one that does not block."""

    def __init__(self, descriptor: int, *, before: bytes = b"") -> None:
        self._descriptor = descriptor
        self._before = before
        self._is_torn = False
        """Whether the last try ended within a line."""

    def write(self, *entries: bytes) -> None:
        """Write all of them. Raises: PartlyWritten."""
        first = self._before + (b"\n" if self._is_torn else b"")
        whole = first + b"".join(entries)
        view = memoryview(whole)
        try:
            while view:
                view = view[self._some(view) :]
        except OSError as error:
            done = len(whole) - len(view)
            self._is_torn = not whole[:done].endswith(b"\n") if done else self._is_torn
            raise PartlyWritten(error, _whole_entries(entries, done - len(first))) from error
        self._is_torn = False

    def _some(self, view: memoryview) -> int:
        while True:
            try:
                return os.write(self._descriptor, view)
            except BlockingIOError:  # whoever shares it with us has made it so
                poll = select.poll()
                poll.register(self._descriptor, select.POLLOUT)
                poll.poll()


def _whole_entries(entries: Sequence[bytes], size: int) -> int:
    """Say how many of the entries are within the first `size` bytes; half a line is written again, whole."""
    ends = accumulate(map(len, entries))
    return sum(1 for end in ends if end <= size)


class FileWriter:
    """Appends to a file of our own and rotates it: `log`, `log.1`, … `log.N`."""

    def __init__(self, path: str, max_bytes: int, keep: int) -> None:
        self._path = path
        self._max_bytes = max_bytes
        self._keep = keep

    def write(self, *entries: bytes) -> None:
        """Append all of them or nothing, rotating first when the file would grow too large. Raises: OSError."""
        data = b"".join(entries)
        with self._opened() as descriptor:
            size = os.fstat(descriptor).st_size
            if not size or size + len(data) <= self._max_bytes:
                self._append(descriptor, data, size)
                return
        self._rotate()
        with self._opened() as descriptor:
            self._append(descriptor, data, os.fstat(descriptor).st_size)

    @contextlib.contextmanager
    def _opened(self) -> Iterator[int]:
        descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            yield descriptor
        finally:
            os.close(descriptor)

    def _append(self, descriptor: int, data: bytes, size: int) -> None:
        try:
            DescriptorWriter(descriptor).write(data)
        except PartlyWritten as error:
            with contextlib.suppress(OSError):  # no half line may stay for the next one to stick to
                os.ftruncate(descriptor, size)
            raise OSError(error.errno, error.strerror) from error

    def _rotate(self) -> None:
        for number in range(self._keep, 0, -1):
            older = f"{self._path}.{number - 1}" if number > 1 else self._path
            with contextlib.suppress(FileNotFoundError):
                os.replace(older, f"{self._path}.{number}")
        if self._keep == 0:
            os.truncate(self._path, 0)
