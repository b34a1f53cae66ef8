"""The confinement as a program: its exit codes, and that nothing runs less confined than asked."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from supervisor.sandbox import landlock
from supervisor.sandbox.inside import PROGRAM
from supervisor.sandbox.job import Job, encode

pytestmark = pytest.mark.real

EMULATOR = Path(__file__).parents[3] / "scripts" / "testenv" / "landlock-abi.py"
ABI = landlock.version()
EVERYTHING = ((b"/", "read_exec"),)


def job(*words: bytes, **more: Any) -> Job:
    return Job(argv=words, env={}, cwd=b"/", abi=ABI, grants=EVERYTHING)._replace(**more)


def run(data: bytes, *before: str) -> subprocess.CompletedProcess[str]:
    """Run the program with a job in a pipe."""
    reading, writing = os.pipe()
    os.write(writing, data)
    os.close(writing)
    words = [*before, sys.executable, "-I", "-S", str(PROGRAM), "confine", str(reading)]
    try:
        return subprocess.run(
            words, pass_fds=[reading], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=30
        )
    finally:
        os.close(reading)


def test_it_becomes_the_command() -> None:
    done = run(encode(job(b"/bin/sh", b"-c", b"echo out; exit 3")))
    assert (done.returncode, done.stdout) == (3, "out\n")


def test_the_command_is_confined(tmp_path: Path) -> None:
    done = run(encode(job(b"/bin/sh", b"-c", f"echo x > {tmp_path}/x".encode())))
    assert done.returncode != 0
    assert not (tmp_path / "x").exists()


def test_no_descriptor_but_three_is_left() -> None:
    done = run(encode(job(b"/bin/ls", b"/proc/self/fd")))
    assert done.stdout.split() == ["0", "1", "2", "3"]  # 3 is ls's own


@pytest.mark.parametrize(
    ("data", "code", "word"),
    [
        (b"not a job", 2, "no job"),
        (b"{}", 2, "no job"),
        (encode(job(b"/bin/true", grants=((b"/bin/true/x", "read"),))), 6, "ruleset: Not a directory /bin/true/x"),
        (encode(job(b"/bin/true", cwd=b"/no/such")), 6, "cwd"),
        (encode(job(b"/bin/true", parent=1)), 6, "parent_death"),
        (encode(job(b"/etc")), 126, "exec: Permission denied /etc"),
        (encode(job(b"/no/such")), 127, "exec: No such file"),
    ],
)
def test_each_failure_has_its_exit_code_and_names_its_step(data: bytes, code: int, word: str) -> None:
    done = run(data)
    assert done.returncode == code, done.stderr
    assert word in done.stderr


@pytest.mark.parametrize("missing", ["ENOSYS", "EOPNOTSUPP"])
def test_without_landlock_it_cannot_confine_and_does_not_start(missing: str, tmp_path: Path) -> None:
    done = run(encode(job(b"/bin/touch", os.fsencode(tmp_path / "ran"))), str(EMULATOR), missing)
    if done.returncode == 77:
        pytest.skip("the Landlock emulator is not possible here")
    assert done.returncode == 5
    assert not (tmp_path / "ran").exists()


def test_other_words_are_a_usage_error() -> None:
    done = subprocess.run([sys.executable, str(PROGRAM), "nonsense"], capture_output=True, text=True)
    assert done.returncode == 2
    assert "confine FD" in done.stderr
