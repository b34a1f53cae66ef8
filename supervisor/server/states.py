"""The life of one MCP server, as a table, and what is remembered of it.

* A server is probed before it is called ready: one instance is started, opened and asked for all its tools, then ended.
* Every session gets an instance that nobody has spoken to; `spares` of them are kept started.
* Instances are counted, sessions are not restarted: a session whose instance ended asks for another one.
* Nothing is started while the life is `stopping`, `stopped`, `failed`, `disabled` or `lazy`, or before it is known what
  an earlier incarnation of the actor has left.
* An instance is forgotten when the launcher says that it is gone. If that message is lost with an actor that crashed,
  a clock has the process table looked at.
* A server whose engine is gone has not failed: it waits, `engine_down`, until the mode says that launches can work
  again, and asks by itself now and then, because that message may be lost.
* What a probe has listed is scanned before the server is ready. One that is dangerous is `quarantined`: nothing of it
  runs until it is started again, which scans it again. A scan that is not answered in its time holds up nothing.
* A server that does not run can be started for a scan alone, a trial; afterwards it is what it was before.
* A probe that ended is judged when its questioner has answered, who knows what was said and answers at stdout's end.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct, field
from msgspec.structs import replace

from supervisor.errors import AnyProblem
from supervisor.kernel.specs import Begin, Decision, Thing
from supervisor.launch.messages import Exited
from supervisor.matters import INSTANCE
from supervisor.scan.messages import Summary
from supervisor.server.messages import Era, LastExit, Life, Listed, Profile
from supervisor.server.policy import Failures

Turn = Literal["start", "listed", "failed", "looped", "suspended", "hopeless", "quarantined", "stop", "gone"]

LIVES: dict[tuple[Life, Turn], Life] = {
    ("disabled", "start"): "starting",
    ("lazy", "start"): "starting",
    ("stopped", "start"): "starting",
    ("failed", "start"): "starting",
    ("backing_off", "start"): "starting",
    ("crash_looping", "start"): "starting",
    ("engine_down", "start"): "starting",
    ("quarantined", "start"): "starting",
    ("starting", "listed"): "ready",
    ("starting", "failed"): "backing_off",
    ("starting", "looped"): "crash_looping",
    ("starting", "suspended"): "engine_down",
    ("starting", "hopeless"): "failed",
    ("starting", "quarantined"): "quarantined",
    ("ready", "looped"): "crash_looping",
    ("ready", "suspended"): "engine_down",
    ("ready", "hopeless"): "failed",
    ("ready", "quarantined"): "quarantined",
    ("lazy", "stop"): "stopped",
    ("starting", "stop"): "stopping",
    ("ready", "stop"): "stopping",
    ("backing_off", "stop"): "stopping",
    ("crash_looping", "stop"): "stopping",
    ("engine_down", "stop"): "stopping",
    ("failed", "stop"): "stopping",
    ("quarantined", "stop"): "stopping",
    ("stopping", "gone"): "stopped",
}
"""The life that follows; a pair that is not here changes nothing."""

Role = Literal["probe", "spare", "session"]
Phase = Literal["launching", "running", "halting"]


class Instance(Struct, frozen=True, kw_only=True):
    """One process (with all that it started) of the server."""

    role: Role
    number: int = 0
    """Counts up with the time at which it was launched, or given to its session; 0 before this incarnation."""
    phase: Phase = "launching"
    session: str = ""
    pid: int = 0
    stage: str = "create"
    problem: AnyProblem | None = None
    """What is known to be wrong with it, while it is being ended for that."""
    diagnosis: str = ""
    """What a person should know beside the problem."""
    exited: Exited | None = None
    """How it ended, for a probe whose questioner has not answered yet."""


class Recover(Struct, frozen=True, kw_only=True):
    """Command: find out what an earlier incarnation left in the process table; answered by `Recovered`."""

    server: str


class Probe(Struct, frozen=True, kw_only=True):
    """Command: open the protocol with an instance and list its tools; answered by `Listed` or `NotListed`."""

    instance: str
    era: Era | None
    """The era that the server is known to speak, so that it need not be asked."""


class Backoff(Struct, frozen=True, kw_only=True):
    """Command: wait about so long; answered by `RetryDue`."""

    delay_s: float
    number: int
    spread_s: float = 0.0
    """Up to so many seconds more, at random."""


class Look(Struct, frozen=True, kw_only=True):
    """Command: see whether a process of the instance is there; answered by `Looked`."""

    instance: str


Command = Recover | Probe | Backoff | Look


class Waiter(Struct, frozen=True, kw_only=True):
    """A session that waits for an instance."""

    reply_to: str
    session: str
    number: int
    replaces: str = ""
    """The instance that it had before."""


class Server(Struct, frozen=True, kw_only=True):
    """All that the actor of a server remembers."""

    profile: Profile
    token: str
    """Makes instance ids unlike those of earlier incarnations of the actor."""
    path: str
    """The actor's own name, which the launcher replies to."""
    life: Life
    since_s: float
    number: int = 0
    """Counts instances, timers and waiters; what comes back with an old number is late and ignored."""
    instances: dict[str, Instance] = field(default_factory=dict)
    waiters: tuple[Waiter, ...] = ()
    failures: Failures = Failures()
    retry: int = 0
    """The number of the backoff that is running, 0 without one."""
    retry_at_s: float | None = None
    stable: int = 0
    """The number of the clock after which past failures are forgotten."""
    restarts: int = 0
    era: Era | None = None
    tools: int | None = None
    listed: Listed | None = None
    """What the last probe has found."""
    scan: int = 0
    """The number of the scan that is awaited, 0 without one."""
    scan_until_s: float = 0.0
    """When it is awaited no more."""
    scanned: Summary | None = None
    """What the last scan came to."""
    rescans: tuple[str, ...] = ()
    """Who has asked for a scan and gets word when it is over."""
    trial: Life | None = None
    """It was started for a scan alone, and comes back to this life."""
    confinement: str = ""
    degraded: bool = False
    last_exit: LastExit | None = None
    problem: AnyProblem | None = None
    stop_replies: tuple[str, ...] = ()
    """Who wants to be told when nothing is left."""
    start_again: bool = False
    """Start once everything is gone."""
    renewal: Profile | None = None
    """What it goes on by once everything is gone."""
    renewed: Life = "starting"
    """The life that it comes into then: what a person has decided by hand stands, whatever `renewal` begins with."""
    is_recovered: bool = False
    """It is known what an earlier incarnation has left."""
    is_leaving: bool = False
    """The actor ends once everything is gone."""

    @property
    def is_held_back(self) -> bool:
        """A backoff runs, and not for the first failure: until it is over nothing is started or handed out."""
        return self.retry != 0 and self.failures.streak > 1

    @property
    def is_empty(self) -> bool:
        """Nothing is left of it, and that is known for sure."""
        return self.is_recovered and not self.instances

    def with_life(self, life: Life, now: float) -> Server:
        """Come into a life; staying in it keeps its age."""
        return self if life == self.life else replace(self, life=life, since_s=now)

    def of(self, role: Role, *phases: Phase) -> list[str]:
        """Return the ids of the instances in a role and in one of the phases, oldest first."""
        return [key for key, one in self.instances.items() if one.role == role and one.phase in phases]


