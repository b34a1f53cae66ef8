"""Facts and who subscribes to them."""

from __future__ import annotations

from typing import Any

import pytest
import trio
from fakes.kernel import Note, Question
from msgspec import Struct
from trio.testing import wait_all_tasks_blocked

from supervisor.kernel.bus import Bus, envelope_decoder
from supervisor.kernel.specs import Envelope


@pytest.fixture
def bus() -> Bus:
    return Bus()


def _read(data: bytes, accepts: Any = Note | Question) -> Envelope[Any]:
    return envelope_decoder(accepts).decode(data)


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


async def test_a_fact_may_come_in_the_moment_of_the_cancellation(bus: Bus) -> None:
    with bus.subscribe(Fact) as facts:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(facts.take)
            await wait_all_tasks_blocked()
            nursery.cancel_scope.cancel()
            bus.publish(Fact(1))
        assert [fact.body for fact in await facts.take()] == [Fact(1)]
