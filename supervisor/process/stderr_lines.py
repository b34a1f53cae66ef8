"""The rules for a child's stderr: bytes in, printable lines out, with a memory of the last ones.

Nothing that a child writes makes this grow: a line is cut at 2 KiB while it is still arriving, the memory holds 50
lines, and of a flood only the first hundred lines of a second are told, the others counted. What is over the limit
is thrown away, but always read, so that a chatty child never blocks on a full pipe.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from math import inf

from supervisor.process.words import Heard, StderrLine, StderrSuppressed

LINE_BYTES = 2048
"""A line is cut here: more than any sentence, less than a binary that was printed by mistake."""
REMEMBERED_LINES = 50
LINES_PER_PERIOD = 100
PERIOD_S = 1.0
SHORTEST_SECRET = 6
"""Values shorter than this are not hidden: they would blacken ordinary words and hide nothing."""

_ESCAPES = {code: f"\\x{code:02x}" for code in (*range(9), *range(10, 32), *range(127, 160))}


def printable(raw: bytes) -> str:
    """The text of a line: undecodable bytes and control characters (but tab) as escapes, so that no terminal obeys."""
    return raw.decode("utf-8", "backslashreplace").rstrip("\r").translate(_ESCAPES)


def hide(text: str, secrets: Iterable[str], *, cut: bool = False) -> str:
    """The text without the secrets; of a cut line, also without the first half of one that the cut went through."""
    for secret in secrets:
        text = text.replace(secret, "***")
        if cut:
            text = _hide_begun(text, secret)
    return text


def _hide_begun(text: str, secret: str) -> str:
    for length in range(min(len(secret) - 1, len(text)), SHORTEST_SECRET // 2 - 1, -1):
        if text.endswith(secret[:length]):
            return text[:-length] + "***"
    return text


class StderrLines:
    """Splits, cuts, remembers and limits; `due` is when a pending count of suppressed lines wants to be told."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._secrets = sorted((s for s in secrets if len(s) >= SHORTEST_SECRET), key=len, reverse=True)
        self._partial = bytearray()
        self._is_cut = False
        self._tail: deque[str] = deque(maxlen=REMEMBERED_LINES)
        self._period_began = -inf
        self._told = 0
        self._suppressed = 0

    @property
    def tail(self) -> list[str]:
        """The last lines, oldest first."""
        return list(self._tail)

    @property
    def due(self) -> float:
        """When `overdue` has something to tell; infinite if nothing is pending."""
        return self._period_began + PERIOD_S if self._suppressed else inf

    def feed(self, data: bytes, now: float) -> list[Heard]:
        """Take bytes as they arrived at `now` (seconds on any one clock) and answer what is to be told."""
        heard = self.overdue(now)
        *complete, rest = data.split(b"\n")
        for piece in complete:
            self._extend(piece)
            self._end_line(now, heard)
        self._extend(rest)
        return heard

    def overdue(self, now: float) -> list[Heard]:
        """The count of suppressed lines, once their period is over."""
        return self._count() if now >= self.due else []

    def finish(self, now: float) -> list[Heard]:
        """The stream has ended: an unfinished line counts as a line, a pending count is told."""
        heard: list[Heard] = []
        if self._partial:
            self._end_line(now, heard)
        return heard + self._count()

    def _extend(self, piece: bytes) -> None:
        room = LINE_BYTES - len(self._partial)
        self._partial += piece[:room]
        self._is_cut = self._is_cut or len(piece) > room

    def _end_line(self, now: float, heard: list[Heard]) -> None:
        text = hide(printable(bytes(self._partial)), self._secrets, cut=self._is_cut)
        line = StderrLine(text, self._is_cut)
        self._partial.clear()
        self._is_cut = False
        self._tail.append(line.text)
        if now >= self._period_began + PERIOD_S:
            heard += self._count()
            self._period_began, self._told = now, 0
        if self._told < LINES_PER_PERIOD:
            self._told += 1
            heard.append(line)
        else:
            self._suppressed += 1

    def _count(self) -> list[Heard]:
        count, self._suppressed = self._suppressed, 0
        return [StderrSuppressed(count)] if count else []
