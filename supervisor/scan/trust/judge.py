"""What a look at definitions leads to: what is served, what is withheld and why, what becomes trusted, what changed.

A judgement depends on three things: the policy (what may be withheld at all), the trust setting (what becomes trusted
by itself) and the pins (what is trusted or rejected already). Each definition is judged by itself (outcomes.py); then
comes what concerns the server: before anything of it is trusted, one dangerous definition keeps all of it back.

The caller stores `Decision.pins` before it acts on the judgement. If they cannot be stored, nothing may become trusted:
judge again with `trust="manual"`. If they have changed underneath, judge again with the newer ones.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from msgspec import Struct

from supervisor.scan.trust.origin import is_other
from supervisor.scan.trust.outcomes import Look, Outcome, outcomes, unaccepted
from supervisor.scan.trust.pins import Pin, Seen, ServerPins, with_pins, with_seen, without_seen
from supervisor.scan.words import Change, Judgement, Key, Withheld, WithholdReason

__all__ = ["Decision", "Look", "judge"]


OFFERED = ("tool", "prompt", "template")
"""Kinds by which first use is counted: what a server says of itself is there before it offers anything."""


class Decision(Struct, frozen=True, kw_only=True):
    """A judgement, and what is to be kept of it."""

    judgement: Judgement
    pins: ServerPins
    """To be stored; equal to those that were given if nothing is to be kept."""


def judge(look: Look, pins: ServerPins) -> Decision:
    """Judge what was received of one server. Total: whatever was received, there is a judgement."""
    found = outcomes(look, pins)
    is_quarantined = look.policy == "quarantine" and is_held_whole(look, pins, found)
    if is_quarantined:
        found = [_held_back(one) for one in found]
    if look.policy != "quarantine":
        found = [_let_through(one, look) for one in found]
    judgement = Judgement(
        server=look.server,
        report=look.report,
        withheld=tuple(_withheld(one, one.reason) for one in found if one.reason is not None),
        is_quarantined=is_quarantined,
        changes=(*(one.change for one in found if one.change is not None), *_gone(look, pins), *_moved(look, pins)),
        pinned=tuple(one.received.definition for one in found if one.by is not None),
    )
    return Decision(
        judgement=judgement, pins=pins if look.policy == "off" else _kept(look, pins, found, is_quarantined)
    )


def is_held_whole(look: Look, pins: ServerPins, found: Sequence[Outcome]) -> bool:
    """Whether none of the server is to be served.

    That is so before anything that it offers is trusted, if one of its definitions is dangerous and nobody decided on
    that one; and at any time, if a scanner found its program dangerous and nobody accepted that.
    """
    is_untouched = not pins.since and not any(pin.kind in OFFERED for pin in pins.pins)
    return bool(unaccepted(look, pins)) or (is_untouched and any(one.reason == "dangerous" for one in found))


def _held_back(one: Outcome) -> Outcome:
    if one.reason is not None:
        return msgspec.structs.replace(one, by=None)
    return msgspec.structs.replace(
        one, reason="quarantined", detail="the server is withheld whole", by=None,
        is_undecided=one.is_undecided or one.by is not None,
    )  # fmt: skip


def _let_through(one: Outcome, look: Look) -> Outcome:
    """The outcome where the policy withholds nothing; a person's no stands under `warn`."""
    change = msgspec.structs.replace(one.change, held=False) if one.change is not None else None
    if look.policy == "off":
        return msgspec.structs.replace(one, reason=None, change=change, by=None)
    return one if one.reason == "rejected" else msgspec.structs.replace(one, reason=None, change=change)


def _withheld(one: Outcome, reason: WithholdReason) -> Withheld:
    kind, name = one.key
    return Withheld(kind=kind, name=name, reason=reason, detail=one.detail)


def _gone(look: Look, pins: ServerPins) -> list[Change]:
    """What is pinned and was not in the whole of what the server offers: told, and its pin waits for its return."""
    if not look.is_whole:
        return []
    offered = {(one.definition.kind, one.definition.name) for one in look.definitions}
    gone = [pin for pin in pins.pins if pin.key not in offered and pin.kind not in ("server", "resource")]
    return [Change(kind=pin.kind, name=pin.name, change="semantic", detail="is no longer offered") for pin in gone]


def _moved(look: Look, pins: ServerPins) -> list[Change]:
    """A program of another version under the same definitions is worth telling, and no reason to hold them."""
    if not is_other(look.origin, pins.origin):
        return []
    return [Change(kind="server", name="", change="cosmetic", detail=f"is {look.origin}; pinned from {pins.origin}")]


def _kept(look: Look, pins: ServerPins, found: Sequence[Outcome], is_quarantined: bool) -> ServerPins:  # noqa: FBT001
    taken = [_pin(one, look) for one in found if one.by is not None]
    undecided = [one for one in found if one.is_undecided]
    after = with_pins(pins, taken) if taken else pins
    after = without_seen(after, _no_longer_seen(look, pins, {one.key for one in undecided}))
    after = with_seen(after, [_seen(one, look) for one in undecided])
    return after if is_quarantined or after.pins == pins.pins else _begun(look, after)


def _no_longer_seen(look: Look, pins: ServerPins, undecided: set[Key]) -> set[Key]:
    """What an earlier look of this kind has seen, and this one has not, though it would have."""
    shown = {(one.definition.kind, one.definition.name) for one in look.definitions}
    return {
        seen.key
        for seen in pins.seen
        if seen.is_whole == look.is_whole and seen.key not in undecided and (look.is_whole or seen.key in shown)
    }


def _seen(one: Outcome, look: Look) -> Seen:
    return Seen(
        kind=one.key[0], name=one.key[1], digest=one.received.digest, text=one.received.text, at=look.at,
        rules=look.report.rules_version, findings=one.findings, reason=one.reason, detail=one.detail,
        is_whole=look.is_whole,
    )  # fmt: skip


def _begun(look: Look, pins: ServerPins) -> ServerPins:
    """Say that something of what the server offers is trusted from now on, and whether this was a look at all of it.

    Written with the pins that say it: where nothing becomes trusted, a lock file that is read-only is no trouble.
    """
    is_begun = bool(pins.since) or any(pin.kind in OFFERED for pin in pins.pins)
    is_all = look.is_whole and any(one.definition.kind in OFFERED for one in look.definitions)
    since = pins.since or (look.at if is_begun else "")
    origin = pins.origin or (look.origin if is_begun else "")
    is_settled = pins.is_settled or (is_begun and is_all and look.trust != "manual")
    return msgspec.structs.replace(pins, since=since, origin=origin, is_settled=is_settled)


def _pin(one: Outcome, look: Look) -> Pin:
    assert one.by is not None  # only those come here
    return Pin(
        kind=one.key[0], name=one.key[1], digest=one.received.digest, text=one.received.text, at=look.at, by=one.by,
        rules=look.report.rules_version, findings=one.findings,
    )  # fmt: skip
