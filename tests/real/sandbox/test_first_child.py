"""The main path: a program confined by Landlock, started by the fork server as a child of this process."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from supervisor.process.words import Stdio as Ends
from supervisor.sandbox import landlock
from supervisor.sandbox.forkserver import ForkServer
from supervisor.sandbox.job import Job

pytestmark = pytest.mark.real


async def test_a_confined_child_is_ours_writes_inside_and_nowhere_else(tmp_path: Path) -> None:
    inside = tmp_path / "inside"
    inside.mkdir()
    abi = landlock.version()
    grants = [(b"/", "read_exec"), (os.fsencode(inside), "write"), (b"/dev/null", "device")]
    script = f"echo x > {inside}/yes; echo x > {tmp_path}/no"
    job = Job(argv=(b"/bin/sh", b"-c", script.encode()), env={}, cwd=b"/", abi=abi, parent=os.getpid())
    ruleset = landlock.build(abi, grants)
    server = ForkServer(sys.executable)
    null = os.open(os.devnull, os.O_RDWR)
    try:
        pid = await server.spawn(job, Ends(null, null, null), ruleset)
        assert os.waitid(os.P_PID, pid, os.WEXITED) is not None
    finally:
        os.close(null)
        os.close(ruleset)
        await server.aclose()
    assert (inside / "yes").exists()
    assert not (tmp_path / "no").exists()
