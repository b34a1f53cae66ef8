"""A client by the official SDK, of whatever version this Python has: opens, lists the tools, calls one, says what came.

Run as a program: `sdk_client.py COMMAND [ARGUMENT …]`.
"""

from __future__ import annotations

import asyncio
import os
import sys

from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client


async def main(command: str, *arguments: str) -> None:
    parameters = StdioServerParameters(command=command, args=list(arguments), env=dict(os.environ))
    async with stdio_client(parameters) as (read, write), ClientSession(read, write) as session:
        await session.initialize()
        tools = [tool.name for tool in (await session.list_tools()).tools]
        answer = await session.call_tool("echo", {"text": "hello"})
        print(" ".join(tools), answer.content[0].text)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
