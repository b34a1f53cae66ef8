"""Looking a command up in a real directory."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import trio
from fakes.process import program

from supervisor.errors import CommandNotExecutable, CommandNotFound, CwdMissing, LaunchError, Problem
from supervisor.process.locate import locate_now
from supervisor.process.probe import locate


def put(path: Path, text: str = "#!/bin/sh\n", mode: int = 0o755) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(mode)
    return path


def problem(name: str, folder: Path) -> Problem:
    with pytest.raises(LaunchError) as caught:
        locate_now(program(name, cwd=str(folder), PATH=str(folder)))
    return caught.value.problem


async def test_the_command_becomes_absolute_and_the_rest_stays(tmp_path: Path) -> None:
    put(tmp_path / "tool")
    command = program("tool", "--flag", cwd="/", PATH=f"/nonexistent:{tmp_path}", KEY="value")
    located = await locate(command)
    assert located.argv == (str(tmp_path / "tool"), "--flag")
    assert (located.env, located.cwd) == (command.env, command.cwd)


def test_a_relative_path_is_relative_to_the_childs_directory(tmp_path: Path) -> None:
    put(tmp_path / "bin" / "tool")
    located = locate_now(program("bin/tool", cwd=str(tmp_path)))
    assert Path(located.argv[0]).samefile(tmp_path / "bin" / "tool")
    assert Path(located.argv[0]).is_absolute()


def test_folders_that_are_only_passed_through_do_not_count(tmp_path: Path) -> None:
    put(tmp_path / "real" / "bin" / "tool")
    (tmp_path / "through").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real" / "bin")
    located = locate_now(program("../link/../bin/./tool", cwd=str(tmp_path / "through")))
    assert located.argv[0] == str(tmp_path / "real" / "bin" / "tool")


def test_links_are_followed(tmp_path: Path) -> None:
    put(tmp_path / "real")
    (tmp_path / "link").symlink_to("real")
    assert locate_now(program("link", PATH=str(tmp_path))).argv == (str(tmp_path / "link"),)


def test_not_found(tmp_path: Path) -> None:
    (tmp_path / "dangling").symlink_to("nowhere")
    assert problem("absent", tmp_path) == CommandNotFound(command="absent", path=str(tmp_path))
    assert isinstance(problem("dangling", tmp_path), CommandNotFound)
    assert isinstance(problem("", tmp_path), CommandNotFound)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("folder", "directory"),
        ("text", "execute bit"),
        ("fifo", "regular file"),
        ("script", "interpreter '/nonexistent/python', which does not exist"),
        ("windows", r"interpreter '/bin/sh\r', which does not exist"),
        ("blind", "cannot be executed"),
    ],
)
def test_what_is_wrong_with_what_is_there_is_said(tmp_path: Path, name: str, words: str) -> None:
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "fifo", 0o755)
    put(tmp_path / "text", mode=0o644)
    put(tmp_path / "script", "#!/nonexistent/python -u\n")
    put(tmp_path / "windows").write_bytes(b"#!/bin/sh\r\necho\r\n")
    put(tmp_path / "blind", f"#!{tmp_path / 'text'}\n")
    found = problem(name, tmp_path)
    assert isinstance(found, CommandNotExecutable)
    assert words in found.reason


@pytest.mark.parametrize("cwd", ["/nonexistent", "/etc/passwd"])
def test_the_working_directory_is_checked_first(cwd: str) -> None:
    with pytest.raises(LaunchError) as caught:
        locate_now(program("absent", cwd=cwd))
    assert caught.value.problem == CwdMissing(cwd=cwd)


async def test_a_file_that_hangs_whoever_looks_at_it_holds_up_only_its_own_start(tmp_path: Path) -> None:
    slow = trio.CapacityLimiter(1)
    async with slow:  # as if its one thread hung in a stat
        with trio.move_on_after(0) as scope:
            await locate(program("sh"), slow)
        assert scope.cancelled_caught
        assert (await locate(program("sh"), trio.CapacityLimiter(1))).argv[0].endswith("/sh")
