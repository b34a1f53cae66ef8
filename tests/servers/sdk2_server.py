"""A server written with the official SDK 2.x, which speaks both eras; run it with a Python that has it."""

from __future__ import annotations

import os

from mcp.server.mcpserver import MCPServer

server = MCPServer("sdk-two", instructions="add, or die")


def add(a: int, b: int) -> int:
    """Add two numbers."""
    return a + b


def die() -> None:
    """End this process without an answer."""
    os._exit(7)


def main() -> None:
    for tool in (add, die):
        server.add_tool(tool)
    server.run()


if __name__ == "__main__":
    main()
