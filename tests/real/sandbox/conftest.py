"""Who runs the sandbox's real tests, and where."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from real.sandbox.ground import Account, Ground, furnish

if TYPE_CHECKING:
    from conftest import PlainUser


@pytest.fixture(scope="session")
def accounts(plain_user: PlainUser) -> dict[str, Account]:
    """Root (if root runs the tests) and a plain user."""
    found = {"plain": _plain(plain_user)}
    if os.geteuid() == 0:
        found["root"] = Account("root", 0, 0, sys.executable, _run)
    return found


def _run(argv: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(argv, capture_output=True, text=True, timeout=120, stdin=subprocess.DEVNULL)


def _plain(user: PlainUser) -> Account:
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    for python in (sys.executable, f"/usr/bin/{version}", f"/usr/local/bin/{version}"):
        account = Account(user.name, user.uid, user.gid, python, user.run)
        try:
            if account.call("-c", "import trio, msgspec, supervisor").returncode == 0:
                return account
        except PermissionError:
            continue
    pytest.skip("the plain user can run no Python that has trio and msgspec")


@pytest.fixture(scope="session", params=["root", "plain"])
def user(request: pytest.FixtureRequest, accounts: dict[str, Account]) -> Account:
    """Each of the accounts in turn."""
    if request.param not in accounts:
        pytest.skip("needs root")
    return accounts[request.param]


@pytest.fixture(scope="session")
def made_ground() -> Iterator[Callable[[Account], Ground]]:
    """Makes grounds, and takes them away at the end."""
    made: list[Path] = []

    def make(account: Account) -> Ground:
        path = Path(tempfile.mkdtemp(prefix="sb-", dir="/tmp"))
        made.append(path)
        return furnish(path, account)

    yield make
    for path in made:
        shutil.rmtree(path, ignore_errors=True)


@pytest.fixture
def ground(user: Account, made_ground: Callable[[Account], Ground]) -> Ground:
    """A fresh ground for one test, for each user."""
    return made_ground(user)
