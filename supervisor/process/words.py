"""The words of the process layer: what is started, on which descriptors, and how it ended."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Literal, Protocol

from msgspec import Struct, field

if TYPE_CHECKING:  # the messages load all events, which `run --exec` has no use for
    from supervisor.launch.messages import EndedBy

MARKER = "STOCKADE_INSTANCE"
"""Every child finds `<table token>/<instance id>` under this name; what it daemonises is recognised by it."""
OVER_MEMORY = "it went over its memory limit"
"""How the diagnosis of an end begins that the kernel brought about for that."""


class Command(Struct, frozen=True, kw_only=True):
    """What to execute. It holds secrets, so it stays in the process table and its repr shows no value."""

    argv: tuple[str, ...]
    """`argv[0]` as the config has it until it is looked up, an absolute path from then on."""
    env: Mapping[str, str]
    """The whole environment: nothing of ours is inherited beside it."""
    cwd: str
    """An absolute path."""
    secrets: frozenset[str] = frozenset()
    """Names of `env` whose values must not show in what is quoted of the child's output."""
    hidden: frozenset[str] = frozenset()
    """Values that must not show there either: they come to what runs by another way than `env`."""

    def __repr__(self) -> str:
        return f"Command({self.argv[0]!r}, {len(self.argv) - 1} arguments, {len(self.env)} variables, cwd={self.cwd!r})"


class Tracking(Struct, frozen=True, kw_only=True):
    """By what the kernel knows a child and all that it forks for one instance, wherever they go.

    The spawner gives both to the child *before* its program runs, or right after if it cannot do better.
    """

    tag: int = 0
    """The child's limit RLIMIT_RTTIME (number 15), soft and hard; 0 = it gets none."""
    untagged: str = ""
    """Why it gets no tag, for people."""
    procs: int = -1
    """A descriptor of `cgroup.procs` of the instance's leaf: who writes `0` to it is in the leaf from then on. It is
    not for the program: to be closed before its exec. -1 = there is no leaf. Whoever opened it closes it."""
    held: tuple[str, ...] = ()
    """The limits (`memory`, `swap` (there is none), `cpus`, `pids`) that the leaf holds the whole tree to."""
    missing: Mapping[str, str] = {}
    """Those that it does not, each with the reason, for people."""


class Stdio(Struct, frozen=True):
    """The child's ends, as raw descriptors of this process; whoever opened them closes them."""

    stdin: int
    stdout: int
    stderr: int
    tracking: Tracking = Tracking()


Spawner = Callable[[Command, Stdio], Awaitable[int]]
"""Starts a located command as the leader of a session of its own and answers the pid of a *direct* child of this
process, after its exec. Nothing else may be open in the child, which is what `Stdio.tracking` asks for. It is called
shielded, so it must bound itself.
Raises: LaunchError, and then nothing of the command runs."""


WorkloadRung = Literal["close", "stop", "kill", "remove", "reap"]
"""A rung of the stop ladder of a child with a workload: its stdin is closed, its workload is asked to stop, killed,
removed, and the child itself is killed."""


class Removal(Struct, frozen=True, kw_only=True):
    """How the guardian removes a workload whose owner was killed: by running a command, with the workload's id last.

    It is told to the guardian as it is, so there must be no secret in it.
    """

    argv: tuple[str, ...]
    """`argv[0]` is an absolute path; ids of further workloads are appended too."""
    env: Mapping[str, str]
    """The whole environment of that command."""
    cidfile: str
    """Where the child writes the workload's id, for as long as nobody has said which it is."""

    def __repr__(self) -> str:
        return f"Removal({self.argv[0]!r}, {len(self.argv) - 1} arguments, {len(self.env)} variables)"


class Workload(Protocol):
    """What a child has running somewhere else, by an engine: the child itself only carries its bytes.

    So the end of the child proves nothing, and ending the child ends nothing. Each call may be cancelled and must give
    in then; what the engine answers is no reason to raise. That there is nothing (any more) is success. If it is not
    known yet which workload it is, that has to be waited for.
    """

    @property
    def removal(self) -> Removal:
        """How the guardian removes it; asked for once, before the child is started."""
        ...

    async def stop(self, seconds: float) -> None:
        """Have the engine ask it to end (SIGTERM), and kill it after so many seconds."""
        ...

    async def kill(self) -> None:
        """Have the engine kill it at once."""
        ...

    async def remove(self) -> None:
        """Have the engine remove it, whether it still runs or not."""
        ...

    async def is_gone(self) -> bool | None:
        """Whether the engine knows nothing of it any more; None if the engine could not be asked."""
        ...

    def on_rung(self, rung: WorkloadRung) -> None:
        """Hear of a rung just before it is taken."""
        ...


class ExitStatus(Struct, frozen=True):
    """What the kernel says about a dead process; neither is known if somebody else collected it."""

    code: int | None = None
    signal: int | None = None


class Ended(Struct, frozen=True, kw_only=True):
    """The one and final report about a child and all that it had started."""

    status: ExitStatus
    ended_by: EndedBy
    leftovers: int = 0
    """Processes that outlived the first one and had to be ended. A workload counts as one."""
    survivors: int = 0
    """Processes that could not be ended (stuck in the kernel, or of another user). A workload counts as one."""
    is_workload_left: bool = False
    """Its workload is still there, or the engine could not be asked whether it is: one of the survivors then."""
    oom_kills: int = 0
    """Processes of it that the kernel killed because its leaf was over the memory limit."""

    @property
    def code(self) -> int | None:
        """The exit code, None if a signal ended it."""
        return self.status.code

    @property
    def signal(self) -> int | None:
        """The signal that ended it, if one did."""
        return self.status.signal


class StderrLine(Struct, frozen=True, tag="line"):
    """One line of a child's stderr, safe to print: undecodable bytes and control characters are escaped."""

    text: str
    cut: bool = False
    """It was longer than the limit; the rest was read and thrown away."""


class StderrSuppressed(Struct, frozen=True, tag="suppressed"):
    """So many lines came faster than the limit and were counted only."""

    count: int


Heard = StderrLine | StderrSuppressed


class Swept(Struct, frozen=True, kw_only=True):
    """What the sweep at the start found of earlier owners."""

    ended: int = 0
    """Processes of dead owners that were still there and were ended."""
    survivors: int = 0
    """Processes that were still there after it."""
    spared: int = 0
    """Recorded pids that belong to somebody else by now, and were left alone."""
    damaged: int = 0
    """Records that could not be read and were passed over."""
    troubles: tuple[str, ...] = ()
    """What kept the sweep from looking everywhere, for people."""


class Leftovers(Struct, frozen=True):
    """What came of ending the processes that outlived their leader."""

    ended: int = 0
    survivors: int = 0
    pids: tuple[int, ...] = field(default_factory=tuple)
    """Those that survived."""
