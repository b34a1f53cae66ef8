"""What the actor of one MCP server says and hears."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from supervisor.config.schema import SandboxSpec
from supervisor.config.specs import Grace, Limits
from supervisor.errors import AnyProblem
from supervisor.launch.messages import Exited, Launched, LaunchFailed, Resumed
from supervisor.scan.messages import Scanned, Summary

Life = Literal[
    "disabled", "lazy", "starting", "ready", "backing_off", "crash_looping", "engine_down", "failed", "quarantined",
    "stopping", "stopped",
]  # fmt: skip
"""Where a server is in its life; the table of what leads where is in states.py."""

Era = Literal["handshake", "stateless"]
"""Which of the two families of protocol versions a server speaks."""


class Profile(Struct, frozen=True, kw_only=True):
    """What the rules need of a server's configuration; no command, no environment, no secret."""

    name: str
    mode: str
    launcher: str
    """The name of the actor of its mode."""
    command: str
    """The id of its prepared command in the process table."""
    grace: Grace
    limits: Limits
    sandbox: SandboxSpec
    program: str = ""
    """As `Launch` says."""
    create_s: float = 30.0
    spares: int = 1
    max_sessions: int | None = None
    """Sessions at a time, and processes at a time too: 1 for `sharing: exclusive`, whose server may hold a lock."""
    restart: Literal["on-failure", "always", "never"] = "on-failure"
    begins: Life = "starting"
    """`starting`, `lazy`, `disabled`, or `failed` with `problem`."""
    problem: AnyProblem | None = None
    is_probed: bool = True
    """False for `stockade run`: its one session is the first to speak to the server."""
    scanner: str = ""
    """The name of the scan actor; empty where nothing is scanned before it is served."""
    scan_s: float = 60.0
    """Seconds after which a server is served though no scan was heard of: sessions look at what it lists anyway."""


# ------------------------------------------------------------------------------------------- from operators


class Start(Struct, frozen=True, kw_only=True, tag="server.start"):
    """Begin to run, now, whatever was held back by a backoff."""

    reply_to: str = ""


class Halt(Struct, frozen=True, kw_only=True, tag="server.halt"):
    """End every instance and stay down until started."""

    reply_to: str = ""


class Restart(Struct, frozen=True, kw_only=True, tag="server.restart"):
    """End every instance and start again; forgets past failures."""

    reply_to: str = ""


class Adapt(Struct, frozen=True, kw_only=True, tag="server.adapt"):
    """Go by this from now on; what runs goes on. Only what a launched instance does not depend on may differ."""

    profile: Profile
    reply_to: str = ""


class Renew(Struct, frozen=True, kw_only=True, tag="server.renew"):
    """End every instance and begin anew by this; answered when nothing is left of what was."""

    profile: Profile
    reply_to: str = ""


class Rescan(Struct, frozen=True, kw_only=True, tag="server.rescan"):
    """List the definitions of a server anew and have them judged; one that does not run is started for that alone."""

    reply_to: str = ""


class CancelScan(Struct, frozen=True, kw_only=True, tag="server.cancel_scan"):
    """Nobody waits any more for the scan that was asked for: end it, with all that runs for it.

    A scan on which a start depends goes on.
    """


class Rescanned(Struct, frozen=True, kw_only=True, tag="server.rescanned"):
    """The fast pass of the scan is over, or there will be none."""

    server: str
    problem: AnyProblem | None = None
    """Why nothing was scanned; what was found is no problem here."""


class Done(Struct, frozen=True, kw_only=True, tag="server.done"):
    """The request was taken; what follows is told by events."""

    server: str
    life: Life


class Describe(Struct, frozen=True, kw_only=True, tag="server.describe"):
    """Say how it stands."""

    reply_to: str = ""


class LastExit(Struct, frozen=True, kw_only=True):
    """How the last instance that ended by itself or from outside came to its end."""

    status: str
    stderr_tail: list[str]
    diagnosis: str = ""
    """What its mode adds about the cause, for people."""


