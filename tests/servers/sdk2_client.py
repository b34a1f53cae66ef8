"""A client written with the official SDK 2.x: `sdk2_client.py MODE COMMAND…`, with MODE `auto` or `legacy`.

It calls, lets the server die, calls again, and prints one JSON object about what happened.
"""

from __future__ import annotations

import asyncio
import json
import sys

from mcp import Client, StdioServerParameters
from mcp.shared.exceptions import MCPError

ADD = {"a": 2, "b": 40}


async def main(mode: str, command: list[str]) -> None:
    said: dict[str, object] = {}
    parameters = StdioServerParameters(command=command[0], args=command[1:])
    async with Client(parameters, mode=mode) as client:
        said["version"] = client.session.protocol_version
        said["server"] = client.session.server_info.name
        said["tools"] = sorted(tool.name for tool in (await client.list_tools()).tools)
        said["before"] = (await client.call_tool("add", ADD)).content[0].text
        answers = await asyncio.gather(*(client.call_tool("add", {"a": n, "b": 0}) for n in range(50)))
        said["many"] = [int(answer.content[0].text) for answer in answers]
        try:
            await client.call_tool("die", {})
        except MCPError as error:
            said["death"] = error.error.data
        said["after"] = (await client.call_tool("add", ADD)).content[0].text
    print(json.dumps(said))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2:]))
