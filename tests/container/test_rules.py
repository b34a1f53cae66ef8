"""The stages of a launch in mode docker, and what the engine's end and return mean for it."""

from __future__ import annotations

from typing import Any, TypeVar

import pytest
from msgspec import Struct

from supervisor.config.schema import SandboxSpec
from supervisor.config.specs import Grace, Limits
from supervisor.container import rules
from supervisor.container.messages import ImageReady, Surveyed, Told
from supervisor.container.orders import Abandon, Listen, Make, Note, Prepare, Survey
from supervisor.container.rules import Containers, Heard, Names
from supervisor.docker_path.messages import Absent, Resolve, Resolved, Tried
from supervisor.engine.messages import Mended, Seen, State, Stood, Suspect, Watch
from supervisor.errors import DockerNotFound, EngineDiskFull, EngineLost, EngineNotRunning, ImageNotFound, SpawnFailed
from supervisor.events import ContainerCreated, ContainerPaused, ContainerRemoved
from supervisor.kernel.specs import Decision, Stop
from supervisor.launch.messages import Exited, Halt, Known, Launch, Launched, LaunchFailed, Resumed
from supervisor.launch.rules import Await, End, Forget, Recall

Kind = TypeVar("Kind")
NAMES = Names(own="root/work/docker", resolver="root/work/docker_path", engine="root/work/engine")
DOCKER = "/usr/bin/docker"
DOWN = EngineNotRunning(host="unix:///run/docker.sock", reason="connection refused")
LOST = EngineLost(host="unix:///run/docker.sock", reason="unexpected EOF")


def launch(instance: str = "git#1", reply_to: str = "root/servers/git", program: str = "") -> Launch:
    return Launch(
        reply_to=reply_to,
        instance=instance,
        server=instance.partition("#")[0],
        command="command-1",
        grace=Grace(),
        limits=Limits(),
        sandbox=SandboxSpec(),
        program=program,
    )


def launched(instance: str = "git#1") -> Launched:
    return Launched(instance=instance, pid=7, confinement="docker")


def exited(instance: str = "git#1", problem: Any = None) -> Exited:
    return Exited(
        instance=instance, code=125, signal=None, ended_by="itself", leftovers=0, stderr_tail=[], problem=problem
    )


class Play:
    """The actor's rules, and all that they have told, done and published."""

    def __init__(self, *, recalled: bool = True) -> None:
        self.told: list[tuple[str, Struct]] = []
        self.did: list[Any] = []
        self.published: list[Struct] = []
        self.is_done = False
        self.state: Containers
        self._take(rules.initial(NAMES, 0.0))
        if recalled:
            self.hear(Known(launched={}))

    def _take(self, decision: Decision[Containers]) -> None:
        self.state = decision.state
        self.told.extend(decision.tell)
        self.did.extend(decision.do)
        self.published.extend(decision.publish)
        self.is_done = self.is_done or decision.done

    def hear(self, *messages: Heard) -> Play:
        for message in messages:
            self._take(rules.decide(self.state, message, 0.0))
        return self

    def all(self, kind: type[Kind]) -> list[Kind]:
        return [one for one in (*self.did, *(message for _, message in self.told)) if isinstance(one, kind)]

    def to(self, name: str) -> list[Struct]:
        return [message for receiver, message in self.told if receiver == name]

    def up_to_image(self, instance: str = "git#1") -> Play:
        return self.hear(launch(instance), Resolved(ref=instance, path=DOCKER, source="path"))

    def running(self, instance: str = "git#1") -> Play:
        self.up_to_image(instance).hear(ImageReady(instance=instance, image="i", digest="sha256:1"))
        return self.hear(launched(instance))

    def stood(self, state: State) -> Play:
        return self.hear(Stood(state=state, host="unix:///run/docker.sock", problem=DOWN if state == "down" else None))


def test_it_begins_by_recalling_and_listening() -> None:
    play = Play(recalled=False)
    assert play.did == [Recall(), Listen()]


