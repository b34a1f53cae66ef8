"""Wiring: the tree of one run of stockade, declared as data, and the resources it stands on.

    root                      one_for_one
    ├── work                  one_for_one   one actor per isolation mode
    ├── servers               dynamic       one actor per MCP server
    ├── sessions                            gives instances to sessions
    └── …                                   leaves of the edge that opened the tree (control socket, sinks)

Stopped right to left: first the edges (no new sessions), then the servers side by side, then the modes.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import trio

from supervisor.config.redact import Redactor
from supervisor.config.schema import Config, Facts, ServerSpec
from supervisor.environment.rules import Allowance, environment
from supervisor.errors import StockadeError
from supervisor.errors import TreeGaveUp as GaveUpProblem
from supervisor.events import StderrLine
from supervisor.kernel.actor import leaf_run
from supervisor.kernel.bus import Bus
from supervisor.kernel.node import ChildFailed, GaveUp
from supervisor.kernel.specs import Branch, Leaf, Limit, Restart
from supervisor.kernel.stoppable import until_stop
from supervisor.kernel.tree import Tree
from supervisor.modes import MODES, Surroundings, launcher_path
from supervisor.process.table import ProcessTable, open_processes
from supervisor.process.words import Command, Heard
from supervisor.relay.actor import Sessions
from supervisor.relay.instream import stream_pair
from supervisor.relay.pump import Client, Terms, run_session
from supervisor.server.actor import actor as server_actor
from supervisor.server.effects import Prober
from supervisor.server.states import Profile

SERVERS = "root/servers"
SERVER_STOP_S = 35.0
"""Seconds for one server to end: the longest stop ladder (30 s) and its report."""


@dataclass(kw_only=True)
class Engine:
    """One run: what the edges work with."""

    config: Config
    bus: Bus
    tree: Tree
    table: ProcessTable
    sessions: Sessions
    redactor: Redactor
    names: tuple[str, ...] = field(default=())
    """Servers that have an actor."""


def path_of(server: str) -> str:
    """Return the name of a server's actor."""
    return f"{SERVERS}/{server}"


def profile_of(spec: ServerSpec, command: str, *, is_probed: bool) -> Profile:
    """Say what the rules of a server need of its configuration."""
    return Profile(
        name=spec.name,
        mode=spec.mode,
        launcher=launcher_path(spec.mode),
        command=command,
        grace=spec.grace,
        limits=spec.limits,
        sandbox=spec.sandbox,
        create_s=spec.startup.create_s,
        spares=spec.spares if is_probed and spec.sharing == "per-session" else 0,
        max_sessions=1 if spec.sharing == "exclusive" else None,
        restart=spec.restart,
        begins="disabled" if not spec.enabled else "lazy" if spec.lazy else "starting",
        is_probed=is_probed,
    )


def terms_of(spec: ServerSpec) -> Terms:
    """Say within which bounds a session with this server runs."""
    return Terms(
        max_message=spec.max_message_bytes,
        start_wait_s=spec.startup.create_s,
        call_wait_s=spec.call_wait_s,
        replay_s=spec.startup.handshake_s,
        linger_s=spec.grace.stdin_s,
    )


def facts(platform: str) -> Facts:
    """Say what this machine and this version can do, as far as a configuration depends on it."""
    return Facts(platform=platform, landlock=False, modes=tuple(row.mode for row in MODES))


def command_of(spec: ServerSpec, environ: Mapping[str, str]) -> Command:
    """Prepare what is executed for a server: arguments, the whole environment, the working directory."""
    allowance = Allowance(
        allow=spec.environment_allow, proxies=spec.environment_proxies, env=spec.env, unset=spec.unset
    )  # fmt: skip
    return Command(
        argv=(spec.command, *spec.args),
        env=environment(environ, allowance, platform=sys.platform),
        cwd=spec.cwd or str(Path.cwd()),
        secrets=frozenset(name for name, value in spec.env.items() if value in spec.secrets),
    )


Edge = Callable[[Engine], Sequence[Leaf]]
"""What an edge adds to the tree, given the engine it will run in."""


