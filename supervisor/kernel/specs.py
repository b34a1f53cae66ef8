"""The words of the kernel: what a tree is declared with, what travels in a mailbox, and what the kernel itself tells.

The tree's words are OTP's, unchanged: a *leaf* does work, a *branch* starts, watches and restarts its children by a
*strategy*, within a *limit* of so many restarts in so long a period.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any, Generic, Protocol, TypeVar

from msgspec import Struct

Body = TypeVar("Body")


class Restart(Enum):
    """When a child that ended is started again."""

    PERMANENT = "permanent"
    """Always."""
    TRANSIENT = "transient"
    """Only after a crash."""
    TEMPORARY = "temporary"
    """Never."""


class Strategy(Enum):
    """Which children are restarted when one of them has to be."""

    ONE_FOR_ONE = "one_for_one"
    """Only that one."""
    ONE_FOR_ALL = "one_for_all"
    """All of the branch."""
    REST_FOR_ONE = "rest_for_one"
    """That one and those that were started after it."""


class Answered(Protocol):
    """The event of an answer."""

    def is_set(self) -> bool:
        """It was given."""

    async def wait(self) -> Any:
        """Return when it was given."""


class Loop(Protocol):
    """A work loop as it is asked for signs of life; kernel/pulse.py makes one of any loop."""

    def tick(self) -> Answered:
        """Ask for one."""

    def answer(self) -> None:
        """Answer in the loop's place: it has ended."""


class Life(Protocol):
    """What a running leaf knows of its place in the tree."""

    @property
    def path(self) -> str:
        """The name in the tree, `root/work/container`: the actor's address."""

    @property
    def stop_requested(self) -> bool:
        """The branch has asked this child to end."""

    def ready(self) -> None:
        """Say that the child counts as started; a second call changes nothing."""

    async def wait_for_stop(self) -> None:
        """Return when the branch asks this child to end."""

    def watch(self, loop: Loop) -> None:
        """Have a work loop of this child asked for signs of life. (An actor's loop is asked by its mailbox.)"""


Run = Callable[[Life], Awaitable[None]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Limit:
    """More than `intensity` restarts within `period_s` seconds stop the branch and escalate to its parent."""

    intensity: int = 3
    period_s: float = 5.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Leaf:
    """One worker; `run` is called anew for each incarnation."""

    name: str
    run: Run
    restart: Restart = Restart.PERMANENT
    startup_s: float = 30.0
    """Seconds to say ready; past them the start counts as a crash."""
    shutdown_s: float = 5.0
    """Seconds between being asked to end and being cancelled."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Branch:
    """Children started left to right and stopped right to left."""

    name: str
    children: tuple[Leaf | Branch, ...] = ()
    strategy: Strategy = Strategy.ONE_FOR_ONE
    limit: Limit = Limit()
    restart: Restart = Restart.PERMANENT
    dynamic: bool = False
    """Children can be added and removed while it runs; they know nothing of each other, so they are restarted one for
    one and stopped side by side."""
    startup_s: float = 60.0
    shutdown_s: float = 40.0

    def __post_init__(self) -> None:
        """Refuse what cannot be run. Raises: ValueError."""
        names = [child.name for child in self.children]
        if len(set(names)) < len(names):
            raise ValueError(f"{self.name} has two children of one name: {', '.join(names)}")
        if self.dynamic and self.strategy is not Strategy.ONE_FOR_ONE:
            raise ValueError(f"{self.name} is dynamic, and restarts {self.strategy.value}")


Spec = Leaf | Branch


class Envelope(Struct, Generic[Body], frozen=True, array_like=True, gc=False):
    """What is in a mailbox: one message and where it came from."""

    id: int
    """Counted per bus from 1."""
    correlation: int
    """The id of the message that everything began with; inherited by whatever is sent while handling a message."""
    sender: str
    reply: str
    """The name that an answer goes to, or empty."""
    sent_s: float
    """Seconds on the kernel's monotonic clock."""
    body: Body


class Published(Struct, Generic[Body], frozen=True, array_like=True, gc=False):
    """A fact on its way to the subscribers."""

    seq: int
    """Counted per bus from 1, without gaps."""
    at_s: float
    """Seconds since the epoch, UTC."""
    correlation: int
    sender: str
    body: Body


class Stop(Struct, frozen=True, tag="kernel.stop"):
    """Asks an actor that accepts it to end by itself (`Decision(done=True)`) before its time to shut down is over."""


class MessageDead(Struct, frozen=True, kw_only=True, tag="message.dead"):
    """A message that nobody took: its receiver is gone, or does not accept it."""

    receiver: str
    reason: str
    message_sender: str


class ActorCrashed(Struct, frozen=True, kw_only=True, tag="actor.crashed"):
    """An exception left a child of the tree."""

    actor: str
    error: str
    """The kind and text of the exception."""
    where: str
    """The file and line that raised it."""


class ActorRestarted(Struct, frozen=True, kw_only=True, tag="actor.restarted"):
    """A child of the tree runs again."""

    actor: str
    restarts: int
    """Restarts of this child so far."""


class ActorStats(Struct, frozen=True, kw_only=True):
    """What is known of one actor at this moment."""

    name: str
    depth: int
    """Messages waiting in its mailbox."""
    handled: int
    """Messages handled by this incarnation."""
    restarts: int
    tick_age_s: float | None
    """Seconds since it last answered a tick; None if it was never asked."""
    p50_s: float
    """Median handling time of the last messages, seconds."""
    p99_s: float


@dataclass(frozen=True, kw_only=True, slots=True)
class After:
    """A timer, as a command: `message` comes to the actor's own mailbox in `seconds`."""

    seconds: float
    message: Struct


Thing = tuple[str, str]
"""A kind of thing and its name: what messages and facts are about (matters.py)."""


class Begin(Struct, frozen=True):
    """A thing begins: what is said about it from here on carries one correlation."""

    thing: Thing
    part_of: Thing | None = None
    """The thing whose correlation it shares; without one, or if that is not known, it gets one of its own."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Names:
    """A field by which a kind of message or fact names what it is about."""

    field: str
    kind: str
    """The kind of thing that it names."""
    is_sure: bool = True
    """False: only if nothing else says where it belongs."""


State = TypeVar("State")


class Decision(Struct, Generic[State], frozen=True):
    """What an actor decided on one message; the loop carries it out. (A Struct: it is made ten times as fast.)"""

    state: State
    tell: tuple[tuple[str, Struct], ...] = ()
    """Messages and the names they go to, in order. The same message to several names in a row is encoded once."""
    do: tuple[Any, ...] = ()
    """Commands for `perform`, or `After` timers; each runs as a task of its own."""
    publish: tuple[Struct, ...] = ()
    """Facts for whoever subscribes."""
    ready: bool = False
    """The actor counts as started from here on."""
    done: bool = False
    """The actor ends when its outbox is empty; commands still at work then are cancelled."""
    begins: tuple[Begin, ...] = ()
    """Things that begin with this decision, what it tells and publishes of them included."""
    ends: tuple[Thing, ...] = ()
    """Things that have ended for good."""
