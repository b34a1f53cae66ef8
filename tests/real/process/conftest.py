"""Owners in cgroups of their own, as root and as a plain user, and programs that try to get away from them."""

from __future__ import annotations

import json
import os
import secrets
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
import trio
from fakes.process import PATH, is_alive

from supervisor.process import leaves
from supervisor.process.cgroup import folder_of, own_cgroup
from supervisor.process.leaf import Leaf

if TYPE_CHECKING:
    from conftest import PlainPython, PlainUser

HERE = Path(__file__).parent
PACKAGES = f"{HERE.parents[2]}:{Path(trio.__file__).parents[1]}"
TAKEN_LIMIT = 1 << 61
"""A limit on realtime processor time that keeps an owner from giving tags: the guard of the tag, broken on purpose."""


class Account(NamedTuple):
    """Who runs an owner."""

    name: str
    uid: int
    gid: int
    python: str
    packages: str
    owner: Path
    escapee: Path


class Owner:
    """A running owner, told what to do by lines."""

    def __init__(self, process: trio.Process, account: Account) -> None:
        self.process = process
        self.account = account
        self.facts: dict[str, Any] = {}
        self._rest = b""

    async def ask(self, **question: object) -> dict[str, Any]:
        """Ask one thing and get its answer."""
        assert self.process.stdin
        await self.process.stdin.send_all(json.dumps(question).encode() + b"\n")
        return await self.answer()

    async def answer(self) -> dict[str, Any]:
        """The next line of the owner's."""
        assert self.process.stdout
        with trio.fail_after(30):
            while b"\n" not in self._rest:
                more = await self.process.stdout.receive_some()
                assert more, "the owner has ended"
                self._rest += more
        line, _, self._rest = self._rest.partition(b"\n")
        answer: dict[str, Any] = json.loads(line)
        return answer

    async def escape(self, name: str, mark: str, *words: str) -> int:
        """Start a program that leaves a daemon behind and stays; the daemon's pid."""
        await self._daemonise(name, mark, "stay", *words)
        (pid,) = named(mark)
        assert b"STOCKADE_INSTANCE" not in Path(f"/proc/{pid}/environ").read_bytes() or "forged" in words
        return pid

    async def leave(self, name: str, mark: str, *words: str) -> None:
        """Start a program that leaves a daemon behind and ends at once. The daemon may have been ended already."""
        await self._daemonise(name, mark, "leave", *words)

    async def _daemonise(self, name: str, *words: str) -> None:
        argv = [self.account.python, "-I", "-S", str(self.account.escapee), *words]
        assert (await self.ask(start=name, argv=argv))["line"] == "daemonised"

    async def close(self) -> dict[str, Any]:
        """Let it end properly."""
        assert self.process.stdin
        await self.process.stdin.aclose()
        return await self.answer()

    async def kill(self) -> None:
        """kill -9, and wait for its death."""
        self.process.kill()
        await self.process.wait()


def named(mark: str) -> set[int]:
    """All live processes whose argv[0] is this."""
    found = set()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError):
                if (entry / "cmdline").read_bytes().split(b"\0")[0] == mark.encode() and is_alive(int(entry.name)):
                    found.add(int(entry.name))
    return found


@pytest.fixture
def mark() -> Iterator[str]:
    """A name for what is to escape; nothing of that name outlives the test."""
    text = f"escapee-{secrets.token_hex(4)}"
    yield text
    for pid in named(text):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


@pytest.fixture(params=["root", "plain"] if os.geteuid() == 0 else ["plain"])
def account(request: pytest.FixtureRequest, plain_user: PlainUser, plain_python: PlainPython) -> Account:
    """Root, if root runs the tests, and a plain user."""
    if request.param == "plain":
        user, (python, packages) = plain_user, plain_python
        reachable = [plain_python.reachable(HERE / name) for name in ("owner.py", "escapee.py", "chain.py")]
        return Account(user.name, user.uid, user.gid, str(python), str(packages), *reachable[:2])
    return Account("root", 0, 0, sys.executable, PACKAGES, HERE / "owner.py", HERE / "escapee.py")


Delegate = Callable[[Account], Path]


@pytest.fixture
def delegate() -> Iterator[Delegate]:
    """Makes cgroups, marks them as delegated and hands them over, as a service manager does."""
    if os.geteuid() != 0:
        pytest.skip("needs root")
    above = folder_of(Path("/proc/self/mountinfo").read_text(), own_cgroup(Path("/proc/self/cgroup").read_text()) or "")
    if above is None or not os.access(above, os.W_OK):
        pytest.skip("no cgroup of version 2 can be made here")
    made: list[Path] = []

    def make(account: Account) -> Path:
        path = Path(above) / f"stockade-test-{secrets.token_hex(4)}"
        path.mkdir()
        made.append(path)
        os.setxattr(path, "user.delegate", b"1")
        for name in ("", "cgroup.procs", "cgroup.threads", "cgroup.subtree_control"):
            os.chown(path / name, account.uid, account.gid)
        return path

    yield make
    for path in made:
        trio.run(Leaf(str(path)).dispose)
        assert leaves.remove(str(path)), "something still lives there"


Running = Callable[..., AbstractAsyncContextManager[Owner]]


@pytest.fixture
def running(account: Account) -> Running:
    """Runs owners."""

    @asynccontextmanager
    async def run(
        *, cgroup: Path | None = None, state_dir: Path | None = None, tagged: bool = True
    ) -> AsyncIterator[Owner]:
        become = {"user": account.uid, "group": account.gid, "extra_groups": []} if os.geteuid() == 0 else {}
        process = await trio.lowlevel.open_process(  # type: ignore[call-overload]  # **become has one type for all its values
            [account.python, str(account.owner)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={"PATH": PATH, "PYTHONPATH": account.packages},
            cwd="/",
            **become,
        )
        owner = Owner(process, account)
        try:
            if cgroup is not None:
                (cgroup / "cgroup.procs").write_text(str(process.pid))
            limit = {} if tagged else {"limit": TAKEN_LIMIT}
            place = "" if state_dir is None else str(state_dir)
            owner.facts = await owner.ask(open=place, divides=cgroup is not None, **limit)
            yield owner
        finally:
            process.kill()
            with trio.CancelScope(shield=True):
                await process.wait()
                await process.stdin.aclose()
                await process.stdout.aclose()

    return run
