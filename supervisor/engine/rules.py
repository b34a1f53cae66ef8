"""What the actor that watches the engine decides. Pure.

While all is well it only listens: the end of the stream of events is the engine's end, and is looked into at once. A
stream does not end when the engine or its containerd is stopped or stuck, so that is asked for: now and then while
containers of ours run, and whenever somebody suspects it. An engine that is gone is tried for ever, ever more seldom,
and at once when its socket is there anew. When it is back, who uses it looks through what is left before it counts
as up. What belongs to an earlier try to connect is late, and changes nothing.
"""

from __future__ import annotations

from typing import Any, assert_never

from msgspec import Struct
from msgspec.structs import replace

from supervisor.engine.messages import Mended, State, Stood, Suspect, Watch
from supervisor.engine.words import (
    Appeared,
    AwaitSocket,
    Check,
    CheckDue,
    Checked,
    Connect,
    Connected,
    Ended,
    Failed,
    Hear,
    Heard,
    Incoming,
    MendDue,
    OwnResult,
    RetryDue,
)
from supervisor.errors import AnyProblem, EngineNotResponding
from supervisor.events import EngineLost, EngineRecovered, EngineUp
from supervisor.kernel.specs import After, Decision

RETRIES_S = (2.0, 5.0, 10.0, 30.0, 60.0)
"""Seconds between tries, the last one for ever: quick for a restart, and next to nothing for an engine that is off."""
CHECK_S = 30.0
"""Seconds between checks while containers of ours run: what a stopped engine's servers are silent for at most, before
that is told as what it is."""
MEND_S = 30.0
"""Seconds for looking through what is left: the bound of a stop ladder."""
SUSPECT_S = 2.0
"""An engine that is known to be gone is not tried more often than this, however many suspect it."""


class Watched(Struct, frozen=True, kw_only=True):
    """What the actor remembers."""

    docker: str = ""
    """Empty until somebody wants to know of an engine."""
    watchers: tuple[str, ...] = ()
    state: State = "unwatched"
    number: int = 0
    """Of the current try to connect."""
    is_connecting: bool = False
    tried_at: float = 0.0
    tries: int = 0
    """Waits since it was lost, or since its socket was there anew."""
    host: str = ""
    version: str = ""
    problem: AnyProblem | None = None
    has_been_up: bool = False
    lost_at: float | None = None
    """When it was found that it does not answer; None while all is well, and while it only has to be seen."""
    down_s: float = 0.0
    """How long it did not answer, once it does."""
    running: frozenset[str] = frozenset()
    """Containers of ours."""
    is_ticking: bool = False
    """The next check will fall due."""
    is_checking: bool = False
    is_suspected: bool = False
    """Somebody waits for the outcome of the check that is under way."""
    mending: int = 0
    """How many are still looking through what is left."""
    kept: int = 0
    ended: int = 0


Decided = Decision[Watched]


def initial(_now: float) -> Decided:
    """Do nothing until somebody wants to know of an engine."""
    return Decision(Watched(), ready=True)


def decide(state: Watched, message: Incoming, now: float) -> Decided:
    """Answer one message."""
    match message:
        case Watch():
            return _watch(state, message, now)
        case Suspect():
            return _suspect(state, now)
        case Mended():
            return _mended(state, message)
        case _:
            return _result(state, message, now) if message.number == state.number else Decision(state)


def _result(state: Watched, message: OwnResult, now: float) -> Decided:
    """Take what belongs to the current try to connect."""
    match message:
        case Connected():
            return _connected(state, message, now) if state.is_connecting else Decision(state)
        case Failed():
            return _failed(state, message, now) if state.is_connecting else Decision(state)
        case Heard():
            return _heard(state, message)
        case Ended():
            return _connect(replace(state, problem=message.problem), now)
        case Checked():
            return _checked(state, message, now) if state.is_checking else Decision(state)
        case CheckDue():
            return _check_due(state)
        case RetryDue():
            return _connect(state, now)
        case Appeared():
            return _connect(replace(state, tries=0), now)
        case MendDue():
            return _settle(state) if state.state == "recovering" else Decision(state)
        case unknown:
            assert_never(unknown)


def _tell(state: Watched, *messages: Struct) -> tuple[tuple[str, Struct], ...]:
    return tuple((watcher, message) for message in messages for watcher in state.watchers)


def _stood(state: Watched) -> Stood:
    return Stood(state=state.state, host=state.host, version=state.version, problem=state.problem)


# ------------------------------------------------------------------------------------------------- who wants to know


def _watch(state: Watched, message: Watch, now: float) -> Decided:
    """Tell how it stands; a docker command at another path may mean another engine."""
    is_new = message.reply_to not in state.watchers
    mending = state.mending + 1 if is_new and state.state == "recovering" else state.mending
    watchers = (*state.watchers, message.reply_to) if is_new else state.watchers
    known = replace(state, docker=message.docker, watchers=watchers, mending=mending)
    tell = () if state.state == "unwatched" else ((message.reply_to, _stood(state)),)
    if message.docker == state.docker:
        return Decision(known, tell=tell)
    return replace(_connect(known, now), tell=tell)


def _suspect(state: Watched, now: float) -> Decided:
    """Look at once, unless somebody is looking already."""
    if not state.docker or state.is_connecting or state.is_checking:
        return Decision(replace(state, is_suspected=state.is_checking))
    if state.state in ("up", "recovering"):
        return Decision(replace(state, is_checking=True, is_suspected=True), do=(Check(number=state.number),))
    return _connect(state, now) if now - state.tried_at >= SUSPECT_S else Decision(state)


