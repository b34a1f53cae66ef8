"""The process table: every child of ours, by the id of its instance, and the guard that outlives us.

`async with open_processes(state_dir) as table` sweeps what earlier owners left, starts a guardian, and at its end,
however it ends, stops every child by its ladder and waits until nothing is left. Nothing of it is global: two tables in
one process know nothing of each other.
"""

from __future__ import annotations

import secrets
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import msgspec
import trio
from msgspec import Struct

from supervisor.config.specs import Grace, Limits
from supervisor.errors import LaunchError, SpawnFailed
from supervisor.process.cgroup import Delegation
from supervisor.process.child import Child, Hooks
from supervisor.process.guard import Guard
from supervisor.process.owners import Owners
from supervisor.process.probe import locate
from supervisor.process.scan import Scans
from supervisor.process.spawn import open_pipes
from supervisor.process.subtree import open_subtree
from supervisor.process.sweep import owner_of, sweep
from supervisor.process.track import Track, Tracks
from supervisor.process.words import MARKER, Command, Heard, Removal, Spawner, Swept, Workload
from supervisor.process.workload import Bounded

ENDED_KEPT = 256
"""So many children that have ended can still be asked for, so that their last output can be read for a diagnosis."""
LOOKUPS_AT_ONCE = 64
"""Worker threads for looking at files: apart from all others, so that hanging mounts use up only these."""


class _Start(Struct, frozen=True, kw_only=True):
    """What is being started."""

    instance: str
    command: Command
    """A located one."""
    spawner: Spawner
    grace: Grace
    limits: Limits | None
    workload: Bounded | None


NOT_ASKED = Delegation(reason="stockade was not asked to divide this process's cgroup")

OnStderr = Callable[[str, Sequence[Heard]], None]
OnTrouble = Callable[[str], None]


