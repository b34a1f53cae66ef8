"""The life of the engine's actor without the actor: its rules, message by message, with the time as an argument."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from supervisor.engine import rules
from supervisor.engine.messages import Stood, Watch
from supervisor.engine.rules import Watched
from supervisor.engine.words import Connected, Ended, Failed, RetryDue
from supervisor.errors import EngineNotResponding, EngineNotRunning, EnginePermissionDenied
from supervisor.kernel.specs import After, Decision

HOST = "unix:///run/docker.sock"
OFF = EngineNotRunning(host=HOST, reason="No such file or directory")
STUCK = EngineNotResponding(host=HOST, reason="it took the request and did not answer in time")
FORBIDDEN = EnginePermissionDenied(host=HOST, reason="Permission denied")
CONTAINER, OTHER = "a" * 64, "b" * 64


class Life:
    """An actor's life without the actor: every message at its time, and what came of the last one."""

    def __init__(self) -> None:
        self.now = 0.0
        self.last: Decision[Watched] = rules.initial(0.0)
        self.published: list[Struct] = []
        self.told: list[tuple[str, Struct]] = []

    @property
    def state(self) -> Watched:
        return self.last.state

    @property
    def number(self) -> int:
        return self.state.number

    def hear(self, message: Any, *, after_s: float = 0.0) -> Decision[Watched]:
        self.now += after_s
        self.last = rules.decide(self.state, message, self.now)
        self.published += self.last.publish
        self.told += self.last.tell
        return self.last

    def watch(self, who: str = "docker") -> Decision[Watched]:
        return self.hear(Watch(reply_to=who, docker="/usr/bin/docker"))

    def connected(self, *running: str, after_s: float = 0.0) -> Decision[Watched]:
        message = Connected(number=self.number, host=HOST, version="28.2.2", running=list(running))
        return self.hear(message, after_s=after_s)

    def failed(self, problem: Any = OFF, *, after_s: float = 0.0) -> Decision[Watched]:
        return self.hear(Failed(number=self.number, host=HOST, problem=problem), after_s=after_s)

    def ended(self) -> Decision[Watched]:
        return self.hear(Ended(number=self.number, problem=OFF))

    def states_told(self) -> list[str]:
        """The states that the first watcher was told since the last time."""
        found: list[str] = [
            message.state for who, message in self.told if isinstance(message, Stood) and who == "docker"
        ]
        self.told = []
        return found


def up(*running: str) -> Life:
    """A life in which the engine answered at once."""
    life = Life()
    life.watch()
    life.connected(*running)
    life.told, life.published = [], []
    return life


def waits(decision: Decision[Watched]) -> list[float]:
    return [command.seconds for command in decision.do if isinstance(command, After)]


def others(decision: Decision[Watched]) -> list[Struct]:
    return [command for command in decision.do if not isinstance(command, After)]


def gone() -> Life:
    """A life in which the engine was up, and has been tried twice in vain since."""
    life = up()
    life.ended()
    life.failed()
    life.hear(RetryDue(number=life.number), after_s=2)
    life.failed()
    return life
