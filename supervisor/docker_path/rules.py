"""What the resolver of the docker command decides. Pure.

A question is answered by the remembered success, which is looked at again first; by a thorough search (PATH, well-known
places, login shell); or, while a *negative* lives, by a look at the well-known places alone. The negative is there so
that a broken login shell is not started for each server. It dies 60 s after the thorough search that made it had
*begun*: a look that misses does not renew it, and a look that hits replaces it at once, so that it never hides a docker
that was installed meanwhile. All who ask while something is being looked at get the one answer.
"""

from __future__ import annotations

from typing import assert_never

from msgspec import Struct
from msgspec.structs import replace

from supervisor.docker_path.messages import Absent, Resolve, Resolved, Source, Tried
from supervisor.docker_path.places import Search, Step
from supervisor.events import DockerPathAbsent, DockerPathResolved
from supervisor.kernel.specs import Decision

NEGATIVE_S = 60.0
"""Seconds from the beginning of a thorough search that found nothing to the next one."""


class Look(Struct, frozen=True, kw_only=True):
    """Command: carry out one step; answered by `Looked`."""

    step: Step
    places: tuple[str, ...] = ()
    """Absolute paths, for the steps that are about places."""


class Looked(Struct, frozen=True, kw_only=True, tag="docker_path.looked"):
    """What came of one step."""

    step: Step
    path: str = ""
    """Where it is, verified; empty if this step has not found it."""
    tried: tuple[Tried, ...] = ()
    """What was there instead."""


class Success(Struct, frozen=True, kw_only=True):
    """Where it was found; path and source are only ever written together."""

    path: str
    source: Source


class Negative(Struct, frozen=True, kw_only=True):
    """A thorough search that found nothing."""

    begun: float
    """Seconds on the monotonic clock."""
    tried: tuple[Tried, ...]

    def left_s(self, now: float) -> float:
        """Seconds that it still lives; 0 if it is dead."""
        return max(0.0, self.begun + NEGATIVE_S - now)


class Underway(Struct, frozen=True, kw_only=True):
    """What is being looked at."""

    step: Step
    begun: float | None
    """When the thorough search began; None if this look is none."""
    tried: tuple[Tried, ...] = ()
    """By the steps before."""


class Knowledge(Struct, frozen=True, kw_only=True):
    """What the resolver remembers."""

    search: Search
    found: Success | Negative | None = None
    underway: Underway | None = None
    waiting: tuple[Resolve, ...] = ()
    """All who get the next answer."""
    told: Success | None = None
    """The last that was published; None after it was published as absent."""


Heard = Resolve | Looked


def initial(search: Search) -> Decision[Knowledge]:
    """Begin with nothing known; nothing is looked for until somebody asks."""
    return Decision(Knowledge(search=search), ready=True)


def decide(state: Knowledge, message: Heard, now: float) -> Decision[Knowledge]:
    """Answer one message; a look that is not underway (any more) is ignored."""
    match message:
        case Resolve():
            asked = replace(state, waiting=(*state.waiting, message))
            return Decision(asked) if state.underway else _begin(asked, now)
        case Looked():
            if state.underway is None or message.step != state.underway.step:
                return Decision(state)
            return _hit(state, message) if message.path else _missed(state, state.underway, message, now)
        case unknown:
            assert_never(unknown)


def _begin(state: Knowledge, now: float) -> Decision[Knowledge]:
    match state.found:
        case Success(path=path):
            return _look(state, Underway(step="remembered", begun=None), (path,))
        case Negative() as negative if negative.left_s(now) > 0:
            return _look(state, Underway(step="bundled", begun=None), state.search.well_known)
        case _:
            return _look_thoroughly(state, now)


def _look_thoroughly(state: Knowledge, now: float, tried: tuple[Tried, ...] = ()) -> Decision[Knowledge]:
    first = state.search.steps[0]
    return _look(state, Underway(step=first, begun=now, tried=tried), _places(state, first))


def _look(state: Knowledge, underway: Underway, places: tuple[str, ...]) -> Decision[Knowledge]:
    return Decision(replace(state, underway=underway), do=(Look(step=underway.step, places=places),))


def _places(state: Knowledge, step: Step) -> tuple[str, ...]:
    return state.search.well_known if step == "bundled" else ()


def _hit(state: Knowledge, looked: Looked) -> Decision[Knowledge]:
    """Remember it, tell all who wait, and publish it if it is news."""
    if looked.step == "remembered":
        assert isinstance(state.found, Success)  # nothing else leads to that step
        success = state.found
    else:
        success = Success(path=looked.path, source=looked.step)
    is_news = success != state.told
    return Decision(
        replace(state, found=success, told=success, underway=None, waiting=()),
        tell=tuple(
            (one.reply_to, Resolved(ref=one.ref, path=success.path, source=success.source)) for one in state.waiting
        ),
        publish=(DockerPathResolved(path=success.path, source=success.source),) if is_news else (),
    )


def _missed(state: Knowledge, underway: Underway, looked: Looked, now: float) -> Decision[Knowledge]:
    if looked.step == "remembered":
        return _look_thoroughly(replace(state, found=None), now, looked.tried)
    if underway.begun is None:
        return _told_absent(state, now)
    tried = (*underway.tried, *looked.tried)
    steps = state.search.steps
    later = steps[steps.index(looked.step) + 1 :]
    if later:
        step = replace(underway, step=later[0], tried=tried)
        return _look(state, step, _places(state, later[0]))
    negative = Negative(begun=underway.begun, tried=tried)
    event = DockerPathAbsent(tried=[f"{one.place}: {one.found}" for one in tried], retry_after_s=negative.left_s(now))
    return replace(_told_absent(replace(state, found=negative, told=None), now), publish=(event,))


def _told_absent(state: Knowledge, now: float) -> Decision[Knowledge]:
    """Tell all who wait what the thorough search found; the negative stays as it is."""
    assert isinstance(state.found, Negative)  # nothing else leads here
    tried, left_s = list(state.found.tried), state.found.left_s(now)
    return Decision(
        replace(state, underway=None, waiting=()),
        tell=tuple((one.reply_to, Absent(ref=one.ref, tried=tried, retry_after_s=left_s)) for one in state.waiting),
    )