class ProcessTable:
    """Prepared commands by id, children by instance id; `open_processes` makes one."""

    def __init__(
        self,
        nursery: trio.Nursery,
        tracks: Tracks,
        *,
        guard: Guard,
        owners: Owners | None,
        on_stderr: OnStderr,
        on_trouble: OnTrouble,
        swept: Swept,
    ) -> None:
        self.swept = swept
        """What the sweep at the start found."""
        self._nursery = nursery
        self._tracks = tracks
        self._guard = guard
        self._owners = owners
        self._on_stderr = on_stderr
        self._on_trouble = on_trouble
        self._scans = Scans(owner_of(tracks.token).started)
        self._commands: dict[str, Command] = {}
        self._located: dict[str, Command] = {}
        self._prepared = 0
        self._children: dict[str, Child] = {}
        self._wards: dict[str, int] = {}
        """By which number the guard knows an instance's workload."""
        self._ended: deque[str] = deque()
        self._starting: set[str] = set()
        self._spawning = 0
        self._lookups = trio.CapacityLimiter(LOOKUPS_AT_ONCE)
        self._is_closing = False
        self._is_killed = False
        self._changed = trio.Event()

    def prepare(self, command: Command) -> str:
        """Keep a command, and answer the id that messages name it by."""
        self._prepared += 1
        command_id = f"command-{self._prepared}"
        self._commands[command_id] = command
        return command_id

    def command(self, command_id: str) -> Command:
        """A prepared command. Raises: LaunchError, if there is none of this id."""
        command = self._commands.get(command_id)
        if command is None:
            raise LaunchError(SpawnFailed(step="command", reason=f"{command_id} was prepared by nobody or forgotten"))
        return command

    def forget(self, command_id: str) -> None:
        """The command is not needed any more; unknown ids are ignored."""
        self._commands.pop(command_id, None)
        self._located.pop(command_id, None)

    def child(self, instance: str) -> Child:
        """The child of this instance, also some time after its end. Raises: KeyError."""
        return self._children[instance]

    def live(self) -> list[str]:
        """The instances that have not ended."""
        return [name for name, child in self._children.items() if not child.has_ended]

    @property
    def delegation(self) -> Delegation:
        """Where the leaves of the instances are, or why there are none."""
        return self._tracks.delegation

    @property
    def untagged(self) -> str:
        """Why the instances get no tag; empty if they do."""
        return self._tracks.untagged

    @property
    def guardian_pid(self) -> int:
        """The pid of the guardian, 0 while there is none."""
        return self._guard.pid

    async def start(
        self,
        instance: str,
        command_id: str,
        spawner: Spawner,
        *,
        grace: Grace | None = None,
        limits: Limits | None = None,
        workload: Workload | None = None,
    ) -> Child:
        """Start a prepared command as a new instance; `limits` are what its leaf holds it to, if it gets one.

        With a `workload` the command only carries the bytes of what an engine runs: that is what is stopped then, and
        the instance has not ended before it is gone.

        Raises:
            LaunchError: nothing of it runs.
            ValueError: the instance id is in use.
        """
        if instance in self._children or instance in self._starting:
            raise ValueError(f"the instance {instance!r} exists already")
        command = self.command(command_id)
        self._starting.add(instance)
        try:
            located = self._located.get(command_id)
            if located is None:
                located = await locate(command, self._lookups)
            try:
                start = _Start(
                    instance=instance,
                    command=located,
                    spawner=spawner,
                    grace=grace or Grace(),
                    limits=limits,
                    workload=Bounded(workload, partial(self._complain, instance)) if workload else None,
                )
                return await (self._guard_workload(start, workload.removal) if workload else self._track(start))
            finally:
                self._remember(command_id, located)
        except LaunchError:
            self._located.pop(command_id, None)  # it may have moved: look for it anew the next time
            raise
        finally:
            self._starting.discard(instance)

    def identify(self, instance: str, workload_id: str) -> None:
        """Say which workload this instance has, as soon as that is known, and before its cidfile is removed."""
        self._guard.describe_workload(self._wards.get(instance, 0), identity=workload_id)

    def forget_workload(self, instance: str) -> None:
        """The workload of this instance, which was left when it ended (`Ended.is_workload_left`), is gone now."""
        self._guard.forget_workload(self._wards.pop(instance, 0))

    async def close(self) -> None:
        """Stop all children, each by its own ladder, and wait until nothing is left; for `open_processes`."""
        self._is_closing = True
        while self._spawning or self.live():
            async with trio.open_nursery() as nursery:
                for name in self.live():
                    nursery.start_soon(self._children[name].stop)
            if self._spawning:
                self._changed = trio.Event()
                await self._changed.wait()

    async def kill(self) -> None:
        """Kill all children at once, also those whose start is under way; nothing is started from here on."""
        self._is_closing = self._is_killed = True
        async with trio.open_nursery() as nursery:
            for name in self.live():
                nursery.start_soon(partial(self._children[name].stop, now=True))

    async def _guard_workload(self, start: _Start, removal: Removal) -> Child:
        """Let the guardian know of the workload before there can be one."""
        number = self._wards[start.instance] = self._guard.watch_workload(removal)
        try:
            child = await self._track(start)
        except BaseException:
            self.forget_workload(start.instance)
            raise
        self._guard.describe_workload(number, child=child.pid)
        return child

    async def _track(self, start: _Start) -> Child:
        """Give it what it is known by, start it, and take that away again if it could not be started."""
        if self._is_closing:
            raise LaunchError(SpawnFailed(step="start", reason="stockade is stopping"))
        self._spawning += 1
        try:
            with trio.CancelScope(shield=True):
                track = await self._tracks.begin(start.instance, start.limits)
                try:
                    child = await self._spawn(start, track)
                except BaseException:
                    await track.dispose()
                    self._tracks.end(track)
                    raise
                finally:
                    track.close()
        finally:
            self._spawning -= 1
            self._changed.set()
        self._tracks.check(start.instance, child.pid, track)
        self._adopt(start.instance, child, track)
        return child

    async def _spawn(self, start: _Start, track: Track) -> Child:
        pipes = open_pipes()
        command = start.command
        marked = msgspec.structs.replace(command, env={MARKER: track.marker, **_without_marker(command)})
        try:
            pid = await start.spawner(marked, msgspec.structs.replace(pipes.theirs, tracking=track.tracking))
        except BaseException:
            pipes.close_ours()
            raise
        finally:
            pipes.close_theirs()
        values = command.hidden.union(command.env[name] for name in command.secrets if name in command.env)
        return Child(pid, pipes, track=track, grace=start.grace, workload=start.workload, secrets=values)

    def _adopt(self, instance: str, child: Child, track: Track) -> None:
        self._children[instance] = child
        self._guard.watch(child.pid)
        if self._owners:
            self._owners.began(child.pid, instance)
        hooks = Hooks(
            on_stderr=lambda heard: self._on_stderr(instance, heard),
            on_retired=lambda: self._retire(child.pid, track),
            on_workload_gone=lambda: self.forget_workload(instance),
            on_ended=lambda: self._bury(instance),
        )
        self._nursery.start_soon(child.run, self._scans, hooks)
        if self._is_killed:  # it was on its way when all were killed
            self._nursery.start_soon(partial(child.stop, now=True))

    def _complain(self, instance: str, text: str) -> None:
        self._on_trouble(f"{instance}: {text}")

    def _remember(self, command_id: str, located: Command) -> None:
        if command_id in self._commands:
            self._located[command_id] = located

    def _retire(self, pid: int, track: Track) -> None:
        self._tracks.end(track)
        self._guard.forget(pid)
        if self._owners:
            self._owners.gone(pid)

    def _bury(self, instance: str) -> None:
        self._ended.append(instance)
        while len(self._ended) > ENDED_KEPT:
            self._children.pop(self._ended.popleft(), None)


