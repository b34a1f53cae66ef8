"""Signs of life: told to the manager only while everybody gives them; who does not is named once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import trio
from trio.testing import MockClock

from supervisor.edges.service.given import Given
from supervisor.edges.service.notify import Notifier
from supervisor.edges.service.watchdog import ALONE_S, Watchdog, allowed_s
from supervisor.errors import StockadeError

if TYPE_CHECKING:
    from edges.service.conftest import Manager


@pytest.mark.parametrize(
    ("usec", "pid", "seconds"),
    [
        ("", "", None),
        ("", "7", None),
        ("2000000", "", 2.0),
        ("2000000", "7", 2.0),
        ("2000000", "8", None),
        ("0", "", None),
    ],
)
def test_how_long_a_silence_is_allowed(usec: str, pid: str, seconds: float | None) -> None:
    assert allowed_s(Given(watchdog_usec=usec, watchdog_pid=pid), 7) == seconds


@pytest.mark.parametrize("given", [Given(watchdog_usec="soon"), Given(watchdog_usec="1", watchdog_pid="me")])
def test_what_has_no_meaning_is_refused(given: Given) -> None:
    with pytest.raises(StockadeError) as raised:
        allowed_s(given, 7)
    assert raised.value.problem.code == "service.variable_invalid"


class Parts:
    """A tree whose silent parts a test names."""

    def __init__(self) -> None:
        self.silent: list[str] = []
        self.asked: list[float] = []
        self.told: list[tuple[list[str], list[str]]] = []

    async def tick(self, deadline_s: float) -> list[str]:
        self.asked.append(trio.current_time())
        if self.silent:
            await trio.sleep(deadline_s)
        return list(self.silent)

    def tell(self, silent: list[str], before: list[str]) -> None:
        self.told.append((silent, before))


async def test_a_sign_of_life_every_half_of_the_time(manager: Manager, autojump_clock: MockClock) -> None:
    parts = Parts()
    with trio.move_on_after(9.9):
        await Watchdog(parts.tick, manager.notifier, parts.tell, allowed_s=2.0).run()
    assert manager.heard() == [b"WATCHDOG=1"] * 10
    assert parts.told == []


async def test_none_while_somebody_is_silent_and_again_as_soon_as_all_answer(
    manager: Manager, autojump_clock: MockClock
) -> None:
    parts = Parts()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(Watchdog(parts.tick, manager.notifier, parts.tell, allowed_s=2.0).run)
        await trio.sleep(0.7)
        assert manager.heard() == [b"WATCHDOG=1"]
        parts.silent = ["root/a"]
        await trio.sleep(5)
        assert manager.heard() == [b"STATUS=stuck: root/a"]
        parts.silent = ["root/a", "root/b"]
        await trio.sleep(5)
        assert manager.heard() == [b"STATUS=stuck: root/a, root/b"]
        parts.silent = []
        await trio.sleep(0.6)  # a quarter of the time and not the half: it is asked again at once
        assert manager.heard() == [b"STATUS=", b"WATCHDOG=1"]
        nursery.cancel_scope.cancel()
    both = ["root/a", "root/b"]
    assert parts.told == [(["root/a"], []), (both, ["root/a"]), ([], both)]


async def test_a_status_names_some_and_the_event_all(manager: Manager, autojump_clock: MockClock) -> None:
    parts = Parts()
    parts.silent = [f"root/{number}" for number in range(30)]
    with trio.move_on_after(1):
        await Watchdog(parts.tick, manager.notifier, parts.tell, allowed_s=2.0).run()
    (line,) = manager.heard()
    assert line.endswith(b"root/9 and 20 more")
    assert parts.told == [(parts.silent, [])]


async def test_without_a_manager_who_is_stuck_is_told_all_the_same(autojump_clock: MockClock) -> None:
    parts = Parts()
    parts.silent = ["root/a"]
    with trio.move_on_after(ALONE_S):
        await Watchdog(parts.tick, Notifier(""), parts.tell, allowed_s=None).run()
    assert parts.told == [(["root/a"], [])]


async def test_a_manager_that_does_not_watch_gets_no_signs_of_life(manager: Manager, autojump_clock: MockClock) -> None:
    parts = Parts()
    with trio.move_on_after(ALONE_S):
        await Watchdog(parts.tick, manager.notifier, parts.tell, allowed_s=None).run()
    assert len(parts.asked) == 2
    assert manager.heard() == []
