"""`stockade serve`: the daemon, as a plain foreground process.

The first SIGTERM or SIGINT stops it gracefully (doors first, then servers side by side, at most 35 s); a second one
kills every server at once. systemd, where it is there, is told READY, STATUS and STOPPING.
"""

from __future__ import annotations

import os
import resource
import signal
import socket
import time
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from functools import partial
from typing import Any

import trio

from supervisor import __version__, running
from supervisor.config import effects as config_files
from supervisor.config.specs import Config
from supervisor.edges import log, protocol, say, state, trust
from supervisor.edges.control import Control
from supervisor.edges.door import Door, open_door, tell_guests, withdraw
from supervisor.edges.embed import Stockade, open_supervisor, read_config
from supervisor.edges.live import live_leaves
from supervisor.edges.naming import why_not
from supervisor.edges.ring import Ring
from supervisor.edges.service.contact import Contact
from supervisor.edges.signals import Asked, Ending
from supervisor.errors import ConfigError, ControlError, ExitCode, Problem, StockadeError
from supervisor.events import ConfigLoaded, ConfigRejected, ProcessSwept, ServerDegraded, TreeStarted, TreeStopped
from supervisor.kernel.specs import ActorCrashed, Leaf, Life
from supervisor.kernel.stoppable import until_stop
from supervisor.reload.words import Plan
from supervisor.server.messages import Done

STDERR = 2
WAITING = (signal.SIGHUP, signal.SIGUSR1)
"""Signals that wait from the first moment until somebody can hear them: unheard, they would end the process."""


class Daemon:
    """One run of the daemon; implements what the control socket asks for."""

    def __init__(self, sup: Stockade, contact: Contact) -> None:
        self._sup = sup
        self._contact = contact
        self._began = time.monotonic()
        self.stop_asked = trio.Event()
        self.reason = ""

    def shutdown(self, reason: str = "asked to by `stockade shutdown`") -> None:
        """Begin to end; the service manager hears of it before anybody else does."""
        self._contact.stopping()
        self.reason = self.reason or reason
        self.stop_asked.set()

    def gave_up(self, problem: Problem) -> None:
        """Say why it ends: parts of stockade itself cannot go on. The first reason stands, as in `shutdown`."""
        why = f"gave up: {problem.text}"
        self._contact.stopping(why)
        self.reason = self.reason or why

    async def status(self) -> protocol.StatusAnswer:
        """Say how everything stands."""
        run = self._sup.run
        return protocol.StatusAnswer(
            pid=os.getpid(),
            version=__version__,
            instance=self._sup.instance,
            source=self._sup.reloads.source.path or "",  # absolute: who asks may be in another folder
            uptime_s=round(time.monotonic() - self._began, 3),
            servers=await self._sup.status(),
            why={spec.name: spec.why for spec in self._sup.config.servers},
            others=others(self._sup.config),
            actors=run.tree.stats(),
            dead_letters=run.bus.dead_count,
        )

    def check_known(self, server: str) -> None:
        """Raises: ControlError for a name that is nowhere in the config, because nothing is ever told of it."""
        if server not in self._sup.config.order:
            raise ControlError(why_not(server, self._sup.config))

    def redacted(self, value: Any) -> Any:
        """Return plain data without the value of any secret."""
        return self._sup.recorder.redacted(value)

    def connection_crashed(self, error: BaseException) -> None:
        """Tell that a connection ended by a defect of ours."""
        problem = say.problem_of(error, {})
        fields = say.fields_of(problem)
        crash = ActorCrashed(
            actor="a connection", error=fields.get("error", problem.text), where=fields.get("where", "")
        )
        self._sup.run.bus.publish(crash, sender="control")

    async def start(self, server: str) -> Done:
        """Begin to run a server."""
        return await self._sup.start(server)

    async def stop(self, server: str) -> Done:
        """End a server."""
        return await self._sup.stop(server)

    async def restart(self, server: str) -> Done:
        """End and start a server."""
        return await self._sup.restart(server)

    async def reload(self, *, dry_run: bool) -> Plan:
        """Read the configuration again, and go over to it."""
        return await self._sup.reload(dry_run=dry_run)

    async def wait(self, what: str, server: str, timeout_s: float) -> None:
        """Wait for servers."""
        await self._sup.wait_for(what, server, timeout_s=timeout_s)

    async def trust(self, request: protocol.TrustRequest) -> Any:
        """Scan, show or decide on definitions."""
        is_scan = isinstance(request, protocol.ScanServer)
        if request.server and (is_scan or not await self._sup.trust.is_kept(request.server)):
            self._sup.check(request.server)
        return await trust.answer(self._sup.trust, self._sup.run.names, request)

    async def serve_session(
        self, server: str, stream: trio.SocketStream, opened: Callable[[str], Awaitable[None]]
    ) -> None:
        """Run one session on a connection."""
        self._sup.check(server)
        await self._refuse_quarantined(server)
        session = self._sup.new_session_name()
        await opened(session)
        await self._sup.serve_streams(server, session, stream, stream)

    async def _refuse_quarantined(self, server: str) -> None:
        """Raises: ControlError; a session that was open before its server was quarantined is told so instead."""
        described = await self._sup.describe(server)
        if described is not None and described.life == "quarantined" and described.problem is not None:
            raise ControlError(described.problem)


