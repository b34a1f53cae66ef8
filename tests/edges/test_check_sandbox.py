"""`stockade check` says what the sandbox objects to, before anything is started."""

from __future__ import annotations

import json
import socket
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


@pytest.mark.parametrize(
    ("sandbox", "codes"), [({"level": "S2"}, ["sandbox.sockets_reachable"]), ({"level": "S3"}, []), ({}, [])]
)
def test_an_agent_s_socket_that_is_in_reach_is_a_warning_with_a_remedy(
    sandbox: dict[str, Any],
    codes: list[str],
    state_dir: Path,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    config = state_dir / "mcp.json"
    isolation = {"mode": "sandbox", "sandbox": sandbox}
    config.write_text(json.dumps({"mcpServers": {"s": {"command": "cat", "isolation": isolation}}}))
    with socket.socket(socket.AF_UNIX) as agent:
        agent.bind(str(state_dir / "agent.sock"))
        monkeypatch.setenv("SSH_AUTH_SOCK", str(state_dir / "agent.sock"))
        options = Namespace(config=str(config), strict=False, json=True, state_dir=str(state_dir / "state"))
        status = check(options)
    found = json.loads(capfd.readouterr().out)
    about = [remark for remark in found["remarks"] if "agent.sock" in remark["text"]]
    assert [remark["code"] for remark in about] == codes
    assert all(remark["severity"] == "warning" for remark in about)
    assert (status == ExitCode.FAILED) >= bool(codes)
    assert found["servers"][0]["state"] == "ok"
