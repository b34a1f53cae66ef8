"""The official SDKs, clients and servers of both, with our relay between them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.real
SERVERS = Path(__file__).parents[1] / "servers"
BOUND_S = 120
"""Several cold starts of an SDK on a busy machine; nothing is measured."""


@pytest.fixture
def pythons(sdk1_python: Path, sdk2_python: Path) -> dict[str, str]:
    return {"sdk1": str(sdk1_python), "sdk2": str(sdk2_python)}


def talk(pythons: dict[str, str], client: list[str], server: str) -> dict[str, Any]:
    relay = [sys.executable, str(SERVERS / "relay_program.py")]
    behind = [pythons[server], str(SERVERS / f"{server}_server.py")]
    command = [pythons[client[0]], str(SERVERS / f"{client[0]}_client.py"), *client[1:], *relay, *behind]
    done = subprocess.run(command, capture_output=True, text=True, timeout=BOUND_S)
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert isinstance(said, dict)
    return said


@pytest.mark.parametrize(
    ("client", "server", "version"),
    [
        (["sdk1"], "sdk1", "2025-11-25"),
        (["sdk1"], "sdk2", "2025-11-25"),
        (["sdk2", "legacy"], "sdk1", "2025-11-25"),
        (["sdk2", "legacy"], "sdk2", "2025-11-25"),
        (["sdk2", "auto"], "sdk1", "2025-11-25"),
        (["sdk2", "auto"], "sdk2", "2026-07-28"),
    ],
)
def test_a_client_of_either_sdk_outlives_the_death_of_a_server_of_either(
    pythons: dict[str, str], client: list[str], server: str, version: str
) -> None:
    said = talk(pythons, client, server)
    death = said.pop("death")
    assert set(said.pop("tools")) >= {"add", "die"}
    assert said == {
        "version": version,
        "server": {"sdk1": "sdk-one", "sdk2": "sdk-two"}[server],
        "before": "42",
        "many": list(range(50)),
        "after": "42",
    }
    assert (death["code"], death["retryable"]) == ("server.died", True)
