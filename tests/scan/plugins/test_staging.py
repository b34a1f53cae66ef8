"""The folder that a plugin is given, and the report that it leaves: neither is believed further than it has to be."""

from __future__ import annotations

import os
import socket
import stat
import tracemalloc
from pathlib import Path

import pytest

from supervisor.scan.plugins import staging
from supervisor.scan.plugins.results import LARGEST_OUTPUT_BYTES, OutputError


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "source"
    folder.mkdir()
    (folder / "server.py").write_text("print(1)\n")
    return folder


def prepared(tmp_path: Path, source: Path | str, only: str = "", tools: bytes = b'{"tools":[]}') -> staging.Stage:
    return staging.prepare(tmp_path / "scans", str(source), only, tools)


def names(stage: staging.Stage) -> set[str]:
    return {str(path.relative_to(stage.source)) for path in stage.source.rglob("*") if path.is_file()}


def test_it_is_a_copy_with_the_definitions_beside_it(tmp_path: Path, source: Path) -> None:
    (source / "lib").mkdir()
    (source / "lib" / "more.py").write_text("2")
    stage = prepared(tmp_path, source)
    assert names(stage) == {"server.py", "lib/more.py", "tools.json", ".semgrepignore"}
    assert (stage.source / "tools.json").read_bytes() == b'{"tools":[]}'
    (stage.source / "server.py").write_text("changed")
    assert (source / "server.py").read_text() == "print(1)\n"
    assert (stage.rules / "semgrep.yaml").is_file()
    assert not list(stage.report.iterdir())
    assert stat.S_IMODE(stage.folder.stat().st_mode) == 0o700


def test_without_a_source_there_are_the_definitions(tmp_path: Path) -> None:
    assert names(prepared(tmp_path, "")) == {"tools.json", ".semgrepignore"}


def test_of_a_folder_that_is_none_of_its_own_only_the_script_is_copied(tmp_path: Path, source: Path) -> None:
    (source / "secret.txt").write_text("s3cret")
    (source / "more").mkdir()
    (source / "more" / "server.py").write_text("another")
    assert names(prepared(tmp_path, source, "server.py")) == {"server.py", "tools.json", ".semgrepignore"}


def test_a_state_directory_within_the_source_is_not_copied_into_itself(source: Path) -> None:
    state = source / "state"
    state.mkdir()
    (state / "token").write_text("s3cret")
    stage = staging.prepare(state / "scans", str(source), "", b"{}")
    assert names(stage) == {"server.py", "tools.json", ".semgrepignore"}
    assert "what is in state was not looked at" in stage.left_out


def test_links_and_devices_are_not_followed(tmp_path: Path, source: Path) -> None:
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "key.py").write_text("s3cret")
    (source / "link.py").symlink_to(secret / "key.py")
    (source / "folder").symlink_to(secret)
    os.mkfifo(source / "pipe.py")
    with socket.socket(socket.AF_UNIX) as listener:
        folder = os.open(source, os.O_PATH)
        listener.bind(f"/proc/self/fd/{folder}/sock.py")  # a socket's own path has room for 107 bytes
        os.close(folder)
        stage = prepared(tmp_path, source)
    assert names(stage) == {"server.py", "tools.json", ".semgrepignore"}
    assert stage.left_out == ("3 files were too large to be looked at, or are none",)


def test_what_others_have_written_is_no_source_of_this_server(tmp_path: Path, source: Path) -> None:
    for name in ("node_modules", ".venv", ".git", "__pycache__"):
        (source / name / "x").mkdir(parents=True)
        (source / name / "x" / "y.py").write_text("")
    (source / ".venv" / "pyvenv.cfg").write_text("home = /usr/bin\n")
    stage = prepared(tmp_path, source)
    assert names(stage) == {"server.py", "tools.json", ".semgrepignore"}
    assert stage.left_out == tuple(f"what is in {name} was not looked at" for name in (".git", ".venv", "node_modules"))


def test_a_name_alone_makes_no_environment(tmp_path: Path, source: Path) -> None:
    (source / "venv").mkdir()
    (source / "venv" / "backdoor.py").write_text("")
    assert "venv/backdoor.py" in names(prepared(tmp_path, source))


