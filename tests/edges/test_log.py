"""Sinks: broken, slow and whole ones; none delays anybody, and what one lost is counted and told."""

from __future__ import annotations

import json
import os
from pathlib import Path
from threading import Event

import pytest
from edges.events import recorder, running, said, until

from supervisor.config.schema import SinkBlock
from supervisor.edges import log
from supervisor.edges.log import Sink, choose, json_line
from supervisor.edges.writers import DescriptorWriter
from supervisor.events import AnyEvent, SinkFailed, SinkLost
from supervisor.kernel.bus import Bus
from supervisor.kernel.specs import Published


class Faulty:
    """Fails for as long as it is told to; keeps what was written."""

    def __init__(self) -> None:
        self.fault: OSError | None = None
        self.lines: list[bytes] = []

    def write(self, data: bytes) -> None:
        if self.fault:
            raise self.fault
        self.lines += data.splitlines()


def sink(bus: Bus, writer: log.Writer) -> Sink:
    return Sink("here", bus, recorder(), writer, json_line, retry_s=0.0)


async def test_events_are_written_in_order_and_what_is_left_at_the_stop_too() -> None:
    bus, writer = Bus(), Faulty()
    async with running(sink(bus, writer).run):
        for number in range(100):
            bus.publish(said(str(number)))
    assert [json.loads(line)["line"] for line in writer.lines] == [str(number) for number in range(100)]


async def test_a_sink_that_fails_says_so_and_counts_what_it_lost() -> None:
    bus, writer = Bus(), Faulty()
    writer.fault = OSError(28, "No space left on device")
    with bus.subscribe(AnyEvent) as others:
        async with running(sink(bus, writer).run):
            bus.publish(said("lost"))
            told: list[object] = []
            while not any(isinstance(one, SinkFailed) for one in told):
                told += [published.body for published in await others.take()]
            writer.fault = None
            bus.publish(said("written"))
            while not any(isinstance(one, SinkLost) for one in told):
                told += [published.body for published in await others.take()]
    assert SinkFailed(sink="here", reason="No space left on device") in told
    (lost,) = [one for one in told if isinstance(one, SinkLost)]
    written = [json.loads(line) for line in writer.lines]
    assert "lost" not in [one.get("line") for one in written]
    assert lost.lost + len([one for one in written if one["seq"] <= written[-1]["seq"]]) >= written[0]["seq"]


async def test_a_sink_whose_pipe_is_closed_ends_with_the_others() -> None:
    bus = Bus()
    ours, theirs = os.pipe()
    os.close(ours)
    async with running(sink(bus, DescriptorWriter(theirs)).run):
        bus.publish(said())
    os.close(theirs)


async def test_a_sink_that_hangs_delays_neither_who_publishes_nor_the_stop() -> None:
    let_go = Event()

    class Hanging:
        calls = 0

        def write(self, data: bytes) -> None:
            self.calls += 1
            let_go.wait(60)

    bus, writer = Bus(), Hanging()
    async with running(sink(bus, writer).run):
        bus.publish(said())
        await until(lambda: writer.calls)
        for _ in range(log.SINK_CAPACITY + 10):
            bus.publish(said())
    let_go.set()


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        ((), ["json-0"]),
        ((SinkBlock(type="json"), SinkBlock(type="human", to="/x/log")), ["json-0", "human-1"]),
    ],
)
def test_without_a_terminal_and_a_wish_there_are_json_lines(asked: tuple[SinkBlock, ...], names: list[str]) -> None:
    ours, theirs = os.pipe()
    assert [name for name, _, _ in choose(asked, {}, stderr=theirs)] == names
    os.close(ours)
    os.close(theirs)


@pytest.mark.parametrize(("environ", "is_coloured"), [({}, True), ({"NO_COLOR": "1"}, False), ({"NO_COLOR": ""}, True)])
def test_a_terminal_gets_lines_for_people_coloured_unless_told_otherwise(
    environ: dict[str, str], is_coloured: bool
) -> None:
    controller, terminal = os.openpty()
    ((name, _, render),) = choose((), environ, stderr=terminal)
    record = recorder().record(_published(SinkFailed(sink="x", reason="y")))
    assert name == "human-0"
    assert (b"\x1b[33m" in render(record)) is is_coloured
    assert render(recorder().record(_published(said()))) == b""  # what servers say is for `stockade logs`
    os.close(controller)
    os.close(terminal)


def _published(fact: object) -> Published[object]:
    return Published(1, 0.0, 0, "test", fact)


async def test_a_file_sink_writes_to_its_file(tmp_path: Path) -> None:
    bus = Bus()
    ((_, writer, render),) = choose([SinkBlock(type="json", to=str(tmp_path / "log"))], {}, stderr=2)
    async with running(Sink("file", bus, recorder(), writer, render).run):
        bus.publish(said("kept"))
    assert json.loads((tmp_path / "log").read_text())["line"] == "kept"
