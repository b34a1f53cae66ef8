"""The actor of a mode carries out each command by the one call that it stands for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from fakes.mode import FakeInstances
from msgspec import Struct

from supervisor.config.schema import SandboxSpec
from supervisor.config.specs import Grace, Limits
from supervisor.launch.actor import actor
from supervisor.launch.messages import Confined, Denied, Exited, Known, Launch, Launched, LaunchFailed
from supervisor.launch.rules import Await, Create, End, Forget, Recall


def launch(behaviour: str) -> Launch:
    return Launch(
        reply_to="server", instance="a", server="fs", command=behaviour, grace=Grace(), limits=Limits(),
        sandbox=SandboxSpec(),
    )  # fmt: skip


async def perform(instances: FakeInstances, *commands: Any) -> list[Struct | Sequence[Struct] | None]:
    carry_out = actor(instances).perform
    return [await carry_out(command) for command in commands]


async def test_a_whole_life() -> None:
    found = await perform(
        FakeInstances(),
        Create(launch=launch("polite")),
        Recall(),
        End(instance="a"),
        Await(instance="a"),
        Recall(),
        Forget(instance="a"),
        Recall(),
    )
    kinds = [Launched, Known, type(None), Exited, Known, type(None), Known]
    assert [type(result) for result in found] == kinds
    assert [result.launched for result in found if isinstance(result, Known)] == [{"a": "server"}, {"a": "server"}, {}]


@pytest.mark.parametrize("behaviour", ["not found", "not executable", "bad shebang", "cwd missing"])
async def test_what_cannot_be_started_is_a_message_and_no_exception(behaviour: str) -> None:
    (result,) = await perform(FakeInstances(), Create(launch=launch(behaviour)))
    assert isinstance(result, LaunchFailed)


async def test_the_patience_of_a_halt_is_passed_on() -> None:
    asked: list[float | None] = []

    class Noting(FakeInstances):
        async def halt(self, instance: str, *, stdin_s: float | None = None) -> None:
            asked.append(stdin_s)

    await perform(Noting(), End(instance="a", stdin_s=0.5), End(instance="a"))
    assert asked == [0.5, None]


async def test_what_holds_an_instance_is_told_before_that_it_runs_and_what_is_refused_to_it_before_its_end() -> None:
    confined = Confined(server="fs", instance="a", pid=1, report={})
    denied = Denied(instance="a", facts=[])

    class Confining(FakeInstances):
        def confined(self, instance: str) -> Confined | None:
            return confined if instance in self.processes else None

        async def outcome(self, instance: str) -> Denied | Exited:
            return denied if self.live() else await super().outcome(instance)

    instances = Confining()
    (made,) = await perform(instances, Create(launch=launch("polite")))
    assert isinstance(made, tuple)
    assert [type(one) for one in made] == [Confined, Launched]
    told = await perform(instances, Await(instance="a"), End(instance="a"), Await(instance="a"))
    assert [type(one) for one in told] == [Denied, type(None), Exited]
