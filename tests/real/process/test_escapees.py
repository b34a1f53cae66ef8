"""A daemon that has left its session, lost its parents and replaced its environment does not outlive its server.

Each end of a server, each guard alone, each user; and without both guards the daemon lives on, which shows that it is
they that end it.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from fakes.process import come_true, is_alive
from real.process.conftest import Account, Delegate, Owner, Running, named

pytestmark = pytest.mark.real

GUARDS = ("tag", "leaf", "none")


async def exits(owner: Owner, mark: str, _again: Callable[[], Awaitable[None]], *words: str) -> None:
    await owner.leave("a", mark, *words)
    ended = await owner.ask(wait="a")
    assert ended["ended_by"] == "itself"


async def is_stopped(owner: Owner, mark: str, _again: Callable[[], Awaitable[None]], *words: str) -> None:
    await owner.escape("a", mark, *words)
    await owner.ask(stop="a")


async def loses_its_owner(owner: Owner, mark: str, _again: Callable[[], Awaitable[None]], *words: str) -> None:
    await owner.escape("a", mark, *words)
    await owner.kill()
    await come_true(lambda: not is_alive(owner.facts["guardian"]))


async def loses_owner_and_guardian(owner: Owner, mark: str, again: Callable[[], Awaitable[None]], *words: str) -> None:
    await owner.escape("a", mark, *words)
    os.kill(owner.facts["guardian"], signal.SIGKILL)
    await owner.kill()
    await again()


ENDS = (exits, is_stopped, loses_its_owner, loses_owner_and_guardian)


@pytest.mark.parametrize("guard", GUARDS)
@pytest.mark.parametrize("end", ENDS)
async def test_the_daemon_is_ended_by_either_guard_and_lives_on_without_both(
    end: Callable[..., Awaitable[None]],
    guard: str,
    account: Account,
    running: Running,
    delegate: Delegate,
    state_dir: Path,
    mark: str,
) -> None:
    os.chown(state_dir, account.uid, account.gid)
    cgroup = delegate(account) if guard == "leaf" else None

    async def again() -> None:
        async with running(cgroup=cgroup, state_dir=state_dir) as next_one:
            assert next_one.facts["swept"]["survivors"] == 0
            assert (await next_one.close())["troubles"] == []

    async with running(cgroup=cgroup, state_dir=state_dir, tagged=guard == "tag") as owner:
        assert bool(owner.facts["untagged"]) is (guard != "tag")
        assert bool(owner.facts["delegation"]["reason"]) is (guard != "leaf")
        await end(owner, mark, again)
        assert bool(named(mark)) is (guard == "none")
    if cgroup is not None:
        assert [path.name for path in cgroup.iterdir() if path.is_dir()] in ([], ["stockade"])