def others(config: Config) -> list[dict[str, str]]:
    """List the entries of a config that are not run, with the reason."""
    rows = [{"server": one.name, "state": "remote", "reason": one.url} for one in config.remote]
    for entry in config.invalid:
        problem = entry.problems[0]
        rows.append({"server": entry.name, "state": "invalid", "code": problem.code, "reason": problem.text})
    return rows


def leaves(sup: Stockade, daemon: Daemon, contact: Contact, door: Door, listener: socket.socket) -> running.Leaves:
    """Declare what the daemon adds to the tree."""
    bus = sup.run.bus
    ring = Ring(bus, sup.recorder)
    chosen = log.choose(sup.config.settings.sinks, os.environ, stderr=STDERR)
    sinks = [log.Sink(name, bus, sup.recorder, writer, render) for name, writer, render in chosen]
    control = Control(door, listener, daemon, ring, daemon.connection_crashed)

    async def epilogue(life: Life) -> None:
        life.ready()
        await life.wait_for_stop()
        bus.publish(TreeStopped(reason=daemon.reason or "cancelled"), sender="daemon")

    return running.Leaves(
        first=(
            *(Leaf(name=sink.name, run=sink.run) for sink in sinks),
            *live_leaves(bus, STDERR),
            Leaf(name="ring", run=until_stop(ring.run)),
            Leaf(name="epilogue", run=epilogue),
        ),
        last=(
            Leaf(name="control", run=until_stop(control.run)),
            Leaf(name="status", run=until_stop(contact.reporter(sup).run)),
        ),
    )


def tell_start(sup: Stockade) -> None:
    """Publish that everything runs, and what was found on the way."""
    sup.run.bus.publish(
        TreeStarted(version=__version__, pid=os.getpid(), servers=len(sup.config.servers)), sender="daemon"
    )
    tell_sweep(sup)
    tell_config(sup, sup.config.source)


def tell_sweep(sup: Stockade) -> None:
    """Publish what the sweep at the start found, if there was anything."""
    swept = sup.run.table.swept
    if swept.ended or swept.survivors or swept.spared or swept.troubles:
        event = ProcessSwept(
            ended=swept.ended, survivors=swept.survivors, spared=swept.spared, troubles=list(swept.troubles)
        )
        sup.run.bus.publish(event, sender="process")


def tell_config(sup: Stockade, source: str) -> None:
    """Publish what became of the configuration."""
    config, bus = sup.config, sup.run.bus
    warnings = [warned.problem.text for warned in config.warnings]
    bus.publish(
        ConfigLoaded(path=source, servers=len(config.servers), invalid=len(config.invalid), warnings=warnings),
        sender="daemon",
    )
    for entry in config.invalid:
        for problem in entry.problems:
            bus.publish(ConfigRejected(server=entry.name, problem=problem), sender="daemon")
    for spec in config.servers:
        if spec.enabled and spec.mode == "none" and not spec.why.key:
            reason = "nothing in the config asks for isolation: it runs with all rights of this user"
            bus.publish(ServerDegraded(server=spec.name, reason=reason), sender="daemon")


