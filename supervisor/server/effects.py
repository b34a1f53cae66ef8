"""What the actor of a server does to the world: it opens the protocol with a probe, and waits out a backoff."""

from __future__ import annotations

import random
import secrets
from collections import deque
from collections.abc import Callable
from typing import Protocol, cast

import trio
from msgspec import structs
from trio.abc import ReceiveStream, SendStream

from supervisor.errors import AnyProblem, ExitedBeforeHandshake, HandshakeRefused, Problem
from supervisor.mcp.framing import FramingError, LineBuffer
from supervisor.mcp.garbage import excerpt
from supervisor.mcp.handshake import Elsewhere, Failed, Handshake, Ready, Step
from supervisor.scan.words import Listing
from supervisor.server.messages import Era, Listed, Looked, NotListed, Recovered
from supervisor.server.policy import jittered

CHUNK_BYTES = 65536
"""Bytes of one read: what a pipe holds."""
LINES_IN_A_ROW = 256
"""Lines looked at before other tasks have a turn: one that floods us must not slow down the others."""
LARGEST_NUMBER = 2**53
"""What JSON is sure to carry, and a message too."""
STATUS_WAIT_S = 0.25
"""How long after the end of a server's stdout its death is waited for, to say how it ended."""
LISTS_S = 5.0
"""Seconds for all that a server lists besides its tools: nobody should wait long for what nobody may ever ask for."""
CLOSED = "its stdout closed while it was running"


class Streams(Protocol):
    """The streams of one instance."""

    @property
    def stdin(self) -> SendStream:
        """Lines to the server."""

    @property
    def stdout(self) -> ReceiveStream:
        """Lines from the server."""

    @property
    def died(self) -> trio.Event:
        """Set once its first process has ended."""

    @property
    def ending(self) -> str:
        """How it ended, for people, once it has."""


class Table(Protocol):
    """What is needed of the process table."""

    def live(self) -> list[str]:
        """The instances that have not ended."""

    def child(self, instance: str) -> Streams:
        """The streams of an instance. Raises: KeyError."""


Keep = Callable[[str, Listing], int]
"""Takes what a server, named first, has listed, and returns the number under which that is known."""


class Prober:
    """Speaks to instances on behalf of stockade itself."""

    def __init__(
        self, table: Table, held: Callable[[], set[str]], keep: Keep | None = None, *,
        version: str, limit_s: float, max_message_bytes: int,
    ) -> None:  # fmt: skip
        self._table = table
        self._held = held
        self._keep = keep
        self._version = version
        self._limit_s = limit_s
        self._max_message_bytes = max_message_bytes

    def go_by(self, *, limit_s: float, max_message_bytes: int) -> None:
        """Keep these bounds from the next probe on."""
        self._limit_s = limit_s
        self._max_message_bytes = max_message_bytes

    def token(self) -> str:
        """Return a random word that tells one incarnation of the actor from the next."""
        return secrets.token_hex(3)

    def recover(self, server: str) -> Recovered:
        """Say which instances an earlier incarnation of the actor left, and which of them sessions hold."""
        mine = [key for key in self._table.live() if key.rpartition("#")[0] == server]
        held = self._held()
        return Recovered(
            attached=[key for key in mine if key in held], loose=[key for key in mine if key not in held]
        )  # fmt: skip

    async def back_off(self, delay_s: float, spread_s: float = 0.0) -> None:
        """Wait about so long, and up to `spread_s` more."""
        spread = random.uniform(0.0, spread_s)  # noqa: S311  (spreads load, protects nothing)
        await trio.sleep(jittered(delay_s, random.random()) + spread)  # noqa: S311

    def look(self, instance: str) -> Looked:
        """Say whether a process of the instance is there."""
        return Looked(instance=instance, is_live=instance in self._table.live())

    async def probe(self, instance: str, era: Era | None) -> Listed | NotListed:
        """Open the protocol with an instance and list its tools, within the handshake's clock."""
        handshake = Handshake(self._version, discover=era != "handshake")
        try:
            child = self._table.child(instance)
            conversation = _Conversation(child, handshake, self._limit_s, LineBuffer(self._max_message_bytes))
            outcome = await conversation.run()
        except KeyError:
            outcome = Failed(ExitedBeforeHandshake(stage=handshake.stage, status="no process"))
        except FramingError as error:
            outcome = Failed(error.problem)
        garbage = handshake.garbage
        if isinstance(outcome, Ready):
            return Listed(
                instance=instance,
                era=outcome.era,
                protocol=excerpt(outcome.version.encode()),
                name=excerpt(outcome.name.encode()),
                version=excerpt(outcome.release.encode()),
                tools=len(outcome.tools),
                garbage=garbage.total,
                first_line=garbage.first,
                edition=self._kept(instance, outcome),
            )
        return NotListed(
            instance=instance,
            stage=handshake.stage,
            problem=_fit(outcome.problem),
            wants_fresh=isinstance(outcome, Elsewhere),
            garbage=garbage.total,
            first_line=garbage.first,
        )

    def _kept(self, instance: str, found: Ready) -> int:
        """Hand over what was listed: definitions are no messages."""
        if self._keep is None:
            return 0
        listing = Listing(
            tools=found.tools,
            prompts=found.prompts,
            resources=found.resources,
            templates=found.templates,
            itself=found.itself,
            gaps=found.gaps,
        )
        return self._keep(instance.rpartition("#")[0], listing)


