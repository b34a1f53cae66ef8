"""What becomes of one definition: the rules of trust, in the order in which they count.

1. The pinned text is served. What is found in it only now is told; it withholds the text only if no person approved it.
2. A rejected text is withheld, until somebody approves it.
3. A dangerous one is withheld, and one that could not be read whole.
4. Of a pinned definition, harmless changes with nothing new found in them pass; all others hold.
5. Of an unpinned one, the trust setting says whether it is taken: the first ones, clean and full ones, none.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from msgspec import Struct

from supervisor.scan.trust.canonical import Received, received
from supervisor.scan.trust.changes import compare, nameless
from supervisor.scan.trust.pins import By, Pin, ServerPins, finding_key
from supervisor.scan.words import Change, Definition, Finding, Key, Kind, Report, WithholdReason

FIRST_LISTING_S = 60
"""Seconds after the first page of a session's listing in which further pages belong to it. Only for servers that no
probe has listed whole; a client asks for the next page as soon as it has one."""
RELATIVE_CHECKS = frozenset({"shadow.peer", "name.confusable"})
"""Their hard findings depend on other servers: a new one beside a trusted text says nothing new about the text."""
PASSING = ("cosmetic", "additive")


class Look(Struct, frozen=True, kw_only=True):
    """One look at definitions of a server: all that a judgement depends on, but for the pins."""

    server: str
    policy: Literal["quarantine", "warn", "off"]
    trust: Literal["first-use", "scan", "manual"]
    definitions: tuple[Received, ...]
    report: Report
    """Of these definitions (and of whatever else was looked at), by the rules in force."""
    partial: frozenset[Key] = frozenset()
    """Those that are larger than the engine looks at whole."""
    is_whole: bool = True
    """These are all that the server offers; otherwise what is missing says nothing."""
    at: str
    """Now, as RFC 3339 in UTC to the second."""
    origin: str = ""
    """The image digest or package version of what was looked at, where known."""

    @property
    def is_done(self) -> bool:
        """Whether the engine did look: a server without tools has verdict `unknown` all the same."""
        return self.report.verdict != "unknown" or "ok" in self._engine

    @property
    def is_sure(self) -> bool:
        """Whether every check of the engine ran on all of it: what it did not find is not there."""
        return self.is_done and "failed" not in self._engine

    @property
    def _engine(self) -> list[str]:
        return [one.state for one in self.report.scanners if one.scanner == "engine"]


class Outcome(Struct, frozen=True, kw_only=True):
    """What becomes of one definition."""

    received: Received
    reason: WithholdReason | None = None
    """Why it is withheld; None if it is served."""
    detail: str = ""
    change: Change | None = None
    by: By | None = None
    """The trust setting that takes it now; None if it does not become trusted by this look."""
    findings: tuple[str, ...] = ()
    is_undecided: bool = False
    """Neither pinned nor rejected as it stands: a person may be asked."""

    @property
    def key(self) -> Key:
        """Kind and name."""
        return self.received.definition.kind, self.received.definition.name


class _Known(Struct, frozen=True, kw_only=True):
    """What is known of a server, so that it is found again at once: of hostile servers there may be much."""

    pins: ServerPins
    pinned: Mapping[Key, Pin]
    rejected: frozenset[tuple[Key, str]]
    """Kind and name, digest."""
    refused: frozenset[Key]
    """The names under which a text was rejected."""
    gone: Mapping[Key, str]
    """Names of pinned definitions that are no longer offered, by kind and nameless text."""


class _Case(Struct, frozen=True, kw_only=True):
    """One definition with all that its outcome depends on."""

    received: Received
    look: Look
    known: _Known
    pin: Pin | None
    found: tuple[Finding, ...]
    """What was found in its text."""
    of_program: tuple[Finding, ...]
    """What was found in the server's program, which whoever trusts what the server says of itself answers for."""
    blocking: tuple[Finding, ...]
    """What of that nobody accepted, though it blocks."""
    is_doubled: bool

    @property
    def key(self) -> Key:
        return self.received.definition.kind, self.received.definition.name

    @property
    def findings(self) -> tuple[str, ...]:
        return tuple(sorted({finding_key(one) for one in (*self.found, *self.of_program)}))


