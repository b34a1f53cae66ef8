"""More time for a start or a stop, asked of the service manager only while there is progress within bounds of ours.

A start with `ready: all` waits for the first outcome of each server: ready, failed, held back, whatever it is. While
one is starting within its own clocks (a pull of ten minutes is), the manager is asked for more time. When nobody is, it
is told READY as it stands, so that one server cannot keep a machine from coming up. A stop is bounded as a whole,
and so is a reload, for which systemd by itself has no more patience than for a start.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping

import trio

from supervisor import running
from supervisor.config.specs import ServerSpec
from supervisor.edges.embed import SETTLED
from supervisor.edges.reloads import LONGEST_S
from supervisor.edges.service.notify import Notifier
from supervisor.edges.service.status import Describe, described
from supervisor.events import AnyEvent, ServerEvent
from supervisor.kernel.bus import Bus
from supervisor.reloading import STOP_S
from supervisor.server.messages import Described

STEP_S = 5.0
"""Seconds between two requests for more time, and between two looks at who is still starting."""
GRANT_S = 20.0
"""Seconds asked for each time: several steps, on a machine that is busy because it boots."""


def start_bound_s(spec: ServerSpec) -> float:
    """Return the seconds within which a start comes to an outcome: the clocks of all its stages, the opening twice.

    (A server that is spoilt by the question for the newer protocol is started anew and asked the older way.)
    """
    return running.limit_s(spec) + spec.startup.create_s + spec.startup.handshake_s


def unsettled(lives: Mapping[str, Described | None], settled: Collection[str]) -> dict[str, float]:
    """Name the servers that have had no outcome yet, each with the time since which it is in its present life."""
    return {
        name: one.since_s
        for name, one in lives.items()
        if one is not None and name not in settled and one.life not in SETTLED
    }


def is_progress(waiting: Mapping[str, float], bounds_s: Mapping[str, float], now: float) -> bool:
    """Tell whether some of these is within its bound."""
    return any(now - since_s < bounds_s.get(name, 0.0) for name, since_s in waiting.items())


class FirstOutcomes:
    """Waits until every server has had its first outcome, or has been starting for longer than it may."""

    def __init__(
        self, bus: Bus, notifier: Notifier, specs: Callable[[], Iterable[ServerSpec]], describe: Describe
    ) -> None:
        self._bus = bus
        self._notifier = notifier
        self._specs = specs
        self._describe = describe
        self._settled: set[str] = set()

    async def wait(self) -> list[str]:
        """Return those that have had none and are not waited for any more; usually nobody."""
        began = trio.current_time()
        with self._bus.subscribe(AnyEvent, reader="ready") as subscription:
            while True:
                bounds_s = {spec.name: start_bound_s(spec) for spec in self._specs()}
                lives = await described(bounds_s, self._describe)
                waiting = unsettled(lives, self._settled)
                self._settled |= {name for name, one in lives.items() if one is not None} - set(waiting)
                waiting |= {name: began for name, one in lives.items() if one is None and name not in self._settled}
                if not is_progress(waiting, bounds_s, trio.current_time()):
                    return sorted(waiting)
                self._notifier.extend(GRANT_S)
                with trio.move_on_after(STEP_S):
                    while not any(isinstance(one.body, ServerEvent) for one in await subscription.take()):
                        pass


async def extend_stop(notifier: Notifier) -> None:
    """Ask for more time as long as our own bound of a stop is not over: from then on the manager may be impatient."""
    await _extend(notifier, STOP_S)


async def extend_reload(notifier: Notifier) -> None:
    """Ask for more time until cancelled, or our own bound of a reload is over."""
    await _extend(notifier, LONGEST_S)


async def _extend(notifier: Notifier, bound_s: float) -> None:
    ends = trio.current_time() + bound_s
    while (left := ends - trio.current_time()) > 0:
        notifier.extend(min(GRANT_S, left + STEP_S))
        await trio.sleep(STEP_S)
