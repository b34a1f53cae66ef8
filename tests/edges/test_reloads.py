"""Reloads one after the other, from a file and from what a program gives: a real tree of servers that are not run."""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import trio
import trio.testing

from supervisor.edges.embed import Stockade, open_supervisor
from supervisor.errors import ConfigError, StockadeError
from supervisor.events import AnyEvent, ConfigRejected, ConfigReloaded, ServerDegraded
from supervisor.kernel.subscription import Subscription
from supervisor.reload.report import lines
from supervisor.reload.words import Plan
from supervisor.running import Leaves

pytestmark = pytest.mark.real
BOUND_S = 30.0


def tree(*names: str, **stockade: Any) -> dict[str, Any]:
    entry = {"command": "true", "enabled": False, "isolation": {"mode": "none"}}
    return {"mcpServers": dict.fromkeys(names, entry), "stockade": stockade}


@asynccontextmanager
async def house(state_dir: Path, config: Any = None, **more: Any) -> AsyncIterator[tuple[Stockade, Subscription]]:
    """A running stockade, by default from a file, and what it tells."""
    told: list[Subscription] = []

    def edge(sup: Stockade) -> Leaves:
        told.append(sup.run.bus.subscribe(AnyEvent))
        return Leaves()

    if config is None:
        config = state_dir / "mcp.json"
        config.write_text(json.dumps(tree("a")))
    with trio.fail_after(BOUND_S):
        async with open_supervisor(config, state_dir=state_dir / "s", edge=edge, **more) as sup:
            yield sup, told[0]


async def bodies(told: Subscription, kind: type[Any]) -> list[Any]:
    """All of a kind that has been told by now."""
    told.close()
    return [one.body for one in await told.take() if isinstance(one.body, kind)]


async def test_a_foreign_program_reloads_from_memory_and_gets_the_plan(state_dir: Path) -> None:
    async with house(state_dir, tree("a", "b")) as (sup, told):
        plan = await sup.reload(tree("b", "c"), dry_run=True)
        assert (plan.is_dry_run, plan.added, sup.run.names) == (True, ("c",), ("a", "b"))
        done = await sup.reload(tree("b", "c"))
        assert done == Plan(added=("c",), removed=("a",), untouched=("b",))
        assert [spec.name for spec in sup.config.servers] == ["b", "c"]
        (reloaded,) = await bodies(told, ConfigReloaded)
        assert reloaded.summary == "added c; removed a; 1 untouched"


async def test_there_is_nothing_to_be_read_again_of_what_came_from_memory_or_stdin(state_dir: Path) -> None:
    for given in ({}, {"source": "-"}):
        async with house(state_dir, tree("a"), **given) as (sup, told):
            with pytest.raises(ConfigError) as error:
                await sup.reload()
            assert error.value.problem.code == "config.source_gone"
            (rejected,) = await bodies(told, ConfigRejected)
            assert rejected.effect == "the configuration in force stays"


async def test_those_that_ask_while_one_is_under_way_share_the_next_one(state_dir: Path) -> None:
    async with house(state_dir) as (sup, _):
        held, counted = trio.Event(), 0

        async def begun() -> None:
            nonlocal counted
            counted += 1
            await held.wait()

        sup.reloads.begun = begun
        plans: list[Plan] = []

        async def ask() -> None:
            plans.append(await sup.reload())

        async with trio.open_nursery() as nursery:
            nursery.start_soon(ask)
            await trio.testing.wait_all_tasks_blocked()
            assert counted == 1
            for _ in range(5):
                nursery.start_soon(ask)
            await trio.testing.wait_all_tasks_blocked()
            (state_dir / "mcp.json").write_text(json.dumps(tree("a", "b")))
            held.set()
        assert counted == 2
        assert [plan.added for plan in plans] == [("b",), *[()] * 5]


async def test_what_is_given_is_done_in_its_turn_and_never_merged(state_dir: Path) -> None:
    async with house(state_dir) as (sup, told):
        async with trio.open_nursery() as nursery:
            for names in (("b",), ("c",), ("d",)):
                nursery.start_soon(sup.reload, tree(*names))
        assert len(await bodies(told, ConfigReloaded)) == 3
        assert len(sup.config.servers) == 1


async def test_a_caller_that_leaves_undoes_nothing(state_dir: Path) -> None:
    async with house(state_dir) as (sup, told):
        with trio.CancelScope() as scope:
            scope.cancel()
            await sup.reload(tree("b"))
        assert scope.cancelled_caught
        while sup.run.names != ("b",):
            await told.take()


