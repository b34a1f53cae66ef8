"""The caller's side of the control socket: plain blocking sockets, so that a short verb does not load trio."""

from __future__ import annotations

import json
import os
import select
import socket
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from supervisor.edges.key import Key, is_there, key_of
from supervisor.edges.state import SERVICE, StateDir
from supervisor.errors import AnswerLate, AnswerUnknown, DaemonNotRunning, StockadeError

CONNECT_S = 5
"""Seconds for the daemon to take the connection: it is on this machine and only ever busy for milliseconds."""
ANSWER_S = 45.0
"""Seconds for an answer: a server takes at most 36 s to stop, the daemon itself milliseconds."""
START_S = 60.0
"""Seconds for a daemon that is started by our connection: Python, its config, and what an earlier one left."""
LOOK_MS = 50
"""Milliseconds between two looks for its token."""
CHUNK_BYTES = 65536
ENDED = (
    "it has ended without an answer: it was stopping, or could not start; what it said is in its log"
    " (`journalctl -u stockade`, of a user's own `journalctl --user -u stockade`)"
)


class Refused(Exception):  # noqa: N818  (an answer, not a fault of ours)
    """The daemon answered with a problem, whose fields these are."""

    def __init__(self, fields: dict[str, Any]) -> None:
        self.fields = fields
        super().__init__(fields.get("message", ""))


class Connection:
    """One connection to the daemon."""

    def __init__(self, channel: socket.socket, key: Key, path: str) -> None:
        self.socket = channel
        self.key = key
        """The daemon's token, held open: its lock is free when the daemon has ended."""
        self._path = path
        self._rest = bytearray()

    def call(self, do: str, *, answer_s: float = ANSWER_S, **fields: Any) -> Any:
        """Send one request and return what its answer holds.

        Raises: Refused, StockadeError(DaemonNotRunning | AnswerLate | AnswerUnknown).
        """
        self.send(do, **fields)
        self.socket.settimeout(answer_s)
        line = self.line()
        self.socket.settimeout(None)
        if line is None:
            raise self._gone("it closed the connection")
        answer = self._object(line)
        if "ok" not in answer:
            raise StockadeError(AnswerUnknown(reason="it is neither a result nor an error"))
        return answer["ok"]

    def send(self, do: str, **fields: Any) -> None:
        """Send one request. Raises: StockadeError(DaemonNotRunning)."""
        try:
            self.socket.sendall(json.dumps({"do": do, "token": self.key.token, **fields}).encode() + b"\n")
        except OSError as error:
            raise self._gone(error.strerror or str(error)) from error

    def line(self) -> bytes | None:
        """Return the next line without its end, None at the end of the connection. Raises: StockadeError."""
        while (end := self._rest.find(b"\n")) < 0:
            chunk = self._receive()
            if not chunk:
                return None
            self._rest += chunk
        line = bytes(self._rest[:end])
        del self._rest[: end + 1]
        return line

    def _receive(self) -> bytes:
        try:
            return self.socket.recv(CHUNK_BYTES)
        except TimeoutError as error:
            raise StockadeError(AnswerLate(path=self._path, limit_s=self.socket.gettimeout() or 0.0)) from error
        except OSError as error:
            raise self._gone(error.strerror or str(error)) from error

    def objects(self) -> Iterator[dict[str, Any]]:
        """Yield answers, one a line, until the daemon closes the connection. Raises: Refused, StockadeError."""
        while (line := self.line()) is not None:
            yield self._object(line)

    def _object(self, line: bytes) -> dict[str, Any]:
        try:
            answer = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise StockadeError(AnswerUnknown(reason="it is not JSON")) from error
        if not isinstance(answer, dict):
            raise StockadeError(AnswerUnknown(reason="it is no JSON object"))
        if isinstance(answer.get("error"), dict) and "seq" not in answer:
            raise Refused(answer["error"])
        return answer

    def take_rest(self) -> bytes:
        """Return what was read beyond the last line."""
        rest, self._rest = bytes(self._rest), bytearray()
        return rest

    def _gone(self, reason: str) -> StockadeError:
        return StockadeError(DaemonNotRunning(path=self._path, reason=reason))


@contextmanager
def connect(place: StateDir, *, may_start: bool = False) -> Iterator[Connection]:
    """Connect to the daemon of a state directory.

    With `may_start`, a daemon that is down is started where a service manager holds its socket: connecting does that.
    Raises: StockadeError(DaemonNotRunning | ControlRefused).
    """
    path = str(place.control_socket)
    with key_of(place) as key, socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as channel:
        if key is not None:
            _reach(channel, path)
            yield Connection(channel, key, path)
            return
        if not may_start or not is_there(place.control_socket):
            raise StockadeError(DaemonNotRunning(path=path, reason=_why_not(place)))
        _reach(channel, path)
        with _awaited(place, channel) as fresh:
            yield Connection(channel, fresh, path)


def _reach(channel: socket.socket, path: str) -> None:
    # Not `settimeout`: with it a full backlog is an error at once instead of something to wait for.
    channel.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", CONNECT_S, 0))
    try:
        channel.connect(path)
    except OSError as error:
        raise StockadeError(DaemonNotRunning(path=path, reason=error.strerror or str(error))) from error
    channel.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", 0, 0))


def _why_not(place: StateDir) -> str:
    if is_there(place.control_socket):
        return "it is not running; `stockade start`, `connect` or `wait` would start it if it is a service"
    if SERVICE.is_dir() and not os.access(SERVICE, os.X_OK):
        return f"there is no such socket, and the machine's own service in {SERVICE} is not open to this user"
    return "there is no such socket"


@contextmanager
def _awaited(place: StateDir, channel: socket.socket) -> Iterator[Key]:
    """Give the token of the daemon that our connection has started, as soon as there is one."""
    hung_up = select.poll()
    hung_up.register(channel, select.POLLRDHUP if hasattr(select, "POLLRDHUP") else 0)
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        with key_of(place) as key:
            if key is not None:
                yield key
                return
        if hung_up.poll(LOOK_MS):
            raise StockadeError(DaemonNotRunning(path=str(place.control_socket), reason=ENDED))
    raise StockadeError(AnswerLate(path=str(place.control_socket), limit_s=START_S))
