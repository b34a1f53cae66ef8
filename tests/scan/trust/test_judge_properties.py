"""Whatever happens to a server: there is a judgement, its pins are sound, and they do not grow without bound."""

from __future__ import annotations

from fakes.definitions import (
    ADA,
    LATER,
    NOBODY,
    SEND,
    definition,
    finding,
    first,
    look,
    of_bytes,
    report,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from supervisor.scan.trust.approval import approve, reject
from supervisor.scan.trust.judge import judge
from supervisor.scan.trust.outcomes import Look
from supervisor.scan.trust.pins import MOST_SEEN, ServerPins

# -------------------------------------------------------------------------------------------------------------- bounds


def test_a_server_that_shows_ever_new_tools_does_not_fill_the_disk() -> None:
    pins = first(SEND)
    shown = [definition(f"t{n}") for n in range(MOST_SEEN + 50)]
    pins = judge(look(SEND, *shown), pins).pins
    assert len(pins.seen) == MOST_SEEN
    large = [definition(f"l{n}", description="x" * 4_000_000) for n in range(5)]
    assert sum(len(seen.text) for seen in judge(look(*large, at=LATER), pins).pins.seen) < 9_000_000


NAME = st.sampled_from(["send", "read", ""])
KIND = st.sampled_from(["tool", "prompt", "resource", "template", "server"])
RECEIVED = st.builds(
    lambda name, raw, kind: of_bytes("" if kind == "server" else name, raw, kind),
    NAME,
    st.sampled_from(
        [b'{"name": "send"}', b'{"description": "a"}', b'{"description":"b"}', b"{", b"[1]", b'{"a":1,"a":2}']
    ),
    KIND,
)
FOUND = st.builds(
    finding,
    st.none() | NAME,
    st.sampled_from(["phrase.injection", "shadow.peer", "yara/x"]),
    st.sampled_from(["hard", "soft"]),
    kind=KIND,
)
LOOKS = st.builds(
    lambda definitions, found, rules, **more: look(*definitions, report=report(*found, rules=rules), **more),
    st.lists(RECEIVED, max_size=4),
    st.lists(FOUND, max_size=2),
    st.sampled_from(["1", "2"]),
    policy=st.sampled_from(["quarantine", "warn", "off"]),
    trust=st.sampled_from(["first-use", "scan", "manual"]),
    is_whole=st.booleans(),
    at=st.sampled_from(["2026-01-01T00:00:00Z", "2026-01-01T00:00:10Z", LATER]),
    origin=st.sampled_from(["", "1", "2"]),
)
STEPS = st.lists(LOOKS | st.sampled_from(["approve", "reject", "approve send", "reject send"]), min_size=1, max_size=6)


def _stepped(pins: ServerPins, step: Look | str) -> ServerPins:
    match step:
        case Look():
            return judge(step, pins).pins
        case "approve":
            return approve(pins, ADA).pins
        case "reject":
            return reject(pins, ADA).pins
        case "approve send":
            return approve(pins, ADA, "send").pins
        case _:
            return reject(pins, ADA, "send").pins


@settings(deadline=None)
@given(STEPS, LOOKS)
def test_whatever_happened_there_is_a_judgement_and_the_pins_are_sound(steps: list[Look | str], last: Look) -> None:
    pins = NOBODY
    for step in steps:
        pins = _stepped(pins, step)
    decision = judge(last, pins)
    after = decision.pins
    keys = [pin.key for pin in after.pins]
    assert keys == sorted(set(keys))
    trusted = {(pin.key, pin.digest) for pin in after.pins}
    assert not trusted & {(pin.key, pin.digest) for pin in after.rejected}
    assert {pin.key for pin in pins.pins if pin.by == "person"} <= set(keys)
    assert judge(last, after).pins == after or last.policy != "off", "off keeps nothing"
    if last.policy == "off":
        assert not decision.judgement.withheld
    if decision.judgement.is_quarantined:
        assert len(decision.judgement.withheld) >= len(last.definitions)


@settings(deadline=None)
@given(STEPS, LOOKS)
def test_what_was_approved_whole_is_served_whole(steps: list[Look | str], last: Look) -> None:
    pins = NOBODY
    for step in steps:
        pins = _stepped(pins, replace(step, is_whole=True) if isinstance(step, Look) else step)
    last = replace(last, is_whole=True)  # one that shows two faces can be approved in one of them only
    names = [(one.definition.kind, one.definition.name) for one in last.definitions]
    approved = approve(judge(last, pins).pins, ADA).pins
    if last.policy != "off" and len(names) == len(set(names)):
        decision = judge(last, approved)
        left = [one for one in decision.judgement.withheld if one.reason != "rejected"]
        assert not left
        assert not decision.judgement.is_quarantined
