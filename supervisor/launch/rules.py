"""What the actor of any isolation mode decides: who is told what about which instance. Pure.

A mode that needs more (an image, an engine) has rules of its own; it keeps the same contract.
"""

from __future__ import annotations

from typing import assert_never

from msgspec import Struct, field
from msgspec.structs import replace

from supervisor.errors import SpawnFailed
from supervisor.events import SandboxDegraded, SandboxLaunched
from supervisor.kernel.specs import Decision, Stop
from supervisor.launch.messages import Confined, Denied, Exited, Halt, Known, Launch, Launched, LaunchFailed

Heard = Launch | Halt | Launched | LaunchFailed | Exited | Confined | Denied | Known | Stop
"""Requests, and the results of the actor's own commands."""


class Create(Struct, frozen=True, kw_only=True):
    """Command: start it; answered by `Launched` (perhaps with `Confined`) or `LaunchFailed`."""

    launch: Launch


class Await(Struct, frozen=True, kw_only=True):
    """Command: wait until nothing of a launched instance is left; answered by `Exited`.

    A mode may answer `Denied` as often as there is something to tell before; it is then awaited again.
    """

    instance: str


class End(Struct, frozen=True, kw_only=True):
    """Command: the whole stop ladder; its end shows in the answer to `Await`."""

    instance: str
    stdin_s: float | None = None
    """As `Halt` says."""


class Forget(Struct, frozen=True, kw_only=True):
    """Command: its end was told, so `Recall` need not know of it any more. Until then it does: a crash loses no end."""

    instance: str


class Recall(Struct, frozen=True):
    """Command: ask the effects what an earlier incarnation had launched; answered by `Known`."""


Command = Create | Await | End | Forget | Recall


class Launches(Struct, frozen=True, kw_only=True):
    """What a mode's actor remembers."""

    replies: dict[str, str] = field(default_factory=dict)
    """Whom to tell, by instance."""
    halted: frozenset[str] = frozenset()
    """Those that are being ended, perhaps before they have started."""
    is_recalled: bool = False
    """It is known what an earlier incarnation had launched."""
    is_leaving: bool = False

    def without(self, instance: str) -> Launches:
        """Forget an instance."""
        replies = {key: reply for key, reply in self.replies.items() if key != instance}
        return replace(self, replies=replies, halted=self.halted - {instance})


def initial(_now: float) -> Decision[Launches]:
    """Begin by taking over what an earlier incarnation had launched."""
    return Decision(Launches(), do=(Recall(),))


def decide(state: Launches, message: Heard, _now: float) -> Decision[Launches]:
    """Answer one message; instances that are not known (any more) are ignored."""
    match message:
        case Launch():
            return _launch(state, message)
        case Halt():
            return _halt(state, message)
        case Launched():
            return _launched(state, message)
        case LaunchFailed() | Exited():
            forget = (Forget(instance=message.instance),)
            return _settle(_tell(state, message, do=forget, is_last=True))
        case Confined():
            return Decision(state, publish=_confinement(message))
        case Denied():
            awaits = (Await(instance=message.instance),) if message.instance in state.replies else ()
            return Decision(state, do=awaits, publish=tuple(message.facts))
        case Known():
            return _known(state, message)
        case Stop():
            ends = tuple(End(instance=key) for key in state.replies)
            return _settle(Decision(replace(state, halted=frozenset(state.replies), is_leaving=True), do=ends))
        case unknown:
            assert_never(unknown)


def _launch(state: Launches, message: Launch) -> Decision[Launches]:
    if message.instance in state.replies:
        return Decision(state)
    if state.is_leaving:
        refusal = SpawnFailed(step="start", reason="stockade is stopping")
        return Decision(state, tell=((message.reply_to, LaunchFailed(instance=message.instance, problem=refusal)),))
    replies = {**state.replies, message.instance: message.reply_to}
    return Decision(replace(state, replies=replies), do=(Create(launch=message),))


def _halt(state: Launches, message: Halt) -> Decision[Launches]:
    is_known = message.instance in state.replies
    if state.is_recalled and not is_known:
        return Decision(state)
    noted = replace(state, halted=state.halted | {message.instance})
    return Decision(noted, do=(End(instance=message.instance, stdin_s=message.stdin_s),) if is_known else ())


def _launched(state: Launches, message: Launched) -> Decision[Launches]:
    """Wait for its end. A halt may have come before there was anything to be ended: then it is carried out now."""
    ends = (End(instance=message.instance),) if message.instance in state.halted else ()
    return _tell(state, message, do=(Await(instance=message.instance), *ends))


def _known(state: Launches, message: Known) -> Decision[Launches]:
    """Watch over what is there already, and end what was asked to be ended meanwhile."""
    fresh = tuple(key for key in message.launched if key not in state.replies)
    replies = {**message.launched, **state.replies}
    halted = frozenset(fresh) if state.is_leaving else state.halted.intersection(fresh)
    waits = tuple(Await(instance=key) for key in fresh)
    ends = tuple(End(instance=key) for key in fresh if key in halted)
    taken = replace(state, replies=replies, halted=state.halted.intersection(replies) | halted, is_recalled=True)
    crashed = SpawnFailed(step="start", reason="the part of stockade that was starting it has crashed")
    lost = {key: reply for key, reply in message.lost.items() if key not in replies}
    failures = tuple((reply, LaunchFailed(instance=key, problem=crashed)) for key, reply in lost.items())
    return _settle(Decision(taken, tell=failures, do=(*waits, *ends), ready=True))


def _tell(
    state: Launches, message: Launched | LaunchFailed | Exited, *, do: tuple[Command, ...] = (), is_last: bool = False
) -> Decision[Launches]:
    reply_to = state.replies.get(message.instance)
    if reply_to is None:
        return Decision(state)
    return Decision(state.without(message.instance) if is_last else state, tell=((reply_to, message),), do=do)


def _settle(decision: Decision[Launches]) -> Decision[Launches]:
    state = decision.state
    is_done = state.is_leaving and state.is_recalled and not state.replies
    return replace(decision, done=is_done)


def _confinement(message: Confined) -> tuple[SandboxLaunched | SandboxDegraded, ...]:
    launched = SandboxLaunched(
        server=message.server, instance_id=message.instance, pid=message.pid, report=message.report
    )  # fmt: skip
    if not message.degraded:
        return (launched,)
    return launched, SandboxDegraded(server=message.server, instance_id=message.instance, reason=message.degraded)
