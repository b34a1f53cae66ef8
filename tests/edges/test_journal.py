"""The journal's native protocol, against a socket of our own that reads as journald does."""

from __future__ import annotations

import fcntl
import json
import os
import re
import socket
import struct
from collections.abc import Iterator
from pathlib import Path
from uuid import NAMESPACE_OID, uuid5

import pytest
from edges.events import SECRET, recorded, recorder, running, said, until

from supervisor.edges.journal import NAMES, NAMESPACE, JournalWriter, entry, message_id
from supervisor.edges.log import Sink, choose
from supervisor.edges.record import Record
from supervisor.edges.writers import PartlyWritten
from supervisor.errors import ExitedBeforeHandshake
from supervisor.events import AnyEvent, ServerFailed, SinkFailed, SinkLost, TreeStopped
from supervisor.kernel.bus import Bus


class Journald:
    """A socket that takes datagrams, and files in their place."""

    def __init__(self, path: Path) -> None:
        self.path = str(path)
        self.open()

    def open(self) -> None:
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.path)
        self.socket.settimeout(5)

    def close(self) -> None:
        self.socket.close()
        os.unlink(self.path)

    def entry(self) -> dict[str, str]:
        return parsed(self.data())

    def data(self) -> bytes:
        data, descriptors, _, _ = socket.recv_fds(self.socket, 1 << 20, 1)
        for descriptor in descriptors:
            seals = fcntl.fcntl(descriptor, fcntl.F_GET_SEALS)
            assert seals & (wanted := fcntl.F_SEAL_WRITE | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW) == wanted
            with os.fdopen(descriptor, "rb") as file:
                file.seek(0)
                data += file.read()
        return data


def parsed(data: bytes) -> dict[str, str]:
    """Read the native protocol; a field that stands twice, or a rest, fails."""
    found: dict[str, str] = {}
    while data:
        end = data.index(b"\n")
        name, equals, value = data[:end].partition(b"=")
        data = data[end + 1 :]
        if not equals:
            (size,) = struct.unpack("<Q", data[:8])
            value, data = data[8 : 8 + size], data[8 + size + 1 :]
        assert name.decode() not in found
        found[name.decode()] = value.decode()
    return found


@pytest.fixture
def journald(tmp_path: Path) -> Iterator[Journald]:
    reader = Journald(tmp_path / "socket")
    yield reader
    reader.socket.close()


def failed(*tail: str) -> Record:
    problem = ExitedBeforeHandshake(stage="handshake", status="exit status 1")
    event = ServerFailed(
        server="files",
        stage="handshake",
        problem=problem,
        remedy=problem.remedy,
        status="exit status 1",
        stderr_tail=list(tail),
    )
    return recorded(event, seq=12)


def test_an_event_has_its_sentence_priority_id_and_our_fields(journald: Journald) -> None:
    record = failed("first", "second")
    JournalWriter(journald.path).write(entry(record))
    heard = journald.entry()
    assert json.loads(heard.pop("STOCKADE_EVENT")) == record.fields
    assert heard.pop("STOCKADE_REMEDY") == record.fields["remedy"]
    assert heard.pop("MESSAGE").startswith("files: failed in handshake: ")
    assert heard == {
        "PRIORITY": "3",
        "SYSLOG_IDENTIFIER": "stockade",
        "MESSAGE_ID": uuid5(NAMESPACE, "server.failed").hex,
        "STOCKADE_SERVER": "files",
        "STOCKADE_TYPE": "server.failed",
        "STOCKADE_INSTANCE": "run-1",
        "STOCKADE_SEQ": "12",
        "STOCKADE_CORRELATION": "7",
        "STOCKADE_STAGE": "handshake",
        "STOCKADE_STATUS": "exit status 1",
        "STOCKADE_CODE": "server.exited_before_handshake",
        "STOCKADE_STDERR": "first\nsecond",
    }


def test_ids_never_change() -> None:
    assert uuid5(NAMESPACE_OID, "stockade events") == NAMESPACE
    assert {tag: message_id(tag) for tag in ("tree.started", "server.ready", "server.failed", "stderr.line")} == {
        "tree.started": "dd132547efb75bf489ffa17684ca9491",
        "server.ready": "cc24d2e4d4525cc0a011a7caa50e067b",
        "server.failed": "9e4c010b0d5c5c71b1982865d3d32e09",
        "stderr.line": "1a2920d26a1d516b8644fa9c420a5ad3",
    }


