"""Wiring: the tree of one run of stockade, declared as data.

    root                      one_for_one
    ├── sinks                 one_for_one   leaves of the edge that opened the tree: where events go
    ├── work                  one_for_one   the docker command's resolver, the engine's watcher, an actor per mode,
    │                                       the scan actor
    ├── servers               dynamic       one actor per MCP server
    ├── sessions                            gives instances to sessions
    └── edges                 one_for_one   leaves of the edge that opened the tree: the control socket

Stopped from below: first the doors (no new sessions), then the servers side by side, the modes, the sinks last.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from supervisor.config.redact import Redactor
from supervisor.config.specs import Config, ServerSpec
from supervisor.container.effects import Engines
from supervisor.container.instances import ContainerInstances
from supervisor.docker_path.actor import actor as resolver_actor
from supervisor.docker_path.effects import DockerFinder
from supervisor.docker_path.places import Search
from supervisor.engine.actor import actor as watcher_actor
from supervisor.engine.effects import Connections
from supervisor.errors import Problem
from supervisor.kernel.actor import leaf_run
from supervisor.kernel.bus import Bus
from supervisor.kernel.specs import Branch, Leaf, Life, Limit, Restart
from supervisor.kernel.stoppable import until_stop
from supervisor.kernel.tree import Tree
from supervisor.modes import MODES, RESOLVER, WATCHER, Surroundings, launcher_path
from supervisor.plugins import Plugins
from supervisor.prepare import command_of, is_alone, own_program_of, sandbox_profile_of
from supervisor.process.table import ProcessTable
from supervisor.relay.actor import Sessions
from supervisor.relay.pump import Terms
from supervisor.sandbox.effects import Sandbox
from supervisor.scan.actor import actor as scan_actor
from supervisor.scan.effects import Ledger
from supervisor.scan.passes import Passes
from supervisor.scanning import ServerPlugins, scan_s
from supervisor.server.actor import actor as server_actor
from supervisor.server.effects import Prober
from supervisor.server.messages import Profile

SERVERS = "root/servers"
SCANNER = "root/work/scan"
SPARE_S = 10.0
"""Seconds beyond the clocks of the stages of a start, each of which is kept by whoever does it."""
SERVER_STOP_S = 35.0
"""Seconds for one server to end: the longest stop ladder (30 s) and its report."""


@dataclass(kw_only=True, slots=True)
class Kept:
    """One server, as it is run now."""

    spec: ServerSpec
    profile: Profile
    prober: Prober


@dataclass(kw_only=True)
class Run:
    """One run: what the edges work with."""

    config: Config
    bus: Bus
    tree: Tree
    table: ProcessTable
    sandbox: Sandbox
    engines: Engines
    containers: ContainerInstances
    finder: DockerFinder
    search: Search
    sessions: Sessions
    redactor: Redactor
    plugins: Plugins
    ledger: Ledger
    names: tuple[str, ...]
    """Servers that have an actor."""
    kept: dict[str, Kept]
    """By name; also of servers that a reload has removed, for what of them may still be on its way."""
    state_dir: str
    environ: Mapping[str, str]
    version: str
    is_probed: bool
    gave_up: Callable[[Problem], None] = lambda _problem: None
    """Called when the tree cannot go on, before anything is stopped for that; for an edge to set."""


def path_of(server: str) -> str:
    """Return the name of a server's actor."""
    return f"{SERVERS}/{server}"


def profile_of(spec: ServerSpec, command: str, *, is_probed: bool) -> Profile:
    """Say what the rules of a server need of its configuration."""
    startup = spec.startup
    is_docker = spec.mode == "docker" or spec.own_container
    return Profile(
        name=spec.name,
        mode=spec.mode,
        launcher=launcher_path("docker" if is_docker else spec.mode),
        command=command,
        grace=spec.grace,
        limits=spec.limits,
        sandbox=spec.sandbox,
        program=own_program_of(spec),
        create_s=startup.resolve_s + startup.pull_s + startup.create_s + SPARE_S if is_docker else startup.create_s,
        spares=spec.spares if is_probed and not is_alone(spec) else 0,
        max_sessions=1 if is_alone(spec) else None,
        restart=spec.restart,
        begins="disabled" if not spec.enabled else "lazy" if spec.lazy else "starting",
        is_probed=is_probed,
        scanner=SCANNER,
        scan_s=scan_s(spec),
    )


def terms_of(spec: ServerSpec) -> Terms:
    """Say within which bounds a session with this server runs."""
    return Terms(
        max_message=spec.max_message_bytes,
        start_wait_s=spec.startup.create_s,
        call_wait_s=spec.call_wait_s,
        replay_s=spec.startup.handshake_s,
        linger_s=spec.grace.stdin_s,
        withholds=spec.scan.policy == "quarantine",
        known_as=spec.pinned_as,
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Leaves:
    """What an edge adds to the tree."""

    first: tuple[Leaf, ...] = ()
    """Started before everything else and stopped after it: sinks."""
    last: tuple[Leaf, ...] = ()
    """Started when everything else is ready, and stopped first: doors."""


def root_of(run: Run, servers: tuple[Leaf, ...], leaves: Leaves) -> Branch:
    """Declare the tree."""
    around = Surroundings(
        table=run.table,
        sandbox=run.sandbox,
        sandbox_profile=lambda server: sandbox_profile_of(run.kept[server].spec),
        containers=run.containers,
    )
    resolver = Leaf(name=RESOLVER, run=leaf_run(run.bus, resolver_actor(run.finder, run.search)))
    connections = Connections(run.engines.at, run.containers.labels)
    watcher = Leaf(name=WATCHER, run=leaf_run(run.bus, watcher_actor(connections)))
    configured = ServerPlugins(
        lambda server: run.kept[server].spec, lambda: run.config.settings.plugins, run.plugins
    )  # fmt: skip
    passes = Passes(run.ledger, configured)
    scanner = Leaf(name="scan", run=leaf_run(run.bus, scan_actor(passes)), shutdown_s=15.0)
    modes = tuple(Leaf(name=row.mode, run=leaf_run(run.bus, row.actor(around)), shutdown_s=40.0) for row in MODES)
    return Branch(
        name="root",
        limit=Limit(intensity=5, period_s=30.0),
        children=(
            Branch(name="sinks", children=leaves.first, limit=Limit(intensity=20, period_s=60.0)),
            Branch(name="work", children=(resolver, watcher, *modes, scanner), limit=Limit(intensity=5, period_s=30.0)),
            Branch(name="servers", children=servers, dynamic=True, limit=Limit(intensity=20, period_s=60.0)),
            Leaf(name="sessions", run=until_stop(run.sessions.run)),
            Branch(name="edges", children=leaves.last, limit=Limit(intensity=20, period_s=60.0)),
        ),
    )


def server_leaf(run: Run, spec: ServerSpec) -> Leaf:
    """Declare one server's leaf; each of its incarnations goes by how the server is configured then."""
    prober = Prober(
        run.table,
        lambda: run.sessions.held,
        run.ledger.keep,
        version=run.version,
        limit_s=spec.startup.handshake_s,
        max_message_bytes=spec.max_message_bytes,
    )
    command = run.table.prepare(command_of(spec, run.environ))
    profile = profile_of(spec, command, is_probed=run.is_probed)
    run.kept[spec.name] = kept = Kept(spec=spec, profile=profile, prober=prober)

    async def live(life: Life) -> None:
        await leaf_run(run.bus, server_actor(kept.profile, path_of(spec.name), prober))(life)

    return Leaf(name=spec.name, run=live, restart=Restart.PERMANENT, shutdown_s=SERVER_STOP_S)
