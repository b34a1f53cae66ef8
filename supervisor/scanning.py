"""Wiring: what scans the servers of a run: the ledger, the passes of the scan actor, and each server's plugins."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from supervisor.config.schema import PluginBlock
from supervisor.config.specs import Config, ServerSpec
from supervisor.events import ScanDegraded
from supervisor.kernel.bus import Bus
from supervisor.plugins import Plugins, origin_here
from supervisor.sandbox.runners import installation
from supervisor.scan.effects import Ledger
from supervisor.scan.messages import Depth
from supervisor.scan.plugins.manifests import Plugin, all_plugins
from supervisor.scan.plugins.runtimes import Situation, choose, unknown
from supervisor.scan.trust.foreseen import unusable
from supervisor.scan.trust.program import program_of
from supervisor.scan.words import Finding, ScannerReport, Terms

if TYPE_CHECKING:  # opened when there is something to judge
    from supervisor.scan.trust.alias import Aliased

SCAN_S = 150.0
"""Seconds after which a server is served without a scan: the bounds of all steps of one without plugins, and some."""
PLUGINS_S = 900.0
"""Seconds more where there are plugins; each is bounded by its manifest, and all of a pass by this."""


SpecOf = Callable[[str], ServerSpec | None]
"""How a server is configured now; None of one that nobody knows."""


def ledger_of(config: Config, bus: Bus, spec_of: SpecOf, state_dir: str, environ: Mapping[str, str]) -> Ledger:
    """Make the ledger of a run; opens nothing yet."""
    return _ledger(config, partial(bus.publish, sender="scan"), spec_of, state_dir, environ)


def ledger_alone(config: Config, state_dir: str, environ: Mapping[str, str]) -> Ledger:
    """Make a ledger without a run, for decisions: nobody is told of them but who makes them."""
    return _ledger(config, _untold, {spec.name: spec for spec in config.servers}.get, state_dir, environ)


def _ledger(
    config: Config, publish: Callable[[object], None], spec_of: SpecOf, state_dir: str, environ: Mapping[str, str]
) -> Ledger:
    def origin(server: str) -> str:
        spec = spec_of(server)
        return origin_here(spec, state_dir, environ) if spec else ""

    terms = {spec.name: terms_of(spec) for spec in config.servers}
    return Ledger(terms, partial(_store, config, state_dir), publish, origin=origin)


def _untold(_event: object) -> None:
    pass


def make_lock_file(config: Config) -> None:
    """Have the lock file there before any server runs: what is there can be denied to them, what is not they may make.

    Where it cannot be made, the first decision says so.
    """
    if config.settings.lock_file is None or Path(config.settings.lock_file).exists():
        return
    from supervisor.scan.trust.lockfile import text_of

    with suppress(OSError), Path(config.settings.lock_file).open("x") as file:
        file.write(text_of(()))


def foreseen(config: Config, environ: Mapping[str, str], *, is_probed: bool) -> Iterator[ScanDegraded]:
    """Say which plugins will not look at the servers that ask for them: known at the start, and told once.

    None does in a run without a probe: its one session is the first to speak to the server.
    """
    keys = frozenset(name for name, value in environ.items() if value)
    for spec in config.servers:
        if spec.enabled and spec.scan.plugins:
            has_network = spec.scan.network == "declared"
            plugins = config.settings.plugins
            found = unusable(spec.scan.plugins, plugins, spec.mode, has_network=has_network, keys=keys)
            reasons = [f"{one.scanner}: {one.state} ({one.reason}): {one.detail}" for one in found]
            if not is_probed:
                reasons = [
                    f"{one}: it looks at servers in `stockade scan` and `serve` only" for one in spec.scan.plugins
                ]
            if reasons:
                yield ScanDegraded(
                    server=spec.name, depth="", verdict="unknown", coverage="none", status="unknown", reasons=reasons
                )


def terms_of(spec: ServerSpec) -> Terms:
    """Say what a server's configuration says about trust in it."""
    return Terms(
        policy=spec.scan.policy,
        trust=spec.scan.trust,
        mode=spec.mode,
        plugins=spec.scan.plugins,
        program=_program(spec),
        is_served=spec.enabled,
    )


def _program(spec: ServerSpec) -> str:
    argv = (spec.command, *spec.args)
    return program_of(argv, installation(argv), spec.cwd or "") if spec.command else ""


def _store(config: Config, state_dir: str) -> Aliased:
    from supervisor.scan.trust.alias import Aliased
    from supervisor.scan.trust.store import Store

    lock_file = config.settings.lock_file
    names = {spec.name: spec.pinned_as for spec in config.servers if spec.pinned_as}
    return Aliased(Store(Path(state_dir), Path(lock_file) if lock_file else None), names)


def scan_s(spec: ServerSpec) -> float:
    """Seconds after which a server is served without word of its scan."""
    return SCAN_S + (PLUGINS_S if spec.scan.plugins else 0.0)


def limit_s(spec: ServerSpec) -> float:
    """Seconds for all clocks of a start and of a scan together."""
    clocks = spec.startup
    return clocks.resolve_s + clocks.pull_s + clocks.create_s + clocks.handshake_s + scan_s(spec)


class ServerPlugins:
    """The plugins of each server, as the scan actor runs them."""

    def __init__(
        self, spec_of: Callable[[str], ServerSpec], blocks: Callable[[], Mapping[str, PluginBlock]], runs: Plugins
    ) -> None:
        """Take how a server, and how plugins are configured now."""
        self._spec_of = spec_of
        self._blocks = blocks
        self._runs = runs

    def _known(self) -> Mapping[str, Plugin]:
        return all_plugins(self._blocks())

    def depth(self, plugin: str, server: str) -> Depth:
        """Some are run in the background, all others before the server is served.

        What cannot run there at all is not put off: its reason is told at once, also of a server that is never served.
        """
        known, spec = self._known().get(plugin), self._spec_of(server)
        if known is None or not known.is_deep:
            return "fast"
        situation = Situation(
            mode=spec.mode, keys=frozenset(known.needs_key), has_network=spec.scan.network == "declared"
        )
        return "fast" if isinstance(choose(known, situation), ScannerReport) else "deep"

    async def run(self, plugin: str, server: str, tools: Sequence[bytes]) -> tuple[ScannerReport, tuple[Finding, ...]]:
        """Run it for a server, in that server's own mode."""
        every = self._known()
        known = every.get(plugin)
        if known is None:
            return unknown(plugin, every), ()
        ran = await self._runs.run(known, self._spec_of(server), tuple(tools))
        return ran.report, ran.findings
