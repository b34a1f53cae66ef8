"""What the sandbox says about an instance: the report, from what was really done and what the kernel answers.

Every text in it has been escaped: it can be encoded and printed as it stands.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

Got = Literal["S3", "S2", "S1"]
"""Levels that can be had."""


Access = Literal["read", "read_exec", "write", "device", "shared_memory"]
"""Access classes; abi.CLASSES says which rights each is."""


class Granted(Struct, frozen=True):
    """A path that the server can use, and how."""

    path: str
    access: str
    why: str


class Expanded(Struct, frozen=True):
    """A folder that was to be granted and has something denied in it: its other children were granted instead, once.

    It can neither be listed nor be given new entries itself, and an entry that is new or replaced stays out of reach
    until the next start.
    """

    path: str
    access: Access
    children: int


class Skipped(Struct, frozen=True):
    """A path that was to be granted and is not there."""

    path: str
    reason: str


class Refused(Struct, frozen=True):
    """A path that was to be granted and will not be."""

    path: str
    reason: str


class RLimit(Struct, frozen=True, kw_only=True):
    """One limit of a process, soft and hard alike; its children inherit it, each for itself."""

    name: str
    number: int
    value: int


class Limit(Struct, frozen=True, kw_only=True):
    """A limit of the config and who enforces it."""

    name: str
    value: float
    enforcer: str
    """`rlimit data`, … or `nobody`."""


class KernelView(Struct, frozen=True, kw_only=True):
    """What /proc/PID/status answers about the started process; -1 where it could not be read."""

    no_new_privs: int = -1
    seccomp: int = -1
    """0 = no filter, 2 = filters."""
    seccomp_filters: int = -1
    """How many of them."""
    uid: int = -1
    cap_effective: int = -1
    cap_permitted: int = -1
    cap_bounding: int = -1


class Filter(Struct, frozen=True):
    """A system-call filter that was installed."""

    name: str
    sha256: str


class SandboxReport(Struct, frozen=True, kw_only=True):
    """What holds one instance, and what does not."""

    level_asked: str
    level: Got
    is_file_sandbox: bool
    degraded: str
    landlock_abi: int
    rights_handled: tuple[str, ...]
    scopes: tuple[str, ...]
    granted: tuple[Granted, ...]
    expanded: tuple[Expanded, ...]
    skipped: tuple[Skipped, ...]
    refused: tuple[Refused, ...]
    denied: tuple[str, ...]
    not_higher: str
    """Why `auto` gave no higher level; empty if there is none, or if the level was asked for by name."""
    namespaces: tuple[str, ...]
    """What it has of its own: mounts, processes, …; none below level S3."""
    filters: tuple[Filter, ...]
    user: str
    """The user that it became; empty if it stayed who we are."""
    network: str
    network_open: tuple[str, ...]
    rlimits: tuple[RLimit, ...]
    limits: tuple[Limit, ...]
    no_cgroup: tuple[str, ...]
    """Why its cgroup does not hold all limits; empty if it does."""
    environment: tuple[str, ...]
    """Names only."""
    kernel: KernelView
    gaps: tuple[str, ...]

    @property
    def confinement(self) -> str:
        """In a few words."""
        return confinement(self.level, self.landlock_abi)


def confinement(level: Got, abi: int) -> str:
    """A level in a few words: `S3 abi7`, `S2 abi7`, `S1 (no file sandbox)`."""
    return f"{level} abi{abi}" if abi else f"{level} (no file sandbox)"
