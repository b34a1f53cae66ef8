"""What is ended at the stop of one instance is its own, and nobody else's."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import subprocess

import pytest
from fakes.process import come_true, is_alive
from real.process.conftest import Account, Delegate, Running, named

from supervisor.process.scan import read_tag
from supervisor.process.tag import NUMBER_BITS

pytestmark = pytest.mark.real


def stranger(tag: int, account: Account) -> subprocess.Popen[bytes]:
    """A process of the same user's, started by somebody else, with this limit."""
    user = account.uid if os.geteuid() == 0 else None
    limited = f"import os, resource; resource.setrlimit(15, ({tag}, {tag})); os.execv('/bin/sleep', ['sleep', '1000'])"
    return subprocess.Popen([account.python, "-I", "-S", "-c", limited], user=user)


@pytest.mark.parametrize("has_leaves", [False, True])
async def test_a_stop_ends_one_instance_with_its_daemon_and_spares_all_others(
    has_leaves: bool, account: Account, running: Running, delegate: Delegate, mark: str
) -> None:
    cgroup = delegate(account) if has_leaves else None
    names = [f"{mark}-{letter}" for letter in "abc"]
    strangers: list[subprocess.Popen[bytes]] = []
    try:
        async with running(cgroup=cgroup) as owner, running(cgroup=cgroup) as other:
            ended, spared = await owner.escape("a", names[0]), await owner.escape("b", names[1])
            elsewhere = await other.escape("a", names[2])
            tag = read_tag(ended)
            assert tag >> NUMBER_BITS == read_tag(spared) >> NUMBER_BITS != read_tag(elsewhere) >> NUMBER_BITS
            strangers += [stranger(tag ^ 1 << bit, account) for bit in (2, NUMBER_BITS, NUMBER_BITS + 39, 60)]
            await come_true(lambda: all(read_tag(process.pid) for process in strangers))
            report = await owner.ask(stop="a")
            assert (report["leftovers"], report["survivors"]) == (1, 0)
            assert [is_alive(pid) for pid in (ended, spared, elsewhere)] == [False, True, True]
            assert all(is_alive(process.pid) for process in strangers)
            await owner.close()
            assert [is_alive(pid) for pid in (ended, spared, elsewhere)] == [False, False, True]
            assert all(is_alive(process.pid) for process in strangers)
            await other.kill()
            await come_true(lambda: not is_alive(other.facts["guardian"]))
            assert not is_alive(elsewhere)
            assert all(is_alive(process.pid) for process in strangers)
    finally:
        for process in strangers:
            process.kill()
            process.wait()
        for pid in {pid for name in names for pid in named(name)}:
            os.kill(pid, signal.SIGKILL)


async def test_a_stranger_with_exactly_that_tag_would_be_ended(account: Account, running: Running, mark: str) -> None:
    """The guard above broken on purpose: it is the token in the tag that spares the others."""
    async with running() as owner:
        tag = read_tag(await owner.escape("a", mark))
        with stranger(tag, account) as process:
            await come_true(lambda: read_tag(process.pid))
            await owner.ask(stop="a")
            assert process.wait(5) == -signal.SIGTERM


@pytest.mark.parametrize("words", [("forged",), ("deaf",), ("deaf", "forged")])
@pytest.mark.parametrize("guard", ["tag", "leaf"])
async def test_neither_a_forged_marker_nor_deafness_helps(
    guard: str, words: tuple[str, ...], account: Account, running: Running, delegate: Delegate, mark: str
) -> None:
    cgroup = delegate(account) if guard == "leaf" else None
    async with running(cgroup=cgroup, tagged=guard == "tag") as owner:
        await owner.escape("a", mark, *words)
        report = await owner.ask(stop="a")
        assert (report["leftovers"], report["survivors"]) == (1, 0)
        assert named(mark) == set()


async def test_a_marker_that_says_another_instance_is_believed_as_well(running: Running, mark: str) -> None:
    """A daemon that claims to be another instance's goes with whichever of the two is stopped first."""
    async with running() as owner:
        daemon = await owner.escape("a", mark, "forged")
        assert (await owner.ask(start="another", argv=["sh", "-c", "read word; echo daemonised; cat"]))["pid"]
        await owner.ask(stop="another")
        assert not is_alive(daemon)


async def test_a_set_id_program_is_started_and_ended_whether_it_takes_the_tag_or_refuses_it(
    root: None, account: Account, running: Running
) -> None:
    """Of whoever is not root it refuses, from the moment in its exec in which it becomes another user."""
    program = account.owner.with_name(f"set-id-{secrets.token_hex(4)}")
    shutil.copyfile("/bin/cat", program)
    program.chmod(0o4755)
    try:
        async with running() as owner:
            pid = int((await owner.ask(start="a", argv=[str(program)]))["pid"])
            assert is_alive(pid)
            assert (await owner.ask(stop="a"))["ended_by"] == "stop"
            assert not is_alive(pid)
    finally:
        program.unlink()
