"""One box with the real systemd for all tests of this folder; every test uses units of names that are its own."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from real.systemd.box import Box, down, up


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
