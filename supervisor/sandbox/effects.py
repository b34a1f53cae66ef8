"""The effects of mode `sandbox`: finds out what this machine can do, makes plans, starts by them, reports what holds.

The rules do no I/O and the file system may hang, so facts are gathered, plans made and rulesets built in a worker
thread; building a ruleset confines nobody. A ruleset is kept per server and used again as long as nothing that it
stands on has changed; every child gets it by its descriptor.
"""

from __future__ import annotations

import os
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial

import msgspec
import trio
from msgspec import Struct
from msgspec.structs import replace

from supervisor.escaping import printable
from supervisor.launch.messages import Confined, Denied, Exited, Launch, Launched, LaunchFailed
from supervisor.process.instances import Arrangement, Instances
from supervisor.process.lookup import search_path
from supervisor.process.table import ProcessTable
from supervisor.process.words import Command, Spawner, Stdio
from supervisor.sandbox.apply import (
    announced,
    asked_for,
    chosen_level,
    divided,
    environment_of,
    job_of,
    make_folders,
    plan_here,
    ruleset_of,
    stands_of,
    tracked,
    wants_namespaces,
    with_namespaces,
)
from supervisor.sandbox.audit import Audit
from supervisor.sandbox.forkserver import ForkServer, StaleError
from supervisor.sandbox.installs import Installs
from supervisor.sandbox.job import Job, Mark
from supervisor.sandbox.limits import enforcers
from supervisor.sandbox.messages import SandboxReport, confinement
from supervisor.sandbox.probe import probe
from supervisor.sandbox.report import kernel_view, report_of, tracked_report
from supervisor.sandbox.rulings import Case
from supervisor.sandbox.words import Asked, Availability, Chosen, Order, Places, Plan, Profile


class _Prepared(Struct, frozen=True):
    """A plan, its ruleset and what it stands on."""

    asked: Asked
    chosen: Chosen
    plan: Plan
    ruleset: int | None
    report: SandboxReport
    """But for the environment and the kernel's view of one instance."""
    stands: tuple[Mark, ...]

    def is_for(self, asked: Asked, chosen: Chosen) -> bool:
        """Whether it was made for exactly this."""
        return self.asked == asked and self.chosen == chosen


