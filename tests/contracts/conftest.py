"""The rows of the table of modes, and the fake one: whatever runs here runs for each of them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from contracts.stages import Scene, fake_scene, real_scene
from fakes.mode import FakeInstances

from supervisor.modes import MODES, ModeRow

REAL = [pytest.param(row, id=row.mode, marks=pytest.mark.real) for row in MODES if row.mode != "docker"]


@pytest.fixture(params=[pytest.param(None, id="fake"), *REAL])
async def scene(request: pytest.FixtureRequest, state_dir: Path, no_leaks: None) -> AsyncIterator[Scene]:
    """An actor of each mode in turn, and the fake one."""
    row: ModeRow | None = request.param
    async with fake_scene(FakeInstances()) if row is None else real_scene(row, state_dir) as opened:
        yield opened


@pytest.fixture(params=REAL)
async def real(request: pytest.FixtureRequest, state_dir: Path, no_leaks: None) -> AsyncIterator[Scene]:
    """An actor of each real mode in turn."""
    async with real_scene(request.param, state_dir) as opened:
        yield opened
