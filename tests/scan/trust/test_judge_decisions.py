"""What people decided, newer rules, findings in programs, lenient policies: what is served then."""

from __future__ import annotations

from typing import Any

import pytest
from fakes.definitions import (
    ADA,
    CHANGED,
    NOBODY,
    READ,
    SAID,
    SEND,
    by,
    changes,
    definition,
    finding,
    first,
    look,
    report,
    withheld,
)
from msgspec.structs import replace

from supervisor.scan.trust.approval import approve, reject
from supervisor.scan.trust.judge import judge
from supervisor.scan.words import Report

# -------------------------------------------------------------------------------------------------- what people said


def test_a_rejected_text_stays_away_until_it_is_approved() -> None:
    pins = first(SEND)
    pins = reject(judge(look(CHANGED["semantic"]), pins).pins, ADA, "send").pins
    assert withheld(judge(look(CHANGED["semantic"]), pins)) == {"send": "rejected"}
    assert not judge(look(SEND), pins).judgement.withheld, "the pinned text is still trusted"
    pins = approve(pins, ADA, "send").pins
    assert not judge(look(CHANGED["semantic"]), pins).judgement.withheld
    assert withheld(judge(look(SEND), pins)) == {"send": "changed"}


def test_a_pinned_text_can_be_rejected_and_no_other_takes_its_place_by_itself() -> None:
    pins = reject(first(SEND, READ), ADA, "send").pins
    assert withheld(judge(look(SEND, READ), pins)) == {"send": "rejected"}
    for trust in ("first-use", "scan", "manual"):
        assert withheld(judge(look(CHANGED["cosmetic"], READ, trust=trust), pins)) == {"send": "not_approved"}


def test_a_dangerous_tool_that_a_person_approved_is_served() -> None:
    bad = report(finding("read"))
    pins = judge(look(SEND, READ, report=bad), NOBODY).pins
    pins = approve(pins, ADA, "read").pins
    decision = judge(look(SEND, READ, report=bad), pins)
    assert not decision.judgement.withheld
    assert not decision.judgement.is_quarantined
    assert decision.judgement.report.verdict == "dangerous", "it is still said to be what it is"
    assert by(decision) == {"read": "person", "send": "first-use"}


def test_a_rejected_dangerous_tool_keeps_its_server_no_longer_back() -> None:
    bad = report(finding("read"))
    pins = reject(judge(look(SEND, READ, report=bad), NOBODY).pins, ADA, "read").pins
    decision = judge(look(SEND, READ, report=bad), pins)
    assert withheld(decision) == {"read": "rejected"}
    assert not decision.judgement.is_quarantined
    assert by(decision) == {"send": "first-use"}


def test_a_whole_server_can_be_approved() -> None:
    bad = report(finding("read"))
    pins = approve(judge(look(SAID, SEND, READ, report=bad), NOBODY).pins, ADA).pins
    decision = judge(look(SAID, SEND, READ, report=bad), pins)
    assert not decision.judgement.withheld
    assert set(by(decision).values()) == {"person"}
    appeared = judge(look(SAID, SEND, READ, definition("more"), report=bad), pins)
    assert withheld(appeared) == {"more": "new"}


def test_approving_a_server_says_of_which_version_it_was() -> None:
    pins = judge(look(SEND, READ, origin="sha256:2"), first(SEND, origin="sha256:1")).pins
    approved = approve(pins, replace(ADA, origin="sha256:2")).pins
    assert not judge(look(SEND, READ, origin="sha256:2"), approved).judgement.changes


@pytest.mark.parametrize("trust", ["first-use", "scan", "manual"])
def test_what_was_decided_elsewhere_needs_no_writing_here(trust: str) -> None:
    """A daemon with a read-only lock file: nothing is to be kept as long as nothing becomes trusted."""
    waiting = judge(look(SEND, READ, trust="manual"), NOBODY).pins
    by_name = approve(approve(waiting, ADA, "send").pins, ADA, "read").pins
    for pins in (by_name, approve(waiting, ADA).pins):
        assert judge(look(SEND, READ, trust=trust, origin="sha256:1"), pins).pins == pins


def test_one_approval_by_hand_under_manual_serves_one_tool() -> None:
    pins = judge(look(SEND, READ, trust="manual"), NOBODY).pins
    decision = judge(look(SEND, READ, trust="manual"), approve(pins, ADA, "send").pins)
    assert withheld(decision) == {"read": "not_approved"}
    later = judge(look(SEND, definition("worse"), trust="manual", report=report(finding("worse"))), decision.pins)
    assert withheld(later) == {"worse": "dangerous"}, "what was approved goes on working"
    assert not later.judgement.is_quarantined


