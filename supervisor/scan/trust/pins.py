"""What is trusted of one server: a pin for each definition, with its full text and who took it, when, by which rules.

A pin changes in two ways only: a server's first definitions are taken as its trust setting says, or a person approves
or rejects. Changes that pass (cosmetic, additive) are served and told, and the pin stays what it was: everything is
always held against a text that somebody answers for.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Literal

import msgspec
from msgspec import Struct

from supervisor.scan.words import Finding, Key, Kind, WithholdReason

By = Literal["first-use", "scan", "person"]
"""The trust setting that took it by itself, or a person."""
MOST_SEEN = 1_000
"""How many unapproved texts of one server are kept; the oldest go first. The largest real server has some 200 tools."""
MOST_SEEN_SIGNS = 8 * 1024 * 1024
"""How many characters all of them may have, so that a server cannot fill the disk with ever new texts."""


class Pin(Struct, frozen=True, kw_only=True):
    """One text that was decided on: trusted, or rejected."""

    kind: Kind
    name: str
    digest: str
    """SHA-256 of the text: 64 hexadecimal digits."""
    text: str
    """The canonical text (canonical.py)."""
    at: str
    """When, as RFC 3339 in UTC to the second."""
    by: By
    who: str = ""
    """The person's name, if it was a person."""
    rules: str = ""
    """Version of the rules by which it was looked at."""
    findings: tuple[str, ...] = ()
    """What was found in it then, as `finding_key` says it, sorted."""

    @property
    def key(self) -> Key:
        """Kind and name."""
        return self.kind, self.name


class Seen(Struct, frozen=True, kw_only=True):
    """The latest text of a definition that nobody decided on: it waits, or it passed as a harmless change.

    It is forgotten when the server shows the trusted text in its place, or no longer offers it; but a look at a part of
    what it offers (a session's) and one at all of it (a probe's) do not speak for each other.
    """

    kind: Kind
    name: str
    digest: str
    text: str
    at: str
    """When it was first seen."""
    rules: str = ""
    findings: tuple[str, ...] = ()
    reason: WithholdReason | None = None
    """Why it is withheld; None if it is served."""
    detail: str = ""
    is_whole: bool = True
    """It was seen in a look at all that the server offers."""

    @property
    def key(self) -> Key:
        """Kind and name."""
        return self.kind, self.name


class ServerPins(Struct, frozen=True, kw_only=True):
    """All that is known and decided of one server's definitions."""

    server: str
    since: str = ""
    """When its first definitions were taken; empty if none were: then those of the next look are the first."""
    is_settled: bool = False
    """First use is over: what appears now is new."""
    origin: str = ""
    """The image digest or package version that the pins were taken from, where known."""
    pins: tuple[Pin, ...] = ()
    """Trusted texts, at most one for each definition, sorted by kind and name."""
    rejected: tuple[Pin, ...] = ()
    """Texts that a person said no to, sorted by kind, name and digest."""
    seen: tuple[Seen, ...] = ()
    """Undecided texts, at most one for each definition, sorted likewise; never in a lock file."""

    def pin(self, key: Key) -> Pin | None:
        """The trusted text of a definition."""
        return next((pin for pin in self.pins if pin.key == key), None)

    def waiting(self, key: Key) -> Seen | None:
        """The undecided text of a definition."""
        return next((seen for seen in self.seen if seen.key == key), None)


def rejected_names(state: ServerPins) -> frozenset[Key]:
    """What a person said no to, and under whose name no other text is trusted."""
    return frozenset(pin.key for pin in state.rejected) - {pin.key for pin in state.pins}


def finding_key(finding: Finding) -> str:
    """What makes two findings the same though the text round them changed: tier, check, rule and place without line."""
    rule = f"{finding.check}:{finding.rule}" if finding.rule else finding.check
    place = finding.pointer or finding.place.rpartition(":")[0] or finding.place
    return f"{finding.tier} {rule} {place}".rstrip()


def with_pins(state: ServerPins, new: Iterable[Pin]) -> ServerPins:
    """Trust these texts: they take the place of what was pinned under their names, and are no longer rejected."""
    added = {pin.key: pin for pin in new}
    pins = {pin.key: pin for pin in state.pins} | added
    trusted = {(pin.key, pin.digest) for pin in added.values()}
    return msgspec.structs.replace(
        state,
        pins=tuple(pins[key] for key in sorted(pins)),
        rejected=tuple(pin for pin in state.rejected if (pin.key, pin.digest) not in trusted),
        seen=tuple(seen for seen in state.seen if (seen.key, seen.digest) not in trusted),
    )


def with_rejected(state: ServerPins, new: Iterable[Pin]) -> ServerPins:
    """Say no to these texts: they are not trusted, and nothing but an approval brings them back."""
    rejected = {(pin.key, pin.digest): pin for pin in (*state.rejected, *new)}
    return msgspec.structs.replace(
        state,
        pins=tuple(pin for pin in state.pins if (pin.key, pin.digest) not in rejected),
        rejected=tuple(rejected[place] for place in sorted(rejected)),
        seen=tuple(seen for seen in state.seen if (seen.key, seen.digest) not in rejected),
    )


def with_seen(state: ServerPins, new: Iterable[Seen]) -> ServerPins:
    """Keep these undecided texts, each in the place of an older one of its name; the same text keeps its time."""
    seen = {one.key: one for one in state.seen}
    for one in new:
        seen[one.key] = _joined(seen.get(one.key), one)
    kept = _bounded(seen.values())
    after = tuple(sorted(kept, key=lambda one: one.key))
    return state if after == state.seen else msgspec.structs.replace(state, seen=after)


def _joined(known: Seen | None, new: Seen) -> Seen:
    if known is None or known.digest != new.digest:
        return new
    return msgspec.structs.replace(new, at=known.at, is_whole=known.is_whole and new.is_whole)


def without_seen(state: ServerPins, gone: Collection[Key]) -> ServerPins:
    """Forget what was seen under these names."""
    left = tuple(one for one in state.seen if one.key not in gone)
    return state if len(left) == len(state.seen) else msgspec.structs.replace(state, seen=left)


def _bounded(seen: Iterable[Seen]) -> list[Seen]:
    """The newest of them that keep the bounds."""
    kept: list[Seen] = []
    left = MOST_SEEN_SIGNS
    for one in sorted(seen, key=lambda one: (one.at, one.key), reverse=True)[:MOST_SEEN]:
        left -= len(one.text)
        if left >= 0:
            kept.append(one)
    return kept
