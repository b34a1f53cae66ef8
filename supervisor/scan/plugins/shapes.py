"""What scanners that do not write SARIF write, each by its name. Pure.

Only the part that is read is declared; msgspec checks it while it decodes. What a scanner says in a shape that is not
known here makes the run a failed one: it is never taken for "nothing found".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Literal, TypeVar

import msgspec
from msgspec import Struct

from supervisor.config.schema import PluginOutput
from supervisor.scan.plugins import sarif
from supervisor.scan.plugins.results import LARGEST_OUTPUT_BYTES, OutputError, Result, Results, printable
from supervisor.scan.words import Severity

Shape = TypeVar("Shape", bound=Struct)


def read(output: PluginOutput, data: bytes, *, obeys_source: bool = True) -> Results:
    """The results in an output of this kind; `obeys_source` as sarif.read. Raises: OutputError."""
    if len(data) > LARGEST_OUTPUT_BYTES:
        raise OutputError(f"it has more than {LARGEST_OUTPUT_BYTES // 2**20} MiB")
    readers: Mapping[PluginOutput, Callable[[bytes], Results]] = {
        "sarif": partial(sarif.read, obeys_source=obeys_source),
        "bandit": _bandit,
        "guarddog": _guarddog,
        "cisco": _cisco,
    }
    return readers[output](data)


def _decoded(data: bytes, shape: type[Shape]) -> Shape:
    try:
        return msgspec.json.decode(data, type=shape)
    except RecursionError:
        raise OutputError("it is nested too deeply") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise OutputError(f"it is not what this scanner writes: {printable(str(error))}") from None


# ----------------------------------------------------------------------------------------------------------- bandit


class BanditResult(Struct, frozen=True):
    filename: str
    issue_severity: Literal["UNDEFINED", "LOW", "MEDIUM", "HIGH"]
    issue_text: str
    line_number: int
    test_id: str
    test_name: str = ""
    code: str = ""


class BanditError(Struct, frozen=True):
    filename: str = ""
    reason: str = ""


class Bandit(Struct, frozen=True):
    results: tuple[BanditResult, ...]
    errors: tuple[BanditError, ...] = ()


_BANDIT: Mapping[str, Severity] = {"HIGH": "high", "MEDIUM": "medium", "LOW": "low", "UNDEFINED": "low"}


def _bandit(data: bytes) -> Results:
    said = _decoded(data, Bandit)
    found = tuple(
        Result(
            rule=one.test_id,
            severity=_BANDIT[one.issue_severity],
            message=one.issue_text,
            uri=one.filename,
            line=one.line_number,
            evidence=_line_of(one.code, one.line_number),
        )
        for one in said.results
    )
    return Results(found=found, failed=_unread([error.filename for error in said.errors]))


def _line_of(code: str, number: int) -> str:
    """The line itself: each of those around it is there with its number before it."""
    for line in code.splitlines():
        head, _, text = line.partition(" ")
        if head == str(number):
            return text
    return code


def _unread(names: list[str]) -> str:
    """Files that it could not read were not looked at."""
    return f"it could not read {len(names)} files, the first {printable(names[0])!r}" if names else ""


# --------------------------------------------------------------------------------------------------------- guarddog


class GuarddogMatch(Struct, frozen=True):
    location: str = ""
    code: str = ""
    message: str = ""
    match: str = ""


class GuarddogRisk(Struct, frozen=True):
    severity: str = "medium"
    threat_rule: str | None = None
    threat_location: str | None = None


class Guarddog(Struct, frozen=True):
    results: dict[str, Any]
    errors: dict[str, Any] = {}
    risks: tuple[GuarddogRisk, ...] = ()


_GUARDDOG: Mapping[str, Severity] = {"critical": "critical", "high": "high", "medium": "medium", "low": "low"}
_CAPABILITY = "capability-"
"""What a program can do, which every useful one can: no finding by itself."""


def _guarddog(data: bytes) -> Results:
    said = _decoded(data, Guarddog)
    risks = {(one.threat_rule, one.threat_location): one.severity for one in said.risks}
    found: list[Result] = []
    passed = 0
    for rule, matches in said.results.items():
        if rule.startswith(_CAPABILITY):
            passed += len(matches) if isinstance(matches, list) else 0
            continue
        for match in _matches(matches):
            uri, _, line = match.location.rpartition(":")
            found.append(
                Result(
                    rule=rule,
                    severity=_GUARDDOG.get(risks.get((rule, match.location), ""), "medium"),
                    message=match.message,
                    uri=uri if line.isdecimal() else match.location,
                    line=int(line) if line.isdecimal() and len(line) < 10 else 0,
                    evidence=match.match or match.code,
                )
            )
    failed = f"its rules failed: {printable(', '.join(said.errors))}" if said.errors else ""
    return Results(found=tuple(found), passed=passed, failed=failed)


def _matches(said: Any) -> tuple[GuarddogMatch, ...]:
    """A rule about code answers a list of places, one about a package a sentence, and both nothing if there is none."""
    if not said:
        return ()
    if isinstance(said, str):
        return (GuarddogMatch(message=said),)
    try:
        return msgspec.convert(said, tuple[GuarddogMatch, ...])
    except msgspec.ValidationError as error:
        raise OutputError(f"it is not what this scanner writes: {printable(str(error))}") from None


# ------------------------------------------------------------------------------------------------------------ cisco


class CiscoAnalysis(Struct, frozen=True):
    severity: str = "UNKNOWN"
    threat_names: tuple[str, ...] = ()
    threat_summary: str = ""
    total_findings: int = 0


class CiscoItem(Struct, frozen=True):
    status: str
    is_safe: bool
    tool_name: str = ""
    findings: dict[str, CiscoAnalysis] = {}


class Cisco(Struct, frozen=True):
    scan_results: tuple[CiscoItem, ...]


def _cisco(data: bytes) -> Results:
    said = _decoded(data, Cisco)
    found = tuple(
        Result(
            rule=threat.lower().replace(" ", "-"),
            severity=_GUARDDOG.get(analysis.severity.lower(), "medium"),
            message=analysis.threat_summary,
            tool=item.tool_name or None,
            evidence=threat,
        )
        for item in said.scan_results
        for analysis in item.findings.values()
        for threat in analysis.threat_names or (("unnamed",) if analysis.total_findings else ())
    )
    unfinished = [item.tool_name for item in said.scan_results if item.status != "completed"]
    failed = f"{len(unfinished)} definitions were not scanned" if unfinished else ""
    return Results(found=found, passed=sum(item.is_safe for item in said.scan_results), failed=failed)
