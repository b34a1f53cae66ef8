"""Everything that leaves the process as an event: a closed family of frozen, tagged facts.

An event's tag is `subject.past_participle` and public: renaming one is a breaking change. When it leaves it is given
`seq` (per process, gapless), `ts` (RFC 3339, UTC, microseconds), `instance` (this run of stockade), `correlation` and
`severity`; the fields here are the event's own. The kernel's facts about actors and messages are events too.
"""

from __future__ import annotations

from enum import IntEnum
from typing import ClassVar

from msgspec import Struct

from supervisor.errors import AnyProblem
from supervisor.kernel.specs import ActorCrashed, ActorRestarted, MessageDead


class Severity(IntEnum):
    """Syslog's levels (RFC 5424), as far as they are used."""

    ERROR = 3
    WARNING = 4
    NOTICE = 5
    INFO = 6
    DEBUG = 7


class Event(Struct, frozen=True, kw_only=True):
    """The root of the events of stockade's subjects."""

    severity: ClassVar[Severity] = Severity.INFO


class ServerEvent(Event, frozen=True, kw_only=True):
    """The root of the events that are about one server."""

    server: str


# --------------------------------------------------------------------------------------------------------- tree


class TreeStarted(Event, frozen=True, kw_only=True, tag="tree.started"):
    """All actors run and the control socket, if there is one, listens."""

    severity: ClassVar[Severity] = Severity.NOTICE

    version: str
    pid: int
    servers: int


class TreeStopped(Event, frozen=True, kw_only=True, tag="tree.stopped"):
    """Every server is down and every actor has ended."""

    severity: ClassVar[Severity] = Severity.NOTICE

    reason: str


class TreeGaveUp(Event, frozen=True, kw_only=True, tag="tree.gave_up"):
    """Parts of stockade itself failed too often; the process ends non-zero so that it can be started anew."""

    severity: ClassVar[Severity] = Severity.ERROR

    problem: AnyProblem


class TreeStuck(Event, frozen=True, kw_only=True, tag="tree.stuck"):
    """Parts of stockade itself give no sign of life; where a service manager watches, it ends the process for that."""

    severity: ClassVar[Severity] = Severity.ERROR

    parts: list[str]
    """The names in the tree of all that are silent now."""


class TreeRecovered(Event, frozen=True, kw_only=True, tag="tree.recovered"):
    """Every part of stockade gives signs of life again."""

    severity: ClassVar[Severity] = Severity.NOTICE

    parts: list[str]
    """Those that were silent before."""


class StateDumped(Event, frozen=True, kw_only=True, tag="state.dumped"):
    """How everything within stands, because somebody asked for it by a signal (SIGUSR1); bounded in size."""

    severity: ClassVar[Severity] = Severity.NOTICE

    uptime_s: float
    servers: list[dict[str, object]]
    """Each with its life and for how long (`since_s`), pids, sessions, spares, restarts, the code of its problem."""
    actors: list[dict[str, object]]
    """Each with the messages that wait (`depth`), `handled`, `restarts`, `tick_age_s` (None: it was never asked)."""
    subscriptions: list[dict[str, object]]
    """Who reads events, how many wait, how many were lost."""
    tasks: dict[str, int]
    """By name, how many tasks of the event loop there are."""
    dead_letters: int
    left_out: dict[str, int]
    """By list, how many rows did not fit."""


# ------------------------------------------------------------------------------------------------------- config


class ConfigLoaded(Event, frozen=True, kw_only=True, tag="config.loaded"):
    """A configuration was read and is in force."""

    path: str
    servers: int
    """Servers that will be run."""
    invalid: int
    """Entries that were left out because of an error."""
    warnings: list[str]


class ConfigReloaded(Event, frozen=True, kw_only=True, tag="config.reloaded"):
    """A configuration was read again and is in force; the lists name servers."""

    severity: ClassVar[Severity] = Severity.NOTICE

    path: str
    summary: str
    """The lists in one line, for people."""
    added: list[str]
    removed: list[str]
    restarted: list[str]
    changed: list[str]
    """Changed in place: nothing of what runs was ended."""
    kept: list[str]
    """They go on as they were, because their new entry is invalid."""
    untouched: int
    """How many others there are."""
    later: list[str]
    """Settings whose change comes into force at the next start of stockade."""
    warnings: list[str]


