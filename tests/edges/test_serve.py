"""Why a daemon ends, as it says it everywhere."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from supervisor.edges.embed import open_supervisor
from supervisor.edges.serve import Daemon
from supervisor.edges.service.contact import Contact
from supervisor.errors import TreeGaveUp

CONFIG: dict[str, Any] = {"mcpServers": {}}
GAVE_UP = TreeGaveUp(child="root/work", failures=5, period_s=30.0)


@pytest.mark.parametrize(("is_asked_first", "reason"), [(True, "signal SIGTERM"), (False, "gave up: ")])
async def test_the_first_reason_to_end_stands(state_dir: Path, is_asked_first: bool, reason: str) -> None:
    async with open_supervisor(CONFIG, state_dir=state_dir / "s") as sup:
        daemon = Daemon(sup, Contact({}))
        if is_asked_first:
            daemon.shutdown("signal SIGTERM")
        daemon.gave_up(GAVE_UP)
        daemon.shutdown("signal SIGTERM")
        assert daemon.reason.startswith(reason)
