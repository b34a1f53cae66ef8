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

import msgspec
import trio
from msgspec import Struct
from msgspec.structs import replace

from supervisor.launch.messages import Confined, Launch
from supervisor.process.instances import Arrangement, Instances
from supervisor.process.lookup import search_path
from supervisor.process.table import ProcessTable
from supervisor.process.words import Command, Spawner, Stdio
from supervisor.sandbox.apply import (
    asked_for,
    chosen_level,
    environment_of,
    job_of,
    make_folders,
    plan_here,
    ruleset_of,
    stands_of,
)
from supervisor.sandbox.explain import printable
from supervisor.sandbox.forkserver import ForkServer, StaleError
from supervisor.sandbox.job import Job, Mark
from supervisor.sandbox.messages import SandboxReport
from supervisor.sandbox.probe import probe
from supervisor.sandbox.report import kernel_view, report_of
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

    def __init__(self, places: Places, forks: ForkServer) -> None:
        self._places = places
        self._forks = forks
        self._availability: Availability | None = None
        self._probing = trio.Lock()
        self._preparing: dict[str, trio.Lock] = {}
        self._prepared: dict[str, _Prepared] = {}

    async def availability(self) -> Availability:
        """What this machine can do, found out once by doing it."""
        async with self._probing:
            if self._availability is None:
                self._availability = await probe(self._forks, self._places.state_dir)
        return self._availability

    async def choose(self, order: Order) -> Chosen:
        """The level for a server. Raises: LaunchError, if it gets none."""
        needs_probe = order.spec.level in ("auto", "S2")
        return chosen_level(order, await self.availability() if needs_probe else Availability(abi=0))

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
            environment = environment_of(prepared.plan, order, command.env)
            job = job_of(prepared.plan, command.argv, environment, parent=os.getpid())
            pid = await self._start(job._replace(stands=stands), stdio, prepared.ruleset)
            names = tuple(sorted(map(printable, environment)))
            on_report(pid, replace(prepared.report, environment=names))
            return pid

        return spawn

    def close(self) -> None:
        """Forget all rulesets; what was started by them stays confined."""
        for prepared in self._prepared.values():
            if prepared.ruleset is not None:
                os.close(prepared.ruleset)
        self._prepared.clear()

    async def _start(self, job: Job, stdio: Stdio, ruleset: int | None) -> int:
        # A copy: another start of the same server may find the ruleset out of date and replace it meanwhile.
        copy = None if ruleset is None else os.dup(ruleset)
        try:
            return await self._forks.spawn(job, stdio, copy)
        finally:
            if copy is not None:
                os.close(copy)

    async def _prepare(self, order: Order, chosen: Chosen, command: Command, *, anew: bool = False) -> _Prepared:
        asked = asked_for(order, self._places, command.argv, search_path(command))
        known = self._prepared.get(order.server)
        if known is not None and not anew and known.is_for(asked, chosen):
            return known
        async with self._preparing.setdefault(order.server, trio.Lock()):
            current = self._prepared.get(order.server)
            if current is not None and current is not known and current.is_for(asked, chosen):
                return current  # another start has made it meanwhile
            made = await trio.to_thread.run_sync(_make, asked, chosen, self._places.ssh_agent)
            self._prepared[order.server] = made
            if current is not None and current.ruleset is not None:
                os.close(current.ruleset)
            return made


def _make(asked: Asked, chosen: Chosen, ssh_agent: str | None) -> _Prepared:
    """In a worker thread. Raises: LaunchError."""
    plan = plan_here(asked, chosen, ssh_agent)  # first, so that nothing is made for a server that is refused
    make_folders(asked, plan.folders)
    if any(skipped.path == asked.state for skipped in plan.skipped):
        plan = plan_here(asked, chosen, ssh_agent)
    stands = stands_of(plan)
    return _Prepared(asked, chosen, plan, ruleset_of(plan), report_of(plan, asked.spec, asked.limits), stands)


@asynccontextmanager
async def open_sandbox(places: Places) -> AsyncIterator[Sandbox]:
    """A sandbox with a fork server of its own; leaving it ends the server, not its children."""
    forks = ForkServer(sys.executable)
    sandbox = Sandbox(places, forks)
    try:
        yield sandbox
    finally:
        sandbox.close()
        await forks.aclose()


class SandboxInstances(Instances):
    """Instances of mode `sandbox`."""

    def __init__(self, table: ProcessTable, sandbox: Sandbox, profile: Callable[[str], Profile]) -> None:
        super().__init__(table, self._arrange_confined)
        self._sandbox = sandbox
        self._profile = profile
        self._started: dict[str, tuple[str, int, SandboxReport]] = {}

    def confined(self, instance: str) -> Confined | None:
        """What holds a launched instance, with what the kernel says about it; asked once, right after its launch."""
        started = self._started.pop(instance, None)
        if started is None:
            return None
        server, pid, report = started
        seen = replace(report, kernel=kernel_view(_status(pid)))
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

        def keep(pid: int, report: SandboxReport) -> None:
            self._started[message.instance] = (message.server, pid, report)

        return Arrangement(
            spawner=self._sandbox.spawner(order, chosen, keep),
            confinement=f"S2 abi{chosen.abi}" if chosen.abi else "S1 (no file sandbox)",
            degraded=bool(chosen.degraded),
        )


def _status(pid: int) -> str:
    try:
        with open(f"/proc/{pid}/status", encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:
        return ""  # it has ended already
