"""What the scan actor says and hears. Definitions and findings stay in the ledger: messages name the server only."""

from __future__ import annotations

from msgspec import Struct

from supervisor.errors import AnyProblem
from supervisor.scan.words import Coverage, ScannerReport, Status, Verdict


class Summary(Struct, frozen=True, kw_only=True):
    """What a scan came to, in a few words; the findings themselves are in the ledger's report."""

    verdict: Verdict
    coverage: Coverage
    status: Status
    score: int
    tools: int
    findings: int
    withheld: int = 0
    """Definitions that clients do not get to see."""
    scanners: tuple[ScannerReport, ...] = ()


class Scan(Struct, frozen=True, kw_only=True, tag="scan.scan"):
    """Judge what is known of a server's definitions; a scan that runs already is joined."""

    reply_to: str = ""
    server: str
    number: int
    """Comes back with the answer. Asking again with the same number is no second request."""
    edition: int = 0
    """Which list of definitions is meant, as the ledger counts them: a scan of an older one is not the answer."""


class Scanned(Struct, frozen=True, kw_only=True, tag="scan.scanned"):
    """A pass is over: what must be known before the server is served, or, unasked, what a later pass has changed."""

    server: str
    number: int = 0
    """The request's; 0 for an answer that nobody has asked for."""
    summary: Summary
    problem: AnyProblem | None = None
    """Why the server is not to be served, if it is not."""


class Cancel(Struct, frozen=True, kw_only=True, tag="scan.cancel"):
    """End every scan of a server and all that runs for it; its askers get no answer."""

    reply_to: str = ""
    server: str


class Await(Struct, frozen=True, kw_only=True, tag="scan.await"):
    """Answer once no pass of any scan of this server is running."""

    reply_to: str = ""
    server: str


class Idle(Struct, frozen=True, kw_only=True, tag="scan.idle"):
    """Nothing is being scanned of this server, or nothing any more."""

    server: str
