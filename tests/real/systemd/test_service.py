"""The daemon as a service: what systemd is told, when, and what it makes of it."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator

import pytest
from journeys.command import entry
from real.systemd.box import Box, until

pytestmark = pytest.mark.real


@pytest.fixture
def unit(box: Box, request: pytest.FixtureRequest) -> Iterator[str]:
    """The name of a service that is this test's own; taken away at its end."""
    name = f"u{abs(hash(request.node.name)) % 10**6}"
    yield name
    box.end(f"{name}.service")


def config(servers: int = 2, **stockade: object) -> dict[str, object]:
    return {"mcpServers": {f"s{number}": entry() for number in range(servers)}, "stockade": stockade}


def test_a_start_returns_when_it_is_ready_and_says_how_the_servers_stand(box: Box, unit: str) -> None:
    box.write_service(unit, config())
    box.systemctl("start", f"{unit}.service")
    shown = box.show(f"{unit}.service")
    assert (shown["ActiveState"], shown["SubState"]) == ("active", "running")
    until(lambda: box.show(f"{unit}.service")["StatusText"] == "2 ready")
    box.systemctl("stop", f"{unit}.service")
    shown = box.show(f"{unit}.service")
    assert (shown["Result"], shown["ExecMainStatus"]) == ("success", "0")
