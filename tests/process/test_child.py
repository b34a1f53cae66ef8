"""One child from its first byte to the end of its last descendant."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import trio
import trio.testing
from fakes.process import come_true, is_alive, program, read_all, read_line

from supervisor.config.specs import Grace
from supervisor.process.child import Child, Hooks
from supervisor.process.locate import locate_now
from supervisor.process.scan import Scans
from supervisor.process.spawn import open_pipes, spawn_plain
from supervisor.process.track import Track
from supervisor.process.words import Ended, ExitStatus, StderrLine, StderrSuppressed

from .conftest import SHORT, Bench

pytestmark = [pytest.mark.real, pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")]

LONG = Grace(stdin_s=50, term_s=50)


async def test_a_conversation_and_a_voluntary_end(bench: Bench) -> None:
    child = await bench.start("read line; echo got $line; exit 3")
    await child.stdin.send_all(b"hello\n")
    assert await read_all(child.stdout) == b"got hello\n"
    assert await child.wait() == Ended(status=ExitStatus(code=3), ended_by="itself")
    assert await child.wait() == await child.stop()


async def test_the_end_of_its_input_ends_a_polite_child(bench: Bench) -> None:
    child = await bench.start_program("cat", grace=LONG)
    assert await child.stop() == Ended(status=ExitStatus(code=0), ended_by="stop")


async def test_a_child_that_ignores_its_input_gets_sigterm(bench: Bench) -> None:
    child = await bench.start_program("sleep", "1000", grace=Grace(stdin_s=0.1, term_s=50))
    assert await child.stop() == Ended(status=ExitStatus(signal=signal.SIGTERM), ended_by="stop")


async def test_a_child_that_ignores_sigterm_is_killed(bench: Bench) -> None:
    child = await bench.start("trap '' TERM; echo deaf; while :; do sleep 1000; done")
    assert await read_line(child.stdout) == b"deaf"
    ended = await child.stop()
    assert (ended.status, ended.ended_by) == (ExitStatus(signal=signal.SIGKILL), "kill")


async def test_a_stopped_child_hears_sigterm(bench: Bench) -> None:
    child = await bench.start_program("sleep", "1000", grace=Grace(stdin_s=0, term_s=50))
    os.kill(child.pid, signal.SIGSTOP)
    assert (await child.stop()).status == ExitStatus(signal=signal.SIGTERM)


async def test_a_child_that_is_killed_from_elsewhere_says_so(bench: Bench) -> None:
    child = await bench.start_program("sleep", "1000")
    os.kill(child.pid, signal.SIGKILL)
    assert await child.wait() == Ended(status=ExitStatus(signal=signal.SIGKILL), ended_by="outside")


async def test_stop_now_kills_at_once(bench: Bench) -> None:
    child = await bench.start_program("cat", grace=LONG)
    assert await child.stop(now=True) == Ended(status=ExitStatus(signal=signal.SIGKILL), ended_by="kill")


async def test_a_second_stop_can_hurry_the_first(bench: Bench) -> None:
    child = await bench.start_program("sleep", "1000", grace=LONG)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(child.stop)
        await trio.testing.wait_all_tasks_blocked()
        nursery.start_soon(child.stop)
        ended = await child.stop(now=True)
    assert ended == Ended(status=ExitStatus(signal=signal.SIGKILL), ended_by="kill")


async def test_a_cancelled_stop_is_carried_through(bench: Bench) -> None:
    child = await bench.start_program("cat")
    with trio.CancelScope() as scope:
        scope.cancel()
        await child.stop()
    assert child.has_ended


async def test_exit_is_waited_for_not_the_end_of_its_output(bench: Bench) -> None:
    child = await bench.start("sleep 1000 & echo $!; cat", grace=LONG)
    grandchild = int(await read_line(child.stdout))
    ended = await child.stop()
    assert ended == Ended(status=ExitStatus(code=0), ended_by="stop", leftovers=1)
    assert not is_alive(grandchild)


async def test_leftovers_of_a_voluntary_exit_are_ended(bench: Bench) -> None:
    child = await bench.start("sleep 1000 & echo $!; exit 0")
    grandchild = int(await read_line(child.stdout))
    assert await child.wait() == Ended(status=ExitStatus(code=0), ended_by="itself", leftovers=1)
    assert not is_alive(grandchild)


async def test_leftovers_that_ignore_sigterm_and_left_the_session_are_ended(bench: Bench) -> None:
    script = "setsid sh -c \"trap '' TERM; echo \\$\\$; while :; do sleep 1000; done\" & cat"
    child = await bench.start(script)
    grandchild = int(await read_line(child.stdout))
    ended = await child.stop()
    assert (ended.code, ended.ended_by) == (0, "stop")
    assert ended.leftovers >= 2  # the shell may have started another sleep in place of the one that was killed first
    assert not is_alive(grandchild)


async def test_what_has_daemonised_itself_is_found_by_its_marker(bench: Bench) -> None:
    child = await bench.start("(setsid sh -c '(sleep 1000 & echo $!)' &) ; cat")
    daemon = int(await read_line(child.stdout))
    await come_true(lambda: os.getsid(daemon) != child.pid)
    ended = await child.stop()
    assert ended.leftovers >= 1  # a shell on the way to it may not have exited yet
    assert not is_alive(daemon)


async def test_the_leader_keeps_its_pid_until_its_leftovers_are_gone(bench: Bench) -> None:
    """Else the pid, and with it the group that is signalled, could be a stranger's."""
    child = await bench.start("(trap '' TERM; echo ready; while :; do sleep 1000; done) & read x; exit 0")
    assert await read_line(child.stdout) == b"ready"
    child.stdin.close()
    await child.exited()
    assert not child.has_ended
    assert Path(f"/proc/{child.pid}/stat").exists()
    await child.wait()
    assert not Path(f"/proc/{child.pid}").exists()


