"""The rows of the table of modes, and the fake one: whatever runs here runs for each of them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest
from contracts.containers import container_scene
from contracts.stages import Scene, fake_scene, real_scene
from fakes.mode import FakeInstances

from supervisor.modes import MODES, ModeRow

REAL = [
    pytest.param(row, id=row.mode, marks=[pytest.mark.real, *([pytest.mark.engine] if row.mode == "docker" else [])])
    for row in MODES
]
EVERY = [pytest.param(None, id="fake"), *REAL]

Opened = AbstractAsyncContextManager[Scene]


def _opened(request: pytest.FixtureRequest, state_dir: Path) -> Opened:
    row: ModeRow | None = request.param
    if row is None:
        return fake_scene(FakeInstances())
    if row.mode == "docker":
        return container_scene(row, state_dir, request.getfixturevalue("docker_host"))
    return real_scene(row, state_dir)


@pytest.fixture(params=EVERY)
def opened(request: pytest.FixtureRequest, state_dir: Path, no_leaks: None) -> Opened:
    """An actor of each mode in turn, and the fake one: for those who need its end inside of the test."""
    return _opened(request, state_dir)


@pytest.fixture(params=REAL)
def real_opened(request: pytest.FixtureRequest, state_dir: Path, no_leaks: None) -> Opened:
    """An actor of each real mode in turn: for those who need its end inside of the test."""
    return _opened(request, state_dir)


@pytest.fixture
async def scene(opened: Opened) -> AsyncIterator[Scene]:
    """An actor of each mode in turn, and the fake one."""
    async with opened as scene:
        yield scene


@pytest.fixture
async def real(real_opened: Opened) -> AsyncIterator[Scene]:
    """An actor of each real mode in turn."""
    async with real_opened as scene:
        yield scene
