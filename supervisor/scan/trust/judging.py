"""From what was looked at to what becomes of it: a judgement, made of the pins as they stand, and kept with them.

The pins may be changed by another process between reading and writing them: then it is judged again with the newer
ones. If they cannot be written, nothing becomes trusted by itself. If they cannot be read, nothing counts as approved.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from supervisor.errors import AnyProblem, PinsError
from supervisor.scan.looking import Examined
from supervisor.scan.trust.deciding import TRIES, Store
from supervisor.scan.trust.judge import Look, judge
from supervisor.scan.trust.pins import ServerPins
from supervisor.scan.verdict import coverage_of, report_of, status_of, verdict_of
from supervisor.scan.words import Finding, Judgement, Report, ScannerReport, Terms


class Case(Struct, frozen=True, kw_only=True):
    """All that is to be judged at once."""

    server: str
    terms: Terms
    examined: Examined
    is_whole: bool
    at: str
    """Now, as RFC 3339 in UTC to the second."""
    origin: str = ""
    """The package version or image digest that is run, where known."""
    seconds: float = 0.0
    """Of the engine."""
    gaps: tuple[str, ...] = ()
    """Lists that are not known; they cost coverage."""
    scanners: tuple[ScannerReport, ...] = ()
    """The plugins'."""
    findings: tuple[Finding, ...] = ()
    """The plugins'."""


class Judged(Struct, frozen=True, kw_only=True):
    """A judgement, and what went wrong when it was to be kept."""

    judgement: Judgement
    problem: AnyProblem | None = None


def judged(case: Case, store: Store) -> Judged:
    """Judge, and keep what is to be kept. Blocks as long as the store does; never raises."""
    look = Look(
        server=case.server,
        policy=case.terms.policy,
        trust=case.terms.trust,
        definitions=case.examined.definitions,
        report=report(case),
        partial=case.examined.partial,
        is_whole=case.is_whole,
        at=case.at,
        origin=case.origin,
    )
    problem: AnyProblem | None = None
    try:
        for _ in range(TRIES):
            pins = store.read(case.server)
            decision = judge(look, pins)
            if decision.pins == pins or store.swap(pins, decision.pins):
                return Judged(judgement=decision.judgement)
    except PinsError as error:
        problem = _known(error)
    return Judged(judgement=_untrusting(look, store, problem), problem=problem)


def _known(error: PinsError) -> AnyProblem:
    found: AnyProblem = error.problem  # type: ignore[assignment]  # every problem that is raised is one of the union
    return found


def _untrusting(look: Look, store: Store, problem: AnyProblem | None) -> Judgement:
    """Judge so that nothing becomes trusted, since that could not be kept; what is withheld for it says so."""
    try:
        pins = store.read(look.server)
    except PinsError:
        pins = ServerPins(server=look.server, is_settled=True)
    found = judge(replace(look, trust="manual"), pins).judgement
    why = "" if problem is None else problem.text
    told = (replace(one, detail=why or one.detail) if one.reason == "not_approved" else one for one in found.withheld)
    return replace(found, withheld=tuple(told))


def report(case: Case) -> Report:
    """What is known of the server by this look."""
    made = report_of(
        case.server,
        case.examined.looked,
        tools=case.examined.tools,
        scanners=case.scanners,
        findings=case.findings,
        mode=case.terms.mode,
        seconds=round(case.seconds, 6),
    )
    return _with_gaps(made, case.gaps) if case.gaps else made


def _with_gaps(made: Report, gaps: Sequence[str]) -> Report:
    """What was not learnt was not looked at."""
    engine = replace(
        made.scanners[0], state="failed", detail="; ".join(filter(None, (made.scanners[0].detail, *gaps)))
    )  # fmt: skip
    scanners = (engine, *made.scanners[1:])
    coverage = made.coverage if made.coverage == "none" else coverage_of(scanners)
    verdict = verdict_of(made.findings, coverage)
    return replace(
        made, scanners=scanners, coverage=coverage, verdict=verdict, status=status_of(verdict, coverage)
    )  # fmt: skip
