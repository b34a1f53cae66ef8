"""The rules for control groups (version 2): where this process is, and what a leaf is told of the limits. Pure.

`stockade` in a delegated cgroup looks so: nothing lives in the cgroup itself, for then the kernel would hand no
controller down from it; we and the guardian live in `stockade`, each instance in a leaf beside it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from msgspec import Struct

from supervisor.config.specs import Limits

OWN_LEAF = "stockade"
"""Where this process itself lives. Told to systemd as DelegateSubgroup= it is there from its start."""
CONTROLLERS = ("memory", "cpu", "pids")
PERIOD_US = 100_000
"""Of cpu.max: the kernel's own default."""
LEAST_QUOTA_US = 1000
"""The kernel takes no less (kernel/sched/core.c, min_cfs_quota_period)."""


class Delegation(Struct, frozen=True, kw_only=True):
    """Whether a part of the cgroup v2 hierarchy is this process's own to divide."""

    path: str = ""
    """The folder of the cgroup; empty if this process has none that can be reached."""
    controllers: tuple[str, ...] = ()
    """Those of memory, cpu and pids that can be used below it."""
    reason: str = ""
    """Why it is not ours, for people; empty if it is."""

    @property
    def is_ours(self) -> bool:
        """Leaves can be made in it."""
        return not self.reason


class Setting(Struct, frozen=True):
    """One line for one file of a leaf."""

    limit: str
    """`memory`, `swap`, `cpus`, `pids`."""
    controller: str
    file: str
    value: str


def settings(limits: Limits) -> tuple[Setting, ...]:
    """What a leaf is told. No swap: a server over its limit is to end, not to crawl."""
    quota = max(int(limits.cpus * PERIOD_US), LEAST_QUOTA_US)
    return (
        Setting("memory", "memory", "memory.max", str(limits.memory_bytes)),
        Setting("swap", "memory", "memory.swap.max", "0"),
        Setting("cpus", "cpu", "cpu.max", f"{quota} {PERIOD_US}"),
        Setting("pids", "pids", "pids.max", str(limits.pids)),
    )


def unheld(reason: str) -> Mapping[str, str]:
    """No limit is held by a leaf, all for one reason."""
    return dict.fromkeys(("memory", "cpus", "pids"), reason)


def own_cgroup(text: str) -> str | None:
    """The cgroup v2 path of a process, out of its /proc/PID/cgroup; None if it is in none."""
    return next((line[3:] for line in text.splitlines() if line.startswith("0::/")), None)


def folder_of(mountinfo: str, cgroup: str) -> str | None:
    """The folder of a cgroup, by /proc/self/mountinfo; None where no mount shows it.

    On machines that keep version 1 beside it, the hierarchy is at /sys/fs/cgroup/unified. A path with `..` in it lies
    outside of this process's cgroup namespace.
    """
    if ".." in cgroup.split("/"):
        return None
    for line in mountinfo.splitlines():
        before, _, after = line.partition(" - ")
        fields = before.split(" ")
        if after.split(" ")[0] != "cgroup2" or len(fields) < 5:
            continue
        top, mount = _unescaped(fields[3]).rstrip("/"), _unescaped(fields[4])
        if cgroup == top or cgroup.startswith(f"{top}/"):
            return (mount + cgroup[len(top) :]).rstrip("/")
    return None


def value_in(keyed: str, name: str) -> int:
    """The value of `name` in a file of lines `name value`; 0 if it is not there."""
    found = re.search(rf"^{re.escape(name)} (\d+)$", keyed, re.MULTILINE)
    return int(found[1]) if found else 0


def _unescaped(text: str) -> str:
    return re.sub(r"\\([0-7]{3})", lambda match: chr(int(match[1], 8)), text)
