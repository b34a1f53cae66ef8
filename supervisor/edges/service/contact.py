"""One daemon's contact with its service manager, from its first moment to its last.

In the order in which things happen: what the manager gave us is taken and looked at before anything is read. READY is
told when the tree runs. Then the watchdog asks until the process ends, the stop included. STOPPING is the first thing
of a stop, and extensions follow until our own bound. Where there is no manager nothing is told, and the rest is the
same: a part that is stuck is told as an event, and SIGUSR1 has the state written.
"""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable, MutableMapping
from functools import partial

import trio

from supervisor.edges.embed import Stockade
from supervisor.edges.service.activation import control_socket
from supervisor.edges.service.dump import dump
from supervisor.edges.service.extension import FirstOutcomes, extend_reload, extend_stop
from supervisor.edges.service.given import take
from supervisor.edges.service.notify import Notifier
from supervisor.edges.service.status import StatusReporter, described, status_line
from supervisor.edges.service.watchdog import Watchdog, allowed_s
from supervisor.events import TreeRecovered, TreeStuck
from supervisor.kernel.bus import Bus


class Contact:
    """What the manager gave, and all that it is told."""

    def __init__(self, environ: MutableMapping[str, str]) -> None:
        """Take what the manager gave out of the environment.

        Raises: StockadeError(ServiceVariableInvalid | ServiceSocketInvalid).
        """
        given = take(environ)
        self.notifier = Notifier(given.notify_socket)
        self.listener: socket.socket | None = control_socket(given, os.getpid())
        """The control socket, where the manager made it."""
        self._allowed_s = allowed_s(given, os.getpid())
        self._began = time.monotonic()
        self._stops = trio.Event()
        self.at_stop: Callable[[], None] = lambda: None
        """Called whenever a stop is asked for, before anybody is told of it; must not wait and not raise."""
        self._dump_asked = trio.Event()
        self._reload_begins = trio.Event()
        self._reload = trio.CancelScope()

    # ------------------------------------------------------------------------------------- from signal handlers

    def stopping(self, why: str = "") -> None:
        """Tell that the stop begins; the first reason stands."""
        self.at_stop()
        self.notifier.stopping(why)
        self._stops.set()

    def ask_dump(self) -> None:
        """Have the state told as an event."""
        self._dump_asked.set()

    # ------------------------------------------------------------------------------------------- tasks and leaves

    async def extend_stop(self) -> None:
        """Ask for time once the stop has begun."""
        await self._stops.wait()
        if self.notifier.is_listened_to:
            await extend_stop(self.notifier)

    async def extend_reloads(self) -> None:
        """Ask for time during each reload, until cancelled."""
        while True:
            await self._reload_begins.wait()
            self._reload_begins = trio.Event()
            with self._reload:
                await extend_reload(self.notifier)

    async def watch(self, sup: Stockade) -> None:
        """Ask the tree for signs of life until cancelled."""
        told = partial(_tell_stuck, sup.run.bus)
        await Watchdog(sup.run.tree.tick, self.notifier, told, allowed_s=self._allowed_s).run()

    async def dump_when_asked(self, sup: Stockade) -> None:
        """Publish how everything stands, each time it was asked for, until cancelled; requests meanwhile are one."""
        while True:
            await self._dump_asked.wait()
            self._dump_asked = trio.Event()
            lives = await described(sup.run.names, sup.describe)
            uptime_s = time.monotonic() - self._began
            actors = sup.run.tree.stats()
            event = dump(lives, actors, sup.run.bus, uptime_s=uptime_s, now=trio.current_time())
            sup.run.bus.publish(event, sender="daemon")

    async def tell_ready(self, sup: Stockade) -> None:
        """Tell that the start is over: at once, or when every server has had its first outcome."""
        if sup.config.settings.ready == "all":
            await FirstOutcomes(sup.run.bus, self.notifier, lambda: sup.config.servers, sup.describe).wait()
        await self.notifier.ready(status_line(await described(sup.run.names, sup.describe)))

    async def tell_reloading(self) -> None:
        """Tell that a reload has begun."""
        self._reload = trio.CancelScope()
        self._reload_begins.set()
        await self.notifier.reloading()

    async def tell_reloaded(self, sup: Stockade, wrong: str) -> None:
        """Tell that a reload is over, and what went wrong with it, if anything did."""
        self._reload.cancel()
        status = status_line(await described(sup.run.names, sup.describe))
        await self.notifier.ready(f"{status}; {wrong}" if wrong else status)

    def reporter(self, sup: Stockade) -> StatusReporter:
        """Make the leaf that keeps the status true."""
        return StatusReporter(sup.run.bus, self.notifier, lambda: sup.run.names, sup.describe)


def _tell_stuck(bus: Bus, silent: list[str], before: list[str]) -> None:
    bus.publish(TreeStuck(parts=silent) if silent else TreeRecovered(parts=before), sender="watchdog")
