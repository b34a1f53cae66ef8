"""`stockade connect`: bytes from stdin to the daemon's session, and from there to stdout; nothing is looked at.

Two threads with plain blocking reads and writes: each direction waits for its own reader, and the end of either side
is passed on as such. The session is over when the daemon closes it.
"""

from __future__ import annotations

import os
import socket
import threading

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
    except (BrokenPipeError, ConnectionResetError):
        return ExitCode.FAILED
    return ExitCode.OK


def _feed(channel: socket.socket) -> None:
    try:
        while chunk := os.read(STDIN, CHUNK_BYTES):
            channel.sendall(chunk)
        channel.shutdown(socket.SHUT_WR)
    except OSError:
        pass  # the daemon has closed the session: the other direction sees its end


def _write_all(data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(STDOUT, view) :]