def outcomes(look: Look, pins: ServerPins) -> list[Outcome]:
    """What becomes of each definition of a look, under policy `quarantine`."""
    found: dict[Key, list[Finding]] = {}
    for finding in look.report.findings:
        if not is_of_program(finding):
            found.setdefault((finding.kind, finding.tool or ""), []).append(finding)
    program = tuple(one for one in look.report.findings if is_of_program(one))
    blocking = unaccepted(look, pins)
    definitions = (*look.definitions, *_unsaid(look, pins))
    texts = Counter(key for key, _ in {(_key(one), one.digest) for one in definitions})
    known = _known(look, pins)
    return [
        _outcome(
            _Case(
                received=one, look=look, known=known, pin=known.pinned.get(_key(one)),
                found=tuple(found.get(_key(one), ())),
                of_program=program if one.definition.kind == "server" else (),
                blocking=blocking if one.definition.kind == "server" else (),
                is_doubled=texts[_key(one)] > 1,
            )
        )
        for one in definitions
    ]  # fmt: skip


def is_of_program(finding: Finding) -> bool:
    """Whether it is a plugin's finding about the server's program, not about a definition."""
    return "/" in finding.check and finding.tool is None


def unaccepted(look: Look, pins: ServerPins) -> tuple[Finding, ...]:
    """What was found in the server's program that blocks it, without what a person accepted."""
    pin = pins.pin(("server", ""))
    accepted = pin.findings if pin is not None and pin.by == "person" else ()
    hard = [one for one in look.report.findings if one.tier == "hard" and is_of_program(one)]
    return tuple(one for one in hard if finding_key(one) not in accepted)


def _unsaid(look: Look, pins: ServerPins) -> tuple[Received, ...]:
    """What the server says of itself, where this look is not at that, and somebody must decide on its program."""
    if not unaccepted(look, pins) or any(one.definition.kind == "server" for one in look.definitions):
        return ()
    pin = pins.pin(("server", ""))
    text = pin.text if pin is not None else "{}"
    return (received(Definition(kind="server", name="", raw=text.encode())),)


def _key(received: Received) -> Key:
    return received.definition.kind, received.definition.name


def _outcome(case: _Case) -> Outcome:
    """The rules, in order."""
    if case.is_doubled:
        return _waits(case, "unreadable", "listed twice under this name, with different texts")
    if case.blocking:
        return _waits(case, "dangerous", f"found in its program: {_checks(case.blocking)}")
    if case.pin is not None and case.pin.digest == case.received.digest:
        return _same(case, case.pin)
    if (case.key, case.received.digest) in case.known.rejected:
        return Outcome(
            received=case.received, reason="rejected", detail="this text was rejected", findings=case.findings
        )
    if danger := _danger(case):
        return _waits(case, "dangerous", danger, change=_change(case, held=True))
    if not case.received.is_readable or case.key in case.look.partial:
        return _waits(case, "unreadable", "it could not be read whole", change=_change(case, held=True))
    return _changed(case, case.pin) if case.pin is not None else _unpinned(case)


def _waits(case: _Case, reason: WithholdReason, detail: str, *, change: Change | None = None) -> Outcome:
    return Outcome(
        received=case.received, reason=reason, detail=detail, change=change, findings=case.findings, is_undecided=True
    )


def _danger(case: _Case) -> str:
    """The hard findings that nobody accepted with an earlier text, for people; empty if there are none."""
    accepted = case.pin.findings if case.pin is not None and case.pin.by == "person" else ()
    hard = [one for one in case.found if one.tier == "hard" and finding_key(one) not in accepted]
    return "; ".join(dict.fromkeys(f"{one.check}: {one.message}" if one.message else one.check for one in hard))


def _same(case: _Case, pin: Pin) -> Outcome:
    new = [one for one in case.found if finding_key(one) not in pin.findings]
    if not new:
        return Outcome(received=case.received, findings=case.findings)
    took = f"{pin.who or 'somebody'} approved it" if pin.by == "person" else "it was taken"
    by_rules = f" by rules {case.look.report.rules_version}" if pin.rules != case.look.report.rules_version else ""
    detail = f"found{by_rules}, and not when {took}: {_checks(new)}"
    is_worse = any(one.tier == "hard" and one.check not in RELATIVE_CHECKS for one in new)
    held = is_worse and pin.by != "person"
    change = Change(
        kind=pin.kind, name=pin.name, change="escalating", pointers=_pointers(new), detail=detail, held=held
    )
    if held:
        return _waits(case, "dangerous", detail, change=change)
    return Outcome(received=case.received, change=change, findings=case.findings)


