"""What is ours to divide, and what we say where nothing is."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
from fakes.process import come_true, is_alive
from real.process.conftest import Account, Delegate, Running, named

from supervisor.config.specs import Limits
from supervisor.process.subtree import Subtree, look

pytestmark = pytest.mark.real


def cgroup_of(pid: int) -> str:
    """The last part of a process's cgroup."""
    return Path(Path(f"/proc/{pid}/cgroup").read_text().split("0::")[1].splitlines()[0]).name


async def test_each_instance_has_a_leaf_and_we_live_beside_them(
    account: Account, running: Running, delegate: Delegate, mark: str
) -> None:
    cgroup = delegate(account)
    async with running(cgroup=cgroup) as owner:
        assert owner.facts["delegation"]["path"] == str(cgroup)
        daemon = await owner.escape("a", mark)
        assert cgroup_of(owner.process.pid) == cgroup_of(owner.facts["guardian"]) == "stockade"
        assert cgroup_of(daemon).endswith("-1")
        await owner.leave("b", f"{mark}-b")
        await owner.ask(wait="b")
        await owner.ask(stop="a")
        assert [path.name for path in cgroup.iterdir() if path.is_dir()] == ["stockade"]
        assert (await owner.close())["troubles"] == []


async def test_a_second_stockade_finds_what_the_first_has_divided(
    account: Account, running: Running, delegate: Delegate, mark: str
) -> None:
    cgroup = delegate(account)
    async with running(cgroup=cgroup) as first, running(cgroup=cgroup / "stockade") as second:
        assert second.facts["delegation"] == first.facts["delegation"]
        ours, theirs = await first.escape("a", f"{mark}-1"), await second.escape("a", f"{mark}-2")
        assert Path(cgroup_of(ours)) != Path(cgroup_of(theirs))
        await first.ask(stop="a")
        assert [is_alive(pid) for pid in (ours, theirs)] == [False, True]
        await second.close()
        assert not is_alive(theirs)


@pytest.mark.parametrize("value", [None, b"0"])
async def test_a_cgroup_without_the_mark_is_not_ours_not_even_roots(
    value: bytes | None, account: Account, running: Running, delegate: Delegate, mark: str
) -> None:
    cgroup = delegate(account)
    os.removexattr(cgroup, "user.delegate")
    if value is not None:
        os.setxattr(cgroup, "user.delegate", value)
    async with running(cgroup=cgroup) as owner:
        assert "not marked as delegated" in owner.facts["delegation"]["reason"]
        assert cgroup_of(owner.process.pid) == cgroup.name
        await owner.escape("a", mark)
        await owner.ask(stop="a")
        assert [path for path in cgroup.iterdir() if path.is_dir()] == []
        assert named(mark) == set(), "there are other guards"


@pytest.mark.parametrize("account", ["plain"], indirect=True)  # root may write everything
@pytest.mark.parametrize("name", ["", "cgroup.procs", "cgroup.subtree_control"])
async def test_a_marked_cgroup_that_we_may_not_write_is_not_ours(
    name: str, account: Account, running: Running, delegate: Delegate
) -> None:
    cgroup = delegate(account)
    os.chown(cgroup / name, 0, 0)
    async with running(cgroup=cgroup) as owner:
        assert f"may not write {name or '.'} there" in owner.facts["delegation"]["reason"]


async def test_a_leaf_that_cannot_be_made_is_reported_and_the_server_starts(
    account: Account, running: Running, delegate: Delegate, mark: str
) -> None:
    cgroup = delegate(account)
    async with running(cgroup=cgroup) as owner:
        (cgroup / "cgroup.max.descendants").write_text("1")
        await owner.escape("a", mark)
        await owner.ask(stop="a")
        assert named(mark) == set()
        (trouble,) = (await owner.close())["troubles"]
        assert trouble.startswith("a is started without a cgroup of its own: ")


async def test_leaves_of_a_dead_owner_are_removed_at_the_next_start_and_nobody_elses(
    account: Account, running: Running, delegate: Delegate, state_dir: Path, mark: str
) -> None:
    os.chown(state_dir, account.uid, account.gid)
    cgroup = delegate(account)
    foreign = cgroup / "stockade-feedfeedfeedfeed-1"
    foreign.mkdir()
    async with running(cgroup=cgroup, state_dir=state_dir) as owner:
        await owner.escape("a", mark, "deaf")
        os.kill(owner.facts["guardian"], signal.SIGKILL)
        await owner.kill()
        async with running(cgroup=cgroup, state_dir=state_dir) as successor:
            assert successor.facts["swept"]["survivors"] == 0
            left = {path.name for path in cgroup.iterdir() if path.is_dir()}
            assert left == {"stockade", foreign.name}
    assert named(mark) == set()


async def test_the_guardian_removes_the_leaves(
    account: Account, running: Running, delegate: Delegate, mark: str
) -> None:
    cgroup = delegate(account)
    async with running(cgroup=cgroup, tagged=False) as owner:
        await owner.escape("a", mark, "deaf", "forged")
        await owner.kill()
        await come_true(lambda: not is_alive(owner.facts["guardian"]))
    assert [path.name for path in cgroup.iterdir() if path.is_dir()] == ["stockade"]
    assert named(mark) == set()


def test_every_limit_is_held_or_named_with_the_reason(delegate: Delegate) -> None:
    folder = delegate(Account("root", 0, 0, "", "", Path(), Path()))
    available = (folder / "cgroup.controllers").read_text().split()
    subtree = Subtree(str(folder), {"cpu": "a reason"})
    leaf = subtree.make_leaf("cafe", 1, Limits(memory_bytes=1 << 30))
    assert {*leaf.held, *leaf.missing} == {"memory", "swap", "cpus", "pids"}
    assert not {*leaf.held} & {*leaf.missing}
    assert leaf.missing["cpus"] == "a reason"
    assert ("memory" in leaf.held) <= ("memory" in available)
    assert subtree.make_leaf("cafe", 2, None).held == ()


def test_looking_changes_nothing() -> None:
    before = Path("/proc/self/cgroup").read_text()
    found = look()
    assert found.is_ours is (not found.reason)
    assert Path("/proc/self/cgroup").read_text() == before
