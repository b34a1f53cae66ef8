"""What an embedding program sees of its own errors and of events: plain exceptions, and nothing missed."""

from __future__ import annotations

from pathlib import Path

import pytest
from journeys.embedding import server

import supervisor
from supervisor.events import ServerReady, ServerStarting

pytestmark = [pytest.mark.real, pytest.mark.usefixtures("no_leaks")]
CONFIG = {"mcpServers": {"own": server()}, "isolation": {"mode": "none"}}


class OwnError(Exception):
    """Something of the embedding program's own."""


async def test_an_exception_of_the_body_comes_out_as_it_is(state_dir: Path) -> None:
    with pytest.raises(OwnError):
        async with supervisor.open_supervisor(CONFIG, state_dir=state_dir / "s"):
            raise OwnError
    with pytest.raises(OwnError):
        async with supervisor.open_supervisor(CONFIG, state_dir=state_dir / "s") as sup, sup.connect("own"):
            raise OwnError


async def test_events_are_collected_from_the_call_on_and_end_when_they_are_closed(state_dir: Path) -> None:
    async with supervisor.open_supervisor(CONFIG, state_dir=state_dir / "s") as sup:
        with sup.events() as events:
            await sup.wait_for("ready", timeout_s=30)
            await sup.restart("own")
            await sup.wait_for("ready", timeout_s=30)
        seen = [published async for published in events]
    assert [type(published.body) for published in seen].count(ServerReady) >= 1
    assert any(isinstance(published.body, ServerStarting) for published in seen)
    assert [published.seq for published in seen] == list(range(seen[0].seq, seen[0].seq + len(seen)))
