"""The one loop: what an actor decides is carried out, whatever goes wrong with it."""

from __future__ import annotations

from typing import Any

import pytest
import trio
from fakes.kernel import Answer, Crash, Note, Planned, Question, quiet, running
from msgspec import Struct
from trio.testing import MockClock, wait_all_tasks_blocked

from supervisor.kernel.actor import Actor, leaf_run
from supervisor.kernel.bus import AskFailed, Bus, envelope_decoder
from supervisor.kernel.specs import ActorCrashed, After, Branch, Decision, Leaf, MessageDead, Restart, Stop
from supervisor.kernel.tree import Tree

Heard = Note | Question | Crash
IT = "root/it"


class Fetch(Struct, frozen=True):
    """A command."""

    number: int


class Fetched(Struct, frozen=True, tag="test.fetched"):
    number: int


class Told(Struct, frozen=True, tag="test.told"):
    number: int


def _tree(actor: Actor[Any], *, restart: Restart = Restart.PERMANENT, shutdown_s: float = 5.0) -> Tree:
    bus = Bus()
    leaf = Leaf(name="it", run=leaf_run(bus, actor), restart=restart, shutdown_s=shutdown_s)
    return Tree(Branch(name="root", children=(leaf,)), bus)


def _counting(state: int, message: Any, _now: float) -> Decision[int]:
    """Counts notes, answers with the count, crashes when told to."""
    match message:
        case Note():
            return Decision(state + 1)
        case Question(reply_to=reply_to):
            return Decision(state, tell=((reply_to, Answer(state)),))
        case _:
            raise Planned


async def test_a_state_lives_from_message_to_message() -> None:
    tree = _tree(quiet(Heard, _counting, state=0))
    async with running(tree):
        for number in range(100):
            await tree.bus.tell(IT, Note(number))
        assert await tree.bus.ask(IT, Question(0), Answer, timeout_s=5) == Answer(100)
        (stats,) = tree.stats()
        assert (stats.name, stats.handled, stats.depth, stats.restarts) == (IT, 101, 0, 0)
        assert 0 < stats.p50_s <= stats.p99_s


async def test_a_crash_fails_the_asks_in_flight_and_buries_the_rest_of_its_batch() -> None:
    tree = _tree(quiet(Heard, _counting, state=0))
    outcomes: list[str] = []

    async def ask(number: int) -> None:
        try:
            await tree.bus.ask(IT, Question(number), Answer, timeout_s=1000)
        except AskFailed as failure:
            outcomes.append(str(failure))
        else:
            outcomes.append("answered")

    with trio.fail_after(5):
        async with running(tree):
            async with trio.open_nursery() as nursery:
                assert tree.bus.post(IT, tree.bus.envelope(Question(-1, reply_to="nobody")))
                assert tree.bus.post(IT, tree.bus.envelope(Crash()))
                assert tree.bus.post(IT, tree.bus.envelope(Note(1)))
                nursery.start_soon(ask, 1)
                nursery.start_soon(ask, 2)
            assert len(outcomes) == 2
            assert all("its receiver ended" in outcome for outcome in outcomes)
            reasons = [letter.reason for letter in tree.bus.dead_letters]
            assert sorted(reasons) == ["its receiver ended"] * 3 + ["nobody has this name"]


async def test_a_crash_is_told_with_what_and_where_and_the_actor_starts_afresh() -> None:
    tree = _tree(quiet(Heard, _counting, state=0))
    with tree.bus.subscribe(ActorCrashed) as crashes:
        async with running(tree):
            await tree.bus.tell(IT, Note(1))
            await tree.bus.tell(IT, Crash())
            (fact,) = await crashes.take()
            assert fact.body.actor == IT
            assert fact.body.error == "Planned: "
            assert fact.body.where.startswith("test_actor.py:")
            await wait_all_tasks_blocked()
            assert await tree.bus.ask(IT, Question(0), Answer, timeout_s=5) == Answer(0)
            assert tree.stats()[0].restarts == 1


async def test_a_crash_with_text_that_cannot_be_encoded_is_told_too() -> None:
    async def perform(_command: Any) -> None:
        raise Planned("\udcff")

    actor = Actor[None](
        accepts=Note,
        initial=lambda _: Decision(None, ready=True),
        decide=lambda state, _message, _now: Decision(state, do=(Fetch(1),)),
        perform=perform,
    )
    tree = _tree(actor)
    with tree.bus.subscribe(ActorCrashed) as crashes:
        async with running(tree):
            await tree.bus.tell(IT, Note(1))
            (fact,) = await crashes.take()
    assert fact.body.error == "Planned: \\udcff"


