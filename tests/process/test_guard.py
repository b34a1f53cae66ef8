"""What is left after kill -9 of the owner: nothing; and the guardian itself is seen to."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest
import trio
from fakes.process import PATH, come_true, is_alive, read_line, with_variable

from supervisor.process import guardian
from supervisor.process.guard import Guard
from supervisor.process.scan import read_marker, read_process, read_tag
from supervisor.process.tag import NUMBER_BITS, TOKEN_BITS

from .conftest import Bench

if TYPE_CHECKING:
    from conftest import PlainPython, PlainUser

pytestmark = [
    pytest.mark.real,
    pytest.mark.usefixtures("no_leaks"),
    pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc"),
]

OWNER = Path(__file__).with_name("killed_owner.py")
ROOT = Path(__file__).parents[2]
PACKAGES = Path(trio.__file__).parents[1]

DEAF = "trap '' TERM INT HUP; echo x; while :; do sleep 1000; done"
TREE = "echo x; sh -c 'sleep 1000; true' ; true"
SETSID = "setsid sh -c \"trap '' TERM; echo x; sleep 1000; true\" & sleep 1000"
DAEMON = "(setsid sh -c '(sleep 1000 & echo x)' &) ; cat"
ALL = [DEAF, TREE, SETSID, DAEMON] * 5


class Owner(NamedTuple):
    """A running owner, to be killed."""

    process: trio.Process
    guardian: int
    mark: str

    def children(self) -> set[int]:
        return with_variable("TEST_MARK", self.mark) - {self.process.pid}

    def kill(self) -> None:
        os.kill(self.process.pid, signal.SIGKILL)


@asynccontextmanager
async def owner_of(
    scripts: list[str], *, state_dir: str = "-", user: PlainUser | None = None, python: PlainPython | None = None
) -> AsyncIterator[Owner]:
    """An owner that has started all of these; whatever happens, nothing of it outlives the test."""
    mark = f"{os.getpid()}-{id(scripts)}"
    program, packages = (sys.executable, f"{ROOT}:{PACKAGES}") if python is None else python
    file = OWNER if python is None else python.reachable(OWNER)
    process = await trio.lowlevel.open_process(
        [program, str(file), state_dir, *scripts],
        stdout=subprocess.PIPE,
        env={"PATH": PATH, "TEST_MARK": mark, "PYTHONPATH": str(packages)},
        cwd="/",
        user=user and user.uid,
        group=user and user.gid,
        extra_groups=None if user is None else [],
    )
    assert process.stdout
    try:
        with trio.fail_after(60):
            ready = (await read_line(process.stdout)).split()
        assert ready[0] == b"ready"
        yield Owner(process, int(ready[1]), mark)
    finally:
        process.kill()
        with trio.CancelScope(shield=True):
            await process.wait()
            await process.stdout.aclose()
            for pid in with_variable("TEST_MARK", mark):
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)


async def test_kill_nine_of_the_owner_leaves_nothing_behind() -> None:
    async with owner_of(ALL) as owner:
        assert len(owner.children()) >= 40, "all of them must be running"
        owner.kill()
        await come_true(lambda: not owner.children())
        await come_true(lambda: not is_alive(owner.guardian))


async def test_also_for_a_plain_user(plain_user: PlainUser, plain_python: PlainPython) -> None:
    user = plain_user if os.geteuid() == 0 else None
    async with owner_of([DEAF, SETSID, DAEMON], user=user, python=plain_python) as owner:
        assert Path(f"/proc/{owner.guardian}").stat().st_uid == plain_user.uid
        assert len(owner.children()) >= 6
        owner.kill()
        await come_true(lambda: not owner.children())
        await come_true(lambda: not is_alive(owner.guardian))


async def test_without_the_guardian_the_children_would_stay() -> None:
    """The guard broken on purpose: it is what ends them, and not something else."""
    async with owner_of([DEAF]) as owner:
        os.kill(owner.guardian, signal.SIGSTOP)
        owner.kill()
        await owner.process.wait()
        assert owner.children()
        os.kill(owner.guardian, signal.SIGCONT)
        await come_true(lambda: not owner.children())


async def test_signals_that_end_an_owner_do_not_end_the_guardian(bench: Bench) -> None:
    child = await bench.start_program("cat")
    pid = bench.table.guardian_pid
    ignored = Path(f"/proc/{pid}/status")

    def is_deaf() -> bool:
        mask = int(ignored.read_text().split("SigIgn:")[1].split()[0], 16)
        return all(mask & 1 << number - 1 for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP))

    await come_true(is_deaf)
    assert os.getsid(pid) == pid
    assert not child.has_ended


async def test_the_guardian_leaves_when_the_table_closes(bench: Bench) -> None:
    await bench.start_program("cat")
    assert is_alive(bench.table.guardian_pid)
    # the fixture closes the table and then looks for children of ours


async def test_a_guardian_that_died_is_replaced_and_told_everything_again() -> None:
    async with owner_of([DEAF, TREE]) as owner:
        os.kill(owner.guardian, signal.SIGKILL)
        await come_true(lambda: guardians_of(owner.process.pid) - {owner.guardian})
        owner.kill()
        await come_true(lambda: not owner.children())


def guardians_of(pid: int) -> set[int]:
    """Its live children that are guardians."""
    found = set()
    for entry in Path("/proc").iterdir():
        process = read_process(int(entry.name)) if entry.name.isdigit() else None
        if process is None or process.parent != pid or process.is_dead:
            continue
        try:
            if b"supervisor.process.guardian" in (entry / "cmdline").read_bytes():
                found.add(process.pid)
        except OSError:
            continue
    return found


async def test_a_session_whose_number_is_in_use_again_is_not_hunted(bench: Bench) -> None:
    stranger = await bench.start_program("sleep", "1000")
    process = read_process(stranger.pid)
    assert process
    quarry = guardian.Quarry("none", 1 << 62, "")
    assert pids_found({stranger.pid: process.started - 1}, quarry) == []
    assert pids_found({stranger.pid: process.started}, quarry) == [stranger.pid]


def pids_found(known: dict[int, int], quarry: guardian.Quarry) -> list[int]:
    found, _ = guardian.search(known, quarry)
    return [process.pid for process in found]


async def test_the_guardian_knows_its_owners_tag_and_no_other(bench: Bench) -> None:
    """The child carries no marker of these quarries and is in no session that they know: the tag alone finds it."""
    child = await bench.start_program("env", "-i", "sleep", "1000")
    await come_true(lambda: not read_marker(child.pid))
    tag = read_tag(child.pid)
    own = f"{tag >> NUMBER_BITS & (1 << TOKEN_BITS) - 1:010x}"
    other = f"{(tag >> NUMBER_BITS ^ 1) & (1 << TOKEN_BITS) - 1:010x}"
    assert pids_found({}, guardian.Quarry(own, 0, "")) == [child.pid]
    assert pids_found({}, guardian.Quarry(other, 0, "")) == []
    assert pids_found({}, guardian.Quarry(own, 1 << 62, "")) == [], "it is older than that owner"


async def test_what_is_no_child_of_the_owner_is_not_guarded(bench: Bench) -> None:
    """A pid can be somebody else's by the time the guardian reads of it."""
    child = await bench.start("setsid sleep 1000 & echo $!; cat")
    stranger = int(await read_line(child.stdout))
    guard = Guard("feedfeedfeedfeed", on_trouble=bench.troubles.append)
    guard.start()
    guard.watch(stranger)
    await guard.close()
    assert is_alive(stranger)


@pytest.mark.parametrize("line", [b"", b"+", b"+ x", b"+ 1 2", b"? 1", b"- 7", b"\xff \xff"])
def test_a_line_that_makes_no_sense_is_passed_over(line: bytes) -> None:
    known = {5: 50}
    guardian.note(known, line, os.getpid())
    assert known == {5: 50}


async def test_a_session_that_is_left_when_the_guard_closes_is_ended(bench: Bench) -> None:
    child = await bench.start_program("sleep", "1000")
    guard = Guard("feedfeedfeedfeed", on_trouble=bench.troubles.append)
    guard.start()
    guard.watch(child.pid)
    await guard.close()
    assert (await child.wait()).ended_by == "outside"


async def test_a_guardian_that_does_not_read_blocks_nobody_and_is_replaced() -> None:
    told: list[str] = []
    guard = Guard("feedfeedfeedfeed", on_trouble=told.append)
    guard.start()
    first = guard.pid
    os.kill(first, signal.SIGSTOP)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(guard.run)
        for _ in range(100_000):
            guard.watch(1 << 22)
            guard.forget(1 << 22)
        await come_true(lambda: guard.pid not in {0, first})
        await guard.close()
    assert told == ["the guardian died and is replaced"]
    assert guard.pid == 0
