"""The caller's side of the control socket: plain blocking sockets, so that a short verb does not load trio."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from supervisor.edges.state import StateDir, read_token
from supervisor.errors import ControlInvalid, DaemonNotRunning, ExitCode, StockadeError

CONNECT_S = 5.0
"""Seconds for the daemon to take the connection: it is on this machine and only ever busy for milliseconds."""
CHUNK_BYTES = 65536


class Refused(Exception):  # noqa: N818  (an answer, not a fault of ours)
    """The daemon answered with a problem."""

    def __init__(self, error: dict[str, Any]) -> None:
        self.code = str(error.get("code", ""))
        self.text = str(error.get("message", ""))
        self.remedy = str(error.get("remedy", ""))
        self.exit_code = int(error.get("exit_code", ExitCode.FAILED))
        self.fields = error
        super().__init__(self.text)


class Connection:
    """One connection to the daemon."""

    def __init__(self, channel: socket.socket, token: str) -> None:
        self.socket = channel
        self._token = token
        self._rest = b""

    def call(self, do: str, **fields: Any) -> Any:
        """Send one request and return what its answer holds. Raises: Refused, StockadeError(DaemonNotRunning)."""
        self.send(do, **fields)
        line = self.line()
        if line is None:
            path = str(self.socket.getpeername())
            raise StockadeError(DaemonNotRunning(path=path, reason="it closed the connection"))
        answer = json.loads(line)
        if not isinstance(answer, dict) or ("ok" not in answer and "error" not in answer):
            raise StockadeError(ControlInvalid(reason="the answer is in no form that this version knows"))
        if "error" in answer:
            raise Refused(answer["error"])
        return answer["ok"]

    def send(self, do: str, **fields: Any) -> None:
        """Send one request."""
        self.socket.sendall(json.dumps({"do": do, "token": self._token, **fields}).encode() + b"\n")

    def line(self) -> bytes | None:
        """Return the next line without its end, None at the end of the connection."""
        while b"\n" not in self._rest:
            chunk = self.socket.recv(CHUNK_BYTES)
            if not chunk:
                return None
            self._rest += chunk
        line, _, self._rest = self._rest.partition(b"\n")
        return line

    def lines(self) -> Iterator[bytes]:
        """Yield lines until the daemon closes the connection."""
        while (line := self.line()) is not None:
            if line.startswith(b'{"error"'):
                raise Refused(json.loads(line)["error"])
            yield line

    def take_rest(self) -> bytes:
        """Return what was read beyond the last line."""
        rest, self._rest = self._rest, b""
        return rest


@contextmanager
def connect(state: StateDir) -> Iterator[Connection]:
    """Connect to the daemon of a state directory. Raises: StockadeError(DaemonNotRunning)."""
    token = read_token(state)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as channel:
        channel.settimeout(CONNECT_S)
        try:
            channel.connect(str(state.control_socket))
        except OSError as error:
            reason = error.strerror or str(error)
            raise StockadeError(DaemonNotRunning(path=str(state.control_socket), reason=reason)) from error
        channel.settimeout(None)
        yield Connection(channel, token)
