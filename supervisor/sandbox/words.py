"""The words of the sandbox: what is asked for, what this machine can give, and the plan that is made of both.

A plan is what would be applied, as plain data. It never leaves the process: what does is the report (messages.py).
Paths in it are as the file system has them, and may hold lone surrogates.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from supervisor.config.schema import Limits, SandboxSpec
from supervisor.sandbox.messages import Expanded, Got, Refused, RLimit, Skipped

Access = Literal["read", "read_exec", "write", "device", "shared_memory"]
"""Access classes; abi.CLASSES says which rights each is."""


class Asked(Struct, frozen=True, kw_only=True):
    """One server, as far as its sandbox is concerned."""

    argv: tuple[str, ...]
    """The first word is an absolute path."""
    search_path: str
    """PATH of the server."""
    working_dir: str | None
    """Only if the config names one; it is granted for writing then."""
    homes: tuple[str, ...]
    """Home folders of the user who runs it; what is secret is looked for in each."""
    state: str
    """The server's own folder."""
    own: tuple[str, ...]
    """Folders and files of stockade itself: state, config, control token."""
    spec: SandboxSpec
    limits: Limits


class Wanted(Struct, frozen=True):
    """A path that is to be granted, before anything is known about it."""

    path: str
    access: Access
    why: str
    always: bool = False
    """Also inside a denied folder: the server's own folder lies in our state folder."""


class Grant(Struct, frozen=True):
    """A path that is granted; nothing denied lies below it."""

    path: str
    access: Access
    why: str


class Plan(Struct, frozen=True, kw_only=True):
    """Everything that would be applied to one server, and what was left out."""

    level: Got
    abi: int
    """0 at level S1: no ruleset."""
    degraded: str
    """Why this is less than was asked for; empty if it is not."""
    grants: tuple[Grant, ...]
    expanded: tuple[Expanded, ...]
    skipped: tuple[Skipped, ...]
    refused: tuple[Refused, ...]
    denied: tuple[str, ...]
    rlimits: tuple[RLimit, ...]
    environment: dict[str, str]
    """Variables that are set whatever they were."""
    defaults: dict[str, str]
    """Variables that are set if nothing set them."""
    folders: tuple[str, ...]
    """To be made before the start, each private to the user."""
    cwd: str
    gaps: tuple[str, ...]
    landmarks: tuple[str, ...]
    """Paths that the plan stands on: if another file or folder is there now, it has to be made anew."""
    watched: tuple[str, ...]
    """Folders whose entries the plan stands on."""


class Availability(Struct, frozen=True, kw_only=True):
    """What this machine can do, found out by doing it."""

    abi: int
    """0 = no Landlock that holds."""
    reason: str = ""
    """Why not."""


class Chosen(Struct, frozen=True, kw_only=True):
    """The level that a server gets."""

    level: Got
    abi: int
    degraded: str = ""


class Profile(Struct, frozen=True, kw_only=True):
    """What the config says about a server that a launch does not carry."""

    working_dir: str | None = None
    """Only if the config names one."""
    own_env: frozenset[str] = frozenset()
    """Names of the variables in the server's own `env`: they win over what the sandbox would set."""


class Order(Struct, frozen=True, kw_only=True):
    """One server to be sandboxed."""

    server: str
    spec: SandboxSpec
    limits: Limits
    profile: Profile = Profile()


class Places(Struct, frozen=True, kw_only=True):
    """Where things are on this machine; found out once, by the wiring."""

    state_dir: str
    """Stockade's state directory: private, and it exists. The servers' own folders lie in it."""
    homes: tuple[str, ...]
    """Home folders of the user."""
    own: tuple[str, ...] = ()
    """What else of stockade's no server may reach: config files, the control token. The state directory is among it."""
    ssh_agent: str | None = None
    """SSH_AUTH_SOCK."""
