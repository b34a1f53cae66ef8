"""The contract of launch/messages, kept by every isolation mode alike; a new row in modes.MODES is tried by itself."""

from __future__ import annotations

import pytest
from contracts.stages import LONG, REFUSALS, RealStage, Scene

from supervisor.launch.messages import Exited, Halt, Launched, LaunchFailed


def ends(scene: Scene, instance: str) -> int:
    """How often it was said that nothing of the instance runs."""
    return len(scene.told(Exited, instance)) + len(scene.told(LaunchFailed, instance))


async def settle(scene: Scene) -> None:
    """What was told before is handled: one more instance comes and goes."""
    launched = await scene.launched("polite", grace=LONG)
    await scene.halt(launched.instance)


async def test_one_that_ends_by_itself_is_reported_with_its_status_and_its_last_words(scene: Scene) -> None:
    launched = await scene.launched("ends")
    exited = await scene.wait_for(Exited, launched.instance)
    assert (exited.code, exited.signal, exited.ended_by, exited.leftovers) == (3, None, "itself", 0)
    assert exited.stderr_tail == ["last words"]


async def test_a_polite_one_ends_when_it_is_asked_to(scene: Scene) -> None:
    launched = await scene.launched("polite", grace=LONG)
    exited = await scene.halt(launched.instance)
    assert (exited.code, exited.ended_by) == (0, "stop")
    assert scene.stage.left() == set()


async def test_a_deaf_one_is_killed_after_its_grace(scene: Scene) -> None:
    launched = await scene.launched("deaf")
    exited = await scene.halt(launched.instance)
    assert ((exited.code, exited.signal), exited.ended_by) == (scene.stage.killed, "kill")
    assert scene.stage.left() == set()


async def test_one_that_somebody_else_killed_is_reported_as_that(scene: Scene) -> None:
    launched = await scene.launched("polite")
    scene.stage.kill(launched.instance)
    exited = await scene.wait_for(Exited, launched.instance)
    assert ((exited.code, exited.signal), exited.ended_by) == (scene.stage.killed, "outside")


@pytest.mark.parametrize("behaviour", ["tree", "daemon"])
async def test_nothing_that_it_started_is_left_when_its_end_is_told(scene: Scene, behaviour: str) -> None:
    launched = await scene.launched(behaviour)
    await scene.halt(launched.instance)
    assert scene.stage.left() == set()


async def test_nothing_that_it_started_is_left_after_its_own_exit_either(scene: Scene) -> None:
    launched = await scene.launched("leaver")
    exited = await scene.wait_for(Exited, launched.instance)
    assert (exited.code, exited.ended_by) == (3, "itself")
    assert exited.leftovers <= 1  # none where the kernel ends them with their namespace
    assert scene.stage.left() == set()


@pytest.mark.parametrize("behaviour", REFUSALS)
async def test_what_cannot_be_started_is_told_with_its_code(scene: Scene, behaviour: str) -> None:
    message = scene.launch_message(behaviour)
    await scene.tell(message)
    if behaviour not in scene.stage.refusals:
        await scene.wait_for(Launched, message.instance)
        await scene.halt(message.instance)
        return
    assert await scene.refused(message.instance) == scene.stage.refusals[behaviour]
    assert scene.stage.left() == set()
    assert scene.stage.has_engine or scene.told(Launched, message.instance) == []


async def test_a_halt_right_behind_its_launch_leaves_nothing_and_is_answered_once(scene: Scene) -> None:
    messages = [scene.launch_message("polite") for _ in range(5)]
    for message in messages:
        await scene.tell(message, Halt(instance=message.instance))
    await settle(scene)
    for message in messages:
        await scene.wait_for(Exited if scene.told(Launched, message.instance) else LaunchFailed, message.instance)
    assert [ends(scene, message.instance) for message in messages] == [1] * 5
    assert scene.stage.left() == set()


async def test_halts_of_one_that_is_unknown_ended_or_ending_are_no_matter(scene: Scene) -> None:
    launched = await scene.launched("polite", grace=LONG)
    await scene.tell(Halt(instance="nobody"), Halt(instance=launched.instance), Halt(instance=launched.instance))
    await scene.wait_for(Exited, launched.instance)
    await scene.tell(Halt(instance=launched.instance))
    await settle(scene)
    assert ends(scene, launched.instance) == 1
    assert ends(scene, "nobody") == 0


async def test_the_same_launch_said_twice_starts_one(scene: Scene) -> None:
    message = scene.launch_message("polite")
    await scene.tell(message, message)
    await scene.wait_for(Launched, message.instance)
    await scene.stage.up(message.instance)
    await scene.halt(message.instance)
    await settle(scene)
    assert (len(scene.told(Launched, message.instance)), ends(scene, message.instance)) == (1, 1)


async def test_a_crash_of_the_actor_keeps_its_instances_and_their_end_is_told_once(scene: Scene) -> None:
    running = await scene.launched("polite", grace=LONG)
    dying = await scene.launched("polite")
    await scene.crash()
    assert scene.told(Exited) == []
    scene.stage.kill(dying.instance)
    await scene.wait_for(Exited, dying.instance)
    exited = await scene.halt(running.instance)
    await settle(scene)
    assert exited.ended_by == "stop"
    assert ends(scene, running.instance) == ends(scene, dying.instance) == 1


async def test_a_crash_in_the_midst_of_a_stop_does_not_lose_the_end(scene: Scene) -> None:
    launched = await scene.launched("deaf")
    await scene.tell(Halt(instance=launched.instance))
    await scene.crash()
    exited = await scene.wait_for(Exited, launched.instance)
    await settle(scene)
    assert (exited.ended_by, ends(scene, launched.instance)) == ("kill", 1)


async def test_a_crash_in_the_midst_of_a_launch_leaves_nobody_without_an_answer(scene: Scene) -> None:
    message = scene.launch_message("polite")
    await scene.tell(message)
    await scene.crash()
    await settle(scene)
    await scene.tell(Halt(instance=message.instance))  # it may have come about before the crash
    await settle(scene)
    assert ends(scene, message.instance) == 1
    assert scene.stage.left() == set()


async def test_an_instance_that_ran_before_a_crash_and_one_after_it_do_not_disturb_each_other(scene: Scene) -> None:
    before = await scene.launched("polite", grace=LONG)
    await scene.crash()
    after = await scene.launched("polite", grace=LONG)
    assert (await scene.halt(before.instance)).ended_by == "stop"
    assert scene.told(Exited, after.instance) == []
    assert (await scene.halt(after.instance)).ended_by == "stop"


async def test_it_gets_its_environment_its_folder_and_three_open_files_and_nothing_else(real: Scene) -> None:
    launched = await real.launched("shows")
    stage = real.stage
    assert isinstance(stage, RealStage)
    shown, *open_files = await stage.output(launched.instance)
    assert shown == stage.shown()
    assert open_files == ["open 0", "open 1", "open 2"]
