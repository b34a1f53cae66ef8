"""The engine's disk is full: what runs goes on, what is wanted meanwhile comes by itself once there is room."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import trio.testing
from journeys.embedding import client
from real.docker.engines import PrivateEngine
from real.docker.faults import IMAGE, ground, off_loop, server, where

from supervisor.server.policy import SUSPENDED_S

pytestmark = pytest.mark.real


async def test_a_full_disk_is_nobody_s_failure_and_over_when_there_is_room(
    private_engine: Callable[..., PrivateEngine], state_dir: Path, mock_clock: trio.testing.MockClock
) -> None:
    mock_clock.rate = 1.0
    engine = private_engine(IMAGE, small_disk="96m")
    both = {"early": server(), "late": server(stockade={"lazy": True})}
    async with ground(both, state_dir, engine.host) as on, client(on.house.sup, "early") as session:
        await on.settled("early")
        ballast: Path = await off_loop(engine.fill_disk)
        await on.house.sup.start("late")
        failed = await on.until("server.failed", "late")
        assert failed.problem.code == "engine.disk_full"
        assert "no space left on device" in failed.problem.text
        assert "docker system prune" in failed.remedy
        await on.stands("late", "engine_down")
        assert await where(session), "it goes on"
        ballast.unlink()
        mock_clock.jump(SUSPENDED_S)
        await on.settled()
        assert on.told("server.backing_off") == on.told("engine.lost") == []
