"""Asks: answered, failed at once, or ended in time."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import pytest
import trio
from fakes.kernel import Answer, Crash, Note, Question
from trio.testing import wait_all_tasks_blocked

from supervisor.kernel.asks import AskClock
from supervisor.kernel.bus import AskFailed, AskTimeout, Bus, envelope_decoder
from supervisor.kernel.specs import Envelope


@pytest.fixture
def bus() -> Bus:
    return Bus()


def _read(data: bytes, accepts: Any = Note | Question) -> Envelope[Any]:
    return envelope_decoder(accepts).decode(data)


async def _answer_all(bus: Bus, name: str) -> None:
    box = bus.open(name)
    while True:
        for data in await box.take():
            question = _read(data).body
            await bus.tell(question.reply_to, Answer(question.number), sender=name)


@asynccontextmanager
async def _bounded() -> AsyncIterator[trio.Nursery]:
    """A nursery on a clock that jumps; without a bound such a clock would wait for ever when nobody has a deadline."""
    with trio.fail_after(1000):
        async with trio.open_nursery() as nursery:
            yield nursery


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
    async with _bounded() as nursery:
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

    async with _bounded() as nursery:
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


async def test_an_answer_may_come_in_the_moment_of_the_cancellation(bus: Bus) -> None:
    box = bus.open("a")
    async with trio.open_nursery() as nursery:
        nursery.start_soon(lambda: bus.ask("a", Question(1), Answer, timeout_s=1000))
        (data,) = await box.take()
        nursery.cancel_scope.cancel()
        assert bus.post(_read(data).reply, bus.envelope(Answer(1)))
