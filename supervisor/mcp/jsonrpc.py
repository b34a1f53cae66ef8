"""What a line of JSON-RPC is, read only as far as the relay must: its id, its method, whether it answers.

Lines are never built again from what was read here; they are passed on as they came. Ids are compared as JSON values:
a number is the same number however it was written (some servers answer `1.0` with `1`), a string is a string.
"""

from __future__ import annotations

import json
import math
from typing import Final, TypeAlias

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType

from supervisor.errors import Problem
from supervisor.mcp.framing import Block

Id: TypeAlias = int | float | str

PARSE_ERROR: Final = -32700
INVALID_REQUEST: Final = -32600
METHOD_NOT_FOUND: Final = -32601
UNSUPPORTED_VERSION: Final = -32022
"""The peer serves other protocol versions; also: this connection is already locked to the other era."""
UNAVAILABLE: Final = -32010
"""Ours, from the range that implementations may use: the server died, or is not there; `data` says which and when."""

WITHHELD: Final = -32011
"""Ours, too: what was called is not to be used, or what was answered not to be seen; `data` says why."""

MAX_ID_CHARS: Final = 1024
"""A longer id is refused: ids in flight are remembered, so their size is bounded."""

_INTERRUPTIONS: Final = (msgspec.DecodeError, ValueError, RecursionError)
"""What decoding raises for bytes that are not what was expected; a UnicodeDecodeError is a ValueError."""


class Peek(Struct, gc=False):
    """The members of one JSON-RPC message that say what it is."""

    id: int | float | str | UnsetType | None = UNSET
    method: str | UnsetType = UNSET
    result: Raw | UnsetType = UNSET
    error: Raw | UnsetType = UNSET

    @property
    def is_request(self) -> bool:
        """It wants an answer, and has an id that an answer can carry."""
        return self.method is not UNSET and is_id(self.id)

    @property
    def is_notification(self) -> bool:
        """It wants no answer."""
        return self.method is not UNSET and self.id is UNSET

    @property
    def is_response(self) -> bool:
        """It answers; an id of null answers something that could not be read."""
        return self.method is UNSET and self.id is not UNSET and (self.result is not UNSET or self.error is not UNSET)


class CancelledParams(Struct, rename="camel"):
    """What `notifications/cancelled` says."""

    request_id: int | float | str


class Cancelled(Struct):
    """`notifications/cancelled`."""

    params: CancelledParams


_peek: Final = msgspec.json.Decoder(Peek)
_cancelled: Final = msgspec.json.Decoder(Cancelled)
_elements: Final = msgspec.json.Decoder(list[Raw])


def is_id(value: object) -> bool:
    """Whether a value can be the id of a request."""
    return isinstance(value, int | float) or (isinstance(value, str) and len(value) <= MAX_ID_CHARS)


def peek_block(block: Block) -> list[Peek] | None:
    """One Peek for each line of the block, or None if its lines have to be looked at one by one.

    The decoder of many lines allows a value to span lines and two values to share one. Between `}` and `{` no value can
    be open; so if every newline inside stands there, and there are as many values as lines, each line is one value.
    """
    data, start, stop = block.data, block.start, block.stop
    try:
        if data.find(b"\n", start, stop) == stop - 1:
            return [_peek.decode(block.view)]
        newlines = data.count(b"\n", start, stop)
        if data.count(b"}\n{", start, stop) != newlines - 1:
            return None
        peeks = _peek.decode_lines(block.view)
    except _INTERRUPTIONS:
        return None
    return peeks if len(peeks) == newlines else None


def peek_line(line: bytes | memoryview) -> Peek | None:
    """What one line is; None if it is not a JSON object."""
    try:
        return _peek.decode(line)
    except _INTERRUPTIONS:
        return _peek_leniently(bytes(line))


def _peek_leniently(line: bytes) -> Peek | None:
    """Read what real peers send and the strict decoder refuses: an escaped lone surrogate, NaN."""
    if line.lstrip()[:1] != b"{":
        return None
    try:
        message = json.loads(str(line, "utf-8"))
    except (ValueError, RecursionError):
        return None
    key, method = message.get("id", UNSET), message.get("method", UNSET)
    if isinstance(key, bool | list | dict) or (isinstance(key, float) and not math.isfinite(key)):
        return None
    if method is not UNSET and not isinstance(method, str):
        return None
    present = {name: Raw(b"null") for name in ("result", "error") if name in message}
    return Peek(id=key, method=method, **present)


def cancelled_id(line: bytes | memoryview) -> Id | None:
    """The id of the request that a `notifications/cancelled` calls off; None if it names none."""
    try:
        return _cancelled.decode(line).params.request_id
    except _INTERRUPTIONS:
        return None


def elements(line: bytes | memoryview) -> list[bytes] | None:
    """The elements of a batch, each as it was written; None if the line is not an array."""
    try:
        return [bytes(element) for element in _elements.decode(line)]
    except _INTERRUPTIONS:
        return None


def error_line(key: Id | None, number: int, message: str, data: dict[str, object] | None = None) -> bytes:
    """An error response, ready to be sent."""
    error: dict[str, object] = {"code": number, "message": message}
    if data is not None:
        error["data"] = data
    return json_line({"jsonrpc": "2.0", "id": key, "error": error})


def problem_line(
    key: Id | None, problem: Problem, *, state: str, retryable: bool, retry_after_s: float | None = None
) -> bytes:
    """An error response that tells a client what is wrong with its server, and whether the call may be tried again."""
    data: dict[str, object] = {"code": problem.code, "state": state, "retryable": retryable}
    if retry_after_s is not None:
        data["retry_after_s"] = retry_after_s
    return error_line(key, UNAVAILABLE, problem.text, data)


def json_line(message: dict[str, object]) -> bytes:
    """A message of our own as a line; ids may hold lone surrogates, which only the standard library encodes."""
    return json.dumps(message, separators=(",", ":")).encode("ascii") + b"\n"
