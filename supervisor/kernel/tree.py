"""A tree: a root branch, its bus, and the requests that can be made of it from outside."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import trio

from supervisor.kernel.branch import RunningBranch
from supervisor.kernel.bus import Bus
from supervisor.kernel.mailbox import Mailbox
from supervisor.kernel.node import BranchEnded, ChildFailed, GaveUp, Node
from supervisor.kernel.requests import Add, Remove
from supervisor.kernel.specs import ActorStats, Answered, Branch, Loop, Spec


class _Root:
    """The life of the root: there is no branch above it."""

    def __init__(self, path: str) -> None:
        self.path = path
        self._stop = trio.Event()
        self.is_started = False
        self.started_or_ended = trio.Event()

    @property
    def stop_requested(self) -> bool:
        return self._stop.is_set()

    def ready(self) -> None:
        self.is_started = True
        self.started_or_ended.set()

    def request_stop(self) -> None:
        self._stop.set()

    async def wait_for_stop(self) -> None:
        await self._stop.wait()

    def watch(self, _loop: Loop) -> None:
        """No loop of the root itself is asked: what its children do is."""


class Tree:
    """Runs a root branch; `run` in one task, everything else from any other task of the same trio run."""

    def __init__(
        self, spec: Branch, bus: Bus, *, failing: Callable[[ChildFailed | GaveUp], None] = lambda _failure: None
    ) -> None:
        """`failing` is called when the root cannot go on, before anything is stopped for that."""
        self.bus = bus
        self._failing = failing
        self._spec = spec
        self._root = _Root(spec.name)
        self._running: dict[str, RunningBranch] = {}

    async def run(self) -> None:
        """Start the tree and run it until `stop`.

        Raises: GaveUp or ChildFailed when the root cannot go on.
        """
        failure: GaveUp | ChildFailed | None = None
        try:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(self.bus.clock.run)
                try:
                    await RunningBranch(self._spec, self.bus, self._root, self._running, self._failing).run()
                except (GaveUp, ChildFailed) as error:
                    failure = error
                nursery.cancel_scope.cancel()
        finally:
            self._root.started_or_ended.set()
        if failure is not None:
            raise failure

    async def wait_started(self) -> None:
        """Return when all of the tree is ready. Raises: BranchEnded if it ended before."""
        await self._root.started_or_ended.wait()
        if not self._root.is_started:
            raise BranchEnded(self._root.path)

    def stop(self) -> None:
        """Ask the root to stop; `run` returns when everything is down."""
        self._root.request_stop()

    async def add(self, branch: str, spec: Spec) -> None:
        """Start one more child in a dynamic branch, and return when it is ready.

        Raises: KeyError for a branch that does not run, ValueError for a name that is taken or a branch that is not
        dynamic, ChildFailed, BranchEnded (it stops).
        """
        await self._dynamic(branch).ask(Add(spec))

    async def remove(self, branch: str, name: str) -> None:
        """Stop a child of a dynamic branch, and return when it is down; one that is not there is no error.

        Raises: KeyError, ValueError, BranchEnded as `add`.
        """
        await self._dynamic(branch).ask(Remove(name))

    def _dynamic(self, path: str) -> RunningBranch:
        branch = self._running[path]
        if not branch.spec.dynamic:
            message = f"{path} is not a dynamic branch"
            raise ValueError(message)
        return branch

    # -------------------------------------------------------------------------------------------------- health

    def nodes(self) -> Iterator[Node]:
        """Yield every child of every branch that runs now."""
        for branch in list(self._running.values()):
            yield from list(branch.children.values())

    def stats(self) -> list[ActorStats]:
        """Describe every actor, in the order of names."""
        nodes = {node.path: node for node in self.nodes()}
        boxes = [(name, self.bus.mailbox(name)) for name in self.bus.names()]
        return [_stats(box, nodes[name].restarts if name in nodes else 0) for name, box in boxes if box is not None]

    async def tick(self, deadline_s: float) -> list[str]:
        """Ask every loop for a sign of life and return the names of those that gave none within the deadline, sorted.

        Asked are all actors, and the loops that leaves have `watch`ed. A child that is just starting, restarting or
        ending is not: its branch has a clock for each of these.
        """
        asked = self._ask_all()
        with trio.move_on_after(deadline_s):
            for _, tick in asked:
                await tick.wait()
        excused = {node.path for node in self.nodes() if not node.is_answerable}
        return sorted({name for name, tick in asked if not tick.is_set()} - excused)

    def _ask_all(self) -> list[tuple[str, Answered]]:
        nodes = {node.path: node for node in self.nodes()}
        boxes = [box for name in self.bus.names() if (box := self.bus.mailbox(name)) is not None]
        asked: list[tuple[str, Answered]] = [
            (box.name, box.tick()) for box in boxes if box.name not in nodes or nodes[box.name].is_answerable
        ]
        for node in nodes.values():
            if node.is_answerable:
                asked += [(node.path, loop.tick()) for loop in node.loops]
        return asked


def _stats(box: Mailbox, restarts: int) -> ActorStats:
    durations = sorted(box.durations_s) or [0.0]
    return ActorStats(
        name=box.name,
        depth=box.depth(),
        handled=box.handled,
        restarts=restarts,
        tick_age_s=box.tick_age_s(),
        p50_s=durations[len(durations) // 2],
        p99_s=durations[int(len(durations) * 0.99)],
    )
