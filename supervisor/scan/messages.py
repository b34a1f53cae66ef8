"""What the scan actor says and hears. Definitions and findings stay in the ledger: messages name the server only."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from supervisor.errors import AnyProblem
from supervisor.scan.words import Coverage, ScannerReport, Status, Verdict

Depth = Literal["fast", "deep"]
"""`fast` is what must be known before a server is served; `deep` is what goes on in the background afterwards."""


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


def unknown(reason: str, *, tools: int = 0, is_late: bool = False) -> Summary:
    """Nothing was judged, for this reason."""
    engine = ScannerReport(scanner="engine", state="timed_out" if is_late else "failed", detail=reason)
    return Summary(
        verdict="unknown", coverage="none", status="unknown", score=0, tools=tools, findings=0, scanners=(engine,)
    )  # fmt: skip


# --------------------------------------------------------------------------------------------------- from servers


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

    server: str


class Await(Struct, frozen=True, kw_only=True, tag="scan.await"):
    """Answer once no pass of any scan of this server is running."""

    reply_to: str = ""
    server: str


class Idle(Struct, frozen=True, kw_only=True, tag="scan.idle"):
    """Nothing of this server is being scanned, or nothing any more."""

    server: str


# ------------------------------------------------------------------------------------- results of its own commands


class Planned(Struct, frozen=True, kw_only=True, tag="scan.planned"):
    """Which plugins look at a server, besides the engine; what cannot run is in the ledger with its reason."""

    server: str
    number: int
    mode: str
    fast: tuple[str, ...] = ()
    deep: tuple[str, ...] = ()


class Ran(Struct, frozen=True, kw_only=True, tag="scan.ran"):
    """One scanner is done, however it ended; what it found is in the ledger."""

    server: str
    number: int
    scanner: str


class Concluded(Struct, frozen=True, kw_only=True, tag="scan.concluded"):
    """What all scanners of a pass come to, judged and kept."""

    server: str
    number: int
    summary: Summary
    problem: AnyProblem | None = None
    """Why the server is not to be served, if it is not."""
    failure: AnyProblem | None = None
    """Why nothing could be judged, if nothing could."""


class PassOver(Struct, frozen=True, kw_only=True, tag="scan.pass_over"):
    """The clock of a step ran out."""

    server: str
    number: int
    step: int
    """Counts the steps of one scan: a clock of an earlier one is late."""


OwnResult = Planned | Ran | Concluded | PassOver
Heard = Scan | Cancel | Await | OwnResult