class Described(Struct, frozen=True, kw_only=True, tag="server.described"):
    """How a server stands; what `stockade status` shows."""

    server: str
    life: Life
    mode: str
    confinement: str
    """What holds its instances, in a few words; empty before the first launch."""
    era: Era | None
    tools: int | None
    """How many tools it listed; None before it was first ready."""
    spares: int
    """Instances started and not yet spoken to."""
    sessions: int
    restarts: int
    """Instances that had to be replaced because they ended unasked."""
    pids: list[int]
    since_s: float
    """When it came into its present life, seconds on the monotonic clock."""
    retry_in_s: float | None
    last_exit: LastExit | None
    problem: AnyProblem | None
    """Why it is not ready, if it is not."""
    scan: Summary | None = None
    """What the last scan came to."""


# -------------------------------------------------------------------------------------------- from sessions


class Attach(Struct, frozen=True, kw_only=True, tag="server.attach"):
    """Give this session an instance of its own, one that nobody has spoken to."""

    reply_to: str = ""
    session: str
    wait_s: float = 0.0
    """Seconds to hold the request while there is no instance; 0 answers at once. It is held in any case while one is
    just being started, and answered before its time when the server is stopped or fails."""
    replaces: str = ""
    """The instance that the session had before; its place is before those who never had one."""


class Attached(Struct, frozen=True, kw_only=True, tag="server.attached"):
    """The instance is the session's until it detaches."""

    session: str
    instance: str


class NotAttached(Struct, frozen=True, kw_only=True, tag="server.not_attached"):
    """There is no instance for the session now."""

    session: str
    problem: AnyProblem
    is_final: bool = False
    """Asking again does not help until somebody acts."""


class Detach(Struct, frozen=True, kw_only=True, tag="server.detach"):
    """The session has no more use for this instance."""

    session: str
    instance: str
    """Empty if the session is over: then whatever it waits for or may have been given is withdrawn."""
    problem: AnyProblem | None = None
    """What the instance did wrong, if that is why: then it counts as a failure of the server."""


# --------------------------------------------------------------------------- results of its own commands


class Listed(Struct, frozen=True, kw_only=True, tag="server.listed"):
    """The probing instance answered the opening of the protocol and listed all its tools."""

    instance: str
    era: Era
    protocol: str
    name: str
    version: str
    tools: int
    garbage: int = 0
    """Lines on its stdout that were no messages."""
    first_line: str = ""
    """The first of them, quoted."""
    edition: int = 0
    """Under which the ledger keeps what was listed."""


class NotListed(Struct, frozen=True, kw_only=True, tag="server.not_listed"):
    """The probing instance did not come as far as that."""

    instance: str
    stage: str
    problem: AnyProblem
    wants_fresh: bool = False
    """A server of the older era was spoilt by the question for the newer one: ask a fresh instance the old way."""
    garbage: int = 0
    """Lines on its stdout that were no messages."""
    first_line: str = ""
    """The first of them, quoted."""


class StageOver(Struct, frozen=True, kw_only=True, tag="server.stage_over"):
    """The clock of an instance's launch ran out."""

    instance: str


class HaltOver(Struct, frozen=True, kw_only=True, tag="server.halt_over"):
    """An instance that is being ended should have been gone by now."""

    instance: str


class Looked(Struct, frozen=True, kw_only=True, tag="server.looked"):
    """Whether a process of the instance is there."""

    instance: str
    is_live: bool


class RetryDue(Struct, frozen=True, kw_only=True, tag="server.retry_due"):
    """The backoff with this number is over."""

    number: int


class StableFor(Struct, frozen=True, kw_only=True, tag="server.stable_for"):
    """The server has been in the life with this number for as long as it takes to be trusted again."""

    number: int


class AttachOver(Struct, frozen=True, kw_only=True, tag="server.attach_over"):
    """A held request of a session has waited long enough."""

    session: str
    number: int


class ScanDue(Struct, frozen=True, kw_only=True, tag="server.scan_due"):
    """The scan with this number should have been answered by now: the question, or its answer, may be lost."""

    number: int


class Recovered(Struct, frozen=True, kw_only=True, tag="server.recovered"):
    """What an earlier incarnation of the actor left behind in the process table."""

    attached: list[str]
    """Instances that sessions hold."""
    loose: list[str]
    """Instances that nobody holds: a probe in the middle of its questions, or spares."""


OwnResult = Listed | NotListed | StageOver | HaltOver | Looked | RetryDue | StableFor | AttachOver | ScanDue | Recovered
FromOthers = Launched | LaunchFailed | Exited | Resumed | Scanned
Heard = (
    Start | Halt | Restart | Adapt | Renew | Rescan | CancelScan | Describe | Attach | Detach | OwnResult | FromOthers
)
