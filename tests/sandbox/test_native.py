"""The machine code is what its source in the docstring says."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from supervisor.sandbox import native


def source() -> str:
    text = native.__doc__ or ""
    return ".intel_syntax noprefix\n" + text[text.index("    push rbx") :] + "\n"


def test_the_source_assembles_to_the_shipped_code(tmp_path: Path) -> None:
    if not shutil.which("as") or not shutil.which("objcopy"):
        pytest.skip("there is no assembler")
    (tmp_path / "runner.s").write_text(source())
    commands = ["as --64 runner.s -o runner.o", "objcopy -O binary -j .text runner.o runner.bin"]
    for command in commands:
        subprocess.run(command.split(), cwd=tmp_path, check=True, timeout=30)
    assert (tmp_path / "runner.bin").read_bytes() == native.CODE
