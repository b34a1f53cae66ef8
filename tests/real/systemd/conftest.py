"""One box with the real systemd for all tests of this folder; every test uses units of names that are its own."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from real.systemd.box import Box, down, up

if TYPE_CHECKING:
    from conftest import PlainPython


@pytest.fixture(scope="session")
def box() -> Iterator[Box]:
    """A box; skipped with the reason where none can be had."""
    shared = Path(tempfile.mkdtemp(prefix="sb-", dir="/tmp"))
    shared.chmod(0o755)
    name = f"t{os.getpid()}"
    reason = up(name, shared)
    if reason:
        shutil.rmtree(shared)
        pytest.skip(reason)
    yield Box(name, shared)
    down(name)
    shutil.rmtree(shared, ignore_errors=True)


@pytest.fixture(scope="session")
def shared_python(box: Box, plain_python: PlainPython) -> PlainPython:
    """Our package for any user of the box, where both sides see the same files.

    (What this machine's file system gets after the box is up is not for the box to rely on: its overlay may answer
    ESTALE.)
    """
    packages = box.shared / "packages"
    shutil.copytree(plain_python.packages, packages, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
    return plain_python._replace(packages=packages)
