"""The words of the scanner: what is looked at, what a check says of it, and what follows for a server."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

Tier = Literal["hard", "soft"]
"""`hard` blocks by itself; `soft` asks a person to look."""
Severity = Literal["low", "medium", "high", "critical"]
Verdict = Literal["clean", "warnings", "dangerous", "unknown"]
Coverage = Literal["full", "partial", "none"]
Status = Literal["clean", "warnings", "dangerous", "unknown", "degraded"]
"""The verdict for people: `degraded` where it would be clean or warnings and not everything was looked at."""
Kind = Literal["tool", "prompt", "resource", "template", "server"]
"""What a definition describes; `server` is the server's instructions and what it says of itself."""
Key = tuple[Kind, str]
"""Kind and name: what a definition is known by."""
Role = Literal[
    "name", "title", "description", "property", "default", "enum", "const", "example", "pattern", "comment",
    "annotation", "meta", "key", "text",
]  # fmt: skip
"""What a text is for, within its definition: `property` is the name of a parameter, `key` any other key of an object,
`text` any other string."""
View = Literal["raw", "folded", "decoded", "joined"]
"""Which reading of a text a finding was made in."""


class Hit(Struct, frozen=True, kw_only=True):
    """What one check found at one place; the engine makes a `Finding` of it."""

    pointer: str
    """JSON pointer into the definition."""
    evidence: str
    """The text that gave it away, as it was read; the engine escapes and caps it."""
    message: str
    """What is wrong, in one sentence for people."""
    tier: Tier
    view: View = "raw"
    confidence: float = 0.8
    """0 to 1: how often a find of this kind is right, by the labelled cases."""
    rule: str = ""
    """Which of the check's rules it was, if it has several: a word."""


class Finding(Struct, frozen=True, kw_only=True):
    """One thing that was found in one definition of a server."""

    id: str
    """The first 16 hexadecimal digits of the fingerprint."""
    check: str
    """The check's id, such as `phrase.injection`; a plugin's findings have `PLUGIN/RULE`."""
    tier: Tier
    severity: Severity
    server: str
    tool: str | None
    """The definition's name; None for what the server says of itself."""
    kind: Kind = "tool"
    pointer: str = ""
    place: str = ""
    """Where in the server's source, as `FILE:LINE`, if a plugin found it there."""
    view: View = "raw"
    evidence: str = ""
    """At most 200 characters, with everything escaped that is not printable."""
    message: str = ""
    confidence: float = 0.8
    rule: str = ""
    fingerprint: str = ""
    """SHA-256 over check, rule, server, tool, pointer and evidence: the same find has the same one in every scan."""


ScannerState = Literal["ok", "failed", "timed_out", "skipped"]
SkipReason = Literal[
    "docker_unusable", "not_installed", "needs_network", "needs_key", "disabled", "unsupported_input", "cancelled"
]  # fmt: skip


class ScannerReport(Struct, frozen=True, kw_only=True):
    """What became of one scanner: the engine in process (`engine`), or a plugin."""

    scanner: str
    state: ScannerState
    reason: SkipReason | None = None
    """Why it was skipped, if it was."""
    detail: str = ""
    """For people: what went wrong, or what to do so that it runs."""
    failed: tuple[str, ...] = ()
    """Its checks that broke, by id."""
    findings: int = 0
    seconds: float = 0.0
    looked_at: str = ""
    """When it did look, as RFC 3339, if this is what an earlier look at the same has found."""


class Report(Struct, frozen=True, kw_only=True):
    """What is known of one server's definitions after a scan."""

    server: str
    mode: str = ""
    """The mode that the server itself resolves to; it decides which plugins can run."""
    verdict: Verdict
    coverage: Coverage
    status: Status
    score: int
    """0 to 100, 100 is nothing found; means nothing without the coverage beside it."""
    tools: int
    scanners: tuple[ScannerReport, ...] = ()
    findings: tuple[Finding, ...] = ()
    rules_version: str = ""


# ------------------------------------------------------------------------------------------- trust in definitions


class Definition(Struct, frozen=True, kw_only=True):
    """One definition of a server as it was received."""

    kind: Kind
    name: str
    """Of the tool or prompt; the URI of a resource, the template of a template; empty for `server`."""
    raw: bytes
    """The JSON text of the whole object."""


class Listing(Struct, frozen=True, kw_only=True):
    """All that a server lists when it is asked by stockade itself: each definition as it wrote it."""

    tools: tuple[bytes, ...] = ()
    prompts: tuple[bytes, ...] = ()
    resources: tuple[bytes, ...] = ()
    templates: tuple[bytes, ...] = ()
    itself: bytes = b""
    """What it says of itself: an object with `instructions` and `serverInfo`; empty if it says nothing."""
    gaps: tuple[str, ...] = ()
    """Lists that it declares and that were not learnt, with the reason; none of its tools is missing."""


class Terms(Struct, frozen=True, kw_only=True):
    """What a server's configuration says about trust in it."""

    policy: Literal["quarantine", "warn", "off"] = "quarantine"
    trust: Literal["first-use", "scan", "manual"] = "first-use"
    mode: str = ""
    """The mode that the server itself resolves to."""
    plugins: tuple[str, ...] = ()
    """Those that are asked for, by name."""
    program: str = ""
    """What its command runs, in a form that can be compared; empty if that is not known."""
    is_served: bool = True
    """Clients see its tools beside those of others: it is no disabled server."""


WithholdReason = Literal["dangerous", "changed", "new", "rejected", "not_approved", "quarantined", "unreadable"]
"""Why a definition does not reach a client: `new` is one that appeared after the server was pinned, `not_approved` one
that its trust setting does not take by itself, `quarantined` any of a server that is withheld whole."""
ChangeClass = Literal["cosmetic", "additive", "semantic", "escalating"]


class Withheld(Struct, frozen=True, kw_only=True):
    """A definition that clients do not see, and whose calls are refused."""

    kind: Kind
    name: str
    reason: WithholdReason
    detail: str = ""
    """For people: what was found or has changed."""


class Change(Struct, frozen=True, kw_only=True):
    """How a definition differs from what was pinned."""

    kind: Kind
    name: str
    change: ChangeClass
    pointers: tuple[str, ...] = ()
    """Where, as JSON pointers."""
    detail: str = ""
    held: bool = False
    """It is withheld until somebody approves it."""


class Judgement(Struct, frozen=True, kw_only=True):
    """What a look at definitions of one server leads to."""

    server: str
    report: Report
    withheld: tuple[Withheld, ...] = ()
    is_quarantined: bool = False
    """None of the server is to be served."""
    changes: tuple[Change, ...] = ()
    pinned: tuple[Definition, ...] = ()
    """Definitions that became trusted by this look."""
