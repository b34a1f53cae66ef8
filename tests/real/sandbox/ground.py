"""The ground on which the sandbox is tried: a made-up home and state, and a user who runs things there."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
EMULATOR = ROOT / "scripts" / "testenv" / "landlock-abi.py"
SITE = next(path for path in sys.path if path.endswith("site-packages"))


class Account(NamedTuple):
    """Who runs the programs, and the Python that this user can run."""

    name: str
    uid: int
    gid: int
    python: str
    run: Callable[..., subprocess.CompletedProcess[str]]

    def call(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run Python with these words, our package at hand."""
        return self.run(["env", f"PYTHONPATH={ROOT}:{SITE}", "PYTHONWARNINGS=error", self.python, *words])


class Ground(NamedTuple):
    """One tree of folders, and who plays on it."""

    path: Path
    user: Account

    def job(self, argv: list[str], **more: Any) -> dict[str, Any]:
        """A job for confine.py."""
        return {
            "argv": argv,
            "state_dir": str(self.path / "state"),
            "homes": [str(self.path / "home")],
            "own": [str(self.path / "config")],
            **more,
        }

    def confined(self, argv: list[str], **more: Any) -> dict[str, Any]:
        """Start it once through the sandbox, to its end."""
        return self.each(argv, **more)[0]

    def each(self, argv: list[str], *, under: str = "", **more: Any) -> list[dict[str, Any]]:
        """Start it as often as asked; `under` names what the kernel is to look like."""
        words = [str(HERE / "confine.py"), json.dumps(self.job(argv, **more))]
        if under:
            prefix = [str(EMULATOR), under]
            ran = self.user.call(*prefix, "env", self.user.python, *words)
        else:
            ran = self.user.call(*words)
        if ran.returncode == 77:
            pytest.skip("the Landlock emulator is not possible here")
        assert ran.returncode == 0, ran.stderr[-4000:]
        found: list[dict[str, Any]] = json.loads(ran.stdout)
        return found

    @property
    def own(self) -> Path:
        """The own folder of the server."""
        return self.path / "state" / "servers" / "own"


def furnish(path: Path, account: Account) -> Ground:
    """Make the folders and files, all of them the account's."""
    files = {
        "home/.ssh/id_rsa": "key",
        "home/.aws/credentials": "key",
        "home/notes": "x",
        "home/work/file": "x",
        "state/token": "token",
        "state/servers/other/secret": "x",
        "config/mcp.json": "{}",
        "outside/file": "x",
        "outside/remove-unconfined": "x",
        "outside/remove-confined": "x",
    }
    for name, text in files.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_text(text)
    (path / "scripts").mkdir()
    shutil.copy(HERE / "attempts.py", path / "scripts")
    shutil.copy("/bin/true", path / "outside" / "program")
    (path / "state").chmod(0o700)
    (path / "state" / "servers").chmod(0o700)
    for place in (path, *path.rglob("*")):
        os.chown(place, account.uid, account.gid)
    return Ground(path, account)