async def _run(
    config: Config, contact: Contact, place: state.StateDir, entrance: tuple[Door, socket.socket], source: str | None
) -> None:
    held: list[Daemon] = []

    def heard(number: signal.Signals) -> None:
        if held:
            held[0].shutdown(f"signal {number.name}")
        contact.stopping()

    hangup = Asked()
    ending = Ending(heard, others={signal.SIGHUP: hangup.hear, signal.SIGUSR1: contact.ask_dump})

    def edge(sup: Stockade) -> running.Leaves:
        contact.notifier.redacted = sup.recorder.redacted
        held.append(Daemon(sup, contact))
        sup.run.gave_up = held[0].gave_up
        ending.killed_by(sup.run.table.kill)
        return leaves(sup, held[0], contact, *entrance)

    async with trio.open_nursery() as nursery:
        await nursery.start(ending.hear)  # before anything is started that a signal would leave behind
        signal.pthread_sigmask(signal.SIG_UNBLOCK, WAITING)  # and before anything is started that would inherit it
        nursery.start_soon(contact.extend_stop)
        with ending.scope:
            async with open_supervisor(
                config, state_dir=place.path, edge=edge, divides_cgroup=True, source=source
            ) as sup:
                nursery.start_soon(contact.watch, sup)  # to the very end: a stop can get stuck too
                nursery.start_soon(contact.dump_when_asked, sup)
                await _serve(sup, held[0], contact, hangup)
        nursery.cancel_scope.cancel()


async def _serve(sup: Stockade, daemon: Daemon, contact: Contact, hangup: Asked) -> None:
    tell_start(sup)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(contact.extend_reloads)
        nursery.start_soon(_reload_when_ready, sup, contact, hangup)
        await daemon.stop_asked.wait()
        nursery.cancel_scope.cancel()


async def _reload_when_ready(sup: Stockade, contact: Contact, hangup: Asked) -> None:
    """Tell that it is ready, and from then on of reloads; a SIGHUP that came before has waited for that."""
    await contact.tell_ready(sup)
    sup.reloads.begun, sup.reloads.ended = contact.tell_reloading, partial(contact.tell_reloaded, sup)
    while True:
        await hangup.wait()
        sup.reloads.begin()


def serve(config_path: str | None, state_dir: str | None) -> int:
    """Run the daemon until it is stopped; returns its exit code. Raises: StockadeError."""
    signal.pthread_sigmask(signal.SIG_BLOCK, WAITING)
    contact = Contact(os.environ)
    keep_no_core()
    try:
        return _run_from_file(contact, config_path, state_dir)
    except StockadeError as error:
        contact.notifier.failed(error.problem.text)
        raise


def keep_no_core() -> None:
    """Have the kernel write no image of our memory, which holds secrets: a watchdog's signal asks for one.

    Servers inherit that, and hold secrets too; one whose config sets this limit gets what it says.
    """
    _soft, hard = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (0, hard))


def _run_from_file(contact: Contact, config_path: str | None, state_dir: str | None) -> int:
    config = read_config(config_path, os.environ)
    if config.problems:  # nothing of it would run: better no daemon than one that looks alive
        for problem in config.problems[1:]:
            say.complain(problem)
        raise ConfigError(config.problems[0])
    place = state.prepare(state.chosen(state_dir, config, os.environ), state.runtime_path(os.environ))
    with ExitStack() as stack:
        stack.enter_context(state.daemon_lock(place))
        door, listener = stack.enter_context(open_door(place, config.settings, contact.listener))
        tell_guests(door)
        contact.at_stop = partial(withdraw, place, contact.listener)
        source = config_files.default_path(os.environ) if config_path is None else config_path
        trio.run(_run, config, contact, place, (door, listener), source)
    return ExitCode.OK
