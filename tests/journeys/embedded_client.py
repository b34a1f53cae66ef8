"""An application of somebody else: the official SDK's client in a nursery of its own, on a server of ours.

`embedded_client.py MSGSPEC_FOLDER STATE_DIR ERA` prints what it saw, as JSON; it is cancelled in the midst of a call.
"""

import json
import os
import sys
from pathlib import Path

msgspec_folder, state_dir, era = sys.argv[1:]
sys.path.insert(0, str(Path(__file__).parents[2]))
sys.path.append(msgspec_folder)  # last: the SDK's own anyio and trio come first

import trio  # noqa: E402
import trio.testing  # noqa: E402
from mcp import ClientSession  # noqa: E402

from supervisor.edges.embed import open_supervisor  # noqa: E402

SERVER = str(Path(__file__).parents[1] / "servers" / "mcp_server.py")


async def main() -> None:
    flags = ["--era", era, "--ignore-eof", "--silent-on", "never"]
    entry = {"command": sys.executable, "args": ["-S", SERVER, *flags], "isolation": {"mode": "none"}}
    said: dict[str, object] = {}
    with trio.fail_after(60):
        async with trio.open_nursery() as nursery:
            called = trio.Event()

            async def application() -> None:
                async with (
                    open_supervisor({"mcpServers": {"own": entry}}, state_dir=state_dir) as sup,
                    sup.connect("own") as session,
                ):
                    await sup.wait_for("ready", "own")
                    async with session.mcp_streams() as streams, ClientSession(*streams) as client:
                        await client.initialize()
                        said["tools"] = [tool.name for tool in (await client.list_tools()).tools]
                        answer = await client.call_tool("echo", {"text": "hello"})
                        said["echo"] = answer.content[0].text
                        said["pids"] = (await sup.status())[0].pids
                        called.set()
                        await client.call_tool("ask", {})  # nobody answers what it asks: it hangs

            nursery.start_soon(application)
            await called.wait()
            await trio.testing.wait_all_tasks_blocked(0.05)
            nursery.cancel_scope.cancel()
    said["left"] = [pid for pid in said["pids"] if os.path.exists(f"/proc/{pid}")]  # type: ignore[attr-defined]
    print(json.dumps(said))


trio.run(main)