class ConfigRejected(Event, frozen=True, kw_only=True, tag="config.rejected"):
    """A server entry, or the whole file, cannot be used; at a reload, what is in force then stays."""

    severity: ClassVar[Severity] = Severity.ERROR

    server: str
    """Empty if the whole file is meant."""
    problem: AnyProblem
    effect: str = "not started"
    """What follows from it, in words."""


# ------------------------------------------------------------------------------------------------------ sandbox


class SandboxLaunched(ServerEvent, frozen=True, kw_only=True, tag="sandbox.launched"):
    """An instance runs confined; the report says by what, as it was really done."""

    instance_id: str
    pid: int
    report: dict[str, object]


class SandboxDegraded(ServerEvent, frozen=True, kw_only=True, tag="sandbox.degraded"):
    """An instance runs with less than was asked for, because `best_effort` allows it."""

    severity: ClassVar[Severity] = Severity.WARNING

    instance_id: str
    reason: str


class SandboxDenied(ServerEvent, frozen=True, kw_only=True, tag="sandbox.denied"):
    """A server said that something was refused to it, and its sandbox is what refused it; each thing is told once."""

    severity: ClassVar[Severity] = Severity.WARNING

    instance_id: str
    action: str
    """`read`, `write`, `execute`, `connect`, `listen`, `resolve`, or `use` if it did not say."""
    object: str
    """A path, or an address as far as it is known."""
    rule: str
    """What decided: `denied`, `deny`, `not_granted`, `read_only`, `expanded`, `skipped`, `network`, …"""
    reason: str
    """The same in words."""
    remedy: str
    """What would allow it, if anything does."""


# -------------------------------------------------------------------------------------- docker, engine, containers


class DockerPathResolved(Event, frozen=True, kw_only=True, tag="docker_path.resolved"):
    """The docker command was found, at another place than before or for the first time."""

    path: str
    source: str
    """`path` (on PATH), `bundled` (a well-known place) or `login_shell`."""


class DockerPathAbsent(Event, frozen=True, kw_only=True, tag="docker_path.absent"):
    """The docker command was searched for everywhere and not found."""

    severity: ClassVar[Severity] = Severity.WARNING

    tried: list[str]
    """Each place with what was found there."""
    retry_after_s: float


class EngineUp(Event, frozen=True, kw_only=True, tag="engine.up"):
    """The engine answered for the first time."""

    severity: ClassVar[Severity] = Severity.NOTICE

    host: str
    version: str


class EngineLost(Event, frozen=True, kw_only=True, tag="engine.lost"):
    """The engine does not answer (any more); it is probed until it does."""

    severity: ClassVar[Severity] = Severity.ERROR

    state: str
    """`down`, or `paused` if it takes requests and does not answer them."""
    problem: AnyProblem


class EngineRecovered(Event, frozen=True, kw_only=True, tag="engine.recovered"):
    """The engine answers again, and its containers have been looked through."""

    severity: ClassVar[Severity] = Severity.NOTICE

    host: str
    version: str
    down_s: float
    kept: int
    """Containers of ours that run as before."""
    ended: int
    """Containers of ours that were of no use any more and were removed."""


class ImagePulled(ServerEvent, frozen=True, kw_only=True, tag="image.pulled"):
    """An image that was missing is being fetched, or is there now."""

    image: str
    status: str
    """`started`, `progress` or `done`."""
    percent: int | None = None
    """Of the bytes that are known of so far."""
    digest: str = ""
    """Of the image, once it is there."""
    seconds: float | None = None


class ContainerCreated(ServerEvent, frozen=True, kw_only=True, tag="container.created"):
    """The engine has made a container; it may still fail to start."""

    instance_id: str
    container: str
    """The full id."""
    name: str
    """Empty for one of a user-written command that names none: then the engine makes one up."""


class ContainerStarted(ServerEvent, frozen=True, kw_only=True, tag="container.started"):
    """The container runs."""

    instance_id: str
    container: str
    image: str
    digest: str
    """What was really started, whatever the image's name means tomorrow."""
    limits: dict[str, str]
    """As they were asked of the engine."""


class ContainerPaused(ServerEvent, frozen=True, kw_only=True, tag="container.paused"):
    """Somebody paused the container, or let it go on: while it is paused its server is silent."""

    severity: ClassVar[Severity] = Severity.WARNING

    instance_id: str
    container: str
    paused: bool


class ContainerStopAsked(ServerEvent, frozen=True, kw_only=True, tag="container.stop_asked"):
    """A rung of the stop ladder was taken."""

    instance_id: str
    container: str
    rung: str
    """`close` (its stdin), `stop` (SIGTERM by the engine), `kill`, `remove`, or `reap` (the docker command itself)."""


