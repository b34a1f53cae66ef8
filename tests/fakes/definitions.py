"""Builders for tests of trust: definitions, reports, looks and pins, each in one line."""

from __future__ import annotations

import json
from typing import Any, Literal

from supervisor.scan.trust.approval import Who
from supervisor.scan.trust.canonical import Received, received
from supervisor.scan.trust.judge import Decision, judge
from supervisor.scan.trust.outcomes import Look
from supervisor.scan.trust.pins import ServerPins
from supervisor.scan.words import Coverage, Definition, Finding, Kind, Report, ScannerReport, Tier, Verdict

NAMES: dict[Kind, str] = {"tool": "name", "prompt": "name", "resource": "uri", "template": "uriTemplate"}
ADA = Who(name="ada", at="2026-02-01T09:00:00Z")


def definition(name: str, kind: Kind = "tool", **more: Any) -> Received:
    """One definition as it would be received."""
    value = {NAMES[kind]: name, **more} if kind in NAMES else more
    return received(Definition(kind=kind, name=name, raw=json.dumps(value).encode()))


def of_bytes(name: str, raw: bytes, kind: Kind = "tool") -> Received:
    """One definition from its bytes."""
    return received(Definition(kind=kind, name=name, raw=raw))


def finding(
    tool: str | None, check: str = "phrase.injection", tier: Tier = "hard", pointer: str = "/description",
    kind: Kind = "tool",
) -> Finding:  # fmt: skip
    """Something that was found."""
    return Finding(
        id="0" * 16, check=check, tier=tier, severity="high", server="s", tool=tool, kind=kind, pointer=pointer,
        message="It is wrong.",
    )  # fmt: skip


def report(
    *found: Finding, rules: str = "1", coverage: Coverage = "full", verdict: Verdict | None = None,
    engine: Literal["ok", "failed", "skipped"] = "ok",
) -> Report:  # fmt: skip
    """A report as the engine would make it of these findings."""
    tiers = {one.tier for one in found}
    judged: Verdict = verdict or ("dangerous" if "hard" in tiers else "warnings" if tiers else "clean")
    return Report(
        server="s", verdict=judged, coverage=coverage, status=judged, score=100, tools=1, findings=found,
        scanners=(ScannerReport(scanner="engine", state=engine),), rules_version=rules,
    )  # fmt: skip


def look(*definitions: Received, **more: Any) -> Look:
    """A look at definitions in which nothing was found, unless a report says otherwise."""
    given: dict[str, Any] = {
        "server": "s", "policy": "quarantine", "trust": "first-use", "report": report(), "at": "2026-01-01T00:00:00Z",
    }  # fmt: skip
    return Look(definitions=definitions, **(given | more))


NOBODY = ServerPins(server="s")
SEND = definition("send", description="Sends a message.", inputSchema={"properties": {"room": {}}})
READ = definition("read", description="Reads messages.")
SAID = definition("", "server", instructions="Use send.", serverInfo={"name": "chat", "version": "1"})
LATER = "2026-01-02T00:00:00Z"


def withheld(decision: Decision) -> dict[str, str]:
    """What is withheld, with the reasons."""
    return {one.name or one.kind: one.reason for one in decision.judgement.withheld}


def changes(decision: Decision) -> dict[str, tuple[str, bool]]:
    """What has changed, with whether it is held."""
    return {one.name: (one.change, one.held) for one in decision.judgement.changes}


def pinned(decision: Decision) -> set[str]:
    """What became trusted."""
    return {one.name for one in decision.judgement.pinned}


def by(decision: Decision) -> dict[str, str]:
    """Who trusts what."""
    return {pin.name: pin.by for pin in decision.pins.pins}


def first(*definitions: Received, **more: Any) -> ServerPins:
    """The pins after a first look that took everything."""
    decision = judge(look(*definitions, **more), NOBODY)
    assert not decision.judgement.withheld
    return decision.pins


CHANGED = {
    "cosmetic": definition("send", description="Sends  a message.", inputSchema={"properties": {"room": {}}}),
    "additive": definition(
        "send", description="Sends a message.", inputSchema={"properties": {"room": {}, "tone": {}}}
    ),
    "semantic": definition("send", description="Sends a letter.", inputSchema={"properties": {"room": {}}}),
    "escalating": definition(
        "send",
        description="Sends a message.",
        inputSchema={"properties": {"room": {}, "tone": {}}, "required": ["tone"]},
    ),
}


def taken(server: str = "s", *names: str) -> ServerPins:
    """Pins after a first look."""
    return judge(look(SEND, *(definition(name) for name in names)), ServerPins(server=server)).pins


def waiting(server: str = "s") -> ServerPins:
    """Pins of which one definition has changed since."""
    return judge(look(CHANGED["semantic"]), taken(server)).pins
