"""An isolation mode without processes: it keeps the same contract, and acts out behaviours by their names."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import trio
from fakes.kernel import Crash, Planned

from supervisor.errors import (
    AnyProblem,
    CommandNotExecutable,
    CommandNotFound,
    CwdMissing,
    SpawnFailed,
)
from supervisor.kernel.actor import Actor
from supervisor.kernel.specs import Decision
from supervisor.launch.actor import actor as launch_actor
from supervisor.launch.messages import Confined, Denied, EndedBy, Exited, Known, Launch, Launched, LaunchFailed
from supervisor.launch.rules import Launches

PROBLEMS: dict[str, AnyProblem] = {
    "not found": CommandNotFound(command="no-such-program", path="/bin"),
    "not executable": CommandNotExecutable(command="/tmp/file", reason="Permission denied"),
    "bad shebang": CommandNotExecutable(command="/tmp/script", reason="its interpreter does not exist"),
    "cwd missing": CwdMissing(cwd="/nowhere"),
}
LEFTOVERS = {"tree": 2, "daemon": 1, "leaver": 1}


@dataclass
class FakeProcess:
    """One instance that plays a process."""

    behaviour: str
    pid: int
    died: trio.Event = field(default_factory=trio.Event)
    code: int | None = None
    signal: int | None = None
    ended_by: EndedBy = "itself"

    def end(self, by: EndedBy, *, code: int | None = None, signal: int | None = None) -> None:
        """Die, unless it is dead."""
        if not self.died.is_set():
            self.ended_by, self.code, self.signal = by, code, signal
            self.died.set()

    @property
    def ending(self) -> str:
        return f"signal {self.signal}" if self.signal is not None else f"exit status {self.code}"


class FakeInstances:
    """What the effects of a mode are, without a world: a launch's `command` is the name of a behaviour."""

    def __init__(self) -> None:
        self.processes: dict[str, FakeProcess] = {}
        self.launches: list[str] = []
        """Every instance that was asked for, in order."""
        self.gate = trio.Event()
        """While it is not set, no launch comes about."""
        self.gate.set()
        self._starting: dict[str, trio.CancelScope] = {}
        self._replies: dict[str, str] = {}
        self._asked: dict[str, str] = {}

    def live(self) -> list[str]:
        """The instances that have not ended."""
        return [key for key, process in self.processes.items() if not process.died.is_set()]

    def known(self) -> Known:
        """What an earlier incarnation has launched, and what was lost with it."""
        lost = {key: reply for key, reply in self._asked.items() if key not in self._starting}
        self._asked = {key: reply for key, reply in self._asked.items() if key not in lost}
        return Known(launched=dict(self._replies), lost=lost)

    async def launch(self, message: Launch) -> Launched | LaunchFailed:
        """Begin to act."""
        self.launches.append(message.instance)
        self._asked[message.instance] = message.reply_to
        problem = PROBLEMS.get(message.command)
        with trio.CancelScope() as scope:
            self._starting[message.instance] = scope
            try:
                await self.gate.wait()
                await trio.lowlevel.checkpoint()
            finally:
                del self._starting[message.instance]
            if problem is None:
                process = FakeProcess(message.command, pid=10_000 + len(self.processes))
                self.processes[message.instance] = process
                self._replies[message.instance] = self._asked.pop(message.instance)
                if message.command in ("ends", "leaver"):
                    process.end("itself", code=3)
                return Launched(instance=message.instance, pid=process.pid, confinement="none")
        halted = SpawnFailed(step="start", reason="it was halted before it had started")
        return LaunchFailed(instance=message.instance, problem=problem or halted)

    def forget(self, instance: str) -> None:
        """Its end was told."""
        self._replies.pop(instance, None)
        self._asked.pop(instance, None)

    def confined(self, _instance: str) -> Confined | None:
        """Nothing holds it."""
        return None

    async def outcome(self, instance: str) -> Denied | Exited:
        """Wait for the last act."""
        process = self.processes[instance]
        await process.died.wait()
        await trio.lowlevel.checkpoint()
        return Exited(
            instance=instance,
            code=process.code,
            signal=process.signal,
            ended_by=process.ended_by,
            leftovers=LEFTOVERS.get(process.behaviour, 0),
            stderr_tail=["last words"] if process.behaviour == "ends" else [],
        )

    async def halt(self, instance: str, *, stdin_s: float | None = None) -> None:
        """Ask it to end, or make it."""
        if instance in self._starting:
            self._starting[instance].cancel()
        with trio.CancelScope(shield=True):  # as the ladder is
            await trio.lowlevel.checkpoint()
        process = self.processes.get(instance)
        if process is None:
            return
        if process.behaviour == "deaf":
            process.end("kill", signal=9)
        else:
            process.end("stop", code=0)


def fake_actor(instances: FakeInstances) -> Actor[Launches]:
    """The actor of the fake mode: what decides is what decides in every mode."""
    return launch_actor(instances)


def breakable(actor: Actor[Any]) -> Actor[Any]:
    """The same actor, which crashes when it is told to."""

    def decide(state: Any, message: Any, now: float) -> Decision[Any]:
        if isinstance(message, Crash):
            raise Planned
        return actor.decide(state, message, now)

    return replace(actor, accepts=actor.accepts | Crash, decide=decide)
