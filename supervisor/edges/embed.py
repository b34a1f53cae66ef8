"""stockade inside another trio application.

    async with supervisor.open_supervisor("mcp.json") as sup:
        async with sup.connect("github") as session:
            …

Everything runs in the task that opened it and in tasks below it: no signal handlers, no globals, any number at once in
one process. Leaving the context, by its end, an exception or a cancellation, stops every server gracefully; that part
is shielded and bounded (35 s for the whole tree).
"""

from __future__ import annotations

import dataclasses
import os
import secrets
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, Self

import trio

from supervisor import __version__, running
from supervisor.config import effects as config_files
from supervisor.config.specs import Config
from supervisor.edges import say, state
from supervisor.edges.facts import facts_here, with_engine
from supervisor.edges.naming import why_not
from supervisor.edges.record import Recorder
from supervisor.edges.reloads import Reloads
from supervisor.edges.source import Given, Source
from supervisor.edges.trust import Trust
from supervisor.edges.watching import Watching
from supervisor.errors import (
    AnyProblem,
    ControlError,
    NotReady,
    Problem,
    SessionError,
    StockadeError,
    WaitTimeout,
)
from supervisor.events import AnyEvent
from supervisor.kernel.bus import AskFailed, AskTimeout
from supervisor.kernel.specs import Leaf, Published
from supervisor.kernel.stoppable import until_stop
from supervisor.kernel.subscription import Subscription
from supervisor.reload.words import Plan
from supervisor.reloading import STOP_S
from supervisor.server.messages import Describe, Described, Done, Halt, Restart, Start

ASK_S = 10.0
"""Seconds that an actor may take to answer: its turns take milliseconds, so past this it is stuck or gone."""
SETTLED = frozenset(
    {"ready", "failed", "backing_off", "crash_looping", "engine_down", "quarantined", "lazy", "disabled", "stopped"}
)
"""Lives that are a first outcome."""

UNREADY = frozenset({"failed", "quarantined", "stopped", "disabled"})
"""Lives that end by somebody's act only."""


class Session:
    """One conversation with a server: newline-delimited JSON-RPC, as bytes."""

    def __init__(self, server: str, name: str, stream: trio.SocketStream) -> None:
        self.server = server
        self.name = name
        self.stream = stream
        """Send lines with `send_all`, receive bytes with `receive_some`; `send_eof` says that you are done."""

    @asynccontextmanager
    async def mcp_streams(self) -> AsyncIterator[tuple[Any, Any]]:
        """Give the pair of streams that the official SDK's `ClientSession` takes; needs `stockade[mcp]`."""
        from supervisor.edges.sdk import sdk_streams

        async with sdk_streams(self.stream) as streams:
            yield streams


class EventStream:
    """Events in order, each `Published(seq, at_s, correlation, sender, body)` with the event itself as `body`.

    A reader that falls more than 1,000 events behind loses the oldest; `seq` shows the gap. A context manager that
    closes it.
    """

    def __init__(self, subscription: Subscription) -> None:
        self._subscription = subscription
        self._waiting: deque[Published[AnyEvent]] = deque()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Published[AnyEvent]:
        if self._waiting:
            await trio.lowlevel.checkpoint()
        else:
            batch = await self._subscription.take()
            if not batch:
                raise StopAsyncIteration
            self._waiting.extend(batch)
        return self._waiting.popleft()

    def close(self) -> None:
        """Collect no more; what is there already can still be read."""
        self._subscription.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()


