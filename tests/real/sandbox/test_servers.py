"""Real MCP servers start under the defaults: by npx and uvx, cold and warm, and by plain interpreters."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from real.sandbox.accounts import Account
from real.sandbox.escapes import LEVELS
from real.sandbox.ground import Ground

pytestmark = pytest.mark.real

INITIALIZE = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": {"name": "stockade-test", "version": "1"},
    },
}
PASSED_ON = (
    "SSL_",
    "NODE_EXTRA_",
    "NPM_CONFIG_",
    "npm_config_registry",
    "UV_INDEX",
    "UV_DEFAULT_",
    "PIP_INDEX",
    "HTTP",
    "http",
)
"""How to reach the registries from here: what a person would write into `env` of the server."""
PYTHON_SERVER = """
import json, sys
for line in sys.stdin:
    asked = json.loads(line)
    answer = {"jsonrpc": "2.0", "id": asked["id"], "result": {"serverInfo": {"name": "python"}}}
    print(json.dumps(answer), flush=True)
"""
NODE_SERVER = """
import { name } from "helper";
import { createInterface } from "node:readline";
for await (const line of createInterface({ input: process.stdin })) {
  const result = { serverInfo: { name } };
  console.log(JSON.stringify({ jsonrpc: "2.0", id: JSON.parse(line).id, result }));
}
"""


def names_of(done: dict[str, Any]) -> str:
    """The name that the server answered with."""
    assert "problem" not in done, done
    assert done["stdout"], done["stderr"]
    name: str = json.loads(done["stdout"].splitlines()[0])["result"]["serverInfo"]["name"]
    return name


def here() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name.startswith(PASSED_ON)}


def talk(ground: Ground, argv: list[str], **more: Any) -> list[dict[str, Any]]:
    return ground.each(argv, talk=json.dumps(INITIALIZE) + "\n", env=here() | more.pop("env", {}), **more)


@pytest.fixture
def grounds(user: Account, made_ground: Callable[[Account], Ground]) -> dict[str, Ground]:
    """A fresh ground for each level."""
    return {level: made_ground(user) for level in LEVELS}


def cold_and_warm(grounds: dict[str, Ground], *argv: str) -> list[list[dict[str, Any]]]:
    """Start a runner's server twice at every level; side by side, for most of it is waiting for a registry."""

    def both(level: str) -> list[dict[str, Any]]:
        return talk(grounds[level], list(argv), times=2, limit_s=100, spec={"level": level})

    with ThreadPoolExecutor(len(grounds)) as at_once:
        return list(at_once.map(both, grounds))


def test_npx_starts_cold_and_warm_at_every_level(grounds: dict[str, Ground], npx: Path) -> None:
    for cold, warm in cold_and_warm(grounds, str(npx), "-y", "@modelcontextprotocol/server-everything"):
        assert "everything" in names_of(cold)
        assert "everything" in names_of(warm)
    for ground in grounds.values():
        assert (ground.own / "home" / ".npm" / "_npx").is_dir()
        assert not (ground.path / "home" / ".npm").exists()


def test_uvx_starts_cold_and_warm_at_every_level(grounds: dict[str, Ground], uvx: Path) -> None:
    for cold, warm in cold_and_warm(grounds, str(uvx), "mcp-server-time"):
        assert "time" in names_of(cold)
        assert "time" in names_of(warm)
    for ground in grounds.values():
        assert (ground.own / "home" / ".cache" / "uv").is_dir()


def test_a_python_server_starts_from_its_folder(ground: Ground, level: str) -> None:
    script = ground.path / "home" / "work" / "server.py"
    script.write_text(PYTHON_SERVER)
    (done,) = talk(ground, [ground.user.python, str(script)], spec={"level": level})
    assert names_of(done) == "python"


def test_a_node_server_finds_its_package_and_its_modules(ground: Ground, level: str, npx: Path) -> None:
    package = ground.path / "home" / "work"
    module = package / "node_modules" / "helper"
    module.mkdir(parents=True)
    (module / "package.json").write_text('{"name": "helper", "type": "module", "main": "index.js"}')
    (module / "index.js").write_text('export const name = "node";')
    (package / "package.json").write_text('{"type": "module"}')
    (package / "dist").mkdir()
    (package / "dist" / "index.js").write_text(NODE_SERVER)
    (done,) = talk(ground, [str(npx.with_name("node")), str(package / "dist" / "index.js")], spec={"level": level})
    assert names_of(done) == "node"


FILE_LEVELS = pytest.mark.parametrize("file_level", ["S2", "S3"])
"""The levels that confine files."""


@FILE_LEVELS
def test_a_home_folder_as_working_directory_does_not_open_it(ground: Ground, file_level: str) -> None:
    home = ground.path / "home"
    spec = {"level": file_level}
    done = ground.confined(["/bin/sh", "-c", "pwd; cat notes"], working_dir=str(home), spec=spec)
    assert done["stdout"] == f"{home}\n"
    assert str(home) in [item["path"] for item in done["report"]["refused"]]


@FILE_LEVELS
def test_a_working_directory_of_the_config_can_be_written(ground: Ground, file_level: str) -> None:
    work = ground.path / "home" / "work"
    spec = {"level": file_level}
    done = ground.confined(["/bin/sh", "-c", "pwd; cat file; echo new > made"], working_dir=str(work), spec=spec)
    assert done["stdout"] == f"{work}\nx"
    assert (work / "made").exists()


@pytest.mark.parametrize(("file_level", "path"), [("S2", "/"), ("S2", "home"), ("S3", "/")])
def test_writing_everywhere_is_refused_before_anything_is_made(ground: Ground, file_level: str, path: str) -> None:
    spec = {"level": file_level, "read_write": [str(ground.path / path)]}
    done = ground.confined(["/bin/true"], spec=spec)
    assert done["problem"]["code"] == "sandbox.grant_refused"
    assert not ground.own.exists()


def test_a_home_folder_that_may_be_written_where_secrets_can_be_hidden_hides_them(ground: Ground) -> None:
    script = 'echo y > "$0/notes"; cat "$0/notes"; ls -A "$0/.ssh"; cat "$0/.ssh/id_rsa"; echo x > "$0/.ssh/new"'
    home = ground.path / "home"
    done = ground.confined(["/bin/sh", "-c", script, str(home)], spec={"level": "S3", "read_write": [str(home)]})
    assert done["stdout"] == "y\n"
    assert (home / "notes").read_text() == "y\n"
    assert not (home / ".ssh" / "new").exists()


def test_what_a_level_cannot_hold_to_is_refused(ground: Ground) -> None:
    done = ground.confined(["/bin/true"], spec={"level": "S1", "network": {"connect": [443]}})
    assert done["problem"]["code"] == "sandbox.setting_unavailable"


@FILE_LEVELS
def test_reads_broad_opens_the_home_folder_but_no_secret(ground: Ground, file_level: str) -> None:
    script = 'cat "$0/notes"; cat "$0/.ssh/id_rsa"; echo x > "$0/new"'
    spec = {"level": file_level, "reads": "broad"}
    done = ground.confined(["/bin/sh", "-c", script, str(ground.path / "home")], spec=spec)
    assert done.get("stdout") == "x", done
    assert not (ground.path / "home" / "new").exists()
