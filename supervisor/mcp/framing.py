"""Newline framing over bytes, without I/O and with bounded memory.

A reader asks for `room()`, reads into it, says how much was `filled(count)`, and gets back a `Block`: all the whole
lines that are there now, as one stretch of memory, so that it can be looked into and passed on without being copied.
The block lives until the next `room()`. The buffer's largest size is the largest message, whatever a peer sends.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from supervisor.errors import MessageTooLarge, Problem, StdoutNotJsonrpc
from supervisor.mcp.garbage import ENDLESS_LINE_BYTES, excerpt

MAX_MESSAGE = 16 * 1024 * 1024
"""Bytes of the largest message, its newline not counted, unless the config says otherwise."""
FIRST_ROOM = 16 * 1024
"""Bytes of a new buffer: a session that only chats never needs more."""
BUSY_ROOM = 256 * 1024
"""Bytes to which a buffer grows because whole lines come in floods: past it, larger reads save nothing more."""
CALM_BLOCKS = 64
"""After so many small blocks the memory of a huge message is given back."""
_BLANK = re.compile(rb"[ \t\r]*")


class FramingError(Exception):
    """The stream cannot be read on; `problem` says why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.text)
        self.problem = problem


class Block:
    """A stretch of whole lines, each with its newline; `view` is valid until the next `room()` of its buffer."""

    __slots__ = ("data", "start", "stop", "view")

    def __init__(self, data: bytes | bytearray, view: memoryview | None = None, start: int = 0) -> None:
        self.data = data
        self.view = memoryview(data) if view is None else view
        self.start = start
        self.stop = start + len(self.view)

    def __len__(self) -> int:
        return self.stop - self.start

    def spans(self) -> Iterator[tuple[int, int]]:
        """Where each line begins and ends in `view`, its newline included."""
        position = self.start
        while position < self.stop:
            end = self.data.find(b"\n", position, self.stop) + 1
            yield position - self.start, end - self.start
            position = end

    def after(self, end: int) -> list[Block]:
        """The lines from an offset in `view` on, as a block of the same memory; none if that is its end."""
        return [Block(self.data, self.view[end:], self.start + end)] if end < len(self) else []

    def lines(self) -> Iterator[memoryview]:
        """Each line with its newline, as a view."""
        return (self.view[begin:end] for begin, end in self.spans())


class LineBuffer:
    """Collects bytes of one direction until they are whole lines.

    `side` is who is speaking, for the problem that is raised past `limit` bytes in one line.
    """

    def __init__(self, limit: int = MAX_MESSAGE, *, side: str = "server") -> None:
        self._limit = limit
        self._side = side
        self._data = bytearray(min(FIRST_ROOM, limit + 1))
        self._view = memoryview(self._data)
        self._start = 0
        self._end = 0
        self._flooded = False
        self._calm = 0

    def room(self) -> memoryview:
        """Where the next bytes go: never empty. Blocks that were given out before are gone after this."""
        kept = self._end - self._start
        size = self._next_size(kept)
        if size != len(self._data):
            fresh = bytearray(size)
            fresh[:kept] = self._view[self._start : self._end]
            self._data, self._view = fresh, memoryview(fresh)
        elif self._start and kept:
            self._view[:kept] = self._view[self._start : self._end]
        self._start, self._end = 0, kept
        return self._view[kept:] if kept else self._view

    def _next_size(self, kept: int) -> int:
        size = len(self._data)
        if kept == size or (self._flooded and size < BUSY_ROOM):
            return min(size * 2, self._limit + 1)
        if size > BUSY_ROOM and self._calm >= CALM_BLOCKS:
            return min(max(BUSY_ROOM, kept * 2), size)
        return size

    def filled(self, count: int) -> Block | None:
        """The whole lines that are there after `count` more bytes, or None while there is none.

        Raises:
            FramingError: a line is longer than the limit, or goes on for a megabyte without being JSON.
        """
        before = self._end
        self._end = after = before + count
        self._flooded = after == len(self._data)
        cut = self._data.rfind(b"\n", before, after) + 1
        if not cut:
            self._check_open_line()
            return None
        block = Block(self._data, self._view[self._start : cut], self._start)
        self._start = cut
        self._calm = self._calm + 1 if after < BUSY_ROOM else 0
        return block

    def feed(self, chunk: bytes) -> list[bytes]:
        """The whole lines, without their newlines, that `chunk` completes; the same as reading it into `room()`.

        Raises:
            FramingError: as `filled`.
        """
        lines: list[bytes] = []
        while chunk:
            room = self.room()
            count = min(len(room), len(chunk))
            room[:count] = chunk[:count]
            chunk = chunk[count:]
            if block := self.filled(count):
                lines.extend(bytes(line[:-1]) for line in block.lines())
        return lines

    def rest(self) -> Block | None:
        """What stood behind the last newline when the stream ended, as a line of its own; None if it is blank."""
        text = bytes(self._view[self._start : self._end])
        self._start = self._end
        return Block(text + b"\n") if text.strip() else None

    def _check_open_line(self) -> None:
        length = self._end - self._start
        if length >= ENDLESS_LINE_BYTES and not self._begins_like_json():
            head = excerpt(self._view[self._start : self._end])
            raise FramingError(StdoutNotJsonrpc(reason="a line without an end", first_line=head))
        if length > self._limit:
            raise FramingError(MessageTooLarge(side=self._side, limit_bytes=self._limit))

    def _begins_like_json(self) -> bool:
        blank = _BLANK.match(self._data, self._start, self._end)
        begin = blank.end() if blank else self._start
        return begin < self._end and self._data[begin] in b"{["
