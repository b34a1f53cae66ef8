"""The two eras of the protocol on the wire: how our own requests are written in each, and how answers are read.

The handshake era opens with `initialize`; the stateless era (2026-07-28 on) opens with nothing, and every request
carries the version, the client and its capabilities in `_meta`.
"""

from __future__ import annotations

import json
import re
from typing import Any, Final, Literal, TypeVar

import msgspec
from msgspec import Raw, Struct

from supervisor.mcp import jsonrpc
from supervisor.mcp.garbage import excerpt
from supervisor.mcp.jsonrpc import Peek
from supervisor.mcp.spans import members

Era = Literal["handshake", "stateless"]
T = TypeVar("T")

STATELESS_VERSION: Final = "2026-07-28"
HANDSHAKE_VERSIONS: Final = ("2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25")
META: Final = "io.modelcontextprotocol/"
"""The prefix of the members of `_meta` that every request of the stateless era carries."""
LARGEST_NUMBER: Final = 2**31
"""Error numbers beyond it are no numbers that anybody has given out."""


class Reply(Struct):
    """The parts of an answer that our own opening looks at."""

    result: dict[str, Raw] | None = None
    error: dict[str, Any] | None = None


_reply: Final = msgspec.json.Decoder(Reply)


def request(key: str, method: str, params: dict[str, object], *, era: Era, client: dict[str, str]) -> bytes:
    """A request of ours as a line; we declare no capabilities, so that nothing is asked of us."""
    full = dict(params)
    if method == "initialize":
        full |= {"protocolVersion": HANDSHAKE_VERSIONS[-1], "capabilities": {}, "clientInfo": client}
    elif method == "server/discover" or era == "stateless":
        full["_meta"] = {
            f"{META}protocolVersion": STATELESS_VERSION,
            f"{META}clientInfo": client,
            f"{META}clientCapabilities": {},
        }
    return jsonrpc.json_line({"jsonrpc": "2.0", "id": key, "method": method, "params": full})


def read(line: bytes) -> Reply | None:
    """The answer in a line; None if it has not the shape of one."""
    return _read(line) or _cut(line) or _read(_escaped(line))


def _read(line: bytes) -> Reply | None:
    try:
        return _reply.decode(line)
    except (msgspec.DecodeError, ValueError, RecursionError):
        return None


def _cut(line: bytes) -> Reply | None:
    """The result in a line that the decoder refuses for what stands deep within it, each member as it was written."""
    whole = {member.key: line[member.value : member.end] for member in members(line) or ()}
    result = whole.get("result", b"")
    found = members(result)
    if found is None:
        return None
    return Reply(result={member.key: Raw(result[member.value : member.end]) for member in found})


def _escaped(line: bytes) -> bytes:
    """The line with lone surrogates written out: some servers cut an emoji in two, and no field can hold a half."""
    try:
        text = json.dumps(json.loads(line), ensure_ascii=False)
    except (ValueError, RecursionError):
        return b""
    return re.sub("[\ud800-\udfff]", lambda half: rf"\\u{ord(half[0]):04x}", text).encode()


def answer(peek: Peek) -> bytes:
    """Our answer to a server's own request: we are there, and can do nothing for it."""
    key = peek.id if isinstance(peek.id, int | float | str) else None
    if peek.method == "ping":
        return jsonrpc.json_line({"jsonrpc": "2.0", "id": key, "result": {}})
    return jsonrpc.error_line(key, jsonrpc.METHOD_NOT_FOUND, "Method not found")


def error(found: dict[str, Any] | None) -> tuple[int, str]:
    """The number and the text of an error, fit for a field; 0 and nothing if there is none."""
    number = (found or {}).get("code")
    if not isinstance(number, int) or abs(number) > LARGEST_NUMBER:
        number = 0
    text = str((found or {}).get("message", "")).encode("utf-8", "backslashreplace")
    return number, excerpt(text)


def value(raw: Raw | None, kind: type[T]) -> T:
    """A member of a result as `kind`; an empty one if it is missing or of another kind."""
    if raw is None:
        return kind()
    for text in (raw, _escaped(bytes(raw))):
        try:
            return msgspec.json.decode(text, type=kind)
        except (msgspec.DecodeError, ValueError, RecursionError):
            continue
    return kind()


def strings(raw: Raw | None) -> list[str]:
    """The strings in a member that should be a list of them."""
    return [item for item in value(raw, list) if isinstance(item, str)]
