"""A plan and its ruleset are used again until something that they stand on has changed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import trio

from supervisor.config.schema import SandboxSpec
from supervisor.config.specs import Limits
from supervisor.errors import LaunchError, StateUnusable
from supervisor.process.words import Command, Stdio
from supervisor.sandbox.disk import make_private
from supervisor.sandbox.effects import Sandbox, open_sandbox
from supervisor.sandbox.messages import SandboxReport
from supervisor.sandbox.words import Order, Places

pytestmark = [pytest.mark.real, pytest.mark.usefixtures("no_leaks")]

BOUND_S = 20.0


class Reader:
    """Starts `cat` on one file, again and again, in one sandbox."""

    def __init__(self, sandbox: Sandbox, file: Path, spec: SandboxSpec) -> None:
        self._sandbox = sandbox
        self._command = Command(argv=("/bin/cat", str(file)), env={"PATH": "/usr/bin:/bin"}, cwd="/")
        self._order = Order(server="reader", spec=spec, limits=Limits())
        self.reports: list[SandboxReport] = []

    async def read(self) -> str:
        chosen = await self._sandbox.choose(self._order)
        spawn = self._sandbox.spawner(self._order, chosen, lambda _pid, report: self.reports.append(report))
        reading, writing = os.pipe()
        null = os.open(os.devnull, os.O_RDWR | os.O_CLOEXEC)
        async with trio.lowlevel.FdStream(reading) as stream:
            try:
                pid = await spawn(self._command, Stdio(null, writing, null))
            finally:
                os.close(writing)
                os.close(null)
            text = b"".join([chunk async for chunk in stream])
        os.waitpid(pid, 0)
        return text.decode()


@pytest.fixture
def box(tmp_path: Path) -> Path:
    """A folder that has to be expanded, as one file in it is denied."""
    made = tmp_path / "box"
    made.mkdir()
    (made / "secret").write_text("secret")
    (made / "data").write_text("old")
    return made


async def test_a_replaced_file_of_an_expanded_folder_is_reached_by_the_next_start(state_dir: Path, box: Path) -> None:
    spec = SandboxSpec(read_only=(str(box),), deny=(str(box / "secret"),))
    with trio.fail_after(BOUND_S):
        async with open_sandbox(Places(state_dir=str(state_dir), homes=())) as sandbox:
            reader = Reader(sandbox, box / "data", spec)
            assert await reader.read() == "old"
            (box / "other").write_text("new")
            (box / "other").rename(box / "data")
            assert await reader.read() == "new"


async def test_a_granted_path_that_appears_later_is_reached_by_the_next_start(state_dir: Path, tmp_path: Path) -> None:
    later = tmp_path / "later"
    with trio.fail_after(BOUND_S):
        async with open_sandbox(Places(state_dir=str(state_dir), homes=())) as sandbox:
            reader = Reader(sandbox, later / "data", SandboxSpec(read_only=(str(later),)))
            assert await reader.read() == ""
            assert str(later) in [item.path for item in reader.reports[0].skipped]
            later.mkdir()
            (later / "data").write_text("x")
            assert await reader.read() == "x"


async def test_a_secret_that_appears_later_stays_out_of_reach(state_dir: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    (home / "notes").mkdir(parents=True)
    with trio.fail_after(BOUND_S):
        async with open_sandbox(Places(state_dir=str(state_dir), homes=(str(home),))) as sandbox:
            reader = Reader(sandbox, home / ".aws" / "credentials", SandboxSpec(reads="broad"))
            assert await reader.read() == ""
            (home / ".aws").mkdir()
            (home / ".aws" / "credentials").write_text("key")
            assert await reader.read() == ""


async def test_nothing_is_planned_anew_while_nothing_changes(state_dir: Path, box: Path) -> None:
    with trio.fail_after(BOUND_S):
        async with open_sandbox(Places(state_dir=str(state_dir), homes=())) as sandbox:
            reader = Reader(sandbox, box / "data", SandboxSpec(read_only=(str(box),)))
            for _ in range(3):
                assert await reader.read() == "old"
            first, *others = [report.granted for report in reader.reports]
            assert all(granted is first for granted in others)


async def test_a_planned_server_makes_nothing(state_dir: Path) -> None:
    order = Order(server="s", spec=SandboxSpec(), limits=Limits())
    with trio.fail_after(BOUND_S):
        async with open_sandbox(Places(state_dir=str(state_dir), homes=())) as sandbox:
            plan = await sandbox.plan(order, Command(argv=("/bin/true",), env={}, cwd="/"))
    assert plan.level in ("S2", "S3")
    assert list(state_dir.iterdir()) == []


async def test_a_state_folder_that_is_a_link_is_refused(state_dir: Path, tmp_path: Path) -> None:
    (state_dir / "servers").mkdir()
    (state_dir / "servers" / "reader").symlink_to(tmp_path)
    with trio.fail_after(BOUND_S):
        async with open_sandbox(Places(state_dir=str(state_dir), homes=())) as sandbox:
            with pytest.raises(LaunchError) as caught:
                await Reader(sandbox, tmp_path / "x", SandboxSpec()).read()
    assert isinstance(caught.value.problem, StateUnusable)


def test_a_folder_that_others_may_read_is_made_private(tmp_path: Path) -> None:
    folder = tmp_path / "open"
    folder.mkdir(mode=0o755)
    make_private((str(folder), str(folder / "new")))
    assert folder.stat().st_mode & 0o777 == 0o700
    assert (folder / "new").stat().st_mode & 0o777 == 0o700
