"""Wiring: what scans the servers of a run: the ledger, the passes of the scan actor, and each server's plugins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from supervisor.config.schema import Config, ServerSpec
from supervisor.kernel.bus import Bus
from supervisor.scan.effects import Ledger
from supervisor.scan.messages import Depth
from supervisor.scan.plugin_run import Inputs, PluginRuns
from supervisor.scan.plugins import Plugin, all_plugins
from supervisor.scan.runtimes import unknown
from supervisor.scan.words import Finding, ScannerReport, Terms

if TYPE_CHECKING:  # opened when there is something to judge
    from supervisor.scan.store import Store

SCAN_S = 150.0
"""Seconds after which a server is served without a scan: the bounds of all steps of one without plugins, and some."""
PLUGINS_S = 900.0
"""Seconds more where there are plugins; each is bounded by its manifest, and all of a pass by this."""


def ledger_of(config: Config, bus: Bus, state_dir: str) -> Ledger:
    """Make the ledger of a run; opens nothing yet."""
    terms = {spec.name: terms_of(spec) for spec in config.servers}
    return Ledger(terms, partial(_store, config, state_dir), partial(bus.publish, sender="scan"))


def terms_of(spec: ServerSpec) -> Terms:
    """Say what a server's configuration says about trust in it."""
    pinned = spec.docker.image if spec.mode == "docker" and "@" in spec.docker.image else ""
    return Terms(
        policy=spec.scan.policy, trust=spec.scan.trust, mode=spec.mode, plugins=spec.scan.plugins, origin=pinned
    )  # fmt: skip


def _store(config: Config, state_dir: str) -> Store:
    from supervisor.scan.store import Store

    lock_file = config.settings.lock_file
    return Store(Path(state_dir), Path(lock_file) if lock_file else None)


def scan_s(spec: ServerSpec) -> float:
    """Seconds after which a server is served without word of its scan."""
    return SCAN_S + (PLUGINS_S if spec.scan.plugins else 0.0)


class ServerPlugins:
    """The plugins of each server, as the scan actor runs them."""

    def __init__(self, config: Config, runs: PluginRuns) -> None:
        self._runs = runs
        self._known: Mapping[str, Plugin] = all_plugins(config.settings.plugins)
        self._specs = {spec.name: spec for spec in config.servers}

    def depth(self, plugin: str) -> Depth:
        """Images are looked at in the background, all else before the server is served."""
        known = self._known.get(plugin)
        return "deep" if known is not None and "image" in known.inputs else "fast"

    async def run(self, plugin: str, server: str, tools: Sequence[bytes]) -> tuple[ScannerReport, tuple[Finding, ...]]:
        """Run it for a server, in that server's own mode."""
        known = self._known.get(plugin)
        if known is None:
            return unknown(plugin, self._known), ()
        spec = self._specs[server]
        inputs = Inputs(
            tools=tuple(tools),
            image=spec.docker.image if spec.mode == "docker" else "",
            has_network=spec.scan.network == "declared",
        )
        ran = await self._runs.run(known, inputs, server, spec.mode)
        return ran.report, ran.findings
