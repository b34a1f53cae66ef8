"""From the limits of the config to those of a process, and who enforces what. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from supervisor.config.specs import Limits
from supervisor.errors import SettingUnavailable
from supervisor.process.words import Tracking
from supervisor.sandbox.messages import Limit, RLimit

NUMBERS = {
    "cpu": 0, "fsize": 1, "data": 2, "stack": 3, "core": 4, "rss": 5, "nproc": 6, "nofile": 7, "memlock": 8, "as": 9,
    "locks": 10, "sigpending": 11, "msgqueue": 12, "nice": 13, "rtprio": 14,
}  # fmt: skip
"""Linux's numbers, alike on every architecture that is supported. RTTIME is not ours to give: it carries the tag by
which a server's processes are found (process/words.py)."""

_BY_USER = "rlimit nproc, for all processes that count as this user's"
OPEN_FILES = 1024
LARGEST_FILE_BYTES = 4 * 1024**3
"""A model may be some gigabytes; a runaway log should end before the disk does."""


def process_limits(
    limits: Limits, asked: Mapping[str, int], *, counts_own: bool = False
) -> tuple[RLimit, ...] | SettingUnavailable:
    """The limits of the server's processes: the defaults, then what the config asks for by name.

    DATA stands for memory, not AS: node reserves far more addresses than it uses and cannot start under 1 GiB of them.
    NPROC counts every process of the user: it is set when asked for, and where a server's are counted by themselves
    (`counts_own`: a uid or a user namespace of its own). Processor seconds are never limited unasked, for a server
    is meant to live.
    """
    values = {"core": 0, "nofile": OPEN_FILES, "data": limits.memory_bytes, "fsize": LARGEST_FILE_BYTES}
    values |= {"nproc": limits.pids} if counts_own else {}
    values |= asked
    unknown = next((name for name in values if name not in NUMBERS), None)
    if unknown is not None:
        return SettingUnavailable(
            setting=f"rlimits.{unknown}", value=str(values[unknown]), reason="there is no such limit"
        )
    return tuple(RLimit(name=name, number=NUMBERS[name], value=value) for name, value in values.items())


def enforcers(limits: Limits, rlimits: tuple[RLimit, ...], tracking: Tracking) -> tuple[Limit, ...]:
    """Each limit of the config with who enforces it: the instance's cgroup, or a limit of each process."""
    by_name = {limit.name: limit.value for limit in rlimits}
    others = {"memory": "rlimit data, for each process"} | ({"pids": _BY_USER} if "nproc" in by_name else {})
    values = {"memory": by_name["data"], "cpus": limits.cpus, "pids": by_name.get("nproc", limits.pids)}
    return tuple(
        Limit(name=name, value=value, enforcer=_enforcer(name, others, tracking)) for name, value in values.items()
    )


def _enforcer(name: str, others: Mapping[str, str], tracking: Tracking) -> str:
    if name in tracking.held:
        return "its cgroup, for all of its processes"
    return others.get(name, "nobody")