def test_a_source_cannot_tell_a_scanner_where_not_to_look(tmp_path: Path, source: Path) -> None:
    for name in sorted(staging.DIRECTIVES):
        (source / name).write_text("*\n")
    (source / "tools.json").write_text("of the server's own")
    stage = prepared(tmp_path, source)
    assert names(stage) == {"server.py", "tools.json", ".semgrepignore"}
    assert (stage.source / ".semgrepignore").read_bytes() == b""
    assert (stage.source / "tools.json").read_bytes() == b'{"tools":[]}'


def test_a_large_file_is_left_out_and_counted(tmp_path: Path, source: Path) -> None:
    with (source / "model.bin").open("wb") as file:
        file.truncate(staging.LARGEST_FILE_BYTES + 1)
    stage = prepared(tmp_path, source)
    assert (len(stage.left_out), "model.bin" in names(stage)) == (1, False)


def test_a_source_that_is_too_large_is_refused_and_nothing_is_left(tmp_path: Path, source: Path) -> None:
    for number in range(staging.MOST_BYTES // staging.LARGEST_FILE_BYTES + 1):
        with (source / f"{number}.py").open("wb") as file:
            file.truncate(staging.LARGEST_FILE_BYTES)
    with pytest.raises(staging.UnfitError, match="more than 20000 files or 64 MiB"):
        prepared(tmp_path, source)
    assert list((tmp_path / "scans").iterdir()) == []


def test_a_source_without_a_file_is_not_one_in_which_nothing_was_found(tmp_path: Path) -> None:
    (tmp_path / "empty" / "node_modules").mkdir(parents=True)
    (tmp_path / "empty" / "link").symlink_to("/etc/hostname")
    with pytest.raises(staging.UnfitError, match="no file"):
        prepared(tmp_path, tmp_path / "empty")
    with pytest.raises(FileNotFoundError):
        prepared(tmp_path, tmp_path / "gone")
    assert list((tmp_path / "scans").iterdir()) == []


def test_what_a_killed_run_has_left_is_swept(tmp_path: Path, source: Path) -> None:
    left, fresh = prepared(tmp_path, source), prepared(tmp_path, source)
    os.utime(left.folder, (0, 0))
    prepared(tmp_path, source)
    assert not left.folder.exists()
    assert fresh.folder.exists()


def test_discarding_takes_everything_away(tmp_path: Path, source: Path) -> None:
    stage = prepared(tmp_path, source)
    staging.discard(stage)
    assert not stage.folder.exists()
    staging.discard(stage)


# ------------------------------------------------------------------------------------------------------- reports


def test_a_report_is_read(tmp_path: Path) -> None:
    (tmp_path / "results.sarif").write_bytes(b"{}")
    assert staging.report_in(tmp_path, "results.sarif") == b"{}"


def test_a_report_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="wrote no report"):
        staging.report_in(tmp_path, "results.sarif")


def test_a_report_of_a_gigabyte_is_refused_by_its_size_and_nothing_of_it_is_read(tmp_path: Path) -> None:
    with (tmp_path / "results.sarif").open("wb") as file:
        file.truncate(1024**3)
    tracemalloc.start()
    try:
        with pytest.raises(OutputError, match="1073741824 bytes, more than 20 MiB"):
            staging.report_in(tmp_path, "results.sarif")
        assert tracemalloc.get_traced_memory()[1] < LARGEST_OUTPUT_BYTES // 20
    finally:
        tracemalloc.stop()


@pytest.mark.usefixtures("no_leaks")
@pytest.mark.parametrize("kind", ["link", "fifo", "folder", "device"])
def test_a_report_that_is_no_file_is_refused(tmp_path: Path, kind: str) -> None:
    place = tmp_path / "results.sarif"
    if kind == "link":
        (tmp_path / "secret").write_text("s3cret")
        place.symlink_to(tmp_path / "secret")
    elif kind == "fifo":
        os.mkfifo(place)
    elif kind == "folder":
        place.mkdir()
    elif os.geteuid() == 0:
        os.mknod(place, 0o600 | stat.S_IFCHR, os.makedev(1, 5))  # /dev/zero
    else:
        place.symlink_to("/dev/zero")
    with pytest.raises(OutputError, match=r"no file|cannot be opened"):
        staging.report_in(tmp_path, "results.sarif")
