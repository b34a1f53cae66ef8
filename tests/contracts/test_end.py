"""When the tree stops, a mode's actor ends what it launched, tells so, and leaves nothing: for every mode."""

from __future__ import annotations

from pathlib import Path

import pytest
from contracts.stages import LONG, RealStage, fake_scene, real_scene
from fakes.mode import FakeInstances
from fakes.process import come_true

from supervisor.launch.messages import Exited
from supervisor.modes import MODES, ModeRow

ROWS = [
    pytest.param(None, id="fake"),
    *(pytest.param(row, id=row.mode, marks=pytest.mark.real) for row in MODES if row.mode != "docker"),
]


@pytest.mark.usefixtures("no_leaks")
@pytest.mark.parametrize("row", ROWS)
async def test_a_stop_of_the_tree_ends_everything_and_tells_it(row: ModeRow | None, state_dir: Path) -> None:
    async with fake_scene(FakeInstances()) if row is None else real_scene(row, state_dir) as scene:
        polite = await scene.launched("polite", grace=LONG)
        deaf = await scene.launched("deaf")
        tree = await scene.launched("tree", grace=LONG)
        late = scene.launch_message("polite", grace=LONG)
        await scene.tell(late)
    assert {exited.instance: exited.ended_by for exited in scene.told(Exited)} == {
        polite.instance: "stop",
        deaf.instance: "kill",
        tree.instance: "stop",
    } | ({late.instance: "stop"} if scene.told(Exited, late.instance) else {})
    assert scene.stage.left() == set()


@pytest.mark.usefixtures("no_leaks")
@pytest.mark.parametrize("row", ROWS[1:])
async def test_the_check_for_orphans_sees_one(row: ModeRow, state_dir: Path) -> None:
    async with real_scene(row, state_dir) as scene:
        launched = await scene.launched("daemon", grace=LONG)
        assert isinstance(scene.stage, RealStage)
        await come_true(lambda: len(scene.stage.left()) >= 2)
        await scene.halt(launched.instance)
