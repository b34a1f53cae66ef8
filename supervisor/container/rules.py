"""What the actor of mode `docker` decides: the stages of a launch, and what the engine's end and return mean. Pure.

The contract of every mode (who is told what about which instance) is kept by `launch.rules`; here its one order to
start something becomes stages: find the docker command, see to the image, make the container. While the engine is
known to be gone nothing is launched; when it is back, what is left of our containers is looked through before
anything is launched again, so that none is there twice.
"""

from __future__ import annotations

from typing import Any, assert_never

from msgspec import Struct, field
from msgspec.structs import replace

from supervisor.container import states
from supervisor.container.messages import Fact, ImageReady, OwnResult, Surveyed, Told
from supervisor.container.orders import Abandon, Expect, Listen, Make, Note, Prepare, Survey
from supervisor.container.states import Event
from supervisor.container.states import State as Life
from supervisor.docker_path.messages import Absent, Resolve, Resolved, problem_of
from supervisor.engine.messages import Mended, Seen, State, Stood, Suspect, Watch
from supervisor.errors import AnyProblem, EngineDiskFull, EngineNotRunning, EngineProblem, SpawnFailed
from supervisor.events import ContainerCreated, ContainerPaused
from supervisor.kernel.specs import Decision, Stop
from supervisor.launch import rules as launch
from supervisor.launch.messages import Exited, Halt, Known, Launch, Launched, LaunchFailed, Resumed
from supervisor.launch.rules import Create, Launches

OfLaunch = Launch | Halt | Launched | LaunchFailed | Exited | Known | Stop
Heard = OfLaunch | Resolved | Absent | Stood | Seen | OwnResult
"""Requests, answers of other actors, and the results of the actor's own commands."""

Telling = tuple[tuple[str, Struct], ...]
"""Messages, each with the name that it goes to."""


class Names(Struct, frozen=True, kw_only=True):
    """The names of the actors around, in the tree."""

    own: str
    resolver: str
    engine: str


class Pending(Struct, frozen=True, kw_only=True):
    """A launch before its container is made."""

    launch: Launch
    docker: str = ""
    """Where the docker command is, once that is known."""


class Containers(Struct, frozen=True, kw_only=True):
    """All that the actor remembers."""

    names: Names
    launches: Launches = Launches()
    pending: dict[str, Pending] = field(default_factory=dict)
    lives: dict[str, Life] = field(default_factory=dict)
    """Where each instance is in its life, by the table in states.py."""
    late: int = 0
    """Events that meant nothing where they came: late, or doubled."""
    docker: str = ""
    """Where the docker command was found last; empty before that."""
    engine: State = "unwatched"
    problem: AnyProblem | None = None
    """Why the engine cannot be used, while it cannot."""
    is_surveying: bool = False
    surveys_again: bool = False
    """The engine went away and came back while its containers were looked through."""
    suspended: frozenset[str] = frozenset()
    """Who was told of a failure that is the engine's, and waits for its return."""

    def lived(self, instance: str, event: Event) -> Containers:
        """Follow the table of lives; an end is forgotten, and what means nothing there is counted."""
        life = states.after(self.lives.get(instance, states.FIRST), event)
        if life is None:
            return replace(self, late=self.late + 1)
        lives = {**self.lives, instance: life}
        if life in states.ENDS:
            del lives[instance]
        return replace(self, lives=lives)

    def expects(self, instance: str, event: Event) -> bool:
        """Whether the event means something for an instance that is there."""
        return instance in self.lives and states.after(self.lives[instance], event) is not None


def initial(names: Names, now: float) -> Decision[Containers]:
    """Begin by taking over what an earlier incarnation had launched, and by listening."""
    begun = launch.initial(now)
    return _with(Containers(names=names, launches=begun.state), begun, do=(Listen(),))


def decide(state: Containers, message: Heard, now: float) -> Decision[Containers]:
    """Answer one message; what names an instance that is not known (any more) is ignored."""
    match message:
        case Resolved():
            return _resolved(state, message)
        case Absent():
            return _absent(state, message, now)
        case Stood():
            return _stood(state, message)
        case Seen():
            return Decision(state, do=(Note(seen=message, docker=state.docker),))
        case ImageReady():
            return _image_ready(state, message)
        case Told():
            return _told(state, message)
        case Surveyed():
            return _surveyed(state, message)
        case Launch() | Halt() | Launched() | LaunchFailed() | Exited() | Known() | Stop():
            return _of_launch(state, message, now)
        case unknown:
            assert_never(unknown)