async def test_nothing_is_ended_that_only_looks_alike(bench: Bench) -> None:
    stranger = await bench.start_program("sleep", "1000")
    child = await bench.start("sleep 1000 & cat")
    await child.stop()
    assert is_alive(stranger.pid)


async def test_stderr_is_read_from_the_first_byte_though_nobody_asks(bench: Bench) -> None:
    child = await bench.start("head -c 1000000 /dev/zero | tr '\\0' x >&2; echo >&2; echo done >&2; echo on stdout")
    assert await read_line(child.stdout) == b"on stdout"
    await child.wait()
    assert child.stderr_tail == ["x" * 2048, "done"]
    assert bench.heard["test-1"] == [StderrLine("x" * 2048, cut=True), StderrLine("done")]


async def test_a_flood_on_stderr_is_counted_without_waiting_for_another_line(bench: Bench) -> None:
    child = await bench.start("i=0; while [ $i -lt 130 ]; do echo line $i; i=$((i+1)); done >&2; cat")
    told: list[object] = []

    def count_is_told() -> bool:
        told[:] = bench.heard.get("test-1", [])
        return any(isinstance(heard, StderrSuppressed) for heard in told)

    await come_true(count_is_told)
    lines = sum(isinstance(heard, StderrLine) for heard in told)
    counted = sum(heard.count for heard in told if isinstance(heard, StderrSuppressed))
    assert lines + counted == 130
    assert child.stderr_tail[-1] == "line 129"


async def test_a_writer_that_nobody_reads_can_still_exit_when_it_is_stopped(bench: Bench) -> None:
    child = await bench.start("head -c 500000 /dev/zero; echo; echo the end", grace=LONG)
    ended = await child.stop()
    assert (ended.code, ended.ended_by) == (0, "stop")
    assert (await read_all(child.stdout)).endswith(b"\nthe end\n")


async def test_a_writer_whose_reader_has_gone_never_blocks(bench: Bench) -> None:
    child = await bench.start("head -c 500000 /dev/zero; exit 5", grace=LONG)
    await child.stdout.aclose()
    assert (await child.wait()).code == 5


async def test_a_message_that_was_handed_over_is_flushed_before_stdin_is_closed(bench: Bench) -> None:
    child = await bench.start("sleep 0.1; wc -c", grace=LONG)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(child.stdin.send_all, b"x" * 200_000)
        await trio.testing.wait_all_tasks_blocked()
        await child.stop()
    assert (await read_all(child.stdout)).strip() == b"200000"


async def test_a_sender_that_waits_for_a_deaf_child_is_let_go(bench: Bench) -> None:
    child = await bench.start_program("sleep", "1000")
    with pytest.RaisesGroup(trio.ClosedResourceError):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(child.stdin.send_all, b"x" * 200_000)
            await trio.testing.wait_all_tasks_blocked()
            await child.stop()


