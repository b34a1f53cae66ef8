"""Trust in what servers say of themselves, as an operator sees it: scans, what was decided, what waits for that."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, assert_never

import msgspec
import trio

from supervisor import running
from supervisor.edges import protocol
from supervisor.errors import ControlError, NotReady
from supervisor.kernel.bus import AskFailed, AskTimeout
from supervisor.scan.messages import Await, Idle, Scanned
from supervisor.scan.news import summary_of, why_not_served
from supervisor.scan.words import Judgement, Report, Withheld
from supervisor.server.messages import CancelScan, Describe, Described, Rescan, Rescanned, Start

if TYPE_CHECKING:  # loaded with the first judgement, not before
    from supervisor.scan.trust.approval import Approved, Difference
    from supervisor.scan.trust.pins import Pin, ServerPins

START_S = 60.0
"""Seconds beyond the clocks of a start and of a scan, each of which is kept by whoever does it."""
ASK_S = 10.0
"""Seconds that an actor may take to say how it stands."""


class Desk:
    """What may be shown and decided about definitions, wherever they are served."""

    def __init__(self, ledger: running.Ledger) -> None:
        self._ledger = ledger

    async def approve(self, server: str, tool: str | None = None, *, digest: str = "", who: str = "") -> Approved:
        """Trust what waits for a decision, as it is now.

        Raises: StockadeError(NothingListed) if nothing waits, PinsError if it could not be kept.
        """
        return await self._decide(server, "approve", who, tool, digest)

    async def reject(self, server: str, tool: str | None = None, *, digest: str = "", who: str = "") -> Approved:
        """Say no to what waits, or to what is trusted under a name: it is withheld from now on.

        Raises: as `approve`.
        """
        return await self._decide(server, "reject", who, tool, digest)

    async def _decide(
        self, server: str, verb: Literal["approve", "reject"], who: str, tool: str | None, digest: str
    ) -> Approved:
        approved, judgement = await self._ledger.decide(server, verb, who, tool, digest=digest)
        if judgement is not None:
            await self._judged(server, judgement)
        return approved

    async def _judged(self, server: str, judgement: Judgement) -> None:
        """What the server lists is judged otherwise now."""

    async def differences(self, server: str, tool: str | None = None) -> tuple[Difference, ...]:
        """What waits for a decision, against what is trusted in its place. Raises: PinsError."""
        return await self._ledger.differences(server, tool)

    async def pins(self, server: str) -> ServerPins:
        """What is trusted, rejected and seen of a server. Raises: PinsError."""
        return await self._ledger.pins(server)

    async def is_kept(self, server: str) -> bool:
        """Whether anything is known of a server of this name, in the config or not. Raises: PinsError."""
        found = await self._ledger.pins(server)
        return bool(found.pins or found.rejected or found.seen)

    async def scan(self, server: str, *, fresh: bool = False) -> Report:  # noqa: ARG002 - a run's does what it says
        """Only a run can ask a server. Raises: ControlError."""
        raise ControlError(NotReady(server=server, state="not running", retry_after_s=0.0))

    def withheld(self, server: str) -> tuple[Withheld, ...]:
        """What clients do not get to see of a server."""
        return tuple(self._ledger.withheld(server).values())

    @property
    def place(self) -> str:
        """Where decisions are kept, for people."""
        return self._ledger.place


class Trust(Desk):
    """The same for the servers of a run."""

    def __init__(self, run: running.Run) -> None:
        super().__init__(run.ledger)
        self._run = run

    async def scan(self, server: str, *, fresh: bool = False) -> Report:
        """List the definitions of a server anew, have them judged by all scanners, and return what that came to.

        A server that does not run is started for it alone. What a plugin found in the same source before counts, unless
        `fresh`. Raises: ControlError if it cannot be asked.
        """
        spec = next(spec for spec in self._run.config.servers if spec.name == server)
        limit_s = running.limit_s(spec) + START_S
        if fresh:
            await self._run.plugins.forget(spec)
        try:
            done = await self._run.bus.ask(running.path_of(server), Rescan(), Rescanned, timeout_s=limit_s)
            if done.problem is not None:
                raise ControlError(done.problem)
            await self._run.bus.ask(running.SCANNER, Await(server=server), Idle, timeout_s=limit_s)
        except (AskFailed, AskTimeout) as error:
            raise ControlError(NotReady(server=server, state=str(error), retry_after_s=1.0)) from error
        except trio.Cancelled:
            with trio.move_on_after(ASK_S, shield=True):
                await self._run.bus.tell(running.path_of(server), CancelScan(), sender="control")
            raise
        report = self.report(server)
        if report is None:  # it was judged, so there is one, unless it was stopped in between
            raise ControlError(NotReady(server=server, state="not scanned", retry_after_s=1.0))
        return report

    def report(self, server: str) -> Report | None:
        """What the last scan of a server came to; None before there was one."""
        return self._ledger.report(server)

    async def approve(self, server: str, tool: str | None = None, *, digest: str = "", who: str = "") -> Approved:
        """Trust what waits for a decision, as it is now; a server that is quarantined is started.

        Raises: StockadeError(NothingListed) if nothing waits, PinsError if it could not be kept.
        """
        approved = await super().approve(server, tool, digest=digest, who=who)
        if await self._life(server) == "quarantined":
            await self._run.bus.tell(running.path_of(server), Start(), sender="control")
        return approved

    async def _judged(self, server: str, judgement: Judgement) -> None:
        news = Scanned(server=server, summary=summary_of(judgement), problem=why_not_served(judgement))
        await self._run.bus.tell(running.path_of(server), news, sender="control")

    async def _life(self, server: str) -> str:
        try:
            described: Described = await self._run.bus.ask(
                running.path_of(server), Describe(), Described, timeout_s=ASK_S
            )
        except (AskFailed, AskTimeout):
            return ""
        return described.life


async def answer(trust: Desk, names: tuple[str, ...], request: protocol.TrustRequest) -> Any:
    """Do what a request on the control socket asks for. Raises: StockadeError."""
    match request:
        case protocol.ScanServer():
            return scan_answer(trust, await trust.scan(request.server, fresh=request.fresh))
        case protocol.ApproveTools():
            made = await trust.approve(request.server, request.tool, digest=request.digest, who=request.who)
            return decision(request.server, made, trust.place)
        case protocol.RejectTools():
            made = await trust.reject(request.server, request.tool, digest=request.digest, who=request.who)
            return decision(request.server, made, trust.place)
        case protocol.ShowDifferences():
            wanted = (request.server,) if request.server else names
            return [row for name in wanted for row in await _differences(trust, name, request.tool)]
        case protocol.ShowPins():
            wanted = (request.server,) if request.server else names
            return [rows(await trust.pins(name), trust.place) for name in wanted]
        case unknown:
            assert_never(unknown)


async def _differences(trust: Desk, server: str, tool: str | None) -> list[dict[str, Any]]:
    return [{"server": server, **msgspec.to_builtins(one)} for one in await trust.differences(server, tool)]


def scan_answer(trust: Desk, report: Report) -> protocol.ScanAnswer:
    """A scan's outcome, for whoever has asked."""
    from supervisor.scan.verdict import exit_code_of

    withheld = list(trust.withheld(report.server))
    return protocol.ScanAnswer(
        server=report.server, report=report, withheld=withheld, exit_code=int(exit_code_of(report))
    )  # fmt: skip


def decision(server: str, made: Approved, place: str) -> protocol.DecisionAnswer:
    """A decision, for whoever has made it."""
    decided = [protocol.Decided(kind=one.kind, name=one.name, digest=one.digest) for one in made.decided]
    return protocol.DecisionAnswer(server=server, decided=decided, place=place)


def rows(pins: ServerPins, place: str) -> protocol.PinsAnswer:
    """What is known of one server's definitions, without their texts."""
    found = [_decided(pin, "trusted") for pin in pins.pins] + [_decided(pin, "rejected") for pin in pins.rejected]
    found += [
        protocol.PinRow(
            kind=seen.kind,
            name=seen.name,
            digest=seen.digest,
            state="withheld" if seen.reason else "served",
            at=seen.at,
            by="",
            detail=": ".join(filter(None, (seen.reason, seen.detail))),
        )
        for seen in pins.seen
    ]
    return protocol.PinsAnswer(server=pins.server, place=place, rows=found)


def _decided(pin: Pin, state: Literal["trusted", "rejected"]) -> protocol.PinRow:
    return protocol.PinRow(
        kind=pin.kind, name=pin.name, digest=pin.digest, state=state, at=pin.at, by=pin.who or pin.by, detail=""
    )
