"""Mode none, as its actor calls it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import trio
import trio.testing
from fakes.process import is_alive, program, read_all, shell

from supervisor.bare.effects import BareInstances
from supervisor.config.schema import SandboxSpec
from supervisor.config.specs import Grace, Limits
from supervisor.errors import CommandNotFound, SpawnFailed
from supervisor.launch.messages import Exited, Launch, Launched, LaunchFailed
from supervisor.process.instances import Arrangement, Instances
from supervisor.process.spawn import spawn_plain
from supervisor.process.table import ProcessTable, open_processes
from supervisor.process.words import Command

pytestmark = [pytest.mark.real, pytest.mark.usefixtures("no_leaks")]


@pytest.fixture
async def table(no_leaks: None) -> AsyncIterator[ProcessTable]:
    with trio.fail_after(60):
        async with open_processes() as opened:
            yield opened


def launch(table: ProcessTable, command: Command, instance: str = "fs-1", *, patient: bool = False) -> Launch:
    grace_s = 50.0 if patient else 0.2
    return Launch(
        reply_to="server.fs",
        instance=instance,
        server="fs",
        command=table.prepare(command),
        grace=Grace(stdin_s=grace_s, term_s=grace_s),
        limits=Limits(),
        sandbox=SandboxSpec(),
    )


async def test_a_launched_instance_runs_is_reached_and_reported(table: ProcessTable) -> None:
    instances = BareInstances(table)
    launched = await instances.launch(launch(table, shell("read x; echo $x; echo bye >&2; exit 7")))
    child = table.child("fs-1")
    assert launched == Launched(instance="fs-1", pid=child.pid, confinement="none")
    await child.stdin.send_all(b"hi\n")
    assert await instances.ended("fs-1") == Exited(
        instance="fs-1", code=7, signal=None, ended_by="itself", leftovers=0, stderr_tail=["bye"]
    )
    assert await read_all(child.stdout) == b"hi\n"


async def test_a_halt_ends_it_by_its_own_grace(table: ProcessTable) -> None:
    instances = BareInstances(table)
    await instances.launch(launch(table, program("cat"), patient=True))
    await instances.halt("fs-1")
    exited = await instances.ended("fs-1")
    assert (exited.code, exited.ended_by) == (0, "stop")


async def test_a_halt_now_kills_at_once(table: ProcessTable) -> None:
    instances = BareInstances(table)
    await instances.launch(launch(table, program("sleep", "1000"), patient=True))
    async with trio.open_nursery() as nursery:
        nursery.start_soon(instances.halt, "fs-1")
        await trio.testing.wait_all_tasks_blocked()
        await instances.halt("fs-1", now=True)
    exited = await instances.ended("fs-1")
    assert (exited.signal, exited.ended_by) == (9, "kill")


async def test_halts_of_unknown_and_ended_instances_are_ignored(table: ProcessTable) -> None:
    instances = BareInstances(table)
    await instances.halt("nobody")
    await instances.launch(launch(table, program("true")))
    await instances.ended("fs-1")
    await instances.halt("fs-1")
    await instances.halt("fs-1", now=True)


async def test_what_cannot_be_started_is_a_reply(table: ProcessTable) -> None:
    failed = await BareInstances(table).launch(launch(table, program("absent-program")))
    assert isinstance(failed, LaunchFailed)
    assert isinstance(failed.problem, CommandNotFound)


async def test_a_halt_before_the_start_means_that_nothing_is_started(table: ProcessTable) -> None:
    waiting = trio.Event()

    async def arrange(_message: Launch) -> Arrangement:
        waiting.set()
        await trio.sleep_forever()
        raise AssertionError

    instances = Instances(table, arrange)
    replies: list[Launched | LaunchFailed] = []

    async def run() -> None:
        replies.append(await instances.launch(launch(table, program("cat"))))

    async with trio.open_nursery() as nursery:
        nursery.start_soon(run)
        await waiting.wait()
        await instances.halt("fs-1")
    reason = "it was halted before it had started"
    assert replies == [LaunchFailed(instance="fs-1", problem=SpawnFailed(step="start", reason=reason))]
    assert table.live() == []


async def test_a_halt_in_the_middle_of_the_spawn_ends_what_was_spawned(table: ProcessTable) -> None:
    spawning, go_on = trio.Event(), trio.Event()

    async def slow(command: Command, stdio: object) -> int:
        spawning.set()
        await go_on.wait()
        return await spawn_plain(command, stdio)  # type: ignore[arg-type] # passed through

    async def arrange(_message: Launch) -> Arrangement:
        return Arrangement(spawner=slow, confinement="slow")

    instances = Instances(table, arrange)
    replies: list[Launched | LaunchFailed] = []

    async def run() -> None:
        replies.append(await instances.launch(launch(table, program("sleep", "1000"))))

    async with trio.open_nursery() as nursery:
        nursery.start_soon(run)
        await spawning.wait()
        await instances.halt("fs-1", now=True)
        go_on.set()
    (launched,) = replies
    assert isinstance(launched, Launched)
    assert not is_alive(launched.pid)
    assert (await instances.ended("fs-1")).ended_by == "kill"


async def test_leftovers_are_counted_in_the_report(table: ProcessTable) -> None:
    instances = BareInstances(table)
    await instances.launch(launch(table, shell("sleep 1000 & sleep 1000 & exit 0")))
    assert (await instances.ended("fs-1")).leftovers == 2