class ContainerStopped(ServerEvent, frozen=True, kw_only=True, tag="container.stopped"):
    """The ladder is at its end."""

    instance_id: str
    container: str
    rung: str
    """The one that ended it."""
    seconds: float
    verified: bool
    """The engine says that the container is gone. If it could not be asked, the next sweep looks for it."""


class ContainerExited(ServerEvent, frozen=True, kw_only=True, tag="container.exited"):
    """The container's program has ended."""

    instance_id: str
    container: str
    code: int | None
    oom_killed: bool
    """The kernel killed it because it was over its memory limit."""


class ContainerRemoved(ServerEvent, frozen=True, kw_only=True, tag="container.removed"):
    """The container is gone."""

    instance_id: str
    container: str


class ContainerSwept(ServerEvent, frozen=True, kw_only=True, tag="container.swept"):
    """A container that a dead run of stockade had left was removed, or could not be."""

    severity: ClassVar[Severity] = Severity.WARNING

    container: str
    owner: str
    """The process that had made it, `pid:start time`, and why it counts as dead."""
    removed: bool


# ------------------------------------------------------------------------------------------------------- server


class ServerStarting(ServerEvent, frozen=True, kw_only=True, tag="server.starting"):
    """A start has come to a stage: `create`, `handshake`, `scan`."""

    stage: str
    mode: str


class ServerReady(ServerEvent, frozen=True, kw_only=True, tag="server.ready"):
    """The server answered the opening of the protocol and listed all its tools; sessions can be opened."""

    severity: ClassVar[Severity] = Severity.NOTICE

    mode: str
    confinement: str
    era: str
    protocol: str
    name: str
    """What the server calls itself."""
    version: str
    tools: int


class ServerDegraded(ServerEvent, frozen=True, kw_only=True, tag="server.degraded"):
    """The server runs with less isolation than its configuration asks for, or with none because nothing was said."""

    severity: ClassVar[Severity] = Severity.WARNING

    reason: str


class ServerFailed(ServerEvent, frozen=True, kw_only=True, tag="server.failed"):
    """An instance of the server failed."""

    severity: ClassVar[Severity] = Severity.ERROR

    stage: str
    """`create`, `handshake`, `spare` or `session`."""
    problem: AnyProblem
    remedy: str
    status: str
    """How its process ended, if it did."""
    stderr_tail: list[str]
    """Its last lines on stderr, at most 20."""
    diagnosis: str = ""


class ServerBackingOff(ServerEvent, frozen=True, kw_only=True, tag="server.backing_off"):
    """The server is tried again after a pause."""

    severity: ClassVar[Severity] = Severity.WARNING

    delay_s: float
    failures: int


class ServerCrashLooping(ServerEvent, frozen=True, kw_only=True, tag="server.crash_looping"):
    """The server failed too often in too short a time and is tried only every few minutes."""

    severity: ClassVar[Severity] = Severity.ERROR

    problem: AnyProblem


class ServerQuarantined(ServerEvent, frozen=True, kw_only=True, tag="server.quarantined"):
    """What the server says of itself is dangerous: nothing of it runs until somebody starts or approves it."""

    severity: ClassVar[Severity] = Severity.ERROR

    problem: AnyProblem
    verdict: str
    findings: int


class ServerStopped(ServerEvent, frozen=True, kw_only=True, tag="server.stopped"):
    """Nothing of the server is left running."""

    severity: ClassVar[Severity] = Severity.NOTICE


class ServerRestarted(ServerEvent, frozen=True, kw_only=True, tag="server.restarted"):
    """A session whose instance ended goes on with a fresh one."""

    severity: ClassVar[Severity] = Severity.NOTICE

    session: str
    restarts: int
    """So many instances of this server had to be replaced so far."""


class InstanceExited(ServerEvent, frozen=True, kw_only=True, tag="instance.exited"):
    """One process of a server, with all that it had started, is gone."""

    instance_id: str
    role: str
    """`probe`, `spare` or `session`."""
    status: str
    """In words: `exit status 1`, `signal 9`."""
    code: int | None
    signal: int | None
    ended_by: str
    leftovers: int
    """Processes of its group that had to be ended after it."""


