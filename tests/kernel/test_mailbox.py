"""Order, room and signs of life of one mailbox."""

from __future__ import annotations

import trio
from hypothesis import given, settings
from hypothesis import strategies as st
from trio.testing import MockClock, wait_all_tasks_blocked

from supervisor.kernel.mailbox import TICK, Mailbox


def _message(sender: int, number: int) -> bytes:
    return f"{sender} {number}".encode()


@settings(deadline=None, max_examples=60)
@given(st.lists(st.integers(0, 40), min_size=1, max_size=5), st.integers(1, 8), st.lists(st.booleans(), max_size=40))
def test_each_sender_s_messages_come_in_its_order_however_full_the_mailbox(
    amounts: list[int], capacity: int, breathes: list[bool]
) -> None:
    box = Mailbox("it", capacity)
    seen: list[bytes] = []

    async def send(sender: int, amount: int) -> None:
        for number in range(amount):
            if not box.post(_message(sender, number)):
                await box.put(_message(sender, number))

    async def read() -> None:
        pauses = iter(breathes)
        while len(seen) < sum(amounts):
            batch = await box.take()
            assert len(batch) <= capacity
            seen.extend(batch)
            if next(pauses, False):
                await wait_all_tasks_blocked()

    async def main() -> None:
        with trio.fail_after(5):
            async with trio.open_nursery() as nursery:
                nursery.start_soon(read)
                for sender, amount in enumerate(amounts):
                    nursery.start_soon(send, sender, amount)

    trio.run(main, clock=MockClock(autojump_threshold=0))
    for sender, amount in enumerate(amounts):
        own = [data for data in seen if data.startswith(f"{sender} ".encode())]
        assert own == [_message(sender, number) for number in range(amount)]
    assert len(seen) == sum(amounts)


async def test_closing_hands_back_what_is_inside_and_what_senders_wait_with() -> None:
    box = Mailbox("it", 1)
    async with trio.open_nursery() as nursery:
        assert box.post(b"first")
        nursery.start_soon(box.put, b"second")
        await wait_all_tasks_blocked()
        assert box.close() == [b"first", b"second"]


async def test_a_cancelled_sender_has_not_sent() -> None:
    box = Mailbox("it", 1)
    assert box.post(b"first")
    async with trio.open_nursery() as nursery:
        nursery.start_soon(box.put, b"second")
        await wait_all_tasks_blocked()
        nursery.cancel_scope.cancel()
    assert box.close() == [b"first"]


async def test_a_tick_is_answered_by_reading_and_is_no_message() -> None:
    box = Mailbox("it", 2)
    tick = box.tick()
    assert box.depth() == 0
    assert box.tick_age_s() is None
    assert await box.take() == []
    assert tick.is_set()
    assert box.tick_age_s() is not None


async def test_a_full_mailbox_is_not_a_silent_one() -> None:
    box = Mailbox("it", 2)
    assert box.post(b"a")
    assert box.post(b"b")
    tick = box.tick()
    assert not tick.is_set()
    assert await box.take() == [b"a", b"b"]
    assert tick.is_set()


async def test_a_tick_that_was_answered_before_it_was_read_is_no_message_either() -> None:
    box = Mailbox("it", 2)
    async with trio.open_nursery() as nursery:
        batches: list[list[bytes]] = []

        async def read() -> None:
            batches.append(await box.take())

        nursery.start_soon(read)
        await wait_all_tasks_blocked()
        for data in (b"a", b"b"):  # one straight into the reader's hands, one inside
            assert box.post(data)
        first = box.tick()
    assert batches == [[b"a", b"b"]]
    assert first.is_set()
    assert box.post(b"c")
    assert await box.take() == [b"c"]


async def test_many_unanswered_ticks_take_one_place() -> None:
    box = Mailbox("it", 4)
    assert box.tick() is box.tick()
    assert [box.post(b"a") for _ in range(4)] == [True, True, True, False]


async def test_a_mailbox_that_is_closed_leaves_nobody_waiting_for_its_tick() -> None:
    box = Mailbox("it", 4)
    tick = box.tick()
    assert box.close() == []
    assert tick.is_set()


async def test_a_tick_that_were_not_filtered_would_reach_the_loop() -> None:
    box = Mailbox("it", 4)
    box.post(TICK)  # past `tick`, as if the filter did not know of it
    assert await box.take() == [TICK]
