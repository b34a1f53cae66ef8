"""One started process and all that it may have forked, from its first byte to the end of its last descendant.

The life of a child: its stderr is read from the first byte; its death is awaited through a pidfd; the dead leader is
left a zombie while its leftovers are found and ended, because as long as it is one, the kernel gives its pid (and so
its group and session) to nobody else; then the guard is told, the zombie is collected, and `wait` answers, always the
same. `run` is that life. It is shielded: only the death of the child, or a ladder that has come to its end, ends it.
If the child carries the bytes of a workload, that has to be gone too, and is ended beside the leftovers.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from contextlib import suppress
from math import inf

import trio
from msgspec import Struct

from supervisor.config.specs import Grace
from supervisor.process.guardian import has_proc
from supervisor.process.leftovers import end_all, end_group, search_of
from supervisor.process.pidfd import collect, watch
from supervisor.process.rungs import (
    REAP_S,
    REPORT_S,
    TOTAL_S,
    WORKLOAD_S,
    Act,
    Rung,
    ladder,
    who_ended,
    who_ended_workload,
)
from supervisor.process.scan import Scans
from supervisor.process.spawn import Pipes
from supervisor.process.stderr_lines import StderrLines
from supervisor.process.stop import climb
from supervisor.process.streams import CHUNK_BYTES, Input, Output
from supervisor.process.track import Track
from supervisor.process.words import Ended, ExitStatus, Heard, Leftovers
from supervisor.process.workload import Bounded, Fate

SETTLE_READS = 17
"""Reads of the last of its stderr: the largest pipe there is, 1 MiB. More comes only from what has escaped us."""


class Hooks(Struct, frozen=True, kw_only=True):
    """What a child calls; none of these may block or raise."""

    on_stderr: Callable[[list[Heard]], None] = lambda _heard: None
    """Lines as they come."""
    on_retired: Callable[[], None] = lambda: None
    """No process of it is left; its pid is about to be free again."""
    on_workload_gone: Callable[[], None] = lambda: None
    """The engine says that its workload is gone."""
    on_ended: Callable[[], None] = lambda: None
    """The report is there."""


class Child:
    """A child of ours; `start` it through the process table."""

    def __init__(
        self,
        pid: int,
        pipes: Pipes,
        *,
        track: Track,
        grace: Grace,
        workload: Bounded | None = None,
        secrets: frozenset[str] = frozenset(),
    ) -> None:
        self.pid = pid
        self.stdin = Input(pipes.stdin)
        self.stdout = Output(pipes.stdout, self._begin_drain)
        self.grace = grace
        self._stderr = pipes.stderr
        self._lines = StderrLines(secrets)
        self._track = track
        self._workload = workload
        self._fate = Fate(is_gone=True, was_there=False)
        self._stopped_by = inf
        """When a stop that is under way has to be over."""
        self._reached: Act | None = None
        self._has_asked = False
        self._nursery: trio.Nursery | None = None
        self._is_draining = False
        self._dead = trio.Event()
        self._status = ExitStatus()
        self._done = trio.Event()
        self._oom_kills = 0
        self._ended: Ended | None = None
        self._polite = trio.CancelScope(shield=True)
        self._polite_leftovers = trio.CancelScope()
        self._patience = trio.CancelScope()
        """Cancelled when even SIGKILL did not help: then the death is awaited no longer."""

    @property
    def stderr_tail(self) -> list[str]:
        """Its last lines on stderr, at most 50, oldest first, safe to print."""
        return self._lines.tail

    @property
    def has_ended(self) -> bool:
        """The report is there."""
        return self._ended is not None

    @property
    def died(self) -> trio.Event:
        """Set once its first process has ended."""
        return self._dead

    @property
    def ending(self) -> str:
        """How its first process ended, for people, once it has."""
        status = self._status
        return f"signal {status.signal}" if status.signal is not None else f"exit status {status.code}"

    async def exited(self) -> ExitStatus:
        """Wait for the death of its first process only; its leftovers may still be there."""
        await self._dead.wait()
        return self._status

    async def wait(self) -> Ended:
        """Wait until nothing of it is left; every caller gets the same report."""
        await self._done.wait()
        assert self._ended is not None
        return self._ended

    async def stop(self, grace: Grace | None = None, *, now: bool = False) -> Ended:
        """End it by the ladder, and wait until nothing of it is left (30 s at most).

        Callers after the first wait for the same ladder; with `now` any of them leads it straight to the kill. The
        first caller is shielded: a cancellation reaches it when the child is gone.
        """
        if now:
            self._polite.cancel()
            self._polite_leftovers.cancel()
        if not self._has_asked and not self.has_ended:
            self._has_asked = True
            with trio.CancelScope(shield=True):
                self._begin_drain()
                self._stopped_by = trio.current_time() + TOTAL_S - REPORT_S
                rungs = ladder(grace or self.grace, has_workload=self._workload is not None)
                if not await climb(self, rungs, polite=self._polite):
                    self._patience.cancel()
                await self._done.wait()
        return await self.wait()

    def reach(self, act: Act) -> None:
        """Note the rung and do what of its act takes no time; for the ladder."""
        if self._dead.is_set():
            return
        self._reached = act
        if self._workload:
            self._workload.tell(act)
        match act:
            case "close":
                self.stdin.close()
            case "term":
                self._signal(signal.SIGTERM)
                self._signal(signal.SIGCONT)  # a stopped process would not hear the SIGTERM
            case "kill" if self._workload is None:
                self._kill()
            case "reap":
                self._kill()

    async def carry_out(self, rung: Rung) -> None:
        """Wait until what was handed over for its stdin is in the pipe, or the engine has done its part."""
        if rung.act == "flush":
            await self.stdin.flush()
        elif self._workload:
            await self._workload.carry_out(rung)

    async def run(self, scans: Scans, hooks: Hooks) -> None:
        """Live this child's life; for the process table, once."""
        with trio.CancelScope(shield=True):
            try:
                async with trio.open_nursery() as nursery:
                    leftovers = await self._live(nursery, scans, hooks)
                    nursery.cancel_scope.cancel()
                self._settle(hooks)
                self._report(leftovers)
            finally:
                if self._ended is None:
                    await self._abandon()
                self._close_all()
                hooks.on_ended()

    async def _live(self, nursery: trio.Nursery, scans: Scans, hooks: Hooks) -> Leftovers:
        nursery.start_soon(self._listen, hooks)
        self._nursery = nursery
        try:
            if self._has_asked or self.stdout.is_released:  # before this task came to run
                self._begin_drain()
            with self._patience:
                self._status = await watch(self.pid)
            self._note_closed_stdin()
            self._dead.set()
            async with trio.open_nursery() as both:
                if self._workload:
                    both.start_soon(self._end_workload, self._workload, hooks)
                return await self._end_leftovers(scans, hooks)
        finally:
            self._nursery = None  # whoever asks it to stop in its last moment finds nothing to be drained any more

    def _note_closed_stdin(self) -> None:
        """Whoever of us closed its stdin, a session for one, asked it to end, as the ladder's first rung does."""
        if self._reached in (None, "flush") and self.stdin.is_closed:
            self._reached = "close"

    async def _end_workload(self, workload: Bounded, hooks: Hooks) -> None:
        self._fate = await workload.end(min(trio.current_time() + WORKLOAD_S, self._stopped_by))
        if self._fate.is_gone:
            hooks.on_workload_gone()

    async def _end_leftovers(self, scans: Scans, hooks: Hooks) -> Leftovers:
        if has_proc():
            search = search_of(scans, self.pid, self._track)
            leftovers = await end_all(search, self._track, polite=self._polite_leftovers)
        else:
            leftovers = await end_group(self.pid)
        if self._patience.cancel_called:
            return Leftovers(leftovers.ended, leftovers.survivors + 1, (self.pid, *leftovers.pids))
        self._oom_kills, is_disposed = await self._track.dispose()
        if not leftovers.survivors and is_disposed:
            hooks.on_retired()
        collect(self.pid)
        return leftovers

    async def _listen(self, hooks: Hooks) -> None:
        while True:
            if self._lines.due == inf:
                await trio.lowlevel.wait_readable(self._stderr)
            else:
                with trio.move_on_at(self._lines.due):
                    await trio.lowlevel.wait_readable(self._stderr)
            heard = self._lines.overdue(trio.current_time())
            data = self._read_stderr()
            if data:
                heard += self._lines.feed(data, trio.current_time())
            if heard:
                hooks.on_stderr(heard)
            if data == b"":
                return

    def _read_stderr(self) -> bytes | None:
        try:
            return os.read(self._stderr, CHUNK_BYTES)
        except BlockingIOError:
            return None

    def _settle(self, hooks: Hooks) -> None:
        """Nothing of it writes any more: take what is still in its pipes."""
        self.stdout.settle()
        now = trio.current_time()
        heard: list[Heard] = []
        for _ in range(SETTLE_READS):
            heard += self._lines.feed(self._read_stderr() or b"", now)
        heard += self._lines.finish(now)
        if heard:
            hooks.on_stderr(heard)

    def _report(self, leftovers: Leftovers) -> None:
        fate = self._fate
        judge = who_ended_workload if self._workload else who_ended
        self._ended = Ended(
            status=self._status,
            ended_by=judge(self._status, self._reached),
            leftovers=leftovers.ended + (1 if fate.was_there and fate.is_gone else 0),
            survivors=leftovers.survivors + (0 if fate.is_gone else 1),
            is_workload_left=not fate.is_gone,
            oom_kills=self._oom_kills,
        )
        self._done.set()

    async def _abandon(self) -> None:
        """We are at fault (a callback raised): leave nothing running unwatched; the guardian ends the rest."""
        self._kill()
        with trio.move_on_after(REAP_S):
            await watch(self.pid)
        collect(self.pid)
        if self._workload:
            self._fate = await self._workload.end(trio.current_time() + REAP_S)
        self._report(Leftovers())

    def _close_all(self) -> None:
        self._dead.set()
        self.stdin.close()
        self.stdout.settle()
        os.close(self._stderr)

    def _begin_drain(self) -> None:
        if self._nursery is not None and not self._is_draining:
            self._is_draining = True
            self._nursery.start_soon(self.stdout.drain)

    def _kill(self) -> None:
        self._polite_leftovers.cancel()
        self._signal(signal.SIGKILL)
        self._track.kill()  # and one that has become another user, whom we may not signal

    def _signal(self, number: signal.Signals) -> None:
        with suppress(OSError):  # all of the group are zombies (macOS), or of another user
            os.killpg(self.pid, number)