def _with(
    state: Containers, decision: Decision[Launches], *, tell: Telling = (), do: tuple[Any, ...] = ()
) -> Decision[Containers]:
    """Take over what the rules of every mode decided."""
    return Decision(
        replace(state, launches=decision.state),
        (*decision.tell, *tell),
        (*decision.do, *do),
        decision.publish,
        ready=decision.ready,
        done=decision.done,
    )


def _then(first: Decision[Containers], second: Decision[Containers]) -> Decision[Containers]:
    """One decision after another, as one."""
    return Decision(
        second.state,
        (*first.tell, *second.tell),
        (*first.do, *second.do),
        (*first.publish, *second.publish),
        ready=first.ready or second.ready,
        done=first.done or second.done,
    )


# ------------------------------------------------------------------------------------------------ the common contract


def _of_launch(state: Containers, message: OfLaunch, now: float) -> Decision[Containers]:
    match message:
        case Launch():
            return _launch(state, message, now)
        case Halt():
            return _halt(state, message.instance, launch.decide(state.launches, message, now), now)
        case LaunchFailed() | Exited():
            return _ended(state, message, now)
        case Stop():
            decision = _with(state, launch.decide(state.launches, message, now))
            for instance in state.pending:
                decision = _then(decision, _withdraw(decision.state, instance, now))
            return decision
        case Launched():
            return _with(state.lived(message.instance, "started"), launch.decide(state.launches, message, now))
        case Known():
            return _with(_remembered(state, message), launch.decide(state.launches, message, now))
        case unknown:
            assert_never(unknown)


def _remembered(state: Containers, message: Known) -> Containers:
    """Take over what an earlier incarnation had running."""
    running: dict[str, Life] = dict.fromkeys(message.launched, "running")
    return replace(state, lives={**running, **state.lives})


def _launch(state: Containers, message: Launch, now: float) -> Decision[Containers]:
    decision = launch.decide(state.launches, message, now)
    if not any(isinstance(command, Create) for command in decision.do):  # it is known already, or we are leaving
        return _with(state, decision)
    begun = replace(state, launches=decision.state).lived(message.instance, "launch")
    if message.program:
        pending = {**state.pending, message.instance: Pending(launch=message, docker=message.program)}
        prepare = Prepare(launch=message, docker=message.program)
        return Decision(
            replace(begun.lived(message.instance, "resolved"), pending=pending), do=(Expect(launch=message), prepare)
        )
    if state.engine in ("down", "paused") and state.problem is not None:
        refused = LaunchFailed(instance=message.instance, problem=state.problem)
        return _ended(begun, refused, now)
    resolve = Resolve(reply_to=state.names.own, ref=message.instance)
    pending = {**state.pending, message.instance: Pending(launch=message)}
    return Decision(
        replace(begun, pending=pending), tell=((state.names.resolver, resolve),), do=(Expect(launch=message),)
    )


def _halt(state: Containers, instance: str, decision: Decision[Launches], now: float) -> Decision[Containers]:
    """Before there is a container nothing has to be ended but our own preparations."""
    known = state.lived(instance, "halt") if instance in state.lives else state
    halted = _with(known, decision)
    return _then(halted, _withdraw(halted.state, instance, now)) if instance in state.pending else halted


def _withdraw(state: Containers, instance: str, now: float) -> Decision[Containers]:
    problem = SpawnFailed(step="start", reason="it was halted before it had started")
    ended = _ended(state, LaunchFailed(instance=instance, problem=problem), now)
    return replace(ended, do=(*ended.do, Abandon(instance=instance)))


def _ended(state: Containers, message: LaunchFailed | Exited, now: float) -> Decision[Containers]:
    """Pass an end on. If the engine is the cause, whoever is told waits for its return, and it is looked at."""
    pending = {key: one for key, one in state.pending.items() if key != message.instance}
    reply_to = state.launches.replies.get(message.instance)
    kept = replace(_outlived(state, message), pending=pending)
    tell: Telling = ()
    if reply_to is not None and isinstance(message.problem, EngineProblem):
        kept = replace(kept, suspended=kept.suspended | {reply_to})
        if kept.engine == "up" and not isinstance(message.problem, EngineDiskFull):  # who has said that answers
            tell = ((kept.names.engine, Suspect(reason=message.problem.text)),)
    return _with(kept, launch.decide(kept.launches, message, now), tell=tell)


# ---------------------------------------------------------------------------------------------------------- stages


