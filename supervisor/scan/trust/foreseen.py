"""What is known before any scan: which of the plugins that a config asks for cannot look at a server. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from supervisor.config.schema import Mode, PluginBlock
from supervisor.scan.plugins.manifests import all_plugins
from supervisor.scan.plugins.runtimes import Situation, choose, unknown
from supervisor.scan.words import ScannerReport


def unusable(
    wanted: Iterable[str], declared: Mapping[str, PluginBlock], mode: Mode, *, has_network: bool, keys: frozenset[str]
) -> list[ScannerReport]:
    """The plugins that will not run for a server of this mode, each with the reason; one that is disabled is meant."""
    known = all_plugins(declared)
    situation = Situation(mode=mode, keys=keys, has_network=has_network)
    chosen = (choose(known[name], situation) if name in known else unknown(name, known) for name in wanted)
    return [one for one in chosen if isinstance(one, ScannerReport) and one.reason != "disabled"]
