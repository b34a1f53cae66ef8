"""Which level a server gets, or why it gets none. Pure; fails closed."""

from __future__ import annotations

from supervisor.config.schema import Ports, SandboxSpec
from supervisor.errors import LandlockUnavailable, LevelUnavailable, SettingUnavailable
from supervisor.sandbox.messages import Filter, Got
from supervisor.sandbox.words import Availability, Chosen

BASE, NO_NETWORK, TCP_PORTS, SEAL = VARIANTS = ("base", "no_network", "tcp_ports", "seal")
"""The system-call filters (seccomp.py), in the order in which they are installed."""
PORTS_ABI = 4
"""The Landlock ABI that knows TCP ports (Linux 6.7)."""
_NO_FILTERS = "stockade has no system-call filters for this machine"

Unavailable = LandlockUnavailable | LevelUnavailable | SettingUnavailable


def choose(spec: SandboxSpec, available: Availability) -> Chosen | Unavailable:
    """The level for this server. One that is asked for by name is given or refused, never replaced.

    `best_effort` lets `auto` fall to S1, and nothing else: what was asked for by name was meant.
    """
    level = _level(spec, available)
    if not isinstance(level, Chosen):
        return level
    return _network_objection(spec, level, available) or level


def _level(spec: SandboxSpec, available: Availability) -> Chosen | Unavailable:
    why_not_s2 = available.reason if not available.abi else "" if available.filters else _NO_FILTERS
    why_not_s3 = why_not_s2 or available.why_no_namespaces
    if spec.level == "S1":
        return _chosen("S1", spec, available)
    if spec.level != "S2" and not why_not_s3:
        return _chosen("S3", spec, available)
    if spec.level == "S3":
        return LevelUnavailable(level="S3", reason=why_not_s3)
    if not why_not_s2:
        not_higher = "" if spec.level == "S2" else f"not S3: {why_not_s3}"
        return _chosen("S2", spec, available, not_higher=not_higher)
    if spec.level == "S2":
        return LevelUnavailable(level="S2", reason=why_not_s2)
    if spec.best_effort:
        return _chosen("S1", spec, available, degraded=f"no file sandbox: {why_not_s2}")
    return LandlockUnavailable(reason=why_not_s2)


def _chosen(
    level: Got, spec: SandboxSpec, available: Availability, *, degraded: str = "", not_higher: str = ""
) -> Chosen:
    return Chosen(
        level=level,
        abi=0 if level == "S1" else available.abi,
        degraded=degraded,
        not_higher=not_higher,
        bubblewrap=available.bubblewrap if level == "S3" else "",
        is_image=available.is_image and level == "S3",
        filters=_filters(level, spec, available),
    )


def _filters(level: Got, spec: SandboxSpec, available: Availability) -> tuple[Filter, ...]:
    wanted = {BASE, SEAL}
    if isinstance(spec.network, Ports):
        wanted.add(TCP_PORTS)
    elif spec.network == "none" and level != "S3":  # there a network namespace without any link holds it
        wanted.add(NO_NETWORK)
    return tuple(filter_ for filter_ in available.filters if filter_.name in wanted)


def _network_objection(spec: SandboxSpec, chosen: Chosen, available: Availability) -> SettingUnavailable | None:
    if spec.network == "allow":
        return None
    if not available.filters:
        return _network(spec, _NO_FILTERS)
    if isinstance(spec.network, Ports) and chosen.abi < PORTS_ABI:
        found = f"ABI {available.abi} here" if chosen.level != "S1" else "level S1 does without"
        return _network(spec, f"a list of ports needs Landlock ABI {PORTS_ABI} (Linux 6.7): {found}")
    return None


def _network(spec: SandboxSpec, reason: str) -> SettingUnavailable:
    value = spec.network if isinstance(spec.network, str) else "ports"
    return SettingUnavailable(setting="network", value=value, reason=reason)