def test_a_launch_goes_through_its_stages_in_order() -> None:
    play = Play().hear(launch())
    assert play.to(NAMES.resolver) == [Resolve(reply_to=NAMES.own, ref="git#1")]
    play.hear(Resolved(ref="git#1", path=DOCKER, source="bundled"))
    assert play.to(NAMES.engine) == [Watch(reply_to=NAMES.own, docker=DOCKER)]
    assert play.all(Prepare) == [Prepare(launch=launch(), docker=DOCKER)]
    play.hear(ImageReady(instance="git#1", image="python:3.11", digest="sha256:1"))
    assert play.all(Make) == [Make(launch=launch(), docker=DOCKER, image="python:3.11", digest="sha256:1")]
    assert play.to("root/servers/git") == []
    play.hear(launched())
    assert play.to("root/servers/git") == [launched()]
    assert play.all(Await) == [Await(instance="git#1")]
    play.hear(exited())
    assert (play.to("root/servers/git")[-1], play.all(Forget)) == (exited(), [Forget(instance="git#1")])


def test_the_engine_is_watched_once_for_each_docker_command() -> None:
    play = Play().up_to_image().up_to_image("git#2")
    assert len(play.all(Watch)) == 1
    play.hear(launch("git#3"), Resolved(ref="git#3", path="/opt/docker", source="path"))
    assert [one.docker for one in play.all(Watch)] == [DOCKER, "/opt/docker"]


def test_without_the_docker_command_a_launch_fails_with_all_places() -> None:
    tried = [Tried("PATH", "nothing"), Tried("/usr/bin/docker", "a folder")]
    play = Play().hear(launch(), Absent(ref="git#1", tried=tried, retry_after_s=42.0))
    problem = DockerNotFound(tried="PATH (nothing), /usr/bin/docker (a folder)", retry_after_s=42.0)
    assert play.to("root/servers/git") == [LaunchFailed(instance="git#1", problem=problem)]
    assert play.state.pending == {}


def test_a_command_of_the_user_s_own_is_used_as_it_stands() -> None:
    play = Play().hear(launch(program="podman"))
    assert (play.all(Resolve), play.all(Prepare)) == ([], [Prepare(launch=launch(program="podman"), docker="podman")])
    play.hear(ImageReady(instance="git#1", image="", digest=""))
    assert play.all(Make)[0].docker == "podman"
    assert play.all(Watch) == []


@pytest.mark.parametrize("stage", ["resolving", "pulling"])
def test_a_halt_before_the_container_abandons_the_preparations(stage: str) -> None:
    play = Play().hear(launch()) if stage == "resolving" else Play().up_to_image()
    play.hear(Halt(instance="git#1"))
    failed = play.to("root/servers/git")[-1]
    assert isinstance(failed, LaunchFailed)
    assert isinstance(failed.problem, SpawnFailed)
    assert play.all(Abandon) == [Abandon(instance="git#1")]
    before = len(play.did), len(play.told)
    play.hear(Resolved(ref="git#1", path=DOCKER, source="path"))  # what comes late starts nothing
    play.hear(ImageReady(instance="git#1", image="i", digest=""))
    play.hear(LaunchFailed(instance="git#1", problem=ImageNotFound(image="i", reason="late")))
    assert [one for one in play.did[before[0] :] if isinstance(one, Prepare | Make)] == []
    assert play.to("root/servers/git")[-1] is failed


def test_a_halt_while_the_container_is_made_is_carried_out_by_the_effects() -> None:
    play = Play().up_to_image().hear(ImageReady(instance="git#1", image="i", digest=""), Halt(instance="git#1"))
    assert play.all(End) == [End(instance="git#1")]
    assert play.to("root/servers/git") == []


def test_stopping_ends_what_runs_and_abandons_what_is_prepared() -> None:
    play = Play().running().up_to_image("git#2").hear(Stop())
    assert [one.instance for one in play.all(Abandon)] == ["git#2"]
    assert "git#1" in [one.instance for one in play.all(End)]
    assert not play.is_done
    play.hear(exited())
    assert play.is_done


def test_stopping_with_preparations_only_is_done_at_once() -> None:
    assert Play().up_to_image().hear(Stop()).is_done


