"""What a session hands back: the lines that go on, to whom, and what was counted on the way."""

from __future__ import annotations

from typing import NamedTuple

from msgspec import Struct

from supervisor.errors import Problem
from supervisor.mcp.framing import Block
from supervisor.mcp.jsonrpc import Id
from supervisor.relay.answers import Answer
from supervisor.scan.words import Kind, WithholdReason


class CallRefused(Struct, frozen=True, tag="call_refused"):
    """A client called what is withheld."""

    kind: Kind
    name: str
    reason: WithholdReason


class AnswerUnjudged(Struct, frozen=True, tag="answer_withheld"):
    """An answer that defines something could not be judged; the client has an error in its place, if `is_kept`."""

    kind: Kind
    detail: str
    is_kept: bool


GuardFact = CallRefused | AnswerUnjudged


class Question(NamedTuple):
    """An answer that waits for its judgement, and with it all that the server said after it."""

    key: Id
    method: str
    answer: Answer
    rest: list[Block]
    """Read on here; as short-lived as the block that it came with."""


class Tally(Struct):
    """What has passed so far; whoever gave it to a session may read it at any time."""

    client_messages: int = 0
    client_bytes: int = 0
    server_messages: int = 0
    server_bytes: int = 0
    garbage: int = 0
    """Lines of the server that were not JSON-RPC."""
    strays: int = 0
    """Answers of the server, or of the client, that nobody waited for."""
    refused: int = 0
    """Messages of the client that were answered here with an error and went no further."""
    judging: int = 0
    """Answers of the server that are being judged now, and count as messages once they pass."""
    deaths: int = 0
    """How often the session lost its server."""


class Out:
    """What a session wants to be sent: pieces of whole lines, in order, for each side."""

    __slots__ = ("facts", "lost", "question", "to_client", "to_server")

    def __init__(self) -> None:
        self.to_server: list[bytes | memoryview] = []
        self.to_client: list[bytes | memoryview] = []
        self.lost: Problem | None = None
        """Set when this instance is of no use any more, though it may still run."""
        self.question: Question | None = None
        """Set when nothing further of the server can be looked at before this is judged."""
        self.facts: list[GuardFact] = []


class Passed:
    """Gathers the lines of a block that are passed on, neighbours as one piece."""

    __slots__ = ("_block", "_pieces", "_span")

    def __init__(self, block: Block, pieces: list[bytes | memoryview]) -> None:
        self._block = block
        self._pieces = pieces
        self._span = (0, 0)

    def line(self, begin: int, end: int) -> None:
        """Pass on one line of the block."""
        if self._span[1] == begin and self._span != (0, 0):
            self._span = (self._span[0], end)
            return
        self.cut()
        self._span = (begin, end)

    def cut(self) -> None:
        """Put what was gathered into the pieces, so that what is added next comes behind it."""
        begin, end = self._span
        if begin != end:
            self._pieces.append(self._block.view[begin:end])
        self._span = (0, 0)
