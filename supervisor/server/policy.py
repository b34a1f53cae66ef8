"""When a server that failed is tried again: backoff, and what counts as a crash loop. Pure."""

from __future__ import annotations

from msgspec import Struct

from supervisor.errors import (
    AnyProblem,
    CommandNotExecutable,
    CommandNotFound,
    ConfinementFailed,
    ContainerArgumentRefused,
    ContainerCommandNotExecutable,
    ContainerCommandNotFound,
    ContainerRunnerMissing,
    ContainerVariableInvalid,
    CwdMissing,
    DockerNotFound,
    EngineProblem,
    GrantRefused,
    ImageWrongPlatform,
    LandlockUnavailable,
    LevelUnavailable,
    ModeUnavailable,
    SnapAppArmor,
)

FIRST_DELAY_S = 0.5
"""Seconds before the first retry, doubled by each further failure."""
LONGEST_DELAY_S = 60.0
"""Seconds between retries at the most."""
DOUBLINGS = 16
"""More than it takes to come to the longest delay: a server may fail for years."""
JITTER = 0.2
"""Share of the delay by which it is spread at random, so that servers which failed together do not start together."""
LOOP_FAILURES = 5
"""So many failures …"""
LOOP_PERIOD_S = 60.0
"""… within so many seconds are a crash loop …"""
LOOP_DELAY_S = 300.0
"""… after which the server is tried only this often (seconds)."""
STABLE_S = 30.0
"""Seconds of being ready after which past failures are forgotten."""

SUSPENDED_S = 60.0
"""Seconds after which a server whose engine was gone asks again by itself: the news of its return may be lost."""
UNFOUND_S = 20.0
"""The same where the docker command was found nowhere, of whose appearance nobody tells."""
RESUMED_S = 0.2
"""Seconds between the news that its engine is back and a server's start …"""
RESUMED_SPREAD_S = 1.5
"""… and so many more at random, so that all servers of an engine do not start in the same moment."""

HOPELESS = (
    CommandNotFound, CommandNotExecutable, CwdMissing, ModeUnavailable,
    LandlockUnavailable, LevelUnavailable, GrantRefused, ConfinementFailed,
    ContainerCommandNotFound, ContainerCommandNotExecutable, ContainerArgumentRefused, ContainerVariableInvalid,
    ContainerRunnerMissing, ImageWrongPlatform, SnapAppArmor,
)  # fmt: skip
"""Problems that another try cannot mend by itself: somebody has to act first."""


class Failures(Struct, frozen=True):
    """The recent failures of one server."""

    times: tuple[float, ...] = ()
    """When they happened, within the loop's period."""
    streak: int = 0
    """How many since the server was last stable."""
    is_loop: bool = False
    """There were too many in too short a time, and the server has not been stable since."""

    def add(self, now: float) -> Failures:
        """Remember one more."""
        recent = (*(then for then in self.times if now - then <= LOOP_PERIOD_S), now)
        return Failures(recent, self.streak + 1, self.is_loop or len(recent) >= LOOP_FAILURES)

    @property
    def delay_s(self) -> float:
        """Seconds to wait before the next try, without jitter."""
        if self.is_loop:
            return LOOP_DELAY_S
        doublings = min(max(self.streak - 1, 0), DOUBLINGS)
        return float(min(FIRST_DELAY_S * 2**doublings, LONGEST_DELAY_S))


def jittered(delay_s: float, chance: float) -> float:
    """Spread a delay; `chance` is uniform in [0, 1)."""
    return delay_s * (1 + JITTER * (2 * chance - 1))


def is_hopeless(problem: AnyProblem) -> bool:
    """Tell whether trying again is of no use until somebody acts."""
    return isinstance(problem, HOPELESS)


def is_blameless(problem: AnyProblem) -> bool:
    """Tell whether no server is at fault: its engine, or the way to it, is not there."""
    return isinstance(problem, EngineProblem | DockerNotFound)