class Step:
    """One decision in the making: the rules change `state` and collect what is to be told, done and published."""

    def __init__(self, state: Server, now: float) -> None:
        self.state = state
        self.now = now
        self.tell: list[tuple[str, Struct]] = []
        self.do: list[object] = []
        self.publish: list[Struct] = []
        self.begins: list[Begin] = []
        self.ends: list[Thing] = []
        self.again: list[Exited] = []
        """What was held back and can be handled now, after the message in hand."""

    def change(self, **fields: object) -> None:
        """Replace fields of the state."""
        self.state = replace(self.state, **fields)

    def put(self, key: str, instance: Instance) -> None:
        """Remember an instance as it is now."""
        self.change(instances={**self.state.instances, key: instance})

    def drop(self, key: str) -> None:
        """Forget an instance."""
        self.ends.append((INSTANCE, key))
        self.change(instances={other: one for other, one in self.state.instances.items() if other != key})

    def next_number(self) -> int:
        """Count on and return the number."""
        self.change(number=self.state.number + 1)
        return self.state.number

    def turn(self, turn: Turn) -> bool:
        """Follow the table; False if nothing follows."""
        life = LIVES.get((self.state.life, turn))
        if life is None:
            return False
        self.state = self.state.with_life(life, self.now)
        return True

    def answer(self, reply_to: str, message: Struct) -> None:
        """Tell whoever asked; nobody is told if nobody wants an answer."""
        if reply_to:
            self.tell.append((reply_to, message))

    def decision(self, *, ready: bool = False) -> Decision[Server]:
        """Return what was decided; the actor is done when it is leaving and nothing is left."""
        is_done = self.state.is_leaving and self.state.is_empty
        return Decision(
            self.state,
            tuple(self.tell),
            tuple(self.do),
            tuple(self.publish),
            ready=ready,
            done=is_done,
            begins=tuple(self.begins),
            ends=tuple(self.ends),
        )
