"""The engine: every check put to every definition, and what they found made into findings.

A check that raises costs coverage, never the scan. The result does not depend on the order of the definitions.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

from msgspec import Struct
from msgspec.structs import replace

from supervisor.escaping import shortened
from supervisor.scan.checks import CHECKS
from supervisor.scan.checks.check import Check
from supervisor.scan.context import Context
from supervisor.scan.text.items import Item
from supervisor.scan.words import Finding, Hit, Severity

EVIDENCE_LIMIT = 200
"""Characters of evidence in one finding."""
HITS_LIMIT = 20
"""Findings of one check in one definition; more say nothing new."""
_HITS_TAKEN = 1000
_SURE = frozenset({"field.directive", "order.demand", "sink.parameter"})
"""Soft checks of which one, beside any other on the same text, blocks."""
_SEVERITIES: tuple[Severity, ...] = ("low", "medium", "high")


class Looked(Struct, frozen=True, kw_only=True):
    """What the engine has to say of some definitions."""

    findings: tuple[Finding, ...] = ()
    is_full: bool = True
    """Every check ran on every text of every definition."""
    failed: tuple[str, ...] = ()
    """The checks that raised."""


def look(items: Iterable[Item], context: Context, checks: Sequence[Check] = CHECKS) -> Looked:
    """Look at the definitions of one server. Never raises."""
    findings: dict[str, Finding] = {}
    failed: set[str] = set()
    is_full = True
    for item in items:
        hits = _hits(item, context, checks, failed)
        is_full = is_full and not item.is_partial
        if hits:
            for finding in _findings(item, context.server, _promoted(hits)):
                findings.setdefault(finding.fingerprint, finding)
    return Looked(
        findings=tuple(sorted(findings.values(), key=_order)),
        is_full=is_full and not failed,
        failed=tuple(sorted(failed)),
    )


def _hits(item: Item, context: Context, checks: Sequence[Check], failed: set[str]) -> list[tuple[str, Hit]]:
    hits: list[tuple[str, Hit]] = []
    for check in checks:
        own: list[Hit] = []
        hard = 0
        try:
            for hit in check.find(item, context):
                own.append(hit)
                hard += hit.tier == "hard"
                if hard >= HITS_LIMIT or len(own) >= _HITS_TAKEN:
                    break
        except Exception:  # noqa: BLE001  (a check is isolated: its fault costs coverage, not the scan)
            failed.add(check.id)
        if own:
            own.sort(key=lambda hit: hit.tier != "hard")
            hits += [(check.id, hit) for hit in own[:HITS_LIMIT]]
    return hits


def _promoted(hits: list[tuple[str, Hit]]) -> list[tuple[str, Hit]]:
    """Two soft checks on one text, one of them of those that name what the model is to do, are hard together."""
    soft: dict[str, set[str]] = {}
    for check, hit in hits:
        if hit.tier == "soft":
            soft.setdefault(hit.pointer, set()).add(check)
    sure = {pointer for pointer, checks in soft.items() if len(checks) > 1 and checks & _SURE}
    if not sure:
        return hits
    return [(check, replace(hit, tier="hard") if hit.pointer in sure else hit) for check, hit in hits]


def _findings(item: Item, server: str, hits: list[tuple[str, Hit]]) -> list[Finding]:
    distinct = len({check for check, hit in hits if hit.tier == "soft"})
    soft = _SEVERITIES[min(distinct, len(_SEVERITIES)) - 1]
    return [_finding(item, server, check, hit, "critical" if hit.tier == "hard" else soft) for check, hit in hits]


def _finding(item: Item, server: str, check: str, hit: Hit, severity: Severity) -> Finding:
    evidence = shortened(hit.evidence, EVIDENCE_LIMIT)
    tool = None if item.kind == "server" else item.name
    parts = (check, hit.rule, server, item.kind, tool or "", hit.pointer, evidence)
    fingerprint = hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()
    return Finding(
        id=fingerprint[:16], check=check, tier=hit.tier, severity=severity, server=server, tool=tool, kind=item.kind,
        pointer=hit.pointer, view=hit.view, evidence=evidence, message=hit.message, confidence=hit.confidence,
        rule=hit.rule, fingerprint=fingerprint,
    )  # fmt: skip


def _order(finding: Finding) -> tuple[str, ...]:
    return (finding.kind, finding.tool or "", finding.pointer, finding.check, finding.rule, finding.evidence)
