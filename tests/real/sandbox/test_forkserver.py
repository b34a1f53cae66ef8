"""The fork server: children that are ours, failures by their step, and its own death."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import trio

from supervisor.errors import CommandNotExecutable, ConfinementFailed, CwdMissing, LaunchError, SpawnFailed
from supervisor.process.words import Stdio
from supervisor.sandbox import landlock
from supervisor.sandbox.disk import mark
from supervisor.sandbox.forkserver import ForkServer, StaleError, reap
from supervisor.sandbox.job import Job

pytestmark = [pytest.mark.real, pytest.mark.usefixtures("no_leaks")]

ABI = landlock.version()
BOUND_S = 20.0
NULL = os.open(os.devnull, os.O_RDWR)
STREAMS = Stdio(NULL, NULL, NULL)


def job(*words: str, cwd: str = "/", **more: Any) -> Job:
    argv = tuple(word.encode() for word in words)
    return Job(argv=argv, env={b"PATH": b"/usr/bin:/bin"}, cwd=cwd.encode(), abi=0, parent=os.getpid())._replace(**more)


@pytest.fixture(params=[True, False], ids=["machine code", "python"])
async def server(request: pytest.FixtureRequest) -> AsyncIterator[ForkServer]:
    """Both ways in which the list of calls is run keep the same contract."""
    made = ForkServer(machine_code=request.param)
    with trio.fail_after(BOUND_S):
        yield made
        await made.aclose()


def status_of(pid: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


async def test_the_child_is_a_child_of_this_process_and_its_status_is_ours(server: ForkServer) -> None:
    pid = await server.spawn(job("/bin/sh", "-c", "exit 7"), STREAMS)
    assert status_of(pid) == 7


async def test_a_ruleset_confines_the_child(server: ForkServer, tmp_path: Path) -> None:
    inside = tmp_path / "inside"
    inside.mkdir()
    ruleset = landlock.build(ABI, [(b"/", "read_exec"), (os.fsencode(inside), "write"), (b"/dev/null", "device")])
    try:
        script = f"echo x > {inside}/yes; echo x > {tmp_path}/no"
        pid = await server.spawn(job("/bin/sh", "-c", script, abi=ABI), STREAMS, ruleset)
    finally:
        os.close(ruleset)
    status_of(pid)
    assert (inside / "yes").exists()
    assert not (tmp_path / "no").exists()


async def test_many_starts_at_once_do_not_mix(server: ForkServer) -> None:
    async def one(number: int) -> None:
        pid = await server.spawn(job("/bin/sh", "-c", f"exit {number}"), STREAMS)
        assert await trio.to_thread.run_sync(status_of, pid) == number

    async with trio.open_nursery() as nursery:
        for number in range(30):
            nursery.start_soon(one, number)


async def test_arguments_and_environment_arrive_byte_by_byte(server: ForkServer, tmp_path: Path) -> None:
    file = os.open(tmp_path / "out", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC)
    try:
        odd = job("/usr/bin/printf", "%s", env={}, argv=(b"/bin/sh", b"-c", b'printf %s "$0$ODD"', b"\xff\xc3\n"))
        pid = await server.spawn(odd._replace(env={b"ODD": b"\xfe="}), Stdio(NULL, file, NULL))
        assert status_of(pid) == 0
        assert (tmp_path / "out").read_bytes() == b"\xff\xc3\n\xfe="
    finally:
        os.close(file)


@pytest.mark.parametrize(
    ("failing", "problem", "step"),
    [
        (job("/no/such/program"), CommandNotExecutable, "No such file"),
        (job("/etc"), CommandNotExecutable, "Permission denied"),
        (job("/bin/true", cwd="/no/such"), CwdMissing, "/no/such"),
        (job("/bin/true", rlimits=((99, 1),)), SpawnFailed, "request"),
        (job("/bin/true", parent=1), ConfinementFailed, "parent_death"),
        (job("/bin/true", argv=(b"/bin/true", b"x" * 3_000_000)), CommandNotExecutable, "Argument list too long"),
        (job("/bin/true", argv=(b"/bin/true", b"x" * 9_000_000)), SpawnFailed, "Argument list too long"),
    ],
)
async def test_a_failure_names_its_step_and_leaves_nothing(
    server: ForkServer, failing: Job, problem: type, step: str
) -> None:
    with pytest.raises(LaunchError) as caught:
        await server.spawn(failing, STREAMS)
    assert isinstance(caught.value.problem, problem)
    assert step in caught.value.problem.text
    assert status_of(await server.spawn(job("/bin/true"), STREAMS)) == 0


async def test_a_ruleset_that_is_none_stops_the_child_before_its_exec(server: ForkServer, tmp_path: Path) -> None:
    broken = os.open("/dev/null", os.O_RDONLY | os.O_CLOEXEC)
    try:
        with pytest.raises(LaunchError) as caught:
            await server.spawn(job("/bin/touch", str(tmp_path / "ran"), abi=ABI), STREAMS, broken)
    finally:
        os.close(broken)
    assert isinstance(caught.value.problem, ConfinementFailed)
    assert caught.value.problem.step == "restrict_self"
    assert not (tmp_path / "ran").exists()


async def test_a_ruleset_that_stands_on_something_else_by_now_is_refused(server: ForkServer, tmp_path: Path) -> None:
    folder = os.fsencode(tmp_path)
    stands = (mark(folder, entries=True), mark(folder + b"/missing", entries=False))
    assert status_of(await server.spawn(job("/bin/true", stands=stands), STREAMS)) == 0
    (tmp_path / "missing").touch()
    for stale in stands:
        with pytest.raises(StaleError):
            await server.spawn(job("/bin/true", stands=(stale,)), STREAMS)


async def test_a_terminal_is_never_handed_on(server: ForkServer) -> None:
    ours, theirs = pty.openpty()
    try:
        with pytest.raises(LaunchError) as caught:
            await server.spawn(job("/bin/true"), Stdio(NULL, theirs, NULL))
        assert isinstance(caught.value.problem, ConfinementFailed)
        assert caught.value.problem.step == "terminal"
        pid = await server.spawn(job("/bin/true", terminal=True), Stdio(NULL, theirs, NULL))
        assert status_of(pid) == 0
    finally:
        os.close(ours)
        os.close(theirs)


async def test_a_server_that_died_is_replaced_and_its_children_live_on(server: ForkServer) -> None:
    sleeping = await server.spawn(job("/bin/sleep", "60"), STREAMS)
    first = server.pid
    assert first is not None
    os.kill(first, signal.SIGKILL)
    assert status_of(await server.spawn(job("/bin/true"), STREAMS)) == 0
    assert server.pid != first
    os.kill(sleeping, 0)
    os.kill(sleeping, signal.SIGKILL)
    assert status_of(sleeping) == -signal.SIGKILL


async def test_a_server_that_stands_still_is_replaced() -> None:
    server = ForkServer(start_s=0.5)
    assert status_of(await server.spawn(job("/bin/true"), STREAMS)) == 0
    first = server.pid
    assert first is not None
    os.kill(first, signal.SIGSTOP)
    with pytest.raises(LaunchError) as caught:
        await server.spawn(job("/bin/true"), STREAMS)
    assert isinstance(caught.value.problem, SpawnFailed)
    assert status_of(await server.spawn(job("/bin/true"), STREAMS)) == 0
    await server.aclose()


async def test_every_start_survives_a_server_that_dies_under_them(server: ForkServer) -> None:
    done: list[int] = []

    async def one() -> None:
        pid = await server.spawn(job("/bin/true"), STREAMS)
        done.append(await trio.to_thread.run_sync(status_of, pid))
        if server.pid is not None and len(done) == 1:
            os.kill(server.pid, signal.SIGKILL)

    async with trio.open_nursery() as nursery:
        for _ in range(20):
            nursery.start_soon(one)
    assert done == [0] * 20


async def test_closing_leaves_no_server_and_does_not_touch_the_children(server: ForkServer) -> None:
    sleeping = await server.spawn(job("/bin/sleep", "60", parent=0), STREAMS)
    pid = server.pid
    assert pid is not None
    await server.aclose()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    os.kill(sleeping, signal.SIGKILL)
    assert status_of(sleeping) == -signal.SIGKILL


async def test_a_cancelled_start_is_carried_through(server: ForkServer) -> None:
    with trio.CancelScope() as scope:
        scope.cancel()
        pid = await server.spawn(job("/bin/true"), STREAMS)
        assert status_of(pid) == 0


DAEMON = """
import os, sys, trio
from supervisor.process.words import Stdio
from supervisor.sandbox.forkserver import ForkServer
from supervisor.sandbox.job import Job