class Stockade:
    """A running stockade; what `open_supervisor` gives."""

    def __init__(self, run: running.Run, instance: str, source: Source) -> None:
        self._run = run
        self.reloads = Reloads(run, source)
        """Carries out what `reload` asks for."""
        self.instance = instance
        """The id of this run, as it stands in every event."""
        self.recorder = Recorder(instance, run.redactor)

    @property
    def config(self) -> Config:
        """The configuration in force."""
        return self._run.config

    # ---------------------------------------------------------------------------------------------- servers

    async def status(self) -> list[Described]:
        """Say how every server stands, in the order of the config."""
        return [described for name in self._run.names if (described := await self.describe(name)) is not None]

    async def describe(self, server: str) -> Described | None:
        """Say how one server stands; None if its actor does not answer."""
        with suppress(AskFailed, AskTimeout):
            described: Described = await self._run.bus.ask(
                running.path_of(server), Describe(), Described, timeout_s=ASK_S
            )
            return described
        return None

    async def start(self, server: str) -> Done:
        """Begin to run a server, forgetting past failures. Raises: ControlError."""
        return await self._ask(server, Start(), ASK_S)

    async def stop(self, server: str) -> Done:
        """End a server; returns when nothing of it is left. Raises: ControlError."""
        return await self._ask(server, Halt(), STOP_S)

    async def restart(self, server: str) -> Done:
        """End a server and start it again; returns when that was taken. Raises: ControlError."""
        return await self._ask(server, Restart(), ASK_S)

    async def _ask(self, server: str, request: Start | Halt | Restart, timeout_s: float) -> Done:
        self.check(server)
        try:
            done: Done = await self._run.bus.ask(running.path_of(server), request, Done, timeout_s=timeout_s)
        except (AskFailed, AskTimeout) as error:
            raise ControlError(NotReady(server=server, state=str(error), retry_after_s=1.0)) from error
        return done

    def check(self, server: str) -> None:
        """Raises: ControlError for a server that is not in the config, or invalid there."""
        if server in self._run.names:
            return
        raise ControlError(why_not(server, self.config))

    async def wait_for(self, what: str = "ready", server: str = "", *, timeout_s: float = 60.0) -> list[Described]:
        """Wait until a server, or every server, is `ready` or has its first `outcome`; returns how they stand.

        Raises: ControlError(WaitTimeout) past the time, the server's own problem when it has failed for good.
        """
        with trio.move_on_after(timeout_s), self._run.bus.subscribe(AnyEvent, reader="wait") as subscription:
            while True:
                if server:  # a reload may have removed it meanwhile
                    self.check(server)
                servers = [one for one in await self.status() if server in ("", one.server)]
                wanted = [one for one in servers if one.life not in ("disabled", "lazy") or server]
                for one in wanted:
                    if what == "ready" and one.life in UNREADY and one.problem is not None:
                        raise ControlError(one.problem)
                if all(one.life == "ready" if what == "ready" else one.life in SETTLED for one in wanted):
                    return servers
                await subscription.take()
        raise ControlError(WaitTimeout(what=f"{what} of {server or 'all servers'}", limit_s=timeout_s))

    async def reload(self, config: Given = None, *, dry_run: bool = False) -> Plan:
        """Read the configuration again, or take the given one, and go over to it; returns what was done.

        Servers whose entry is the same are not touched, nor are their sessions. A server that runs and whose new entry
        is invalid goes on as it is. With `dry_run` nothing is changed. A cancelled caller does not undo it. Bounded by
        120 s, and one more reload that may be under way.

        Raises: ConfigError for a configuration that cannot be used, the one in force stays; StockadeError
        (ReloadIncomplete) if it could not be carried out for every server.
        """
        return await self.reloads.ask(config, is_dry_run=dry_run)

    # --------------------------------------------------------------------------------------------- sessions

    @asynccontextmanager
    async def connect(self, server: str) -> AsyncIterator[Session]:
        """Open a session with a server of its own; it survives the server's death.

        While the server is not ready, calls are answered at once with a JSON-RPC error that says when to try again.
        Raises: ControlError for an unknown or invalid server.
        """
        self.check(server)
        ours, theirs = running.stream_pair()
        name = self._run.sessions.name()
        failure: Exception | None = None
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._serve, server, name, theirs)
            try:
                async with ours:
                    yield Session(server, name, ours)
            except Exception as error:  # noqa: BLE001  (raised again below, not in the group of a hidden nursery)
                failure = error
            finally:
                nursery.cancel_scope.cancel()
        if failure is not None:
            raise failure

    async def _serve(self, server: str, session: str, stream: trio.SocketStream) -> None:
        async with stream:
            await self.serve_streams(server, session, stream, stream)

    async def serve_streams(
        self,
        server: str,
        session: str,
        receive: trio.abc.ReceiveStream,
        send: trio.abc.SendStream,
        *,
        gives_up: bool = False,
        tally: running.Tally | None = None,
    ) -> Problem | None:
        """Run a session on streams of the caller's; returns the problem that ended it, None if the client left.

        With `gives_up` it ends when the server cannot be had; the server is started even for a client that leaves at
        once, and not started again when it ends without having said anything.
        """
        self.check(server)
        terms = running.terms_of(next(spec for spec in self.config.servers if spec.name == server))
        terms = dataclasses.replace(terms, is_one_program=gives_up)
        client = running.Client(receive, send)
        return await self._run.sessions.serve(server, session, client, terms=terms, gives_up=gives_up, tally=tally)

    def new_session_name(self) -> str:
        """Return a fresh name for a session."""
        return self._run.sessions.name()

    # ----------------------------------------------------------------------------------------------- events

    def events(self) -> EventStream:
        """Return every event from now on, to be iterated over, and closed when it is not needed any more."""
        return EventStream(self._run.bus.subscribe(AnyEvent, reader="embedder"))

    @property
    def trust(self) -> Trust:
        """Scans, and what is trusted of what servers say of themselves."""
        return Trust(self._run)

    @property
    def run(self) -> running.Run:
        """The run below, for the other edges."""
        return self._run