@pytest.mark.parametrize("body", [b"\x81\xa4type\xa3???", b"\xc3"])
async def test_a_message_that_is_not_accepted_is_a_dead_letter_and_the_next_one_is_handled(body: bytes) -> None:
    tree = _tree(quiet(Heard, _counting, state=0))
    async with running(tree):
        await tree.bus.tell(IT, Fetched(1), sender="b")
        head = tree.bus.envelope(Note(1))[: -len(b"\x82\xa4type\xa9test.note\xa6number\x01")]
        assert tree.bus.post(IT, head + body)
        assert tree.bus.post(IT, head + b"\x82\xa4type\xa9test.note\xa6num\xff\xfe\xfd\x01")  # not UTF-8
        await tree.bus.tell(IT, Note(2))
        assert await tree.bus.ask(IT, Question(0), Answer, timeout_s=5) == Answer(1)
    first, *others = tree.bus.dead_letters
    assert first == MessageDead(receiver=IT, reason="Invalid value 'test.fetched' - at `$[5].type`", message_sender="b")
    assert len(others) == 2


async def test_an_ask_that_is_not_accepted_fails_at_once() -> None:
    class Strange(Struct, frozen=True, tag="test.strange"):
        reply_to: str = ""

    tree = _tree(quiet(Heard, _counting, state=0))
    async with running(tree):
        with trio.fail_after(5), pytest.raises(AskFailed, match="Invalid value"):
            await tree.bus.ask(IT, Strange(), Answer, timeout_s=1000)


# ------------------------------------------------------------------------------------- commands, timers, facts


async def test_commands_run_side_by_side_and_their_results_are_messages_under_the_same_correlation() -> None:
    gate, at_work = trio.Event(), list[int]()
    seen: list[tuple[int, int]] = []

    async def perform(command: Fetch) -> list[Fetched]:
        at_work.append(command.number)
        await gate.wait()
        return [Fetched(command.number), Fetched(command.number * 10)]

    def decide(state: None, message: Note | Fetched, _now: float) -> Decision[None]:
        if isinstance(message, Note):
            return Decision(state, do=(Fetch(message.number),), publish=(Told(message.number),))
        return Decision(state, publish=(Told(message.number),))

    tree = _tree(quiet(Note | Fetched, decide, perform=perform))
    with tree.bus.subscribe(Told) as told:
        async with running(tree):
            for number in (1, 2):
                await tree.bus.tell(IT, Note(number))
            await wait_all_tasks_blocked()
            assert sorted(at_work) == [1, 2]
            gate.set()
            await wait_all_tasks_blocked()
            seen = [(fact.correlation, fact.body.number) for fact in await told.take()]
    assert seen[:2] == [(1, 1), (2, 2)]
    assert [number for correlation, number in seen[2:] if correlation == 1] == [1, 10]
    assert [number for correlation, number in seen[2:] if correlation == 2] == [2, 20]


async def test_a_timer_is_a_command_and_now_is_an_argument(autojump_clock: MockClock) -> None:
    times: list[float] = []

    def decide(state: None, message: Note, now: float) -> Decision[None]:
        times.append(now)
        return Decision(state, do=(After(seconds=30, message=Note(message.number + 1)),), done=message.number == 3)

    tree = _tree(quiet(Note, decide), restart=Restart.TEMPORARY)
    async with running(tree):
        await tree.bus.tell(IT, Note(0))
        while tree.bus.names():
            await trio.sleep(10)
    assert [round(at - times[0]) for at in times] == [0, 30, 60, 90]


async def test_a_command_that_raises_is_a_crash_of_its_actor() -> None:
    async def perform(_command: Fetch) -> None:
        raise Planned

    tree = _tree(quiet(Note, lambda state, _message, _now: Decision(state, do=(Fetch(1),)), perform=perform))
    with tree.bus.subscribe(ActorCrashed) as crashes:
        async with running(tree):
            await tree.bus.tell(IT, Note(1))
            (fact,) = await crashes.take()
    assert fact.body.actor == IT


async def test_what_goes_to_many_in_a_row_is_one_envelope() -> None:
    names = [f"reader/{number}" for number in range(3)]
    tree = _tree(quiet(Note, lambda state, note, _now: Decision(state, tell=tuple((name, note) for name in names))))
    boxes = [tree.bus.open(name) for name in names]
    async with running(tree):
        await tree.bus.tell(IT, Note(5))
        copies = [data for box in boxes for data in await box.take()]
    assert len(copies) == 3
    assert len(set(copies)) == 1


