"""What follows from the findings and from what was looked at."""

from typing import Any

import pytest

from supervisor.scan.engine import Looked
from supervisor.scan.verdict import exit_code_of, report_of, score_of
from supervisor.scan.words import Finding, ScannerReport, Severity, Tier


def finding(tier: Tier, severity: Severity = "low", *, check: str = "c", tool: str | None = "a") -> Finding:
    return Finding(
        id="1", check=check, tier=tier, severity=severity, server="s", tool=tool,
        fingerprint=f"{check}{tool}{tier}{severity}",
    )  # fmt: skip


SOFT, HARD = finding("soft"), finding("hard", "critical")
OK = ScannerReport(scanner="plugin", state="ok")
FAILED = ScannerReport(scanner="plugin", state="failed")
TIMED_OUT = ScannerReport(scanner="plugin", state="timed_out")
SKIPPED = ScannerReport(scanner="plugin", state="skipped", reason="docker_unusable")
DISABLED = ScannerReport(scanner="plugin", state="skipped", reason="disabled")


@pytest.mark.parametrize(
    ("findings", "is_full", "tools", "plugins", "expected"),
    [
        ([], True, 1, [], ("clean", "full", "clean", 0)),
        ([], True, 1, [OK, DISABLED], ("clean", "full", "clean", 0)),
        ([SOFT], True, 1, [], ("warnings", "full", "warnings", 1)),
        ([SOFT, HARD], True, 1, [], ("dangerous", "full", "dangerous", 4)),
        ([], False, 1, [], ("clean", "partial", "degraded", 3)),
        ([SOFT], False, 1, [], ("warnings", "partial", "degraded", 3)),
        ([HARD], False, 1, [], ("dangerous", "partial", "dangerous", 4)),
        ([], True, 1, [SKIPPED], ("clean", "partial", "degraded", 3)),
        ([], True, 1, [FAILED], ("clean", "partial", "degraded", 3)),
        ([SOFT], True, 1, [TIMED_OUT], ("warnings", "partial", "degraded", 3)),
        ([], True, 0, [OK], ("unknown", "none", "unknown", 4)),
        ([SOFT], True, 0, [], ("unknown", "none", "unknown", 4)),
        ([HARD], True, 0, [], ("dangerous", "none", "dangerous", 4)),
    ],
)
def test_verdict_and_coverage_are_two_things(
    findings: list[Finding], is_full: bool, tools: int, plugins: list[ScannerReport], expected: tuple[Any, ...]
) -> None:
    report = report_of("s", Looked(findings=tuple(findings), is_full=is_full), tools=tools, scanners=plugins)
    assert (report.verdict, report.coverage, report.status, int(exit_code_of(report))) == expected


def test_without_a_list_nothing_is_known() -> None:
    report = report_of("s", None, tools=0, scanners=[OK])
    assert (report.verdict, report.coverage, report.status) == ("unknown", "none", "unknown")
    assert (report.scanners[0].scanner, report.scanners[0].state) == ("engine", "skipped")


def test_plugins_add_and_never_take_away() -> None:
    looked = Looked(findings=(HARD,))
    assert report_of("s", looked, tools=1, scanners=[OK]).verdict == "dangerous"
    raised = report_of("s", Looked(), tools=1, scanners=[OK], findings=[finding("soft", check="p/r")])
    assert raised.verdict == "warnings"
    assert [one.check for one in raised.findings] == ["p/r"]


def test_a_failed_check_is_named() -> None:
    report = report_of("s", Looked(is_full=False, failed=("some.check",)), tools=1)
    assert report.scanners[0].state == "failed"
    assert "some.check" in report.scanners[0].detail


def test_the_score_falls_with_what_was_found() -> None:
    assert score_of([]) == 100
    assert score_of([SOFT]) == 95
    assert score_of([SOFT, SOFT]) == 95  # a check counts once for each definition
    assert score_of([SOFT, finding("soft", check="d"), finding("soft", tool="b")]) == 85
    assert score_of([HARD]) == 40
    assert score_of([finding("hard", "critical", tool=str(number)) for number in range(5)]) == 0
