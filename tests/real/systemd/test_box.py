"""The box that the other tests of this folder stand on is the real systemd, and sees this machine's files."""

from __future__ import annotations

from pathlib import Path

import pytest
from real.systemd.box import STOCKADE, TREE, Box

pytestmark = pytest.mark.real


def test_the_box_runs_systemd_and_this_very_stockade(box: Box) -> None:
    assert box.run("cat", "/proc/1/comm").stdout == "systemd\n"
    assert box.run(*STOCKADE, "--version", env={"PYTHONPATH": str(TREE)}).stdout.startswith("stockade ")


def test_what_the_box_writes_below_shared_stays_and_the_rest_is_lost(box: Box) -> None:
    mark = f"/tmp/{box.name}-mark"
    box.run("sh", "-c", f"echo here >{box.shared}/mark; echo lost >{mark}")
    assert (box.shared / "mark").read_text() == "here\n"
    assert box.run("cat", mark).stdout == "lost\n"
    assert not Path(mark).exists()


def test_a_unit_s_properties_and_journal_can_be_read(box: Box) -> None:
    box.write_unit("echo.service", "[Service]\nType=oneshot\nExecStart=/bin/echo it runs\n")
    box.systemctl("start", "echo.service")
    assert box.show("echo.service")["Result"] == "success"
    assert "it runs" in [entry["MESSAGE"] for entry in box.journal("echo.service")]
