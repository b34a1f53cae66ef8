"""The words on the control socket: newline-delimited JSON, one request a line, one or many answers.

Every request carries the token. An answer is `{"ok": …}` or `{"error": {"code": …, …}}`. After the answer to `connect`
the rest of the connection is the session itself: JSON-RPC lines of the MCP server, in both directions.
"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from supervisor.config.specs import Why
from supervisor.kernel.specs import ActorStats
from supervisor.scan.words import Report, Withheld
from supervisor.server.messages import Described

Seconds = Annotated[float, Meta(ge=0, le=366 * 86400)]
"""A time to look back or to wait: at most a year."""


class Request(Struct, frozen=True, kw_only=True, tag_field="do", forbid_unknown_fields=True):
    """The root of all requests."""

    token: str


class Status(Request, frozen=True, kw_only=True, tag="status"):
    """How the daemon and its servers stand; answered by `StatusAnswer`."""


class StartServer(Request, frozen=True, kw_only=True, tag="start"):
    """Begin to run a server, forgetting past failures; answered when it was taken."""

    server: str


class StopServer(Request, frozen=True, kw_only=True, tag="stop"):
    """End a server; answered when nothing of it is left."""

    server: str


class RestartServer(Request, frozen=True, kw_only=True, tag="restart"):
    """End a server and start it again, forgetting past failures; answered when it was taken."""

    server: str


class Events(Request, frozen=True, kw_only=True, tag="events"):
    """The last 10,000 events, one a line, oldest first; with `follow` also those to come, until the caller leaves.

    They take at most 32 MiB: of large ones fewer are kept.
    """

    follow: bool = False
    preface: bool = False
    """Begin with a line `{"kept": {"events": …, "gone": …, "since": …}}`: how far back there are any."""
    server: str = ""
    type: str = ""
    """Only events whose tag begins so."""
    since_s: Seconds | None = None
    """Only events of so many last seconds."""


class Wait(Request, frozen=True, kw_only=True, tag="wait"):
    """Wait until a server, or every server, is ready or has its first outcome; answered by `StatusAnswer`."""

    what: Literal["ready", "outcome"] = "ready"
    server: str = ""
    timeout_s: Seconds = 60.0


class Connect(Request, frozen=True, kw_only=True, tag="connect"):
    """Open a session with a server on this connection."""

    server: str


class ScanServer(Request, frozen=True, kw_only=True, tag="scan"):
    """List the definitions of a server anew and have them judged; answered by `ScanAnswer` when all scanners are done.

    A server that does not run is started for that alone.
    """

    server: str
    fresh: bool = False
    """Every plugin looks, also where it has looked at the same before."""


class ApproveTools(Request, frozen=True, kw_only=True, tag="approve"):
    """Trust what waits for a decision, as it is now; a quarantined server is started. Answered by `DecisionAnswer`."""

    server: str
    tool: str | None = None
    """Only what has this name: of a tool, prompt or template."""
    digest: str = ""
    """Only the text whose digest begins so: what was reviewed, and nothing that came after it."""
    who: str = ""
    """Whose decision it is, as it is to be remembered."""


class RejectTools(Request, frozen=True, kw_only=True, tag="reject"):
    """Say no to what waits for a decision, or to what is trusted under a name; answered by `DecisionAnswer`."""

    server: str
    tool: str | None = None
    digest: str = ""
    who: str = ""


class ShowDifferences(Request, frozen=True, kw_only=True, tag="diff"):
    """Say what waits for a decision of a server, or of all, against what is trusted in its place.

    Answered by a list: each `Difference` with the name of its `server`.
    """

    server: str = ""
    tool: str | None = None


class ShowPins(Request, frozen=True, kw_only=True, tag="pins"):
    """Say what is trusted, rejected and waiting of a server, or of all; answered by a list of `PinsAnswer`."""

    server: str = ""


class Reload(Request, frozen=True, kw_only=True, tag="reload"):
    """Read the configuration again and go over to it; answered by a `Plan` when that is done."""

    dry_run: bool = False
    """Only say what would be done."""


class Shutdown(Request, frozen=True, kw_only=True, tag="shutdown"):
    """End the daemon; answered at once, the connection closes when it is down."""


Decide = ApproveTools | RejectTools
Show = ShowDifferences | ShowPins
TrustRequest = ScanServer | Decide | Show
AnyRequest = (
    Status | StartServer | StopServer | RestartServer | Events | Wait | Connect | TrustRequest | Reload | Shutdown
)


class ScanAnswer(Struct, frozen=True, kw_only=True):
    """What a scan of one server came to."""

    server: str
    report: Report
    withheld: list[Withheld]
    """What clients do not get to see."""
    exit_code: int
    """What a scan that is asked for on the command line ends with."""


class Decided(Struct, frozen=True, kw_only=True):
    """One text on which somebody decided."""

    kind: str
    name: str
    digest: str


class DecisionAnswer(Struct, frozen=True, kw_only=True):
    """What an approval or a rejection did."""

    server: str
    decided: list[Decided]
    place: str
    """Where that is kept."""


class PinRow(Struct, frozen=True, kw_only=True):
    """One definition of which something is known."""

    kind: str
    name: str
    digest: str
    state: Literal["trusted", "rejected", "withheld", "served"]
    """`withheld` and `served` wait for a decision: the latter is a harmless change of what is trusted."""
    at: str
    by: str
    """`first-use`, `scan`, or a person's name; empty if nobody decided."""
    detail: str
    """Why it is withheld, if it is."""


class PinsAnswer(Struct, frozen=True, kw_only=True):
    """What is known of one server's definitions."""

    server: str
    place: str
    """Where decisions are kept."""
    rows: list[PinRow]


class StatusAnswer(Struct, frozen=True, kw_only=True):
    """How everything stands."""

    pid: int
    version: str
    instance: str
    source: str
    """The config in force, as a file; empty if it never was one."""
    uptime_s: float
    servers: list[Described]
    why: dict[str, Why]
    """By server: which key decided its mode, and what this machine had to say about that."""
    others: list[dict[str, str]]
    """Entries of the config that are not run: remote, invalid (with their problem) or disabled ones."""
    actors: list[ActorStats]
    dead_letters: int