class Sandbox:
    """Starts confined programs; open one with `open_sandbox`."""

    def __init__(self, places: Places, forks: ForkServer, launchers: ForkServer, audit: Audit | None = None) -> None:
        self.audit = audit or Audit(places.state_dir)
        """Hears what the instances say was refused to them."""
        self._places = places
        self._forks = forks
        self._launchers = launchers
        self._landlock: Availability | None = None
        self._namespaces: Availability | None = None
        self._probing = trio.Lock()
        self._preparing: dict[str, trio.Lock] = {}
        self._prepared: dict[str, _Prepared] = {}

    def protect(self, places: Places) -> None:
        """Keep these from all that is started from now on."""
        self._places = places

    async def availability(self, *, namespaces: bool = True) -> Availability:
        """What this machine can do, found out once by doing it; of namespaces only if asked."""
        async with self._probing:
            if namespaces and self._namespaces is None:
                self._namespaces = await trio.to_thread.run_sync(with_namespaces, announced(), self._places.state_dir)
            tried = self._namespaces if namespaces and self._namespaces else Availability(abi=0)
            if tried.bubblewrap:
                return tried  # Landlock was seen to hold inside
            if self._landlock is None:
                self._landlock = await probe(self._forks, self._places.state_dir)
            return replace(self._landlock, why_no_namespaces=tried.why_no_namespaces)

    async def choose(self, order: Order) -> Chosen:
        """The level for a server. Raises: LaunchError, if it gets none."""
        if order.spec.level == "S1":
            return chosen_level(order, announced())
        return chosen_level(order, await self.availability(namespaces=wants_namespaces(order.spec)))

    async def plan(self, order: Order, command: Command) -> Plan:
        """What would be applied to a located command, without starting it. Raises: LaunchError."""
        chosen = await self.choose(order)
        asked = asked_for(order, self._places, command.argv, search_path(command))
        return await trio.to_thread.run_sync(plan_here, asked, chosen, self._places.ssh_agent)

    def spawner(self, order: Order, chosen: Chosen, on_report: Callable[[int, SandboxReport], None]) -> Spawner:
        """Starts one command confined; `on_report` gets its pid and its report, still without the kernel's view."""

        async def spawn(command: Command, stdio: Stdio) -> int:
            prepared = await self._prepare(order, chosen, command)
            try:
                return await start(command, stdio, prepared, prepared.stands)
            except StaleError:
                prepared = await self._prepare(order, chosen, command, anew=True)
                return await start(command, stdio, prepared, ())  # made this moment: it need not prove itself

        async def start(command: Command, stdio: Stdio, prepared: _Prepared, stands: tuple[Mark, ...]) -> int:
            plan, tracking = prepared.plan, stdio.tracking
            environment = environment_of(plan, order, command.env)
            job = job_of(plan, command.argv, environment, parent=os.getpid(), is_filtered=plan.level != "S3")
            job = tracked(job, tracking)._replace(stands=stands)
            start_it = self._start_inside if plan.level == "S3" else self._start
            pid = await start_it(job, stdio, prepared)
            names = tuple(sorted(map(printable, environment)))
            limits = enforcers(order.limits, plan.rlimits, tracking)
            on_report(pid, replace(tracked_report(prepared.report, tracking), environment=names, limits=limits))
            return pid

        return spawn

    def case(self, server: str) -> Case | None:
        """The plan in force for a server, and what else says why something was refused; None before its first start."""
        prepared = self._prepared.get(server)
        if prepared is None:
            return None
        asked = prepared.asked
        return Case(plan=prepared.plan, spec=asked.spec, homes=asked.homes, own=asked.own)

    def drop(self, order: Order) -> None:
        """Forget the plan that was made for this, if there is one."""
        self._preparing.pop(order.key, None)
        prepared = self._prepared.pop(order.key, None)
        if prepared is not None and prepared.ruleset is not None:
            os.close(prepared.ruleset)

    def close(self) -> None:
        """Forget all rulesets; what was started by them stays confined."""
        for prepared in self._prepared.values():
            if prepared.ruleset is not None:
                os.close(prepared.ruleset)
        self._prepared.clear()

    async def _start(self, job: Job, stdio: Stdio, prepared: _Prepared) -> int:
        # A copy: another start of the same server may find the ruleset out of date and replace it meanwhile.
        copies = [] if prepared.ruleset is None else [os.dup(prepared.ruleset)]
        try:
            return await self._forks.spawn(job, stdio, *copies, *_leaf(stdio))
        finally:
            for copy in copies:
                os.close(copy)

    async def _start_inside(self, job: Job, stdio: Stdio, prepared: _Prepared) -> int:
        launcher, program = divided(job, prepared.plan)
        return await self._launchers.launch(launcher, job, program, stdio, *_leaf(stdio))

    async def _prepare(self, order: Order, chosen: Chosen, command: Command, *, anew: bool = False) -> _Prepared:
        asked = asked_for(order, self._places, command.argv, search_path(command))
        known = self._prepared.get(order.key)
        if known is not None and not anew and known.is_for(asked, chosen):
            return known
        async with self._preparing.setdefault(order.key, trio.Lock()):
            current = self._prepared.get(order.key)
            if current is not None and current is not known and current.is_for(asked, chosen):
                return current  # another start has made it meanwhile
            made = await trio.to_thread.run_sync(_make, asked, chosen, self._places.ssh_agent)
            self._prepared[order.key] = made
            if current is not None and current.ruleset is not None:
                os.close(current.ruleset)
            return made


def _leaf(stdio: Stdio) -> tuple[int, ...]:
    return (stdio.tracking.procs,) if stdio.tracking.procs >= 0 else ()


def _make(asked: Asked, chosen: Chosen, ssh_agent: str | None) -> _Prepared:
    """In a worker thread. Raises: LaunchError."""
    plan = plan_here(asked, chosen, ssh_agent)  # first, so that nothing is made for a server that is refused
    make_folders(asked, plan.folders)
    if any(skipped.path == asked.state for skipped in plan.skipped):
        plan = plan_here(asked, chosen, ssh_agent)
    stands = stands_of(plan)
    ruleset = None if plan.level == "S3" else ruleset_of(plan)  # there it has to be built inside
    return _Prepared(asked, chosen, plan, ruleset, report_of(plan, asked.spec, asked.limits), stands)


