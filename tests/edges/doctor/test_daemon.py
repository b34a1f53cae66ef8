"""Which daemon doctor asks, and what it says of one that ended without a word."""

from __future__ import annotations

from pathlib import Path

import pytest

from supervisor.edges import key
from supervisor.edges.doctor import daemon


@pytest.fixture
def service(state_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The machine's service, that was killed: its socket and its token are there."""
    place = state_dir / "run"
    place.mkdir()
    for name in key.NAMES:
        (place / name).touch()
    for module in (key, daemon):
        monkeypatch.setattr(module, "SERVICE", place)
    return place


def test_of_the_machines_service_the_systems_journal_tells(service: Path, state_dir: Path) -> None:
    found = daemon.daemon_here("", None, {"HOME": str(state_dir)})
    assert found.place == str(service)
    assert "`journalctl -u stockade -n 50`" in found.remedy


def test_of_a_users_daemon_the_users_own_journal_tells(service: Path, state_dir: Path) -> None:
    own = state_dir / "own"
    own.mkdir()
    (own / "control.token").touch()
    found = daemon.daemon_here("", str(own), {"HOME": str(state_dir)})
    assert found.place == str(own)
    assert "`journalctl --user -u stockade -n 50`" in found.remedy