def test_facts_leave_as_events_and_listening_goes_on() -> None:
    fact = ContainerRemoved(server="git", instance_id="git#1", container="c" * 64)
    play = Play().hear(Told(facts=[fact], is_listening=True))
    assert (play.published, play.did.count(Listen())) == ([fact], 2)


def test_what_the_engine_says_of_a_container_is_noted() -> None:
    seen = Seen(container="c" * 64, action="oom")
    assert Play().hear(seen).all(Note) == [Note(seen=seen, docker="")]


def test_facts_that_came_with_something_else_do_not_have_it_listen_twice() -> None:
    fact = ContainerRemoved(server="git", instance_id="git#1", container="c" * 64)
    play = Play().hear(Told(facts=[fact]))
    assert (play.published, play.did.count(Listen())) == ([fact], 1)


# ----------------------------------------------------------------------------------------------------------- the lives


def created(instance: str = "git#1") -> Told:
    return Told(facts=[ContainerCreated(server="git", instance_id=instance, container="c" * 64, name="n")])


def paused(*, is_paused: bool) -> Told:
    return Told(facts=[ContainerPaused(server="git", instance_id="git#1", container="c" * 64, paused=is_paused)])


def test_a_life_follows_the_table() -> None:
    play = Play().hear(launch())
    seen = [play.state.lives["git#1"]]
    steps: list[Heard] = [
        Resolved(ref="git#1", path=DOCKER, source="path"),
        ImageReady(instance="git#1", image="i", digest=""),
        created(),
        launched(),
        paused(is_paused=True),
        paused(is_paused=False),
        Stood(state="up"),
        Surveyed(kept=1, ended=0, facts=[]),
        Stood(state="down", problem=DOWN),
        Stood(state="recovering"),
        Surveyed(kept=1, ended=0, facts=[]),
        Halt(instance="git#1"),
    ]
    seen += [play.hear(step).state.lives["git#1"] for step in steps]
    assert seen == [
        "resolving", "pulling", "creating", "creating", "running", "paused", "running", "running", "running",
        "engine_down", "engine_down", "running", "stopping",
    ]  # fmt: skip
    play.hear(exited())
    assert (play.state.lives, play.state.late) == ({}, 0)


def test_what_comes_late_or_twice_changes_nothing_and_is_counted() -> None:
    play = Play().running()
    before = play.state
    play.hear(Resolved(ref="git#1", path=DOCKER, source="path"), ImageReady(instance="git#1", image="i", digest=""))
    play.hear(Absent(ref="git#1", tried=[], retry_after_s=1.0), paused(is_paused=False))
    assert (play.state.lives, play.state.late) == (before.lives, before.late + 4)
    assert len(play.all(Prepare)) == len(play.all(Make)) == 1


@pytest.mark.parametrize("stage", ["resolving", "pulling", "creating"])
def test_a_launch_that_fails_at_any_stage_has_no_life_any_more(stage: str) -> None:
    play = Play().hear(launch())
    if stage != "resolving":
        play.hear(Resolved(ref="git#1", path=DOCKER, source="path"))
    if stage == "creating":
        play.hear(ImageReady(instance="git#1", image="i", digest=""))
    play.hear(LaunchFailed(instance="git#1", problem=ImageNotFound(image="i", reason="r")))
    assert (play.state.lives, play.state.pending, play.state.late) == ({}, {}, 0)


def test_what_an_earlier_incarnation_had_running_lives_on() -> None:
    play = Play(recalled=False).hear(Known(launched={"git#1": "root/servers/git"}))
    assert play.state.lives == {"git#1": "running"}
    play.hear(exited())
    assert play.state.lives == {}


# ---------------------------------------------------------------------------------------------------------- the engine


def test_the_first_time_the_engine_is_there_the_dead_runs_are_swept() -> None:
    play = Play().up_to_image().stood("up")
    assert play.all(Survey) == [Survey(docker=DOCKER)]
    play.hear(Surveyed(kept=0, ended=0, facts=[]))
    assert (play.all(Mended), play.all(Resumed)) == ([], [])
    play.stood("up")
    assert len(play.all(Survey)) == 1


