"""The rules of a server, played message by message without a kernel."""

from __future__ import annotations

from typing import Any, TypeVar

from msgspec import Struct

from supervisor.config.schema import SandboxSpec
from supervisor.config.specs import Grace, Limits
from supervisor.errors import AnyProblem, CommandNotFound, EngineNotRunning, Quarantined, SpawnFailed
from supervisor.kernel.specs import After, Decision, Stop
from supervisor.launch import messages as launcher
from supervisor.launch.messages import EndedBy, Exited, Launch, Launched, LaunchFailed
from supervisor.scan.messages import Scanned, Summary
from supervisor.server import rules
from supervisor.server.messages import Attach, Halt, Heard, Life, Listed, Profile, Recovered, RetryDue
from supervisor.server.policy import LOOP_FAILURES
from supervisor.server.states import Server

Kind = TypeVar("Kind", bound=Struct)

NAME = "tickets"
LAUNCHER = "root/work/none"
PATH = "root/servers/tickets"
SCANNER = "root/work/scan"
POISONED = Quarantined(server=NAME, reason="a tool tells the model to send its keys away")
CLEAN = Summary(verdict="clean", coverage="full", status="clean", score=100, tools=3, findings=0)
DANGEROUS = Summary(verdict="dangerous", coverage="full", status="dangerous", score=0, tools=3, findings=1, withheld=3)


def profile(**changes: Any) -> Profile:
    """A server in mode none with one spare."""
    fields: dict[str, Any] = {
        "name": NAME,
        "mode": "none",
        "launcher": LAUNCHER,
        "command": "command-1",
        "grace": Grace(),
        "limits": Limits(),
        "sandbox": SandboxSpec(),
    }
    return Profile(**(fields | changes))


def instance(number: int) -> str:
    """The id of the instance with this number; timers and waiters are counted along."""
    return f"{NAME}#t.{number}"


def launched(key: str, pid: int = 7) -> Launched:
    return Launched(instance=key, pid=pid, confinement="none")


def exited(key: str, code: int | None = 1, *, signal: int | None = None, ended_by: EndedBy = "itself") -> Exited:
    return Exited(instance=key, code=code, signal=signal, ended_by=ended_by, leftovers=0, stderr_tail=["last words"])


def stopped(key: str) -> Exited:
    """It ended because we asked it to."""
    return exited(key, 0, ended_by="stop")


def listed(key: str) -> Listed:
    return Listed(instance=key, era="handshake", protocol="2025-11-25", name="n", version="v", tools=3)


