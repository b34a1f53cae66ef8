"""The connection to the engine that the actor keeps, and the wait for a socket that is not there yet.

The engine itself is spoken to by the effects of containers, which the wiring hands in: one connection serves both.
A local engine's socket is made anew at each of its starts, so the folder where it belongs is watched by inotify, which
costs nothing while nothing happens there. Where that cannot be had, the place is looked at once a second.
"""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Protocol, cast

import trio

from supervisor.engine.messages import Seen
from supervisor.engine.words import Appeared, Checked, Connected, Ended, Failed, Heard
from supervisor.errors import AnyProblem, LaunchError
from supervisor.files import inotify

LOOK_S = 1.0
"""Seconds between looks at a place that cannot be watched."""
CHANGES = inotify.ATTRIB | inotify.MOVED_TO | inotify.CREATE | inotify.DELETE_SELF | inotify.MOVE_SELF
"""Something is there anew, or who may connect to it has changed."""

Mark = tuple[int, int, int]


class Listed(Protocol):
    """One container of a listing."""

    @property
    def id(self) -> str:
        """The full id."""

    @property
    def status(self) -> str:
        """`running`, `exited`, …"""


class Events(Protocol):
    """A stream of what happens to containers."""

    async def next(self) -> Seen:
        """Wait for the next thing. Raises: LaunchError, at the end of the stream."""

    def close(self) -> None:
        """Listen no longer."""


class Engine(Protocol):
    """What is asked of an engine here; everything raises LaunchError if there is no answer."""

    @property
    def host(self) -> str:
        """Its address as it may be shown."""

    @property
    def socket_path(self) -> str:
        """Its socket, if it is a local one."""

    async def events(self, labels: Mapping[str, str]) -> Events:
        """Connect anew and listen."""

    async def find(self, labels: Mapping[str, str]) -> Sequence[Listed]:
        """List containers."""

    async def health(self) -> str:
        """Ask what its containerd has to answer too; its version."""


class Connections:
    """The connection to an engine, one at a time."""

    def __init__(self, open_engine: Callable[[str], Awaitable[Engine]], labels: Mapping[str, str]) -> None:
        """`labels` are those that only the containers of this instance of stockade have."""
        self._open = open_engine
        self._labels = labels
        self._number = 0
        self._engine: Engine | None = None
        self._events: Events | None = None
        self._socket: Mark | None = None
        """As it was before the last try to connect."""
        self._waiting = trio.CancelScope()

    async def connect(self, docker: str, number: int) -> Connected | Failed:
        """End what was connected before, shake hands, listen, and see which containers of ours run."""
        self.close()
        self._number = number
        self._engine = engine = await self._open(docker)
        is_placed = bool(engine.socket_path)
        before = mark_of(engine.socket_path)
        events: Events | None = None
        try:
            events = await engine.events(self._labels)
            version = await engine.health()
            listed = await engine.find(self._labels)
        except LaunchError as error:
            if events is not None:
                events.close()
            self._socket = before if is_placed else mark_of(engine.socket_path)
            return Failed(number=number, host=engine.host, problem=_of(error))
        except trio.Cancelled:
            if events is not None:
                events.close()
            raise
        if self._number != number:  # another try has begun meanwhile
            events.close()
            return Connected(number=number, host=engine.host, version=version, running=[])
        self._events = events
        running = [one.id for one in listed if one.status in ("running", "paused")]
        return Connected(number=number, host=engine.host, version=version, running=running)

    async def hear(self, number: int) -> Heard | Ended | None:
        """Wait for what happens next; None if nobody listens any more."""
        events = self._events
        if events is None or number != self._number:
            return None
        try:
            return Heard(number=number, seen=[await events.next()])
        except LaunchError as error:
            return Ended(number=number, problem=_of(error))

    async def check(self, number: int) -> Checked:
        """Ask something that the engine and its containerd have to answer."""
        if self._engine is None:
            return Checked(number=number, problem=None)
        try:
            await self._engine.health()
        except LaunchError as error:
            return Checked(number=number, problem=_of(error))
        return Checked(number=number, problem=None)

    async def appear(self, number: int) -> Appeared | None:
        """Wait until its socket is there anew; None if it has none, or another try has begun."""
        path = self._engine.socket_path if self._engine is not None else ""
        if not path or number != self._number:
            return None
        self._waiting = trio.CancelScope()
        with self._waiting:
            await changed(path, self._socket)
            return Appeared(number=number)
        return None

    def close(self) -> None:
        """End what is connected, and whatever waits; a second call changes nothing."""
        self._number = 0
        self._waiting.cancel()
        events, self._events = self._events, None
        if events is not None:
            events.close()


def _of(error: LaunchError) -> AnyProblem:
    return cast(AnyProblem, error.problem)


# ------------------------------------------------------------------------------------------------ waiting for a socket


def mark_of(path: str) -> Mark | None:
    """What tells what is at a path from what was there before, also if only its permissions differ; None if nothing."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino, found.st_ctime_ns


async def changed(path: str, before: Mark | None) -> None:
    """Return when something is at the path that is not what was there before."""
    while True:
        folder, name = _nearest(path)
        fd = inotify.watch((folder,), CHANGES)
        try:
            now = mark_of(path)  # after the watch was set, so that nothing is missed between
            if now is not None and now != before:
                return
            before = now
            if fd < 0:
                await trio.sleep(LOOK_S)
            else:
                await inotify.something_happens(fd, (name,))
        finally:
            if fd >= 0:
                os.close(fd)


def _nearest(path: str) -> tuple[str, str]:
    """The folder that the path is in, or the nearest one above it that exists; and the next name from there."""
    folder, name = os.path.split(os.path.realpath(path))
    while not os.path.isdir(folder):
        folder, name = os.path.split(folder)
    return folder, name
