"""Who runs the programs of these tests: root, and a user without any privilege."""

from __future__ import annotations

import os
import pwd
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[3]
SITE = next(path for path in sys.path if path.endswith("site-packages"))
BOUND_S = 300.0
"""For all rounds of one user, which take some twenty seconds on a machine with nothing else to do."""


class Account(NamedTuple):
    """Who runs the programs, and the Python that this user can run."""

    name: str
    uid: int
    gid: int
    home: str
    python: str

    def run(self, argv: Sequence[str], *, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
        """Run a command to its end as this user; output is kept as text."""
        become = {} if self.uid == os.geteuid() else {"user": self.uid, "group": self.gid, "extra_groups": []}
        environment = {"HOME": self.home, "USER": self.name, "LOGNAME": self.name, "PATH": os.defpath}
        return subprocess.run(  # type: ignore[call-overload,no-any-return] # **become has one type for all its values
            argv,
            cwd=cwd or self.home,
            env={**os.environ, **environment} if self.uid == 0 else environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=BOUND_S,
            **become,
        )

    def call(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run Python with these words, our package at hand."""
        return self.run(["env", f"PYTHONPATH={ROOT}:{SITE}", "PYTHONWARNINGS=error", self.python, *words])


def root_account() -> Account:
    """The one that has every privilege there is."""
    return Account("root", 0, 0, "/root", sys.executable)


def plain_account(entry: pwd.struct_passwd) -> Account:
    """A user without privileges. Raises LookupError if there is no Python for this user."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    for python in (sys.executable, f"/usr/bin/{version}", f"/usr/local/bin/{version}"):
        account = Account("plain", entry.pw_uid, entry.pw_gid, entry.pw_dir, python)
        try:
            if account.call("-c", "import trio, msgspec, supervisor").returncode == 0:
                return account
        except PermissionError:
            continue
    raise LookupError("the plain user can run no Python that has trio and msgspec")
