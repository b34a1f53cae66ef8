"""A scan's report as SARIF 2.1.0: one run for each scanner, so that each keeps its rules, coverage and outcome. Pure.

What was found in a definition has a logical location, `SERVER/KIND/NAME#POINTER`, whose last part is the JSON pointer
into the definition; what a plugin found in a source has a physical one besides. A scanner that did not come to its end,
a check of it that broke, and one that was not run are notifications of the run: whoever reads only results must not
take their absence for an all-clear.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec
from msgspec import UNSET, Struct, UnsetType

from supervisor.scan.words import Finding, Report, ScannerReport, Severity, Tier

VERSION = "2.1.0"
SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS: Mapping[Severity, str] = {"critical": "error", "high": "error", "medium": "warning", "low": "note"}
_SCORES: Mapping[Severity, str] = {"critical": "9.5", "high": "8.0", "medium": "5.5", "low": "2.0"}
"""In the middle of the bounds by which code hosting services read them."""
_TIERS: Mapping[Tier, str] = {"hard": "blocks by itself", "soft": "asks a person to look"}
_SEVERITIES: tuple[Severity, ...] = ("low", "medium", "high", "critical")


class _Camel(Struct, rename="camel", omit_defaults=True):
    """The standard's notation of names; what says nothing is left out."""


class _Text(_Camel):
    text: str


class _Rule(_Camel, omit_defaults=False):
    id: str
    short_description: _Text
    default_configuration: Mapping[str, str]
    properties: Mapping[str, Any]


class _Driver(_Camel):
    name: str
    version: str | UnsetType = UNSET
    rules: Sequence[_Rule] = ()


class _Result(_Camel):
    rule_id: str
    rule_index: int | UnsetType
    level: str
    message: _Text
    locations: Sequence[Mapping[str, Any]]
    partial_fingerprints: Mapping[str, str]
    properties: Mapping[str, Any]


class _Notification(_Camel):
    level: str
    message: _Text
    associated_rule: Mapping[str, str] | UnsetType = UNSET


class _Invocation(_Camel):
    execution_successful: bool
    tool_execution_notifications: Sequence[_Notification] = ()


class _Run(_Camel, omit_defaults=False):
    tool: Mapping[str, _Driver]
    automation_details: Mapping[str, str]
    invocations: Sequence[_Invocation]
    results: Sequence[_Result]
    properties: Mapping[str, Any]


def written(reports: Iterable[Report], version: str) -> bytes:
    """One document for these reports, indented; `version` is that of stockade."""
    runs = [_run(report, scanner, version) for report in reports for scanner in _scanners(report)]
    document = {"$schema": SCHEMA, "version": VERSION, "runs": runs}
    # Not by msgspec: a name may hold a lone surrogate, which can only be written as an escape.
    return json.dumps(msgspec.to_builtins(document), indent=2).encode("ascii") + b"\n"


def _scanners(report: Report) -> Iterator[ScannerReport]:
    """Those that are told of, and whoever has found something without."""
    yield from report.scanners
    told = {scanner.scanner for scanner in report.scanners}
    others = dict.fromkeys(scanner_of(finding) for finding in report.findings)
    yield from (ScannerReport(scanner=name, state="ok") for name in others if name not in told)


def scanner_of(finding: Finding) -> str:
    """Who has found it: the checks of the engine have no slash in their ids."""
    plugin, slash, _ = finding.check.partition("/")
    return plugin if slash else "engine"


def _run(report: Report, scanner: ScannerReport, version: str) -> _Run:
    found = [finding for finding in report.findings if scanner_of(finding) == scanner.scanner]
    rules = _rules(found)
    places = {rule.id: place for place, rule in enumerate(rules)}
    is_ours = scanner.scanner == "engine"
    name = "stockade" if is_ours else scanner.scanner
    return _Run(
        tool={"driver": _Driver(name, version if is_ours else UNSET, rules)},
        automation_details={"id": f"stockade/{report.server}/{scanner.scanner}"},
        invocations=[_invocation(scanner)],
        results=[_result(finding, places) for finding in found],
        properties={
            "server": report.server,
            "mode": report.mode,
            "verdict": report.verdict,
            "coverage": report.coverage,
            "status": report.status,
            "scanner": {"state": scanner.state, "reason": scanner.reason, "seconds": scanner.seconds},
        },
    )


def _rules(found: Sequence[Finding]) -> list[_Rule]:
    by_check: dict[str, list[Finding]] = {}
    for finding in found:
        by_check.setdefault(finding.check, []).append(finding)
    return [_rule(check, findings) for check, findings in sorted(by_check.items())]


def _rule(check: str, findings: Sequence[Finding]) -> _Rule:
    """As strict as its worst finding: each of them says its own level too."""
    worst = max((finding.severity for finding in findings), key=_SEVERITIES.index)
    tier: Tier = "hard" if any(finding.tier == "hard" for finding in findings) else "soft"
    return _Rule(
        id=check,
        short_description=_Text(f"{check}: {_TIERS[tier]}"),
        default_configuration={"level": _LEVELS[worst]},
        properties={"tier": tier, "security-severity": _SCORES[worst], "tags": ["security", "mcp"]},
    )


def _result(finding: Finding, places: Mapping[str, int]) -> _Result:
    return _Result(
        rule_id=finding.check,
        rule_index=places[finding.check],
        level=_LEVELS[finding.severity],
        message=_Text(finding.message or finding.check),
        locations=[_location(finding)],
        partial_fingerprints={"stockade/v1": finding.fingerprint} if finding.fingerprint else {},
        properties={
            "tier": finding.tier,
            "severity": finding.severity,
            "security-severity": _SCORES[finding.severity],
            "confidence": finding.confidence,
            "view": finding.view,
            "evidence": finding.evidence,
            **({"rule": finding.rule} if finding.rule else {}),
        },
    )


def _location(finding: Finding) -> dict[str, Any]:
    name = f"{finding.server}/{finding.kind}/{finding.tool or ''}".rstrip("/")
    logical = {
        "name": finding.tool or finding.server,
        "fullyQualifiedName": f"{name}#{finding.pointer}",
        "kind": "object" if not finding.pointer else "property",
    }
    path, _, line = finding.place.rpartition(":")
    if not finding.place:
        return {"logicalLocations": [logical]}
    path, number = (path, int(line)) if line.isdecimal() and path else (finding.place, 0)
    region = {"region": {"startLine": number}} if number else {}
    artifact = {"uri": _escaped(path), "uriBaseId": "SOURCE"}
    return {"logicalLocations": [logical], "physicalLocation": {"artifactLocation": artifact, **region}}


def _escaped(path: str) -> str:
    """A path as a relative URI (RFC 3986)."""
    from urllib.parse import quote

    return quote(path, safe="/!$&'()*+,;=@-._~", errors="backslashreplace")


def _invocation(scanner: ScannerReport) -> _Invocation:
    notes = [
        _Notification("error", _Text(f"the check {check} broke, and was not carried out"), {"id": check})
        for check in scanner.failed
    ]
    if scanner.state != "ok":
        why = f"{scanner.state} ({scanner.reason})" if scanner.reason else scanner.state
        level = "warning" if scanner.state == "skipped" else "error"
        notes.append(_Notification(level, _Text(f"{why}: {scanner.detail}" if scanner.detail else why)))
    elif scanner.detail:
        notes.append(_Notification("note", _Text(scanner.detail)))
    return _Invocation(scanner.state == "ok" and not scanner.failed, notes)
