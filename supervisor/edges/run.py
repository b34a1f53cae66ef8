"""`stockade run`: one server as a prefix in any client's config, confined and relayed on stdin and stdout.

The same tree as the daemon's, with one server and no probe: the client's own opening is the first thing that the server
hears. A server that ends before it has said anything ends the run with its own status, as if it had been started
without us; one that ends later is replaced, and the session goes on. What the server writes to stderr is passed on.
"""

from __future__ import annotations

import os
from argparse import Namespace
from typing import Self

import trio

from supervisor import running
from supervisor.config.specs import Config
from supervisor.edges import human
from supervisor.edges.asked import config_of
from supervisor.edges.embed import Stockade, open_supervisor
from supervisor.edges.live import live_leaves
from supervisor.edges.log import Sink
from supervisor.edges.record import Record
from supervisor.edges.signals import Ending
from supervisor.edges.writers import CLEAR_LINE, DescriptorWriter
from supervisor.errors import ExitCode, Problem
from supervisor.escaping import printable
from supervisor.events import AnyEvent, InstanceExited, ServerCrashLooping, ServerFailed, Severity
from supervisor.kernel.specs import Leaf, Life

STDIN, STDOUT, STDERR = 0, 1, 2


def run(options: Namespace, command: list[str] | None) -> int:
    """Run one server until the client leaves or the server ends; returns the server's own status."""
    return trio.run(_main, config_of(options, command), options.state_dir)


class Watch:
    """The leaf that looks at the events of the one server, for when the run is over and how."""

    def __init__(self, sup: Stockade, tally: running.Tally) -> None:
        self._bus = sup.run.bus
        self._tally = tally
        self.status: int | None = None
        """The status of the last instance that a session held."""
        self.problem: Problem | None = None
        self.is_hopeless = trio.Event()
        """Set when there is no use in going on."""

    async def run(self, life: Life) -> None:
        """Look at events until asked to stop, then at what is left."""
        with self._bus.subscribe(AnyEvent, capacity=100_000, reader="run") as subscription:
            life.ready()
            async with trio.open_nursery() as nursery:

                async def watch() -> None:
                    await life.wait_for_stop()
                    subscription.close()

                nursery.start_soon(watch)
                while batch := await subscription.take():
                    for published in batch:
                        self._see(published.body)
                nursery.cancel_scope.cancel()

    def _see(self, event: object) -> None:
        match event:
            case InstanceExited() if event.role == "session":
                self.status = 128 + event.signal if event.signal is not None else event.code
                if not (self._tally.server_messages or self._tally.judging):
                    self.is_hopeless.set()
            case ServerFailed():
                self.problem = event.problem
                if event.stage != "session":
                    self.is_hopeless.set()
            case ServerCrashLooping():
                self.is_hopeless.set()


def on_stderr(record: Record) -> bytes:
    """Render an event for our stderr: what the server says there as it is, of ours only what is wrong."""
    if record.type == "stderr.line":
        return human.said(record.fields["line"], record.fields["suppressed"]).encode()
    if record.severity <= Severity.WARNING:
        return f"stockade: {printable(human.sentence(record.fields))}\n".encode()
    return b""


def _leaves(sup: Stockade, watch: Watch) -> running.Leaves:
    bus = sup.run.bus
    is_terminal = os.isatty(STDERR)
    # A sink writes in a thread of its own: a client that does not read our stderr holds up nothing.
    sink = Sink(
        "stderr", bus, sup.recorder, DescriptorWriter(STDERR, before=CLEAR_LINE if is_terminal else b""), on_stderr
    )
    leaves = (Leaf(name="watch", run=watch.run), Leaf(name="stderr", run=sink.run))
    return running.Leaves(first=(*leaves, *live_leaves(bus, STDERR)))


async def _main(config: Config, state_dir: str | None) -> int:
    held: list[Watch] = []
    ended: list[Problem | None] = []
    ending = Ending(lambda _number: None)
    tally = running.Tally()

    def edge(sup: Stockade) -> running.Leaves:
        held.append(Watch(sup, tally))
        ending.killed_by(sup.run.table.kill)
        return _leaves(sup, held[0])

    async with trio.open_nursery() as nursery:
        await nursery.start(ending.hear)  # before anything is started that a signal would leave behind
        with ending.scope:
            async with open_supervisor(
                config, state_dir=state_dir, edge=edge, is_probed=False, divides_cgroup=True
            ) as sup:
                nursery.start_soon(_cancel_when, held[0].is_hopeless, ending.scope)
                ended.append(await _session(sup, config.servers[0].name, tally))
        nursery.cancel_scope.cancel()
    return _exit_code(held[0] if held else None, ended[0] if ended else None, ending.number)


async def _session(sup: Stockade, server: str, tally: running.Tally) -> Problem | None:
    with _Terminal() as terminal:
        return await sup.serve_streams(server, "s1", terminal.receive, terminal.send, gives_up=True, tally=tally)


def _exit_code(watch: Watch | None, ended: Problem | None, signalled: int) -> int:
    if watch is not None and watch.status is not None:
        return watch.status
    problem = (watch and watch.problem) or ended
    if problem is not None:
        return int(problem.exit_code)
    return 128 + signalled if signalled else ExitCode.OK


async def _cancel_when(event: trio.Event, scope: trio.CancelScope) -> None:
    await event.wait()
    scope.cancel()


class _Terminal:
    """Our own stdin and stdout as streams, given back to blocking mode at the end: others may share them."""

    def __enter__(self) -> Self:
        self._blocking = {fd: os.get_blocking(fd) for fd in (STDIN, STDOUT)}
        self.receive = trio.lowlevel.FdStream(os.dup(STDIN))
        self.send = trio.lowlevel.FdStream(os.dup(STDOUT))
        return self

    def __exit__(self, *_error: object) -> None:
        self.receive.close()
        self.send.close()
        for fd, blocking in self._blocking.items():
            os.set_blocking(fd, blocking)
