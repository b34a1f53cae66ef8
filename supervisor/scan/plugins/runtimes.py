"""How a plugin is run for one server, or why it is not. Pure.

First natively in our own sandbox, then in a container if the *scanned server's own* mode is docker and its engine can
be used, else not at all; a scan says so. What would need Docker is never asked of a user whose server was kept out of
Docker on purpose: there the reason names the mode, and where to read on.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from supervisor.config.schema import Mode, PluginInput
from supervisor.scan.plugins.manifests import Plugin
from supervisor.scan.words import ScannerReport, SkipReason

WAYS_OUT = "`stockade errors engine.snap_apparmor`"
"""What tells of Docker installed by snap, which is why many servers are not run in Docker."""


class Situation(Struct, frozen=True, kw_only=True):
    """What the choice depends on."""

    mode: Mode
    """That of the scanned server, resolved."""
    missing: Mapping[PluginInput, str] = {}
    """Inputs that there are not, each with the reason."""
    keys: frozenset[str] = frozenset()
    """Variables that there are."""
    has_network: bool = True
    """A plugin whose manifest declares that it needs a network gets one."""


class Native(Struct, frozen=True):
    """Try the native command; if its program is not there, what `otherwise` says holds."""

    otherwise: Docker | ScannerReport


class Docker(Struct, frozen=True):
    """Run it in a container; if the engine or the image cannot be used, the reason is theirs."""


Runtime = Native | Docker | ScannerReport


def choose(plugin: Plugin, situation: Situation) -> Runtime:
    """How to run it; a report if it is not run at all."""
    return _objection(plugin, situation) or _runtime(plugin, situation)


def _objection(plugin: Plugin, situation: Situation) -> ScannerReport | None:
    if not plugin.enabled:
        return skipped(plugin, "disabled", f"`stockade.plugins.{plugin.id}.enabled` is false")
    if not plugin.command and not plugin.image:
        return skipped(plugin, "disabled", "its manifest names neither a command nor an image")
    for one in plugin.inputs:
        if one in situation.missing:
            return skipped(plugin, "unsupported_input", situation.missing[one])
    absent = [name for name in plugin.needs_key if name not in situation.keys]
    if absent:
        return skipped(plugin, "needs_key", f"set {' and '.join(absent)} in stockade's environment")
    if plugin.needs_network and not situation.has_network:
        return skipped(plugin, "needs_network", "it needs a network, and `scan.network` is `none`")
    return None


def _runtime(plugin: Plugin, situation: Situation) -> Runtime:
    if not plugin.command:
        return _docker(plugin, situation)
    return Native(_docker(plugin, situation) if plugin.image and situation.mode == "docker" else not_installed(plugin))


def _docker(plugin: Plugin, situation: Situation) -> Docker | ScannerReport:
    if situation.mode == "docker":
        return Docker()
    why = f"it runs in Docker only, and this server's mode is `{situation.mode}`; {WAYS_OUT} has the ways out"
    return skipped(plugin, "docker_unusable", why)


def not_installed(plugin: Plugin) -> ScannerReport:
    """Its program is not there."""
    how = f"; install it: {plugin.install}" if plugin.install else ""
    return skipped(plugin, "not_installed", f"{plugin.command[0]!r} was not found on PATH{how}")


def image_missing(plugin: Plugin) -> ScannerReport:
    """Its image is not on the engine, and nothing is fetched while a server waits to be served."""
    how = plugin.install or f"docker pull {plugin.image}"
    return skipped(plugin, "not_installed", f"the image {plugin.image!r} is not on the engine; fetch it: {how}")


def skipped(plugin: Plugin, reason: SkipReason, detail: str) -> ScannerReport:
    """The report of a plugin that was not run."""
    return ScannerReport(scanner=plugin.id, state="skipped", reason=reason, detail=detail)


def unknown(name: str, known: Mapping[str, Plugin]) -> ScannerReport:
    """The report of a plugin that a config names and nobody has declared."""
    detail = f"there is no plugin of this name; there are {', '.join(sorted(known))}"
    return ScannerReport(scanner=name, state="skipped", reason="not_installed", detail=detail)
