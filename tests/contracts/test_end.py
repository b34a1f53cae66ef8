"""When the tree stops, a mode's actor ends what it launched, tells so, and leaves nothing: for every mode."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager

from contracts.stages import LONG, Scene
from fakes.process import come_true

from supervisor.launch.messages import Exited


async def test_a_stop_of_the_tree_ends_everything_and_tells_it(opened: AbstractAsyncContextManager[Scene]) -> None:
    async with opened as scene:
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


async def test_the_check_for_orphans_sees_one(real_opened: AbstractAsyncContextManager[Scene]) -> None:
    async with real_opened as scene:
        launched = await scene.launched("daemon", grace=LONG)
        await come_true(lambda: len(scene.stage.left()) >= 2)
        await scene.halt(launched.instance)