async def test_an_outbox_past_its_ceiling_crashes_its_actor() -> None:
    def decide(state: None, note: Note, _now: float) -> Decision[None]:
        return Decision(state, tell=(("root/deaf", note),) * 3)

    bus = Bus()
    bus.open("root/deaf", 1)
    actor = Actor[None](
        accepts=Note, initial=lambda _: Decision(None, ready=True), decide=decide, perform=_none, outbox_ceiling=1
    )
    tree = Tree(Branch(name="root", children=(Leaf(name="it", run=leaf_run(bus, actor)),)), bus)
    with bus.subscribe(ActorCrashed) as crashes:
        async with running(tree):
            await bus.tell(IT, Note(1))
            (fact,) = await crashes.take()
            assert "OutboxOverflow" in fact.body.error


async def _none(_command: Any) -> None: ...


# -------------------------------------------------------------------------------------------------------- ticks


async def test_an_actor_answers_ticks_itself_and_none_enters_an_outbox() -> None:
    tree = _tree(quiet(Heard, _counting, state=0))
    with tree.bus.tap() as tap:
        async with running(tree):
            assert await tree.tick(5) == []
            (stats,) = tree.stats()
            assert stats.handled == 0
            assert stats.tick_age_s is not None
            tap.close()
            assert await tap.take() == []


async def test_a_loop_that_is_stuck_is_named(autojump_clock: MockClock) -> None:
    tree = _tree(quiet(Heard, _counting, state=0))
    tree.bus.open("root/stuck")  # nobody reads it
    async with running(tree):
        assert await tree.tick(5) == ["root/stuck"]


async def test_an_actor_whose_outbox_waits_still_answers_ticks(autojump_clock: MockClock) -> None:
    def decide(state: None, note: Note, _now: float) -> Decision[None]:
        return Decision(state, tell=(("root/deaf", note),))

    tree = _tree(quiet(Note, decide))
    deaf = tree.bus.open("root/deaf", 1)
    async with running(tree):
        for number in range(10):
            await tree.bus.tell(IT, Note(number))
        await wait_all_tasks_blocked()
        assert deaf.depth() == 1
        assert await tree.tick(5) == ["root/deaf"]


# --------------------------------------------------------------------------------------------------------- ends


async def test_an_actor_that_accepts_stop_takes_its_leave() -> None:
    def decide(state: None, message: Note | Stop, _now: float) -> Decision[None]:
        if isinstance(message, Stop):
            return Decision(state, tell=(("last", Note(9)),), done=True)
        return Decision(state)

    tree = _tree(quiet(Note | Stop, decide))
    last = tree.bus.open("last")
    async with running(tree):
        pass
    assert [envelope_decoder(Note).decode(data).body for data in await last.take()] == [Note(9)]
    assert tree.bus.dead_count == 0


async def test_an_actor_that_does_not_accept_stop_is_ended_at_once(autojump_clock: MockClock) -> None:
    tree = _tree(quiet(Heard, _counting, state=0), shutdown_s=1000)
    async with running(tree):
        began = trio.current_time()
    assert trio.current_time() == began


async def test_an_actor_that_is_done_buries_what_it_does_not_read_any_more() -> None:
    def decide(state: None, _message: Note, _now: float) -> Decision[None]:
        return Decision(state, done=True)

    tree = _tree(quiet(Note, decide), restart=Restart.TEMPORARY)
    async with running(tree):
        for number in range(3):
            assert tree.bus.post(IT, tree.bus.envelope(Note(number)))
        await wait_all_tasks_blocked()
        assert tree.bus.names() == []
    assert [letter.reason for letter in tree.bus.dead_letters] == ["its receiver ended"] * 2


async def test_an_actor_that_is_done_waits_a_bounded_time_for_its_last_messages(autojump_clock: MockClock) -> None:
    def decide(state: None, note: Note, _now: float) -> Decision[None]:
        return Decision(state, tell=(("deaf", note),) * 2, done=True)

    tree = _tree(quiet(Note, decide), restart=Restart.TEMPORARY)
    tree.bus.open("deaf", 1)
    async with running(tree):
        began = trio.current_time()
        await tree.bus.tell(IT, Note(1))
        while tree.bus.names() != ["deaf"]:
            await trio.sleep(0.25)
        assert 1 <= trio.current_time() - began < 2
    assert [letter.reason for letter in tree.bus.dead_letters] == ["its sender ended"]
