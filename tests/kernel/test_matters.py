"""What is said about one thing carries one correlation, wherever it is said."""

from __future__ import annotations

from itertools import count

import pytest
import trio
from fakes.kernel import running
from msgspec import Struct

from supervisor.kernel.actor import Actor, leaf_run
from supervisor.kernel.bus import Bus
from supervisor.kernel.matters import Matters
from supervisor.kernel.specs import Begin, Branch, Decision, Leaf, Names
from supervisor.kernel.tree import Tree


class Told(Struct, frozen=True, tag="told"):
    job: str = ""
    place: str = ""


class Other(Struct, frozen=True, tag="other"):
    text: str


def about(kind: type[Struct]) -> tuple[Names, ...]:
    found = Names(field="job", kind="job"), Names(field="place", kind="place", is_sure=False)
    return found if kind is Told else ()


@pytest.fixture
def known() -> Matters:
    return Matters(about, count(1))


def test_what_is_not_about_a_known_thing_keeps_what_it_inherits(known: Matters) -> None:
    assert known.of(Other("x"), 5) == 5
    assert known.of(Told("unknown"), 5) == 5
    assert known.of(Told("unknown")) == 0


def test_a_thing_that_begins_gets_a_number_of_its_own_or_that_of_what_it_is_part_of(known: Matters) -> None:
    known.begin(Begin(("job", "a")))
    known.begin(Begin(("job", "b"), part_of=("job", "a")))
    known.begin(Begin(("job", "c"), part_of=("job", "nobody")))
    assert [known.of(Told(job), 99) for job in "abc"] == [1, 1, 2]
    known.begin(Begin(("job", "a")))
    assert known.of(Told("a")) == 3  # it began anew
    assert known.of(Told("b")) == 1


def test_what_is_not_sure_counts_only_where_nothing_else_is_known(known: Matters) -> None:
    known.begin(Begin(("place", "here")))
    known.begin(Begin(("job", "a")))
    assert known.of(Told("", "here")) == 1
    assert known.of(Told("", "here"), 9) == 9
    assert known.of(Told("a", "here")) == 2


def test_a_thing_that_has_ended_is_known_for_a_while() -> None:
    known = Matters(about, count(1), ended_kept=2)
    for name in "abc":
        known.begin(Begin(("job", name)))
    for name in "abc":
        assert known.of(Told("a"), 9) == 1
        known.end(("job", name))
    assert [known.of(Told(name), 9) for name in "abc"] == [9, 2, 3]
    known.end(("job", "nobody"))


class Go(Struct, frozen=True, tag="go"):
    job: str


async def test_an_actor_lets_things_begin_and_what_names_them_belongs_to_them_from_then_on() -> None:
    def decide(state: None, message: Go | Told, _now: float) -> Decision[None]:
        match message:
            case Go():
                return Decision(state, begins=(Begin(("job", message.job)),), publish=(Told(message.job),))
            case Told():
                return Decision(state, publish=(Other("late"),), ends=(("job", message.job),))

    async def perform(_command: object) -> None:
        return None

    bus = Bus(about)
    actor = Actor(accepts=Go | Told, initial=lambda _now: Decision(None, ready=True), decide=decide, perform=perform)
    with bus.subscribe(Told | Other) as heard:
        async with running(Tree(Branch(name="root", children=(Leaf(name="leaf", run=leaf_run(bus, actor)),)), bus)):
            with trio.fail_after(5):
                for job in "ab":
                    await bus.tell("root/leaf", Go(job))
                told: dict[str, int] = {}
                while len(told) < 2:
                    told |= {one.body.job: one.correlation for one in await heard.take()}
                assert told["a"] != told["b"]
                bus.publish(Told("a"), sender="outside")  # inherits nothing
                await bus.tell("root/leaf", Told("b"), correlation=told["a"])  # the wrong one: it is about b
                late: list[int] = []
                while len(late) < 2:
                    late += [one.correlation for one in await heard.take()]
    assert late == [told["a"], told["b"]]
