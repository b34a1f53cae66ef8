"""Who runs the sandbox's real tests, and where."""

from __future__ import annotations

import os
import pwd
import shutil
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from real.sandbox import escapes
from real.sandbox.accounts import Account, plain_account, root_account
from real.sandbox.ground import Ground, furnish

if TYPE_CHECKING:
    from conftest import PlainUser


@pytest.fixture(scope="session")
def accounts(plain_user: PlainUser) -> dict[str, Account]:
    """Root (if root runs the tests) and a plain user."""
    try:
        found = {"plain": plain_account(pwd.getpwnam(plain_user.name))}
    except LookupError as problem:
        pytest.skip(str(problem))
    if os.geteuid() == 0:
        found["root"] = root_account()
    return found


@pytest.fixture(scope="session", params=["root", "plain"] if os.geteuid() == 0 else ["plain"])
def user(request: pytest.FixtureRequest, accounts: dict[str, Account]) -> Account:
    """Each of the accounts in turn."""
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


class Fought(NamedTuple):
    """All rounds of one user."""

    ground: Ground
    found: dict[str, Any]
    """What was said in each round, by its name."""
    rows: list[escapes.Row]
    as_another: list[escapes.Row]
    """Of root: what came of them when the server became the plain user."""


@pytest.fixture(scope="session")
def all_fought(accounts: dict[str, Account], made_ground: Callable[[Account], Ground]) -> dict[str, Fought]:
    """The rounds of every user, side by side: they wait more than they work."""

    def fight(account: Account) -> Fought:
        ground = made_ground(account)
        plain = accounts["plain"]
        more = escapes.rounds_as_another(str(plain.uid), plain.python) if account.uid == 0 else []
        found = ground.fight([*escapes.rounds(escapes.LEVELS), *more])
        as_another = escapes.rows_as_another(found) if more else []
        return Fought(ground, found, escapes.rows(found, escapes.LEVELS, account.uid), as_another)

    with ThreadPoolExecutor(len(accounts)) as at_once:
        return dict(zip(accounts, at_once.map(fight, accounts.values()), strict=True))


@pytest.fixture
def fought(user: Account, all_fought: dict[str, Fought]) -> Fought:
    """What came of the attacks of one user."""
    return all_fought[user.name]


@pytest.fixture(params=escapes.LEVELS)
def level(request: pytest.FixtureRequest) -> str:
    """Each level in turn."""
    found: str = request.param
    return found