class ProcessSwept(Event, frozen=True, kw_only=True, tag="process.swept"):
    """What earlier, killed runs of stockade had left behind was looked for at the start."""

    severity: ClassVar[Severity] = Severity.WARNING

    ended: int
    """Processes that were still there and were ended."""
    survivors: int
    """Processes that could not be ended."""
    spared: int
    """Recorded pids that belong to somebody else by now, and were left alone."""
    troubles: list[str]
    """What kept the sweep from looking everywhere."""


class ProcessTroubled(Event, frozen=True, kw_only=True, tag="process.troubled"):
    """Something about the care for processes themselves is wrong: no guardian, a full disk."""

    severity: ClassVar[Severity] = Severity.WARNING

    reason: str


# --------------------------------------------------------------------------------------------- scans, definitions


class ScanStarted(ServerEvent, frozen=True, kw_only=True, tag="scan.started"):
    """A pass of a scan has begun."""

    depth: str
    """`fast`, before the server is served, or `deep`, in the background."""
    mode: str
    """The mode that the server itself resolves to; it decides which plugins can run."""
    plugins: list[str]
    """Those that run in this pass, besides the engine in process."""


class ScanCompleted(ServerEvent, frozen=True, kw_only=True, tag="scan.completed"):
    """A pass of a scan is over, and all that was to look has looked."""

    depth: str
    verdict: str
    coverage: str
    status: str
    score: int
    """0 to 100; means nothing without the coverage beside it."""
    tools: int
    findings: int
    seconds: float


class ScanDegraded(ServerEvent, frozen=True, kw_only=True, tag="scan.degraded"):
    """Not everything that was to look at the server has looked, or can look: what was not seen is not clean."""

    severity: ClassVar[Severity] = Severity.WARNING

    depth: str
    """Empty at the start of stockade, where it is known already which plugin cannot run."""
    verdict: str
    coverage: str
    status: str
    reasons: list[str]
    """Each scanner that did not look, and why."""


class ScanFailed(ServerEvent, frozen=True, kw_only=True, tag="scan.failed"):
    """Nothing could be judged: the verdict is unknown."""

    severity: ClassVar[Severity] = Severity.ERROR

    depth: str
    problem: AnyProblem


class ToolPinned(ServerEvent, frozen=True, kw_only=True, tag="tool.pinned"):
    """Definitions became trusted as they are now."""

    severity: ClassVar[Severity] = Severity.NOTICE

    tools: list[str]
    """The first 50 names; those of prompts and other kinds with their kind."""
    count: int
    by: str
    """`first-use`, `scan`, or who approved them."""


class ToolChanged(ServerEvent, frozen=True, kw_only=True, tag="tool.changed"):
    """A definition is not what was pinned."""

    severity: ClassVar[Severity] = Severity.WARNING

    kind: str
    tool: str
    change: str
    """`cosmetic`, `additive`, `semantic` or `escalating`."""
    pointers: list[str]
    detail: str
    held: bool
    """Clients do not see it until somebody approves it."""


class ToolWithheld(ServerEvent, frozen=True, kw_only=True, tag="tool.withheld"):
    """A definition does not reach clients from here on, and calls of it are refused."""

    severity: ClassVar[Severity] = Severity.WARNING

    kind: str
    tool: str
    reason: str
    detail: str
    source: str
    """Where it was seen: `probe` (our own question), or `session` (what a client was about to see)."""


class ToolFlagged(ServerEvent, frozen=True, kw_only=True, tag="tool.flagged"):
    """Something was found in a definition that a person should look at; it is served."""

    severity: ClassVar[Severity] = Severity.NOTICE

    kind: str
    tool: str
    checks: list[str]


class ToolTolerated(ServerEvent, frozen=True, kw_only=True, tag="tool.tolerated"):
    """A definition is dangerous, and is served because the policy withholds nothing."""

    severity: ClassVar[Severity] = Severity.WARNING

    kind: str
    tool: str
    checks: list[str]
    policy: str


class ToolApproved(ServerEvent, frozen=True, kw_only=True, tag="tool.approved"):
    """Somebody has approved definitions as they are now."""

    severity: ClassVar[Severity] = Severity.NOTICE

    tools: list[str]
    """The first 50 names."""
    count: int
    by: str


class ToolRejected(ServerEvent, frozen=True, kw_only=True, tag="tool.rejected"):
    """Somebody has rejected definitions: they are withheld, whatever becomes of them."""

    severity: ClassVar[Severity] = Severity.NOTICE

    tools: list[str]
    """The first 50 names."""
    count: int
    by: str


