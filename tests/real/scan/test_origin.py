"""The version of a package as its pins hold it: from the caches that npx and uvx themselves have filled."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from real.sandbox.test_servers import here

pytestmark = pytest.mark.real

LIMIT_S = 300


def stockade(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "-m", "supervisor", *words, "--config", str(folder / "mcp.json")]
    argv += ["--state-dir", str(folder / "s")]
    return subprocess.run(argv, capture_output=True, text=True, timeout=LIMIT_S, check=False)


def configured(folder: Path, mode: str, words: list[str], env: dict[str, str]) -> None:
    entry = {
        "command": words[0],
        "args": words[1:],
        "env": here() | env,
        "cwd": str(folder),
        "isolation": {"mode": mode},
    }
    stockade_block = {"lock_file": str(folder / "stockade.lock")}
    (folder / "mcp.json").write_text(json.dumps({"mcpServers": {"s": entry}, "stockade": stockade_block}))


def pinned(folder: Path) -> str:
    origin: str = json.loads((folder / "stockade.lock").read_text())["servers"]["s"]["origin"]
    return origin


def of_npx(npx: Path) -> tuple[Path, str]:
    """The cache that npx has filled, and the version of the server in it."""
    cache = Path(os.environ["STOCKADE_TEST_NPM_CACHE"])
    (manifest,) = cache.glob("_npx/*/node_modules/@modelcontextprotocol/server-everything/package.json")
    version: str = json.loads(manifest.read_text())["version"]
    assert npx.exists()
    return cache, version


@pytest.mark.parametrize("mode", ["none", "sandbox"])
def test_a_server_of_npx_is_pinned_with_the_version_in_its_cache(mode: str, npx: Path, state_dir: Path) -> None:
    cache, version = of_npx(npx)
    own = state_dir / "npm"
    shutil.copytree(cache, own, symlinks=True)
    env = {"npm_config_cache": str(own), "npm_config_offline": "true"}
    words = [str(npx), "-y", "@modelcontextprotocol/server-everything"]
    configured(state_dir, mode, words, env)
    if mode == "sandbox":
        document: dict[str, Any] = json.loads((state_dir / "mcp.json").read_text())
        document["mcpServers"]["s"]["isolation"]["sandbox"] = {"read_write": [str(own)]}
        (state_dir / "mcp.json").write_text(json.dumps(document))
    done = stockade(state_dir, "scan", "s")
    assert done.returncode in (0, 1), done.stdout + done.stderr
    assert pinned(state_dir) == f"pkg:npm/%40modelcontextprotocol/server-everything@{version}"
    (manifest,) = own.glob("_npx/*/node_modules/@modelcontextprotocol/server-everything/package.json")
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | {"version": "999.0.0"}))
    scanned = stockade(state_dir, "scan", "s")
    assert scanned.returncode == done.returncode, "another version of the same definitions is no reason to hold them"
    assert pinned(state_dir).endswith(f"@{version}"), "what was pinned stays pinned"
    assert stockade(state_dir, "approve", "s").returncode == 0
    assert pinned(state_dir).endswith("@999.0.0"), "and what is approved is approved as it is now"


@pytest.mark.parametrize("mode", ["none", "sandbox"])
def test_a_server_of_uvx_is_pinned_with_the_version_in_its_cache(mode: str, uvx: Path, state_dir: Path) -> None:
    env = {"UV_CACHE_DIR": str(state_dir / "uv")} if mode == "none" else {}
    configured(state_dir, mode, [str(uvx), "mcp-server-time"], env)
    done = stockade(state_dir, "scan", "s")
    assert done.returncode in (0, 1), done.stdout + done.stderr
    (info,) = state_dir.glob("**/archive-v0/*/mcp_server_time-*.dist-info")
    version = info.name.removesuffix(".dist-info").partition("-")[2]
    assert pinned(state_dir) == f"pkg:pypi/mcp-server-time@{version}"
