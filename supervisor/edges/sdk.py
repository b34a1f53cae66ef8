"""The official MCP SDK's kind of streams over a session's bytes; the one place that imports it (extra `stockade[mcp]`).

The SDK's `ClientSession` takes a pair of anyio memory streams of its own message type; versions 1.x and 2.x of it parse
and write messages by different names.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import anyio
import mcp.types as sdk_types
import trio
from mcp.shared.message import SessionMessage

CHUNK_BYTES = 65536


def parse(line: bytes) -> Any:
    """Return a line as the SDK's message, or the exception that its session wants to see instead."""
    try:
        if hasattr(sdk_types, "jsonrpc_message_adapter"):  # 2.x
            return SessionMessage(sdk_types.jsonrpc_message_adapter.validate_json(line, by_name=False))
        return SessionMessage(sdk_types.JSONRPCMessage.model_validate_json(line))
    except ValueError as error:
        return error


def render(message: Any) -> bytes:
    """Return the SDK's message as a line, with the fields that its own transport would write."""
    chosen = {"exclude_unset": True} if hasattr(sdk_types, "jsonrpc_message_adapter") else {"exclude_none": True}
    text: str = message.message.model_dump_json(by_alias=True, **chosen)
    return text.encode() + b"\n"


@asynccontextmanager
async def sdk_streams(stream: trio.SocketStream) -> AsyncIterator[tuple[Any, Any]]:
    """Give (read, write) for `ClientSession(read, write)` over a session's byte stream."""
    to_client, read = anyio.create_memory_object_stream[Any](0)
    write, from_client = anyio.create_memory_object_stream[Any](0)

    async def receive() -> None:
        rest = b""
        async with to_client:
            while chunk := await stream.receive_some(CHUNK_BYTES):
                *lines, rest = (rest + chunk).split(b"\n")
                for line in lines:
                    await to_client.send(parse(line))

    async def send() -> None:
        async with from_client:
            async for message in from_client:
                await stream.send_all(render(message))

    async def until_closed(work: Any) -> None:
        try:
            await work()
        except (trio.BrokenResourceError, trio.ClosedResourceError, anyio.BrokenResourceError):
            await to_client.aclose()  # the session sees its connection end

    try:
        async with anyio.create_task_group() as group:
            group.start_soon(until_closed, receive)
            group.start_soon(until_closed, send)
            yield read, write
            group.cancel_scope.cancel()
    finally:  # and not before the two tasks have ended: they would see their own end closed
        for end in (read, write, to_client, from_client):
            end.close()
