"""Names, delivery, dead letters and taps."""

from __future__ import annotations

from typing import Any

import pytest
import trio
from fakes.kernel import Answer, Note, Question
from trio.testing import wait_all_tasks_blocked

from supervisor.kernel.bus import Bus, envelope_decoder
from supervisor.kernel.specs import Decision, Envelope, MessageDead


@pytest.fixture
def bus() -> Bus:
    return Bus()


def _read(data: bytes, accepts: Any = Note | Question) -> Envelope[Any]:
    return envelope_decoder(accepts).decode(data)


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


async def test_who_tells_the_gone_again_and_again_can_be_cancelled_and_starves_nobody(bus: Bus) -> None:
    many = 1000

    async def tell() -> None:
        for _ in range(many):
            await bus.tell("gone", Note(1))

    async with trio.open_nursery() as nursery:
        nursery.start_soon(tell)
        for _ in range(3):
            await trio.lowlevel.checkpoint()
        nursery.cancel_scope.cancel()
    assert 0 < bus.dead_count < many


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


# ------------------------------------------------------------------------------------------ taps


async def _answer_all(bus: Bus, name: str) -> None:
    box = bus.open(name)
    while True:
        for data in await box.take():
            question = _read(data).body
            await bus.tell(question.reply_to, Answer(question.number), sender=name)


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
