"""Full disks, files that may not be written, damage: nothing is lost, nothing is approved."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from conftest import PlainUser
from fakes.definitions import ADA, CHANGED, SEND, definition, look, taken, waiting
from msgspec.structs import replace

from supervisor.errors import PinsError, PinsNotStored, PinsUnreadable
from supervisor.mcp.definitions import definition as listed
from supervisor.scan.trust.approval import approve
from supervisor.scan.trust.canonical import received
from supervisor.scan.trust.database import Database
from supervisor.scan.trust.judge import judge
from supervisor.scan.trust.lockfile import text_of
from supervisor.scan.trust.pins import ServerPins
from supervisor.scan.trust.store import DATABASE, Store

BOUND_S = 30.0
ROOT = os.geteuid() == 0

# ----------------------------------------------------------------------------------------------- disks and permissions


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system with room for little."""
    if not ROOT:
        pytest.skip("needs root to mount")
    disk = tmp_path / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", disk], check=True)
    yield disk
    subprocess.run(["umount", disk], check=True)


def fill(ballast: Path) -> None:
    """Leave no room on the disk."""
    descriptor = os.open(ballast, os.O_WRONLY | os.O_CREAT)
    try:
        with suppress(OSError):
            while os.write(descriptor, b"\0" * 4096):
                pass
    finally:
        os.close(descriptor)


@pytest.mark.parametrize("is_lock", [True, False])
def test_a_full_disk_loses_nothing_and_approves_nothing(small_disk: Path, tmp_path: Path, *, is_lock: bool) -> None:
    state, lock = (tmp_path, small_disk / "stockade.lock") if is_lock else (small_disk, None)
    store = Store(state, lock)
    assert store.swap(ServerPins(server="s"), taken())
    fill(small_disk / "ballast")
    large = definition("large", description="word " * 20_000)
    after = judge(look(SEND, large, trust="scan"), store.read("s")).pins
    with pytest.raises(PinsError) as caught:
        store.swap(taken(), after)
    assert isinstance(caught.value.problem, PinsNotStored)
    assert store.read("s") == Store(state, lock).read("s") == taken()
    (small_disk / "ballast").unlink()
    assert store.swap(taken(), after)
    assert Store(state, lock).read("s") == after
    assert not list(small_disk.glob("*.new"))


def test_a_read_only_file_is_read_and_never_replaced(tmp_path: Path) -> None:
    lock = tmp_path / "stockade.lock"
    lock.write_text(text_of([taken()]))
    lock.chmod(0o444)
    store = Store(tmp_path, lock)
    assert store.read("s") == taken()
    with pytest.raises(PinsError) as caught:
        store.swap(taken(), approve(waiting(), ADA).pins)
    assert "the file is read-only" in str(caught.value)
    assert store.read("s") == taken()
    assert store.swap(taken(), waiting()), "what only waits is no decision"


AS_PLAIN = """
import os
import sys
from pathlib import Path
from supervisor.errors import PinsError
from supervisor.scan.trust.pins import ServerPins
from supervisor.scan.trust.store import Store

store = Store(None, Path(sys.argv[1]))
store.read("s")
os.setgroups([])
os.setgid(int(sys.argv[2]))
os.setuid(int(sys.argv[2]))
store = Store(None, Path(sys.argv[1]))
for act in (lambda: store.read("s").since, lambda: store.swap(store.read("s"), ServerPins(server="s"))):
    try:
        print(act())
    except PinsError as error:
        print(error.problem.code, error.problem.reason)
"""


@pytest.mark.parametrize(
    ("mode", "lines"),
    [
        (0o644, ["2026-01-01T00:00:00Z", "pins.not_stored the file is read-only"]),
        (0o600, ["pins.unreadable Permission denied", "pins.unreadable Permission denied"]),
    ],
)
def test_another_users_file_says_what_is_not_allowed(plain_user: PlainUser, mode: int, lines: list[str]) -> None:
    if not ROOT:
        pytest.skip("needs root to become another user")
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        Path(folder).chmod(0o755)
        lock = Path(folder) / "stockade.lock"
        lock.write_text(text_of([taken()]))
        lock.chmod(mode)
        root = Path(__file__).parents[3]
        done = subprocess.run(
            [sys.executable, "-c", AS_PLAIN, lock, str(plain_user.uid)],
            env={**os.environ, "PYTHONPATH": str(root)},
            capture_output=True,
            text=True,
            timeout=BOUND_S,
        )
    assert done.stdout.splitlines() == lines, done.stderr


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    store = Store(tmp_path, tmp_path / "gone" / "stockade.lock")
    assert store.read("s") == ServerPins(server="s")
    with pytest.raises(PinsError) as caught:
        store.swap(ServerPins(server="s"), taken())
    assert caught.value.problem.code == "pins.not_stored"
    with pytest.raises(PinsError):
        Store(tmp_path / "gone").read("s")