def _resolved(state: Containers, message: Resolved) -> Decision[Containers]:
    """The docker command is known: watch its engine, and see to the image."""
    known = replace(state, docker=message.path)
    is_other = message.path != state.docker
    watch = Watch(reply_to=state.names.own, docker=message.path)
    tell: Telling = ((state.names.engine, watch),) if is_other else ()
    one = state.pending.get(message.ref)
    if one is None or not state.expects(message.ref, "resolved"):
        return Decision(replace(known, late=known.late + 1), tell=tell)
    moved = {**known.pending, message.ref: replace(one, docker=message.path)}
    return Decision(
        replace(known.lived(message.ref, "resolved"), pending=moved),
        tell=tell,
        do=(Prepare(launch=one.launch, docker=message.path),),
    )


def _absent(state: Containers, message: Absent, now: float) -> Decision[Containers]:
    if not state.expects(message.ref, "docker_absent"):
        return Decision(replace(state, late=state.late + 1))
    return _ended(state, LaunchFailed(instance=message.ref, problem=problem_of(message)), now)


def _image_ready(state: Containers, message: ImageReady) -> Decision[Containers]:
    one = state.pending.get(message.instance)
    if one is None or not state.expects(message.instance, "image_present"):
        return Decision(replace(state, late=state.late + 1))
    state = state.lived(message.instance, "image_present")
    pending = {key: other for key, other in state.pending.items() if key != message.instance}
    make = Make(launch=one.launch, docker=one.docker, image=message.image, digest=message.digest)
    return Decision(replace(state, pending=pending), do=(make,))


# ---------------------------------------------------------------------------------------------------------- engine


def _stood(state: Containers, message: Stood) -> Decision[Containers]:
    """Follow the engine: refuse while it is gone, look through what is left when it is there (again)."""
    was_gone = state.engine in ("unwatched", "down", "paused")
    now_there = message.state in ("up", "recovering")
    problem = message.problem if message.problem is not None or now_there else _unnamed(message)
    moved = replace(state, engine=message.state, problem=None if now_there else problem)
    if state.engine in ("up", "recovering") and not now_there:
        for instance in state.lives:
            moved = moved.lived(instance, "engine_lost")
    is_back = now_there and was_gone
    was_there_all_along = message.state == state.engine == "up" and bool(state.suspended)  # a suspicion came to nothing
    if not (is_back or was_there_all_along):
        return Decision(moved)
    if moved.is_surveying:
        return Decision(replace(moved, surveys_again=True))
    return Decision(replace(moved, is_surveying=True), do=(Survey(docker=state.docker),))


def _unnamed(message: Stood) -> AnyProblem:
    return EngineNotRunning(host=message.host, reason=f"it is {message.state}")


def _surveyed(state: Containers, message: Surveyed) -> Decision[Containers]:
    """Nothing is left that is of no use: say so to the engine's actor, and to all who wait."""
    facts: tuple[Fact, ...] = tuple(message.facts)
    if state.surveys_again:
        again = replace(state, surveys_again=False)
        return Decision(again, do=(Survey(docker=state.docker),), publish=facts)
    if state.engine not in ("up", "recovering"):
        return Decision(replace(state, is_surveying=False), publish=facts)
    done = replace(state, is_surveying=False, suspended=frozenset())
    for instance in [key for key, life in state.lives.items() if life == "engine_down"]:
        done = done.lived(instance, "engine_back")
    mended: Telling = ()
    if state.engine == "recovering":
        mended = ((state.names.engine, Mended(kept=message.kept, ended=message.ended)),)
    waiting = {*state.suspended, *state.launches.replies.values()}
    resumed = tuple((name, Resumed()) for name in sorted(waiting)) if state.suspended or mended else ()
    return Decision(done, tell=(*mended, *resumed), publish=facts)


# ----------------------------------------------------------------------------------------------------------- lives


def _told(state: Containers, message: Told) -> Decision[Containers]:
    """Facts leave as events; those that mean something for a life are followed."""
    for fact in message.facts:
        match fact:
            case ContainerCreated():
                state = state.lived(fact.instance_id, "created")
            case ContainerPaused():
                state = state.lived(fact.instance_id, "paused" if fact.paused else "unpaused")
            case _:
                pass
    return Decision(state, publish=tuple(message.facts), do=(Listen(),) if message.is_listening else ())


def _outlived(state: Containers, message: LaunchFailed | Exited) -> Containers:
    """Follow a life to its end."""
    instance = message.instance
    if instance not in state.lives:
        return state
    if isinstance(message, Exited):
        died = state if state.lives[instance] == "stopping" else state.lived(instance, "died")
        return died.lived(instance, "unverified" if isinstance(message.problem, EngineProblem) else "verified_gone")
    ends: tuple[Event, ...] = ("docker_absent", "image_failed", "refused", "verified_gone")
    return state.lived(instance, next((event for event in ends if state.expects(instance, event)), "halt"))
