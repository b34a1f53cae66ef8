"""`stockade connect`: bytes from stdin to the daemon's session, and from there to stdout; nothing is looked at.

Two threads with plain blocking reads and writes: each direction waits for its own reader, and the end of either side
is passed on as such. The session is over when the daemon closes it.
"""

from __future__ import annotations

import os
import select
import socket
import threading
from contextlib import suppress

from supervisor.errors import ExitCode

CHUNK_BYTES = 256 * 1024
STDIN, STDOUT = 0, 1


def attach(channel: socket.socket, first: bytes) -> int:
    """Relay until the daemon closes the session; returns the exit code."""
    feeder = threading.Thread(target=_feed, args=(channel,), daemon=True)
    feeder.start()
    try:
        _write_all(first)
        while chunk := channel.recv(CHUNK_BYTES):
            _write_all(chunk)
    except OSError:  # nobody reads us any more, or the daemon was killed
        return ExitCode.FAILED
    return ExitCode.OK


def _feed(channel: socket.socket) -> None:
    try:
        while chunk := _read():
            channel.sendall(chunk)
    except OSError:
        pass  # an end of stdin like any other; or the session is closed, which the other direction sees
    with suppress(OSError):
        channel.shutdown(socket.SHUT_WR)


def _read() -> bytes:
    while True:
        try:
            return os.read(STDIN, CHUNK_BYTES)
        except BlockingIOError:  # whoever shares it with us has made it so
            _wait(STDIN, select.POLLIN)


def _write_all(data: bytes) -> None:
    view = memoryview(data)
    while view:
        try:
            view = view[os.write(STDOUT, view) :]
        except BlockingIOError:
            _wait(STDOUT, select.POLLOUT)


def _wait(descriptor: int, what: int) -> None:
    poll = select.poll()
    poll.register(descriptor, what)
    poll.poll()
