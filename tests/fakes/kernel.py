"""Small trees for tests: leaves that write down their life, switches that end them, a tree that runs for a while."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import trio
from msgspec import Struct
from trio.testing import MockClock

from supervisor.kernel.actor import Actor
from supervisor.kernel.bus import Bus
from supervisor.kernel.specs import Branch, Decision, Leaf, Life, Restart, Run
from supervisor.kernel.tree import Tree


class Note(Struct, frozen=True, tag="test.note"):
    number: int


class Question(Struct, frozen=True, tag="test.question"):
    number: int
    reply_to: str = ""


class Answer(Struct, frozen=True, tag="test.answer"):
    number: int


class Crash(Struct, frozen=True, tag="test.crash"):
    """Makes `decide` raise."""


class Planned(Exception):  # noqa: N818
    """A crash on purpose."""


@asynccontextmanager
async def running(tree: Tree, *, limit_s: float | None = None) -> AsyncIterator[Tree]:
    """Run the tree until the block is over, bounded: unless said, generously on a clock that jumps."""
    usual_s = 1000 if isinstance(trio.lowlevel.current_clock(), MockClock) else 5
    with trio.fail_after(usual_s if limit_s is None else limit_s):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(tree.run)
            await tree.wait_started()
            yield tree
            tree.stop()


async def crash(bus: Bus, name: str) -> None:
    """Make an actor that is `breakable` crash, and wait for its next incarnation."""
    before = bus.mailbox(name)
    await bus.tell(name, Crash())
    while bus.mailbox(name) in (None, before):
        await trio.sleep(0.01)


def tree_of(*children: Leaf | Branch, **more: Any) -> Tree:
    """A tree of these children with a bus of its own; `more` are fields of its root branch."""
    return Tree(Branch(name="root", children=children, **more), Bus())


async def nothing(_command: Any) -> None:
    """What an actor without commands performs."""


def quiet(
    accepts: Any,
    decide: Callable[[Any, Any, float], Decision[Any]],
    *,
    state: Any = None,
    perform: Callable[[Any], Awaitable[Any]] = nothing,
    capacity: int = 64,
) -> Actor[Any]:
    """An actor that is ready at once and has nothing to do at first."""
    return Actor(
        accepts=accepts,
        initial=lambda _now: Decision(state, ready=True),
        decide=decide,
        perform=perform,
        capacity=capacity,
    )


class Diary:
    """Leaves that write down when they begin (`+name`), and when they end (`-name`), and can be made to crash."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.crashes: dict[str, trio.Event] = {}

    def leaf(self, name: str, **more: Any) -> Leaf:
        return Leaf(name=name, run=self.run_of(name), **more)

    def run_of(self, name: str) -> Run:
        async def run(life: Life) -> None:
            self.lines.append(f"+{name}")
            crash = self.crashes[name] = trio.Event()
            try:
                life.ready()
                async with trio.open_nursery() as nursery:
                    nursery.start_soon(_raise_after, crash)
                    await life.wait_for_stop()
                    nursery.cancel_scope.cancel()
            finally:
                self.lines.append(f"-{name}")

        return run

    def crash(self, name: str) -> None:
        self.crashes[name].set()

    def cut(self) -> list[str]:
        """What was written since the last cut."""
        lines, self.lines = self.lines, []
        return lines


async def _raise_after(event: trio.Event) -> None:
    await event.wait()
    raise Planned


def failing_times(times: int, *, restart: Restart = Restart.PERMANENT, name: str = "failing") -> Leaf:
    """A leaf that crashes before it is ready, that many times, then works."""
    left = [times]

    async def run(life: Life) -> None:
        if left[0]:
            left[0] -= 1
            raise Planned
        life.ready()
        await life.wait_for_stop()

    return Leaf(name=name, run=run, restart=restart)
