"""What a configuration becomes: what the rest of stockade works with.

Every default is filled in, every duration in seconds, every size in bytes, every path absolute.
"""

from __future__ import annotations

from typing import Any

from msgspec import Struct, field

from supervisor.config.schema import (
    Dependency,
    HardeningFlags,
    Mode,
    PluginBlock,
    Ready,
    Restart,
    SandboxSpec,
    ScanBlock,
    Sharing,
    SinkBlock,
)
from supervisor.errors import AnyProblem


class Grace(Struct, frozen=True, kw_only=True):
    """How long each polite rung of the stop ladder may take."""

    stdin_s: float = 2.0
    """Seconds between closing stdin and SIGTERM."""
    term_s: float = 5.0
    """Seconds between SIGTERM and SIGKILL."""


class StartupClocks(Struct, frozen=True, kw_only=True):
    """The clock of each stage of a start, in seconds."""

    resolve_s: float = 5.0
    """Finding the program or the engine."""
    pull_s: float = 600.0
    """Fetching an image."""
    create_s: float = 30.0
    """Starting the process or the container, once its image is there."""
    handshake_s: float = 30.0
    """From the running process to the answer to the opening of the protocol."""


class Limits(Struct, frozen=True, kw_only=True):
    """What one server may use."""

    memory_bytes: int = 512 * 1024 * 1024
    """Bytes of memory."""
    cpus: float = 1.0
    """Processors' worth of time."""
    pids: int = 256
    """Processes and threads."""


class Facts(Struct, frozen=True, kw_only=True):
    """What this machine and this version of stockade can do: facts for the rules, found out by the caller."""

    platform: str = "linux"
    """As sys.platform says."""
    landlock: bool = True
    landlock_reason: str = ""
    """Why not, in words."""
    engine: bool = False
    """A Docker engine answers; found out only where a config asks for `mode: auto`."""
    engine_reason: str = ""
    """Why none does, in words."""
    modes: tuple[Mode, ...] = ("docker", "sandbox", "none")
    """Isolation modes that this version can run."""
    sharings: tuple[Sharing, ...] = ("per-session", "exclusive")
    """Kinds of sharing that this version can serve."""


class Why(Struct, frozen=True, kw_only=True):
    """Which key in which place decided, and what bent it afterwards."""

    key: str
    """`mode`, `enabled`, or empty if nothing was said."""
    place: str
    value: str
    gate: str = ""
    """The structural gate or fact that had the last word."""

    @property
    def text(self) -> str:
        """The whole reason as one phrase."""
        said = f"{self.place} = {self.value}" if self.key else "nothing was said"
        return f"{said}; {self.gate}" if self.gate else said


class DockerSpec(Struct, frozen=True, kw_only=True):
    """What only mode docker looks at."""

    image: str
    """Complete: with registry, and with tag or digest as written."""
    command: str
    """The command inside the container."""
    network_mode: str
    extra_args: tuple[str, ...]
    log_driver: str | None
    log_max_size_bytes: int
    log_max_files: int
    hardening: HardeningFlags
    working_dir: str | None


class ServerSpec(Struct, frozen=True, kw_only=True):
    """One stdio server, resolved. Its `env`, `args` and `secrets` hold secrets: it never travels in a message."""

    name: str
    place: str
    """Where it stands in the config, for people."""
    enabled: bool
    command: str
    args: tuple[str, ...]
    cwd: str | None
    """Absolute; None is the server's own state folder in a sandbox, else the daemon's working directory."""
    env: dict[str, str]
    unset: tuple[str, ...]
    """Variables that the entry takes away (`null` in `env`)."""
    environment_allow: tuple[str, ...]
    environment_proxies: bool
    mode: Mode
    why: Why
    own_container: bool
    """The command is a container engine's own CLI: not isolated by us, but found again to be stopped."""
    degraded: str
    """Why it would run with less than was asked for; empty if it would not."""
    docker: DockerSpec
    limits: Limits
    sandbox: SandboxSpec
    restart: Restart
    grace: Grace
    startup: StartupClocks
    max_message_bytes: int
    call_timeout_s: float
    call_wait_s: float
    idle_stop_s: float
    ping_s: float
    depends_on: tuple[Dependency, ...]
    lazy: bool
    sharing: Sharing
    spares: int
    client_capabilities: dict[str, Any]
    scan: ScanBlock
    secrets: tuple[str, ...]
    """Values of six characters and more to be redacted wherever they show up."""
    pinned_as: str = ""
    """The name under which its pins are kept, where its own says too little; empty for its own."""

    def __repr__(self) -> str:
        return f"ServerSpec(name={self.name!r}, mode={self.mode!r}, enabled={self.enabled!r})"


class Invalid(Struct, frozen=True, kw_only=True):
    """A server that cannot start as it is written or on this machine; the others are not affected."""

    name: str
    place: str
    problems: tuple[AnyProblem, ...]
    enabled: bool = True
    """False if the entry says that it is not to be started anyway."""
    spec: ServerSpec | None = None
    """What it would be; None if the entry could not be understood."""


class Remote(Struct, frozen=True, kw_only=True):
    """A server that is reached by URL: kept and listed, never started, never isolated."""

    name: str
    place: str
    enabled: bool
    protocol: str
    url: str
    """Without user name, password and query."""


class Warned(Struct, frozen=True, kw_only=True):
    """Something that works and is probably not meant."""

    problem: AnyProblem
    server: str = ""
    """Empty if it concerns the whole file."""


class UnusedKey(Struct, frozen=True, kw_only=True):
    """A key of somebody else's that means nothing to us: kept, reported, never refused (but by `check --strict`)."""

    key: str
    place: str
    server: str = ""
    """Empty at the top of the file."""


class Settings(Struct, frozen=True, kw_only=True):
    """What concerns the daemon as a whole."""

    control_group: str | None = None
    control_mode: int = 0o600
    allow_uids: tuple[int, ...] = ()
    state_dir: str | None = None
    """Absolute; None leaves the choice to the daemon."""
    lock_file: str | None = None
    """Absolute; None keeps pins in the state directory."""
    ready: Ready = "core"
    watch: bool = False
    sinks: tuple[SinkBlock, ...] = ()
    """Empty leaves the choice to the daemon."""
    plugins: dict[str, PluginBlock] = field(default_factory=dict)


class Config(Struct, frozen=True, kw_only=True):
    """A whole configuration, resolved; every server of the file is in exactly one of the first three, in file order."""

    servers: tuple[ServerSpec, ...] = ()
    """Those that can start, with the disabled ones."""
    invalid: tuple[Invalid, ...] = ()
    remote: tuple[Remote, ...] = ()
    order: tuple[str, ...] = ()
    """All names as they follow each other in the file."""
    settings: Settings = Settings()
    problems: tuple[AnyProblem, ...] = ()
    """What is wrong in our global blocks. A policy that was half understood starts nothing: `servers` is empty then."""
    warnings: tuple[Warned, ...] = ()
    unused: tuple[UnusedKey, ...] = ()
    source: str = ""
    """The file, for people."""
    files: tuple[str, ...] = ()
    """Files that its references were read from, absolute."""

    @property
    def secrets(self) -> tuple[str, ...]:
        """Every value to be redacted, of all servers."""
        specs = [*self.servers, *(entry.spec for entry in self.invalid if entry.spec)]
        return tuple(dict.fromkeys(value for spec in specs for value in spec.secrets))

    def __repr__(self) -> str:
        return f"Config(source={self.source!r}, {len(self.servers)} servers, {len(self.invalid)} invalid)"
