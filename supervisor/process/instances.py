"""What every mode that starts processes does for a launch; the modes differ in the spawner only.

The effects of a mode are this class with the mode's own `Arrange`: for a `Launch` it answers the spawner, and what
is to be said about the confinement.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import cast

import msgspec
import trio
from msgspec import Struct

from supervisor.errors import AnyProblem, LaunchError, Problem, SpawnFailed
from supervisor.launch.messages import Confined, Denied, Exited, Known, Launch, Launched, LaunchFailed
from supervisor.process.table import ProcessTable
from supervisor.process.words import OVER_MEMORY, Ended, Spawner

TAIL_LINES = 20
"""As many of the last lines on stderr go into a report."""


class Arrangement(Struct, frozen=True, kw_only=True):
    """How one launch is to be started."""

    spawner: Spawner
    confinement: str
    """In a few words what will hold it."""
    degraded: bool = False
    """That is less than was asked for."""


Arrange = Callable[[Launch], Awaitable[Arrangement]]
"""Decides how to start. Raises: LaunchError."""


class _Start(Struct):
    """A launch that is under way, and the halt that may come meanwhile."""

    scope: trio.CancelScope
    halts_now: bool = False


class Instances:
    """Launches, awaits and ends instances for one mode; what its actor calls."""

    def __init__(self, table: ProcessTable, arrange: Arrange) -> None:
        self._table = table
        self._arrange = arrange
        self._starting: dict[str, _Start] = {}
        self._replies: dict[str, str] = {}
        self._asked: dict[str, str] = {}
        """Whom to reply to of launches that have no outcome yet."""

    def known(self) -> Known:
        """Say what was launched and whose end was not told, and which launches have gone with the actor that asked.

        Asked by a fresh incarnation of the actor, when nothing that an earlier one was doing is under way any more.
        """
        lost = {key: reply for key, reply in self._asked.items() if key not in self._starting}
        for key in lost:
            del self._asked[key]
        return Known(launched=dict(self._replies), lost=lost)

    def forget(self, instance: str) -> None:
        """Its end was told; until then a fresh incarnation of the actor has to know of it."""
        self._replies.pop(instance, None)
        self._asked.pop(instance, None)

    async def launch(self, message: Launch) -> Launched | LaunchFailed:
        """Start it. A halt that comes meanwhile ends this in LaunchFailed, or in Launched for one that has ended."""
        start = self._starting[message.instance] = _Start(trio.CancelScope())
        self._asked[message.instance] = message.reply_to
        launched: Launched | None = None
        try:
            with start.scope:
                launched = await self._start(message)
        except LaunchError as error:
            return _failed(message, error.problem)
        finally:
            del self._starting[message.instance]
        if launched is None:
            return _failed(message, SpawnFailed(step="start", reason="it was halted before it had started"))
        del self._asked[message.instance]
        self._replies[message.instance] = message.reply_to
        if start.scope.cancel_called:
            await self.halt(message.instance, now=start.halts_now)
        return launched

    def confined(self, _instance: str) -> Confined | None:
        """What holds a launched instance; nothing here."""
        return None

    async def outcome(self, instance: str) -> Denied | Exited:
        """Wait until nothing of a launched instance is left: here nothing is refused to it before."""
        return await self.ended(instance)

    async def ended(self, instance: str) -> Exited:
        """Wait until nothing of a launched instance is left."""
        child = self._table.child(instance)
        ended = await child.wait()
        return _exited(instance, ended, child.stderr_tail[-TAIL_LINES:])

    async def halt(self, instance: str, *, now: bool = False, stdin_s: float | None = None) -> None:
        """End it by the ladder, or at once, and wait until it has ended; unknown and ended instances are ignored.

        `stdin_s` shortens the time between closing its stdin and SIGTERM, if that is longer.
        """
        start = self._starting.get(instance)
        if start is not None:
            start.halts_now = start.halts_now or now
            start.scope.cancel()
            return
        try:
            child = self._table.child(instance)
        except KeyError:
            return
        grace = child.grace
        if stdin_s is not None and stdin_s < grace.stdin_s:
            grace = msgspec.structs.replace(grace, stdin_s=stdin_s)
        await child.stop(grace, now=now)

    async def _start(self, message: Launch) -> Launched:
        arrangement = await self._arrange(message)
        child = await self._table.start(
            message.instance, message.command, arrangement.spawner, grace=message.grace, limits=message.limits
        )
        return Launched(
            instance=message.instance,
            pid=child.pid,
            confinement=arrangement.confinement,
            degraded=arrangement.degraded,
        )


def _failed(message: Launch, problem: Problem) -> LaunchFailed:
    return LaunchFailed(instance=message.instance, problem=cast(AnyProblem, problem))


def _exited(instance: str, ended: Ended, tail: list[str]) -> Exited:
    return Exited(
        instance=instance,
        code=ended.code,
        signal=ended.signal,
        ended_by=ended.ended_by,
        leftovers=ended.leftovers,
        stderr_tail=tail,
        diagnosis=diagnosis_of(ended),
    )


def diagnosis_of(ended: Ended) -> str:
    """What the kernel can add about the cause of an end, for people; mostly nothing."""
    killed = f"{OVER_MEMORY}: the kernel killed {ended.oom_kills} of its processes"
    stuck = f"{ended.survivors} of its processes could not be ended"
    return "; ".join(text for text, count in ((killed, ended.oom_kills), (stuck, ended.survivors)) if count)
