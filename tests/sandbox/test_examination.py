"""The examination finds what is there, and leaves nothing behind."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from supervisor.sandbox import landlock
from supervisor.sandbox.apply import announced
from supervisor.sandbox.examination import examine
from supervisor.sandbox.examined import MEMFD, SYSCTLS

pytestmark = [pytest.mark.real, pytest.mark.usefixtures("no_leaks")]


async def test_what_is_found_is_what_the_kernel_says(state_dir: Path) -> None:
    agent = state_dir / "agent"
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(agent))
        facts = await examine(str(state_dir), str(agent))
    assert facts.landlock.abi == facts.abi_announced == min(landlock.version(), 9)
    assert facts.landlock.filters == announced().filters != ()
    assert (facts.landlock_errno, facts.seccomp_errno, facts.uid) == ("", "", os.geteuid())
    assert set(facts.sysctls) == set(SYSCTLS)
    memfd = Path("/proc/sys", MEMFD.replace(".", "/"))
    assert facts.sysctls[MEMFD] == (int(memfd.read_text()) if memfd.exists() else None)
    assert str(agent) in facts.sockets
    assert os.listdir(state_dir) == ["agent"]  # what was tried out is gone


async def test_a_folder_that_takes_no_files_is_said_to_be_the_reason(state_dir: Path) -> None:
    facts = await examine(str(state_dir / "missing"), None)
    assert facts.abi_announced > 0
    assert facts.landlock.abi == 0
    assert "could not be tried out" in facts.landlock.reason
    assert facts.is_tried is False


@pytest.mark.parametrize("script", ["sleep 1000 & wait", "yes", "exit 3", "echo 'bubblewrap 9.9'; exec sleep 1000"])
async def test_a_bubblewrap_that_hangs_or_babbles_holds_nobody_up_for_long(
    script: str, state_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = state_dir / "bwrap"
    fake.write_text(f"#!/bin/sh\n[ $1 = --version ] || exit 1\n{script}\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{state_dir}:{os.environ['PATH']}")
    facts = await examine(str(state_dir), None, version_s=0.5)
    assert facts.bubblewrap == str(fake)
    assert facts.works == ""
    assert "bubblewrap does not work here" in facts.why_not
    assert "9.9" in facts.bubblewrap_version or "9.9" not in script
