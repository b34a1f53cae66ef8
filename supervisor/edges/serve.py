"""`stockade serve`: the daemon, as a plain foreground process.

The first SIGTERM or SIGINT stops it gracefully (doors first, then servers side by side, at most 35 s); a second one
kills every server at once. systemd, where it is there, is told READY, STATUS and STOPPING.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Awaitable, Callable
from contextlib import ExitStack

import trio

from supervisor import __version__
from supervisor import engine as engines
from supervisor.config.schema import Config
from supervisor.edges import log, protocol, state, systemd
from supervisor.edges.control import Control, Door
from supervisor.edges.embed import Stockade, open_supervisor, read_config
from supervisor.edges.lively import live_leaves
from supervisor.edges.say import complain
from supervisor.errors import ExitCode, StockadeError
from supervisor.events import ConfigLoaded, ConfigRejected, ProcessSwept, ServerDegraded, TreeStarted, TreeStopped
from supervisor.kernel.specs import Leaf, Life
from supervisor.kernel.stoppable import until_stop
from supervisor.server.messages import Done

STDERR = 2


class Daemon:
    """One run of the daemon; implements what the control socket asks for."""

    def __init__(self, sup: Stockade) -> None:
        self._sup = sup
        self._began = time.monotonic()
        self.stop_asked = trio.Event()
        self.reason = ""

    def shutdown(self, reason: str = "asked to by `stockade shutdown`") -> None:
        """Begin to end."""
        self.reason = self.reason or reason
        self.stop_asked.set()

    async def status(self) -> protocol.StatusAnswer:
        """Say how everything stands."""
        engine = self._sup.engine
        actors = [
            protocol.ActorLine(
                name=stats.name,
                depth=stats.depth,
                handled=stats.handled,
                restarts=stats.restarts,
                tick_age_s=stats.tick_age_s,
                p50_s=stats.p50_s,
                p99_s=stats.p99_s,
            )
            for stats in engine.tree.stats()
        ]
        return protocol.StatusAnswer(
            pid=os.getpid(),
            version=__version__,
            instance=self._sup.instance,
            uptime_s=round(time.monotonic() - self._began, 3),
            servers=await self._sup.status(),
            others=others(self._sup.config),
            actors=actors,
            dead_letters=engine.bus.dead_count,
        )

    async def start(self, server: str) -> Done:
        """Begin to run a server."""
        return await self._sup.start(server)

    async def stop(self, server: str) -> Done:
        """End a server."""
        return await self._sup.stop(server)

    async def restart(self, server: str) -> Done:
        """End and start a server."""
        return await self._sup.restart(server)

    async def wait(self, what: str, server: str, timeout_s: float) -> None:
        """Wait for servers."""
        await self._sup.wait_for(what, server, timeout_s=timeout_s)

    async def serve_session(
        self, server: str, stream: trio.SocketStream, opened: Callable[[str], Awaitable[None]]
    ) -> None:
        """Run one session on a connection."""
        self._sup.check(server)
        session = self._sup.new_session_name()
        await opened(session)
        await self._sup.serve_streams(server, session, stream, stream)


def others(config: Config) -> list[dict[str, str]]:
    """List the entries of a config that are not run, with the reason."""
    rows = [{"server": one.name, "state": "remote", "reason": one.url} for one in config.remote]
    for entry in config.invalid:
        problem = entry.problems[0]
        rows.append({"server": entry.name, "state": "invalid", "code": problem.code, "reason": problem.text})
    return rows


def leaves(sup: Stockade, daemon: Daemon, place: state.StateDir, token: str) -> engines.Leaves:
    """Declare what the daemon adds to the tree."""
    bus = sup.engine.bus
    ring = log.Ring(bus, sup.recorder)
    chosen = log.choose(sup.config.settings.sinks, os.environ, stderr=STDERR)
    sinks = [log.Sink(name, bus, sup.recorder, writer, render) for name, writer, render in chosen]
    door = Door(path=place.control_socket, token=token, settings=sup.config.settings)
    reporter = systemd.StatusReporter(bus, os.environ, sup.status)

    async def epilogue(life: Life) -> None:
        life.ready()
        await life.wait_for_stop()
        bus.publish(TreeStopped(reason=daemon.reason or "cancelled"), sender="daemon")

    return engines.Leaves(
        first=(
            *(Leaf(name=sink.name, run=sink.run) for sink in sinks),
            *live_leaves(bus, STDERR),
            Leaf(name="ring", run=until_stop(ring.run)),
            Leaf(name="epilogue", run=epilogue),
        ),
        last=(
            Leaf(name="control", run=until_stop(Control(door, daemon, ring).run)),
            Leaf(name="systemd", run=until_stop(reporter.run)),
        ),
    )


def tell_sweep(sup: Stockade) -> None:
    """Publish what the sweep at the start found, if there was anything."""
    swept = sup.engine.table.swept
    if swept.ended or swept.survivors or swept.spared or swept.troubles:
        event = ProcessSwept(
            ended=swept.ended, survivors=swept.survivors, spared=swept.spared, troubles=list(swept.troubles)
        )
        sup.engine.bus.publish(event, sender="process")


def tell_config(sup: Stockade, source: str) -> None:
    """Publish what became of the configuration."""
    config, bus = sup.config, sup.engine.bus
    warnings = [warned.problem.text for warned in config.warnings]
    bus.publish(
        ConfigLoaded(path=source, servers=len(config.servers), invalid=len(config.invalid), warnings=warnings),
        sender="daemon",
    )
    for problem in config.problems:
        bus.publish(ConfigRejected(server="", problem=problem), sender="daemon")
    for entry in config.invalid:
        for problem in entry.problems:
            bus.publish(ConfigRejected(server=entry.name, problem=problem), sender="daemon")
    for spec in config.servers:
        if spec.enabled and spec.mode == "none" and not spec.why.key:
            reason = "nothing in the config asks for isolation: it runs with all rights of this user"
            bus.publish(ServerDegraded(server=spec.name, reason=reason), sender="daemon")


async def _signals(daemon: Daemon, sup: Stockade) -> None:
    with trio.open_signal_receiver(signal.SIGTERM, signal.SIGINT) as received:
        count = 0
        async for number in received:
            count += 1
            daemon.shutdown(f"signal {signal.Signals(number).name}")
            if count > 1:
                await engines.kill_all(sup.engine)


async def _run(config: Config, place: state.StateDir, token: str) -> None:
    held: list[Daemon] = []

    def edge(sup: Stockade) -> engines.Leaves:
        held.append(Daemon(sup))
        return leaves(sup, held[0], place, token)

    async with trio.open_nursery() as nursery:
        async with open_supervisor(config, state_dir=place.path, edge=edge) as sup:
            daemon = held[0]
            nursery.start_soon(_signals, daemon, sup)
            sup.engine.bus.publish(
                TreeStarted(version=__version__, pid=os.getpid(), servers=len(config.servers)), sender="daemon"
            )
            tell_sweep(sup)
            tell_config(sup, config.source)
            if config.settings.ready == "all":
                nursery.start_soon(_ready_when_all, sup)
            else:
                systemd.notify(os.environ, "READY=1", f"STATUS={systemd.status_line(await sup.status())}")
            await daemon.stop_asked.wait()
            systemd.notify(os.environ, "STOPPING=1", "STATUS=stopping")
        nursery.cancel_scope.cancel()


async def _ready_when_all(sup: Stockade) -> None:
    try:
        await sup.wait_for("outcome", timeout_s=24 * 3600.0)
    finally:
        systemd.notify(os.environ, "READY=1")


def serve(config_path: str | None, state_dir: str | None) -> int:
    """Run the daemon until it is stopped; returns its exit code."""
    try:
        config = read_config(config_path, os.environ)
        place = state.prepare(state.chosen(state_dir, config, os.environ))
        with ExitStack() as stack:
            stack.enter_context(state.daemon_lock(place))
            token = state.write_token(place)
            trio.run(_run, config, place, token)
            place.control_socket.unlink(missing_ok=True)
            place.token_file.unlink(missing_ok=True)
    except StockadeError as error:
        return complain(error.problem)
    return ExitCode.OK