class _Conversation:
    """One opening of the protocol over an instance's streams; all of it within its clock."""

    def __init__(self, child: Streams, handshake: Handshake, limit_s: float, buffer: LineBuffer) -> None:
        self._child = child
        self._handshake = handshake
        self._limit_s = limit_s
        self._began = trio.current_time()
        self._buffer = buffer
        self._pending: deque[bytes] = deque()
        self._count = 0
        self._lists_began = 0.0

    async def run(self) -> Ready | Elsewhere | Failed:
        """Speak until there is an outcome. Raises: FramingError."""
        step = self._handshake.start()
        while step.outcome is None:
            with trio.CancelScope(deadline=self._deadline()) as scope:
                step = await self._go_on(step)
            if scope.cancelled_caught:
                is_late = self._handshake.stage == "lists"
                step = self._handshake.silence(min(LISTS_S, self._limit_s) if is_late else self._limit_s)
        return step.outcome

    def _deadline(self) -> float:
        """A server that is silent on the newer opening gets the older one while half of the clock is left."""
        if self._handshake.stage == "lists":
            self._lists_began = self._lists_began or trio.current_time()
            return min(self._began + self._limit_s, self._lists_began + LISTS_S)
        half = self._began + self._limit_s / 2
        is_first = self._handshake.stage == "discover" and trio.current_time() < half
        return half if is_first else self._began + self._limit_s

    async def _go_on(self, step: Step) -> Step:
        """Send what is to be sent, then look at one line, or read on."""
        try:
            if step.send:
                await self._child.stdin.send_all(b"".join(step.send))
            if not self._pending:
                chunk = await self._child.stdout.receive_some(CHUNK_BYTES)
                if not chunk:
                    return await self._died()
                self._pending.extend(self._buffer.feed(bytes(chunk)))
                return Step()
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            return await self._died()
        self._count += 1
        if self._count % LINES_IN_A_ROW == 0:
            await trio.lowlevel.checkpoint()
        return self._handshake.line(self._pending.popleft())

    async def _died(self) -> Step:
        with trio.move_on_after(STATUS_WAIT_S, shield=True):
            await self._child.died.wait()
        return self._handshake.died(self._child.ending if self._child.died.is_set() else CLOSED)


def _fit(problem: Problem) -> AnyProblem:
    """Return a problem that fits into a message: a server may send any number, or a truth value for one."""
    if isinstance(problem, HandshakeRefused):
        number = int(problem.number)
        problem = structs.replace(problem, number=number if abs(number) <= LARGEST_NUMBER else 0)
    return cast(AnyProblem, problem)
