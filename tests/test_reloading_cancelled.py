"""A reload that nobody waits for any more, in its middle: what was asked for by then, and what the next one finds."""

from __future__ import annotations

from pathlib import Path

import pytest
import trio
from fakes.process import come_true, is_alive
from journeys.embedding import BOUND_S, House, adopted, opened, pids, server

from supervisor import reloading, running
from supervisor.events import ServerReady
from supervisor.kernel.specs import Leaf, Life
from supervisor.kernel.stoppable import until_stop

pytestmark = [pytest.mark.real, pytest.mark.usefixtures("no_leaks")]


async def test_what_was_asked_of_a_busy_branch_is_taken_back_when_nobody_waits_for_it_any_more(
    state_dir: Path,
) -> None:
    async with opened({"a": server()}, state_dir / "s") as house:
        await house.until(ServerReady, "a")
        run, held = house.sup.run, trio.Event()
        async with trio.open_nursery() as nursery:
            await keep_busy(run, nursery, held)
            with trio.CancelScope() as scope:
                nursery.start_soon(cancel_when_asked, run, scope)
                await reloading.carry_out(run, adopted(a=server(), b=server()))
            assert scope.cancelled_caught
            assert run.names == ("a",)
            held.set()
        await come_true(lambda: not run.tree._running["root/servers"]._inbox.statistics().current_buffer_used)
        await run.tree.remove("root/servers", "busy")  # behind all that was asked before
        assert children(run) == ["a"]
        plan = await reloading.carry_out(run, adopted(a=server(), b=server()))
        assert plan.added == ("b",)
        await house.until(ServerReady, "b")


async def test_a_removal_that_nobody_waits_for_any_more_is_one_all_the_same(state_dir: Path) -> None:
    async with opened({"a": server(), "b": server()}, state_dir / "s") as house:
        await house.until(ServerReady, "b")
        run, held = house.sup.run, trio.Event()
        async with trio.open_nursery() as nursery:
            await keep_busy(run, nursery, held)
            with trio.CancelScope() as scope:
                nursery.start_soon(cancel_when_asked, run, scope)
                await reloading.carry_out(run, adopted(a=server()))
            assert scope.cancelled_caught
            assert (run.names, [spec.name for spec in run.config.servers]) == (("a",), ["a"])
            held.set()
        plan = await reloading.carry_out(run, adopted(a=server(), b=server()))
        assert plan.added == ("b",)
        await house.until(ServerReady, "b", 2)


async def test_a_removal_that_ends_before_its_branch_was_asked_has_not_been_one(state_dir: Path) -> None:
    stubborn = {"grace": {"stdin": "1s", "term": "1s"}}
    servers = {"a": server(), "b": server("--ignore-term", "--ignore-eof", **stubborn)}
    async with opened(servers, state_dir / "s") as house:
        await house.until(ServerReady, "b")
        run = house.sup.run
        async with trio.open_nursery() as nursery:
            with trio.CancelScope() as scope:

                async def cancel() -> None:
                    await come_true(lambda: run.names == ("a",))
                    scope.cancel()

                nursery.start_soon(cancel)
                await reloading.carry_out(run, adopted(a=server()))
        assert scope.cancelled_caught
        assert (run.names, [spec.name for spec in run.config.servers]) == (("a", "b"), ["a", "b"])
        assert (await reloading.carry_out(run, adopted(a=server()))).removed == ("b",)
        assert children(run) == ["a"]


async def test_what_such_a_removal_has_left_running_is_killed_by_the_next_reload(state_dir: Path) -> None:
    async with opened({"a": server(), "b": server()}, state_dir / "s") as house:
        await house.until(ServerReady, "a")
        await house.until(ServerReady, "b")
        await house.come_true(lambda: are_without_probes(house))
        run, (stays, goes) = house.sup.run, [await pids(house, name) for name in ("a", "b")]
        run.names, run.config = ("a",), adopted(a=server())
        run.table.forget(run.kept["b"].profile.command)
        await reloading.carry_out(run, adopted(a=server()))
        assert all(map(is_alive, stays))
        assert not any(map(is_alive, goes))


async def are_without_probes(house: House) -> bool:
    return all(len(one.pids) == one.spares == 1 for one in await house.sup.status())


async def keep_busy(run: running.Run, nursery: trio.Nursery, held: trio.Event) -> None:
    """Have the branch of the servers start something that takes until the event."""
    begun = trio.Event()

    async def slow(life: Life) -> None:
        begun.set()
        await held.wait()
        life.ready()
        await trio.sleep_forever()

    nursery.start_soon(run.tree.add, "root/servers", Leaf(name="busy", run=until_stop(slow), startup_s=BOUND_S))
    await begun.wait()


async def cancel_when_asked(run: running.Run, scope: trio.CancelScope) -> None:
    """Cancel what waits for the branch of the servers as soon as something is asked of that."""
    await come_true(lambda: run.tree._running["root/servers"]._inbox.statistics().current_buffer_used > 0)
    scope.cancel()


def children(run: running.Run) -> list[str]:
    return list(run.tree._running["root/servers"].children)
