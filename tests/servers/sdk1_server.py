"""A server written with the official SDK 1.x; run it with a Python that has it."""

from __future__ import annotations

import os

from mcp.server.fastmcp import Context, FastMCP

server = FastMCP("sdk-one")


def add(a: int, b: int) -> int:
    """Add two numbers."""
    return a + b


def die() -> None:
    """End this process without an answer."""
    os._exit(7)


async def steps(count: int, ctx: Context) -> str:
    """Report progress so many times."""
    for number in range(count):
        await ctx.report_progress(number + 1, count)
        await ctx.info(f"step {number}")
    return "done"


def main() -> None:
    for tool in (add, die, steps):
        server.add_tool(tool)
    server.run()


if __name__ == "__main__":
    main()
