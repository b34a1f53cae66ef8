"""A branch at work: it starts its children in order, restarts what ends, and stops them in reverse.

Everything that a branch has to answer comes through its one inbox: children that ended, requests to add or remove one,
and its own restarts. A restart that fails goes back through the inbox like any other end of a child, so that a request
to stop or to remove is heard in between. Too many restarts in too short a time stop the branch and are its own crash,
which its parent answers.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from contextlib import suppress

import trio

from supervisor.kernel.bus import Bus
from supervisor.kernel.node import BranchEnded, ChildFailed, GaveUp, Node, NotReady
from supervisor.kernel.requests import Add, Ended, Remove, Request
from supervisor.kernel.restart import History, is_restarted, plan
from supervisor.kernel.specs import ActorCrashed, ActorRestarted, Branch, Leaf, Life, Restart, Run, Spec


class RunningBranch:
    """One incarnation of a branch."""

    def __init__(
        self,
        spec: Branch,
        bus: Bus,
        life: Life,
        running: dict[str, RunningBranch],
        failing: Callable[[ChildFailed | GaveUp], None] = lambda _failure: None,
    ) -> None:
        """`failing` is called when it cannot go on, before it stops its children."""
        self.spec = spec
        self.bus = bus
        self.life = life
        self.running = running
        self.failing = failing
        self.children: dict[str, Node] = {}
        self.history = History()
        # without a limit: it holds no more than one entry per incarnation of a child and per waiting caller
        self._send, self._inbox = trio.open_memory_channel[Request](math.inf)

    async def run(self) -> None:
        """Run until asked to stop.

        Raises: GaveUp when the restarts exceed the branch's limit, ChildFailed when a child does not start at first.
        """
        self.running[self.life.path] = self
        failure: ChildFailed | GaveUp | None = None
        try:
            async with trio.open_nursery() as nursery:
                self.nursery = nursery
                nursery.start_soon(self._watch_for_stop, nursery.cancel_scope)
                try:
                    await self._start_all()
                    self.life.ready()
                    await self._serve()
                except (ChildFailed, GaveUp) as error:
                    failure = error
                    nursery.cancel_scope.cancel()
        finally:
            del self.running[self.life.path]
            self._settle_waiting()
        if failure is not None:
            raise failure

    def _settle_waiting(self) -> None:
        """Answer what nobody gets to any more: callers are refused, and crashes on the way down are told."""
        with suppress(trio.WouldBlock):
            while True:
                request = self._inbox.receive_nowait()
                if isinstance(request, Ended):
                    self._tell_crash(request.node)
                else:
                    request.done.set()

    async def _watch_for_stop(self, scope: trio.CancelScope) -> None:
        await self.life.wait_for_stop()
        with trio.CancelScope(shield=True):  # the children's own bounds end this
            await self._stop_children(list(reversed(self.children)))
        scope.cancel()

    # ----------------------------------------------------------------------------------------------- requests

    async def ask(self, request: Add | Remove) -> None:
        """Have a child added or removed, and wait until that is done; a caller that is cancelled does not undo it.

        Raises: ChildFailed, ValueError, BranchEnded.
        """
        request.error = BranchEnded(self.life.path)  # unless somebody gets to it
        self._send.send_nowait(request)
        await request.done.wait()
        if request.error is not None:
            raise request.error

    async def _serve(self) -> None:
        async for request in self._inbox:
            match request:
                case Ended():
                    await self._child_ended(request)
                case Add():
                    await self._add(request)
                case Remove():
                    await self._remove(request)

    async def _add(self, request: Add) -> None:
        name = request.spec.name
        try:
            if name in self.children:
                request.error = ValueError(f"{self.life.path} has a child {name!r} already")
            else:
                await self._start(request.spec)
                request.error = None
        except ChildFailed as failure:
            request.error = failure
            self.children.pop(name, None)
        finally:
            request.done.set()

    async def _remove(self, request: Remove) -> None:
        try:
            if request.name in self.children:
                await self._stop_children([request.name])
                del self.children[request.name]
            request.error = None
        finally:
            request.done.set()

    # --------------------------------------------------------------------------------------- start and restart

    async def _start_all(self) -> None:
        for spec in self.spec.children:
            try:
                await self._start(spec)
            except ChildFailed as failure:
                self.failing(failure)
                await self._stop_children(list(reversed(self.children)))
                raise

    async def _start(self, spec: Spec, restarts: int = 0) -> None:
        """Start one child and wait until it is ready; raises ChildFailed when it ends or its time is over first."""
        await self._yield_to_stop()
        node = Node(spec, f"{self.life.path}/{spec.name}", self._send, restarts)
        self.children[spec.name] = node
        self.nursery.start_soon(node.run, self._run_of(spec))
        with trio.move_on_after(spec.startup_s):
            await node.wait_started()
        if not node.is_started:
            await self._yield_to_stop()
            what = "it ended before it was ready" if node.has_ended else f"not ready within {spec.startup_s:g} s"
            await node.cancel()
            node.error = node.error or NotReady(what)  # before its end is read from the inbox, by this same task
            raise ChildFailed(node)

    async def _yield_to_stop(self) -> None:
        if self.life.stop_requested:
            await trio.sleep_forever()  # the watcher ends this task when the children are down

    def _run_of(self, spec: Spec) -> Run:
        if isinstance(spec, Leaf):
            return spec.run

        async def run(life: Life) -> None:
            await RunningBranch(spec, self.bus, life, self.running).run()

        return run

    async def _child_ended(self, ended: Ended) -> None:
        node = ended.node
        self._tell_crash(node)
        if self.children.get(node.spec.name) is not node or node.stop_requested:
            return  # an earlier incarnation, or one that we ended ourselves
        if not is_restarted(node.spec.restart, crashed=node.error is not None):
            if self.spec.dynamic or node.spec.restart is Restart.TEMPORARY:
                del self.children[node.spec.name]
            return
        self.history = self.history.add(trio.current_time(), self.spec.limit)
        if self.history.exceeds(self.spec.limit):
            await self._give_up(node)
        await self._restart(node)

    async def _restart(self, ended: Node) -> None:
        kinds = {name: node.spec.restart for name, node in self.children.items()}
        todo = plan(self.spec.strategy, kinds, ended.spec.name)
        await self._stop_children(todo.stop)
        for name in todo.forget:
            del self.children[name]
        for name in todo.start:
            before = self.children[name]
            try:
                await self._start(before.spec, before.restarts + 1)
            except ChildFailed:
                return  # its end is in the inbox already, behind whatever was asked meanwhile
            self.bus.publish(
                ActorRestarted(actor=self.children[name].path, restarts=before.restarts + 1), sender=self.life.path
            )

    async def _give_up(self, node: Node) -> None:
        failure = GaveUp(node.path, len(self.history.times), self.spec.limit.period_s)
        self.failing(failure)
        await self._stop_children([name for name in reversed(self.children) if name != node.spec.name])
        raise failure from node.error

    # --------------------------------------------------------------------------------------------------- stop

    async def _stop_children(self, names: Sequence[str]) -> None:
        """Stop children in that order, each bounded by its own time; those of a dynamic branch side by side."""
        nodes = [self.children[name] for name in names]
        if not self.spec.dynamic:
            for node in nodes:
                await node.stop()
            return
        async with trio.open_nursery() as nursery:
            for node in nodes:
                nursery.start_soon(node.stop)

    def _tell_crash(self, node: Node) -> None:
        if node.error is not None:
            fact = ActorCrashed(actor=node.path, error=node.error_text(), where=node.error_place())
            self.bus.publish(fact, sender=self.life.path)
