"""What the actor of mode `docker` decides: the stages of a launch, and what the engine's end and return mean. Pure.

The contract of every mode (who is told what about which instance) is kept by `launch.rules`; here its one order to
start something becomes stages: find the docker command, see to the image, make the container. While the engine is
known to be gone nothing is launched; when it is back, what is left of our containers is looked through before
anything is launched again, so that none is there twice.
"""

from __future__ import annotations

from typing import Any, Literal, assert_never

from msgspec import Struct, field
from msgspec.structs import replace

from supervisor.container.messages import Fact, ImageReady, Surveyed, Told
from supervisor.docker_path.messages import Absent, Resolve, Resolved
from supervisor.engine.messages import Mended, Seen, State, Stood, Suspect, Watch
from supervisor.errors import AnyProblem, DockerNotFound, EngineNotRunning, EngineProblem, SpawnFailed
from supervisor.kernel.specs import Decision, Stop
from supervisor.launch import rules as launch
from supervisor.launch.messages import Exited, Halt, Known, Launch, Launched, LaunchFailed, Resumed
from supervisor.launch.rules import Await, Create, End, Forget, Launches, Recall

OfLaunch = Launch | Halt | Launched | LaunchFailed | Exited | Known | Stop
Heard = OfLaunch | Resolved | Absent | Stood | Seen | ImageReady | Told | Surveyed
"""Requests, answers of other actors, and the results of the actor's own commands."""

Telling = tuple[tuple[str, Struct], ...]
"""Messages, each with the name that it goes to."""
Stage = Literal["resolving", "pulling"]
"""What a launch waits for before there is anything to be ended."""


class Names(Struct, frozen=True, kw_only=True):
    """The names of the actors around, in the tree."""

    own: str
    resolver: str
    engine: str


class Prepare(Struct, frozen=True, kw_only=True):
    """Command: see to the image of a launch; answered by `ImageReady` or `LaunchFailed`."""

    launch: Launch
    docker: str


class Make(Struct, frozen=True, kw_only=True):
    """Command: make and start the container; answered by `Launched` or `LaunchFailed`."""

    launch: Launch
    docker: str
    image: str
    digest: str


class Abandon(Struct, frozen=True, kw_only=True):
    """Command: a launch that is being prepared is not wanted any more."""

    instance: str


class Listen(Struct, frozen=True):
    """Command: wait for facts that are to leave as events; answered by `Told`, over and over."""


class Survey(Struct, frozen=True, kw_only=True):
    """Command: look at every container of ours on the engine, end what is of no use; answered by `Surveyed`."""

    docker: str


class Note(Struct, frozen=True, kw_only=True):
    """Command: take what the engine says of a container to what is known of it."""

    seen: Seen


Command = Prepare | Make | Abandon | Listen | Survey | Note | Await | End | Forget | Recall


class Pending(Struct, frozen=True, kw_only=True):
    """A launch before its container is made."""

    launch: Launch
    stage: Stage = "resolving"
    docker: str = ""


class Containers(Struct, frozen=True, kw_only=True):
    """All that the actor remembers."""

    names: Names
    launches: Launches = Launches()
    pending: dict[str, Pending] = field(default_factory=dict)
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
            return Decision(state, do=(Note(seen=message),))
        case ImageReady():
            return _image_ready(state, message)
        case Told():
            return Decision(state, publish=tuple(message.facts), do=(Listen(),))
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
        case Launched() | Known():
            return _with(state, launch.decide(state.launches, message, now))
        case unknown:
            assert_never(unknown)


def _launch(state: Containers, message: Launch, now: float) -> Decision[Containers]:
    decision = launch.decide(state.launches, message, now)
    if not any(isinstance(command, Create) for command in decision.do):  # it is known already, or we are leaving
        return _with(state, decision)
    begun = replace(state, launches=decision.state)
    if message.program:
        pending = {**state.pending, message.instance: Pending(launch=message, stage="pulling", docker=message.program)}
        prepare = Prepare(launch=message, docker=message.program)
        return Decision(replace(begun, pending=pending), do=(prepare,))
    if state.engine in ("down", "paused") and state.problem is not None:
        refused = LaunchFailed(instance=message.instance, problem=state.problem)
        return _ended(begun, refused, now)
    resolve = Resolve(reply_to=state.names.own, ref=message.instance)
    pending = {**state.pending, message.instance: Pending(launch=message)}
    return Decision(replace(begun, pending=pending), tell=((state.names.resolver, resolve),))


def _halt(state: Containers, instance: str, decision: Decision[Launches], now: float) -> Decision[Containers]:
    """Before there is a container nothing has to be ended but our own preparations."""
    halted = _with(state, decision)
    return _then(halted, _withdraw(halted.state, instance, now)) if instance in state.pending else halted


def _withdraw(state: Containers, instance: str, now: float) -> Decision[Containers]:
    problem = SpawnFailed(step="start", reason="it was halted before it had started")
    ended = _ended(state, LaunchFailed(instance=instance, problem=problem), now)
    return replace(ended, do=(*ended.do, Abandon(instance=instance)))


def _ended(state: Containers, message: LaunchFailed | Exited, now: float) -> Decision[Containers]:
    """Pass an end on. If the engine is the cause, whoever is told waits for its return, and it is looked at."""
    pending = {key: one for key, one in state.pending.items() if key != message.instance}
    reply_to = state.launches.replies.get(message.instance)
    kept = replace(state, pending=pending)
    tell: Telling = ()
    if reply_to is not None and isinstance(message.problem, EngineProblem):
        kept = replace(kept, suspended=kept.suspended | {reply_to})
        if kept.engine == "up":
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
    if one is None or one.stage != "resolving":
        return Decision(known, tell=tell)
    moved = replace(one, stage="pulling", docker=message.path)
    return Decision(
        replace(known, pending={**known.pending, message.ref: moved}),
        tell=tell,
        do=(Prepare(launch=one.launch, docker=message.path),),
    )


def _absent(state: Containers, message: Absent, now: float) -> Decision[Containers]:
    if message.ref not in state.pending:
        return Decision(state)
    tried = "; ".join(f"{one.place}: {one.found}" for one in message.tried)
    problem = DockerNotFound(tried=tried, retry_after_s=message.retry_after_s)
    return _ended(state, LaunchFailed(instance=message.ref, problem=problem), now)


def _image_ready(state: Containers, message: ImageReady) -> Decision[Containers]:
    one = state.pending.get(message.instance)
    if one is None:
        return Decision(state)
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
    if not (now_there and was_gone):
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
    mended: Telling = ()
    if state.engine == "recovering":
        mended = ((state.names.engine, Mended(kept=message.kept, ended=message.ended)),)
    waiting = {*state.suspended, *state.launches.replies.values()}
    resumed = tuple((name, Resumed()) for name in sorted(waiting)) if state.suspended or mended else ()
    return Decision(done, tell=(*mended, *resumed), publish=facts)
