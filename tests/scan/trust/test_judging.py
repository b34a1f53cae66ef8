"""A judgement is made of the pins as they stand and kept with them; what could not be kept does not count."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from fakes.definitions import ADA, CHANGED, READ, SEND, definition, look, taken
from msgspec.structs import replace

from supervisor.scan.engine import Looked
from supervisor.scan.looking import Examined
from supervisor.scan.trust.approval import approve, reject
from supervisor.scan.trust.judge import judge
from supervisor.scan.trust.judging import Case, Judged, judged
from supervisor.scan.trust.lockfile import text_of
from supervisor.scan.trust.pins import ServerPins
from supervisor.scan.trust.store import Store
from supervisor.scan.words import Terms


def seen(store: Any, *definitions: Any, **terms: Any) -> Judged:
    """Judge definitions in which nothing is found."""
    examined = Examined(definitions=definitions, looked=Looked(), partial=frozenset(), tools=len(definitions))
    return judged(
        Case(server="s", terms=Terms(**terms), examined=examined, is_whole=True, at="2026-01-01T00:00:00Z"), store
    )


def reasons(found: Judged) -> dict[str, str]:
    return {one.name: one.reason for one in found.judgement.withheld}


def test_what_becomes_trusted_is_kept(tmp_path: Path) -> None:
    store = Store(tmp_path)
    assert not seen(store, SEND).judgement.withheld
    assert store.read("s").pin(("tool", "send")) is not None
    assert reasons(seen(store, CHANGED["semantic"], READ)) == {"send": "changed", "read": "new"}
    assert [one.name for one in store.read("s").seen] == ["read", "send"]


def test_a_file_that_may_not_be_written_trusts_nothing_new_and_says_why(tmp_path: Path) -> None:
    lock = tmp_path / "stockade.lock"
    lock.write_text(text_of([taken()]))
    lock.chmod(0o444)
    store = Store(tmp_path, lock)
    known = seen(store, SEND)
    assert not known.judgement.withheld
    assert known.problem is None, "nothing was to be kept"
    found = seen(store, SEND, READ, trust="scan")
    assert reasons(found) == {"read": "not_approved"}
    assert "the file is read-only" in found.judgement.withheld[0].detail
    assert found.problem is not None
    assert found.problem.code == "pins.not_stored"
    assert not found.judgement.pinned


@pytest.mark.parametrize("trust", ["first-use", "scan", "manual"])
def test_a_damaged_file_approves_nothing_and_says_why(tmp_path: Path, trust: str) -> None:
    lock = tmp_path / "stockade.lock"
    lock.write_text(text_of([taken()]).replace("Sends", "Steals"))
    before = lock.read_bytes()
    found = seen(Store(tmp_path, lock), SEND, READ, trust=trust)
    assert reasons(found) == {"send": "not_approved", "read": "not_approved"}
    assert all("does not match its pin" in one.detail for one in found.judgement.withheld)
    assert found.problem is not None
    assert found.problem.code == "pins.lock_file_damaged"
    assert lock.read_bytes() == before


class Interrupted:
    """A store in which somebody else decides between a reading and a writing, so many times."""

    place = "here"

    def __init__(self, pins: ServerPins, others: list[ServerPins]) -> None:
        self.pins = pins
        self.others = others

    def read(self, _server: str) -> ServerPins:
        return self.pins

    def swap(self, before: ServerPins, after: ServerPins) -> bool:
        if self.others:
            self.pins = self.others.pop(0)
        if self.pins != before:
            return False
        self.pins = after
        return True


def test_what_somebody_else_decided_meanwhile_counts() -> None:
    rejected = reject(judge(look(SEND, trust="manual"), ServerPins(server="s")).pins, ADA, "send").pins
    store = Interrupted(ServerPins(server="s"), [rejected])
    found = seen(store, SEND, definition("more"))
    assert reasons(found) == {"send": "rejected"}
    assert [pin.name for pin in store.pins.pins] == ["more"]


def test_a_place_that_others_change_all_the_time_trusts_nothing_new() -> None:
    others = [replace(approve(taken(), ADA).pins, origin=str(n)) for n in range(100)]
    found = seen(Interrupted(ServerPins(server="s"), others), SEND, READ)
    assert reasons(found) == {"read": "not_approved"}
    assert not found.judgement.pinned
