"""The living line."""

from __future__ import annotations

import os
from threading import Event

import pytest
import trio
from edges.events import running, until

from supervisor.edges import live
from supervisor.edges.live import Live, live_leaves, text
from supervisor.edges.writers import CLEAR_LINE
from supervisor.events import ServerReady, ServerStarting
from supervisor.kernel.bus import Bus
from supervisor.kernel.stoppable import until_stop


def ready(server: str) -> ServerReady:
    return ServerReady(
        server=server, mode="none", confinement="", era="handshake", protocol="", name="", version="", tools=0
    )


@pytest.mark.parametrize(
    ("stages", "line"),
    [
        ({"a": ("create", 0.0)}, "starting a (create 7 s)"),
        (
            dict.fromkeys("abcde", ("create", 5.0)),
            "starting a (create 2 s), b (create 2 s), c (create 2 s) and 2 more",
        ),
        ({"\x1b[31m": ("create", 7.0)}, "starting \\x1b[31m (create 0 s)"),
    ],
)
def test_it_says_who_starts_in_which_stage_and_since_when(stages: dict[str, tuple[str, float]], line: str) -> None:
    assert text(stages, 7.0) == line


class Screen:
    def __init__(self) -> None:
        self.shown: list[bytes] = []

    def write(self, *entries: bytes) -> None:
        self.shown += entries


async def test_it_is_there_while_something_starts_and_leaves_nothing_behind() -> None:
    bus, screen = Bus(), Screen()
    async with running(until_stop(Live(bus, screen, columns=20).run)):
        bus.publish(ServerStarting(server="a-server-of-a-long-name", stage="create", mode="none"))
        await until(lambda: screen.shown)
        bus.publish(ready("a-server-of-a-long-name"))
        await until(lambda: screen.shown[-1] == CLEAR_LINE)
        bus.publish(ServerStarting(server="b", stage="create", mode="none"))
        await until(lambda: screen.shown[-1] != CLEAR_LINE)
    assert screen.shown[0] == CLEAR_LINE + b"starting a-server-o"  # a line that wraps could not be taken away
    assert screen.shown[-1] == CLEAR_LINE


async def test_a_terminal_that_is_stopped_keeps_neither_us_nor_the_stop() -> None:
    let_go = Event()

    class Stopped:
        calls = 0

        def write(self, *entries: bytes) -> None:
            self.calls += 1
            let_go.wait(60)

    bus, screen = Bus(), Stopped()
    async with running(until_stop(Live(bus, screen, columns=80).run)):
        bus.publish(ServerStarting(server="a", stage="create", mode="none"))
        await until(lambda: screen.calls)
        await trio.lowlevel.checkpoint()
    let_go.set()


def test_there_is_one_on_a_terminal_only() -> None:
    controller, terminal = os.openpty()
    assert [leaf.name for leaf in live_leaves(Bus(), terminal)] == ["live"]
    assert live.columns_of(terminal) > 0
    os.close(terminal)
    os.close(controller)
    ours, theirs = os.pipe()
    assert live_leaves(Bus(), theirs) == ()
    assert live.columns_of(theirs) == live.COLUMNS
    os.close(ours)
    os.close(theirs)