def test_while_the_engine_is_down_a_launch_is_refused_without_asking_anybody() -> None:
    play = Play().up_to_image().stood("down").hear(launch("git#2"))
    assert play.to("root/servers/git")[-1] == LaunchFailed(instance="git#2", problem=DOWN)
    assert [one.launch.instance for one in play.all(Prepare)] == ["git#1"]
    assert len(play.all(Resolve)) == 1


def test_when_the_engine_is_back_ours_are_looked_through_before_anybody_is_told_to_go_on() -> None:
    play = Play().running().running("web#1").stood("up").hear(Surveyed(kept=0, ended=0, facts=[]))
    play.stood("down").hear(exited(problem=LOST))
    play.stood("recovering")
    assert (len(play.all(Survey)), play.all(Resumed)) == (2, [])
    play.hear(Surveyed(kept=1, ended=1, facts=[]))
    assert play.all(Mended) == [Mended(kept=1, ended=1)]
    assert [name for name, message in play.told if message == Resumed()] == ["root/servers/git"]


def test_an_end_that_is_the_engine_s_fault_has_it_looked_at_while_it_counts_as_up() -> None:
    play = Play().running().stood("up").hear(exited(problem=LOST))
    assert [type(one) for one in play.to(NAMES.engine)] == [Watch, Suspect]
    again = Play().running().stood("down").hear(exited(problem=LOST))
    assert again.all(Suspect) == []


def test_an_engine_that_says_it_has_no_room_answers_and_is_not_looked_at() -> None:
    play = Play().running().stood("up").hear(exited(problem=EngineDiskFull(host="h", reason="no space left on device")))
    assert play.all(Suspect) == []


def test_a_suspicion_that_comes_to_nothing_keeps_nobody_waiting() -> None:
    play = Play().running().stood("up").hear(Surveyed(kept=1, ended=0, facts=[])).hear(exited(problem=LOST))
    assert play.all(Resumed) == []
    play.stood("up").hear(Surveyed(kept=0, ended=1, facts=[]))
    assert len(play.all(Survey)) == 2
    assert [name for name, message in play.told if message == Resumed()] == ["root/servers/git"]
    play.stood("up")
    assert len(play.all(Survey)) == 2  # nobody waits any more


def test_an_engine_that_goes_away_while_ours_are_looked_through_has_them_looked_through_again() -> None:
    play = Play().running().stood("down").hear(exited(problem=LOST))
    play.stood("recovering").stood("down").stood("recovering")
    assert len(play.all(Survey)) == 1
    play.hear(Surveyed(kept=0, ended=0, facts=[]))
    assert (len(play.all(Survey)), play.all(Resumed)) == (2, [])
    play.hear(Surveyed(kept=0, ended=0, facts=[]))
    assert (len(play.all(Mended)), len(play.all(Resumed))) == (1, 1)


def test_a_survey_that_ends_when_the_engine_is_gone_again_tells_nobody_to_go_on() -> None:
    play = Play().running().stood("down").hear(exited(problem=LOST)).stood("recovering").stood("down")
    play.hear(Surveyed(kept=0, ended=0, facts=[]))
    assert play.all(Resumed) + play.all(Mended) == []
    play.stood("recovering").hear(Surveyed(kept=0, ended=0, facts=[]))
    assert len(play.all(Resumed)) == 1


def test_a_launch_that_failed_for_the_engine_waits_for_its_return_too() -> None:
    play = Play().up_to_image().hear(LaunchFailed(instance="git#1", problem=DOWN))
    assert play.to("root/servers/git") == [LaunchFailed(instance="git#1", problem=DOWN)]
    play.stood("down").stood("recovering").hear(Surveyed(kept=0, ended=0, facts=[]))
    assert [name for name, message in play.told if message == Resumed()] == ["root/servers/git"]


def test_a_paused_engine_refuses_without_a_reason_of_its_own() -> None:
    play = Play().running().stood("paused").hear(launch("git#2"))
    refusal = play.to("root/servers/git")[-1]
    assert isinstance(refusal, LaunchFailed)
    assert refusal.problem.code == "engine.not_running"
