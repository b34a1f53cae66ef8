"""What a branch decides when a child ends: pure tables over OTP's strategies and restart kinds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from supervisor.kernel.specs import Limit, Restart, Strategy


@dataclass(frozen=True, slots=True)
class Plan:
    """Which children to stop, in that order, which of them to forget, and which to start afterwards, in that order."""

    stop: tuple[str, ...] = ()
    forget: tuple[str, ...] = ()
    start: tuple[str, ...] = ()


def is_restarted(kind: Restart, *, crashed: bool) -> bool:
    """Tell whether a child of this kind is started again after it ended."""
    match kind:
        case Restart.PERMANENT:
            return True
        case Restart.TRANSIENT:
            return crashed
        case Restart.TEMPORARY:
            return False


def plan(strategy: Strategy, children: Mapping[str, Restart], ended: str) -> Plan:
    """Say what follows from the restart of `ended`, one of `children` (in start order, with their kinds).

    The ended child itself is not in `stop`; `start` is in start order, `stop` in reverse. A temporary child is stopped
    with the others, and never started again.
    """
    names = tuple(children)
    affected = {
        Strategy.ONE_FOR_ONE: (ended,),
        Strategy.ONE_FOR_ALL: names,
        Strategy.REST_FOR_ONE: names[names.index(ended) :],
    }[strategy]
    forget = tuple(name for name in affected if children[name] is Restart.TEMPORARY)
    return Plan(
        stop=tuple(name for name in reversed(affected) if name != ended),
        forget=forget,
        start=tuple(name for name in affected if name not in forget),
    )


@dataclass(frozen=True, slots=True)
class History:
    """The times of a branch's restarts that still count."""

    times: tuple[float, ...] = ()

    def add(self, now: float, limit: Limit) -> History:
        """Remember a restart at `now` and forget those older than the period."""
        return History((*(then for then in self.times if now - then <= limit.period_s), now))

    def exceeds(self, limit: Limit) -> bool:
        """Tell whether there were more restarts than the limit allows; to be asked right after `add`."""
        return len(self.times) > limit.intensity