# ---------------------------------------------------------------------------------------------------------- newer rules


def test_newer_rules_are_told_and_do_not_overrule_a_person() -> None:
    pins = approve(first(SEND), ADA).pins
    decision = judge(look(SEND, report=report(finding("send"), rules="2")), pins)
    assert not decision.judgement.withheld
    (change,) = decision.judgement.changes
    assert (change.change, change.held, change.pointers) == ("escalating", False, ("/description",))
    assert change.detail == "found by rules 2, and not when ada approved it: phrase.injection"


@pytest.mark.parametrize("bad", [report(finding("send"), rules="2"), report(finding("send", "yara/injection"))])
def test_newer_rules_and_later_scanners_withhold_what_was_only_taken_by_itself(bad: Report) -> None:
    pins = first(SEND, READ)
    decision = judge(look(SEND, READ, report=bad), pins)
    assert withheld(decision) == {"send": "dangerous"}
    assert changes(decision) == {"send": ("escalating", True)}
    assert not decision.judgement.is_quarantined
    after = approve(decision.pins, ADA, "send").pins
    again = judge(look(SEND, READ, report=bad), after)
    assert not again.judgement.withheld
    assert not again.judgement.changes, "a person has seen it"


@pytest.mark.parametrize(
    ("found", "rules"),
    [
        (finding("send", tier="soft"), "2"),  # warnings are served
        (finding("send", "shadow.peer"), "2"),  # another server came to stand beside it
        (finding("send", "shadow.peer"), "1"),
    ],
)
def test_what_says_nothing_new_of_a_trusted_text_is_only_told(found: Any, rules: str) -> None:
    decision = judge(look(SEND, report=report(found, rules=rules)), first(SEND))
    assert not decision.judgement.withheld
    assert changes(decision) == {"send": ("escalating", False)}


# ------------------------------------------------------------------------------------------------- findings in programs

PROGRAM = replace(finding(None, "semgrep/shell", pointer="", kind="server"), place="server.py:7")


def test_a_dangerous_program_quarantines_its_server_at_any_time() -> None:
    pins = first(SAID, SEND)
    decision = judge(look(SAID, SEND, report=report(PROGRAM)), pins)
    assert decision.judgement.is_quarantined
    assert withheld(decision) == {"server": "dangerous", "send": "quarantined"}


def test_a_person_can_accept_what_was_found_in_a_program() -> None:
    pins = judge(look(SAID, SEND, report=report(PROGRAM)), first(SAID, SEND)).pins
    pins = approve(pins, ADA).pins
    assert not judge(look(SAID, SEND, report=report(PROGRAM)), pins).judgement.withheld
    moved = replace(PROGRAM, place="server.py:12")
    assert not judge(look(SAID, SEND, report=report(moved)), pins).judgement.withheld, "a line more above it"
    other = finding(None, "semgrep/eval", pointer="server.py", kind="server")
    assert judge(look(SAID, SEND, report=report(PROGRAM, other)), pins).judgement.is_quarantined


# --------------------------------------------------------------------------------------------------------- the policies


@pytest.mark.parametrize("policy", ["warn", "off"])
def test_a_lenient_policy_withholds_nothing_and_tells_the_same(policy: str) -> None:
    pins = first(SEND)
    decision = judge(look(CHANGED["semantic"], READ, policy=policy, report=report(finding("read"))), pins)
    assert not decision.judgement.withheld
    assert not decision.judgement.is_quarantined
    assert changes(decision) == {"send": ("semantic", False)}
    assert decision.pins.pins == pins.pins


def test_warn_takes_what_is_not_dangerous_and_off_takes_nothing() -> None:
    bad = report(finding("read"))
    assert by(judge(look(SEND, READ, policy="warn", report=bad), NOBODY)) == {"send": "first-use"}
    off = judge(look(SEND, READ, policy="off", report=bad), NOBODY)
    assert off.pins is NOBODY
    assert not off.judgement.pinned


def test_a_persons_no_stands_under_warn_and_not_under_off() -> None:
    pins = reject(first(SEND, READ), ADA, "send").pins
    assert withheld(judge(look(SEND, READ, policy="warn"), pins)) == {"send": "rejected"}
    assert not judge(look(SEND, READ, policy="off"), pins).judgement.withheld
