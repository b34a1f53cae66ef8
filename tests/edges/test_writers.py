"""What sinks write to, whole and broken."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest

from supervisor.edges.writers import DescriptorWriter, FileWriter, PartlyWritten


@pytest.fixture
def small_disk(root: None, tmp_path: Path) -> Iterator[Path]:
    """A file system with room for 64 KiB."""
    place = tmp_path / "small"
    place.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "none", place], capture_output=True)
    if done.returncode:
        pytest.skip("no file system can be mounted here")
    yield place
    subprocess.run(["umount", place], check=True)


def test_a_file_is_private_and_rotated_before_it_would_grow_too_large(tmp_path: Path) -> None:
    path = tmp_path / "log"
    writer = FileWriter(str(path), max_bytes=10, keep=2)
    for letter in "abcd":
        writer.write(letter.encode() * 7 + b"\n")
    assert path.stat().st_mode & 0o777 == 0o600
    assert {file.name: file.read_text()[0] for file in tmp_path.iterdir()} == {"log": "d", "log.1": "c", "log.2": "b"}


def test_without_old_files_to_keep_it_begins_anew(tmp_path: Path) -> None:
    path = tmp_path / "log"
    writer = FileWriter(str(path), max_bytes=10, keep=0)
    writer.write(b"aaaaaaa\n")
    writer.write(b"bbbbbbb\n")
    assert [file.name for file in tmp_path.iterdir()] == ["log"]
    assert path.read_bytes() == b"bbbbbbb\n"


def test_what_an_earlier_run_has_written_is_gone_on_with_and_counted(tmp_path: Path) -> None:
    path = tmp_path / "log"
    FileWriter(str(path), max_bytes=10, keep=2).write(b"a\n")
    FileWriter(str(path), max_bytes=10, keep=2).write(b"b\n")
    assert path.read_bytes() == b"a\nb\n"
    FileWriter(str(path), max_bytes=10, keep=2).write(b"c" * 8 + b"\n")
    assert {file.name: file.read_bytes()[:1] for file in tmp_path.iterdir()} == {"log": b"c", "log.1": b"a"}


def test_a_folder_that_is_away_for_a_while_is_an_error_and_then_none(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "log"
    writer = FileWriter(str(path), max_bytes=1000, keep=2)
    with pytest.raises(FileNotFoundError):
        writer.write(b"a\n")
    path.parent.mkdir()
    writer.write(b"a\n")
    assert path.read_bytes() == b"a\n"


def test_a_failed_write_says_how_many_entries_it_has_written(small_disk: Path) -> None:
    descriptor = os.open(small_disk / "out", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    entries = [b"x" * 999 + b"\n" for _ in range(100)]
    with pytest.raises(PartlyWritten) as caught:
        DescriptorWriter(descriptor).write(*entries)
    assert caught.value.written == os.fstat(descriptor).st_size // 1000
    assert 0 < caught.value.written < 100
    with pytest.raises(OSError, match="No space") as whole:
        FileWriter(str(small_disk / "log"), max_bytes=1 << 20, keep=1).write(*entries)
    assert not isinstance(whole.value, PartlyWritten)  # all or nothing
    os.close(descriptor)


def test_what_is_larger_than_a_file_may_be_is_written_whole(tmp_path: Path) -> None:
    path = tmp_path / "log"
    FileWriter(str(path), max_bytes=10, keep=2).write(b"x" * 100)
    assert path.stat().st_size == 100


def test_a_file_that_is_moved_away_is_made_again(tmp_path: Path) -> None:
    path = tmp_path / "log"
    writer = FileWriter(str(path), max_bytes=1000, keep=2)
    writer.write(b"a\n")
    path.rename(tmp_path / "away")
    writer.write(b"b\n")
    assert path.read_bytes() == b"b\n"


def test_nobody_can_lead_it_elsewhere_by_a_link(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.symlink_to(tmp_path / "victim")
    with pytest.raises(OSError, match="symbolic"):
        FileWriter(str(path), max_bytes=1000, keep=2).write(b"a\n")
    assert not (tmp_path / "victim").exists()


def test_on_a_full_disk_no_half_line_is_left(small_disk: Path) -> None:
    path = small_disk / "log"
    writer = FileWriter(str(path), max_bytes=10**6, keep=2)
    line = b"x" * 999 + b"\n"
    for _ in range(20):
        writer.write(line * 3)
    with pytest.raises(OSError, match="No space"):
        writer.write(line * 10)
    assert path.stat().st_size == 60_000
    path.write_bytes(b"")
    writer.write(line)
    assert path.read_bytes() == line


def test_a_pipe_that_does_not_block_is_waited_for() -> None:
    ours, theirs = os.pipe()
    os.set_blocking(theirs, False)
    data = b"x" * 300_000
    writing = Thread(target=DescriptorWriter(theirs).write, args=(data,))
    writing.start()
    got = b""
    while len(got) < len(data):
        got += os.read(ours, 65536)
    writing.join()
    assert got == data
    os.close(ours)
    os.close(theirs)


def test_a_closed_pipe_and_a_full_device_are_said_to_be_so() -> None:
    ours, theirs = os.pipe()
    os.close(ours)
    with pytest.raises(OSError, match="Broken pipe"):
        DescriptorWriter(theirs).write(b"x")
    os.close(theirs)
    full = os.open("/dev/full", os.O_WRONLY)
    with pytest.raises(OSError, match="No space"):
        DescriptorWriter(full).write(b"x")
    os.close(full)


def test_after_half_a_line_the_next_one_begins_on_its_own(small_disk: Path) -> None:
    path = small_disk / "out"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    writer = DescriptorWriter(descriptor)
    with pytest.raises(OSError, match="No space"):
        writer.write(b"x" * 100_000 + b"\n")
    os.ftruncate(descriptor, 4096)
    writer.write(b"next\n")
    assert path.read_bytes() == b"x" * 4096 + b"\nnext\n"
    os.close(descriptor)
