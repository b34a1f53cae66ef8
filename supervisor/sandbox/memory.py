"""Where the arguments of calls lie while they are made, and the table of rows that machine code walks through."""

from __future__ import annotations

import errno
import struct

from supervisor.sandbox.calls import Argument, Call

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from mmap import mmap

SIZE_BYTES = 16 * 1024 * 1024
"""More than twice what one exec takes; a page that is never written to costs nothing."""
ROW = struct.Struct("8q")
"""Number of the call, six arguments, and what is expected."""
_NO_FAILURE = -(1 << 63)


class Memory:
    """One stretch of memory, filled from its beginning.

    A bytearray grows. What is mapped is SIZE_BYTES long, made once, and used again by `clear`: building an object of
    ctypes for every word took as long as the fork.
    """

    def __init__(self, space: mmap | bytearray, begin: int) -> None:
        self._space = space
        self._begin = begin
        self._used = 0

    @property
    def contents(self) -> bytes:
        """All that was placed."""
        return bytes(self._space[: self._used])

    def clear(self) -> None:
        """Forget all that was placed."""
        self._used = 0

    def value(self, argument: Argument) -> int:
        """The number that the kernel gets for an argument; raises OSError if there is no room."""
        if isinstance(argument, int):
            return argument
        if isinstance(argument, bytes):
            return self.place(argument + b"\0")
        return self.place(struct.pack(f"{len(argument) + 1}Q", *map(self.value, argument), 0))

    def place(self, data: bytes) -> int:
        """Keep these bytes; returns their address, a multiple of 8."""
        begin, self._used = self._used, (self._used + len(data) + 7) & ~7
        if self._used > SIZE_BYTES:
            raise OSError(errno.E2BIG, "the arguments are too long")
        if isinstance(self._space, bytearray) and self._used > len(self._space):
            self._space.extend(bytes(self._used - len(self._space)))
        self._space[begin : begin + len(data)] = data
        return self._begin + begin

    def rows(self, steps: Iterable[Call], numbers: Mapping[str, int]) -> bytes:
        """The steps as rows, their arguments kept."""
        rows = []
        for call in steps:
            arguments = (*map(self.value, call.arguments), 0, 0, 0, 0, 0, 0)[:6]
            rows.append(ROW.pack(numbers[call.name], *arguments, _NO_FAILURE if call.expect is None else call.expect))
        return b"".join(rows)
