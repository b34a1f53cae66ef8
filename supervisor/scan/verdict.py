"""What follows for a server from what was found and from what was looked at: two axes that are never mixed.

The verdict comes from the findings: any hard one makes it dangerous, any soft one warnings, none clean; without a list
of tools that anything looked at, it is unknown. The coverage comes from the scanners that were asked for. The status is
the verdict for people: an all-clear that rests on half a look is called degraded.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from supervisor.errors import ExitCode
from supervisor.scan.checks import RULES_VERSION
from supervisor.scan.engine import Looked
from supervisor.scan.words import Coverage, Finding, Report, ScannerReport, Severity, Status, Verdict

ENGINE = "engine"
"""The scanner's name of the engine in process."""
_COSTS: dict[Severity, int] = {"low": 5, "medium": 10, "high": 20, "critical": 60}
"""What the worst finding of a check in one definition takes off the score; our own choice."""


def report_of(
    server: str, looked: Looked | None, *, tools: int, scanners: Iterable[ScannerReport] = (),
    findings: Iterable[Finding] = (), mode: str = "", seconds: float = 0.0,
) -> Report:  # fmt: skip
    """Say what is known of a server; `looked` is None where there was no list to look at.

    `scanners` and `findings` are the plugins': they add to what the engine found, and take nothing from it.
    """
    all_scanners = (engine_report(looked, seconds), *scanners)
    own = looked.findings if looked is not None else ()
    all_findings = tuple(sorted({one.fingerprint: one for one in (*findings, *own)}.values(), key=_order))
    coverage = coverage_of(all_scanners) if looked is not None and tools else "none"
    verdict = verdict_of(all_findings, coverage)
    return Report(
        server=server, mode=mode, verdict=verdict, coverage=coverage, status=status_of(verdict, coverage),
        score=score_of(all_findings), tools=tools, scanners=all_scanners, findings=all_findings,
        rules_version=RULES_VERSION,
    )  # fmt: skip


def engine_report(looked: Looked | None, seconds: float = 0.0) -> ScannerReport:
    """What became of the engine."""
    if looked is None:
        return ScannerReport(
            scanner=ENGINE, state="skipped", reason="unsupported_input", detail="there is no list of tools",
            seconds=seconds,
        )  # fmt: skip
    if looked.is_full:
        return ScannerReport(scanner=ENGINE, state="ok", findings=len(looked.findings), seconds=seconds)
    detail = "some text was not looked at: it is too large, nested too deep, or no JSON in UTF-8"
    if looked.failed:
        detail = f"these checks failed: {', '.join(looked.failed)}"
    return ScannerReport(
        scanner=ENGINE, state="failed", detail=detail, failed=looked.failed, findings=len(looked.findings),
        seconds=seconds,
    )  # fmt: skip


def coverage_of(scanners: Sequence[ScannerReport]) -> Coverage:
    """How much was looked at by the scanners that were asked for; one that is disabled was not."""
    asked = [one for one in scanners if one.reason != "disabled"]
    if all(one.state == "ok" for one in asked) and asked:
        return "full"
    looked = any(one.state == "ok" or (one.scanner == ENGINE and one.state == "failed") for one in asked)
    return "partial" if looked else "none"


def verdict_of(findings: Iterable[Finding], coverage: Coverage) -> Verdict:
    """What the findings come to. What was found counts even where little was looked at."""
    tiers = {finding.tier for finding in findings}
    if "hard" in tiers:
        return "dangerous"
    if coverage == "none":
        return "unknown"
    return "warnings" if tiers else "clean"


def status_of(verdict: Verdict, coverage: Coverage) -> Status:
    """The verdict for people."""
    return "degraded" if verdict in ("clean", "warnings") and coverage != "full" else verdict


def score_of(findings: Iterable[Finding]) -> int:
    """100 where nothing was found; every check counts once for each definition, with its worst finding."""
    worst: dict[tuple[str, str | None, str], int] = {}
    for finding in findings:
        key = (finding.kind, finding.tool, finding.check)
        worst[key] = max(worst.get(key, 0), _COSTS[finding.severity])
    return max(0, 100 - sum(worst.values()))


def exit_code_of(report: Report) -> ExitCode:
    """The exit code of a scan: 0 clean and full, 1 warnings, 3 looked at in part, 4 dangerous or unknown."""
    if report.verdict in ("dangerous", "unknown"):
        return ExitCode.REFUSED
    if report.coverage != "full":
        return ExitCode.DEGRADED
    return ExitCode.FAILED if report.verdict == "warnings" else ExitCode.OK


def _order(finding: Finding) -> tuple[str, ...]:
    return (finding.kind, finding.tool or "", finding.pointer, finding.check, finding.rule, finding.evidence)
