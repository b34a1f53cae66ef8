"""A short command is bounded in every way, and leaves nothing behind."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from time import monotonic, sleep

import pytest
import trio
from fakes.process import BOUND_S, come_true, is_alive

from supervisor.process import brief
from supervisor.process.brief import Brief, run_now

pytestmark = [pytest.mark.real, pytest.mark.usefixtures("no_leaks")]

ENV = {"PATH": os.defpath}


def sh(script: str, *, bound_s: float = 60.0, bound_bytes: int = 1000) -> Brief:
    return run_now(("/bin/sh", "-c", script), ENV, bound_s=bound_s, bound_bytes=bound_bytes)


def noted(folder: Path, script: str) -> tuple[str, Path]:
    """A script that notes its pid and those of its jobs in the background before it goes on."""
    pids = folder / "pids"
    return f"sleep 1000 & echo $! $$ > {pids}; {script}", pids


def alive(pids: Path) -> list[int]:
    return [pid for pid in map(int, pids.read_text().split()) if is_alive(pid)]


def are_gone(pids: Path) -> bool:
    """All of them, in a moment: SIGKILL is with them, but their parent is another's to wait for."""
    end = monotonic() + BOUND_S
    while alive(pids) and monotonic() < end:
        sleep(0.01)
    return not alive(pids)


@pytest.mark.parametrize(
    ("script", "output", "code"),
    [
        ("echo hi", b"hi\n", 0),
        ("echo hi; exit 7", b"hi\n", 7),
        ("printf 'a\\0b'; echo unseen >&2", b"a\0b", 0),
        ("kill -9 $$", b"", -9),
        ("exec >&-; exit 3", b"", 3),
        ("cat", b"", 0),
    ],
)
def test_it_runs_to_its_end(script: str, output: bytes, code: int) -> None:
    assert sh(script) == Brief(end="exited", output=output, code=code)


def test_what_it_says_on_stderr_is_thrown_away_or_taken_too() -> None:
    argv = ("/bin/sh", "-c", "echo one; echo two >&2")
    assert run_now(argv, ENV, bound_s=60.0).output == b"one\n"
    assert run_now(argv, ENV, bound_s=60.0, with_stderr=True).output == b"one\ntwo\n"


def test_it_has_no_terminal_and_a_session_of_its_own() -> None:
    ran = sh("echo $$ $(cut -d' ' -f5,6 < /proc/$$/stat); : < /dev/tty && echo terminal")
    pid, group, session = ran.output.split()
    assert pid == group == session


def test_what_it_leaves_in_the_background_ends_with_it(tmp_path: Path) -> None:
    script, pids = noted(tmp_path, "echo done")
    assert sh(script) == Brief(end="exited", output=b"done\n", code=0)
    assert are_gone(pids)


def test_too_late_it_is_killed_with_its_group_and_what_it_said_is_kept(tmp_path: Path) -> None:
    script, pids = noted(tmp_path, "trap '' TERM HUP; echo begun; sleep 1000")
    assert sh(script, bound_s=0.5) == Brief(end="late", output=b"begun\n")
    assert are_gone(pids)


def test_one_that_says_too_much_is_killed(tmp_path: Path) -> None:
    script, pids = noted(tmp_path, "while :; do echo more; done")
    ran = sh(script)
    assert (ran.end, ran.code) == ("flooded", None)
    assert are_gone(pids)


def test_a_background_job_that_talks_on_is_not_waited_for() -> None:
    assert sh("(while :; do echo more; done) & exit 0").end in ("exited", "flooded")


@pytest.mark.parametrize("program", ["/nonexistent", "/etc", "nul\0nul"])
def test_what_cannot_be_started_is_a_reason(program: str) -> None:
    ran = run_now((program,), ENV, bound_s=5.0)
    assert (ran.end, bool(ran.reason)) == ("not_started", True)


async def test_the_same_without_holding_up_the_loop() -> None:
    assert await brief.run(("/bin/sh", "-c", "echo hi; exit 7"), ENV, bound_s=60.0) == Brief(
        end="exited", output=b"hi\n", code=7
    )


async def test_cancelled_it_is_killed_with_its_group(tmp_path: Path) -> None:
    script, pids = noted(tmp_path, "sleep 1000")
    with trio.fail_after(20):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(lambda: brief.run(("/bin/sh", "-c", script), ENV, bound_s=1000.0))
            await come_true(lambda: pids.exists() and len(pids.read_text().split()) == 2)
            assert len(alive(pids)) == 2
            nursery.cancel_scope.cancel()
    assert are_gone(pids)


def test_where_a_death_cannot_be_waited_for_the_end_of_its_output_counts() -> None:
    """As on macOS; in a process of its own, whose `os` has no pidfd_open."""
    script = """
import os
del os.pidfd_open
from supervisor.process.brief import run_now
for script in ("echo hi; exit 7", "exec >&-; sleep 1000", "sleep 1000"):
    print(run_now(("/bin/sh", "-c", script), {"PATH": os.defpath}, bound_s=1.0))
"""
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", script], cwd=root, capture_output=True, text=True, check=True)
    assert [line.split("'")[1] for line in done.stdout.splitlines()] == ["exited", "late", "late"]


def test_its_output_does_not_show_in_its_repr() -> None:
    assert "hunter2" not in repr(sh("echo hunter2"))
