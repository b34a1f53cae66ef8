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
from supervisor.edges.writers import DescriptorWriter, PartlyWritten
from supervisor.events import AnyEvent, SinkFailed, SinkLost
from supervisor.kernel.bus import Bus
from supervisor.kernel.specs import Published


class Faulty:
    """Fails for as long as it is told to; keeps what was written."""

    def __init__(self) -> None:
        self.fault: OSError | None = None
        self.failures = 0
        self.lines: list[bytes] = []

    def write(self, *entries: bytes) -> None:
        if self.fault:
            self.failures += 1
            raise self.fault
        self.lines += b"".join(entries).splitlines()


def sink(bus: Bus, writer: log.Writer) -> Sink:
    return Sink("here", bus, recorder(), writer, json_line, retry_s=0.0)


async def test_events_are_written_in_order_and_what_is_left_at_the_stop_too() -> None:
    bus, writer = Bus(), Faulty()
    async with running(sink(bus, writer).run):
        for number in range(100):
            bus.publish(said(str(number)))
    assert [json.loads(line)["line"] for line in writer.lines] == [str(number) for number in range(100)]


async def test_a_sink_that_works_again_writes_what_it_could_not_write_before() -> None:
    bus, writer = Bus(), Faulty()
    writer.fault = OSError(28, "No space left on device")
    with bus.subscribe(AnyEvent) as others:
        async with running(sink(bus, writer).run):
            bus.publish(said("kept"))
            failed = [published.body for published in await others.take()]
            while not any(isinstance(one, SinkFailed) for one in failed):
                failed += [published.body for published in await others.take()]
            writer.fault = None
            bus.publish(said("written"))
            await until(lambda: len(writer.lines) == 3)
    assert SinkFailed(sink="here", reason="No space left on device") in failed
    written = [json.loads(line) for line in writer.lines]
    assert [one["seq"] for one in written] == [1, 2, 3]
    assert [one["type"] for one in written] == ["stderr.line", "sink.failed", "stderr.line"]  # and told once only


async def test_a_sink_that_fails_for_too_long_counts_what_it_lost_and_tells_it_when_it_works_again() -> None:
    bus, writer = Bus(), Faulty()
    writer.fault = OSError(28, "No space left on device")
    many = log.SINK_CAPACITY + 100
    with bus.subscribe(AnyEvent, capacity=3 * many) as others:
        async with running(sink(bus, writer).run):
            bus.publish(said("lost"))
            await until(lambda: writer.failures)
            for _ in range(many):
                bus.publish(said("lost, some of it"))
            failures = writer.failures
            await until(lambda: writer.failures > failures + 1)
            writer.fault = None
            await until(lambda: b"sink.lost" in b"".join(writer.lines))
        told = [published.body for published in await others.take()]
    written = [json.loads(line) for line in writer.lines]
    lost = sum(one.lost for one in told if isinstance(one, SinkLost))
    assert lost > 100
    assert lost + len(written) == written[-1]["seq"]
    assert b'"line":"lost"' not in b"".join(writer.lines)


async def test_what_was_written_of_a_batch_is_not_written_again() -> None:
    class Narrow(Faulty):
        def write(self, *entries: bytes) -> None:
            self.lines += entries[:2]
            if len(entries) > 2:
                raise PartlyWritten(OSError(105, "No buffer space available"), 2)

    bus, writer = Bus(), Narrow()
    async with running(sink(bus, writer).run):
        for number in range(9):
            bus.publish(said(str(number)))
        await until(lambda: len(writer.lines) >= 10)
    assert [json.loads(line)["seq"] for line in writer.lines] == list(range(1, len(writer.lines) + 1))


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

        def write(self, *entries: bytes) -> None:
            self.calls += 1
            let_go.wait(60)

    bus, writer = Bus(), Hanging()
    async with running(sink(bus, writer).run):
        bus.publish(said())
        await until(lambda: writer.calls)
        for _ in range(log.SINK_CAPACITY + 10):
            bus.publish(said())
    let_go.set()


async def test_what_a_sink_has_not_written_by_the_end_of_the_stop_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log, "LAST_WORDS_S", 0.2)
    let_go = Event()

    class Hanging:
        calls = 0

        def write(self, *entries: bytes) -> None:
            self.calls += 1
            let_go.wait(60)

    bus, writer = Bus(), Hanging()
    with bus.subscribe(AnyEvent) as others:
        async with running(sink(bus, writer).run):
            bus.publish(said("hangs"))
            await until(lambda: writer.calls)
            for _ in range(6):
                bus.publish(said("waits"))
        told = [published.body for published in await others.take()]
    let_go.set()
    assert [one for one in told if isinstance(one, SinkLost)] == [SinkLost(sink="here", lost=7)]


async def test_a_sink_that_fails_until_the_end_counts_each_event_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log, "LAST_WORDS_S", 0.2)
    bus, writer = Bus(), Faulty()
    writer.fault = OSError(28, "No space left on device")
    with bus.subscribe(AnyEvent) as others:
        async with running(sink(bus, writer).run):
            for _ in range(3):
                bus.publish(said("lost"))
            told = [published.body for published in await others.take()]
            while not any(isinstance(one, SinkFailed) for one in told):
                told += [published.body for published in await others.take()]
        told += [published.body for published in await others.take()]
    assert [one for one in told if isinstance(one, SinkLost)] == [SinkLost(sink="here", lost=4)]  # with `sink.failed`


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


def test_a_stderr_that_systemd_has_connected_to_the_journal_gets_journal_entries_unless_the_config_says_otherwise() -> (
    None
):
    ours, theirs = os.pipe()
    here = os.fstat(theirs)
    environ = {"JOURNAL_STREAM": f"{here.st_dev}:{here.st_ino}"}
    assert [name for name, _, _ in choose((), environ, stderr=theirs)] == ["journal-0"]
    assert [name for name, _, _ in choose((SinkBlock(type="json"),), environ, stderr=theirs)] == ["json-0"]
    assert [name for name, _, _ in choose((SinkBlock(type="journal"),), {}, stderr=theirs)] == ["journal-0"]
    assert [name for name, _, _ in choose((), {"JOURNAL_STREAM": "1:2"}, stderr=theirs)] == ["json-0"]
    os.close(ours)
    os.close(theirs)
    assert [name for name, _, _ in choose((), environ, stderr=theirs)] == ["json-0"]  # it is closed


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