class ToolRefused(ServerEvent, frozen=True, kw_only=True, tag="tool.refused"):
    """A client called what is withheld, and was told so; the server did not hear of it. At most 10 per minute."""

    severity: ClassVar[Severity] = Severity.WARNING

    session: str
    kind: str
    tool: str
    reason: str
    count: int
    """Such calls in this session so far."""


class ToolUnjudged(ServerEvent, frozen=True, kw_only=True, tag="tool.unjudged"):
    """What a server answered in a session could not be judged: it cannot be read, or not in one way, or not in time."""

    severity: ClassVar[Severity] = Severity.WARNING

    session: str
    kind: str
    detail: str
    withheld: bool
    """The client got an error in its place."""


# ----------------------------------------------------------------------------------------------------- sessions


class SessionOpened(ServerEvent, frozen=True, kw_only=True, tag="session.opened"):
    """A client began to talk to the server."""

    session: str


class SessionAttached(ServerEvent, frozen=True, kw_only=True, tag="session.attached"):
    """A session got a process of its own to talk to: its first one, or one in place of another that has ended.

    It belongs to the story of the process; `session` leads to that of the client.
    """

    session: str
    instance_id: str


class SessionClosed(ServerEvent, frozen=True, kw_only=True, tag="session.closed"):
    """A client's conversation is over."""

    session: str
    reason: str
    from_client: int
    """Messages."""
    from_server: int
    """Messages."""


class StderrLine(ServerEvent, frozen=True, kw_only=True, tag="stderr.line"):
    """A line that the server wrote to stderr, cut at 2 KiB; at most 100 per second, then a count."""

    severity: ClassVar[Severity] = Severity.DEBUG

    instance_id: str
    line: str
    suppressed: int = 0
    """Lines left out before this one."""


class StdoutGarbage(ServerEvent, frozen=True, kw_only=True, tag="stdout.garbage"):
    """The server wrote a line to stdout that is not a message; it was not forwarded. At most 10 per minute."""

    severity: ClassVar[Severity] = Severity.WARNING

    session: str
    line: str
    count: int
    """Such lines in this session so far."""


class SinkFailed(Event, frozen=True, kw_only=True, tag="sink.failed"):
    """A sink cannot be written to; it is tried again with each batch of events, and what it loses is counted."""

    severity: ClassVar[Severity] = Severity.WARNING

    sink: str
    reason: str


class SinkLost(Event, frozen=True, kw_only=True, tag="sink.lost"):
    """A sink works again, or ends with the stop; meanwhile it lost events."""

    severity: ClassVar[Severity] = Severity.WARNING

    sink: str
    lost: int


AnyEvent = (
    TreeStarted | TreeStopped | TreeGaveUp | TreeStuck | TreeRecovered | StateDumped
    | ConfigLoaded | ConfigReloaded | ConfigRejected
    | SandboxLaunched | SandboxDegraded | SandboxDenied
    | DockerPathResolved | DockerPathAbsent | EngineUp | EngineLost | EngineRecovered | ImagePulled
    | ContainerCreated | ContainerStarted | ContainerPaused | ContainerStopAsked | ContainerStopped | ContainerExited
    | ContainerRemoved | ContainerSwept
    | ServerStarting | ServerReady | ServerDegraded | ServerFailed | ServerBackingOff | ServerCrashLooping
    | ServerQuarantined | ServerStopped | ServerRestarted | InstanceExited | ProcessSwept | ProcessTroubled
    | ScanStarted | ScanCompleted | ScanDegraded | ScanFailed
    | ToolPinned | ToolChanged | ToolWithheld | ToolFlagged | ToolTolerated | ToolApproved | ToolRejected
    | ToolRefused | ToolUnjudged
    | SessionOpened | SessionAttached | SessionClosed | StderrLine | StdoutGarbage | SinkFailed | SinkLost
    | ActorCrashed | ActorRestarted | MessageDead
)  # fmt: skip
"""Every event there is, closed."""

KERNEL_SEVERITY: dict[type[Struct], Severity] = {
    ActorCrashed: Severity.ERROR,
    ActorRestarted: Severity.WARNING,
    MessageDead: Severity.NOTICE,
}
"""The kernel knows no severities; these are the ones of its facts."""


def severity_of(event: Struct) -> Severity:
    """Return the severity of any event."""
    return event.severity if isinstance(event, Event) else KERNEL_SEVERITY[type(event)]
