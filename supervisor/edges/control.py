"""The control socket: a unix socket in the state directory on which the daemon answers (words: protocol.py).

A caller is not trusted by its user id alone, because a sandboxed server runs as the same user and can connect to any
unix socket: every request also carries the token of a file that every sandbox denies. A caller that is slow, silent or
talks nonsense hurts only its own connection.
"""

from __future__ import annotations

import hmac
import os
import shutil
import socket
import struct
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import msgspec
import trio

from supervisor.config.schema import Settings
from supervisor.edges import protocol
from supervisor.edges.log import Ring
from supervisor.edges.record import Record
from supervisor.errors import ControlInvalid, ControlRefused, Problem, SessionError, StockadeError
from supervisor.kernel.specs import Life

REQUEST_BYTES = 64 * 1024
"""A request is a few hundred bytes; whoever sends more is not talking to us."""
REQUEST_S = 10.0
"""Seconds for a caller to send its request line, so that a silent one does not hold its connection for ever."""
BACKLOG = 128


class Daemon(Protocol):
    """What the control socket needs of the running daemon."""

    async def status(self) -> protocol.StatusAnswer:
        """Say how everything stands."""

    async def start(self, server: str) -> Any:
        """Begin to run a server. Raises: StockadeError."""

    async def stop(self, server: str) -> Any:
        """End a server. Raises: StockadeError."""

    async def restart(self, server: str) -> Any:
        """End and start a server. Raises: StockadeError."""

    async def wait(self, what: str, server: str, timeout_s: float) -> None:
        """Wait for servers. Raises: StockadeError."""

    async def serve_session(
        self, server: str, stream: trio.SocketStream, opened: Callable[[str], Awaitable[None]]
    ) -> None:
        """Run one session on a stream. Raises: StockadeError before `opened` was called."""

    def shutdown(self) -> None:
        """Begin to end the daemon."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Door:
    """Who may come in."""

    path: Path
    token: str
    settings: Settings

    def listen(self) -> socket.socket:
        """Bind the socket, replacing one that a dead daemon left; the state's lock says that there is no other."""
        self.path.unlink(missing_ok=True)
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_CLOEXEC)
        previous = os.umask(0o177)  # it must at no moment be open to others
        try:
            listener.bind(str(self.path))
        finally:
            os.umask(previous)
        if self.settings.control_group is not None:
            shutil.chown(self.path, group=self.settings.control_group)
        self.path.chmod(self.settings.control_mode)
        listener.listen(BACKLOG)
        return listener

    def admits(self, connection: socket.socket) -> bool:
        """Tell whether the peer's user may talk to us at all."""
        uid = peer_uid(connection)
        if uid is None or uid in (0, os.geteuid()) or uid in self.settings.allow_uids:
            return True
        return self.settings.control_group is not None  # the socket's own permissions have let it through

    def knows(self, token: str) -> bool:
        """Tell whether that is the token, in constant time."""
        return hmac.compare_digest(token.encode(errors="backslashreplace"), self.token.encode())


def peer_uid(connection: socket.socket) -> int | None:
    """Return the user at the other end, as the kernel knows it; None where it does not say."""
    option = getattr(socket, "SO_PEERCRED", None)
    if option is None:
        return None
    _pid, uid, _gid = struct.unpack("3i", connection.getsockopt(socket.SOL_SOCKET, option, struct.calcsize("3i")))
    return int(uid)


