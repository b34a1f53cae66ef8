"""What the actor of a server does to the world: it opens the protocol with a probe, and waits out a backoff."""

from __future__ import annotations

import random
import secrets
from collections.abc import Callable
from typing import Protocol

import trio
from trio.abc import ReceiveStream, SendStream

from supervisor.errors import AnyProblem, ExitedBeforeHandshake
from supervisor.mcp.framing import FramingError, LineBuffer
from supervisor.mcp.handshake import Elsewhere, Failed, Handshake, Ready, Step
from supervisor.server.messages import Era, Listed, NotListed, Recovered
from supervisor.server.policy import jittered

CHUNK_BYTES = 65536
"""Bytes of one read: what a pipe holds."""
CLOSED = "end of its stdout"


class Streams(Protocol):
    """The streams of one instance."""

    @property
    def stdin(self) -> SendStream:
        """Lines to the server."""

    @property
    def stdout(self) -> ReceiveStream:
        """Lines from the server."""


class Table(Protocol):
    """What is needed of the process table."""

    def live(self) -> list[str]:
        """The instances that have not ended."""

    def child(self, instance: str) -> Streams:
        """The streams of an instance. Raises: KeyError."""


class Prober:
    """Speaks to instances on behalf of stockade itself."""

    def __init__(
        self, table: Table, held: Callable[[], set[str]], *, version: str, limit_s: float, max_message_bytes: int
    ) -> None:
        self._table = table
        self._held = held
        self._version = version
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

    async def back_off(self, delay_s: float) -> None:
        """Wait about so long."""
        await trio.sleep(jittered(delay_s, random.random()))  # noqa: S311  (spreads load, protects nothing)

    async def probe(self, instance: str, era: Era | None) -> Listed | NotListed:
        """Open the protocol with an instance and list its tools, within the handshake's clock."""
        handshake = Handshake(self._version, discover=era != "handshake")
        try:
            child = self._table.child(instance)
            outcome = await self._converse(child, handshake)
        except KeyError:
            outcome = Failed(ExitedBeforeHandshake(stage=handshake.stage, status="no process"))
        except FramingError as error:
            outcome = Failed(error.problem)
        if isinstance(outcome, Ready):
            return Listed(
                instance=instance,
                era=outcome.era,
                protocol=outcome.version,
                name=outcome.name,
                version=outcome.release,
                tools=len(outcome.tools),
            )
        problem: AnyProblem = outcome.problem  # type: ignore[assignment]  # of the closed family, by errors.py
        wants_fresh = isinstance(outcome, Elsewhere)
        return NotListed(instance=instance, stage=handshake.stage, problem=problem, wants_fresh=wants_fresh)

    async def _converse(self, child: Streams, handshake: Handshake) -> Ready | Elsewhere | Failed:
        buffer = LineBuffer(self._max_message_bytes)
        pending: list[bytes] = []
        began = trio.current_time()
        step = handshake.start()
        # A server that is silent on the newer opening gets the older one while half of the clock is left.
        deadlines = [began + self._limit_s / 2, began + self._limit_s]
        while step.outcome is None:
            if step.send and not await _send(child.stdin, step.send):
                step = handshake.died(CLOSED)
                continue
            if not pending:
                chunk = await _receive(child.stdout, deadlines[0])
                if chunk is None:
                    deadlines = deadlines[1:] or deadlines
                    step = handshake.silence(self._limit_s)
                    continue
                if not chunk:
                    step = handshake.died(CLOSED)
                    continue
                pending = buffer.feed(chunk)
            step = handshake.line(pending.pop(0)) if pending else Step()
        return step.outcome


async def _send(stdin: SendStream, lines: tuple[bytes, ...]) -> bool:
    try:
        await stdin.send_all(b"".join(lines))
    except (trio.BrokenResourceError, trio.ClosedResourceError):
        return False
    return True


async def _receive(stdout: ReceiveStream, deadline: float) -> bytes | None:
    with trio.CancelScope(deadline=deadline):
        try:
            return bytes(await stdout.receive_some(CHUNK_BYTES))
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            return b""
    return None