class Play:
    """A server and everything that it has told, done and published so far."""

    def __init__(self, *, recovered: bool = True, **changes: Any) -> None:
        self.now = 1000.0
        self.told: list[tuple[str, Struct]] = []
        self.did: list[Any] = []
        self.published: list[Struct] = []
        self.state: Server
        self.is_done = False
        self.is_started = False
        self._take(rules.initial(profile(**changes), PATH, "t", self.now))
        if recovered:
            self.hear(Recovered(attached=[], loose=[]))

    def _take(self, decision: Decision[Server]) -> None:
        self.state = decision.state
        self.told.extend(decision.tell)
        self.did.extend(decision.do)
        self.published.extend(decision.publish)
        self.is_done = self.is_done or decision.done
        self.is_started = self.is_started or decision.ready

    def hear(self, *messages: Heard | Stop, after_s: float = 0.0) -> Play:
        """Let some time pass, then hear messages one after the other."""
        self.now += after_s
        for message in messages:
            self._take(rules.decide(self.state, message, self.now))
        return self

    # ------------------------------------------------------------------------------------------- what it has said

    def all(self, kind: type[Kind]) -> list[Kind]:
        """Everything of a kind that was told, done (timers as their message) or published, in order."""
        found = [message for _, message in self.told] + [
            command.message if isinstance(command, After) else command for command in self.did
        ]
        return [message for message in [*found, *self.published] if isinstance(message, kind)]

    def last(self, kind: type[Kind]) -> Kind:
        """The latest of a kind."""
        return self.all(kind)[-1]

    def answers(self, name: str) -> list[Struct]:
        """What was told to this name."""
        return [message for receiver, message in self.told if receiver == name]

    def launches(self) -> list[str]:
        """Every instance that was asked for, oldest first."""
        return [message.instance for message in self.all(Launch)]

    def halts(self) -> list[str]:
        """Every instance that was asked to end."""
        return [message.instance for message in self.all(launcher.Halt)]

    def here(self, role: str) -> list[str]:
        """The instances in a role that are not being ended."""
        return [key for key, one in self.state.instances.items() if one.role == role and one.phase != "halting"]

    # --------------------------------------------------------------------------------------------- common episodes

    def come_up(self) -> Play:
        """The newest probe starts, lists, is scanned, and is gone; what is launched then runs."""
        self.come_to_scan()
        return (self.scanned() if self.state.scan else self).run_spares()

    def come_to_scan(self) -> Play:
        """The newest probe starts, lists, and is gone; the scan is awaited."""
        probe = self.here("probe")[-1]
        return self.hear(launched(probe), listed(probe), stopped(probe))

    def scanned(self, summary: Summary = CLEAN, problem: AnyProblem | None = None) -> Play:
        """The scan that is awaited is over."""
        return self.hear(Scanned(server=NAME, number=self.state.scan, summary=summary, problem=problem))

    def quarantined(self) -> Play:
        """What the probe listed is dangerous."""
        return self.come_to_scan().scanned(DANGEROUS, POISONED)

    def run_spares(self) -> Play:
        """Everything that is being launched runs."""
        for key, one in list(self.state.instances.items()):
            if one.phase == "launching":
                self.hear(launched(key))
        return self

    def attach(self, session: str = "s1", *, wait_s: float = 0.0, replaces: str = "") -> Play:
        """A session asks for an instance; the answer goes to its own name."""
        return self.hear(Attach(reply_to=session, session=session, wait_s=wait_s, replaces=replaces))

    def fail_launch(self, problem: Any) -> Play:
        """The newest launch comes to nothing."""
        return self.hear(LaunchFailed(instance=self.launches()[-1], problem=problem))


NOT_FOUND = CommandNotFound(command="nope", path="/bin")
REFUSED = SpawnFailed(step="fork", reason="EAGAIN")
ENGINE_DOWN = EngineNotRunning(host="unix:///run/docker.sock", reason="connection refused")


def in_life(life: Life) -> Play:
    """A server that has come into this life."""
    match life:
        case "disabled" | "lazy":
            return Play(begins=life)
        case "starting":
            return Play()
        case "ready":
            return Play().come_up()
        case "backing_off":
            return Play().fail_launch(REFUSED)
        case "crash_looping":
            play = Play()
            for _ in range(LOOP_FAILURES):
                play.hear(RetryDue(number=play.state.retry)).fail_launch(REFUSED)
            return play
        case "engine_down" | "failed":
            return Play().fail_launch(NOT_FOUND if life == "failed" else ENGINE_DOWN)
        case "quarantined" | "stopping":
            return Play(scanner=SCANNER).quarantined() if life == "quarantined" else Play().come_up().hear(Halt())
        case "stopped":
            return Play(begins="lazy").hear(Halt())


EVERY_LIFE: tuple[Life, ...] = (
    "disabled", "lazy", "starting", "ready", "backing_off", "crash_looping", "engine_down", "failed", "quarantined",
    "stopping", "stopped",
)  # fmt: skip
PROBLEMATIC = ("backing_off", "crash_looping", "engine_down", "failed", "quarantined")


def gone(play: Play) -> Play:
    """Everything that is being ended is gone."""
    for key, one in list(play.state.instances.items()):
        if one.phase == "halting":
            play.hear(stopped(key))
    return play
