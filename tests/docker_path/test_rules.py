"""What the resolver decides: when it searches thoroughly, when it only looks, and whom it tells what."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec import Struct
from msgspec.structs import replace

from supervisor.docker_path import rules
from supervisor.docker_path.messages import Absent, Resolve, Resolved, Source, Tried
from supervisor.docker_path.places import Search
from supervisor.docker_path.rules import Knowledge, Look, Looked, Negative
from supervisor.events import DockerPathAbsent, DockerPathResolved

SEARCH = Search(steps=("path", "bundled", "login_shell"), well_known=("/usr/bin/docker", "/snap/bin/docker"))
THOROUGH = ["path", "bundled", "login_shell"]


class World:
    """A resolver, where docker is in its world, and all that came of the questions."""

    def __init__(self, there: dict[str, str] | None = None, search: Search = SEARCH) -> None:
        self.there: dict[str, str] = there or {}
        """Where docker is, by the step that finds it."""
        self.state: Knowledge = rules.initial(search).state
        self.looks: list[Look] = []
        """Not carried out yet."""
        self.steps: list[str] = []
        """Carried out."""
        self.told: list[tuple[str, Struct]] = []
        self.published: list[Struct] = []

    def hear(self, message: Any, now: float) -> None:
        decision = rules.decide(self.state, message, now)
        self.state = decision.state
        self.looks += decision.do
        self.told += decision.tell
        self.published += decision.publish

    def carry_out(self, now: float) -> None:
        """All looks that are to be done, and those that follow from them."""
        while self.looks:
            look = self.looks.pop(0)
            self.steps.append(look.step)
            self.hear(self.looked(look), now)

    def looked(self, look: Look) -> Looked:
        path = self.there.get(look.step, "")
        if look.step == "remembered":
            path = look.places[0] if look.places[0] in self.there.values() else ""
        tried = () if path else (Tried(place=look.step, found="nothing"),)
        return Looked(step=look.step, path=path, tried=tried)

    def ask(self, now: float, ref: str = "q") -> Struct:
        """Ask, let everything be carried out, return the answer; and what was done is in `steps`."""
        self.steps.clear()
        self.hear(Resolve(reply_to="container", ref=ref), now)
        self.carry_out(now)
        return self.told[-1][1]


@pytest.mark.parametrize(
    ("there", "source", "steps"),
    [
        ({"path": "/a/docker", "bundled": "/usr/bin/docker"}, "path", ["path"]),
        ({"bundled": "/usr/bin/docker", "login_shell": "/l/docker"}, "bundled", ["path", "bundled"]),
        ({"login_shell": "/l/docker"}, "login_shell", THOROUGH),
    ],
)
def test_the_first_place_in_the_order_wins(there: dict[str, str], source: Source, steps: list[str]) -> None:
    world = World(there)
    assert world.ask(0.0, "7") == Resolved(ref="7", path=there[source], source=source)
    assert world.steps == steps
    assert world.published == [DockerPathResolved(path=there[source], source=source)]


def thorough_searches(world: World) -> list[int]:
    """When a question each 20 s leads to a thorough search, over 240 s without any docker."""
    searched = []
    for now in range(0, 240, 20):
        assert isinstance(world.ask(float(now)), Absent)
        assert world.steps in (THOROUGH, ["bundled"])
        searched += [now] if world.steps == THOROUGH else []
    return searched


def test_thorough_searches_come_at_0_60_120_and_180_however_often_it_is_asked() -> None:
    """Every question meanwhile looks at the well-known places, and a look that misses does not renew the negative."""
    assert thorough_searches(World()) == [0, 60, 120, 180]


def test_a_resolver_whose_looks_renew_the_negative_is_caught_by_that() -> None:
    class Renewing(World):
        def hear(self, message: Any, now: float) -> None:
            super().hear(message, now)
            if isinstance(message, Looked) and isinstance(self.state.found, Negative):
                self.state = replace(self.state, found=replace(self.state.found, begun=now))

    assert thorough_searches(Renewing()) == [0]


@pytest.mark.parametrize(
    ("seconds", "appears_at", "steps", "source"),
    [
        # asked at 0 (absent), then after so many seconds, when docker has appeared there
        (20, {"bundled": "/usr/bin/docker"}, ["bundled"], "bundled"),
        (20, {"path": "/a/docker"}, ["bundled"], None),
        (20, {"login_shell": "/l/docker"}, ["bundled"], None),
        (60, {"path": "/a/docker"}, ["path"], "path"),
    ],
)
def test_only_a_well_known_place_overrides_a_living_negative(
    seconds: float, appears_at: dict[str, str], steps: list[str], source: Source | None
) -> None:
    world = World()
    world.ask(0.0)
    world.there = appears_at
    answer = world.ask(seconds)
    assert world.steps == steps
    assert (answer.source if isinstance(answer, Resolved) else None) == source


def test_the_override_is_a_success_like_any_other() -> None:
    world = World()
    world.ask(0.0)
    world.there = {"bundled": "/usr/bin/docker"}
    world.ask(20.0)
    assert world.ask(21.0) == Resolved(ref="q", path="/usr/bin/docker", source="bundled")
    assert world.steps == ["remembered"]
    assert world.published[1:] == [DockerPathResolved(path="/usr/bin/docker", source="bundled")]


def test_a_look_under_a_negative_is_at_the_whole_list() -> None:
    world = World()
    world.ask(0.0)
    world.hear(Resolve(reply_to="container", ref="q"), 20.0)
    assert world.looks == [Look(step="bundled", places=SEARCH.well_known)]


def test_a_success_is_looked_at_again_and_one_that_is_gone_is_searched_for_at_once() -> None:
    world = World({"path": "/a/docker"})
    world.ask(0.0)
    world.ask(1.0)
    assert (world.steps, len(world.published)) == (["remembered"], 1)
    world.there = {"bundled": "/usr/bin/docker"}
    assert world.ask(2.0) == Resolved(ref="q", path="/usr/bin/docker", source="bundled")
    assert world.steps == ["remembered", "path", "bundled"]
    assert world.published[1:] == [DockerPathResolved(path="/usr/bin/docker", source="bundled")]


def test_of_a_success_that_is_gone_for_good_it_is_told_where_it_was() -> None:
    world = World({"path": "/a/docker"})
    world.ask(0.0)
    world.there = {}
    answer = world.ask(2.0)
    assert isinstance(answer, Absent)
    assert [one.place for one in answer.tried] == ["remembered", *THOROUGH]
    world.ask(3.0)
    assert world.steps == ["bundled"]


def test_an_absence_says_what_was_tried_and_when_all_is_searched_again() -> None:
    world = World()
    answer = world.ask(100.0)
    tried = [Tried(place=step, found="nothing") for step in THOROUGH]
    assert answer == Absent(ref="q", tried=tried, retry_after_s=60.0)
    assert world.published == [DockerPathAbsent(tried=[f"{s}: nothing" for s in THOROUGH], retry_after_s=60.0)]
    assert world.ask(125.0) == Absent(ref="q", tried=tried, retry_after_s=35.0)
    assert len(world.published) == 1


def test_the_negative_counts_from_the_beginning_of_its_search() -> None:
    """A shell that takes its five seconds must not put the next search off from one question to the next."""
    world = World()
    world.hear(Resolve(reply_to="container", ref="q"), 0.0)
    world.carry_out(5.0)
    assert world.told[-1][1] == Absent(ref="q", tried=list(world.state.found.tried), retry_after_s=55.0)  # type: ignore[union-attr] # it is a negative
    world.ask(60.0)
    assert world.steps == THOROUGH


def test_what_is_found_again_after_an_absence_is_published_again() -> None:
    world = World({"path": "/a/docker"})
    for now, there in enumerate([{"path": "/a/docker"}, {}, {"path": "/a/docker"}]):
        world.there = there
        world.ask(now * 100.0)
    assert [type(event) for event in world.published] == [DockerPathResolved, DockerPathAbsent, DockerPathResolved]


@pytest.mark.parametrize("there", [{}, {"login_shell": "/l/docker"}])
def test_all_who_ask_during_a_search_are_answered_by_it(there: dict[str, str]) -> None:
    world = World(there)
    for number in range(3):
        world.hear(Resolve(reply_to=f"asker-{number}", ref=str(number)), 0.0)
    world.carry_out(0.0)
    assert world.steps == THOROUGH
    assert [(to, answer.ref) for to, answer in world.told] == [(f"asker-{n}", str(n)) for n in range(3)]  # type: ignore[attr-defined]
    assert (world.state.waiting, world.state.underway) == ((), None)


def test_who_asks_in_the_midst_of_a_search_is_answered_by_it_too() -> None:
    world = World({"login_shell": "/l/docker"})
    world.hear(Resolve(reply_to="first", ref="1"), 0.0)
    world.hear(world.looked(world.looks.pop()), 0.0)
    world.hear(Resolve(reply_to="second", ref="2"), 0.0)
    world.carry_out(0.0)
    assert [to for to, _ in world.told] == ["first", "second"]
    assert world.steps == ["bundled", "login_shell"]


@pytest.mark.parametrize("late", [Looked(step=step, path="/evil/docker") for step in (*THOROUGH, "remembered")])  # type: ignore[arg-type]
def test_late_and_doubled_looks_change_nothing(late: Looked) -> None:
    world = World()
    world.ask(0.0)
    before = world.state
    world.hear(late, 1.0)
    assert (world.state, world.looks, len(world.told)) == (before, [], 1)


def test_a_look_of_another_step_is_not_the_one_that_is_waited_for() -> None:
    world = World()
    world.hear(Resolve(reply_to="container", ref="q"), 0.0)
    world.hear(Looked(step="bundled", path="/usr/bin/docker"), 0.0)
    assert world.told == []


def test_a_platform_without_a_login_shell_asks_none() -> None:
    world = World({"login_shell": "/l/docker"}, Search(steps=("path",), well_known=()))
    assert isinstance(world.ask(0.0), Absent)
    assert world.steps == ["path"]
