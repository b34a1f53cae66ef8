"""What the scan actor remembers of the scans that run, and what it has done for them.

One scan of a server goes through these steps; the clock of each is kept here, so that none of them can hang:

    plan       which plugins can look at it, in its own mode
    fast       the engine and the plugins for its definitions and source, side by side
    judge      what that comes to; whoever asked is answered
    deep       the other plugins, in the background; a new request ends this step and begins anew
    judge      once more; the server is told if that changes what becomes of it
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct, field
from msgspec.structs import replace

from supervisor.scan.messages import Depth, Scanned

Step = Literal["plan", "look", "judge"]
PLAN_S = 30.0
"""Seconds to find out which plugins can run: an engine that is just lost takes that long to say so."""
ENGINE_S = 60.0
"""Seconds for the engine in process: 10,000 tools take it some seven."""
PLUGINS_S = 900.0
"""Seconds for all plugins of a pass, each of which is bounded by its own manifest and ends well before."""
JUDGE_S = 30.0
"""Seconds to judge and to store the pins: another process may hold the lock file."""
ENGINE = "engine"


class Plan(Struct, frozen=True, kw_only=True):
    """Command: find out which plugins can look at a server; answered by `Planned`."""

    server: str
    number: int


class Examine(Struct, frozen=True, kw_only=True):
    """Command: have the engine look at what the server lists; answered by `Ran`."""

    server: str
    number: int


class RunPlugin(Struct, frozen=True, kw_only=True):
    """Command: run one plugin to its end; answered by `Ran`."""

    server: str
    number: int
    plugin: str


class Conclude(Struct, frozen=True, kw_only=True):
    """Command: judge what was found, and keep it; answered by `Concluded`."""

    server: str
    number: int
    late: tuple[str, ...] = ()
    """Scanners that did not come to an end in their time."""


class Halt(Struct, frozen=True, kw_only=True):
    """Command: end all that runs for this scan, processes and containers too; not answered."""

    server: str
    number: int


Command = Plan | Examine | RunPlugin | Conclude | Halt


class Asker(Struct, frozen=True):
    """Who wants to know, and under which number."""

    reply_to: str
    number: int


class Job(Struct, frozen=True, kw_only=True):
    """One scan of one server."""

    number: int
    edition: int
    began_s: float
    askers: tuple[Asker, ...]
    """Who is answered when the fast pass is over."""
    step: Step = "plan"
    steps: int = 0
    """How many steps there were: tells a clock of this one from that of an earlier one."""
    depth: Depth = "fast"
    mode: str = ""
    fast: tuple[str, ...] = ()
    deep: tuple[str, ...] = ()
    waiting: frozenset[str] = frozenset()
    """Scanners that have not come to an end."""
    answer: Scanned | None = None
    """What the askers were told, once they were."""
    later: tuple[Asker, ...] = ()
    """Who has asked about a newer list meanwhile."""
    later_edition: int = 0


class Scans(Struct, frozen=True, kw_only=True):
    """All that the actor remembers."""

    number: int = 0
    """Counts scans; what comes back with another number is late and ignored."""
    jobs: dict[str, Job] = field(default_factory=dict)
    """By server."""
    awaiters: tuple[tuple[str, str], ...] = ()
    """Who wants to know when nothing of a server is scanned any more: server, name."""

    def with_job(self, server: str, job: Job | None) -> Scans:
        """Remember a scan as it is now; None forgets it."""
        others = {name: one for name, one in self.jobs.items() if name != server}
        return replace(self, jobs=others if job is None else {**others, server: job})
