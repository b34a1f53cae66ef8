"""Where pins are kept: the same for all places, and what changes underneath."""

from __future__ import annotations

import stat
import threading
from pathlib import Path

import pytest
from fakes.definitions import ADA, CHANGED, taken, waiting
from msgspec.structs import replace

from supervisor.errors import LockFileDamaged, PinsError
from supervisor.scan.trust.approval import approve, reject
from supervisor.scan.trust.lockfile import pins_of, text_of
from supervisor.scan.trust.pins import ServerPins
from supervisor.scan.trust.store import DATABASE, Store

BOUND_S = 30.0


@pytest.fixture(params=["lock", "state", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    """The same for all places."""
    if request.param == "memory":
        return Store(None)
    return Store(tmp_path, tmp_path / "stockade.lock" if request.param == "lock" else None)


def test_what_was_kept_is_read(store: Store) -> None:
    assert store.read("s") == ServerPins(server="s")
    assert store.names() == ()
    assert store.swap(ServerPins(server="s"), taken())
    assert store.swap(ServerPins(server="t"), waiting("t"))
    assert store.read("s") == taken()
    assert store.read("t") == waiting("t")
    assert store.names() == ("s", "t")


def test_what_was_decided_meanwhile_is_not_overwritten(store: Store) -> None:
    store.swap(ServerPins(server="s"), waiting())
    mine = store.read("s")
    assert store.swap(mine, reject(mine, ADA, "send").pins)
    assert not store.swap(mine, approve(mine, ADA, "send").pins)
    assert store.read("s").rejected
    assert not store.read("s").seen


def test_what_is_only_seen_takes_no_decision_back(store: Store) -> None:
    store.swap(ServerPins(server="s"), taken())
    assert store.swap(store.read("s"), waiting())
    assert store.read("s") == waiting()
    assert store.swap(store.read("s"), taken())
    assert not store.read("s").seen


def test_two_stores_of_one_place_see_each_other(tmp_path: Path) -> None:
    for lock in (None, tmp_path / "stockade.lock"):
        state = tmp_path / ("b" if lock else "a")
        state.mkdir()
        one, other = Store(state, lock), Store(state, lock)
        assert one.read("s") == other.read("s")
        assert one.swap(ServerPins(server="s"), taken())
        assert other.read("s") == taken()
        assert not other.swap(ServerPins(server="s"), waiting())


def test_a_lock_file_holds_decisions_and_the_state_directory_what_waits(tmp_path: Path) -> None:
    lock = tmp_path / "stockade.lock"
    Store(tmp_path, lock).swap(ServerPins(server="s"), waiting())
    assert pins_of(lock.read_bytes(), "f") == {"s": replace(waiting(), seen=())}
    assert Store(tmp_path, lock).read("s").seen
    (tmp_path / DATABASE).unlink()
    assert Store(tmp_path, lock).read("s") == replace(waiting(), seen=())


def test_a_review_that_was_merged_elsewhere_ends_the_waiting(tmp_path: Path) -> None:
    lock = tmp_path / "stockade.lock"
    here = Store(tmp_path, lock)
    here.swap(ServerPins(server="s"), waiting())
    lock.write_text(text_of([approve(waiting(), ADA, "send").pins]))
    found = here.read("s")
    assert found.pins[0].digest == CHANGED["semantic"].digest
    assert not found.seen


def test_a_file_is_written_through_a_link_and_keeps_its_permissions(tmp_path: Path) -> None:
    real = tmp_path / "real"
    real.mkdir()
    link = tmp_path / "stockade.lock"
    link.symlink_to(real / "lock")
    store = Store(tmp_path, link)
    assert store.swap(ServerPins(server="s"), taken())
    assert link.is_symlink()
    assert stat.S_IMODE((real / "lock").stat().st_mode) == 0o644
    (real / "lock").chmod(0o640)
    assert store.swap(taken(), waiting())
    assert store.swap(waiting(), approve(waiting(), ADA).pins)
    assert stat.S_IMODE((real / "lock").stat().st_mode) == 0o640
    assert [path.name for path in real.iterdir()] == ["lock"]


def test_the_database_is_its_owners_alone(tmp_path: Path) -> None:
    Store(tmp_path).swap(ServerPins(server="s"), taken())
    assert stat.S_IMODE((tmp_path / DATABASE).stat().st_mode) == 0o600


# ------------------------------------------------------------------------------------------------- changes underneath


def test_a_file_that_was_edited_underneath_is_read_anew(tmp_path: Path) -> None:
    lock = tmp_path / "stockade.lock"
    store = Store(tmp_path, lock)
    store.swap(ServerPins(server="s"), taken())
    lock.write_text(text_of([taken("t")]))
    assert store.read("s") == ServerPins(server="s")
    assert store.read("t") == taken("t")
    assert not store.swap(taken(), approve(waiting(), ADA).pins)


def test_a_file_that_was_damaged_underneath_approves_nothing_and_is_not_overwritten(tmp_path: Path) -> None:
    lock = tmp_path / "stockade.lock"
    store = Store(tmp_path, lock)
    store.swap(ServerPins(server="s"), taken())
    broken = lock.read_bytes().replace(b"Sends ", b"Steals")
    lock.write_bytes(broken)
    with pytest.raises(PinsError) as caught:
        store.read("s")
    assert isinstance(caught.value.problem, LockFileDamaged)
    with pytest.raises(PinsError):
        store.swap(taken(), approve(waiting(), ADA).pins)
    assert lock.read_bytes() == broken


def test_a_file_that_has_gone_takes_no_first_use_by_itself(tmp_path: Path) -> None:
    lock = tmp_path / "stockade.lock"
    store = Store(tmp_path, lock)
    store.swap(ServerPins(server="s"), taken())
    lock.unlink()
    with pytest.raises(PinsError) as caught:
        store.read("s")
    assert "has gone" in str(caught.value)


def test_threads_of_one_process_share_a_store(store: Store) -> None:
    failed: list[BaseException] = []

    def add(server: str) -> None:
        try:
            assert store.swap(ServerPins(server=server), taken(server))
        except BaseException as error:  # noqa: BLE001  (told below)
            failed.append(error)

    threads = [threading.Thread(target=add, args=(f"s{n}",)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(BOUND_S)
    assert not failed
    assert len(store.names()) == 8
