"""The caller's side of the control socket: plain blocking sockets, so that a short verb does not load trio."""

from __future__ import annotations

import json
import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from supervisor.edges.state import StateDir, read_token
from supervisor.errors import AnswerLate, AnswerUnknown, DaemonNotRunning, StockadeError

CONNECT_S = 5
"""Seconds for the daemon to take the connection: it is on this machine and only ever busy for milliseconds."""
ANSWER_S = 45.0
"""Seconds for an answer: a server takes at most 36 s to stop, the daemon itself milliseconds."""
CHUNK_BYTES = 65536


class Refused(Exception):  # noqa: N818  (an answer, not a fault of ours)
    """The daemon answered with a problem, whose fields these are."""

    def __init__(self, fields: dict[str, Any]) -> None:
        self.fields = fields
        super().__init__(fields.get("message", ""))


class Connection:
    """One connection to the daemon."""

    def __init__(self, channel: socket.socket, token: str, path: str) -> None:
        self.socket = channel
        self._token = token
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
            self.socket.sendall(json.dumps({"do": do, "token": self._token, **fields}).encode() + b"\n")
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
def connect(state: StateDir) -> Iterator[Connection]:
    """Connect to the daemon of a state directory. Raises: StockadeError(DaemonNotRunning)."""
    token = read_token(state)
    path = str(state.control_socket)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as channel:
        # Not `settimeout`: with it a full backlog is an error at once instead of something to wait for.
        channel.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", CONNECT_S, 0))
        try:
            channel.connect(path)
        except OSError as error:
            raise StockadeError(DaemonNotRunning(path=path, reason=error.strerror or str(error))) from error
        channel.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", 0, 0))
        yield Connection(channel, token, path)