@asynccontextmanager
async def open_engine(
    config: Config,
    *,
    state_dir: str,
    environ: Mapping[str, str],
    version: str,
    edge: Edge = lambda _engine: (),
    is_probed: bool = True,
) -> AsyncIterator[Engine]:
    """Run the tree of a configuration while the context lasts; at its end everything is stopped, shielded and bounded.

    A cancellation from outside reaches the body at once, and the tree as a request to stop.

    Raises: StockadeError(TreeGaveUp) when parts of stockade itself cannot go on.
    """
    bus = Bus()
    redactor = Redactor(config.secrets)

    def on_stderr(instance: str, heard: Sequence[Heard]) -> None:
        server = instance.rpartition("#")[0]
        for event in stderr_events(server, instance, heard, redactor):
            bus.publish(event, sender="process")

    async with open_processes(state_dir, on_stderr=on_stderr) as table:
        sessions = Sessions(bus, table, run_session, path_of)
        engine = Engine(
            config=config,
            bus=bus,
            tree=Tree(Branch(name="root"), bus),
            table=table,
            sessions=sessions,
            redactor=redactor,
            names=tuple(spec.name for spec in config.servers),
        )
        servers = tuple(_server_leaf(engine, spec, environ, version, is_probed=is_probed) for spec in config.servers)
        engine.tree = Tree(root_of(engine, state_dir, servers, tuple(edge(engine))), bus)
        running = _Running(engine.tree)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(running.run, nursery.cancel_scope)
            nursery.start_soon(running.stop_when_cancelled)
            try:
                await engine.tree.wait_started()
                yield engine
            finally:
                engine.tree.stop()
        if running.problem is not None:
            raise StockadeError(running.problem)


def root_of(engine: Engine, state_dir: str, servers: tuple[Leaf, ...], edges: tuple[Leaf, ...]) -> Branch:
    """Declare the tree."""
    around = Surroundings(table=engine.table, state_dir=state_dir)
    modes = tuple(Leaf(name=row.mode, run=leaf_run(engine.bus, row.actor(around)), shutdown_s=40.0) for row in MODES)
    return Branch(
        name="root",
        limit=Limit(intensity=5, period_s=30.0),
        children=(
            Branch(name="work", children=modes, limit=Limit(intensity=5, period_s=30.0)),
            Branch(name="servers", children=servers, dynamic=True, limit=Limit(intensity=20, period_s=60.0)),
            Leaf(name="sessions", run=until_stop(engine.sessions.run)),
            Branch(name="edges", children=edges, limit=Limit(intensity=20, period_s=60.0)),
        ),
    )


def _server_leaf(
    engine: Engine, spec: ServerSpec, environ: Mapping[str, str], version: str, *, is_probed: bool
) -> Leaf:
    command = engine.table.prepare(command_of(spec, environ))
    prober = Prober(
        engine.table,
        lambda: engine.sessions.held,
        version=version,
        limit_s=spec.startup.handshake_s,
        max_message_bytes=spec.max_message_bytes,
    )
    actor = server_actor(profile_of(spec, command, is_probed=is_probed), path_of(spec.name), prober)
    return Leaf(
        name=spec.name, run=leaf_run(engine.bus, actor), restart=Restart.PERMANENT, shutdown_s=SERVER_STOP_S
    )  # fmt: skip


def stderr_events(server: str, instance: str, heard: Sequence[Heard], redactor: Redactor) -> list[StderrLine]:
    """Turn what was heard on a server's stderr into events; a count of suppressed lines goes with the next line."""
    events: list[StderrLine] = []
    suppressed = 0
    for item in heard:
        count = getattr(item, "count", None)
        if count is not None:
            suppressed += count
            continue
        line = redactor.redact(getattr(item, "text", ""))
        events.append(StderrLine(server=server, instance_id=instance, line=line, suppressed=suppressed))
        suppressed = 0
    if suppressed:
        events.append(StderrLine(server=server, instance_id=instance, line="", suppressed=suppressed))
    return events


class _Running:
    """The tree as a task that outlives the cancellation of whoever opened it, until it is down."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._over = trio.Event()
        self.problem: GaveUpProblem | None = None

    async def run(self, scope: trio.CancelScope) -> None:
        """Run the tree to its end; when it cannot go on, neither can the body."""
        try:
            with trio.CancelScope(shield=True):
                await self._tree.run()
        except GaveUp as error:
            self.problem = GaveUpProblem(child=error.child, failures=error.failures, period_s=error.period_s)
        except ChildFailed as error:
            self.problem = GaveUpProblem(child=str(error), failures=1, period_s=0.0)
        finally:
            self._over.set()
        if self.problem is not None:
            scope.cancel()

    async def stop_when_cancelled(self) -> None:
        try:
            await self._over.wait()
        finally:
            self._tree.stop()


__all__ = ["Client", "Engine", "facts", "open_engine", "path_of", "stream_pair", "terms_of"]
