"""The plain spawner: what the child gets, and what a failure is called."""

from __future__ import annotations

import errno
import os
import resource
from collections.abc import Iterator
from pathlib import Path

import pytest
import trio
from fakes.process import program, shell

from supervisor.errors import (
    CommandNotExecutable,
    CommandNotFound,
    CwdMissing,
    LaunchError,
    Problem,
    SpawnFailed,
)
from supervisor.process.locate import locate_now
from supervisor.process.spawn import explain, open_pipes, spawn_plain
from supervisor.process.words import Command

pytestmark = [pytest.mark.real, pytest.mark.usefixtures("no_leaks")]


async def output_of(command: Command) -> str:
    """Run it to its end and collect it."""
    pipes = open_pipes()
    try:
        pid = await spawn_plain(command, pipes.theirs)
    finally:
        pipes.close_theirs()
    os.set_blocking(pipes.stdout, True)
    with os.fdopen(os.dup(pipes.stdout)) as file:
        text = await trio.to_thread.run_sync(file.read)
    pipes.close_ours()
    os.waitpid(pid, 0)
    return text


async def failure_of(command: Command) -> Problem:
    pipes = open_pipes()
    try:
        with pytest.raises(LaunchError) as caught:
            await spawn_plain(command, pipes.theirs)
        return caught.value.problem
    finally:
        pipes.close_theirs()
        pipes.close_ours()


@pytest.fixture
def inheritable() -> Iterator[int]:
    """A descriptor that a careless library left open for all children."""
    fd = os.open("/dev/null", os.O_RDONLY)
    os.set_inheritable(fd, True)
    yield fd
    os.close(fd)


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs /proc")
async def test_the_child_has_three_descriptors_and_all_are_pipes(inheritable: int) -> None:
    text = await output_of(locate_now(shell("for fd in /proc/$$/fd/*; do readlink $fd; done")))
    kinds = [line.split(":")[0] for line in text.splitlines()]
    assert kinds == ["pipe", "pipe", "pipe"]


async def test_the_child_leads_a_session_and_a_group_and_has_no_terminal() -> None:
    text = await output_of(
        locate_now(shell("read -r _ _ _ _ group session tty _ < /proc/$$/stat; echo $$ $group $session $tty"))
    )
    pid, group, session, tty = text.split()
    assert (group, session, tty) == (pid, pid, "0")


async def test_the_child_has_exactly_the_environment_and_directory_it_was_given(tmp_path: Path) -> None:
    command = Command(argv=("/usr/bin/env",), env={"ONLY": "this"}, cwd="/")
    assert await output_of(command) == "ONLY=this\n"
    assert await output_of(locate_now(program("pwd", cwd=str(tmp_path)))) == f"{tmp_path}\n"


async def test_signals_that_python_ignores_have_their_default_effect_in_the_child() -> None:
    text = await output_of(locate_now(program("grep", "SigIgn", "/proc/self/status")))
    ignored = int(text.split()[1], 16)
    assert not ignored & (1 << (13 - 1)), "SIGPIPE is ignored"


async def test_a_directory_that_went_away_is_named() -> None:
    assert await failure_of(program("/bin/sh", cwd="/nonexistent")) == CwdMissing(cwd="/nonexistent")


async def test_a_program_that_went_away_is_not_found() -> None:
    found = await failure_of(program("/nonexistent/sh"))
    assert isinstance(found, CommandNotFound)


@pytest.mark.parametrize(
    ("text", "mode", "words"),
    [
        (b"no #! line at all\n", 0o755, "#! line"),
        (b"#!/nonexistent/interpreter\n", 0o755, "interpreter"),
        (b"#!/bin/sh\n", 0o644, "execute bit"),
        (b"\x7fELF but no more", 0o755, "program for this machine"),
    ],
)
async def test_what_the_kernel_does_not_execute_is_explained(
    tmp_path: Path, text: bytes, mode: int, words: str
) -> None:
    path = tmp_path / "program"
    path.write_bytes(text)
    path.chmod(mode)
    found = await failure_of(program(str(path)))
    assert isinstance(found, CommandNotExecutable)
    assert words in found.reason


async def test_arguments_that_are_too_long_are_a_failed_spawn() -> None:
    found = await failure_of(program("/bin/true", "x" * 3_000_000))
    assert isinstance(found, SpawnFailed)
    assert (found.step, found.reason.split(":")[0]) == ("exec", "E2BIG")


@pytest.mark.parametrize("env", [{"A=B": "x"}, {"A": "nul\0"}])
async def test_an_environment_that_the_kernel_cannot_take_is_a_failed_spawn(env: dict[str, str]) -> None:
    found = await failure_of(Command(argv=("/bin/true",), env=env, cwd="/"))
    assert isinstance(found, SpawnFailed)
    assert found.step == "arguments"


def test_no_more_processes_is_a_failed_fork() -> None:
    found = explain(BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable"), program("/bin/sh"))
    assert found == SpawnFailed(step="fork", reason="EAGAIN: Resource temporarily unavailable")


def test_when_descriptors_run_out_none_is_left_open() -> None:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    highest = max(int(entry.name) for entry in Path("/proc/self/fd").iterdir())
    spare = [os.dup(0) for _ in range(3)]
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(highest, *spare) + 1, before[1]))
    try:
        for fd in spare:
            os.close(fd)
        used: list[int] = []
        while True:  # close every gap below the limit but three
            try:
                used.append(os.dup(0))
            except OSError:
                break
        for fd in used[-3:]:
            os.close(fd)
        with pytest.raises(LaunchError) as caught:
            open_pipes()
        for fd in used[:-3]:
            os.close(fd)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
    assert isinstance(caught.value.problem, SpawnFailed)
    assert caught.value.problem.reason.startswith("EMFILE")


def test_the_repr_of_a_command_shows_no_value() -> None:
    text = repr(program("/bin/sh", "--token=hunter2", SECRET="hunter2"))
    assert "hunter2" not in text
    assert "/bin/sh" in text
