"""Runs one session: the client's streams here, one instance after the other there, the rules in between.

Two tasks: one reads the client, one acquires instances and reads the one that is there. Each writes what it has read
before it reads on, so that whoever does not read stops nobody but its own session. The session is over when either
task is: the client left and the server had its time to finish, no instance is to be had, or the rules say so.

Where a guard is, an answer that defines something is judged before the client gets it: the way from the server to the
client waits for that, so that order is kept, and the other way goes on. A judgement is bounded, and ends with the
session.

A server is given up when its stdout ends, when its process ends (what it had written is still read; what its orphans
might write is not waited for), when it does not take its input any more, or when the rules call it poisoned.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, Protocol

import trio
from msgspec import Struct

from supervisor.errors import HandshakeTimeout, NotReady, Problem, ServerDied, StockadeError
from supervisor.mcp.framing import MAX_MESSAGE, Block, FramingError, LineBuffer
from supervisor.mcp.jsonrpc import INVALID_REQUEST, error_line
from supervisor.relay.effects import Sink, Source
from supervisor.relay.guard import Guard
from supervisor.relay.out import GuardFact, Out, Question, Tally
from supervisor.relay.sessions import Session
from supervisor.scan.words import Judgement

STATUS_WAIT_S: Final = 0.25
"""How long after the end of a server's stdout its exit status is waited for: calls in flight fail within a second."""
FAREWELL_S: Final = 1.0
"""How long a client that does not read is given to take the last answers."""
JUDGE_S: Final = 30.0
"""How long a judgement may take: half of what clients wait for a list. Ten thousand tools take seven seconds."""
JOIN_BYTES: Final = 65536
"""Pieces that are smaller together are written as one."""


class Instance(Protocol):
    """One running process (or container) of a server, as the relay sees it."""

    @property
    def stdin(self) -> trio.abc.SendStream: ...

    @property
    def stdout(self) -> trio.abc.ReceiveStream: ...

    @property
    def died(self) -> trio.Event:
        """Set once its first process has ended."""

    @property
    def ending(self) -> str:
        """How it ended, for people (`exit code 1`, `signal 9`), once `died` is set."""


class Instances(Protocol):
    """Where fresh instances come from, and used ones go."""

    async def acquire(self) -> Instance:
        """An instance that nobody has spoken to; waits for as long as there may still be one.

        Raises:
            StockadeError: there will be none; its problem ends the session.
        """

    def release(self, instance: Instance, problem: Problem | None) -> None:
        """Take it back and end it, without keeping the caller waiting; `problem` is what was wrong with it."""

    def absence(self) -> NotReady | None:
        """Why there is none, for a call that comes now; None if one is on its way."""


@dataclass(frozen=True, kw_only=True)
class Terms:
    """The bounds of one session."""

    max_message: int = MAX_MESSAGE
    """Bytes of the largest line, in either direction."""
    start_wait_s: float = 30.0
    """How long calls wait for an instance that is on its way."""
    call_wait_s: float = 0.0
    """How long calls wait for one that is not, before they are told so."""
    replay_s: float = 30.0
    """How long a fresh instance may take to answer the replayed `initialize`."""
    linger_s: float = 2.0
    """How long the server may still answer after the client has closed its side."""
    withholds: bool = True
    """Where there is a guard: whether anything may be kept from the client that no person said no to."""
    known_as: str = ""
    """The name under which an operator approves what is withheld; empty for the server's own."""
    list_wait_s: float = 5.0
    """How long a call waits for a list of its kind that the server does not answer; most answer in milliseconds."""
    is_one_program: bool = False
    """Whether it is a program that somebody typed: it is run even if the client leaves at once, and not run once more
    when it ends without having said anything."""


class ServerLost(Struct, frozen=True, tag="server_lost"):
    """The session lost its instance."""

    problem: Problem


class GarbageSeen(Struct, frozen=True, tag="garbage_seen"):
    """Lines of the server that were not JSON-RPC."""

    count: int
    first_line: str
    """The first one of this instance."""


Fact = ServerLost | GarbageSeen | GuardFact


@dataclass(frozen=True)
class Client:
    """The two ends of a client; a stream that is both may be given twice."""

    receive: trio.abc.ReceiveStream
    send: trio.abc.SendStream


