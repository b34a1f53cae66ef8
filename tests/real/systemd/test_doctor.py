"""`stockade doctor` of servers of a service: asked from a shell that has not what the service has."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from journeys.command import entry
from real.systemd.box import Box, until

pytestmark = pytest.mark.real
UNIT = "doctor.service"
SECRET = "a-secret-of-the-services-own"
MISSING = {"command": sys.executable, "args": ["-S", "-m", "mcp_server_acme"], "isolation": {"mode": "none"}}


@pytest.fixture
def place(box: Box) -> Iterator[Path]:
    """The state directory of a service with a credential, one server that needs it, and one that cannot start."""
    (box.shared / "doctor-secret").write_text(SECRET)
    servers = {"keeper": entry(env={"API_TOKEN": "${cred:api}"}), "ill": MISSING}
    credential = f"LoadCredential=api:{box.shared}/doctor-secret"
    yield box.write_service(UNIT, {"mcpServers": servers}, credential, "Restart=no")
    box.end(UNIT)


def told(box: Box, place: Path, *words: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(box.stockade("doctor", *words, "--json", state_dir=place, check=False).stdout)
    return found


def test_of_a_service_it_says_what_the_service_has_and_what_it_does_not(box: Box, place: Path) -> None:
    box.systemctl("start", UNIT)
    assert box.stockade("wait", "keeper", state_dir=place).returncode == 0
    until(lambda: [one for one in box.events(UNIT) if one["type"] == "server.failed"], "the ill one has failed")

    keeper = told(box, place, "keeper")
    assert keeper["source"] == f"{place}.json"  # the one in force, and not the shell's user's own
    config = keeper["stages"][0]
    assert (config["outcome"], config["code"]) == ("warning", "config.unresolved")
    assert keeper["failure"] is None

    ill = told(box, place, "ill")
    assert (ill["failure"]["stage"], ill["failure"]["cause"]) == ("handshake", "module_missing")
    assert "mcp_server_acme" in ill["failure"]["remedy"]

    report = box.shared / "report.json"
    box.stockade("doctor", "--report", report, state_dir=place)
    text = report.read_text()
    assert SECRET not in text
    assert {"server.failed", "config.loaded"} <= {one["type"] for one in json.loads(text)["events"]["last"]}

    box.systemctl("kill", "--signal=SIGKILL", "--kill-who=main", UNIT)
    until(lambda: box.show(UNIT)["ActiveState"] == "failed", "it is down")
    killed = told(box, place, "keeper", "--config", f"{place}.json")
    assert "it was killed" in killed["daemon"]["sentence"]
    assert killed["failure"]["cause"] == "credential_missing"
    assert "LoadCredential=api:" in killed["failure"]["remedy"]
