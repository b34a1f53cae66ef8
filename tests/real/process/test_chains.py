"""What forks and ends faster than anybody can look is ended all the same."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import trio
from fakes.process import come_true, is_alive
from real.process.conftest import Account, Delegate, Owner, Running

from supervisor.process.chase import chase
from supervisor.process.leftovers import Sight, end_all
from supervisor.process.scan import read_tag

pytestmark = pytest.mark.real


class Line:
    """A fifo that every process of a chain holds open: it says whether any of them lives, without looking for them."""

    def __init__(self, path: Path) -> None:
        self.path = path
        os.mkfifo(path)
        path.chmod(0o666)
        self._fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK)

    def is_held(self) -> bool:
        try:
            return os.read(self._fd, 1) != b""
        except BlockingIOError:
            return True

    def is_held_by(self, pid: int) -> bool:
        try:
            return any(os.readlink(f"/proc/{pid}/fd/{fd}") == str(self.path) for fd in os.listdir(f"/proc/{pid}/fd"))
        except OSError:
            return False

    def close(self) -> None:
        """Nothing of the chain outlives the test."""
        while self.is_held():
            chase(self.is_held_by, 1.0)
        os.close(self._fd)


@pytest.fixture
def line(state_dir: Path) -> Iterator[Line]:
    """A line in a folder that every user may enter."""
    state_dir.chmod(0o711)
    made = Line(state_dir / "line")
    yield made
    made.close()


async def begin(owner: Owner, line: Line) -> int:
    """Start a chain whose environment is replaced; the pid of its first process, which stays."""
    program = str(owner.account.escapee.with_name("chain.py"))
    argv = [owner.account.python, "-I", "-S", program, str(line.path), "cleared"]
    begun = await owner.ask(start="a", argv=argv)
    assert begun["line"] == "begun"
    return int(begun["pid"])


async def is_stopped(owner: Owner, _again: Callable[..., object]) -> None:
    report = await owner.ask(stop="a")
    assert report["survivors"] == 0


async def loses_its_owner(owner: Owner, _again: Callable[..., object]) -> None:
    await owner.kill()
    await come_true(lambda: not is_alive(owner.facts["guardian"]))


@pytest.mark.parametrize("guard", ["tag", "leaf"])
@pytest.mark.parametrize("end", [is_stopped, loses_its_owner])
async def test_a_chain_is_ended_by_the_tag_and_by_the_leaf(
    end: Callable[..., object], guard: str, account: Account, running: Running, delegate: Delegate, line: Line
) -> None:
    cgroup = delegate(account) if guard == "leaf" else None
    async with running(cgroup=cgroup, tagged=guard == "tag") as owner:
        assert bool(owner.facts["untagged"]) is not bool(owner.facts["delegation"]["reason"]), owner.facts
        first = await begin(owner, line)
        assert line.is_held()
        assert ("/stockade-" in Path(f"/proc/{first}/cgroup").read_text()) is (guard == "leaf")
        await end(owner, None)  # type: ignore[misc]
        await come_true(lambda: not line.is_held())


async def test_a_chain_is_ended_by_the_next_start(running: Running, account: Account, line: Line) -> None:
    state = line.path.parent / "state"
    state.mkdir()
    os.chown(state, account.uid, account.gid)
    async with running(state_dir=state) as owner:
        await begin(owner, line)
        os.kill(owner.facts["guardian"], signal.SIGKILL)
        await owner.kill()
        assert line.is_held()
        async with running(state_dir=state) as successor:
            assert successor.facts["swept"]["survivors"] == 0
            assert not line.is_held()


class Tagged:
    """What carries this tag, if it is known; else nobody."""

    def __init__(self, tag: int) -> None:
        self._tag = tag

    def kill(self) -> None:
        return

    def owns(self, pid: int) -> bool:
        return self._tag > 0 and read_tag(pid) == self._tag


async def test_it_is_the_chase_that_ends_it(running: Running, line: Line) -> None:
    """No search finds any of it here; with the guard broken on purpose, a chase of nobody, it lives on."""

    async def blind() -> Sight:
        return Sight([], is_whole=False)

    async with running() as owner:
        first = await begin(owner, line)
        tag = read_tag(first)
        os.kill(owner.process.pid, signal.SIGSTOP)  # it would end the chain as soon as the first process is dead
        os.kill(first, signal.SIGKILL)
        await end_all(blind, Tagged(0), polite=trio.CancelScope())
        assert line.is_held()
        await end_all(blind, Tagged(tag), polite=trio.CancelScope())
        assert not line.is_held()


def test_a_chase_of_nobody_is_soon_over_and_harms_nobody() -> None:
    asked: set[int] = set()

    def is_theirs(pid: int) -> bool:
        asked.add(pid)
        return False

    assert chase(is_theirs, 60.0) == 0
    assert asked
