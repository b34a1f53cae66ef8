"""Telling the service manager how it stands (sd_notify(3)): READY, STATUS, STOPPING; nothing where there is none."""

from __future__ import annotations

import socket
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping

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

LIFE_EVENTS = ServerStarting, ServerReady, ServerFailed, ServerBackingOff, ServerCrashLooping, ServerStopped
"""Events after which the counts may have changed."""


def notify(environ: Mapping[str, str], *lines: str) -> bool:
    """Send state lines to the manager named by $NOTIFY_SOCKET, and say whether there is one that took them."""
    address = environ.get("NOTIFY_SOCKET", "")
    if not address.startswith(("/", "@")):
        return False
    if address.startswith("@"):  # an abstract socket begins with a NUL byte
        address = "\0" + address[1:]
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as channel:
        try:
            channel.connect(address)
            channel.sendall("\n".join(lines).encode())
        except OSError:
            return False
    return True


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
                if line != said:
                    notify(self._environ, f"STATUS={line}")
                    said = line
