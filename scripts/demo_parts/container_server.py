"""A small MCP server on the official SDK 1.x, for a container: keeps notes, and tells what it sees of the machine."""

from __future__ import annotations

import os
from pathlib import Path

from mcp.server.fastmcp import FastMCP

server = FastMCP("notes")
NOTES = Path("/notes/notes.txt")


@server.tool()
def add_note(text: str) -> str:
    """Append a line to the notes in the folder that was mounted."""
    with NOTES.open("a") as file:
        file.write(f"{text}\n")
    return f"{len(NOTES.read_text().splitlines())} notes"


@server.tool()
def look_around() -> str:
    """Say who this is, and what it has."""
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    processes = sum(name.isdigit() for name in os.listdir("/proc"))
    token = "there" if os.environ.get("NOTES_TOKEN") else "not there"
    return f"CapEff {status['CapEff'].strip()}, {processes} processes, the token is {token}"


@server.tool()
def try_to_write(path: str) -> str:
    """Try to write a file, and say what came of it."""
    try:
        Path(path).write_text("written by an MCP server\n")
    except OSError as error:
        return f"refused: {error.strerror}"
    return "written"


if __name__ == "__main__":
    server.run()
