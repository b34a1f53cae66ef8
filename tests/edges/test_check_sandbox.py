"""`stockade check` says what the sandbox objects to, before anything is started."""

from __future__ import annotations

import json
from argparse import Namespace
from pathlib import Path
from typing import Any

import pytest

from supervisor.edges.inspection import check
from supervisor.errors import ExitCode

pytestmark = pytest.mark.real


@pytest.mark.parametrize(
    ("sandbox", "code"),
    [
        ({"read_write": ["/"]}, "sandbox.grant_refused"),
        ({"level": "S1", "network": {"connect": [443]}}, "sandbox.setting_unavailable"),
        ({"user": "nobody-of-this-name"}, "sandbox.setting_unavailable"),
    ],
)
def test_what_cannot_be_held_is_an_error_of_that_server_alone(
    sandbox: dict[str, Any], code: str, state_dir: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    config = state_dir / "mcp.json"
    servers = {"asking": {"command": "cat", "isolation": {"sandbox": sandbox}}, "plain": {"command": "cat"}}
    config.write_text(json.dumps({"mcpServers": servers, "isolation": {"mode": "sandbox"}}))
    options = Namespace(config=str(config), strict=False, json=True, state_dir=str(state_dir / "state"))
    assert check(options) == ExitCode.USAGE
    found = json.loads(capfd.readouterr().out)
    assert [(remark["server"], remark["code"]) for remark in found["remarks"]] == [("asking", code)]
    assert {row["server"]: row["state"] for row in found["servers"]} == {"asking": "invalid", "plain": "ok"}
    assert not (state_dir / "state").exists()  # to check changes nothing
