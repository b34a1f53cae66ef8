"""What the ledger tells as events: each fact once, however often it is looked at. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal, Protocol

from msgspec import Struct
from msgspec.structs import replace

from supervisor.errors import AnyProblem, Quarantined
from supervisor.escaping import printable
from supervisor.events import (
    ScanFailed,
    ToolApproved,
    ToolChanged,
    ToolFlagged,
    ToolPinned,
    ToolRejected,
    ToolTolerated,
    ToolWithheld,
)
from supervisor.scan.messages import Summary
from supervisor.scan.words import Finding, Judgement, Key, Kind, Terms

NAMED = 50
"""Names in one event; of more there is the count."""
TOLD = 200
"""Changes and withheld definitions of which one look tells: a server cannot flood what people read."""


class Decided(Protocol):
    """A text that somebody decided on."""

    @property
    def kind(self) -> Kind: ...

    @property
    def name(self) -> str: ...


class Told:
    """What was told of one server, so that it is not told again."""

    def __init__(self) -> None:
        self.facts: set[tuple[str, ...]] = set()

    def is_new(self, *fact: str) -> bool:
        """Whether this was not told yet; it is from now on."""
        if fact in self.facts or len(self.facts) > 100 * TOLD:
            return False
        self.facts.add(fact)
        return True


def of(judgement: Judgement, told: Told, terms: Terms, *, source: str) -> Iterator[Struct]:
    """The events that follow from a judgement."""
    server = judgement.server
    if judgement.pinned:
        names = [shown(one.kind, one.name) for one in judgement.pinned]
        yield ToolPinned(server=server, tools=names[:NAMED], count=len(names), by=terms.trust)
    changes = [one for one in judgement.changes if told.is_new("changed", one.kind, one.name, one.change, one.detail)]
    for change in changes[:TOLD]:
        yield ToolChanged(
            server=server,
            kind=change.kind,
            tool=printable(change.name),
            change=change.change,
            pointers=[printable(pointer) for pointer in change.pointers[:NAMED]],
            detail=printable(change.detail),
            held=change.held,
        )
    causes = [one for one in judgement.withheld if one.reason != "quarantined"]  # the others are told with the server
    withheld = [one for one in causes if told.is_new("withheld", one.kind, one.name, one.reason)]
    for one in withheld[:TOLD]:
        yield ToolWithheld(
            server=server,
            kind=one.kind,
            tool=printable(one.name),
            reason=one.reason,
            detail=printable(one.detail),
            source=source,
        )

    yield from _served(judgement, told, terms)


def _served(judgement: Judgement, told: Told, terms: Terms) -> Iterator[Struct]:
    """What reaches clients although something was found in it."""
    withheld = {(one.kind, one.name) for one in judgement.withheld}
    found: dict[Key, list[Finding]] = {}
    for finding in judgement.report.findings:
        key = finding.kind, finding.tool or ""
        if key not in withheld and not judgement.is_quarantined:
            found.setdefault(key, []).append(finding)
    for (kind, name), findings in list(found.items())[:TOLD]:
        checks = list(dict.fromkeys(one.check for one in findings))
        if not told.is_new("served", kind, name, *checks):
            continue
        server, tool = judgement.server, printable(name)
        if terms.policy != "quarantine" and any(one.tier == "hard" for one in findings):
            yield ToolTolerated(server=server, kind=kind, tool=tool, checks=checks, policy=terms.policy)
        else:
            yield ToolFlagged(server=server, kind=kind, tool=tool, checks=checks)


def decided(server: str, verb: Literal["approve", "reject"], texts: Sequence[Decided], who: str) -> Struct:
    """The event of a person's decision."""
    event = ToolApproved if verb == "approve" else ToolRejected
    names = [shown(one.kind, one.name) for one in texts]
    return event(server=server, tools=names[:NAMED], count=len(names), by=who)


def failed(server: str, problem: AnyProblem) -> Struct:
    """The event of a judgement that came to nothing."""
    return ScanFailed(server=server, depth="", problem=problem)


def shown(kind: Kind, name: str) -> str:
    """A definition's name as people know it."""
    if kind == "server":
        return "the server itself"
    return printable(name) if kind == "tool" else f"{kind} {printable(name)}"


def summary_of(judgement: Judgement) -> Summary:
    """A judgement in a few words."""
    report = judgement.report
    return Summary(
        verdict=report.verdict,
        coverage=report.coverage,
        status=report.status,
        score=report.score,
        tools=report.tools,
        findings=len(report.findings),
        withheld=len(judgement.withheld),
        scanners=tuple(replace(one, detail=printable(one.detail)) for one in report.scanners),
    )


def why_not_served(judgement: Judgement) -> Quarantined | None:
    """Why none of the server is to be served; None if it is."""
    if not judgement.is_quarantined:
        return None
    hard = [one for one in judgement.report.findings if one.tier == "hard"]
    named = (f"{shown(one.kind, one.tool or '')}: {one.message or one.check}" for one in hard)
    worst = next(named, "it is withheld whole")
    more = f", and {len(hard) - 1} more" if len(hard) > 1 else ""
    return Quarantined(server=judgement.server, reason=printable(f"{worst}{more}"))
