"""The control socket: a unix socket in the state directory on which the daemon answers (words: protocol.py).

A caller is not trusted by its user id alone, because a sandboxed server runs as the same user and can connect to any
unix socket: every request also carries the token of a file that every sandbox denies. A caller that is slow, silent or
talks nonsense hurts only its own connection.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, Protocol, assert_never

import msgspec
import trio

from supervisor.edges import protocol
from supervisor.edges.callers import Strangers, request_line, unless_left
from supervisor.edges.door import Door
from supervisor.edges.record import Record
from supervisor.edges.ring import Ring
from supervisor.edges.say import fields_of
from supervisor.errors import ControlInvalid, ControlRefused, SessionError, StockadeError
from supervisor.kernel.pulse import Pulse
from supervisor.kernel.specs import Life


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

    async def reload(self, *, dry_run: bool) -> Any:
        """Read the configuration again, and go over to it. Raises: StockadeError."""

    async def wait(self, what: str, server: str, timeout_s: float) -> None:
        """Wait for servers. Raises: StockadeError."""

    async def serve_session(
        self, server: str, stream: trio.SocketStream, opened: Callable[[str], Awaitable[None]]
    ) -> None:
        """Run one session on a stream. Raises: StockadeError before `opened` was called."""

    async def trust(self, request: protocol.TrustRequest) -> Any:
        """Scan, show or decide on definitions. Raises: StockadeError."""

    def shutdown(self) -> None:
        """Begin to end the daemon."""

    def check_known(self, server: str) -> None:
        """Raises: StockadeError for a name that is nowhere in the config."""

    def redacted(self, value: Any) -> Any:
        """Return plain data without the value of any secret, and with nothing that JSON cannot carry."""


class Watched(trio.abc.Listener[trio.SocketStream]):
    """A listener whose loop gives signs of life: it waits for a caller, or comes back to wait for the next."""

    def __init__(self, listener: trio.SocketListener, life: Life) -> None:
        self._listener = listener
        self._pulse = Pulse()
        life.watch(self._pulse)

    async def accept(self) -> trio.SocketStream:
        """Wait for a caller."""
        with self._pulse.resting():
            return await self._listener.accept()

    async def aclose(self) -> None:
        """Close it."""
        await self._listener.aclose()


class Control:
    """The leaf that answers on a socket that listens already: callers that come while we start wait for us."""

    def __init__(
        self, door: Door, listener: socket.socket, daemon: Daemon, ring: Ring, told: Callable[[BaseException], None]
    ) -> None:
        self._door = door
        self._listener = listener
        self._daemon = daemon
        self._ring = ring
        self._told = told
        self._strangers = Strangers()
        self._decoder = msgspec.json.Decoder(protocol.AnyRequest)

    async def run(self, life: Life) -> None:
        """Answer for ever; an incarnation after a crash goes on with the same socket."""
        listener = trio.SocketListener(trio.socket.from_stdlib_socket(self._listener.dup()))
        async with trio.open_nursery() as nursery:
            nursery.start_soon(trio.serve_listeners, self._connection, [Watched(listener, life)])
            life.ready()

    async def _connection(self, stream: trio.SocketStream) -> None:
        async with stream:
            try:
                await self._converse(stream)
            except* (trio.BrokenResourceError, trio.ClosedResourceError, OSError):
                pass  # the caller has left
            except* Exception as crash:  # noqa: BLE001  (one connection's defect must not end all others)
                self._told(crash)

    async def _converse(self, stream: trio.SocketStream) -> None:
        while True:
            request: protocol.AnyRequest | None = None
            try:
                with self._strangers.wait():
                    line = await request_line(stream)
                    request = None if line is None else self._admit(stream, line)
            except StockadeError as error:
                await self._say(stream, {"error": fields_of(error.problem)})
                return
            if request is None:
                return
            await self._answer(stream, request)
            if isinstance(request, protocol.Connect | protocol.Events):
                return

    def _admit(self, stream: trio.SocketStream, line: bytes) -> protocol.AnyRequest:
        if not self._door.admits(stream.socket):  # type: ignore[arg-type]  # trio's socket answers getsockopt too
            raise StockadeError(ControlRefused(reason="this user may not talk to the daemon"))
        try:
            request: protocol.AnyRequest = self._decoder.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise StockadeError(ControlInvalid(reason=str(error))) from None
        if not self._door.knows(request.token):
            raise StockadeError(ControlRefused(reason="the token is not this daemon's"))
        return request

    async def _answer(self, stream: trio.SocketStream, request: protocol.AnyRequest) -> None:
        try:
            match request:
                case protocol.Connect():
                    await self._connect(stream, request)
                case protocol.Events():
                    await self._send_events(stream, request)
                case protocol.Wait():
                    await unless_left(stream, partial(self._wait, stream, request))
                case protocol.ScanServer():
                    await unless_left(stream, partial(self._scan, stream, request))
                case protocol.Shutdown():
                    await self._ok(stream, "stopping")
                    self._daemon.shutdown()
                case _:
                    await self._ok(stream, await self._done(request))
        except StockadeError as error:
            await self._say(stream, {"error": fields_of(error.problem)})

    async def _done(
        self,
        request: protocol.Status
        | protocol.StartServer
        | protocol.StopServer
        | protocol.RestartServer
        | protocol.Reload
        | protocol.Decide
        | protocol.Show,
    ) -> Any:
        match request:
            case protocol.Status():
                return await self._daemon.status()
            case protocol.StartServer():
                return await self._daemon.start(request.server)
            case protocol.StopServer():
                return await self._daemon.stop(request.server)
            case protocol.RestartServer():
                return await self._daemon.restart(request.server)
            case protocol.Reload():  # is carried to its end, whoever leaves
                return await self._daemon.reload(dry_run=request.dry_run)
            case (
                protocol.ApproveTools() | protocol.RejectTools() | protocol.ShowDifferences() | protocol.ShowPins()
            ):  # a decision is not given up halfway, whoever leaves
                return await self._daemon.trust(request)
            case unknown:
                assert_never(unknown)

    async def _wait(self, stream: trio.SocketStream, request: protocol.Wait) -> None:
        try:
            await self._daemon.wait(request.what, request.server, request.timeout_s)
        except StockadeError as error:
            await self._say(stream, {"error": fields_of(error.problem)})
        else:
            await self._ok(stream, await self._daemon.status())

    async def _scan(self, stream: trio.SocketStream, request: protocol.ScanServer) -> None:
        try:
            answer = await self._daemon.trust(request)
        except StockadeError as error:
            await self._say(stream, {"error": fields_of(error.problem)})
        else:
            await self._ok(stream, answer)

    async def _connect(self, stream: trio.SocketStream, request: protocol.Connect) -> None:
        async def opened(session: str) -> None:
            await self._ok(stream, {"session": session})

        try:
            await self._daemon.serve_session(request.server, stream, opened)
        except SessionError:
            return  # it was told to the client in the session's own words

    async def _send_events(self, stream: trio.SocketStream, request: protocol.Events) -> None:
        if request.server:
            self._daemon.check_known(request.server)
        since = None if request.since_s is None else time.time() - request.since_s

        def wanted(record: Record) -> bool:
            return (
                (not request.server or record.server == request.server)
                and record.type.startswith(request.type)
                and (since is None or record.at_s >= since)
            )

        async def send(record: Record) -> None:
            await stream.send_all(record.line + b"\n")

        if request.preface:
            await self._say(stream, {"kept": self._ring.kept()})
        if request.follow:
            await unless_left(stream, partial(self._ring.follow, wanted, send))
        else:
            await stream.send_all(b"".join(record.line + b"\n" for record in self._ring.records(wanted)))

    async def _ok(self, stream: trio.SocketStream, value: Any) -> None:
        await self._say(stream, {"ok": value})

    async def _say(self, stream: trio.SocketStream, answer: dict[str, Any]) -> None:
        plain = self._daemon.redacted(msgspec.to_builtins(answer))
        await stream.send_all(msgspec.json.encode(plain) + b"\n")
