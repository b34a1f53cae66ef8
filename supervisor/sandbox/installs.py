"""The first of the two phases in which a package runner starts a server that has no network.

What fetches the package is a child like any other, in the process table and confined, but with a network: its lines on
stderr are told as the server's, a halt of the launch ends it, and it ends with us. It is run once for a server and a
command in one run of stockade, and again if it failed. npm undoes a half-made folder when it is told to end, so it is
asked before it is killed.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from posixpath import basename

import trio
from msgspec.structs import replace

from supervisor.config.specs import Grace
from supervisor.errors import InstallFailed, LaunchError
from supervisor.launch.messages import Launch
from supervisor.process.child import Child
from supervisor.process.lookup import search_path
from supervisor.process.table import ProcessTable
from supervisor.process.words import Command, Spawner
from supervisor.sandbox import runners
from supervisor.sandbox.disk import Disk
from supervisor.sandbox.install_order import install_environment, install_order
from supervisor.sandbox.words import Order

INSTALL_S = 300.0
"""Seconds that fetching may take at all, however long the server's own clock is: as npm gives one slow download."""
ASKED_S = 5.0
"""Seconds between SIGTERM and SIGKILL: npm takes away what it has half made, thousands of files at most."""
SAID_LINES = 16
"""As many of the last lines are quoted: npm explains an error in about ten, and may add notices."""

SpawnerOf = Callable[[Order], Awaitable[Spawner]]


class Installs:
    """What was fetched for which server."""

    def __init__(self, table: ProcessTable, spawner_of: SpawnerOf) -> None:
        self._table = table
        self._spawner_of = spawner_of
        self._done: dict[str, tuple[str, ...]] = {}
        self._fetching: dict[str, trio.Lock] = {}

    async def ensure(self, launch: Launch, order: Order) -> None:
        """Fetch what a server needs, unless it has a network, is no runner's, or it was done. Raises: LaunchError."""
        if order.spec.network != "none":
            return
        command = self._table.command(launch.command)
        argv = runners.installation(command.argv)
        if argv is None:
            return
        async with self._fetching.setdefault(order.server, trio.Lock()):
            if self._done.get(order.server) == command.argv:
                return
            if not await self._is_at_hand(command, order.profile.working_dir):
                await self._fetch(launch, order, command, argv)
            self._done[order.server] = command.argv

    async def _is_at_hand(self, command: Command, working_dir: str | None) -> bool:
        asked = (command.argv, search_path(command), working_dir, Disk())
        return await trio.to_thread.run_sync(runners.is_at_hand, *asked)

    async def _fetch(self, launch: Launch, order: Order, command: Command, argv: tuple[str, ...]) -> None:
        environment = install_environment(command.env, order.profile.own_env)
        spawner = await self._spawner_of(install_order(order, argv, environment, command.cwd))
        key = self._table.prepare(replace(command, argv=argv, env=environment))
        try:
            child = await self._table.start(f"{launch.instance}-install", key, spawner, limits=launch.limits)
        finally:
            self._table.forget(key)
        failure = await _ended(child)
        if failure:
            said = quoted(child.stderr_tail[-SAID_LINES:])
            raise LaunchError(InstallFailed(runner=basename(argv[0]), status=failure, said=said))


async def _ended(child: Child) -> str:
    """Wait for its end, and how it failed if it did; it does not outlive a cancellation."""
    try:
        with trio.move_on_after(INSTALL_S) as clock:
            child.stdin.close()
            await child.stdout.aclose()
            await child.wait()
    finally:
        ended = await child.stop(Grace(stdin_s=0.0, term_s=ASKED_S))
    if clock.cancelled_caught:
        return f"nothing to show for after {INSTALL_S:g} s"
    return "" if ended.code == 0 else child.ending


def quoted(lines: list[str]) -> str:
    """Lines as the end of a sentence."""
    return ": " + "; ".join(lines) if lines else ""
