"""What an examination of this machine finds: checks, each with a verdict, what it stands on, and what to do about it.

Every subject judges its own facts and speaks of them in these words; the edges put the checks side by side. The start
of one server is examined in stages, each of which stands on those before it.
"""

from __future__ import annotations

from typing import Any, Literal, get_args

from msgspec import Struct

Verdict = Literal["ok", "warning", "failure", "skipped"]
"""`warning`: it works, with less than could be had; `failure`: something will not work; `skipped`: not checked, and the
evidence says why."""


class Check(Struct, frozen=True, kw_only=True):
    """One thing that was looked at."""

    id: str
    """`subject.what`; stable, programs go by it."""
    title: str
    """For people; short."""
    verdict: Verdict
    evidence: str
    """What was seen, in a sentence."""
    remedy: str = ""
    """What a person can do now; only with a warning or a failure."""
    facts: dict[str, Any] = {}
    """What the verdict was made from, as plain data."""

    @property
    def subject(self) -> str:
        """The group that it belongs to."""
        return self.id.partition(".")[0]


# ------------------------------------------------------------------------------------------- the start of one server

Stage = Literal["config", "resolve", "image", "confinement", "spawn", "handshake", "list", "scan"]
"""What a start goes through, in this order."""
STAGES: tuple[Stage, ...] = get_args(Stage)
Outcome = Literal["ok", "warning", "failure", "skipped", "not_reached"]
"""As `Verdict`; `not_reached`: a stage before it failed."""


class Step(Struct, frozen=True, kw_only=True):
    """What became of one stage."""

    stage: Stage
    outcome: Outcome
    evidence: str
    """What was seen, in a sentence; of a failure, the sentence that says what is wrong."""
    remedy: str = ""
    """What a person can do now; only with a warning or a failure."""
    code: str = ""
    """Of the error that a start meets here; empty if it would meet none."""
    cause: str = ""
    """Which known cause lies behind it; empty if none is known."""
    exit_code: int = 0
    """What this step alone would have the command end with."""
    seconds: float | None = None
    """How long it took; None if that cannot be said of it alone."""
    facts: dict[str, Any] = {}


class Denied(Struct, frozen=True, kw_only=True):
    """Something that the sandbox refused to the server."""

    action: str
    object: str
    reason: str
    remedy: str


class Scene(Struct, frozen=True, kw_only=True):
    """What is known of a server whose failure is to be explained; no secrets."""

    server: str
    place: str
    """Where it stands in a config."""
    mode: str
    program: str
    """What is executed, as far as it was found."""
    cwd: str
    user: str
    network: str
    """`allow`, `none`, or `ports` for a few of them only."""
    image: str = ""
    memory: str = ""
    """The limit, as a config writes it."""


class Failing(Struct, frozen=True, kw_only=True):
    """All that was seen of a server that failed."""

    code: str
    text: str
    remedy: str
    status: str = ""
    """How its process ended, if it did by itself: `exit status 1`, `signal 9`."""
    tail: tuple[str, ...] = ()
    """Its last lines on stderr, and what it said in an error of the protocol."""
    denied: tuple[Denied, ...] = ()
    """In the order in which it was refused."""
    is_over_memory: bool = False
    """The kernel killed it because it was over its memory limit."""


class Cause(Struct, frozen=True, kw_only=True):
    """Why, and what to do: one sentence each."""

    id: str
    """Stable, programs go by it; empty if it is no known one."""
    sentence: str
    remedy: str
