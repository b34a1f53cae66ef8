"""What a client and a server say in the tests of the relay's rules, as messages, blocks and sessions."""

from __future__ import annotations

import json
from typing import Any

from supervisor.errors import ServerDied
from supervisor.mcp.framing import Block
from supervisor.relay.out import Out
from supervisor.relay.sessions import Session

DIED = ServerDied(status="exit code 1")
INIT = {"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": {"protocolVersion": "2025-11-25"}}
INITED = {"jsonrpc": "2.0", "method": "notifications/initialized"}
CHANGING = {"tools": {"listChanged": True}, "prompts": {"listChanged": False}, "resources": {"listChanged": True}}
AGREED = {"protocolVersion": "2025-11-25", "capabilities": CHANGING, "serverInfo": {"name": "s", "version": "1"}}


def request(key: object, method: str = "tools/call") -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": key, "method": method}


def result(key: object, value: object = "fine") -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": key, "result": value}


def notification(method: str, **params: object) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "method": method, "params": params}


def block(*messages: object) -> Block:
    lines = [message if isinstance(message, bytes) else json.dumps(message).encode() for message in messages]
    return Block(b"".join(line + b"\n" for line in lines))


def said(pieces: list[bytes | memoryview]) -> list[Any]:
    return [json.loads(line) for line in b"".join(pieces).splitlines()]


def opened() -> Session:
    session = Session("demo")
    session.server_ready()
    return session


def agreed(session: Session) -> Session:
    session.from_client(block(INIT))
    session.from_server(block(result(0, AGREED)))
    session.from_client(block(INITED))
    return session


def both(out: Out) -> tuple[list[Any], list[Any]]:
    return said(out.to_server), said(out.to_client)