# ---------------------------------------------------------------------------------------------- lost, and there again


def _connect(state: Watched, now: float) -> Decided:
    """Try it; whatever was connected before is given up."""
    begun = replace(
        state,
        number=state.number + 1,
        is_connecting=True,
        tried_at=now,
        is_ticking=False,
        is_checking=False,
        is_suspected=False,
    )
    return Decision(begun, do=(Connect(docker=begun.docker, number=begun.number),))


def _connected(state: Watched, message: Connected, now: float) -> Decided:
    """It answers. If it did so before, who uses it looks through what is left first."""
    there = replace(
        state,
        state="recovering" if state.has_been_up else "up",
        is_connecting=False,
        tries=0,
        host=message.host,
        version=message.version,
        problem=None,
        has_been_up=True,
        running=frozenset(message.running),
    )
    hear = Hear(number=state.number)
    if there.state == "up":
        up = EngineUp(host=message.host, version=message.version)
        return _ticking(
            Decision(replace(there, lost_at=None), tell=_tell(there, _stood(there)), do=(hear,), publish=(up,))
        )
    down_s = 0.0 if state.lost_at is None else round(now - state.lost_at, 3)
    there = replace(there, down_s=down_s, mending=len(state.watchers), kept=0, ended=0)
    # only the stream had ended: what happened meanwhile was missed all the same, so it counts as gone for a moment
    gone = (replace(_stood(state), state="down"),) if state.state in ("up", "recovering") else ()
    due = After(seconds=MEND_S, message=MendDue(number=state.number))
    if not there.watchers:
        return _ticking(_settle(there, do=(hear,)))
    return _ticking(Decision(there, tell=_tell(there, *gone, _stood(there)), do=(hear, due)))


def _failed(state: Watched, message: Failed, now: float) -> Decided:
    """It does not answer: say so, and try again later, or when its socket is there anew."""
    found: State = "paused" if isinstance(message.problem, EngineNotResponding) else "down"
    gone = replace(
        state,
        state=found,
        is_connecting=False,
        tries=state.tries + 1,
        host=message.host or state.host,
        problem=message.problem,
        lost_at=now if state.lost_at is None else state.lost_at,
    )
    wait_s = RETRIES_S[min(state.tries, len(RETRIES_S) - 1)]
    is_news = found != state.state or state.problem is None or state.problem.code != message.problem.code
    return Decision(
        gone,
        tell=_tell(gone, _stood(gone)) if is_news else (),
        do=(After(seconds=wait_s, message=RetryDue(number=state.number)), AwaitSocket(number=state.number)),
        publish=(EngineLost(state=found, problem=message.problem),) if state.lost_at is None else (),
    )


def _mended(state: Watched, message: Mended) -> Decided:
    if state.state != "recovering":
        return Decision(state)
    kept, ended = state.kept + message.kept, state.ended + message.ended
    counted = replace(state, mending=state.mending - 1, kept=kept, ended=ended)
    return Decision(counted) if counted.mending > 0 else _settle(counted)


def _settle(state: Watched, do: tuple[Any, ...] = ()) -> Decided:
    """What is left has been looked through, or the time for it is over."""
    up = replace(state, state="up", lost_at=None, mending=0)
    recovered = EngineRecovered(
        host=state.host, version=state.version, down_s=state.down_s, kept=state.kept, ended=state.ended
    )
    return Decision(up, tell=_tell(up, _stood(up)), do=do, publish=() if state.lost_at is None else (recovered,))


# ------------------------------------------------------------------------------------------------------- while it is up


def _heard(state: Watched, message: Heard) -> Decided:
    """Pass it on, and know whether containers of ours run."""
    running = set(state.running)
    for one in message.seen:
        if one.action == "start":
            running.add(one.container)
        elif one.action in ("die", "destroy"):
            running.discard(one.container)
    known = replace(state, running=frozenset(running))
    return _ticking(Decision(known, tell=_tell(known, *message.seen), do=(Hear(number=state.number),)))


def _ticking(decision: Decided) -> Decided:
    """Check now and then while containers of ours run; an engine of which nothing is wanted is left alone."""
    state = decision.state
    if state.is_ticking or not state.running:
        return decision
    due = After(seconds=CHECK_S, message=CheckDue(number=state.number))
    return replace(decision, state=replace(state, is_ticking=True), do=(*decision.do, due))


def _check_due(state: Watched) -> Decided:
    fallen = replace(state, is_ticking=False)
    if state.is_checking or not state.running:
        return Decision(fallen)
    return Decision(replace(fallen, is_checking=True), do=(Check(number=state.number),))


def _checked(state: Watched, message: Checked, now: float) -> Decided:
    """All is well, or it is lost although its stream has not ended."""
    if message.problem is not None:
        lost = replace(state, number=state.number + 1, is_ticking=False, is_checking=False, is_suspected=False, tries=0)
        return _failed(lost, Failed(number=lost.number, host=state.host, problem=message.problem), now)
    tell = _tell(state, _stood(state)) if state.is_suspected else ()  # who suspected it may have given something up
    return _ticking(Decision(replace(state, is_checking=False, is_suspected=False), tell=tell))
