"""Reloads by themselves when the config changes, where `stockade.watch` asks for it.

Watched are the folders that the config, and each file that it refers to, is found through: a file is written in place,
another one is renamed over it, a link on the way to it is switched to another folder. What is a change is told by what
is there afterwards, not by what happened. It settles before it is read: a file that is written by halves is read when
nothing happens to it any more, and one that is gone for a moment is missed only when it does not come back.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import NamedTuple

import trio

from supervisor import running
from supervisor.edges.reloads import LONGEST_S, Reloads
from supervisor.errors import ReloadIncomplete, StockadeError
from supervisor.files import inotify
from supervisor.kernel.pulse import Pulse
from supervisor.kernel.specs import Life

SETTLE_S = 0.3
"""Seconds in which nothing happens, before what is there is read: editors and config tools write in several steps."""
RESTLESS_S = 5.0
"""A file that is written to all the time is read after so many seconds anyway."""
MISSED_S = 2.0
"""Seconds after which a file that is gone does not come back by itself."""
LOOK_S = 2.0
"""Seconds between looks where the kernel tells nothing: another system, no watch left, a file system that hangs."""
LOOKING_S = 10.0
"""Seconds for one look; it takes microseconds, unless a file system hangs."""
TRIES = 3
PAUSE_S = 5.0
"""Seconds before a reload is asked for again that could not be carried out for every server."""
ROUND_S = LOOKING_S + (1 + TRIES) * 2 * LONGEST_S + TRIES * PAUSE_S
"""Seconds for what a change asks for: a look at the plan, and reloads, each behind one that somebody else asked for."""
MOST_LINKS = 40
"""As many as the kernel follows."""
CHANGES = (
    inotify.ATTRIB | inotify.CLOSE_WRITE | inotify.MOVED_FROM | inotify.MOVED_TO | inotify.CREATE | inotify.DELETE
    | inotify.DELETE_SELF | inotify.MOVE_SELF
)  # fmt: skip

Mark = tuple[tuple[int, ...], ...]
"""What tells what is at some paths from what was there before."""


class Look(NamedTuple):
    """What is there, and a watch that was set before it was looked at."""

    mark: Mark
    fd: int
    names: frozenset[str]

    @property
    def is_missing(self) -> bool:
        """Whether something is not there."""
        return () in self.mark


class Watching:
    """The leaf that watches the config."""

    def __init__(self, run: running.Run, reloads: Reloads) -> None:
        self._run = run
        self._reloads = reloads
        self._threads = trio.CapacityLimiter(1)

    async def run(self, life: Life) -> None:
        """Watch for ever; while nobody asks for it, wait for a reload that does."""
        pulse = Pulse()
        life.watch(pulse)
        life.ready()
        known: frozenset[str] = frozenset()
        before: Mark = ()
        while True:
            reloaded = self._reloads.reloaded
            paths = self._paths()
            is_news = paths != known
            if paths == known:
                with pulse.resting():  # for a change of the file, or of what is to be watched
                    is_news = await self._changes_before(reloaded, paths, before)
            if paths and is_news:
                with pulse.resting(ROUND_S):
                    before = await self._mark(paths)
                    if paths == known:
                        await self._follow()
                    else:
                        await self._catch_up()  # it may have changed since it was read
            known = paths

    def _paths(self) -> frozenset[str]:
        config, path = self._run.config, self._reloads.source.path
        return frozenset((path, *config.files)) if config.settings.watch and path else frozenset()

    async def _catch_up(self) -> None:
        with suppress(StockadeError):
            if not (await self._reloads.ask(is_dry_run=True)).is_empty:
                await self._reload()

    async def _follow(self) -> None:
        """Reload, unless that changes nothing and there is nothing to be told."""
        with suppress(StockadeError):
            try:
                plan = await self._reloads.ask(is_dry_run=True)
            except StockadeError:
                await self._reload()  # for this one is told
            else:
                if not plan.is_empty or plan.refused or plan.settings or plan.warnings:
                    await self._reload()

    async def _reload(self) -> None:
        """Reload, and do what is left if it could not be done for every server: nobody else would before an edit."""
        for left in reversed(range(TRIES)):
            try:
                await self._reloads.ask()
            except StockadeError as error:
                if not left or not isinstance(error.problem, ReloadIncomplete):
                    raise
                await trio.sleep(PAUSE_S)
            else:
                return

    async def _changes_before(self, reloaded: trio.Event, paths: frozenset[str], before: Mark) -> bool:
        """Wait for a change, or for a reload that somebody else has asked for."""
        has_changed = False
        if not paths:
            await reloaded.wait()
            return False
        async with trio.open_nursery() as nursery:
            nursery.start_soon(_cancel_when, reloaded, nursery.cancel_scope)
            await self._changed(paths, before)
            has_changed = True
            nursery.cancel_scope.cancel()
        return has_changed

    # ------------------------------------------------------------------------------------------------------ looking

    async def _changed(self, paths: frozenset[str], before: Mark) -> None:
        """Return when something else is there than before, and has settled."""
        while True:
            look = await self._look(paths)
            try:
                if look.mark == before:
                    await _happens(look)
                    continue
            finally:
                _close(look)
            with trio.move_on_after(MISSED_S if look.is_missing else 0.0):
                await self._reappeared(paths)
            await self._settled(paths)
            if await self._mark(paths) != before:
                return

    async def _settled(self, paths: frozenset[str]) -> None:
        """Return when nothing has happened for a while."""
        with trio.move_on_after(RESTLESS_S):
            while True:
                look = await self._look(paths)
                try:
                    with trio.move_on_after(SETTLE_S) as quiet:
                        await _happens(look)
                finally:
                    _close(look)
                if quiet.cancelled_caught:
                    return

    async def _reappeared(self, paths: frozenset[str]) -> None:
        while True:
            look = await self._look(paths)
            try:
                if not look.is_missing:
                    return
                await _happens(look)
            finally:
                _close(look)

    async def _mark(self, paths: frozenset[str]) -> Mark:
        look = await self._look(paths)
        _close(look)
        return look.mark

    async def _look(self, paths: frozenset[str]) -> Look:
        """Look, in a thread that a hanging file system may keep; then there is nothing to be seen, and no watch."""
        looking = _Looking(paths)
        try:
            with trio.move_on_after(LOOKING_S):
                return await trio.to_thread.run_sync(looking.run, abandon_on_cancel=True, limiter=self._threads)
        except trio.Cancelled:
            looking.abandon()
            raise
        looking.abandon()
        return Look((), -1, frozenset())


class _Looking:
    """One look in a thread; what it opens is closed by whoever comes last, it or those who have waited for it."""

    def __init__(self, paths: frozenset[str]) -> None:
        self._paths = paths
        self._lock = threading.Lock()
        self._look: Look | None = None
        self._is_abandoned = False

    def run(self) -> Look:
        """Look."""
        look = look_at(self._paths)
        with self._lock:
            self._look = look
            if self._is_abandoned:
                _close(look)
        return look

    def abandon(self) -> None:
        """Nobody wants to know any more."""
        with self._lock:
            self._is_abandoned = True
            if self._look is not None:
                _close(self._look)


def look_at(paths: Iterable[str]) -> Look:
    """Set a watch on everything that the paths are found through, then say what is there. Blocks."""
    ordered = sorted(paths)
    steps = {step for path in ordered for step in steps_to(path)}
    fd = inotify.watch({folder for folder, _ in steps}, CHANGES)
    return Look(tuple(_mark_of(path) for path in ordered), fd, frozenset(name for _, name in steps))


def steps_to(path: str) -> Iterator[tuple[str, str]]:
    """The folders that a path is found through, each with the name that is looked up in it.

    That is where each link on the way lies, and the file itself; or the nearest folder that is there, and what is
    missing in it.
    """
    parts = [part for part in path.split("/") if part]
    folder, links = "/", 0
    while parts:
        name, parts = parts[0], parts[1:]
        here = os.path.join(folder, name)
        if os.path.islink(here) and links < MOST_LINKS:
            yield folder, name
            links += 1
            try:
                target = os.readlink(here)
            except OSError:  # it is just being switched, which we will hear of
                return
            parts = [part for part in target.split("/") if part not in ("", ".")] + parts
            folder = "/" if target.startswith("/") else folder
        elif name == "..":
            folder = os.path.dirname(folder)
        elif not parts or not os.path.isdir(here):
            yield folder, name
            return
        else:
            folder = here


def _mark_of(path: str) -> tuple[int, ...]:
    try:
        found = os.stat(path)
    except (OSError, ValueError):
        return ()
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


async def _happens(look: Look) -> None:
    if look.fd < 0:
        await trio.sleep(LOOK_S)
    else:
        await inotify.something_happens(look.fd, look.names)


def _close(look: Look) -> None:
    if look.fd >= 0:
        os.close(look.fd)


async def _cancel_when(event: trio.Event, scope: trio.CancelScope) -> None:
    await event.wait()
    scope.cancel()
