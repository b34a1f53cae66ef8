"""How the servers stand, in one line for the service manager, kept true."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping

import trio

from supervisor.edges.service.notify import Notifier
from supervisor.events import (
    AnyEvent,
    EngineLost,
    EngineRecovered,
    ServerBackingOff,
    ServerCrashLooping,
    ServerFailed,
    ServerQuarantined,
    ServerReady,
    ServerRestarted,
    ServerStarting,
    ServerStopped,
)
from supervisor.kernel.bus import Bus
from supervisor.kernel.specs import Life
from supervisor.server.messages import Described

ANSWER_S = 2.0
"""Seconds for a server's actor to say how it stands: one that does not is counted as such, and delays nobody."""
SETTLE_S = 0.05
"""Seconds in which changes are gathered: a hundred servers that become ready at once are one line, not a hundred."""
LIFE_EVENTS = (
    ServerStarting, ServerReady, ServerFailed, ServerBackingOff, ServerCrashLooping, ServerQuarantined, ServerStopped,
    ServerRestarted, EngineLost, EngineRecovered,
)  # fmt: skip
"""Events after which the counts may have changed."""
UNANSWERED = "unanswered"
"""What is counted of a server whose actor does not say how it stands."""

Describe = Callable[[str], Awaitable[Described | None]]


async def described(names: Iterable[str], describe: Describe) -> dict[str, Described | None]:
    """Ask side by side how servers stand, in the order of the names; None for one that does not answer in time."""
    answers: dict[str, Described | None] = dict.fromkeys(names)

    async def ask(name: str) -> None:
        with trio.move_on_after(ANSWER_S):
            answers[name] = await describe(name)

    async with trio.open_nursery() as nursery:
        for name in answers:
            nursery.start_soon(ask, name)
    return answers


def status_line(servers: Mapping[str, Described | None]) -> str:
    """Return one line with counts, such as `1 backing_off, 3 ready`."""
    counts = Counter(UNANSWERED if one is None else one.life for one in servers.values())
    return ", ".join(f"{count} {life}" for life, count in sorted(counts.items())) or "no servers"


class StatusReporter:
    """A leaf that keeps the manager's STATUS line true, sending only what changed."""

    def __init__(self, bus: Bus, notifier: Notifier, names: Callable[[], Iterable[str]], describe: Describe) -> None:
        self._bus = bus
        self._notifier = notifier
        self._names = names
        self._describe = describe

    async def run(self, life: Life) -> None:
        """Report for ever."""
        with self._bus.subscribe(AnyEvent, capacity=1000, reader="status") as subscription:
            life.watch(subscription.pulse)
            life.ready()
            while True:
                batch = await subscription.take()
                if self._notifier.is_listened_to and any(isinstance(one.body, LIFE_EVENTS) for one in batch):
                    with subscription.pulse.resting():  # an actor that does not answer is stuck itself; we are not
                        await trio.sleep(SETTLE_S)
                        self._notifier.status(status_line(await described(self._names(), self._describe)))
