"""Wiring: opens what the tree stands on, runs the tree, and takes both down again in order.

The tree runs in a task that is shielded from whoever opened it: a cancellation from outside reaches the body at once,
and the tree as a request to stop.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import NamedTuple

import trio

from supervisor.config.redact import Redactor
from supervisor.config.specs import Config
from supervisor.container.effects import Engines
from supervisor.container.instances import ContainerInstances
from supervisor.container.kept import FOLDER
from supervisor.container.owner import owner_here
from supervisor.container.words import Owner
from supervisor.container.words import Profile as ContainerProfile
from supervisor.docker_path.effects import DockerFinder
from supervisor.docker_path.places import search_on
from supervisor.environment.effects import CliEnvironment
from supervisor.environment.hydration import with_docker_first
from supervisor.errors import StockadeError
from supervisor.errors import TreeGaveUp as GaveUpProblem
from supervisor.events import ProcessTroubled, StderrLine, TreeGaveUp
from supervisor.kernel.bus import Bus
from supervisor.kernel.node import ChildFailed, GaveUp, Node
from supervisor.kernel.specs import Branch
from supervisor.kernel.tree import Tree
from supervisor.matters import about
from supervisor.plugins import plugins
from supervisor.prepare import container_profile_of, makes_containers, places_of, standings_of
from supervisor.process.table import ProcessTable, open_processes
from supervisor.process.words import Heard
from supervisor.relay.actor import Sessions
from supervisor.relay.instream import stream_pair
from supervisor.relay.out import Tally
from supervisor.relay.pump import Client, run_session
from supervisor.sandbox.audit import Audit
from supervisor.sandbox.effects import Sandbox, open_sandbox
from supervisor.scan.effects import Ledger
from supervisor.scanning import foreseen, ledger_alone, ledger_of, limit_s, make_lock_file
from supervisor.tree import SCANNER, SERVERS, Kept, Leaves, Run, path_of, root_of, server_leaf, terms_of

Edge = Callable[[Run], Leaves]
"""What an edge adds, given the run it will run in."""


@asynccontextmanager
async def open_run(
    config: Config,
    *,
    state_dir: str,
    environ: Mapping[str, str],
    version: str,
    edge: Edge = lambda _run: Leaves(),
    is_probed: bool = True,
    divides_cgroup: bool = False,
) -> AsyncIterator[Run]:
    """Run the tree of a configuration while the context lasts; at its end everything is stopped, shielded and bounded.

    With `divides_cgroup` this process's cgroup, if it was delegated, is divided into one for each instance and one for
    the process itself. A cancellation from outside reaches the body at once, and the tree as a request to stop.

    Raises: StockadeError(TreeGaveUp) when parts of stockade itself cannot go on.
    """
    bus = Bus(about)
    redactor = Redactor(config.secrets)
    make_lock_file(config)
    audit = Audit(state_dir, standings_of(config), redactor.redact)

    on_stderr, on_trouble = _listener(bus, audit, redactor), partial(_tell_trouble, bus)
    async with (
        open_processes(state_dir, on_stderr=on_stderr, on_trouble=on_trouble, divides_cgroup=divides_cgroup) as table,
        open_sandbox(places_of(config, state_dir, environ), audit) as sandbox,
    ):
        below = _Below(bus, table, sandbox, redactor)
        run = _run_of(below, config, state_dir, environ, version=version, is_probed=is_probed)
        servers = tuple(server_leaf(run, spec) for spec in config.servers)
        task = _Task(run)
        run.tree = Tree(root_of(run, servers, edge(run)), bus, failing=task.fail)
        warming = trio.CancelScope()
        async with trio.open_nursery() as nursery:
            nursery.start_soon(task.run, nursery.cancel_scope)
            nursery.start_soon(task.stop_when_cancelled)
            try:
                await run.tree.wait_started()
                if any(spec.enabled and not spec.lazy for spec in config.servers):
                    nursery.start_soon(_within, warming, run.ledger.warm)
                for event in foreseen(config, environ, is_probed=is_probed):
                    bus.publish(event, sender="scan")
                yield run
            finally:
                warming.cancel()
                run.tree.stop()
        run.engines.close()
        if task.problem is not None:
            raise StockadeError(task.problem)


def _tell_trouble(bus: Bus, reason: str) -> None:
    bus.publish(ProcessTroubled(reason=reason), sender="process")


async def _within(scope: trio.CancelScope, work: Callable[[], Awaitable[None]]) -> None:
    with scope:
        await work()


class _Below(NamedTuple):
    """What a run stands on."""

    bus: Bus
    table: ProcessTable
    sandbox: Sandbox
    redactor: Redactor


def _run_of(
    below: _Below, config: Config, state_dir: str, environ: Mapping[str, str], *, version: str, is_probed: bool
) -> Run:
    """Put together what the edges work with; its tree is made from it."""
    bus, table, sandbox, redactor = below
    guests: dict[str, ContainerProfile] = {}
    kept: dict[str, Kept] = {}
    ledger = ledger_of(config, bus, lambda name: kept[name].spec if name in kept else None, state_dir, environ)

    def profile(server: str) -> ContainerProfile:
        return guests[server] if server in guests else container_profile_of(kept[server].spec, environ)

    owner = owner_here(state_dir, config.source, is_kept=makes_containers(config))
    containers, engines = _containers_of(owner, table, state_dir, environ, profile)
    return Run(
        config=config,
        bus=bus,
        tree=Tree(Branch(name="root"), bus),
        table=table,
        sandbox=sandbox,
        engines=engines,
        containers=containers,
        finder=DockerFinder(environ, sys.platform),
        search=search_on(sys.platform, environ.get("HOME", "")),
        sessions=Sessions(bus, table, partial(run_session, guard=ledger), path_of),
        ledger=ledger,
        redactor=redactor,
        plugins=plugins(table, sandbox, (containers, engines, guests), state_dir=state_dir, environ=environ),
        names=tuple(spec.name for spec in config.servers),
        kept=kept,
        state_dir=state_dir,
        environ=environ,
        version=version,
        is_probed=is_probed,
    )


def _containers_of(
    owner: Owner,
    table: ProcessTable,
    state_dir: str,
    environ: Mapping[str, str],
    profile: Callable[[str], ContainerProfile],
) -> tuple[ContainerInstances, Engines]:
    """Make the effects of mode docker, and the engines that they speak to."""
    cli = CliEnvironment(environ, sys.platform)

    async def environment(docker: str) -> Mapping[str, str]:
        return with_docker_first(dict((await cli.get()).env), docker)

    engines = Engines(environment)
    containers = ContainerInstances(
        table,
        engines,
        profile=profile,
        environment=environment,
        owner=owner,
        folder=Path(state_dir) / FOLDER / owner.owner,
    )
    return containers, engines


def _listener(bus: Bus, audit: Audit, redactor: Redactor) -> Callable[[str, Sequence[Heard]], None]:
    """Make what is called with the lines of a child's stderr."""

    def on_stderr(instance: str, heard: Sequence[Heard]) -> None:
        events = stderr_events(instance.rpartition("#")[0], instance, heard, redactor)
        for event in events:
            bus.publish(event, sender="process")
        audit.hear(instance, (event.line for event in events))

    return on_stderr


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


