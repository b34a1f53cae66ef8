"""`stockade run`: one server as a prefix in any client's config, confined and relayed on stdin and stdout.

The same tree as the daemon's, with one server and no probe: the client's own opening is the first thing that the server
hears. A server that ends before it has said anything ends the run with its own status, as if it had been started
without us; one that ends later is replaced, and the session goes on. What the server writes to stderr is passed on.
"""

from __future__ import annotations

import os
import signal
from argparse import Namespace
from typing import Any, Self

import trio

from supervisor import engine as engines
from supervisor.config.schema import Config
from supervisor.edges import human
from supervisor.edges.asked import config_of
from supervisor.edges.embed import Stockade, open_supervisor
from supervisor.edges.lively import live_leaves
from supervisor.edges.say import complain
from supervisor.errors import ExitCode, Problem, StockadeError
from supervisor.events import (
    AnyEvent,
    InstanceExited,
    ServerCrashLooping,
    ServerFailed,
    Severity,
    StderrLine,
    severity_of,
)
from supervisor.kernel.specs import Leaf, Life, Published

STDIN, STDOUT, STDERR = 0, 1, 2


def run(options: Namespace, command: list[str] | None) -> int:
    """Run one server until the client leaves or the server ends; returns the server's own status."""
    try:
        return trio.run(_main, config_of(options, command), options.state_dir)
    except StockadeError as error:
        return complain(error.problem)


class Watch:
    """The leaf that looks at the events of the one server: what is said on stderr, and when the run is over."""

    def __init__(self, sup: Stockade, tally: engines.Tally) -> None:
        self._sup = sup
        self._tally = tally
        self.status: int | None = None
        """The status of the last instance that a session held."""
        self.problem: Problem | None = None
        self.is_hopeless = trio.Event()
        """Set when there is no use in going on."""

    async def run(self, life: Life) -> None:
        """Look at events until asked to stop, then at what is left."""
        with self._sup.engine.bus.subscribe(AnyEvent, capacity=100_000) as subscription:
            life.ready()
            async with trio.open_nursery() as nursery:

                async def watch() -> None:
                    await life.wait_for_stop()
                    subscription.close()

                nursery.start_soon(watch)
                while batch := await subscription.take():
                    for published in batch:
                        self._see(published)
                nursery.cancel_scope.cancel()

    def _see(self, published: Published[Any]) -> None:
        event = published.body
        match event:
            case StderrLine():
                _write(f"{event.line}\n" if event.line else f"… {event.suppressed} lines left out\n")
                return
            case InstanceExited() if event.role == "session":
                self.status = 128 + event.signal if event.signal is not None else event.code
                if self._tally.server_messages == 0:
                    self.is_hopeless.set()
            case ServerFailed():
                self.problem = event.problem
                if event.stage != "session":
                    self.is_hopeless.set()
            case ServerCrashLooping():
                self.is_hopeless.set()
        if severity_of(event) <= Severity.WARNING:
            fields = self._sup.recorder.record(published).fields
            _write(f"stockade: {human.sentence(fields)}\n")


def _write(text: str) -> None:
    try:
        os.write(STDERR, text.encode(errors="backslashreplace"))
    except OSError:
        return  # nobody reads it


async def _main(config: Config, state_dir: str | None) -> int:
    held: list[Watch] = []
    tally = engines.Tally()

    def edge(sup: Stockade) -> engines.Leaves:
        held.append(Watch(sup, tally))
        live = live_leaves(sup.engine.bus, STDERR)
        return engines.Leaves(first=(Leaf(name="watch", run=held[0].run), *live))

    server = config.servers[0].name
    ended: Problem | None = None
    async with trio.open_nursery() as nursery:
        async with open_supervisor(config, state_dir=state_dir, edge=edge, is_probed=False) as sup:
            nursery.start_soon(_signals, nursery.cancel_scope, sup)
            nursery.start_soon(_cancel_when, held[0].is_hopeless, nursery.cancel_scope)
            with _Terminal() as terminal:
                ended = await sup.serve_streams(
                    server, "s1", terminal.receive, terminal.send, gives_up=True, tally=tally
                )
        nursery.cancel_scope.cancel()
    return _exit_code(held[0], ended)


def _exit_code(watch: Watch, ended: Problem | None) -> int:
    if watch.status is not None:
        return watch.status
    problem = watch.problem or ended
    return ExitCode.OK if problem is None else int(problem.exit_code)


async def _cancel_when(event: trio.Event, scope: trio.CancelScope) -> None:
    await event.wait()
    scope.cancel()


async def _signals(scope: trio.CancelScope, sup: Stockade) -> None:
    with trio.open_signal_receiver(signal.SIGTERM, signal.SIGINT, signal.SIGHUP) as received:
        async for _number in received:
            if scope.cancel_called:
                await engines.kill_all(sup.engine)
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