def test_names_of_fields_are_ones_that_journald_takes() -> None:
    assert all(re.fullmatch(r"[A-Z0-9][A-Z0-9_]{0,63}", name) for name in NAMES)
    assert {name.decode() for name in re.findall(rb"^([A-Z_]+)[=\n]", entry(failed("a", "b")), re.M)} <= {*NAMES}


def test_a_text_from_outside_cannot_add_fields_or_lines(journald: Journald) -> None:
    record = recorded(said("boom\nPRIORITY=0\nMESSAGE=all is well", server="a\nb"))
    JournalWriter(journald.path).write(entry(record))
    heard = journald.entry()
    assert heard["PRIORITY"] == "7"
    assert heard["MESSAGE"] == r"a\nb: | boom\nPRIORITY=0\nMESSAGE=all is well"
    assert heard["STOCKADE_SERVER"] == "a\nb"


def test_no_secret_is_sent(journald: Journald) -> None:
    JournalWriter(journald.path).write(entry(recorded(said(f"the key is {SECRET}"))), entry(failed(f"key={SECRET}")))
    assert SECRET.encode() not in journald.data() + journald.data()


def test_an_event_without_a_server_says_so_by_having_none(journald: Journald) -> None:
    JournalWriter(journald.path).write(entry(recorded(TreeStopped(reason="asked to"))))
    heard = journald.entry()
    assert "STOCKADE_SERVER" not in heard
    assert heard["MESSAGE"] == "stopped: asked to"


def test_what_no_datagram_can_hold_goes_as_a_sealed_file(journald: Journald) -> None:
    tail = "x" * 2_000_000
    JournalWriter(journald.path).write(entry(failed(tail)))
    assert journald.entry()["STOCKADE_STDERR"] == tail


def test_a_journald_that_does_not_read_is_waited_for_within_a_bound(journald: Journald) -> None:
    many = [entry(recorded(said(str(number)))) for number in range(5000)]
    with pytest.raises(PartlyWritten) as caught:
        JournalWriter(journald.path).write(*many)
    assert 0 < caught.value.written < 5000  # the others are tried again
    assert journald.entry()["MESSAGE"] == "a: | 0"


@pytest.mark.parametrize("is_file", [True, False])
def test_a_journald_that_is_not_there_is_an_error_at_once(tmp_path: Path, is_file: bool) -> None:
    place = tmp_path / "socket"
    if is_file:  # what a journald that was killed leaves behind
        Journald(place).socket.close()
    with pytest.raises(PartlyWritten, match="refused" if is_file else "No such file") as caught:
        JournalWriter(str(place)).write(b"MESSAGE=x\n")
    assert caught.value.written == 0


async def test_a_journald_that_is_restarted_gets_all_events_once(journald: Journald) -> None:
    bus = Bus()
    ((name, writer, render),) = choose((), {"JOURNAL_STREAM": stream()}, stderr=0, journal=journald.path)
    with bus.subscribe(AnyEvent) as others:
        async with running(Sink(name, bus, recorder(), writer, render, retry_s=0.0).run):
            bus.publish(said("one"))
            (first,) = await entries(journald, 1)
            journald.close()
            bus.publish(said("two"))
            told: list[object] = []
            while not any(isinstance(one, SinkFailed) for one in told):
                told += [published.body for published in await others.take()]
            journald.open()
            heard = await entries(journald, 2)
    assert [one["STOCKADE_SEQ"] for one in (first, *heard)] == ["1", "2", "3"]
    assert heard[1]["STOCKADE_TYPE"] == "sink.failed"
    assert not any(isinstance(one, SinkLost) for one in told)


async def entries(journald: Journald, count: int) -> list[dict[str, str]]:
    journald.socket.setblocking(False)
    heard: list[dict[str, str]] = []

    def hear() -> bool:
        try:
            heard.append(journald.entry())
        except BlockingIOError:
            return False
        return len(heard) == count

    await until(hear)
    return heard


def stream() -> str:
    here = os.fstat(0)
    return f"{here.st_dev}:{here.st_ino}"
