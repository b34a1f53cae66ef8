"""What the scan actor has others do, as a test wants it done."""

from __future__ import annotations

import trio
from fakes.server import CLEAN

from supervisor.errors import AnyProblem
from supervisor.scan.messages import Concluded, Planned, Ran, Summary
from supervisor.scan.words import ScannerReport


class FakeScanning:
    """Looks and judges at once, or when a gate is opened; counts what is under way and what was ended."""

    def __init__(self) -> None:
        self.gates: dict[str, trio.Event] = {}
        """By step (`plan`, `engine`, `judge`) or plugin: what waits for it."""
        self.fast: tuple[str, ...] = ()
        self.deep: tuple[str, ...] = ()
        self.summary: Summary = CLEAN
        self.problem: AnyProblem | None = None
        self.late: list[tuple[str, ...]] = []
        self.running: set[str] = set()
        self.ended: list[str] = []
        self.most = 0
        """How many looks at one server were ever under way at once."""
        self._scopes: dict[int, list[trio.CancelScope]] = {}

    async def plan(self, server: str, number: int) -> Planned:
        await self._pass("plan")
        return Planned(server=server, number=number, mode="none", fast=self.fast, deep=self.deep)

    async def examine(self, server: str, number: int) -> Ran:
        await self._run(server, number, "engine")
        return Ran(server=server, number=number, scanner="engine")

    async def run_plugin(self, server: str, number: int, plugin: str) -> Ran:
        await self._run(server, number, plugin)
        return Ran(server=server, number=number, scanner=plugin)

    async def conclude(self, server: str, number: int, late: tuple[str, ...]) -> Concluded:
        self.late.append(late)
        await self._pass("judge")
        return Concluded(server=server, number=number, summary=self.summary, problem=self.problem)

    async def halt(self, number: int) -> None:
        for scope in self._scopes.pop(number, []):
            scope.cancel()

    async def _pass(self, gate: str) -> None:
        if gate in self.gates:
            await self.gates[gate].wait()

    async def _run(self, server: str, number: int, scanner: str) -> None:
        key = f"{server}/{scanner}"
        self.running.add(key)
        self.most = max(self.most, sum(one == key for one in self.running))
        scope = trio.CancelScope()
        self._scopes.setdefault(number, []).append(scope)
        with scope:
            await self._pass(scanner)
        self.running.discard(key)
        if scope.cancelled_caught:
            self.ended.append(key)


class FakePlugins:
    """Plugins that answer with a report, hang, or raise."""

    def __init__(self) -> None:
        self.hangs: set[str] = set()
        self.raises: set[str] = set()
        self.begun: list[str] = []
        self.cancelled: list[str] = []

    def depth(self, plugin: str, server: str) -> str:
        return "deep" if plugin.startswith("deep") else "fast"

    async def run(self, plugin: str, server: str, tools: object) -> tuple[ScannerReport, tuple[()]]:
        self.begun.append(plugin)
        if plugin in self.raises:
            raise ZeroDivisionError(plugin)
        if plugin in self.hangs:
            try:
                await trio.sleep_forever()
            finally:
                self.cancelled.append(plugin)
        return ScannerReport(scanner=plugin, state="ok"), ()