@asynccontextmanager
async def open_sandbox(places: Places, audit: Audit | None = None) -> AsyncIterator[Sandbox]:
    """A sandbox with fork servers of its own, started when needed; leaving it ends them, not their children."""
    forks, launchers = ForkServer(sys.executable), ForkServer(sys.executable, is_launcher=True)
    sandbox = Sandbox(places, forks, launchers, audit)
    try:
        yield sandbox
    finally:
        sandbox.close()
        await forks.aclose()
        await launchers.aclose()


class SandboxInstances(Instances):
    """Instances of mode `sandbox`."""

    def __init__(self, table: ProcessTable, sandbox: Sandbox, profile: Callable[[str], Profile]) -> None:
        super().__init__(table, self._arrange_confined)
        self._sandbox = sandbox
        self._profile = profile
        self._started: dict[str, tuple[str, int, SandboxReport]] = {}
        self._in_namespaces: set[str] = set()
        self._installs = Installs(table, self._install_spawner)

    async def launch(self, message: Launch) -> Launched | LaunchFailed:
        """As every mode does, and listen to what it says is refused to it, from the first line on."""
        self._sandbox.audit.expect(message.instance, message.server)
        launched = await super().launch(message)
        if isinstance(launched, LaunchFailed):
            self._sandbox.audit.forget(message.instance)
        return launched

    async def outcome(self, instance: str) -> Denied | Exited:
        """Wait for the next thing that is refused to a launched instance, or until nothing of it is left."""
        return await self._sandbox.audit.outcome(instance, self._sandbox.case, partial(self.ended, instance))

    async def ended(self, instance: str) -> Exited:
        """As every mode does; what is seen of a namespace after its first process are those that the kernel ends."""
        exited = await super().ended(instance)
        return replace(exited, leftovers=0) if instance in self._in_namespaces else exited

    def forget(self, instance: str) -> None:
        """As every mode does."""
        super().forget(instance)
        self._in_namespaces.discard(instance)
        self._sandbox.audit.forget(instance)

    def confined(self, instance: str) -> Confined | None:
        """What holds a launched instance, with what the kernel says about it; asked once, right after its launch."""
        started = self._started.pop(instance, None)
        if started is None:
            return None
        server, pid, report = started
        seen = replace(report, kernel=kernel_view(_status(_innermost(pid) if report.level == "S3" else pid)))
        return Confined(
            server=server, instance=instance, pid=pid, report=msgspec.to_builtins(seen), degraded=report.degraded
        )

    async def _arrange_confined(self, message: Launch) -> Arrangement:
        order = Order(
            server=message.server,
            spec=message.sandbox,
            limits=message.limits,
            profile=self._profile(message.server),
        )
        chosen = await self._sandbox.choose(order)
        await self._installs.ensure(message, order)

        def keep(pid: int, report: SandboxReport) -> None:
            self._started[message.instance] = (message.server, pid, report)
            if report.level == "S3":
                self._in_namespaces.add(message.instance)

        return Arrangement(
            spawner=self._sandbox.spawner(order, chosen, keep),
            confinement=confinement(chosen.level, chosen.abi),
            degraded=bool(chosen.degraded),
        )

    async def _install_spawner(self, order: Order) -> Spawner:
        return self._sandbox.spawner(order, await self._sandbox.choose(order), lambda _pid, _report: None)


def _innermost(launcher: int) -> int:
    """The server behind bubblewrap: the first child of its first child, which is the first process of the namespace."""
    pid = launcher
    for _ in range(2):
        try:
            with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
                pid = int(file.read().split()[0])
        except (OSError, IndexError):
            return 0  # it has ended already; no process has this number
    return pid


def _status(pid: int) -> str:
    try:
        with open(f"/proc/{pid}/status", encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:
        return ""  # it has ended already
