"""An MCP server that says of itself what a file says: `{"tools": […], "prompts": […], …, "instructions": …}`.

The file is read for every list, so that a test can change what is listed from one moment to the next.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

LISTS = {
    "tools/list": "tools",
    "prompts/list": "prompts",
    "resources/list": "resources",
    "resources/templates/list": "resourceTemplates",
}


def answer(method: str, params: dict[str, Any], said: dict[str, Any]) -> dict[str, Any] | None:
    """What it answers; None if it does not know the method."""
    if method == "initialize":
        capabilities: dict[str, Any] = {name: {} for name in ("tools", "prompts", "resources") if name in said}
        opening: dict[str, Any] = {
            "protocolVersion": params["protocolVersion"],
            "capabilities": {"tools": {}, **capabilities},
            "serverInfo": {"name": "listing", "version": "1"},
        }
        return opening | ({"instructions": said["instructions"]} if "instructions" in said else {})
    if method in LISTS:
        return {LISTS[method]: said.get(LISTS[method], [])}
    if method == "tools/call":
        return {"content": [{"type": "text", "text": f"called {params['name']}"}]}
    return {} if method == "ping" else None


def main(path: str) -> None:
    """Serve until stdin ends."""
    for line in sys.stdin:
        request = json.loads(line)
        if "id" not in request:
            continue
        said = json.loads(Path(path).read_text())
        found = answer(request.get("method", ""), request.get("params", {}), said)
        outcome = {"error": {"code": -32601, "message": "Method not found"}} if found is None else {"result": found}
        print(json.dumps({"jsonrpc": "2.0", "id": request["id"], **outcome}), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
