"""What holds a plugin at either level of the sandbox, whichever of them `auto` would choose here."""

from __future__ import annotations

import json
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import cast

import pytest
from msgspec.structs import replace
from real.scan.conftest import PLANTED, TOOL

from supervisor.config.schema import Level
from supervisor.process.table import open_processes
from supervisor.sandbox.effects import open_sandbox
from supervisor.sandbox.oneoff import OneOffs
from supervisor.sandbox.words import Places
from supervisor.scan.plugins.effects import Contained, PluginRuns, World
from supervisor.scan.plugins.inputs import Inputs
from supervisor.scan.plugins.manifests import BANDIT, Plugin

pytestmark = pytest.mark.real

LEVELS = pytest.mark.parametrize("level", ["S2", "S3"])


@asynccontextmanager
async def runs(state_dir: Path, level: Level, path: str) -> AsyncIterator[PluginRuns]:
    """Runs plugins at this level, natively only."""
    places = Places(state_dir=str(state_dir), homes=(str(state_dir / "home"),))
    async with open_processes(str(state_dir)) as table, open_sandbox(places) as sandbox:
        world = World(
            table=table,
            confined=OneOffs(table, sandbox),
            contained=cast(Contained, None),
            environment={"PATH": path},
            keys={},
            folder=state_dir / "scans",
            level=level,
        )
        yield PluginRuns(world)


@pytest.fixture
def planted(tmp_path: Path) -> Inputs:
    (tmp_path / "server.py").write_text(PLANTED)
    return Inputs(source=str(tmp_path), tools=(TOOL,))


@LEVELS
async def test_it_reads_its_source_and_writes_its_report_and_nothing_else(
    level: Level, state_dir: Path, planted: Inputs, odd: Callable[..., Plugin]
) -> None:
    (state_dir / "control.token").write_text("s3cret")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        plugin = odd("surroundings", str(listener.getsockname()[1]), str(state_dir / "control.token"))
        async with runs(state_dir, level, "/usr/bin:/bin") as plugins:
            ran = await plugins.run(plugin, planted, "weather", "sandbox")
    (one,) = ran.findings
    given = json.loads(one.message)
    assert (given["source"], given["home"], given["report"]) == ("done", [], [])
    assert "done" not in {given[key] for key in ("write_source", "write_beside", "network", "secret")}


@LEVELS
async def test_a_shipped_one_finds_what_is_planted(
    level: Level, state_dir: Path, planted: Inputs, path_of: Callable[..., str]
) -> None:
    async with runs(state_dir, level, path_of("bandit")) as plugins:
        ran = await plugins.run(replace(BANDIT, timeout_s=300.0), planted, "weather", "none")
    assert "bandit/B602" in {one.check for one in ran.findings}, ran.report


@pytest.mark.usefixtures("no_leaks")
@LEVELS
async def test_nothing_of_a_run_is_kept(
    level: Level, state_dir: Path, planted: Inputs, odd: Callable[..., Plugin]
) -> None:
    async with runs(state_dir, level, "/usr/bin:/bin") as plugins:
        for _ in range(3):
            assert (await plugins.run(odd("empty"), planted, "weather", "none")).report.state == "ok"
    assert list((state_dir / "scans").iterdir()) == []
    assert not (state_dir / "servers").exists()
