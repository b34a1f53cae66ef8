"""Pins that are kept under another name than the one their server runs under."""

from __future__ import annotations

from pathlib import Path

from msgspec.structs import replace

from supervisor.scan.trust.alias import Aliased
from supervisor.scan.trust.store import Store


def test_two_servers_of_one_name_are_kept_apart(tmp_path: Path) -> None:
    store = Store(tmp_path, None)
    one, other = Aliased(store, {"npx": "npx-1"}), Aliased(store, {"npx": "npx-2"})
    before = one.read("npx")
    assert before.server == "npx-1"
    assert one.swap(before, replace(before, since="2026-01-01T00:00:00Z", is_settled=True))
    assert one.read("npx").is_settled
    assert store.read("npx-1").is_settled
    assert not other.read("npx").is_settled
    assert not store.read("npx").is_settled
    assert one.place == store.place


def test_a_server_without_another_name_keeps_its_own(tmp_path: Path) -> None:
    assert Aliased(Store(tmp_path, None), {"npx": "npx-1"}).read("fs").server == "fs"
