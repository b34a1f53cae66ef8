"""A new configuration, carried out on a running tree inside another trio application: real processes, real sessions."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any

import pytest
import trio
from fakes.process import come_true, is_alive
from journeys.embedding import Client, House, adopted, client, opened, pids, server

from supervisor import reloading, running
from supervisor.container.identity import INSTANCE
from supervisor.container.owner import keep
from supervisor.errors import ControlError, ReloadIncomplete, StockadeError
from supervisor.events import (
    InstanceExited,
    ServerBackingOff,
    ServerReady,
    ServerRestarted,
    ServerStopped,
    SessionClosed,
    StderrLine,
)
from supervisor.kernel.specs import ActorRestarted, Leaf, Life
from supervisor.kernel.stoppable import until_stop

pytestmark = [pytest.mark.real, pytest.mark.usefixtures("no_leaks")]


def tree(**servers: Any) -> dict[str, Any]:
    return {"mcpServers": servers}


async def test_bounds_follow_in_place_and_nothing_that_runs_is_ended(state_dir: Path) -> None:
    async with opened({"own": server()}, state_dir / "s") as house, client(house.sup, "own") as session:
        pid = await session.pid()
        plan = await house.sup.reload(tree(own=server(spares=3, max_message="1m", restart="never")))
        assert plan.in_place[0].fields == ("stockade.restart", "stockade.max_message", "stockade.spares")
        await house.come_true(lambda: has_spares(house, 3))
        plan = await house.sup.reload(tree(own=server(spares=0)))
        await house.come_true(lambda: has_spares(house, 0))
        assert await session.pid() == pid
        assert house.events(ServerStopped) == []
        kept = house.sup.run.kept["own"]
        assert (kept.profile.spares, kept.spec.max_message_bytes) == (0, 16 * 2**20)


async def has_spares(house: House, count: int) -> bool:
    (described,) = await house.sup.status()
    return described.spares == count


async def test_what_was_changed_in_place_holds_after_a_crash_of_the_actor_too(state_dir: Path) -> None:
    async with opened({"own": server()}, state_dir / "s") as house:
        await house.until(ServerReady, "own")
        await house.sup.reload(tree(own=server(spares=2)))
        await house.come_true(lambda: has_spares(house, 2))
        end_actor(house)
        await house.until(ActorRestarted, "")
        await house.until(ServerReady, "own", 2)
        await house.come_true(lambda: has_spares(house, 2))


def end_actor(house: House) -> None:
    """Have the actor of the server end unasked: its branch starts another incarnation."""
    path = running.path_of("own")
    (node,) = [node for node in house.sup.run.tree.nodes() if node.path == path]
    node._scope.cancel()


async def test_a_session_goes_on_at_a_server_that_is_restarted(state_dir: Path) -> None:
    async with opened({"own": server()}, state_dir / "s") as house, client(house.sup, "own") as session:
        before = await session.pid()
        await house.sup.reload(tree(own=server("--stderr", "1")))
        assert not is_alive(before)
        assert await session.pid() != before
        assert house.events(ServerRestarted, "own")
        assert house.events(SessionClosed) == []


async def test_a_removed_server_ends_its_sessions_and_is_unknown_from_then_on(state_dir: Path) -> None:
    async with opened({"own": server(), "other": server()}, state_dir / "s") as house:
        async with client(house.sup, "other") as stays, house.sup.connect("own") as session:
            lost = Client(session, "handshake")
            await lost.open()
            pid = await lost.pid()
            await house.sup.reload(tree(other=server()))
            while await session.stream.receive_some():
                pass
            (closed,) = await house.until(SessionClosed, "own")
            assert "not in the configuration any more" in closed.reason
            assert not is_alive(pid)
            assert await stays.pid()
            with pytest.raises(ControlError) as error:
                await house.sup.restart("own")
            assert error.value.problem.code == "server.unknown"
            assert [one.server for one in await house.sup.status()] == ["other"]
        again = await house.sup.reload(tree(other=server(), own=server()))
        assert again.added == ("own",)
        async with client(house.sup, "own") as session_again:
            assert await session_again.pid()


async def test_a_session_that_waits_for_a_server_ends_when_that_is_removed(state_dir: Path) -> None:
    servers = {"own": server("--silent"), "other": server()}
    async with opened(servers, state_dir / "s") as house, house.sup.connect("own") as session:
        await session.stream.send_all(b'{"jsonrpc":"2.0","id":1,"method":"ping"}\n')
        await house.sup.reload(tree(other=server()))
        while await session.stream.receive_some():
            pass
        assert "not in the configuration any more" in (await house.until(SessionClosed, "own"))[0].reason


async def test_a_policy_that_begins_to_withhold_ends_the_sessions_that_knew_nothing_of_it(state_dir: Path) -> None:
    async with opened({"own": server(scan={"policy": "warn"})}, state_dir / "s") as house:
        async with house.sup.connect("own") as session:
            first = Client(session, "handshake")
            await first.open()
            assert await first.pid()
            await house.sup.reload(tree(own=server(scan={"policy": "quarantine"})))
            while await session.stream.receive_some():
                pass
            (closed,) = await house.until(SessionClosed, "own")
            assert "withheld from now on" in closed.reason
        async with client(house.sup, "own") as second:
            assert await second.pid()
            await house.sup.reload(tree(own=server(scan={"policy": "warn"})))
            assert await second.pid()  # the other way round nobody has to know


async def test_whoever_comes_while_a_server_goes_over_to_a_policy_that_withholds_is_guarded(state_dir: Path) -> None:
    stubborn = {"grace": {"stdin": "1s", "term": "1s"}}
    flags = ("--ignore-term", "--ignore-eof")
    async with opened({"own": server(*flags, scan={"policy": "warn"}, **stubborn)}, state_dir / "s") as house:
        await house.until(ServerReady, "own")
        terms: list[Any] = []
        relay = house.sup.run.sessions._relay

        async def heard(*words: Any, **more: Any) -> Any:
            terms.append(more["terms"])
            return await relay(*words, **more)

        house.sup.run.sessions._relay = heard
        async with trio.open_nursery() as nursery:
            new = tree(own=server(*flags, scan={"policy": "quarantine"}, **stubborn))
            nursery.start_soon(house.sup.reload, new)
            await house.come_true(lambda: is_in(house, "stopping"))
            async with house.sup.connect("own") as session:
                meanwhile = Client(session, "handshake")
                await meanwhile.open()
                assert await meanwhile.pid()
        assert [one.withholds for one in terms] == [True]


async def is_in(house: House, life: str) -> bool:
    return await house.life("own") == life


async def test_a_server_that_is_being_started_and_one_in_backoff_are_changed_as_well(state_dir: Path) -> None:
    async with opened({"slow": server("--silent"), "bad": server("--exit", "3")}, state_dir / "s") as house:
        await house.until(ServerBackingOff, "bad", 2)
        await house.sup.reload(tree(slow=server(), bad=server()))
        await house.until(ServerReady, "slow")
        await house.until(ServerReady, "bad")
        assert [one.restarts for one in await house.sup.status()] == [0, 0]


async def test_what_was_stopped_by_hand_stays_stopped_and_what_was_disabled_is_ended(state_dir: Path) -> None:
    async with opened({"own": server(), "other": server()}, state_dir / "s") as house:
        await house.sup.stop("own")
        disabled = {**server(), "enabled": False}
        plan = await house.sup.reload(tree(own=server("--stderr", "1"), other=disabled))
        assert [change.fields for change in plan.restarted] == [("args",), ("enabled",)]
        assert (await house.life("own"), await house.life("other")) == ("stopped", "disabled")
        await house.sup.reload(tree(own=server("--stderr", "1"), other=server()))
        await house.until(ServerReady, "other")
        assert await house.life("own") == "stopped"


async def test_a_lazy_server_that_is_lazy_no_more_is_started(state_dir: Path) -> None:
    async with opened({"own": server(lazy=True)}, state_dir / "s") as house:
        assert await house.life("own") == "lazy"
        await house.sup.reload(tree(own=server()))
        await house.until(ServerReady, "own")


async def test_the_mode_may_change(state_dir: Path) -> None:
    async with opened({"own": server()}, state_dir / "s") as house, client(house.sup, "own") as session:
        before = await session.pid()
        plan = await house.sup.reload(tree(own={**server(), "isolation": {"mode": "sandbox"}}))
        assert plan.restarted[0].fields == ("isolation.mode",)
        assert await session.pid() != before
        (described,) = await house.sup.status()
        assert described.mode == "sandbox"
        assert not is_alive(before)


async def test_stubborn_servers_are_ended_side_by_side(state_dir: Path) -> None:
    stubborn = {"grace": {"stdin": "1s", "term": "1s"}}
    names = [f"own-{number}" for number in range(6)]
    servers = {name: server("--ignore-term", "--ignore-eof", **stubborn) for name in names}
    async with opened(servers, state_dir / "s") as house:
        for name in names:
            await house.until(ServerReady, name)
        held = [pid for name in names for pid in await pids(house, name)]
        async with trio.open_nursery() as nursery:
            changed = {name: server("--ignore-term", "--ignore-eof", "--stderr", "1", **stubborn) for name in names}
            nursery.start_soon(house.sup.reload, tree(**changed))
            while {one.life for one in await house.sup.status()} != {"stopping"}:
                assert all(map(is_alive, held))  # none is gone before all are on their way
        assert not any(map(is_alive, held))


async def test_a_part_that_fails_is_named_and_the_next_reload_does_what_is_left(state_dir: Path) -> None:
    async with opened({"a": server(), "b": server()}, state_dir / "s") as house:
        await house.until(ServerReady, "a")
        await house.until(ServerReady, "b")
        run = house.sup.run
        new = adopted(a=server("--stderr", "1"), c=server())
        await run.tree.add("root/servers", Leaf(name="c", run=until_stop(in_the_way)))
        with pytest.raises(StockadeError) as error:
            await reloading.carry_out(run, new)
        problem = error.value.problem
        assert isinstance(problem, ReloadIncomplete)
        assert (problem.done, problem.left) == ("b, a", "c")
        assert problem.reason == "c: root/servers has a child 'c' already"
        assert (run.names, [spec.name for spec in run.config.servers]) == (("a",), ["a"])
        assert run.config.servers[0].args == new.servers[0].args
        await run.tree.remove("root/servers", "c")
        plan = await reloading.carry_out(run, new)
        assert (plan.added, plan.restarted, plan.untouched) == (("c",), (), ("a",))
        await house.until(ServerReady, "c")


async def in_the_way(life: Life) -> None:
    life.ready()
    await trio.sleep_forever()


async def test_a_server_that_does_not_end_in_time_is_named_and_goes_by_its_new_entry_once_it_has(
    state_dir: Path,
) -> None:
    stubborn = {"grace": {"stdin": "1s", "term": "1s"}}
    async with opened({"a": server("--ignore-term", "--ignore-eof", **stubborn)}, state_dir / "s") as house:
        await house.until(ServerReady, "a")
        new = adopted(a=server("--ignore-term", "--ignore-eof", "--stderr", "1", **stubborn))
        with pytest.raises(StockadeError) as error:
            await reloading.carry_out(house.sup.run, new, stop_s=0.1)
        assert "a: it has not ended within 0.1 s, and goes by the new entry once it has" in error.value.problem.text
        await house.until(StderrLine, "a")
        await house.until(ServerReady, "a", 2)
        assert (await reloading.carry_out(house.sup.run, new)).is_empty


async def test_a_crash_of_an_actor_in_the_middle_is_lived_through(state_dir: Path) -> None:
    async with opened({"own": server()}, state_dir / "s") as house:
        async with client(house.sup, "own") as session:
            before = await session.pid()
            async with trio.open_nursery() as nursery:
                nursery.start_soon(house.sup.reload, tree(own=server("--stderr", "1")))
                await come_true(lambda: house.sup.run.kept["own"].spec.args[-1] == "1")  # it has been asked, or is
                end_actor(house)
            assert await session.pid() != before
            await house.until(ActorRestarted, "")
        left = [one for one in house.sup.run.table.live() if one.startswith("own#")]
        assert len(left) <= 2


async def test_an_added_server_in_a_container_has_the_id_of_the_instance_kept(state_dir: Path) -> None:
    async with opened({"own": server()}, state_dir / "s") as house:
        await house.until(ServerReady, "own")
        assert not (state_dir / "s" / "instance").exists()
        contained = {"command": "true", "enabled": False, "isolation": {"mode": "docker"}}
        await house.sup.reload(tree(own=server(), contained=contained))
        kept = (state_dir / "s" / "instance").read_text()
        assert kept in house.sup.run.containers.labels.values()


async def test_an_id_of_the_instance_that_another_run_has_kept_meanwhile_is_taken(state_dir: Path) -> None:
    async with opened({"own": server()}, state_dir / "s") as house:
        run = house.sup.run
        watched = run.containers.labels
        kept = keep(run.state_dir, "0123456789abcdef")
        contained = {"command": "true", "enabled": False, "isolation": {"mode": "docker"}}
        await house.sup.reload(tree(own=server(), contained=contained))
        assert (state_dir / "s" / "instance").read_text() == kept
        assert run.containers.labels[INSTANCE] == watched[INSTANCE] == kept


async def test_nothing_is_doubled_by_many_reloads(state_dir: Path) -> None:
    async with opened({"own": server()}, state_dir / "s") as house:
        for number in range(4):
            await house.sup.reload(tree(own=server("--stderr", str(number))))
        await house.come_true(lambda: has_spares(house, 1))
        await come_true(lambda: len(house.sup.run.table.live()) == 1)
        os.kill((await pids(house, "own"))[0], signal.SIGKILL)
        await house.until(InstanceExited, "own")