async def run_session(
    server: str,
    client: Client,
    instances: Instances,
    *,
    terms: Terms | None = None,
    tally: Tally | None = None,
    tell: Callable[[Fact], None] | None = None,
    guard: Guard | None = None,
) -> Problem | None:
    """Relay between a client and instances of `server` until it is over; the reason, or None if the client left.

    The client's receiving end is left open for its owner to close; its sending end is half-closed.
    """
    terms = terms or Terms()
    session = Session(server, tally, guard, withholds=terms.withholds, known_as=terms.known_as)
    return await _Pump(session, client, instances, terms=terms, tell=tell or _ignore, guard=guard).run()


class _Attached:
    """The instance that is there now, and why it is given up once it is."""

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        self.stdin = Sink(instance.stdin)
        self.stdout = Source(instance.stdout)
        self.problem: Problem | None = None

    def give_up(self, problem: Problem | None = None) -> None:
        """Stop talking to it; what it has said already is still read."""
        self.problem = self.problem or problem
        self.stdin.abandon()
        self.stdout.interrupt()


class _Pump:
    def __init__(
        self,
        session: Session,
        client: Client,
        instances: Instances,
        *,
        terms: Terms,
        tell: Callable[[Fact], None],
        guard: Guard | None,
    ) -> None:
        self._session = session
        self._instances = instances
        self._terms = terms
        self._tell = tell
        self._guard = guard
        self._client_in = Source(client.receive)
        self._client_out = Sink(client.send)
        self._client_left = False
        self._attached: _Attached | None = None
        self._opened = trio.Event()
        """Set while the session is open; a new one for each gap."""
        self._delayed = trio.Event()
        """Set when a call waits for a list; then a new one."""

    async def run(self) -> Problem | None:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._until_done, self._serve_client, nursery.cancel_scope)
            nursery.start_soon(self._until_done, self._serve_instances, nursery.cancel_scope)
            if self._guard is not None:
                nursery.start_soon(self._until_done, self._watch_delayed, nursery.cancel_scope)
        with trio.move_on_after(FAREWELL_S) as farewell:
            farewell.shield = True
            await self._say_farewell()
        return self._session.problem

    async def _until_done(self, work: Callable[[], Awaitable[None]], scope: trio.CancelScope) -> None:
        try:
            await work()
        except* trio.BrokenResourceError:  # the client reads no more
            self._client_left = True
        scope.cancel()

    async def _say_farewell(self) -> None:
        try:
            await self._deliver(self._session.end(), None)
        except trio.BrokenResourceError:
            return
        await self._client_out.close()

    async def _deliver(self, out: Out, attached: _Attached | None) -> None:
        """Send what the rules want sent; an instance that takes nothing any more is given up.

        Raises:
            trio.BrokenResourceError: the client takes nothing any more.
        """
        for fact in out.facts:
            self._tell(fact)
        if out.to_server and attached is not None and not self._client_left:
            try:
                for piece in _joined(out.to_server):
                    await attached.stdin.write(piece)
            except trio.BrokenResourceError:
                attached.give_up()
        for piece in _joined(out.to_client):
            await self._client_out.write(piece)

    # -------------------------------------------------------------------------------------------------- the client

    async def _serve_client(self) -> None:
        buffer = LineBuffer(self._terms.max_message, side="client")
        try:
            while True:
                count = await self._client_in.read_into(buffer.room())
                block = buffer.filled(count) if count else buffer.rest()
                if block is not None:
                    await self._from_client(block)
                if not count:
                    break
        except FramingError as error:
            await self._deliver(self._session.end(error.problem), None)
            await self._client_out.write(error_line(None, INVALID_REQUEST, error.problem.text))
            return
        if self._terms.is_one_program and self._attached is None:
            await self._hold()
        self._client_left = True
        if self._attached is not None:
            await self._attached.stdin.close()
            await trio.sleep(self._terms.linger_s)

    async def _from_client(self, block: Block) -> None:
        if self._session.state != "open":
            await self._hold()
        await self._deliver(self._session.from_client(block), self._attached)
        if self._session.delayed:
            self._delayed.set()

    async def _watch_delayed(self) -> None:
        """Let calls wait for a list so long and no longer; those that came meanwhile get their own turn."""
        while True:
            await self._delayed.wait()
            self._delayed = trio.Event()
            while waiting := tuple(self._session.delayed):
                await trio.sleep(self._terms.list_wait_s)
                await self._deliver(self._session.overdue(waiting), self._attached)

    async def _hold(self) -> None:
        """Keep the client waiting for an instance, as long as its calls may wait; not reading it is all it takes."""
        absence = self._instances.absence()
        with trio.move_on_after(self._terms.start_wait_s if absence is None else self._terms.call_wait_s):
            while self._session.state not in {"open", "ended"}:
                await self._opened.wait()
        if self._session.state != "open":
            self._note_absence()

    def _note_absence(self) -> None:
        starting = NotReady(server=self._session.server, state="starting", retry_after_s=1.0)
        self._session.absence = self._instances.absence() or starting

    # --------------------------------------------------------------------------------------------------- the server

    async def _serve_instances(self) -> None:
        while not self._client_left and self._session.state != "ended":
            try:
                instance = await self._instances.acquire()
            except StockadeError as error:
                await self._deliver(self._session.end(error.problem), None)
                return
            await self._serve(instance)
            if self._terms.is_one_program and self._session.tally.server_messages == 0:
                return

    async def _serve(self, instance: Instance) -> None:
        problem: Problem | None = None
        self._attached = attached = _Attached(instance)
        try:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(self._watch_end, attached)
                nursery.start_soon(self._watch_replay, attached)
                await self._open(attached)
                problem = await self._read_server(attached)
                nursery.cancel_scope.cancel()
            problem = problem or attached.problem or await self._cause(instance)
        finally:
            self._attached = None
            attached.give_up()
            self._instances.release(instance, None if self._client_left else problem)
        await self._lose(problem)

    async def _open(self, attached: _Attached) -> None:
        out = self._session.server_ready()
        await self._deliver(out, attached)
        self._note_open()

    def _note_open(self) -> None:
        if self._session.state == "open":
            self._opened.set()

    async def _read_server(self, attached: _Attached) -> Problem | None:
        """Pass on what the server says; the problem if it is not to be read any further, None at its end."""
        buffer = LineBuffer(self._terms.max_message, side="server")
        try:
            while True:
                count = await attached.stdout.read_into(buffer.room())
                block = buffer.filled(count) if count else buffer.rest()
                if block is not None:
                    problem = await self._from_server(block, attached)
                    if problem is not None:
                        return problem
                if not count:
                    return None
        except FramingError as error:
            return error.problem

    async def _from_server(self, block: Block, attached: _Attached) -> Problem | None:
        session = self._session
        before = session.garbage.total
        out = session.from_server(block)
        await self._deliver(out, attached)
        while out.question is not None:
            out = session.judged(out.question, await self._judge(out.question))
            await self._deliver(out, attached)
        if session.garbage.total != before:
            self._tell(GarbageSeen(session.garbage.total - before, session.garbage.first))
        if not self._opened.is_set():
            self._note_open()
        return out.lost or session.problem

    async def _judge(self, question: Question) -> Judgement | None:
        assert self._guard is not None  # the session asks only where there is one
        with trio.move_on_after(JUDGE_S):
            return await self._guard.judge(
                self._session.server, question.answer.definitions, source="session", is_whole=False
            )
        return None

    async def _watch_end(self, attached: _Attached) -> None:
        await attached.instance.died.wait()
        attached.give_up()

    async def _watch_replay(self, attached: _Attached) -> None:
        with trio.move_on_after(self._terms.replay_s) as scope:
            await self._opened.wait()
        if scope.cancelled_caught:
            attached.give_up(HandshakeTimeout(limit_s=self._terms.replay_s))

    async def _cause(self, instance: Instance) -> Problem:
        with trio.move_on_after(STATUS_WAIT_S):
            await instance.died.wait()
        still = "its stdout closed while it was running"
        return ServerDied(status=instance.ending if instance.died.is_set() else still)

    async def _lose(self, problem: Problem) -> None:
        self._tell(ServerLost(problem))
        if self._client_left or self._session.state == "ended":
            return
        if self._opened.is_set():
            self._opened = trio.Event()
        self._note_absence()
        await self._deliver(self._session.server_lost(problem), None)


def _ignore(fact: Fact) -> None:  # it is asked for nothing
    pass


def _joined(pieces: list[bytes | memoryview]) -> list[bytes | memoryview]:
    if len(pieces) > 1 and sum(map(len, pieces)) < JOIN_BYTES:
        return [b"".join(pieces)]
    return pieces
