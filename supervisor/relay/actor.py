"""The sessions: a leaf that gets instances from the servers' actors for the relay, and gives them back.

A session runs in the task of whoever opened it (a connection of the control socket, an embedding program): its bytes
never cross the bus, and its end is the end of that task. What goes over the bus is who holds which instance.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from itertools import count
from typing import Any, Protocol

import trio

from supervisor.errors import NotReady, Problem, ServerDied, SessionChanged, SessionError
from supervisor.events import (
    Event,
    SessionAttached,
    SessionClosed,
    SessionOpened,
    StdoutGarbage,
    ToolRefused,
    ToolUnjudged,
)
from supervisor.kernel.bus import AskFailed, AskTimeout, Bus
from supervisor.kernel.outbox import Outbox
from supervisor.kernel.specs import Begin, Life
from supervisor.matters import SESSION
from supervisor.relay.names import shown
from supervisor.relay.out import AnswerUnjudged, CallRefused, Tally
from supervisor.server.messages import Attach, Attached, Detach, NotAttached

HOLD_S = 30.0
"""Seconds that a request for an instance is held by a server that has none, before it is asked again."""
SPARE_TIME_S = 35.0
"""Seconds beyond the hold within which the answer must be there: a server's actor never works longer than that."""
AGAIN_S = 0.2
"""Seconds before a server's actor that is just being restarted is asked again."""
EVENTS_PER_MINUTE = 10
"""Events about lines that are not messages, per session; as many about refused calls, and about answers unjudged."""


class Process(Protocol):
    """One running instance, as the relay uses it."""

    @property
    def stdin(self) -> trio.abc.SendStream: ...

    @property
    def stdout(self) -> trio.abc.ReceiveStream: ...

    @property
    def died(self) -> trio.Event: ...

    @property
    def ending(self) -> str: ...


class Table(Protocol):
    """What is needed of the process table."""

    def child(self, instance: str) -> Process:
        """The process of an instance. Raises: KeyError."""


class Holder:
    """Gets one session its instances, one after the other; what the relay calls `Instances`."""

    def __init__(self, sessions: Sessions, server: str, session: str, *, gives_up: bool) -> None:
        self._sessions = sessions
        self._server = server
        self._session = session
        self._gives_up = gives_up
        self._absence: NotReady | None = None
        self._previous = ""
        self._held: dict[int, str] = {}
        self.dismissed: Problem | None = None
        """Why there will be no further instance."""

    async def acquire(self) -> Process:
        """Return an instance that nobody has spoken to.

        Raises: SessionError when there will be none, for a session that does not wait for an operator or is dismissed.
        """
        wait_s = 0.0
        while True:
            if self.dismissed is not None:
                raise SessionError(self.dismissed)
            answer = await self._ask(wait_s)
            if isinstance(answer, Attached):
                process = self._take(answer.instance)
                if process is not None:
                    return process
                if self._gives_up and not self._previous:  # it has had its run, before anybody could speak to it
                    raise SessionError(ServerDied(status="it ended at once"))
            elif isinstance(answer, NotAttached):
                if answer.is_final and self._gives_up:
                    raise SessionError(answer.problem)
                self._absence = _absence(self._server, answer.problem)
                wait_s = HOLD_S
            else:
                await trio.sleep(AGAIN_S)

    def _take(self, instance: str) -> Process | None:
        """Hold an instance; None for one that ended on the way here, so that no call is lost to it.

        A session that gives up is of a program that somebody typed: it may be short, and what it said is wanted.
        """
        try:
            process = self._sessions.table.child(instance)
        except KeyError:
            self._sessions.detach(self._server, self._session, instance, None)
            return None
        if process.died.is_set() and not self._gives_up:
            died = ServerDied(status=process.ending)
            self._sessions.detach(self._server, self._session, instance, died)
            return None
        self._absence = None
        self._previous = instance
        self._held[id(process)] = instance
        self._sessions.held.add(instance)
        attached = SessionAttached(server=self._server, session=self._session, instance_id=instance)
        self._sessions.bus.publish(attached, sender="session")
        return process

    async def _ask(self, wait_s: float) -> Attached | NotAttached | None:
        sessions = self._sessions
        request = Attach(session=self._session, wait_s=wait_s, replaces=self._previous)
        try:
            answer: Attached | NotAttached = await sessions.bus.ask(
                sessions.path_of(self._server), request, Attached | NotAttached, timeout_s=wait_s + SPARE_TIME_S
            )
        except (AskFailed, AskTimeout):
            return None
        except trio.Cancelled:
            sessions.detach(self._server, self._session, "", None)
            raise
        return answer

    def release(self, instance: Process, problem: Problem | None) -> None:
        """Give an instance back; with a problem it counts as a failure of the server."""
        key = self._held.pop(id(instance))
        self._sessions.held.discard(key)
        self._absence = None
        blame = None if isinstance(problem, SessionChanged) else problem
        self._sessions.detach(self._server, self._session, key, blame)

    def absence(self) -> NotReady | None:
        """Say why there is no instance, None if one is on its way."""
        return self._absence


