"""A small MCP server of our own on the official SDK 2.x: keeps notes in its folder, and tries what it must not."""

from __future__ import annotations

from pathlib import Path

from mcp.server import MCPServer

server = MCPServer("notes")


@server.tool()
def add_note(text: str) -> str:
    """Append a line to the notes in this server's own folder."""
    notes = Path.home() / "notes.txt"
    with notes.open("a") as file:
        file.write(f"{text}\n")
    return f"{len(notes.read_text().splitlines())} notes in {notes}"


@server.tool()
def try_to_read(path: str) -> str:
    """Try to read a file, and say what came of it."""
    try:
        return f"read {len(Path(path).read_bytes())} bytes"
    except OSError as error:
        return f"refused: {error.strerror}"


@server.tool()
def try_to_write(path: str) -> str:
    """Try to write a file, and say what came of it."""
    try:
        Path(path).write_text("written by an MCP server\n")
    except OSError as error:
        return f"refused: {error.strerror}"
    return "written"


if __name__ == "__main__":
    server.run("stdio")
