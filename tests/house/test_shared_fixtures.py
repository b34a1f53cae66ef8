"""The fixtures that others lean on do what they promise."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import PlainPython, PlainUser

CONFTEST = Path(__file__).parents[1] / "conftest.py"
LEAVES_A_FILE = """
import os

def test_that_forgets_to_close(no_leaks):
    os.open("/dev/null", os.O_RDONLY)
"""
LEAVES_A_CHILD = """
import os

def test_that_forgets_its_child(no_leaks):
    os.posix_spawn("/bin/true", ["true"], {})
"""
SKIPS = """
import pytest

def test_that_is_skipped():
    pytest.skip("no moon tonight")
"""


def run_pytest(
    folder: Path, test: str, *, expected_skips: str = "", **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run one test file with our conftest in a process of its own."""
    (folder / "conftest.py").write_text(CONFTEST.read_text())
    (folder / "expected-skips.txt").write_text(expected_skips)
    (folder / "test_it.py").write_text(test)
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-ra",
        "-p",
        "no:cacheprovider",
        "--rootdir",
        str(folder),
        str(folder),
    ]
    inherited = {name: value for name, value in os.environ.items() if name != "CI"}
    return subprocess.run(command, cwd=folder, env=inherited | environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(("test", "words"), [(LEAVES_A_FILE, "/dev/null"), (LEAVES_A_CHILD, "child process")])
def test_the_leak_check_catches_what_a_test_leaves_behind(tmp_path: Path, test: str, words: str) -> None:
    outcome = run_pytest(tmp_path, test)
    assert outcome.returncode == 1
    assert words in outcome.stdout


def test_an_unexpected_skip_fails_only_where_ci_is_true(tmp_path: Path) -> None:
    assert run_pytest(tmp_path, SKIPS).returncode == 0
    on_ci = run_pytest(tmp_path, SKIPS, CI="true")
    assert on_ci.returncode == 1
    assert "no moon tonight" in on_ci.stdout
    assert run_pytest(tmp_path, SKIPS, expected_skips="no moon tonight\n", CI="true").returncode == 0


def test_a_state_dir_leaves_room_for_a_socket_name(state_dir: Path) -> None:
    assert len(os.fsencode(state_dir / "sessions" / ("s" * 64))) < 108
    assert state_dir.stat().st_mode & 0o777 == 0o700


def test_the_plain_user_is_not_root_and_can_run_programs(plain_user: PlainUser) -> None:
    outcome = plain_user.run(["id", "-u"])
    assert outcome.stdout.strip() == str(plain_user.uid) != "0"


def test_the_plain_user_can_run_our_package(plain_user: PlainUser, plain_python: PlainPython, tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text("import os, supervisor.kernel.bus; print(os.getuid(), supervisor.__file__)")
    outcome = plain_user.run([plain_python.python, plain_python.reachable(program)])
    assert outcome.stdout.split() == [str(plain_user.uid), str(plain_python.packages / "supervisor" / "__init__.py")]
