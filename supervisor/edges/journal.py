"""The systemd journal's native protocol: one datagram an event, its fields by name.

A field's value that holds a newline is sent with its length, all others as `NAME=value`. What is too large for a
datagram is handed over as a sealed file in memory. journald may be away (restarted, stopped, or not there at all): then
writing fails at once or after a bounded wait, and the sink tries again.
"""

from __future__ import annotations

import errno
import fcntl
import os
import socket
import struct
from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID, uuid5

from supervisor.edges import human
from supervisor.edges.record import Record
from supervisor.edges.writers import PartlyWritten
from supervisor.escaping import printable

SOCKET = "/run/systemd/journal/socket"
IDENTIFIER = "stockade"
NAMESPACE = UUID("b65acb64-38ae-547a-87f1-953d91adc873")
"""Never to be changed: every MESSAGE_ID comes from it, and rules that people have written go by those."""
FULL_S = 1.0
"""Seconds for a journald that is behind to take a datagram; a stop waits no longer for it than this."""
TOO_LARGE = frozenset({errno.EMSGSIZE, errno.ENOBUFS})
"""What Linux says of a datagram that is larger than the socket's buffer, or than any can be."""
MEMORY_FILE = "stockade-event"

PLAIN = {
    "server": "STOCKADE_SERVER",
    "type": "STOCKADE_TYPE",
    "instance": "STOCKADE_INSTANCE",
    "seq": "STOCKADE_SEQ",
    "correlation": "STOCKADE_CORRELATION",
    "stage": "STOCKADE_STAGE",
    "session": "STOCKADE_SESSION",
    "instance_id": "STOCKADE_INSTANCE_ID",
    "status": "STOCKADE_STATUS",
    "remedy": "STOCKADE_REMEDY",
}
"""The journal's name of each field of a record that has one of its own; all others are in STOCKADE_EVENT."""
NAMES = (
    "MESSAGE", "PRIORITY", "SYSLOG_IDENTIFIER", "MESSAGE_ID", *PLAIN.values(), "STOCKADE_CODE", "STOCKADE_STDERR",
    "STOCKADE_EVENT",
)  # fmt: skip
"""All fields that are sent, besides those that journald adds by itself."""


def message_id(tag: str) -> str:
    """The MESSAGE_ID of a type of event: the same in every version."""
    return uuid5(NAMESPACE, tag).hex


def fields_of(record: Record) -> Iterator[tuple[str, str]]:
    """Name the journal's fields of one event and their values; those that are empty are left out."""
    fields = record.fields
    yield "MESSAGE", message(fields)
    yield "PRIORITY", str(record.severity)
    yield "SYSLOG_IDENTIFIER", IDENTIFIER
    yield "MESSAGE_ID", message_id(record.type)
    problem = fields.get("problem")
    problem = problem if isinstance(problem, Mapping) else {}
    named = {name: fields.get(key, "") for key, name in PLAIN.items()}
    named |= {"STOCKADE_CODE": problem.get("code", ""), "STOCKADE_STDERR": _lines(fields.get("stderr_tail"))}
    for name, value in named.items():
        if value not in ("", None):
            yield name, str(value)
    yield "STOCKADE_EVENT", record.line.decode()


def message(fields: Mapping[str, Any]) -> str:
    """Say in one sentence what happened, and to which server: the journal shows no other column for that."""
    server = str(fields.get("server") or "")
    said = human.sentence(fields)
    return printable(f"{server}: {said}" if server else said)


def _lines(tail: object) -> str:
    return "\n".join(map(str, tail)) if isinstance(tail, list) else ""


def entry(record: Record) -> bytes:
    """Render one event as a datagram of the native protocol."""
    return b"".join(_field(name, value) for name, value in fields_of(record))


def _field(name: str, value: str) -> bytes:
    data = value.encode("utf-8", "backslashreplace")
    if b"\n" not in data:
        return name.encode() + b"=" + data + b"\n"
    return name.encode() + b"\n" + struct.pack("<Q", len(data)) + data + b"\n"


def is_stderr_of_journal(environ: Mapping[str, str], descriptor: int) -> bool:
    """Tell whether a descriptor is what systemd has connected to the journal, by JOURNAL_STREAM (device:inode)."""
    try:
        here = os.fstat(descriptor)
    except OSError:
        return False
    return environ.get("JOURNAL_STREAM") == f"{here.st_dev}:{here.st_ino}"


class JournalWriter:
    """Sends entries to journald; connects anew each time, for the socket may be another one by then."""

    def __init__(self, path: str = SOCKET) -> None:
        self._path = path

    def write(self, *entries: bytes) -> None:
        """Send them, one datagram each. Raises: PartlyWritten."""
        sent = 0
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as channel:
                channel.settimeout(FULL_S)
                channel.connect(self._path)
                for data in entries:
                    _send(channel, data)
                    sent += 1
        except OSError as error:
            raise PartlyWritten(error, sent) from error


def _send(channel: socket.socket, data: bytes) -> None:
    try:
        channel.send(data)
    except OSError as error:
        if error.errno not in TOO_LARGE:
            raise
        _send_file(channel, data)


def _send_file(channel: socket.socket, data: bytes) -> None:
    """Hand over a file that nobody can change any more: journald reads no other."""
    seals = fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_WRITE | fcntl.F_SEAL_SEAL
    descriptor = os.memfd_create(MEMORY_FILE, os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    try:
        view = memoryview(data)
        while view:
            view = view[os.write(descriptor, view) :]
        fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, seals)
        socket.send_fds(channel, [b""], [descriptor])
    finally:
        os.close(descriptor)
