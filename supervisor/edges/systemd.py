"""Telling the service manager how it stands (sd_notify(3)): READY, STATUS, STOPPING; nothing where there is none."""

from __future__ import annotations

import os
import socket
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping

import trio

from supervisor.events import (
    AnyEvent,
    ServerBackingOff,
    ServerCrashLooping,
    ServerFailed,
    ServerReady,
    ServerStarting,
    ServerStopped,
)
from supervisor.kernel.bus import Bus
from supervisor.kernel.specs import Life
from supervisor.server.messages import Described

TRIES = 20
RETRY_S = 0.25
"""Twenty tries in five seconds: a manager reads its queue within milliseconds, unless it is being replaced."""
LIFE_EVENTS = ServerStarting, ServerReady, ServerFailed, ServerBackingOff, ServerCrashLooping, ServerStopped
"""Events after which the counts may have changed."""


def notify(environ: Mapping[str, str], *lines: str) -> bool:
    """Send state lines to the manager named by $NOTIFY_SOCKET, and say whether there is one that took them.

    A manager that does not read keeps nobody waiting: then they are not taken.
    """
    address = environ.get("NOTIFY_SOCKET", "")
    if not address.startswith(("/", "@")):
        return False
    if address.startswith("@"):  # an abstract socket begins with a NUL byte
        address = "\0" + address[1:]
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as channel:
        channel.setblocking(False)
        try:
            channel.connect(os.fsencode(address))
            channel.send("\n".join(lines).encode())
        except OSError:
            return False
    return True


async def announce(environ: Mapping[str, str], *lines: str) -> None:
    """Send state lines that must not be lost, such as READY=1; a manager whose queue is full gets some more tries."""
    for _try in range(TRIES):
        if not environ.get("NOTIFY_SOCKET") or notify(environ, *lines):
            return
        await trio.sleep(RETRY_S)


def status_line(servers: list[Described]) -> str:
    """Return one line with counts, such as `3 ready, 1 backing_off`."""
    counts = Counter(server.life for server in servers)
    return ", ".join(f"{count} {life}" for life, count in sorted(counts.items())) or "no servers"


class StatusReporter:
    """A leaf that keeps the manager's STATUS line true, sending only what changed."""

    def __init__(
        self, bus: Bus, environ: Mapping[str, str], describe: Callable[[], Awaitable[list[Described]]]
    ) -> None:
        self._bus = bus
        self._environ = environ
        self._describe = describe

    async def run(self, life: Life) -> None:
        """Report for ever."""
        said = ""
        with self._bus.subscribe(AnyEvent, capacity=1000) as subscription:
            life.ready()
            while True:
                batch = await subscription.take()
                if not any(isinstance(published.body, LIFE_EVENTS) for published in batch):
                    continue
                line = status_line(await self._describe())
                if line != said and notify(self._environ, f"STATUS={line}"):
                    said = line
