"""Which level a server gets, or why it gets none. Pure; fails closed."""

from __future__ import annotations

from supervisor.config.schema import SandboxSpec
from supervisor.errors import LandlockUnavailable, LevelUnavailable, SettingUnavailable
from supervisor.sandbox.words import Availability, Chosen


def choose(
    spec: SandboxSpec, available: Availability
) -> Chosen | LandlockUnavailable | LevelUnavailable | SettingUnavailable:
    """The level for this server. One that is asked for by name is given or refused, never replaced.

    `best_effort` lets `auto` fall to S1, and nothing else: what was asked for by name was meant.
    """
    unsupported = _unsupported(spec)
    if unsupported is not None:
        return unsupported
    if spec.level == "S3":
        return LevelUnavailable(level="S3", reason="mount namespaces are not part of this version")
    if spec.level == "S1":
        return Chosen(level="S1", abi=0)
    if available.abi:
        return Chosen(level="S2", abi=available.abi)
    if spec.level == "S2":
        return LevelUnavailable(level="S2", reason=available.reason)
    if spec.best_effort:
        return Chosen(level="S1", abi=0, degraded=f"no file sandbox: {available.reason}")
    return LandlockUnavailable(reason=available.reason)


def _unsupported(spec: SandboxSpec) -> SettingUnavailable | None:
    if spec.network != "allow":
        value = spec.network if isinstance(spec.network, str) else "ports"
        return SettingUnavailable(setting="network", value=value, reason="this version cannot restrict the network")
    if spec.user is not None:
        return SettingUnavailable(setting="user", value=spec.user, reason="this version cannot become another user")
    return None
