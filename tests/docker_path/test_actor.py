"""The resolver as an actor in a tree: single flight, and searches by the clock."""

from __future__ import annotations

from collections import deque
from typing import Any

import pytest
import trio
from fakes.kernel import quiet, running
from trio.testing import MockClock

from supervisor.docker_path.actor import actor
from supervisor.docker_path.messages import Absent, Resolve, Resolved, Tried
from supervisor.docker_path.places import search_on
from supervisor.docker_path.rules import Look, Looked
from supervisor.kernel.actor import leaf_run
from supervisor.kernel.bus import Bus
from supervisor.kernel.specs import Branch, Decision, Leaf
from supervisor.kernel.tree import Tree

SEARCH = search_on("linux", "/home/ann")


class FakeFinder:
    """A machine whose docker is where the test puts it; each look takes as long as the test says."""

    def __init__(self) -> None:
        self.there: dict[str, str] = {}
        self.looks: list[str] = []
        self.takes_s = 0.0

    async def on_path(self) -> Looked:
        return await self._look("path")

    async def at(self, look: Look) -> Looked:
        return await self._look(look.step)

    async def by_login_shell(self) -> Looked:
        return await self._look("login_shell")

    async def _look(self, step: Any) -> Looked:
        self.looks.append(step)
        await trio.sleep(self.takes_s)
        found = self.there.get("bundled" if step == "remembered" else step, "")
        return Looked(step=step, path=found, tried=() if found else (Tried(step, "nothing"),))


class Askers:
    """A tree of a resolver and one asker, which keeps the answers."""

    def __init__(self, finder: FakeFinder) -> None:
        self.bus = Bus()
        self.answers: deque[Resolved | Absent] = deque()
        self.arrived = trio.Event()
        asker = quiet(Resolved | Absent, self._hear)
        self.tree = Tree(
            Branch(
                name="root",
                children=(
                    Leaf(name="docker_path", run=leaf_run(self.bus, actor(finder, SEARCH))),
                    Leaf(name="asker", run=leaf_run(self.bus, asker)),
                ),
            ),
            self.bus,
        )

    def _hear(self, state: Any, message: Resolved | Absent, _now: float) -> Decision[Any]:
        self.answers.append(message)
        self.arrived.set()
        return Decision(state)

    async def ask(self, *refs: str) -> list[Resolved | Absent]:
        for ref in refs:
            await self.bus.tell("root/docker_path", Resolve(reply_to="root/asker", ref=ref), sender="root/asker")
        while len(self.answers) < len(refs):
            self.arrived = trio.Event()
            await self.arrived.wait()
        return [self.answers.popleft() for _ in refs]


async def test_questions_that_come_together_share_one_search(autojump_clock: MockClock) -> None:
    finder = FakeFinder()
    finder.takes_s = 1.0
    askers = Askers(finder)
    async with running(askers.tree):
        answers = await askers.ask("a", "b", "c")
    assert [answer.ref for answer in answers] == ["a", "b", "c"]
    assert finder.looks == ["path", "bundled", "login_shell"]


async def test_over_240_seconds_four_thorough_searches(autojump_clock: MockClock) -> None:
    finder, searched = FakeFinder(), []
    askers = Askers(finder)
    async with running(askers.tree):
        begin = trio.current_time()
        for _ in range(12):
            before = finder.looks.count("login_shell")
            await askers.ask("q")
            if finder.looks.count("login_shell") > before:
                searched.append(round(trio.current_time() - begin))
            await trio.sleep(20)
    assert searched == [0, 60, 120, 180]


@pytest.mark.parametrize("source", ["path", "bundled", "login_shell"])
async def test_each_step_is_carried_out_by_its_own_look(source: str, autojump_clock: MockClock) -> None:
    finder = FakeFinder()
    finder.there = {source: "/usr/bin/docker"}
    askers = Askers(finder)
    async with running(askers.tree):
        (answer,) = await askers.ask("q")
    assert isinstance(answer, Resolved)
    assert answer.source == source
