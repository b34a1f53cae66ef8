"""The program that is a list of calls: its code is its source's, it runs, and says which call failed."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from supervisor.sandbox import image
from supervisor.sandbox.calls import Call
from supervisor.sandbox.inside import in_memory

pytestmark = pytest.mark.skipif(os.uname().machine != image.MACHINE, reason="the program is for x86-64")

END = Call("end", "exit_group", (7,))


def ran(*steps: Call) -> tuple[int, bytes, Sequence[Call]]:
    """Execute the program; its exit code, what it told to descriptor 3, and its steps."""
    ours, theirs = os.pipe()
    steps = (Call("report", "dup3", (theirs, 3, 0)), *steps)
    program = in_memory(image.program(image.begun(steps[:1]), steps[1:]))
    done = subprocess.run([f"/proc/self/fd/{program}"], pass_fds=(program, theirs), timeout=30)
    os.close(program)
    os.close(theirs)
    with open(ours, "rb") as told:
        return done.returncode, told.read(), steps


def test_the_source_assembles_to_the_shipped_code(tmp_path: Path) -> None:
    if not shutil.which("as") or not shutil.which("objcopy"):
        pytest.skip("there is no assembler")
    text = image.__doc__ or ""
    source = text[text.index("    mov ebx") :]
    (tmp_path / "image.s").write_text(f".intel_syntax noprefix\n{source}\n")
    for command in ("as --64 image.s -o image.o", "objcopy -O binary -j .text image.o image.bin"):
        subprocess.run(command.split(), cwd=tmp_path, check=True, timeout=30)
    assert (tmp_path / "image.bin").read_bytes() == image.CODE


def test_the_calls_are_made_in_order_with_what_their_arguments_point_to(tmp_path: Path) -> None:
    path = os.fsencode(tmp_path / "made")
    opened = Call("open", "openat", (-100, path, 0o101, 0o600), expect=4)
    status, told, _ = ran(
        Call("close", "close_range", (4, 100, 0)), opened, Call("write", "write", (4, b"word", 4)), END
    )
    assert (status, told) == (7, b"")
    assert (tmp_path / "made").read_bytes() == b"word"


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        (Call("wrong", "chdir", (b"/no/such/folder",)), errno.ENOENT),
        (Call("wrong", "prctl", (21,), expect=2), errno.ENOTRECOVERABLE),
    ],
)
def test_the_call_that_fails_is_the_last_and_is_told(wrong: Call, code: int) -> None:
    status, told, steps = ran(Call("before", "chdir", (b"/",)), wrong, END)
    failed = image.failed(told, steps, image.program(image.begun(steps[:1]), steps[1:]))
    assert (status, failed.step, failed.code) == (6, "wrong", code)


def test_an_expected_failure_is_none() -> None:
    assert ran(Call("probe", "chdir", (b"/no/such/folder",), expect=-errno.ENOENT), END)[:2] == (7, b"")
