"""What was refused is kept in a small file, and the file is never trusted for more than that."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest
from msgspec.structs import replace

from supervisor.sandbox import refusals
from supervisor.sandbox.refusals import MOST_KEPT, Ground, Refusal
from supervisor.sandbox.words import Account

REFUSAL = Refusal(
    at="2026-01-01T00:00:00+00:00",
    level="S2",
    code="EACCES",
    action="read",
    object="/x",
    rule="not_granted",
    reason="nothing grants it",
    advice="",
    line="",
    option="",
    said="cat: /x: Permission denied",
)


def test_what_is_kept_is_read_again_with_the_newest_last(state_dir: Path) -> None:
    refusals.keep(str(state_dir), "a/b", [REFUSAL, replace(REFUSAL, object="/y")])
    again = replace(REFUSAL, at="2026-02-02T00:00:00+00:00")
    refusals.keep(str(state_dir), "a/b", [again])
    assert refusals.read(str(state_dir), "a/b") == (replace(REFUSAL, object="/y"), again)
    assert refusals.read(str(state_dir), "a") == ()


def test_the_newest_are_kept_and_the_file_stays_small(state_dir: Path) -> None:
    rounds = [[replace(REFUSAL, object=f"/{count}/{number}") for number in range(MOST_KEPT)] for count in range(3)]
    for many in rounds:
        refusals.keep(str(state_dir), "a", many)
    assert refusals.read(str(state_dir), "a") == tuple(rounds[-1])


def test_the_file_is_private_and_nothing_is_left_beside_it(state_dir: Path) -> None:
    refusals.keep(str(state_dir), "a", [REFUSAL])
    folder = state_dir / refusals.FOLDER
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert [stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()] == [0o600]


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[1]", b'[{"at": 1}]', b"\xff\xfe", json.dumps([{"at": "x"}]).encode(), b"[" * 2_000_000]
)
def test_a_damaged_file_holds_nothing_and_is_written_anew(content: bytes, state_dir: Path) -> None:
    refusals.keep(str(state_dir), "a", [REFUSAL])
    path = Path(refusals.path_of(str(state_dir), "a"))
    path.write_bytes(content)
    assert refusals.read(str(state_dir), "a") == ()
    refusals.keep(str(state_dir), "a", [REFUSAL])
    assert refusals.read(str(state_dir), "a") == (REFUSAL,)


def test_what_is_no_file_is_not_read(state_dir: Path) -> None:
    (state_dir / refusals.FOLDER).mkdir()
    path = Path(refusals.path_of(str(state_dir), "a"))
    os.mkfifo(path)
    assert refusals.read(str(state_dir), "a") == ()
    path.unlink()
    path.symlink_to("/etc/passwd")
    assert refusals.read(str(state_dir), "a") == ()
    path.unlink()
    path.mkdir()
    assert refusals.read(str(state_dir), "a") == ()


def test_a_write_that_fails_leaves_what_there_was(state_dir: Path) -> None:
    refusals.keep(str(state_dir), "a", [REFUSAL])
    Path(refusals.path_of(str(state_dir), "b")).mkdir()
    with pytest.raises(OSError, match="directory"):
        refusals.keep(str(state_dir), "b", [REFUSAL])
    assert refusals.read(str(state_dir), "a") == (REFUSAL,)
    assert len(list((state_dir / refusals.FOLDER).iterdir())) == 2


NOBODY = Account(name="nobody", uid=65534, gid=65534, groups=(65534,))


def test_the_ground_says_which_file_keeps_a_user_out(tmp_path: Path) -> None:
    for folder in (tmp_path, *list(tmp_path.parents)[:-2]):
        folder.chmod(0o755)
    closed, file = tmp_path / "closed", tmp_path / "file"
    closed.mkdir(0o700)
    (closed / "x").touch()
    file.touch()
    file.chmod(0o640)
    ground = Ground(NOBODY)
    assert f"the folder {closed} has mode 0700" in ground.obstacle(str(closed / "x"), "read")
    assert f"the file {file} has mode 0640" in ground.obstacle(str(file), "read")
    assert ground.obstacle("/etc/passwd", "read") == ""
    assert ground.obstacle("/etc/passwd", "write")
    assert f"the folder {tmp_path} has mode 0755" in ground.obstacle(str(tmp_path / "new"), "write")
    assert ground.obstacle(str(tmp_path / "new"), "read") == ""
    assert ground.obstacle("/nowhere/at/all", "write") == ""
    assert Ground().obstacle(str(file), "write") == ""
    assert Ground().obstacle("/x" * 5000, "read") == ""


def test_root_in_a_sandbox_may_not_read_what_belongs_to_others(tmp_path: Path, root: None) -> None:
    file = tmp_path / "file"
    file.touch(0o600)
    os.chown(file, 12345, 12345)
    assert "belongs to user 12345" in Ground().obstacle(str(file), "read")
