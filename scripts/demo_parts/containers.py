"""The demo's part about mode docker: three servers in containers, and what of them can be seen from outside."""

from __future__ import annotations

import json
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from scripts.demo import Demo

PARTS = Path(__file__).parent
SECRET = "s3cr3t-of-the-demo"
SPARES_S = 60
"""Seconds for containers to be made on a busy machine."""


def settings(data: Path) -> dict[str, Any]:
    """A config: a third-party server on node, one of ours on python, and a `docker run` that its user wrote."""
    server = PARTS / "container_server.py"
    mounts = ["-v", f"{server}:/app/server.py:ro", "-v", f"{data}:/notes"]
    everything = "stockade-test/everything:1"
    return {
        "isolation": {"mode": "docker"},
        "mcpServers": {
            "everything": {"command": "mcp-server-everything", "isolation": {"image": everything}},
            "notes": {
                "command": "python3",
                "args": ["/app/server.py"],
                "env": {"NOTES_TOKEN": SECRET},
                "isolation": {
                    "image": "stockade-test/mcp-python:1",
                    "extra_args": mounts,
                    "network_mode": "none",
                    "memory_limit": "256m",
                },
            },
            "own": {
                "command": "docker",
                "args": ["run", "-i", "--rm", "--init", "--pull", "never", "-e", "TOKEN", everything],
                "env": {"TOKEN": SECRET},
            },
        },
    }


def tour(demo: Demo, step: Any) -> None:
    """Wait for them, call them, look at them from outside, kill a container in the middle of a session."""
    step("waiting for three servers in containers")
    demo.run("wait", "--for", "ready", "--timeout", "120s")
    _wait_for_spares(demo)
    print(demo.run("status"))
    step("docker ps, by our labels")
    shown = '{{.Names}}\t{{.Image}}\t{{.Status}}\t{{.Label "stockade.server"}}\t{{.Label "stockade.owner"}}'
    print(_docker(demo, "ps", "--filter", "label=stockade.managed=true", "--format", shown))
    step("calls through `stockade connect`, by the official SDK 1.x and 2.x")
    demo.client(demo.sdk1, "everything", [["echo", {"message": "hello from a container"}]])
    demo.client(demo.sdk2, "own", [["echo", {"message": "hello from a container of the user's own"}]])
    tried = [
        ["add_note", {"text": "written into the mounted folder"}],
        ["look_around", {}],
        ["try_to_write", {"path": "/usr/local/bin/python3"}],
    ]
    demo.client(demo.sdk1, "notes", tried)
    step("the secret in arguments, events, status")
    print(f"places that show it: {_places(demo) or 'none'}")
    step("kill -9 of the attached docker command in a session: its container goes too, the session goes on")
    call = ["look_around", {}]
    container = _docker(demo, "ps", "-q", "--filter", "label=stockade.server=notes").split()
    demo.client(demo.sdk1, "notes", [call, call], kill=True)
    print(f"containers of it before: {len(container)}; now:")
    print(_docker(demo, "ps", "--filter", "label=stockade.server=notes", "--format", shown))


def _wait_for_spares(demo: Demo) -> None:
    """A server is ready once it was asked what it offers; the container that stays, its spare, is made after that."""
    deadline = time.monotonic() + SPARES_S
    while not all(row["spares"] for row in json.loads(demo.run("status", "--json"))["servers"]):
        if time.monotonic() > deadline:
            raise SystemExit("demo: a server has no spare")
        time.sleep(0.1)


def left(demo: Demo) -> list[str]:
    """Containers that still have to do with the demo."""
    return _docker(demo, "ps", "-aq", "--filter", f"label=stockade.instance={_instance(demo)}").split()


def _instance(demo: Demo) -> str:
    return (demo.state / "instance").read_text().strip()


def _docker(demo: Demo, *words: str) -> str:
    return subprocess.run(["docker", *words], env=demo.environ, capture_output=True, text=True, check=True).stdout


def _places(demo: Demo) -> list[str]:
    """Where the secret can be read that everybody, or a log, can see."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            text = path.read_bytes()
        except OSError:
            continue
        if SECRET.encode() in text:
            found.append(str(path))
    events = demo.run("events", "--json")
    status = json.dumps(json.loads(demo.run("status", "--json")))
    return [*found, *(name for name, text in (("events", events), ("status", status)) if SECRET in text)]
