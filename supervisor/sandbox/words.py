"""The words of the sandbox: what is asked for, what this machine can give, and the plan that is made of both.

A plan is what would be applied, as plain data. It never leaves the process: what does is the report (messages.py).
Paths in it are as the file system has them, and may hold lone surrogates.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from supervisor.config.schema import Ports, SandboxSpec
from supervisor.config.specs import Limits
from supervisor.sandbox.messages import Access, Expanded, Filter, Got, Refused, RLimit, Skipped


class Account(Struct, frozen=True, kw_only=True):
    """The user that a server becomes."""

    name: str
    uid: int
    gid: int
    groups: tuple[int, ...]


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
    account: Account | None = None
    """Whom it becomes; None = it stays who we are."""
    lent: tuple[str, ...] = ()
    """As Profile says."""
    shown: tuple[str, ...] = ()
    """What an interpreter that confines itself in a view has to see there, and is not granted."""


class Wanted(Struct, frozen=True):
    """A path that is to be granted, before anything is known about it."""

    path: str
    access: Access
    why: str
    always: bool = False
    """Also inside a denied folder: the server's own folder lies in our state folder."""
    told_by: str = ""
    """The file or link from which it is known; empty if the config or the system names it."""
    is_installed: bool = False
    """It looks like the place where an interpreter is installed."""


class Grant(Struct, frozen=True):
    """A path that is granted; nothing denied lies below it."""

    path: str
    access: Access
    why: str


MountKind = Literal["bind", "read_only", "folder", "link", "temporary", "no_folder", "no_file", "proc", "devices"]
"""`bind` and `read_only` show what is there outside; `folder` and `link` are made; `temporary` is an empty folder in
memory, `no_folder` and `no_file` hide what would be seen; `proc` and `devices` are the namespace's own."""


class Mount(Struct, frozen=True):
    """One entry of the view that a server has of the file system at level S3."""

    kind: MountKind
    path: str
    target: str = ""
    """Where a link leads to."""


class Plan(Struct, frozen=True, kw_only=True):
    """Everything that would be applied to one server, and what was left out."""

    level: Got
    abi: int
    """0 at level S1: no ruleset."""
    degraded: str
    """Why this is less than was asked for; empty if it is not."""
    not_higher: str = ""
    """Why `auto` gave no higher level; empty if there is none, or if the level was asked for by name."""
    bubblewrap: str = ""
    """The program that makes the namespaces; empty below level S3."""
    is_image: bool = False
    """As Availability says."""
    view: tuple[Mount, ...] = ()
    """All that can be seen of the file system at level S3, outer folders first."""
    filters: tuple[Filter, ...] = ()
    """In the order in which they are installed."""
    network: Literal["allow", "none"] | Ports = "allow"
    account: Account | None = None
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
    bubblewrap: str = ""
    """A program that was seen to make the namespaces of level S3; empty if there is none."""
    is_image: bool = False
    """What confines itself in them can be a program in memory (image.py); else it is an interpreter."""
    why_no_namespaces: str = ""
    filters: tuple[Filter, ...] = ()
    """Every system-call filter that there is for this machine."""


class Chosen(Struct, frozen=True, kw_only=True):
    """The level that a server gets."""

    level: Got
    abi: int
    degraded: str = ""
    not_higher: str = ""
    """As Plan says."""
    bubblewrap: str = ""
    """As Plan says."""
    is_image: bool = False
    """As Availability says."""
    filters: tuple[Filter, ...] = ()
    """As Plan says."""


class Profile(Struct, frozen=True, kw_only=True):
    """What the config says about a server that a launch does not carry."""

    working_dir: str | None = None
    """Only if the config names one."""
    own_env: frozenset[str] = frozenset()
    """Names of the variables in the server's own `env`: they win over what the sandbox would set."""
    folder: str = ""
    """Its own folder, if that is to be another one than the server's; it is made if it is not there."""
    lent: tuple[str, ...] = ()
    """Places in our own folders, which are denied to all servers, that this program may read."""


class Order(Struct, frozen=True, kw_only=True):
    """One server to be sandboxed."""

    server: str
    spec: SandboxSpec
    limits: Limits
    profile: Profile = Profile()
    is_install: bool = False
    """Not the server is to be started, but what fetches its package before (runners.py)."""

    @property
    def key(self) -> str:
        """What a plan is kept by: that of an install must not be taken for the server's."""
        return f"{self.server}/install" if self.is_install else self.server  # no name of a server has a slash


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
