"""What a client and its server agreed on, kept so that a fresh instance can be brought to the same point.

In the handshake era a session opens with `initialize`, its answer, and `notifications/initialized`. The client's two
lines are kept as they came and said again to a fresh instance; its answer must say what the first one said.
In the stateless era nothing is agreed on, and nothing is kept.
"""

from __future__ import annotations

import json
from typing import Any, Final

from supervisor.mcp.jsonrpc import Id, json_line

LISTS: Final = ("tools", "prompts", "resources")
"""The capabilities that may announce `listChanged`."""


class Opening:
    """The opening of one session, as far as it has come."""

    def __init__(self) -> None:
        self._pending: tuple[Id, bytes] | None = None
        self._request: bytes | None = None
        self._key: Id | None = None
        self._agreed: dict[str, Any] = {}
        self._initialized: bytes | None = None

    @property
    def unanswered(self) -> Id | None:
        """The id of the client's `initialize` that the server has yet to answer."""
        return self._pending[0] if self._pending else None

    @property
    def replay_key(self) -> Id | None:
        """The id under which a fresh instance will answer the replayed `initialize`."""
        return self._key

    def asked(self, key: Id, line: bytes) -> None:
        """The client said `initialize`."""
        self._pending = (key, line)

    def answered(self, line: bytes) -> None:
        """The server answered it; an error agrees on nothing."""
        assert self._pending is not None
        key, request = self._pending
        self._pending = None
        if agreed := _agreement(line):
            self._request, self._key, self._agreed, self._initialized = request, key, agreed, None

    def initialized(self, line: bytes) -> None:
        """The client said that it is initialized."""
        self._initialized = line

    def lost(self) -> None:
        """The server died; what it had not answered is not agreed on."""
        self._pending = None

    def replay(self) -> bytes | None:
        """What a fresh instance must be told first, if anything."""
        return self._request

    def is_same(self, line: bytes) -> bool:
        """Whether a fresh instance's answer says the same: all of it counts but `_meta`, which is about the answer."""
        return _canonical(_agreement(line)) == _canonical(self._agreed)

    def completion(self) -> bytes | None:
        """What a fresh instance is told after the right answer: `notifications/initialized`, if the client said it."""
        return self._initialized

    def notices(self) -> list[bytes]:
        """What the client is told when a fresh instance has taken over: its lists may have changed."""
        capabilities = self._agreed.get("capabilities")
        if self._initialized is None or not isinstance(capabilities, dict):
            return []
        return [
            json_line({"jsonrpc": "2.0", "method": f"notifications/{name}/list_changed"})
            for name in LISTS
            if isinstance(capabilities.get(name), dict) and capabilities[name].get("listChanged") is True
        ]


def _agreement(line: bytes) -> dict[str, Any]:
    """The result in an answer to `initialize`, without `_meta`; empty if it is an error."""
    try:
        result = json.loads(str(line, "utf-8", "surrogateescape")).get("result")
    except (ValueError, RecursionError):  # too deep, or a number too long, for this reader alone
        return {}
    if not isinstance(result, dict):
        return {}
    return {name: value for name, value in result.items() if name != "_meta"}


def _canonical(value: object) -> str:
    """Text that is equal for equal JSON and only then: Python's own == takes true for 1."""
    return json.dumps(value, sort_keys=True)
