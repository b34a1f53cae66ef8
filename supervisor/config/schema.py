"""The only list of settings: what a resolved configuration is made of, with units, defaults and their sources.

Two families live here. *Resolved* structs (`ServerSpec`, `Settings`, …) are what the rest of stockade works with: every
default filled in, every duration in seconds, every size in bytes. *Block* structs are the shape of our own blocks as
people write them; they refuse unknown keys.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct, field

Mode = Literal["docker", "sandbox", "none"]
Level = Literal["auto", "S3", "S2", "S1"]


class Grace(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How long each polite rung of the stop ladder may take."""

    stdin_s: float = 2.0
    """Seconds between closing stdin and SIGTERM."""
    term_s: float = 5.0
    """Seconds between SIGTERM and SIGKILL."""


class StartupClocks(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The clock of each stage of a start, in seconds."""

    resolve_s: float = 5.0
    pull_s: float = 600.0
    create_s: float = 30.0
    handshake_s: float = 30.0


class Limits(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one server may use."""

    memory_bytes: int = 512 * 1024 * 1024
    cpus: float = 1.0
    pids: int = 256


class Ports(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """TCP ports a sandboxed server may use."""

    connect: tuple[int, ...] = ()
    bind: tuple[int, ...] = ()


class SandboxSpec(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a sandboxed server may do beyond the defaults."""

    level: Level = "auto"
    read_write: tuple[str, ...] = ()
    read_only: tuple[str, ...] = ()
    deny: tuple[str, ...] = ()
    reads: Literal["strict", "broad"] = "strict"
    network: Literal["allow", "none"] | Ports = "allow"
    user: str | None = None
    best_effort: bool = False
    rlimits: dict[str, int] = field(default_factory=dict)
    """Limit by its lower-case name (`nofile`, `fsize`, `core`, …); bytes or counts, as setrlimit takes them."""