async def test_the_beginning_and_the_end_are_told_also_of_one_that_fails(state_dir: Path) -> None:
    async with house(state_dir) as (sup, _):
        told: list[str] = []

        async def begun() -> None:
            told.append("begun")

        async def ended(wrong: str) -> None:
            told.append(wrong or "well")

        sup.reloads.begun, sup.reloads.ended = begun, ended
        await sup.reload(dry_run=True)
        assert told == []
        await sup.reload()
        (state_dir / "mcp.json").write_text("[")
        with pytest.raises(ConfigError):
            await sup.reload()
        assert told[:3] == ["begun", "well", "begun"]
        assert told[3].startswith("the reload failed: ")
        assert "mcp.json" in told[3]


async def test_a_defect_is_answered_and_the_next_reload_works(state_dir: Path) -> None:
    async with house(state_dir) as (sup, _):

        async def broken() -> None:
            raise ZeroDivisionError

        begun, sup.reloads.begun = sup.reloads.begun, broken
        with pytest.raises(StockadeError) as error:
            await sup.reload()
        assert error.value.problem.code == "stockade.defect"
        sup.reloads.begun = begun
        assert (await sup.reload()).untouched == ("a",)


async def test_a_whole_file_that_is_wrong_in_our_blocks_is_refused(state_dir: Path) -> None:
    async with house(state_dir) as (sup, _):
        (state_dir / "mcp.json").write_text(json.dumps(tree("b", nonsense=1)))
        with pytest.raises(ConfigError) as error:
            await sup.reload()
        assert error.value.problem.code == "config.unknown_key"
        assert sup.run.names == ("a",)


async def test_whoever_asks_when_it_is_over_is_told_so(state_dir: Path) -> None:
    async with house(state_dir) as (sup, _):
        pass
    with pytest.raises(StockadeError) as error:
        await sup.reload()
    assert "stockade is stopping" in error.value.problem.text


async def test_one_that_is_under_way_at_the_end_is_answered(state_dir: Path) -> None:
    outcome: list[StockadeError] = []

    async with trio.open_nursery() as nursery, house(state_dir) as (sup, _):

        async def ask() -> None:
            with pytest.raises(StockadeError) as error:
                await sup.reload()
            outcome.append(error.value)

        sup.reloads.begun = trio.sleep_forever
        nursery.start_soon(ask)
        await trio.testing.wait_all_tasks_blocked()
    assert outcome[0].problem.code == "reload.incomplete"


async def test_what_runs_without_isolation_because_nobody_asked_for_any_is_told(state_dir: Path) -> None:
    lazy = {"command": "true", "stockade": {"lazy": True}}
    async with house(state_dir, {"mcpServers": {"a": lazy | {"isolation": {"mode": "none"}}}}) as (sup, told):
        await sup.reload({"mcpServers": {"a": lazy, "b": lazy, "c": lazy | {"isolation": {"mode": "none"}}}})
        assert [one.server for one in await bodies(told, ServerDegraded)] == ["b"]  # of `a` nothing has changed


async def test_what_is_probably_not_meant_is_told_of_the_new_config(state_dir: Path) -> None:
    async with house(state_dir, tree("a")) as (sup, told):
        (state_dir / "key").write_text("t0ken-value-t0ken-value")
        new = tree("a")
        new["mcpServers"]["a"] = {**new["mcpServers"]["a"], "args": ["--api-key", f"${{file:{state_dir}/key}}"]}
        plan = await sup.reload(new)
        (reloaded,) = await bodies(told, ConfigReloaded)
        assert reloaded.warnings == list(plan.warnings)
        (warning,) = plan.warnings
        assert warning.startswith("mcpServers.a.args")
        assert f"warning    {warning}" in list(lines(plan))
        assert "t0ken" not in warning


async def test_settings_are_told_again_until_they_are_in_force(state_dir: Path) -> None:
    async with house(state_dir) as (sup, _):
        (state_dir / "mcp.json").write_text(json.dumps(tree("a", ready="all", plugins={"own": {"command": ["x"]}})))
        first, second = await sup.reload(), await sup.reload()
        assert [(one.key, one.when) for one in first.settings] == [
            ("stockade.ready", "next_start"),
            ("stockade.plugins", "now"),
        ]
        assert [one.key for one in second.settings] == ["stockade.ready"]
        assert sup.config.settings.ready == "core"


async def test_a_path_may_be_given_relative_ones_are_held_to_the_folder_of_the_start(
    state_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (state_dir / "mcp.json").write_text(json.dumps(tree("a")))
    (state_dir / "other").mkdir()
    (state_dir / "other" / "mcp.json").write_text(json.dumps(tree("z")))
    monkeypatch.chdir(state_dir)
    async with house(state_dir, "mcp.json") as (sup, _):
        os.chdir(state_dir / "other")
        assert (await sup.reload()).untouched == ("a",)
        assert (await sup.reload("mcp.json")).added == ("z",)
        assert (await sup.reload()).added == ("a",)  # what it was started with is what is read again
