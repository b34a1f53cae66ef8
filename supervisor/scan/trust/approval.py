"""What a person decides: approve, reject, and the difference that it is about. Pure, over one server's pins."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

import msgspec
from msgspec import Struct

from supervisor.scan.text.reader import read
from supervisor.scan.trust.canonical import AS_BYTES
from supervisor.scan.trust.changes import DEPTH, compare
from supervisor.scan.trust.layout import laid_out
from supervisor.scan.trust.locked import PREFIX
from supervisor.scan.trust.pins import Pin, Seen, ServerPins, with_pins, with_rejected
from supervisor.scan.words import ChangeClass, Kind, WithholdReason


class Difference(Struct, frozen=True, kw_only=True):
    """One text that waits for a decision, against what is trusted in its place."""

    kind: Kind
    name: str
    reason: WithholdReason | None
    """Why it is withheld; None if it is served as a harmless change."""
    change: ChangeClass | None
    """None if nothing is pinned under its name."""
    details: tuple[str, ...]
    """What has changed, or was found, for people."""
    findings: tuple[str, ...]
    before: str
    """The pinned text's digest; empty if nothing is pinned."""
    after: str
    """The waiting text's digest: naming it approves this text and no later one."""
    lines: tuple[str, ...]
    """A unified diff of both texts, one key a line, fit for a terminal."""


class Who(Struct, frozen=True, kw_only=True):
    """Whose decision it is, when, and about what."""

    name: str
    at: str
    """RFC 3339 in UTC to the second."""
    origin: str = ""
    """The image digest or package version that is run, where known."""


class Approved(Struct, frozen=True, kw_only=True):
    """What a decision did."""

    pins: ServerPins
    decided: tuple[Pin, ...]
    """The texts that were approved or rejected; empty if there was nothing to decide."""


def diff(pins: ServerPins, name: str | None = None) -> tuple[Difference, ...]:
    """Say what waits for a decision, of all definitions or of those with one name."""
    pinned = {pin.key: pin for pin in pins.pins}
    return tuple(_difference(seen, pinned.get(seen.key)) for seen in _chosen(pins, name, ""))


def approve(pins: ServerPins, who: Who, name: str | None = None, *, digest: str = "") -> Approved:
    """Trust what waits: all of it, or what has this name (of whatever kind), or only the text whose digest begins so.

    Approving a whole server ends its first use: what appears from then on is new.
    """
    chosen = [_pin(seen, who) for seen in _chosen(pins, name, digest)]
    waited = {pin.key for pin in chosen}
    if name is None and not digest:
        more = [pin for pin in pins.pins if pin.by != "person"]
    else:
        more = _refused(pins, name, digest)
    chosen += [_by_person(pin, who) for pin in more if pin.key not in waited]
    after = with_pins(pins, chosen) if chosen else pins
    if name is None and not digest and chosen:
        after = msgspec.structs.replace(after, since=after.since or who.at, is_settled=True, origin=who.origin)
    return Approved(pins=after, decided=tuple(chosen))


def reject(pins: ServerPins, who: Who, name: str | None = None, *, digest: str = "") -> Approved:
    """Say no to what waits: all of it, or what has this name, or only the text whose digest begins so.

    If nothing of that name waits, the pinned text is rejected: it is withheld from now on.
    """
    chosen = [_pin(seen, who) for seen in _chosen(pins, name, digest)]
    if not chosen and (name is not None or digest):
        chosen = [_by_person(pin, who) for pin in pins.pins if _is_meant(pin, name, digest)]
    return Approved(pins=with_rejected(pins, chosen) if chosen else pins, decided=tuple(chosen))


def _chosen(pins: ServerPins, name: str | None, digest: str) -> list[Seen]:
    return [seen for seen in pins.seen if _is_meant(seen, name, digest)]


def _is_meant(one: Seen | Pin, name: str | None, digest: str) -> bool:
    return name in (None, one.name) and one.digest.startswith(digest.lower().removeprefix(PREFIX))


def _refused(pins: ServerPins, name: str | None, digest: str) -> list[Pin]:
    """Rejected texts that are taken back by name: the one that was rejected last, or the one whose digest is named."""
    meant = sorted((pin for pin in pins.rejected if _is_meant(pin, name, digest)), key=lambda pin: pin.at)
    waiting = {seen.key for seen in _chosen(pins, name, digest)}
    latest = {pin.key: pin for pin in meant if pin.key not in waiting}
    return list(latest.values())


def _pin(seen: Seen, who: Who) -> Pin:
    return Pin(
        kind=seen.kind, name=seen.name, digest=seen.digest, text=seen.text, at=who.at, by="person", who=who.name,
        rules=seen.rules, findings=seen.findings,
    )  # fmt: skip


def _by_person(pin: Pin, who: Who) -> Pin:
    return msgspec.structs.replace(pin, at=who.at, by="person", who=who.name)


def _difference(seen: Seen, pin: Pin | None) -> Difference:
    compared = compare(seen.kind, pin.text, seen.text) if pin is not None else None
    new = [key for key in seen.findings if pin is not None and key not in pin.findings]
    details = [*(compared.details if compared else ()), *([seen.detail] if seen.reason != "changed" else [])]
    details += [f"newly found: {key}" for key in new]
    return Difference(
        kind=seen.kind,
        name=seen.name,
        reason=seen.reason,
        change=None if compared is None else "escalating" if new else compared.change,
        details=tuple(detail for detail in details if detail),
        findings=seen.findings,
        before=pin.digest if pin is not None else "",
        after=seen.digest,
        lines=tuple(_lines(pin.text if pin is not None else "", seen.text)),
    )


def _lines(before: str, after: str) -> Iterator[str]:
    """The difference, a key a line; whatever would not show is escaped."""
    for n, line in enumerate(difflib.unified_diff(_pretty(before), _pretty(after), lineterm="", n=2)):
        if n > 1:  # the names of two files
            yield line


def _pretty(text: str) -> list[str]:
    if not text or text.startswith(AS_BYTES):
        return [text] if text else []
    return laid_out(read(text.encode(), depth_limit=DEPTH).value).split("\n")