def read_config(config: str | Path | Mapping[str, Any] | Config | None, environ: Mapping[str, str]) -> Config:
    """Take a configuration in any form; None is the user's own file. Raises: ConfigError."""
    if isinstance(config, Config):
        return config
    if isinstance(config, Mapping):
        return config_files.adopt(config, environ=environ, facts=facts_here(), ask_engine=with_engine)
    return config_files.load(config, environ=environ, facts=facts_here(), ask_engine=with_engine)


@asynccontextmanager
async def open_supervisor(
    config: str | Path | Mapping[str, Any] | Config,
    *,
    state_dir: str | Path | None = None,
    environ: Mapping[str, str] | None = None,
    edge: Callable[[Stockade], running.Leaves] = lambda _sup: running.Leaves(),
    is_probed: bool = True,
    divides_cgroup: bool = False,
    source: Given = None,
) -> AsyncIterator[Stockade]:
    """Run the servers of a configuration while the context lasts.

    `config` is a path, or the same content as a mapping. `state_dir` is a folder of this user's own for sandboxed
    servers and for finding leftovers of a killed run; the default is the user's own one. `environ` stands for this
    process's environment. With `divides_cgroup`, and if this process's cgroup was delegated to it, each instance gets a
    cgroup below it; this process itself then moves into one named `stockade`, and stays there.
    A configuration that was read already is read again from `source` at a reload, if that is said.

    Raises: ConfigError, StockadeError(StateUnusable), StockadeError(TreeGaveUp).
    """
    surroundings = dict(os.environ if environ is None else environ)
    # In a thread, for `mode: auto` asks an engine, which may take seconds, and the loop may have more to do than this.
    read = await trio.to_thread.run_sync(read_config, config, surroundings, abandon_on_cancel=True)
    folder = state.prepare(state.chosen(state_dir, read, surroundings))
    instance = secrets.token_hex(4)
    again = Source(config if source is None else source, surroundings)
    opened: list[Stockade] = []

    def leaves(run: running.Run) -> running.Leaves:
        opened.append(Stockade(run, instance, again))
        declared = edge(opened[0])
        reloads = Leaf(name="reloads", run=until_stop(opened[0].reloads.run))
        watching = Leaf(name="watching", run=until_stop(Watching(run, opened[0].reloads).run))
        return running.Leaves(first=declared.first, last=(*declared.last, reloads, watching))

    failure: Exception | None = None
    try:
        async with running.open_run(
            read,
            state_dir=str(folder.path),
            environ=surroundings,
            version=__version__,
            edge=leaves,
            is_probed=is_probed,
            divides_cgroup=divides_cgroup,
        ):
            try:
                yield opened[0]
            except Exception as error:  # noqa: BLE001  (raised again below, not in the groups of hidden nurseries)
                failure = error
    except ExceptionGroup as group:
        ours = [leaf for leaf in say.leaves(group) if isinstance(leaf, StockadeError)]
        raise (ours[0] if ours else group) from None
    if failure is not None:
        raise failure


__all__ = ["AnyProblem", "Session", "SessionError", "Stockade", "open_supervisor"]