class Control:
    """The leaf that listens and answers."""

    def __init__(self, door: Door, daemon: Daemon, ring: Ring) -> None:
        self._door = door
        self._daemon = daemon
        self._ring = ring
        self._decoder = msgspec.json.Decoder(protocol.AnyRequest)

    async def run(self, life: Life) -> None:
        """Listen for ever; an incarnation after a crash binds anew."""
        listener = trio.SocketListener(trio.socket.from_stdlib_socket(self._door.listen()))
        async with trio.open_nursery() as nursery:
            nursery.start_soon(trio.serve_listeners, self._connection, [listener])
            life.ready()

    async def _connection(self, stream: trio.SocketStream) -> None:
        async with stream:
            with suppress(trio.BrokenResourceError, trio.ClosedResourceError):  # the caller has left
                await self._converse(stream)

    async def _converse(self, stream: trio.SocketStream) -> None:
        lines = _Lines(stream)
        while True:
            with trio.move_on_after(REQUEST_S) as scope:
                line = await lines.next()
            if scope.cancelled_caught or line is None:
                return
            try:
                request = self._admit(stream, line)
                await self._answer(stream, request)
            except StockadeError as error:
                await stream.send_all(error_line(error.problem))
                if isinstance(error.problem, ControlRefused | ControlInvalid):
                    return
            else:
                if isinstance(request, protocol.Connect | protocol.Events):
                    return

    def _admit(self, stream: trio.SocketStream, line: bytes) -> protocol.AnyRequest:
        if not self._door.admits(stream.socket):  # type: ignore[arg-type]  # trio's socket answers getsockopt too
            raise StockadeError(ControlRefused(reason="this user may not talk to the daemon"))
        try:
            request: protocol.AnyRequest = self._decoder.decode(line)
        except msgspec.DecodeError as error:
            raise StockadeError(ControlInvalid(reason=str(error))) from None
        if not self._door.knows(request.token):
            raise StockadeError(ControlRefused(reason="the token is not this daemon's"))
        return request

    async def _answer(self, stream: trio.SocketStream, request: protocol.AnyRequest) -> None:
        daemon = self._daemon
        match request:
            case protocol.Events():
                await self._send_events(stream, request)
            case protocol.Connect():
                await self._connect(stream, request)
            case protocol.StartServer():
                await _say(stream, await daemon.start(request.server))
            case protocol.StopServer():
                await _say(stream, await daemon.stop(request.server))
            case protocol.RestartServer():
                await _say(stream, await daemon.restart(request.server))
            case protocol.Wait():
                await daemon.wait(request.what, request.server, request.timeout_s)
                await _say(stream, await daemon.status())
            case protocol.Status():
                await _say(stream, await daemon.status())
            case protocol.Shutdown():
                await _say(stream, "stopping")
                daemon.shutdown()

    async def _connect(self, stream: trio.SocketStream, request: protocol.Connect) -> None:
        async def opened(session: str) -> None:
            await _say(stream, {"session": session})

        try:
            await self._daemon.serve_session(request.server, stream, opened)
        except SessionError:
            return  # it was told to the client in the session's own words

    async def _send_events(self, stream: trio.SocketStream, request: protocol.Events) -> None:
        since = None if request.since_s is None else time.time() - request.since_s

        def wanted(record: Record) -> bool:
            return (
                (not request.server or record.server == request.server)
                and record.type.startswith(request.type)
                and (since is None or record.at_s >= since)
            )

        if not request.follow:
            await stream.send_all(b"".join(record.line + b"\n" for record in self._ring.records(wanted)))
            return
        async with trio.open_nursery() as nursery:
            nursery.start_soon(_cancel_at_end, stream, nursery.cancel_scope)

            async def send(record: Record) -> None:
                if wanted(record):
                    await stream.send_all(record.line + b"\n")

            await self._ring.follow(send)


async def _cancel_at_end(stream: trio.SocketStream, scope: trio.CancelScope) -> None:
    while await stream.receive_some(1024):
        pass
    scope.cancel()


async def _say(stream: trio.SocketStream, value: Any) -> None:
    await stream.send_all(msgspec.json.encode(protocol.Ok(ok=value)) + b"\n")


def error_line(problem: Problem) -> bytes:
    """Render a problem as an answer, with its text and remedy for callers that know no codes."""
    fields = msgspec.to_builtins(problem) | {"message": problem.text, "remedy": problem.remedy}
    fields["exit_code"] = int(problem.exit_code)
    return msgspec.json.encode({"error": fields}) + b"\n"


class _Lines:
    """Reads request lines, byte-exact: what follows a `connect` belongs to the session."""

    def __init__(self, stream: trio.SocketStream) -> None:
        self._stream = stream

    async def next(self) -> bytes | None:
        line = bytearray()
        while not line.endswith(b"\n"):
            peeked = await self._stream.socket.recv(4096, socket.MSG_PEEK)
            if not peeked:
                return None
            end = peeked.find(b"\n") + 1
            line += await self._stream.receive_some(end or len(peeked))
            if len(line) > REQUEST_BYTES:
                raise StockadeError(ControlInvalid(reason=f"a request is at most {REQUEST_BYTES} bytes"))
        return bytes(line)
