"""Where a configuration comes from: read again, bounded, and with the engine's word of the start."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import trio

from supervisor.config import effects as config_files
from supervisor.config.specs import Config, Facts
from supervisor.edges.source import Source
from supervisor.errors import ConfigError

pytestmark = pytest.mark.real


def asked(engine: bool) -> config_files.AskEngine:
    def answer(facts: Facts, _environ: Mapping[str, str]) -> Facts:
        return Facts(platform=facts.platform, engine=engine, engine_reason="" if engine else "it is down")

    return answer


def text(**isolation: Any) -> str:
    return json.dumps({"mcpServers": {"a": {"command": "python", "isolation": isolation}}})


@pytest.mark.parametrize(("engine", "mode"), [(True, "docker"), (False, "sandbox")])
async def test_what_auto_came_to_is_not_asked_again(tmp_path: Path, engine: bool, mode: str) -> None:
    path = tmp_path / "mcp.json"
    path.write_text(text(mode="auto"))
    in_force = config_files.load(path, environ={}, facts=Facts(), ask_engine=asked(engine))
    read = await Source(path, {"DOCKER_HOST": "unix:///nowhere"}).read(None, in_force)
    assert [spec.mode for spec in (*in_force.servers, *read.servers)] == [mode, mode]


async def test_auto_that_is_new_asks_the_engine(tmp_path: Path) -> None:
    path = tmp_path / "mcp.json"
    path.write_text(text(mode="auto"))
    read = await Source(path, {"PATH": "/nowhere", "HOME": str(tmp_path)}).read(None, Config())
    spec = next(iter([*read.servers, *(one.spec for one in read.invalid if one.spec)]))
    assert "engine answers" in spec.why.gate


async def test_a_pipe_that_nobody_writes_to_holds_nothing_up(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    source = Source(path, {}, limit_s=0.05)
    for _ in range(3):  # more than there are threads for it
        with pytest.raises(ConfigError) as error:
            await source.read(None, Config())
        assert (error.value.problem.code, error.value.problem.exit_code) == ("config.read_late", 75)
        assert "was not read within 0.05 s" in error.value.problem.text
    with suppress(OSError):  # let the threads go, one or both by each writer, until nobody reads; there is room again
        while True:
            os.close(os.open(path, os.O_WRONLY | os.O_NONBLOCK))
            await trio.lowlevel.checkpoint()
    path.unlink()
    path.write_text(text(mode="none"))
    with trio.fail_after(10):
        assert (await Source(path, {}).read(None, Config())).servers


async def test_the_users_own_file_is_looked_for_again(tmp_path: Path) -> None:
    folder = tmp_path / "stockade"
    folder.mkdir()
    (folder / "config.json").write_text(text(mode="none"))
    source = Source(None, {"XDG_CONFIG_HOME": str(tmp_path)})
    assert source.path == str(folder / "config.json")
    (folder / "config.toml").write_text('[mcpServers.b]\ncommand = "x"\nisolation.mode = "none"\n')
    assert source.path == str(folder / "config.toml")
    assert [spec.name for spec in (await source.read(None, Config())).servers] == ["b"]


@pytest.mark.parametrize("given", [{"mcpServers": {}}, Config(), "-"])
async def test_what_has_no_file_says_so(given: Any) -> None:
    source = Source(given, {})
    assert source.path is None
    with pytest.raises(ConfigError) as error:
        await source.read(None, Config())
    assert error.value.problem.code == "config.source_gone"
