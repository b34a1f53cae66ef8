"""A client by the official SDK, of whatever version this Python has; says what it was shown and what its calls did.

Run as a program: `guard_client.py STEPS COMMAND [ARGUMENT …]`; steps, with commas between them: `tools`, `prompts`,
`resources`, `call:NAME`, `get:NAME`, `read:URI`. Prints one JSON array: the instructions, then an entry for each step.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from contextlib import AsyncExitStack
from typing import Any

import mcp
from mcp import StdioServerParameters


async def opened(stack: AsyncExitStack, parameters: StdioServerParameters) -> tuple[Any, str]:
    if hasattr(mcp, "Client"):
        client = await stack.enter_async_context(mcp.Client(parameters, cache=None))
        return client, client.instructions
    from mcp.client.stdio import stdio_client

    read, write = await stack.enter_async_context(stdio_client(parameters))
    session = await stack.enter_async_context(mcp.ClientSession(read, write))
    return session, (await session.initialize()).instructions


async def step(session: Any, word: str) -> Any:
    what, _, name = word.partition(":")
    try:
        match what:
            case "tools":
                return [tool.name for tool in (await session.list_tools()).tools]
            case "prompts":
                return [prompt.name for prompt in (await session.list_prompts()).prompts]
            case "resources":
                return [str(resource.uri) for resource in (await session.list_resources()).resources]
            case "call":
                return (await session.call_tool(name, {"text": "x"})).content[0].text
            case "get":
                return (await session.get_prompt(name)).description
            case _:
                return str(await session.read_resource(name))
    except Exception as error:
        said = getattr(error, "error", None)
        if said is None:
            raise
        return said.data


async def main(steps: str, command: str, *arguments: str) -> None:
    parameters = StdioServerParameters(command=command, args=list(arguments), env=dict(os.environ))
    async with AsyncExitStack() as stack:
        session, instructions = await opened(stack, parameters)
        said = [instructions, *[await step(session, word) for word in steps.split(",")]]
    print(json.dumps(said))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