class _Task:
    """The tree as a task that outlives the cancellation of whoever opened it, until it is down."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._over = trio.Event()
        self._failed = trio.Event()
        self.problem: GaveUpProblem | None = None
        """Why the tree cannot go on, known before it has stopped for that."""

    def fail(self, failure: ChildFailed | GaveUp) -> None:
        """Say that the tree cannot go on, while there is still somebody to hear it."""
        self.problem = problem_of(failure)
        self._run.bus.publish(TreeGaveUp(problem=self.problem), sender="tree")
        self._run.gave_up(self.problem)
        self._failed.set()

    async def run(self, scope: trio.CancelScope) -> None:
        """Run the tree to its end; when it cannot go on, neither can the body."""
        try:
            with trio.CancelScope(shield=True):
                async with trio.open_nursery() as nursery:
                    nursery.start_soon(self._end_servers)
                    await self._run_tree()
                    nursery.cancel_scope.cancel()
        finally:
            self._over.set()
        if self.problem is not None:
            scope.cancel()

    async def _run_tree(self) -> None:
        try:
            await self._run.tree.run()
        except (GaveUp, ChildFailed) as error:
            self.problem = self.problem or problem_of(error)

    async def _end_servers(self) -> None:
        """End servers without their actors, when the tree has failed: those by which they would do it may be gone.

        (They would wait for an answer as long as the longest stop may take.)
        """
        await self._failed.wait()
        await self._run.table.close()
        async with trio.open_nursery() as nursery:
            for node in self._run.tree.nodes():
                if node.path.startswith(f"{SERVERS}/"):
                    nursery.start_soon(_cancel_when_stopped, node)

    async def stop_when_cancelled(self) -> None:
        try:
            await self._over.wait()
        finally:
            self._run.tree.stop()


async def _cancel_when_stopped(node: Node) -> None:
    await node.wait_for_stop()  # sooner, it would be started again
    await node.cancel()


def problem_of(failure: ChildFailed | GaveUp) -> GaveUpProblem:
    """Say for people why a tree cannot go on."""
    if isinstance(failure, GaveUp):
        return GaveUpProblem(child=failure.child, failures=failure.failures, period_s=failure.period_s)
    return GaveUpProblem(child=str(failure), failures=1, period_s=0.0)


__all__ = [
    "SCANNER", "Client", "Leaves", "Ledger", "Run", "Tally", "ledger_alone", "limit_s", "open_run", "path_of",
    "stream_pair", "terms_of",
]  # fmt: skip
