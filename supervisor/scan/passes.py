"""What the scan actor does to the world: it has the ledger look and judge, and plugins run, and can end all of it.

What goes wrong here is an outcome: a definition that makes a look fail, in whatever way, does not take the actor along.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

import trio

from supervisor.errors import Defect, ScanUnknown, StockadeError
from supervisor.escaping import printable
from supervisor.scan.effects import Ledger, unjudged
from supervisor.scan.messages import Concluded, Depth, Planned, Ran, unknown
from supervisor.scan.news import summary_of, why_not_served
from supervisor.scan.states import ENGINE
from supervisor.scan.words import Finding, ScannerReport


class Plugins(Protocol):
    """What is needed of scanner plugins."""

    def depth(self, plugin: str, server: str) -> Depth:
        """In which pass it runs for a server."""

    async def run(self, plugin: str, server: str, tools: Sequence[bytes]) -> tuple[ScannerReport, tuple[Finding, ...]]:
        """Run it to its end, or say why it is not run; cancelling it ends all that it has started."""


class Passes:
    """The passes of scans that are under way."""

    def __init__(self, ledger: Ledger, plugins: Plugins) -> None:
        self._ledger = ledger
        self._plugins = plugins
        self._running: dict[int, dict[trio.CancelScope, trio.Event]] = {}
        self._failures: dict[tuple[str, int], str] = {}
        """Why the engine could not look, by scan."""

    async def plan(self, server: str, number: int) -> Planned:
        """Say which plugins look at a server, and when."""
        book, terms = self._ledger.book(server), self._ledger.terms(server)
        depths = {plugin: self._plugins.depth(plugin, server) for plugin in terms.plugins}
        fast = tuple(plugin for plugin, depth in depths.items() if depth == "fast")
        deep = tuple(plugin for plugin, depth in depths.items() if depth == "deep")
        book.plugins = {plugin: (_to_come(plugin), ()) for plugin in depths}
        return Planned(server=server, number=number, mode=terms.mode, fast=fast, deep=deep)

    async def examine(self, server: str, number: int) -> Ran:
        """Have the engine look at what the server lists."""
        self._ledger.book(server).examined = None

        async def look() -> None:
            await self._ledger.examine(server)

        failure = await self._ended(number, look)
        if failure:
            self._failures[server, number] = failure
        return Ran(server=server, number=number, scanner=ENGINE)

    async def run_plugin(self, server: str, number: int, plugin: str) -> Ran:
        """Run one plugin to its end; it is as good as cancelled until it has come to one."""
        book = self._ledger.book(server)
        book.plugins[plugin] = ScannerReport(scanner=plugin, state="skipped", reason="cancelled"), ()

        async def run() -> None:
            tools = book.listing.tools if book.listing else ()
            book.plugins[plugin] = await self._plugins.run(plugin, server, tools)

        failure = await self._ended(number, run)
        if failure:
            book.plugins[plugin] = ScannerReport(scanner=plugin, state="failed", detail=failure), ()
        return Ran(server=server, number=number, scanner=plugin)

    async def conclude(self, server: str, number: int, late: tuple[str, ...]) -> Concluded:
        """Judge what was found, and keep it."""
        book = self._ledger.book(server)
        for plugin in set(late) - {ENGINE}:
            detail = "it did not come to an end in its time"
            book.plugins[plugin] = ScannerReport(scanner=plugin, state="timed_out", detail=detail), ()
        failure = self._failures.pop((server, number), "the engine took too long" if ENGINE in late else "")
        if not failure:
            try:
                judged = await self._ledger.conclude(server)
            except Exception as error:  # noqa: BLE001  (of whatever kind: the server's definitions are at its root)
                failure = _reason(error)
            else:
                judgement = judged.judgement
                return Concluded(
                    server=server,
                    number=number,
                    summary=summary_of(judgement),
                    problem=why_not_served(judgement),
                    failure=judged.problem,
                )
        book.report = unjudged(server, (), failure).report
        summary = unknown(failure, tools=len(book.listing.tools) if book.listing else 0, is_late=ENGINE in late)
        why = ScanUnknown(server=server, reason=failure)
        return Concluded(server=server, number=number, summary=summary, failure=why)

    async def halt(self, number: int) -> None:
        """End all that runs for this scan; returns when it has ended."""
        for scope, over in list(self._running.get(number, {}).items()):
            scope.cancel()
            await over.wait()

    async def _ended(self, number: int, work: Callable[[], Awaitable[None]]) -> str:
        """Do the work until it is done or halted; returns why it failed, nothing if it did not."""
        with self._haltable(number) as scope, scope:
            try:
                await work()
            except Exception as error:  # noqa: BLE001  (as above)
                return _reason(error)
        return ""

    @contextmanager
    def _haltable(self, number: int) -> Iterator[trio.CancelScope]:
        scope, over = trio.CancelScope(), trio.Event()
        running = self._running.setdefault(number, {})
        running[scope] = over
        try:
            yield scope
        finally:
            over.set()
            del running[scope]
            if not running:
                self._running.pop(number, None)


def _to_come(plugin: str) -> ScannerReport:
    return ScannerReport(
        scanner=plugin, state="skipped", detail="it looks in the background, once the server is served"
    )


def _reason(error: Exception) -> str:
    if isinstance(error, StockadeError):
        return printable(error.problem.text)
    return printable(Defect(error=f"{type(error).__name__}: {error}", where="scan").text)