# -------------------------------------------------------------------------------------------------------------- damage


@pytest.mark.parametrize("what", ["no database", "cut", "pages", "text", "seen"])
def test_a_damaged_database_is_told_and_left_as_it_is(tmp_path: Path, what: str) -> None:
    path = tmp_path / DATABASE
    store = Store(tmp_path)
    store.swap(
        ServerPins(server="s"),
        judge(look(CHANGED["semantic"], definition("x", description="y" * 30_000)), taken()).pins,
    )
    if what in ("text", "seen"):
        with sqlite3.connect(path) as connection:
            table = "decided" if what == "text" else "seen"
            connection.execute(f"UPDATE {table} SET text = replace(text, 'Sends', 'Steals')")
        connection.close()
    else:
        data = path.read_bytes()
        damaged = {"no database": b"x" * 5000, "cut": data[: len(data) // 2], "pages": data[:4096] + b"\xff" * 9000}
        path.write_bytes(damaged[what])
    before = path.read_bytes()
    with pytest.raises(PinsError) as caught:
        store.read("s")
    assert isinstance(caught.value.problem, PinsUnreadable)
    with pytest.raises(PinsError):
        store.swap(taken(), waiting())
    assert path.read_bytes() == before


def test_a_database_that_somebody_holds_is_waited_for_and_then_told(tmp_path: Path) -> None:
    store = Store(tmp_path, patience_s=0.1)
    store.swap(ServerPins(server="s"), taken())
    holder = sqlite3.connect(tmp_path / DATABASE, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    try:
        assert store.read("s") == taken()
        with pytest.raises(PinsError) as caught:
            store.swap(taken(), waiting())
    finally:
        holder.execute("ROLLBACK")
        holder.close()
    assert isinstance(caught.value.problem, PinsNotStored)
    assert store.swap(taken(), waiting())


@pytest.mark.parametrize("is_lock", [True, False])
def test_what_could_not_be_read_again_is_not_written(tmp_path: Path, *, is_lock: bool) -> None:
    """A file that nobody can read would take the approvals of all servers away."""
    store = Store(tmp_path, tmp_path / "stockade.lock" if is_lock else None)
    store.swap(ServerPins(server="s"), taken())
    pin = taken("t").pins[0]
    for bad in (replace(pin, text="{}"), replace(pin, at="now"), replace(pin, name="other")):
        with pytest.raises(PinsError) as caught:
            store.swap(ServerPins(server="t"), replace(taken("t"), pins=(bad,)))
        assert isinstance(caught.value.problem, PinsNotStored)
    assert store.names() == ("s",)


@pytest.mark.parametrize("is_lock", [True, False])
@pytest.mark.parametrize(
    "raw",
    [
        b'{"name": 7}',
        b'{"description": "no name"}',
        b'[{"name": "x"}]',
        b'{"name": "a\x01b"}',
        b'{"name": "\\ud800"}',
        b'{"name": "a\\u0000b"}',
        b'{"name": "x", "name": "y"}',
        b'{"name": "\xff"}',
        b"{",
        b'{"name": "deep", "d": ' + b"[" * 60 + b"]" * 60 + b"}",
        b'{"name": "deeper", "d": ' + b"[" * 600 + b"]" * 600 + b"}",
    ],
)
def test_no_definition_spoils_what_is_kept(tmp_path: Path, raw: bytes, *, is_lock: bool) -> None:
    store = Store(tmp_path, tmp_path / "stockade.lock" if is_lock else None)
    waits = judge(look(received(listed("tool", raw)), trust="manual"), ServerPins(server="s")).pins
    assert store.swap(ServerPins(server="s"), waits)
    assert store.read("s") == waits
    approved = approve(waits, ADA).pins
    assert store.swap(waits, approved)
    assert store.read("s") == approved


def test_a_link_in_the_place_of_the_database_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / DATABASE).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(PinsError):
        Database(tmp_path / DATABASE, 1.0).read("s")
    assert not (tmp_path / "elsewhere").exists()
