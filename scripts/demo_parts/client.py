"""A client on the official SDK (1.x or 2.x, whichever is installed): one server, some calls, perhaps a kill between.

python client.py [--kill STATUS_COMMAND] CALLS COMMAND [ARGUMENT …]

CALLS is JSON: [[tool, arguments], …]. With --kill the server's processes are killed with SIGKILL after the first call,
and the session has to go on.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import os
import signal
import subprocess
from typing import Any

import anyio
from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client

TRIES = 50
"""Calls that may fail with a retryable error while the session gets its fresh process."""


async def main(options: argparse.Namespace) -> None:
    """Open a session, list the tools, call."""
    command, *args = options.command
    parameters = StdioServerParameters(command=command, args=args, env=dict(os.environ))
    async with stdio_client(parameters) as (read, write), ClientSession(read, write) as session:
        opened = await session.initialize()
        version = getattr(opened, "protocolVersion", None) or getattr(opened, "protocol_version", None)
        tools = (await session.list_tools()).tools
        print(f"  SDK {importlib.metadata.version('mcp')}: protocol {version}, {len(tools)} tools")
        for number, (tool, arguments) in enumerate(json.loads(options.calls)):
            print(f"  {tool}({json.dumps(arguments)}) -> {await call(session, tool, arguments)}")
            if number == 0 and options.kill:
                kill(options.kill, args[-1])


async def call(session: Any, tool: str, arguments: dict[str, Any]) -> str:
    """Call a tool; errors that say to try again are tried again."""
    failure = ""
    for _ in range(TRIES):
        try:
            result = await session.call_tool(tool, arguments)
        except Exception as error:  # noqa: BLE001  (the two SDKs have exceptions of their own)
            failure = str(error)
            print(f"  (told to try again: {failure})")
            await anyio.sleep(0.2)
        else:
            return " ".join(str(getattr(item, "text", item)).replace("\n", " ") for item in result.content)
    return f"failed: {failure}"


def kill(status: str, server: str) -> None:
    """Kill every process that the daemon names for this server."""
    answer = json.loads(subprocess.run(status.split(), capture_output=True, check=True).stdout)
    pids = next(row["pids"] for row in answer["servers"] if row["server"] == server)
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
    print(f"  kill -9 {' '.join(map(str, pids))}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--kill")
    parser.add_argument("calls")
    parser.add_argument("command", nargs=argparse.REMAINDER)
    anyio.run(main, parser.parse_args(), backend="trio")
