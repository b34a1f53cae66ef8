"""From the limits of the config to those of a process, and who enforces what. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from supervisor.config.schema import Limits
from supervisor.errors import SettingUnavailable
from supervisor.sandbox.messages import Limit, RLimit

NUMBERS = {
    "cpu": 0, "fsize": 1, "data": 2, "stack": 3, "core": 4, "rss": 5, "nproc": 6, "nofile": 7, "memlock": 8, "as": 9,
    "locks": 10, "sigpending": 11, "msgqueue": 12, "nice": 13, "rtprio": 14, "rttime": 15,
}  # fmt: skip
"""Linux's numbers, alike on every architecture that is supported."""

OPEN_FILES = 1024
LARGEST_FILE_BYTES = 4 * 1024**3
"""A model may be some gigabytes; a runaway log should end before the disk does."""


def process_limits(limits: Limits, asked: Mapping[str, int]) -> tuple[RLimit, ...] | SettingUnavailable:
    """The limits of the server's processes: the defaults, then what the config asks for by name.

    DATA stands for memory, not AS: node reserves far more addresses than it uses and cannot start under 1 GiB of them.
    NPROC counts every process of the user and is set only when asked for; processor seconds are never limited unasked,
    for a server is meant to live.
    """
    values = {"core": 0, "nofile": OPEN_FILES, "data": limits.memory_bytes, "fsize": LARGEST_FILE_BYTES, **asked}
    unknown = next((name for name in values if name not in NUMBERS), None)
    if unknown is not None:
        return SettingUnavailable(
            setting=f"rlimits.{unknown}", value=str(values[unknown]), reason="there is no such limit"
        )
    return tuple(RLimit(name=name, number=NUMBERS[name], value=value) for name, value in values.items())


def enforcers(limits: Limits, rlimits: tuple[RLimit, ...]) -> tuple[Limit, ...]:
    """Each limit of the config with who enforces it at level S2 and S1."""
    by_name = {limit.name: limit.value for limit in rlimits}
    pids = "rlimit nproc, counted over all of the user's processes" if "nproc" in by_name else "nobody"
    return (
        Limit(name="memory", value=by_name["data"], enforcer="rlimit data, for each process"),
        Limit(name="cpus", value=limits.cpus, enforcer="nobody"),
        Limit(name="pids", value=by_name.get("nproc", limits.pids), enforcer=pids),
    )
