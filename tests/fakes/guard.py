"""A judge of definitions for the tests of the relay: small, and real.

What holds the word POISON is dangerous; a definition that was seen before under its name must not change; what is
`rejected` is withheld whoever asks. It keeps its pins for as long as it lives, as the real one does.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import trio

from supervisor.scan.words import Definition, Judgement, Key, Kind, Report, Withheld, WithholdReason

REPORT = Report(server="demo", verdict="clean", coverage="full", status="clean", score=100, tools=0)
POISON = b"POISON"


class Judge:
    """Implements the relay's `Guard`."""

    def __init__(self, *, policy: Literal["quarantine", "off"] = "quarantine") -> None:
        self.policy = policy
        self.pins: dict[Key, bytes] = {}
        self.everywhere: dict[Key, Withheld] = {}
        """What is withheld of the server, by kind and name."""
        self.is_quarantining = False
        """Whether one dangerous definition makes the whole server unfit."""
        self.seen: list[Definition] = []
        self.may_answer = trio.Event()
        """While it is not set, judgements take their time."""
        self.may_answer.set()
        self.is_asked = trio.Event()

    def rejects(self, kind: Kind, name: str, reason: WithholdReason = "rejected") -> None:
        self.everywhere[(kind, name)] = Withheld(kind=kind, name=name, reason=reason)

    def approves(self, one: Definition) -> None:
        self.everywhere.pop((one.kind, one.name), None)
        self.pins[(one.kind, one.name)] = one.raw

    async def judge(
        self,
        server: str,
        definitions: Sequence[Definition],
        *,
        source: Literal["probe", "session", "request"],
        is_whole: bool,
    ) -> Judgement:
        assert (source, is_whole) == ("session", False)
        self.is_asked.set()
        await self.may_answer.wait()
        return self.judgement(server, definitions)

    def judgement(self, server: str, definitions: Sequence[Definition]) -> Judgement:
        self.seen += definitions
        withheld = [] if self.policy == "off" else [one for each in definitions if (one := self._look(each))]
        is_unfit = self.is_quarantining and any(one.reason == "dangerous" for one in withheld)
        return Judgement(server=server, report=REPORT, withheld=tuple(withheld), is_quarantined=is_unfit)

    def _look(self, one: Definition) -> Withheld | None:
        key = (one.kind, one.name)
        reason: WithholdReason
        if key in self.everywhere:
            return self.everywhere[key]
        if self.pins.get(key) == one.raw:
            return None
        if POISON in one.raw:
            reason = "dangerous"
        elif key in self.pins:
            reason = "changed"
        elif not one.name and one.kind != "server":
            reason = "unreadable"
        else:
            self.pins[key] = one.raw
            return None
        return Withheld(kind=one.kind, name=one.name, reason=reason)

    def withheld(self, server: str) -> dict[Key, Withheld]:
        assert server
        return self.everywhere
