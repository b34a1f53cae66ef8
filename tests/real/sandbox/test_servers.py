"""Real MCP servers start under the defaults: by npx and uvx, cold and warm, and by plain interpreters."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
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


def test_npx_starts_cold_and_warm(ground: Ground, npx: Path) -> None:
    cold, warm = talk(ground, [str(npx), "-y", "@modelcontextprotocol/server-everything"], times=2, limit_s=100)
    assert "everything" in names_of(cold)
    assert "everything" in names_of(warm)
    assert (ground.own / "home" / ".npm" / "_npx").is_dir()
    assert not (ground.path / "home" / ".npm").exists()


def test_uvx_starts_cold_and_warm(ground: Ground, uvx: Path) -> None:
    cold, warm = talk(ground, [str(uvx), "mcp-server-time"], times=2, limit_s=100)
    assert "time" in names_of(cold)
    assert "time" in names_of(warm)
    assert (ground.own / "home" / ".cache" / "uv").is_dir()


def test_a_python_server_starts_from_its_folder(ground: Ground) -> None:
    script = ground.path / "home" / "work" / "server.py"
    script.write_text(PYTHON_SERVER)
    (done,) = talk(ground, [ground.user.python, str(script)])
    assert names_of(done) == "python"


def test_a_node_server_finds_its_package_and_its_modules(ground: Ground, npx: Path) -> None:
    package = ground.path / "home" / "work"
    module = package / "node_modules" / "helper"
    module.mkdir(parents=True)
    (module / "package.json").write_text('{"name": "helper", "type": "module", "main": "index.js"}')
    (module / "index.js").write_text('export const name = "node";')
    (package / "package.json").write_text('{"type": "module"}')
    (package / "dist").mkdir()
    (package / "dist" / "index.js").write_text(NODE_SERVER)
    (done,) = talk(ground, [str(npx.with_name("node")), str(package / "dist" / "index.js")])
    assert names_of(done) == "node"


def test_a_home_folder_as_working_directory_does_not_open_it(ground: Ground) -> None:
    home = ground.path / "home"
    done = ground.confined(["/bin/sh", "-c", "pwd; cat notes"], working_dir=str(home))
    assert done["stdout"] == f"{home}\n"
    assert str(home) in [item["path"] for item in done["report"]["refused"]]


def test_a_working_directory_of_the_config_can_be_written(ground: Ground) -> None:
    work = ground.path / "home" / "work"
    done = ground.confined(["/bin/sh", "-c", "pwd; cat file; echo new > made"], working_dir=str(work))
    assert done["stdout"] == f"{work}\nx"
    assert (work / "made").exists()


@pytest.mark.parametrize("path", ["/", "home"])
def test_writing_everywhere_is_refused_before_anything_is_made(ground: Ground, path: str) -> None:
    done = ground.confined(["/bin/true"], spec={"read_write": [str(ground.path / path)]})
    assert done["problem"]["code"] == "sandbox.grant_refused"
    assert not ground.own.exists()


@pytest.mark.parametrize(
    "spec", [{"network": "none"}, {"network": {"connect": [443]}}, {"user": "nobody"}, {"level": "S3"}]
)
def test_what_this_version_cannot_hold_to_is_refused(ground: Ground, spec: dict[str, Any]) -> None:
    done = ground.confined(["/bin/true"], spec=spec)
    assert done["problem"]["code"] in ("sandbox.setting_unavailable", "sandbox.level_unavailable")


def test_reads_broad_opens_the_home_folder_but_no_secret(ground: Ground) -> None:
    script = 'cat "$0/notes"; cat "$0/.ssh/id_rsa"; echo x > "$0/new"'
    done = ground.confined(["/bin/sh", "-c", script, str(ground.path / "home")], spec={"reads": "broad"})
    assert done["stdout"] == "x"
    assert not (ground.path / "home" / "new").exists()
