"""How much of what is not JSON-RPC a server's stdout may carry: banners are tolerated, a stream of text is not."""

from __future__ import annotations

from supervisor.errors import StdoutNotJsonrpc

ENDLESS_LINE_BYTES = 1024 * 1024
"""A line of this many bytes that does not begin like JSON is text that will not become a message."""
MAX_IN_A_ROW = 100
"""So many lines of garbage without one message between them are no banner any more."""
EXCERPT_BYTES = 200
"""How much of a line is quoted."""


def excerpt(line: bytes | bytearray | memoryview) -> str:
    """The beginning of a line as text that can be a field of an event: escaped, cut, without its line end."""
    head = bytes(line[: EXCERPT_BYTES + 1]).rstrip(b"\r\n")
    text = head[:EXCERPT_BYTES].decode("utf-8", "backslashreplace")
    return f"{text}…" if len(line) > EXCERPT_BYTES + 1 else text


class Garbage:
    """Counts the lines of one instance that are not JSON-RPC."""

    __slots__ = ("first", "in_a_row", "total")

    def __init__(self) -> None:
        self.total = 0
        self.in_a_row = 0
        self.first = ""
        """The first such line, quoted."""

    def message(self) -> None:
        """A good message came: the row is broken."""
        self.in_a_row = 0

    def line(self, line: bytes | bytearray | memoryview) -> StdoutNotJsonrpc | None:
        """One more line of garbage; the problem if it is one too many."""
        self.total += 1
        self.in_a_row += 1
        self.first = self.first or excerpt(line)
        if len(line) > ENDLESS_LINE_BYTES:
            return StdoutNotJsonrpc(reason="a line without an end", first_line=self.first)
        if self.in_a_row > MAX_IN_A_ROW:
            return StdoutNotJsonrpc(reason=f"{self.in_a_row} such lines in a row", first_line=self.first)
        return None