def _absence(server: str, problem: Problem) -> NotReady:
    if isinstance(problem, NotReady):
        return problem
    return NotReady(server=server, state=f"failed: {problem.text} [{problem.code}]", retry_after_s=HOLD_S)


Relay = Callable[..., Awaitable[Problem | None]]
"""relay/pump.run_session, handed in by the wiring."""


class Sessions:
    """The leaf `root/sessions`, and what opens a session."""

    def __init__(self, bus: Bus, table: Table, relay: Relay, path_of: Callable[[str], str]) -> None:
        self.bus = bus
        self.table = table
        self.path_of = path_of
        self.held: set[str] = set()
        """Instances that sessions hold now."""
        self._relay = relay
        self._outbox = Outbox(bus)
        self._numbers = count(1)
        self._holders: dict[Holder, str] = {}
        """The server of each open session."""

    async def run(self, life: Life) -> None:
        """Deliver what sessions give back, for ever."""
        life.watch(self._outbox.pulse)
        life.ready()
        await self._outbox.drain()

    def detach(self, server: str, session: str, instance: str, problem: Any) -> None:
        """Tell a server that a session has no more use for an instance, without waiting."""
        message = Detach(session=session, instance=instance, problem=problem)
        self._outbox.add(self.path_of(server), self.bus.envelope(message, sender="session"))

    def dismiss(self, server: str, problem: Problem) -> None:
        """Have every open session of a server end with this problem when the instance that it holds has ended."""
        for holder, of in self._holders.items():
            if of == server:
                holder.dismissed = problem

    def name(self) -> str:
        """Return a fresh name for a session."""
        return f"s{next(self._numbers)}"

    async def serve(
        self, server: str, session: str, client: Any, *, terms: Any, gives_up: bool = False, tally: Tally | None = None
    ) -> Problem | None:
        """Run one session to its end; the problem that ended it, None if the client left."""
        tally = tally or Tally()
        holder = Holder(self, server, session, gives_up=gives_up)
        self._holders[holder] = server
        self.bus.matters.begin(Begin((SESSION, session)))
        self.bus.publish(SessionOpened(server=server, session=session), sender="session")
        reason = "cancelled"
        try:
            problem = await self._relay(
                server, client, holder, terms=terms, tally=tally, tell=_Teller(self.bus, server, session)
            )
            reason = problem.text if problem else "the client left"
            return problem
        finally:
            del self._holders[holder]
            closed = SessionClosed(
                server=server,
                session=session,
                reason=reason,
                from_client=tally.client_messages,
                from_server=tally.server_messages,
            )
            self.bus.publish(closed, sender="session")
            self.bus.matters.end((SESSION, session))


class _Teller:
    """Turns what the relay tells of a session into events, of each kind at most ten a minute."""

    def __init__(self, bus: Bus, server: str, session: str) -> None:
        self._bus = bus
        self._server = server
        self._session = session
        self._garbage = 0
        self._refused = 0
        self._told: dict[type[Event], list[float]] = {}

    def __call__(self, fact: Any) -> None:
        server, session = self._server, self._session
        match fact:
            case CallRefused():
                self._refused += 1
                self._publish(
                    ToolRefused(
                        server=server,
                        session=session,
                        kind=fact.kind,
                        tool=shown(fact.name),
                        reason=fact.reason,
                        count=self._refused,
                    )
                )
            case AnswerUnjudged():
                self._publish(
                    ToolUnjudged(
                        server=server, session=session, kind=fact.kind, detail=fact.detail, withheld=fact.is_kept
                    )
                )
            case _ if (line := getattr(fact, "first_line", None)) is not None:
                self._garbage += fact.count
                self._publish(StdoutGarbage(server=server, session=session, line=line, count=self._garbage))

    def _publish(self, event: Event) -> None:
        now = trio.current_time()
        told = [then for then in self._told.get(type(event), ()) if now - then < 60]
        if len(told) < EVENTS_PER_MINUTE:
            told.append(now)
            self._bus.publish(event, sender="session")
        self._told[type(event)] = told
