"""Names, asks, dead letters, subscriptions and taps."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
import trio
from fakes.kernel import Answer, Crash, Note, Question
from msgspec import Struct
from trio.testing import wait_all_tasks_blocked

from supervisor.kernel.asks import AskClock
from supervisor.kernel.bus import AskFailed, AskTimeout, Bus, envelope_decoder
from supervisor.kernel.specs import Decision, Envelope, MessageDead


@pytest.fixture
def bus() -> Bus:
    return Bus()


def _read(data: bytes, accepts: Any = Note | Question) -> Envelope[Any]:
    return envelope_decoder(accepts).decode(data)


# ------------------------------------------------------------------------------------------------ names, letters


def test_a_name_is_given_once(bus: Bus) -> None:
    bus.open("a")
    with pytest.raises(ValueError, match="taken"):
        bus.open("a")


def test_a_name_like_a_slot_s_is_refused(bus: Bus) -> None:
    with pytest.raises(ValueError, match="taken"):
        bus.open("ask/1")


async def test_an_envelope_says_who_sent_it_and_what_it_began_with(bus: Bus) -> None:
    box = bus.open("a")
    await bus.tell("a", Note(1), sender="b")
    await bus.tell("a", Question(2, reply_to="c"), sender="b", correlation=1)
    first, second = map(_read, await box.take())
    assert (first.id, first.correlation, first.sender, first.reply, first.body) == (1, 1, "b", "", Note(1))
    assert (second.id, second.correlation, second.reply) == (2, 1, "c")
    assert first.sent_s <= second.sent_s


async def test_a_message_to_a_name_that_is_gone_is_a_dead_letter_and_no_exception(bus: Bus) -> None:
    with bus.subscribe(MessageDead) as deaths:
        await bus.tell("gone", Note(1), sender="b", correlation=7)
        (fact,) = await deaths.take()
    assert fact.body == MessageDead(receiver="gone", reason="nobody has this name", message_sender="b")
    assert fact.correlation == 7
    assert (bus.dead_count, list(bus.dead_letters)) == (1, [fact.body])


async def test_who_tells_the_gone_for_ever_can_be_cancelled_and_starves_nobody(bus: Bus) -> None:
    async def tell_for_ever() -> None:
        while True:
            await bus.tell("gone", Note(1))

    async with trio.open_nursery() as nursery:
        nursery.start_soon(tell_for_ever)
        for _ in range(3):
            await trio.lowlevel.checkpoint()
        nursery.cancel_scope.cancel()
    assert bus.dead_count


async def test_what_a_closed_mailbox_held_is_dead_with_what_waited_for_room(bus: Bus) -> None:
    box = bus.open("a", 1)
    async with trio.open_nursery() as nursery:
        await bus.tell("a", Note(1))
        nursery.start_soon(bus.tell, "a", Note(2))
        await wait_all_tasks_blocked()
        bus.close(box)
    assert [letter.reason for letter in bus.dead_letters] == ["its receiver ended"] * 2
    assert bus.names() == []


def test_closing_twice_leaves_the_next_incarnation_alone(bus: Bus) -> None:
    first = bus.open("a")
    bus.close(first)
    second = bus.open("a")
    bus.close(first)
    assert bus.mailbox("a") is second


@pytest.mark.parametrize("data", [b"", b"\xc1", b"\x91" * 5000, b"\x96\x01\x01\xa1\xff\xa0\xc0\xc0"])
def test_bytes_that_are_no_envelope_can_be_buried_too(bus: Bus, data: bytes) -> None:
    bus.bury("a", data, "not for me")
    assert list(bus.dead_letters) == [MessageDead(receiver="a", reason="not for me", message_sender="")]


# ---------------------------------------------------------------------------------------------------------- asks


async def _answer_all(bus: Bus, name: str) -> None:
    box = bus.open(name)
    while True:
        for data in await box.take():
            question = _read(data).body
            await bus.tell(question.reply_to, Answer(question.number), sender=name)


@pytest.mark.parametrize("clock_runs", [False, True])
async def test_an_ask_is_answered_with_its_own_answer(bus: Bus, clock_runs: bool) -> None:
    answers: dict[int, int] = {}

    async def ask(number: int) -> None:
        answers[number] = (await bus.ask("a", Question(number), Answer, timeout_s=5)).number

    async with trio.open_nursery() as nursery:
        if clock_runs:
            nursery.start_soon(bus.clock.run)
        nursery.start_soon(_answer_all, bus, "a")
        await wait_all_tasks_blocked()
        async with trio.open_nursery() as asking:
            for number in range(200):  # more than the mailbox has room for
                asking.start_soon(ask, number)
        nursery.cancel_scope.cancel()
    assert answers == {number: number for number in range(200)}
    assert bus.dead_count == 0


@pytest.mark.parametrize("clock_runs", [False, True])
@pytest.mark.parametrize("is_full", [False, True])
async def test_an_ask_without_an_answer_ends_at_its_time(
    bus: Bus, clock_runs: bool, is_full: bool, autojump_clock: trio.testing.MockClock
) -> None:
    box = bus.open("a", 2)
    async with trio.open_nursery() as nursery:
        if clock_runs:
            nursery.start_soon(bus.clock.run)
            await wait_all_tasks_blocked()
        for number in range(2 if is_full else 0):
            await bus.tell("a", Note(number))
        began = trio.current_time()
        with pytest.raises(AskTimeout, match="a did not answer"):
            await bus.ask("a", Question(1), Answer, timeout_s=7)
        assert trio.current_time() - began == pytest.approx(7)
        nursery.cancel_scope.cancel()
    assert box.depth() == (2 if is_full else 1)


async def test_one_clock_ends_each_ask_at_its_own_time(bus: Bus, autojump_clock: trio.testing.MockClock) -> None:
    bus.open("a")
    ended: dict[int, float] = {}

    async def ask(limit_s: int) -> None:
        with pytest.raises(AskTimeout):
            await bus.ask("a", Question(limit_s), Answer, timeout_s=limit_s)
        ended[limit_s] = trio.current_time()

    async with trio.open_nursery() as nursery:
        nursery.start_soon(bus.clock.run)
        await wait_all_tasks_blocked()
        began = trio.current_time()
        async with trio.open_nursery() as asking:
            for limit_s in (9, 3, 30, 1, 3):
                asking.start_soon(ask, limit_s)
                await wait_all_tasks_blocked()
        nursery.cancel_scope.cancel()
    assert {limit_s: round(at - began) for limit_s, at in ended.items()} == {1: 1, 3: 3, 9: 9, 30: 30}


class _Deaf(AskClock):
    """A clock that does not hear of earlier deadlines."""

    def watches(self, deadline_s: float) -> bool:
        return deadline_s > 0


async def test_a_clock_that_overslept_would_be_seen(bus: Bus, autojump_clock: trio.testing.MockClock) -> None:
    bus.open("a")
    bus.clock = _Deaf(bus._slots)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(bus.clock.run)
        await wait_all_tasks_blocked()
        with trio.move_on_after(1000) as scope:
            await bus.ask("a", Question(1), Answer, timeout_s=7)
        assert scope.cancelled_caught
        nursery.cancel_scope.cancel()


async def test_asks_in_flight_fail_when_the_clock_ends(bus: Bus) -> None:
    bus.open("a")

    async def ask() -> None:
        with pytest.raises(AskFailed, match="the tree ended"):
            await bus.ask("a", Question(1), Answer, timeout_s=1000)

    with trio.fail_after(5):
        async with trio.open_nursery() as nursery, trio.open_nursery() as clock:
            clock.start_soon(bus.clock.run)
            await wait_all_tasks_blocked()
            nursery.start_soon(ask)
            await wait_all_tasks_blocked()
            clock.cancel_scope.cancel()


async def test_a_bus_has_one_clock(bus: Bus) -> None:
    async with trio.open_nursery() as nursery:
        nursery.start_soon(bus.clock.run)
        await wait_all_tasks_blocked()
        with pytest.raises(trio.BusyResourceError):
            await bus.clock.run()
        nursery.cancel_scope.cancel()


@pytest.mark.parametrize("waits_for_room", [False, True])
async def test_an_ask_fails_at_once_when_its_receiver_ends(bus: Bus, waits_for_room: bool) -> None:
    box = bus.open("a", 1)
    if waits_for_room:
        await bus.tell("a", Note(1))

    async def ask() -> None:
        with pytest.raises(AskFailed):
            await bus.ask("a", Question(1), Answer, timeout_s=1000)

    with trio.fail_after(5):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(ask)
            await wait_all_tasks_blocked()
            bus.close(box)


async def test_an_ask_that_was_read_but_not_answered_fails_when_its_receiver_ends(bus: Bus) -> None:
    box = bus.open("a")

    async def ask() -> None:
        with pytest.raises(AskFailed, match="a ended before it answered"):
            await bus.ask("a", Question(1), Answer, timeout_s=1000)

    with trio.fail_after(5):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(ask)
            await box.take()
            bus.close(box)
            bus.open("a")  # the next incarnation owes it nothing


async def test_an_ask_of_a_name_that_is_gone_fails_at_once(bus: Bus) -> None:
    with pytest.raises(AskFailed, match="nobody has the name"):
        await bus.ask("gone", Question(1), Answer, timeout_s=1000)


async def test_an_ask_fails_at_once_when_the_request_is_handed_on_to_nobody(bus: Bus) -> None:
    box = bus.open("a")

    async def hand_on() -> None:
        (data,) = await box.take()
        await bus.tell("gone", _read(data).body)

    with trio.fail_after(5):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(hand_on)
            with pytest.raises(AskFailed, match="gone did not take the request"):
                await bus.ask("a", Question(1), Answer, timeout_s=1000)


async def test_a_late_answer_and_a_second_one_are_dead_letters(
    bus: Bus, autojump_clock: trio.testing.MockClock
) -> None:
    box = bus.open("a")
    with pytest.raises(AskTimeout):
        await bus.ask("a", Question(1), Answer, timeout_s=1)
    (data,) = await box.take()
    reply_to = _read(data).reply
    await bus.tell(reply_to, Answer(1))
    assert [letter.reason for letter in bus.dead_letters] == ["nobody has this name"]

    async def answer_twice() -> None:
        (data,) = await box.take()
        assert all(bus.post(_read(data).reply, bus.envelope(Answer(number))) for number in (2, 3))

    async with trio.open_nursery() as nursery:
        nursery.start_soon(answer_twice)
        assert await bus.ask("a", Question(1), Answer, timeout_s=1) == Answer(2)
    assert [letter.reason for letter in bus.dead_letters][1:] == ["it was answered before"]


async def test_an_answer_of_another_kind_is_the_asker_s_error(bus: Bus) -> None:
    async with trio.open_nursery() as nursery:
        nursery.start_soon(_answer_all, bus, "a")
        await wait_all_tasks_blocked()
        with pytest.raises(msgspec.ValidationError):
            await bus.ask("a", Question(1), Crash, timeout_s=5)
        nursery.cancel_scope.cancel()


async def test_a_cancelled_ask_leaves_nothing_behind(bus: Bus) -> None:
    box = bus.open("a")
    async with trio.open_nursery() as nursery:
        nursery.start_soon(lambda: bus.ask("a", Question(1), Answer, timeout_s=1000))
        await wait_all_tasks_blocked()
        nursery.cancel_scope.cancel()
    (data,) = await box.take()
    await bus.tell(_read(data).reply, Answer(1))
    assert bus.dead_count == 1


# ------------------------------------------------------------------------------------------------- subscriptions


class Fact(Struct, frozen=True, tag="test.fact"):
    number: int


async def test_every_subscriber_gets_every_fact_in_order_with_a_gapless_number(bus: Bus) -> None:
    with bus.subscribe(Fact) as one, bus.subscribe(Fact) as other:
        for number in range(5):
            bus.publish(Fact(number), sender="a", correlation=9)
        for facts in (await one.take(), await other.take()):
            assert [fact.body.number for fact in facts] == list(range(5))
            assert [fact.seq for fact in facts] == list(range(1, 6))
            assert {(fact.sender, fact.correlation) for fact in facts} == {("a", 9)}


async def test_a_slow_subscriber_loses_the_oldest_and_is_told_how_many(bus: Bus) -> None:
    with bus.subscribe(Fact, capacity=3) as slow, bus.subscribe(Fact) as quick:
        for number in range(10):
            bus.publish(Fact(number))
        assert [fact.body.number for fact in await slow.take()] == [7, 8, 9]
        assert (slow.lost, quick.lost) == (7, 0)


async def test_facts_outside_of_what_is_accepted_are_passed_over(bus: Bus) -> None:
    with bus.subscribe(Fact) as facts:
        bus.publish(Note(1))
        bus.publish(Fact(2))
        assert [fact.body for fact in await facts.take()] == [Fact(2)]
        assert facts.passed_over == 1


async def test_an_empty_list_is_never_the_answer_while_the_subscription_is_open(bus: Bus) -> None:
    with bus.subscribe(Fact) as facts:
        async with trio.open_nursery() as nursery:

            async def read() -> None:
                assert [fact.body for fact in await facts.take()] == [Fact(2)]

            nursery.start_soon(read)
            await wait_all_tasks_blocked()
            bus.publish(Note(1))
            await wait_all_tasks_blocked()
            bus.publish(Fact(2))


async def test_a_reader_that_waits_gets_the_next_fact(bus: Bus) -> None:
    with bus.subscribe(Fact) as facts:
        async with trio.open_nursery() as nursery:

            async def read() -> None:
                assert [fact.body for fact in await facts.take()] == [Fact(1), Fact(2)]

            nursery.start_soon(read)
            await wait_all_tasks_blocked()
            with pytest.raises(trio.BusyResourceError):
                await facts.take()
            bus.publish(Fact(1))
            bus.publish(Fact(2))


async def test_a_second_reader_is_refused_even_when_the_first_is_about_to_wake(bus: Bus) -> None:
    with bus.subscribe(Fact) as facts:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(facts.take)
            await wait_all_tasks_blocked()
            bus.publish(Fact(1))
            with pytest.raises(trio.BusyResourceError):
                await facts.take()


async def test_a_closed_subscription_gives_what_is_left_and_collects_no_more(bus: Bus) -> None:
    facts = bus.subscribe(Fact)
    bus.publish(Fact(1))
    facts.close()
    bus.publish(Fact(2))
    assert [fact.body for fact in await facts.take()] == [Fact(1)]
    assert await facts.take() == []


async def test_closing_wakes_the_reader_and_cancelling_it_loses_nothing(bus: Bus) -> None:
    with bus.subscribe(Fact) as facts:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(facts.take)
            await wait_all_tasks_blocked()
            nursery.cancel_scope.cancel()
        bus.publish(Fact(1))
        assert [fact.body for fact in await facts.take()] == [Fact(1)]
        async with trio.open_nursery() as nursery:
            nursery.start_soon(facts.take)
            await wait_all_tasks_blocked()
            facts.close()


# ---------------------------------------------------------------------------------------------------------- taps


async def test_a_tap_sees_envelopes_with_the_name_they_went_to_but_no_ticks(bus: Bus) -> None:
    box = bus.open("a", 2)
    with bus.tap() as tap:
        await bus.tell("a", Note(1))
        box.tick()
        await bus.tell("gone", Note(2))
        assert [(seen.receiver, _read(seen.data).body) for seen in await tap.take()] == [
            ("a", Note(1)),
            ("gone", Note(2)),
        ]
    await bus.tell("gone", Note(3))
    assert await tap.take() == []


async def test_a_tap_sees_questions_and_their_answers_and_what_had_to_wait(bus: Bus) -> None:
    with bus.tap() as tap:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(_answer_all, bus, "a")
            await wait_all_tasks_blocked()
            await bus.ask("a", Question(1), Answer, timeout_s=5)
            nursery.cancel_scope.cancel()
        bodies = [_read(seen.data, Question | Answer).body for seen in await tap.take()]
        assert [type(body) for body in bodies] == [Question, Answer]

        box = bus.open("b", 1)
        async with trio.open_nursery() as nursery:
            for number in range(3):
                nursery.start_soon(bus.tell, "b", Note(number))
            await wait_all_tasks_blocked()
            while box.depth():
                await box.take()
                await wait_all_tasks_blocked()
        assert {_read(seen.data).body.number for seen in await tap.take()} == {0, 1, 2}


async def test_a_slow_tap_loses_the_oldest_and_delays_nobody(bus: Bus) -> None:
    bus.open("a", 64)
    with bus.tap(capacity=2) as tap:
        for number in range(10):
            await bus.tell("a", Note(number))
        assert [_read(seen.data).body.number for seen in await tap.take()] == [8, 9]
        assert tap.lost == 8


def test_a_decision_can_name_the_kind_of_its_state() -> None:
    assert Decision[int](3) == Decision(3)
