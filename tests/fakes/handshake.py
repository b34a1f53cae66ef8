"""A server's side of our own opening, played by a test line by line."""

from __future__ import annotations

import json
from typing import Any

from supervisor.mcp.eras import STATELESS_VERSION
from supervisor.mcp.handshake import Handshake, Step

INIT = {"protocolVersion": "2025-06-18", "capabilities": {"tools": {}}, "serverInfo": {"name": "old", "version": "3"}}
FOUND = {"supportedVersions": [STATELESS_VERSION], "capabilities": {"tools": {}}, "instructions": "be kind"}
REFUSAL = {"code": -32601, "message": "Method not found"}


class Play:
    """A server played by the test: answers what was asked last, or anything asked before."""

    def __init__(self, *, discover: bool = True) -> None:
        self.machine = Handshake("9.9", discover=discover)
        self.sent: list[dict[str, Any]] = []
        self.step = self.take(self.machine.start())

    def take(self, step: Step) -> Step:
        self.sent += [json.loads(line) for line in step.send]
        self.step = step
        return step

    @property
    def methods(self) -> list[str]:
        return [message["method"] for message in self.sent]

    def answer(self, method: str, **content: object) -> Step:
        key = next(message["id"] for message in reversed(self.sent) if message["method"] == method)
        return self.take(self.machine.line(json.dumps({"jsonrpc": "2.0", "id": key, **content}).encode() + b"\n"))
