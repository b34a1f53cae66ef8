"""What tests of single verbs with a real engine have in common."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

COMMAND = (sys.executable, "-m", "supervisor")
NO_ENGINE = "unix:///nonexistent/docker.sock"
SECRET = "s3cr3t-value"

Verb = Callable[..., tuple[int, Any, str]]
"""Runs a verb in this process; gives its exit code, what it says with --json, and what is on its stderr."""


def config(folder: Path, **servers: Any) -> str:
    """Write a config of mode docker; returns its path."""
    path = folder / "mcp.json"
    path.write_text(json.dumps({"mcpServers": servers, "isolation": {"mode": "docker"}}))
    return str(path)


def server(image: str, *extra_args: str, **keys: Any) -> dict[str, Any]:
    """A shell in that image, as it stands in a config."""
    return {"command": "sh", "isolation": {"image": image, "extra_args": list(extra_args)}, **keys}
