"""The only list of settings: what people write, with units, defaults and their sources.

*Blocks* (`IsolationBlock`, `SupervisionBlock`, `StockadeBlock` and what hangs below them) have the shape that people
write and refuse unknown keys; a default stands at its field, what it means stands under it. What they become is in
config/specs.py; `SandboxSpec` and `Ports` are used there as they were written.

A word in `Annotated` names the notation of a value (`duration`, `size`, …); config/units.py reads each of them.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import Struct, field

Mode = Literal["docker", "sandbox", "none"]
AskedMode = Literal["docker", "sandbox", "none", "auto"]
Level = Literal["auto", "S3", "S2", "S1"]
Restart = Literal["on-failure", "always", "never"]
Sharing = Literal["per-session", "shared", "exclusive"]
Ready = Literal["core", "all"]

MIB = 1024 * 1024


class Ports(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """TCP ports that a sandboxed server may use; every other one is refused."""

    connect: tuple[Annotated[int, "port"], ...] = ()
    """Remote ports it may connect to."""
    bind: tuple[Annotated[int, "port"], ...] = ()
    """Local ports it may listen on."""


class SandboxSpec(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The block `isolation.sandbox`: what a sandboxed server may do beyond the defaults."""

    level: Level = "auto"
    """How strong the sandbox is: the highest of S3 and S2 that works here, or one level by name, which fails closed."""
    read_write: tuple[Annotated[str, "path"], ...] = ()
    """Folders and files that it may read and write, besides its own state folder."""
    read_only: tuple[Annotated[str, "path"], ...] = ()
    """Folders and files that it may read, besides the system's."""
    deny: tuple[Annotated[str, "path"], ...] = ()
    """Folders and files that it may not reach, even below a granted folder."""
    reads: Literal["strict", "broad"] = "strict"
    """`strict`: only what is granted can be read; `broad`: everything can, writing stays confined."""
    network: Literal["allow", "none"] | Ports = "allow"
    """`allow`, `none`, or the TCP ports it may use; unsaid and `network_mode: none`, it is `none`."""
    user: str | None = None
    """User to become before the program runs; only where stockade runs as root."""
    best_effort: bool = False
    """Run with less (level S1, reported as degraded) where neither S3 nor S2 works, instead of not at all."""
    rlimits: dict[Annotated[str, "rlimit"], Annotated[int, "size"]] = field(default_factory=dict)
    """Limit by its lower-case name (`nofile`, `fsize`, `core`, …); bytes or counts, as setrlimit takes them."""