async def main():
    server = ForkServer(machine_code=sys.argv[1] == "1")
    null = os.open("/dev/null", os.O_RDWR)
    job = Job(argv=(b"/bin/sleep", b"60"), env={}, cwd=b"/", abi=0, parent=os.getpid())
    pid = await server.spawn(job, Stdio(null, null, null))
    print(server.pid, pid, flush=True)
    await trio.sleep_forever()

trio.run(main)
"""


@pytest.mark.parametrize("machine_code", ["1", "0"])
async def test_when_the_daemon_is_killed_its_fork_server_and_its_children_end(machine_code: str) -> None:
    root = Path(__file__).parents[3]
    daemon = subprocess.Popen(
        [sys.executable, "-c", DAEMON, machine_code], stdout=subprocess.PIPE, text=True, env={"PYTHONPATH": str(root)}
    )
    assert daemon.stdout is not None
    pids = [int(word) for word in daemon.stdout.readline().split()]
    watched = [os.pidfd_open(pid) for pid in pids]
    daemon.kill()
    daemon.wait()
    daemon.stdout.close()
    with trio.fail_after(5):
        for descriptor in watched:
            await trio.lowlevel.wait_readable(descriptor)
            os.close(descriptor)


async def test_reaping_is_bounded() -> None:
    process = subprocess.Popen(["/bin/sleep", "60"])
    assert not await reap(process.pid, within_s=0.01)
    process.kill()
    process.wait()


def test_every_thread_of_this_process_stays_unconfined(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    async def start() -> None:
        server = ForkServer()
        ruleset = await trio.to_thread.run_sync(landlock.build, ABI, [(b"/usr", "read_exec")])
        pid = await server.spawn(job("/usr/bin/true", abi=ABI), STREAMS, ruleset)
        os.close(ruleset)
        assert status_of(pid) == 0
        await server.aclose()

    trio.run(start)
    for task in Path("/proc/self/task").iterdir():
        assert "NoNewPrivs:\t0" in (task / "status").read_text()
    (tmp_path / "written").touch()