@asynccontextmanager
async def open_processes(
    state_dir: str | None = None,
    *,
    on_stderr: OnStderr = lambda _instance, _heard: None,
    on_trouble: OnTrouble = lambda _text: None,
    divides_cgroup: bool = False,
) -> AsyncIterator[ProcessTable]:
    """Open a process table; without a state directory nothing is remembered beyond the guardian's life.

    With `divides_cgroup` each instance gets a leaf, if this process's cgroup was delegated to it; the process itself
    then moves into a leaf of its own, and stays there.

    `on_stderr` gets the lines of every child as they come, `on_trouble` what is wrong with the layer itself (no
    guardian, a full disk); neither may block or raise.
    """
    token = secrets.token_hex(8)
    swept = await sweep(Path(state_dir)) if state_dir else Swept()
    subtree, delegation = await trio.to_thread.run_sync(open_subtree) if divides_cgroup else (None, NOT_ASKED)
    path = subtree.path if subtree else ""  # the guardian is born where we are then
    owners = Owners(Path(state_dir), owner_of(token, path), on_trouble=on_trouble) if state_dir else None
    guard = Guard(token, subtree=path, on_trouble=on_trouble)
    tracks = Tracks(token, subtree, delegation, on_trouble=on_trouble)
    async with trio.open_nursery() as nursery:
        table = ProcessTable(
            nursery, tracks, guard=guard, owners=owners, on_stderr=on_stderr, on_trouble=on_trouble, swept=swept
        )
        guard.start()
        nursery.start_soon(guard.run)
        if owners:
            nursery.start_soon(owners.run)
        try:
            yield table
        finally:
            with trio.CancelScope(shield=True):
                try:
                    await table.close()
                finally:  # a defect in one part must not leave the others waiting for their end
                    await guard.close()
                    if owners:
                        await owners.close()


def _without_marker(command: Command) -> dict[str, str]:
    return {name: value for name, value in command.env.items() if name != MARKER}
