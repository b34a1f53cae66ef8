"""The resolver as an actor in a tree: single flight, and searches by the clock."""

from __future__ import annotations

from typing import Any

import pytest
import trio
from fakes.docker_path import Asker
from fakes.kernel import running
from trio.testing import MockClock

from supervisor.docker_path.messages import Resolved, Tried
from supervisor.docker_path.places import search_on
from supervisor.docker_path.rules import Look, Looked

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


async def test_questions_that_come_together_share_one_search(autojump_clock: MockClock) -> None:
    finder = FakeFinder()
    finder.takes_s = 1.0
    asker = Asker(finder, SEARCH)
    async with running(asker.tree):
        answers = await asker.ask("a", "b", "c")
    assert [answer.ref for answer in answers] == ["a", "b", "c"]
    assert finder.looks == ["path", "bundled", "login_shell"]


async def test_over_240_seconds_four_thorough_searches(autojump_clock: MockClock) -> None:
    finder, searched = FakeFinder(), []
    asker = Asker(finder, SEARCH)
    async with running(asker.tree):
        begin = trio.current_time()
        for _ in range(12):
            before = finder.looks.count("login_shell")
            await asker.ask("q")
            if finder.looks.count("login_shell") > before:
                searched.append(round(trio.current_time() - begin))
            await trio.sleep(20)
    assert searched == [0, 60, 120, 180]


@pytest.mark.parametrize("source", ["path", "bundled", "login_shell"])
async def test_each_step_is_carried_out_by_its_own_look(source: str, autojump_clock: MockClock) -> None:
    finder = FakeFinder()
    finder.there = {source: "/usr/bin/docker"}
    asker = Asker(finder, SEARCH)
    async with running(asker.tree):
        (answer,) = await asker.ask("q")
    assert isinstance(answer, Resolved)
    assert answer.source == source
