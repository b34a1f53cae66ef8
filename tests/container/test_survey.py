"""What a look through the containers does with what changes while it looks; the rest is tested on real engines."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import cast

import pytest
from msgspec.structs import replace

from supervisor.container import identity
from supervisor.container.effects import Engine
from supervisor.container.facts import ContainerFacts, ContainerState
from supervisor.container.survey import Survey
from supervisor.container.words import Owner

OWNER = Owner(instance="i1", config="c1", boot="b1", owner="1:1")
STATE = ContainerState(
    id="", name="", labels={}, status="running", running=True, paused=False, exit_code=0, oom_killed=False, pid=1,
    error="",
)  # fmt: skip


class Engines:
    """An engine in memory; something else happens while it lists its containers."""

    def __init__(self, *names: str) -> None:
        self.names = list(names)
        self.known: dict[str, str] = {}
        self.launched: list[str] = []
        """Launched while it lists."""
        self.removed: list[str] = []
        """Goes on being listed, as dead."""
        self.is_late = False
        """They are in the list."""

    async def find(self, labels: Mapping[str, str]) -> list[ContainerFacts]:
        listed = list(self.names)
        for name in self.launched:
            self.known[name] = f"instance of {name}"
            self.names.append(name)
        labels = {**labels, identity.OWNER: OWNER.owner, identity.BOOT: OWNER.boot}
        return [
            ContainerFacts(id=name, name=name, labels={**labels, identity.RUN: name}, status="running")
            for name in (self.names if self.is_late else listed)
        ] + [
            ContainerFacts(id=name, name="", labels={**labels, identity.RUN: name}, status="dead")
            for name in self.removed
        ]

    async def state(self, container: str) -> ContainerState | None:
        return replace(STATE, id=container) if container in self.names else None

    async def processes(self, container: str) -> int | None:
        return 1 if container in self.names else None

    async def kill(self, container: str) -> None:
        self.names.remove(container)

    async def remove(self, container: str) -> None:
        """It is gone already."""


@pytest.mark.parametrize("is_late", [False, True])
async def test_what_is_launched_while_the_engine_lists_is_left_alone(tmp_path: Path, is_late: bool) -> None:
    engine = Engines("kept", "stranger")
    engine.known = {"kept": "1"}
    engine.launched, engine.is_late = ["new"], is_late
    survey = Survey(cast(Engine, engine), OWNER, tmp_path / "runs" / "own")
    found, broken, gone = await survey.run(lambda: engine.known, lambda _instance: True)
    assert (found.kept, found.ended, broken, gone) == (1, 1, {}, frozenset({"stranger"}))
    assert engine.names == ["kept", "new"]


async def test_one_that_should_run_and_is_not_there_is_broken(tmp_path: Path) -> None:
    engine = Engines("kept")
    engine.known = {"kept": "1", "lost": "2", "in the making": "3"}
    survey = Survey(cast(Engine, engine), OWNER, tmp_path / "runs" / "own")
    found, broken, gone = await survey.run(lambda: engine.known, lambda instance: instance != "3")
    assert (found.kept, broken, gone) == (1, {"2": "its container is gone"}, frozenset())


async def test_what_an_engine_only_remembers_is_not_there(tmp_path: Path) -> None:
    engine = Engines("kept")
    engine.known = {"kept": "1"}
    engine.removed = ["remembered"]
    survey = Survey(cast(Engine, engine), OWNER, tmp_path / "runs" / "own")
    found, broken, gone = await survey.run(lambda: engine.known, lambda _instance: True)
    assert (found.kept, found.ended, broken, gone) == (1, 0, {}, frozenset())
    assert found.present == {"kept"}
