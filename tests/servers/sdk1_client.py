"""A client written with the official SDK 1.x: `sdk1_client.py COMMAND…` calls, lets the server die, and calls again.

Prints one JSON object about what happened.
"""

from __future__ import annotations

import asyncio
import json
import sys

from mcp import ClientSession, McpError, StdioServerParameters
from mcp.client.stdio import stdio_client

ADD = {"a": 2, "b": 40}


async def main(command: list[str]) -> None:
    said: dict[str, object] = {}
    parameters = StdioServerParameters(command=command[0], args=command[1:])
    async with stdio_client(parameters) as (read, write), ClientSession(read, write) as session:
        opened = await session.initialize()
        said["version"], said["server"] = opened.protocolVersion, opened.serverInfo.name
        said["tools"] = sorted(tool.name for tool in (await session.list_tools()).tools)
        said["before"] = (await session.call_tool("add", ADD)).content[0].text
        answers = await asyncio.gather(*(session.call_tool("add", {"a": n, "b": 0}) for n in range(50)))
        said["many"] = [int(answer.content[0].text) for answer in answers]
        try:
            await session.call_tool("die", {})
        except McpError as error:
            said["death"] = error.error.data
        said["after"] = (await session.call_tool("add", ADD)).content[0].text
    print(json.dumps(said))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
