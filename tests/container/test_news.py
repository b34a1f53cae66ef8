"""Facts on their way to the actor: each is taken once, in order, by whoever comes first."""

from __future__ import annotations

import trio
import trio.testing

from supervisor.container.messages import Told
from supervisor.container.news import News
from supervisor.events import ContainerRemoved


def removed(number: int) -> ContainerRemoved:
    return ContainerRemoved(server="git", instance_id=f"git#{number}", container="c" * 64)


async def test_who_waits_gets_all_that_are_there_and_listens_on() -> None:
    news = News()
    heard: list[Told] = []

    async def listen() -> None:
        while True:
            heard.append(await news.told())

    async with trio.open_nursery() as nursery:
        nursery.start_soon(listen)
        await trio.testing.wait_all_tasks_blocked()
        news.tell(removed(1), removed(2))
        await trio.testing.wait_all_tasks_blocked()
        news.tell()
        news.tell(removed(3))
        await trio.testing.wait_all_tasks_blocked()
        nursery.cancel_scope.cancel()
    assert heard == [
        Told(facts=[removed(1), removed(2)], is_listening=True),
        Told(facts=[removed(3)], is_listening=True),
    ]


async def test_what_was_taken_with_something_else_does_not_wake_who_waits_for_more() -> None:
    news = News()
    heard: list[Told] = []

    async def listen() -> None:
        heard.append(await news.told())

    async with trio.open_nursery() as nursery:
        nursery.start_soon(listen)
        await trio.testing.wait_all_tasks_blocked()
        news.tell(removed(1))
        assert (news.drained(), news.drained()) == ((Told(facts=[removed(1)]),), ())
        await trio.testing.wait_all_tasks_blocked()
        assert heard == []
        news.tell(removed(2))
    assert heard == [Told(facts=[removed(2)], is_listening=True)]