class HardeningFlags(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The flags of `hardening: strict`, each to be switched off by name."""

    init: bool = True
    """An init process in the container that reaps and passes signals on."""
    cap_drop: bool = True
    """Drop all capabilities."""
    no_new_privileges: bool = True
    """No gain of rights by set-id programs."""
    read_only: bool = True
    """The image's file system is read-only."""
    tmpfs: bool = True
    """A small writable /tmp in memory."""


class IsolationBlock(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`docker_isolation` (alias `isolation`) at the top, and `isolation` in a server, whose keys win one by one."""

    mode: AskedMode | None = None
    """How the server is isolated; `auto` is docker if its engine answers, else sandbox, else no start at all."""
    enabled: bool | None = None
    """The older way to say it: true is `mode: docker`, false is `mode: none`; `mode` of the same place wins."""
    memory_limit: Annotated[int, "size"] = 512 * MIB
    """Memory of one server."""
    cpu_limit: Annotated[float, "cpus"] = 1.0
    """Processors' worth of time of one server."""
    pids_limit: Annotated[int, "count"] = 256
    """Processes and threads of one server."""
    timeout: Annotated[float, "duration"] = 30.0
    """Another name for `startup.create`, which wins where both stand at the same level."""
    network_mode: str = "bridge"
    """Docker's network; `none` also denies the network in a sandbox, unless `sandbox.network` says otherwise."""
    registry: str = "docker.io"
    """Registry for image names that carry none."""
    default_images: dict[str, str] = field(default_factory=dict)
    """Image by the name of the command, over the built-in table; the key `binary` is for unknown commands."""
    image: str | None = None
    """The image, whatever the command is."""
    working_dir: str | None = None
    """Working directory inside the container."""
    extra_args: tuple[str, ...] = ()
    """Further arguments of `docker run`: the global ones first, then the server's."""
    log_driver: str | None = None
    """Docker's log driver; unsaid, the engine's own choice."""
    log_max_size: Annotated[int, "size"] = 100 * MIB
    """Size at which the container's log is rotated, for drivers that know it."""
    log_max_files: Annotated[int, "count"] = 3
    """How many rotated logs are kept, for drivers that know it."""
    hardening: Literal["strict", "compat"] | HardeningFlags = "strict"
    """`strict`: every flag; `compat`: those off that some images and Docker from snap cannot bear; or flag by flag."""
    sandbox: SandboxSpec = SandboxSpec()
    """What a sandboxed server may do."""
    enable_cache_volume: bool | None = None
    """A key of mcpproxy that is accepted and has no effect: caches are per server here."""


class EnvironmentBlock(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The block `environment`: what a server inherits besides the short list that every server on this machine gets.

    A container inherits this only.
    """

    allow: tuple[Annotated[str, "variable"], ...] = ()
    """Further variables: `NAME`, or `PREFIX*` for all that begin so."""
    proxies: bool = False
    """Pass the proxy variables on, without user name and password."""


class GraceBlock(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The block `grace`: how patiently a server is stopped."""

    stdin: Annotated[float, "duration"] = 2.0
    """Between closing its stdin and SIGTERM."""
    term: Annotated[float, "duration"] = 5.0
    """Between SIGTERM and SIGKILL."""


class StartupBlock(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The block `startup`: the clock of each stage of a start."""

    resolve: Annotated[float, "duration"] = 5.0
    """Finding the program or the engine."""
    pull: Annotated[float, "duration"] = 600.0
    """Fetching an image."""
    create: Annotated[float, "duration"] = 30.0
    """Starting the process or the container, once its image is there."""
    handshake: Annotated[float, "duration"] = 30.0
    """From the running process to the answer to the opening of the protocol; 60 s in mode docker if unsaid."""


class Dependency(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One entry of `depends_on`; a bare name means `{name: NAME}`."""

    name: str
    """The server to wait for."""
    condition: Literal["started", "ready"] = "ready"
    """What to wait for: its process, or its first answer."""


class ScanBlock(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The block `scan`: what happens with what the scanner finds."""

    policy: Literal["quarantine", "warn", "off"] = "quarantine"
    """`quarantine`: dangerous servers are withheld; `warn`: served, with an event; `off`: reported only."""
    trust: Literal["first-use", "scan", "manual"] = "first-use"
    """How definitions become trusted: those seen first, those with a clean and full scan, or those approved by hand."""
    plugins: tuple[str, ...] = ()
    """Scanner plugins to run besides the one in process, by name: shipped ones, or those of `stockade.plugins`."""
    network: Literal["declared", "none"] = "declared"
    """`declared`: a plugin whose manifest needs a network gets one; `none`: such a plugin is not run."""


class SupervisionBlock(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`stockade` in a server, and `stockade.defaults` at the top of the file: the server's keys win."""

    environment: EnvironmentBlock = EnvironmentBlock()
    """What the server inherits."""
    max_message: Annotated[int, "size"] = 16 * MIB
    """The largest message in either direction."""
    call_timeout: Annotated[float, "duration"] = 0.0
    """How long a call may take; 0 is without bound."""
    call_wait: Annotated[float, "duration"] = 0.0
    """How long a call waits for a server that is not ready; 0 answers at once with an error."""
    idle_stop: Annotated[float, "duration"] = 0.0
    """Stop the server after so long without a session; 0 is never."""
    restart: Restart = "on-failure"
    """Whether an ended server is started again; an exit 0 that nobody asked for is a failure too."""
    grace: GraceBlock = GraceBlock()
    """How patiently it is stopped."""
    startup: StartupBlock = StartupBlock()
    """How long each stage of its start may take."""
    ping: Annotated[float, "duration"] = 30.0
    """How often a silent server is asked whether it lives; 0 is never."""
    depends_on: tuple[str | Dependency, ...] = ()
    """Servers that are started before this one, and stopped after it."""
    lazy: bool = False
    """Start it with the first session instead of at once."""
    sharing: Sharing = "per-session"
    """Whether clients get a process each, one together, or one in turn."""
    spares: Annotated[int, "number"] = 1
    """Started processes kept ready for the next session (`per-session`)."""
    client_capabilities: dict[str, Any] = field(default_factory=dict)
    """Capabilities declared to the server in stockade's own opening of the protocol."""
    scan: ScanBlock = ScanBlock()
    """What happens with what the scanner finds."""


class ControlBlock(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The block `stockade.control`: who may talk to the daemon."""

    group: str | None = None
    """Group whose members may, by socket and token; unsaid, the daemon's user alone, or the socket unit's group."""
    mode: Annotated[int, "octal"] | None = None
    """Permissions of the sockets as octal text; unsaid, `0600`, or `0660` with a group."""
    allow_uids: tuple[Annotated[int, "number"], ...] = ()
    """Further users that may, by number: they get entries in the access control lists of socket and token."""


class SinkBlock(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One entry of `stockade.sinks`; a bare word means `{type: WORD}`."""

    type: Literal["json", "human", "journal"]
    """JSON lines, aligned lines for people, or the systemd journal."""
    to: Annotated[str, "path"] | None = None
    """A file for `json` and `human`; unsaid, stderr."""
    max_size: Annotated[int, "size"] = 10 * MIB
    """Size at which the file is rotated."""
    keep: Annotated[int, "number"] = 5
    """How many rotated files are kept."""


PluginInput = Literal["tools.json", "source", "image"]
PluginOutput = Literal["sarif", "bandit", "guarddog", "cisco"]


class PluginBlock(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One entry of `stockade.plugins`: a scanner, by its name. It is run for servers that name it in `scan.plugins`."""

    inputs: tuple[PluginInput, ...] = ("source",)
    """What it looks at: the definitions, the server's source, its image; all that stand here are needed."""
    suffixes: tuple[str, ...] = ()
    """Ends of the names of files that it reads, as in [".py"]: a source without any is not for it. Unsaid, all."""
    command: tuple[str, ...] = ()
    """Program and arguments, run in the sandbox; `{source}`, `{tools}`, `{report}`, `{results}` are replaced, and what
    begins with `./`, `../` or `~/` is made absolute."""
    read_only: tuple[Annotated[str, "path"], ...] = ()
    """Folders and files that the command may read besides what it is given: rules of your own."""
    image: str = ""
    """Image to run in a container, for servers of mode docker, where the command is not there."""
    image_command: tuple[str, ...] = ()
    """What the image is told; the same placeholders."""
    install: str = ""
    """How to get it, for people."""
    needs_network: bool = False
    """It gets a network."""
    needs_key: tuple[Annotated[str, "variable"], ...] = ()
    """Variables of stockade's own environment that it is given, and cannot do without."""
    env: dict[str, str] = field(default_factory=dict)
    """Further variables."""
    timeout: Annotated[float, "duration"] = 120.0
    """It is ended after so long, with all that it has started."""
    memory: Annotated[int, "size"] = 512 * MIB
    """Memory."""
    pids: Annotated[int, "count"] = 256
    """Processes and threads."""
    success_exit_codes: tuple[Annotated[int, "number"], ...] = (0,)
    """Exit codes that do not mean that it failed."""
    output: PluginOutput = "sarif"
    """What it writes: SARIF 2.1.0, or the JSON of a scanner that is known by name."""
    output_from: Literal["file", "stdout"] = "file"
    """Where it writes it: `results.sarif` in the report folder, or stdout."""
    obeys_source: bool = True
    """What a comment in the source suppresses (SARIF's `inSource`) is no finding. False: it is one."""
    hard: tuple[str, ...] = ()
    """Its rules whose findings may block a server."""
    known_bad: Annotated[str, "path"] | None = None
    """Folder in which it must find something when it is tested; unsaid, a small Python server and its tools."""
    enabled: bool = True
    """False: it is not run, and reported as not run."""


class StockadeBlock(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The block `stockade` at the top of the file."""

    defaults: SupervisionBlock = SupervisionBlock()
    """Supervision keys for every server that does not say otherwise."""
    control: ControlBlock = ControlBlock()
    """Who may talk to the daemon."""
    state_dir: Annotated[str, "path"] | None = None
    """Folder of the daemon's state; unsaid, $STATE_DIRECTORY, else a folder of the user's own."""
    lock_file: Annotated[str, "path"] | None = None
    """File in which approved definitions are kept, for git: `stockade.lock`; unsaid, they are kept in `state_dir`."""
    ready: Ready = "core"
    """When the daemon counts as up: when it listens, or when every server has its first outcome."""
    watch: bool = False
    """Reload when the config file changes, as `stockade reload` does."""
    sinks: tuple[Literal["json", "human", "journal"] | SinkBlock, ...] = ()
    """Where events go; unsaid, the journal under systemd, lines for people on a terminal, else JSON lines."""
    plugins: dict[Annotated[str, "plugin"], PluginBlock] = field(default_factory=dict)
    """Scanner plugins of your own, by name."""