async def test_secrets_of_its_environment_do_not_show_in_its_stderr(bench: Bench) -> None:
    from fakes.process import PATH

    from supervisor.process.words import Command

    command = Command(
        argv=("sh", "-c", "echo the key is $API_KEY >&2"),
        env={"PATH": PATH, "API_KEY": "abc123def456"},
        cwd="/",
        secrets=frozenset({"API_KEY", "UNSET"}),
    )
    child = await bench.start(command)
    await child.wait()
    assert child.stderr_tail == ["the key is ***"]


async def test_an_application_that_ignores_sigchld_loses_the_status_and_nothing_else(bench: Bench) -> None:
    before = signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    try:
        child = await bench.start("sleep 1000 & echo $!; exit 3")
        grandchild = int(await read_line(child.stdout))
        ended = await child.wait()
    finally:
        signal.signal(signal.SIGCHLD, before)
    assert ended == Ended(status=ExitStatus(), ended_by="outside", leftovers=1)
    assert not is_alive(grandchild)


@pytest.fixture
def freezer(root: None) -> Iterator[Path]:
    """A cgroup whose processes not even SIGKILL ends as long as it is frozen."""
    group = Path(f"/sys/fs/cgroup/freezer/stockade-test-{os.getpid()}")
    try:
        group.mkdir()
    except OSError:
        pytest.skip("there is no cgroup v1 freezer here")
    yield group
    (group / "freezer.state").write_text("THAWED")
    group.rmdir()


async def test_what_even_sigkill_does_not_end_is_reported_and_holds_nobody_up(bench: Bench, freezer: Path) -> None:
    child = await bench.start_program("sleep", "1000")
    (freezer / "cgroup.procs").write_text(str(child.pid))
    (freezer / "freezer.state").write_text("FROZEN")
    ended = await child.stop(now=True)
    assert ended == Ended(status=ExitStatus(), ended_by="kill", survivors=1)
    (freezer / "freezer.state").write_text("THAWED")
    await come_true(lambda: not is_alive(child.pid))
    os.waitpid(child.pid, 0)


async def test_one_whose_stdin_a_session_has_closed_was_stopped_and_did_not_end_by_itself(bench: Bench) -> None:
    child = await bench.start("read line; exit 3", grace=LONG)
    await child.stdin.aclose()
    assert await child.wait() == Ended(status=ExitStatus(code=3), ended_by="stop")


SIBLINGS = """
import ctypes, os, select, signal, sys
clone = {"x86_64": 56, "aarch64": 220}[os.uname().machine]
sys.stdin.readline()
for end in (lambda: os._exit(0), signal.pause):
    pid = ctypes.CDLL(None).syscall(clone, 0x8000 | signal.SIGCHLD, 0, 0, 0, 0)
    if pid == 0:
        os.setsid()
        end()
    if end is not signal.pause:
        select.select([os.pidfd_open(pid)], [], [])
print("begun", flush=True)
"""
"""Makes two children of *our* process (CLONE_PARENT): one that is dead already, and one that stays."""


async def test_what_a_child_makes_our_own_child_is_ended_and_collected(bench: Bench) -> None:
    """`no_leaks` looks for both afterwards: nobody else waits for them."""
    child = await bench.start_program(sys.executable, "-c", SIBLINGS)
    await child.stdin.send_all(b"go\n")
    ended = await child.wait()
    assert (ended.ended_by, ended.leftovers, ended.survivors) == ("itself", 1, 0)


@pytest.mark.parametrize("ticks", range(8))
async def test_a_stop_in_its_very_last_moment_is_answered(ticks: int, no_leaks: None) -> None:
    """From when nothing of it is left to when its report is there, some turns of the event loop pass."""
    pipes = open_pipes()
    pid = await spawn_plain(locate_now(program("true")), pipes.theirs)
    pipes.close_theirs()
    child = Child(pid, pipes, track=Track(marker="x/y", number=1), grace=SHORT)
    answers: list[Ended] = []

    async def stop() -> None:
        for _ in range(ticks):
            await trio.lowlevel.checkpoint()
        answers.append(await child.stop())

    with trio.fail_after(10):
        async with trio.open_nursery() as nursery:
            hooks = Hooks(on_retired=lambda: nursery.start_soon(stop))
            await child.run(Scans(1 << 62), hooks)
    assert answers == [await child.wait()]
