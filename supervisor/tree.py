"""Wiring: the tree of one run of stockade, declared as data.

    root                      one_for_one
    ├── sinks                 one_for_one   leaves of the edge that opened the tree: where events go
    ├── work                  one_for_one   one actor per isolation mode
    ├── servers               dynamic       one actor per MCP server
    ├── sessions                            gives instances to sessions
    └── edges                 one_for_one   leaves of the edge that opened the tree: the control socket

Stopped from below: first the doors (no new sessions), then the servers side by side, the modes, the sinks last.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from supervisor.config.redact import Redactor
from supervisor.config.schema import Config, ServerSpec
from supervisor.kernel.actor import leaf_run
from supervisor.kernel.bus import Bus
from supervisor.kernel.specs import Branch, Leaf, Limit, Restart
from supervisor.kernel.stoppable import until_stop
from supervisor.kernel.tree import Tree
from supervisor.modes import MODES, Surroundings, launcher_path
from supervisor.prepare import command_of, sandbox_profile_of
from supervisor.process.table import ProcessTable
from supervisor.relay.actor import Sessions
from supervisor.relay.pump import Terms
from supervisor.sandbox.effects import Sandbox
from supervisor.server.actor import actor as server_actor
from supervisor.server.effects import Prober
from supervisor.server.states import Profile

SERVERS = "root/servers"
SERVER_STOP_S = 35.0
"""Seconds for one server to end: the longest stop ladder (30 s) and its report."""


@dataclass(kw_only=True)
class Run:
    """One run: what the edges work with."""

    config: Config
    bus: Bus
    tree: Tree
    table: ProcessTable
    sandbox: Sandbox
    sessions: Sessions
    redactor: Redactor
    names: tuple[str, ...]
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


@dataclass(frozen=True, kw_only=True, slots=True)
class Leaves:
    """What an edge adds to the tree."""

    first: tuple[Leaf, ...] = ()
    """Started before everything else and stopped after it: sinks."""
    last: tuple[Leaf, ...] = ()
    """Started when everything else is ready, and stopped first: doors."""


def root_of(run: Run, servers: tuple[Leaf, ...], leaves: Leaves) -> Branch:
    """Declare the tree."""
    profiles = {spec.name: sandbox_profile_of(spec) for spec in run.config.servers}
    around = Surroundings(table=run.table, sandbox=run.sandbox, sandbox_profile=profiles.__getitem__)
    modes = tuple(Leaf(name=row.mode, run=leaf_run(run.bus, row.actor(around)), shutdown_s=40.0) for row in MODES)
    return Branch(
        name="root",
        limit=Limit(intensity=5, period_s=30.0),
        children=(
            Branch(name="sinks", children=leaves.first, limit=Limit(intensity=20, period_s=60.0)),
            Branch(name="work", children=modes, limit=Limit(intensity=5, period_s=30.0)),
            Branch(name="servers", children=servers, dynamic=True, limit=Limit(intensity=20, period_s=60.0)),
            Leaf(name="sessions", run=until_stop(run.sessions.run)),
            Branch(name="edges", children=leaves.last, limit=Limit(intensity=20, period_s=60.0)),
        ),
    )


def server_leaf(run: Run, spec: ServerSpec, environ: Mapping[str, str], version: str, *, is_probed: bool) -> Leaf:
    """Declare one server's leaf."""
    command = run.table.prepare(command_of(spec, environ))
    prober = Prober(
        run.table,
        lambda: run.sessions.held,
        version=version,
        limit_s=spec.startup.handshake_s,
        max_message_bytes=spec.max_message_bytes,
    )
    actor = server_actor(profile_of(spec, command, is_probed=is_probed), path_of(spec.name), prober)
    return Leaf(
        name=spec.name, run=leaf_run(run.bus, actor), restart=Restart.PERMANENT, shutdown_s=SERVER_STOP_S
    )  # fmt: skip
