"""`stockade doctor NAME` as a user without any privilege: what root never meets."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from servers import mcp_server

if TYPE_CHECKING:
    from conftest import PlainPython, PlainUser

pytestmark = pytest.mark.real


@pytest.fixture
def folder(state_dir: Path) -> Path:
    state_dir.chmod(0o777)
    return state_dir


def told(user: PlainUser, python: PlainPython, folder: Path, server: dict[str, Any]) -> dict[str, Any]:
    config = folder / "mcp.json"
    config.write_text(json.dumps({"mcpServers": {"plain": server}}))
    config.chmod(0o644)
    words: list[str | Path] = [
        "env", f"PYTHONPATH={python.packages}", f"STOCKADE_STATE_DIR={folder}/s",
        python.python, "-m", "supervisor", "doctor", "plain", "--live", "--json", "--config", config,
    ]  # fmt: skip
    done = user.run(words)
    assert done.stdout, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    assert found["exit_code"] == done.returncode
    return found


@pytest.mark.parametrize("mode", ["sandbox", "none"])
def test_a_server_that_works_is_gone_through_to_the_end(
    folder: Path, plain_user: PlainUser, plain_python: PlainPython, mode: str
) -> None:
    program = plain_python.reachable(Path(mcp_server.__file__))
    readable = {"sandbox": {"read_only": [str(plain_python.packages)]}} if mode == "sandbox" else {}
    server = {
        "command": str(plain_python.python),
        "args": ["-S", str(program)],
        "isolation": {"mode": mode, **readable},
    }
    found = told(plain_user, plain_python, folder, server)
    assert found["failure"] is None, found["failure"]
    assert {one["outcome"] for one in found["stages"]} == {"ok", "skipped"}


def test_a_file_that_is_somebody_else_s_is_told_apart_from_one_that_the_sandbox_denies(
    folder: Path, plain_user: PlainUser, plain_python: PlainPython
) -> None:
    private = folder / "private"
    private.write_text("x")
    private.chmod(0o600)
    server = {"command": "cat", "args": [str(private)], "isolation": {"mode": "none"}}
    failure = told(plain_user, plain_python, folder, server)["failure"]
    if plain_user.uid == private.stat().st_uid:
        pytest.skip("whoever runs the tests owns the file")
    assert failure["cause"] == "permission_denied", failure
    assert failure["sentence"] == f"the user {plain_user.name} may not use {private}"
    assert str(private) in failure["remedy"]


def test_a_program_without_its_execute_bit_is_to_get_it(
    folder: Path, plain_user: PlainUser, plain_python: PlainPython
) -> None:
    program = folder / "server"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o644)
    failure = told(plain_user, plain_python, folder, {"command": str(program), "isolation": {"mode": "none"}})[
        "failure"
    ]
    assert (failure["stage"], failure["code"]) == ("resolve", "process.command_not_executable")
    assert failure["remedy"] == f"`chmod +x {program}`."


def test_a_first_line_that_names_nothing_is_told_before_anything_is_started(
    folder: Path, plain_user: PlainUser, plain_python: PlainPython
) -> None:
    program = folder / "server"
    program.write_text("#!/usr/bin/pythonx\n")
    program.chmod(0o755)
    failure = told(plain_user, plain_python, folder, {"command": str(program), "isolation": {"mode": "none"}})[
        "failure"
    ]
    assert failure["stage"] == "resolve"
    assert "'/usr/bin/pythonx', which does not exist" in failure["sentence"]