def _changed(case: _Case, pin: Pin) -> Outcome:
    change = _change(case, held=False)
    assert change is not None  # there is a pin
    if change.change in PASSING and case.look.is_sure:
        return Outcome(received=case.received, change=change, findings=case.findings, is_undecided=True)
    why = change.detail if case.look.is_sure else f"not all of it was looked at; {change.detail}"
    held = Change(
        kind=pin.kind, name=pin.name, change=change.change, pointers=change.pointers, detail=change.detail, held=True
    )
    return _waits(case, "changed", why, change=held)


def _change(case: _Case, *, held: bool) -> Change | None:
    """How the definition differs from its pin, if it has one; what is newly found in it makes it worse."""
    if case.pin is None:
        return None
    difference = compare(case.pin.kind, case.pin.text, case.received.text)
    new = [one for one in case.found if finding_key(one) not in case.pin.findings]
    return Change(
        kind=case.pin.kind,
        name=case.pin.name,
        change="escalating" if new else difference.change,
        pointers=tuple(dict.fromkeys((*difference.pointers, *_pointers(new)))),
        detail="; ".join([*difference.details, *([f"newly found: {_checks(new)}"] if new else [])]),
        held=held,
    )


def _unpinned(case: _Case) -> Outcome:
    kind: Kind = case.received.definition.kind
    if kind == "resource" and case.look.is_done:
        return Outcome(received=case.received, findings=case.findings)  # they come and go: looked at, never pinned
    if not case.look.is_done:
        return _waits(case, "not_approved", "it could not be looked at")
    if case.key in case.known.refused:
        return _waits(case, "not_approved", "another text of this name was rejected")
    return _by_trust(case)


def _by_trust(case: _Case) -> Outcome:
    """What the trust setting says of a definition that is not dangerous, and that nobody decided on."""
    match case.look.trust:
        case "first-use" if _is_first(case.look, case.known.pins):
            return Outcome(received=case.received, by="first-use", findings=case.findings)
        case "first-use":
            return _waits(case, "new", _new(case))
        case "scan" if not case.found and case.look.report.coverage == "full":
            return Outcome(received=case.received, by="scan")
        case "scan":
            why = _checks(case.found) if case.found else f"coverage is {case.look.report.coverage}"
            return _waits(case, "not_approved", f"not clean and fully scanned: {why}")
        case _:
            return _waits(case, "not_approved", "nobody approved it yet")


def _is_first(look: Look, pins: ServerPins) -> bool:
    """Whether what is seen now is of the first definitions."""
    if pins.is_settled:
        return False
    return not pins.since or 0 <= _seconds(pins.since, look.at) <= FIRST_LISTING_S


def _seconds(since: str, at: str) -> float:
    return (datetime.fromisoformat(at) - datetime.fromisoformat(since)).total_seconds()


def _new(case: _Case) -> str:
    """Say of a new definition whether it is a pinned one under another name."""
    former = case.known.gone.get((case.key[0], nameless(case.received.text))) if case.known.gone else None
    renamed = f"; it is {former[:100]!r} under another name" if former is not None else ""
    return f"appeared after the server was pinned{renamed}"


def _known(look: Look, pins: ServerPins) -> _Known:
    return _Known(
        pins=pins,
        pinned={pin.key: pin for pin in pins.pins},
        rejected=frozenset((pin.key, pin.digest) for pin in pins.rejected),
        refused=frozenset(pin.key for pin in pins.rejected),
        gone=_gone(look, pins),
    )


def _gone(look: Look, pins: ServerPins) -> dict[Key, str]:
    """The names of pinned definitions that are no longer offered, by kind and nameless text."""
    offered = {_key(one) for one in look.definitions}
    gone = [pin for pin in pins.pins if pin.key not in offered] if look.is_whole else []
    return {(pin.kind, nameless(pin.text)): pin.name for pin in gone}


def _checks(found: list[Finding] | tuple[Finding, ...]) -> str:
    return ", ".join(dict.fromkeys(one.check for one in found))


def _pointers(found: list[Finding]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.pointer for one in found))
