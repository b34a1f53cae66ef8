"""Hears what sandboxed instances write to stderr, and tells what of it the sandbox refused.

A server that is refused something says so in a sentence of its own, and goes on or ends. So each line is looked at when
it comes, which costs microseconds; what may be a refusal is held against the plan in a worker thread, for that asks the
file system. Nothing here grows with what a server writes: an instance is heard `MOST_HEARD` times, and the same thing
is told once for a server. Whoever waits for the end of an instance learns of both: `outcome` answers as often as there
is something new to tell, and at last with the end.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import suppress

import trio
from msgspec import Struct
from msgspec.structs import replace

from supervisor.escaping import printable
from supervisor.events import SandboxDenied
from supervisor.launch.messages import Denied, Exited
from supervisor.sandbox.denials import Denial, Finder
from supervisor.sandbox.judge import advice, ruling_on, sentence
from supervisor.sandbox.refusals import TEXT, Ground, Refusal, keep, now
from supervisor.sandbox.rulings import Case, Ruling, Standing

MOST_HEARD = 32
"""Different things that one instance can say were refused: a server that is refused more than that repeats itself."""
MOST_TOLD = 256
"""Different things that are told of one server in one run of stockade."""
IN_A_DIAGNOSIS = 3
"""The first are the ones that matter; `explain --denied` has the others."""
JUDGING_S = 2.0
"""Bound of asking the file system, which takes milliseconds: a hanging mount must not hold up the news of an end."""
REMEMBERED = 50
"""Lines that are known again: more than a tail has."""
THREADS = 4
"""Worker threads that a hanging mount can use up."""


Judge = Callable[[list[Denial], Case], list[tuple[Denial, Ruling]]]


class _Heard(Struct, kw_only=True):
    """One instance."""

    server: str
    finder: Finder
    waiting: list[Denial]
    """What is to be judged."""
    seen: set[Denial | None]
    rulings: list[Ruling]
    news: trio.Event
    lines: deque[str]
    """The last that were looked at: those that came too fast to be told one by one are found in the tail."""


class Audit:
    """What was refused to the servers of one run."""

    def __init__(
        self,
        state_dir: str,
        standings: Mapping[str, Standing] | None = None,
        redact: Callable[[str], str] = lambda text: text,
        *,
        judge: Judge | None = None,
    ) -> None:
        """`standings` are those of the servers in a config file, `redact` takes secrets out of the tail of an end.

        `judge` is run in a worker thread.
        """
        self._judged_by = judge or judged_here
        self._state_dir = state_dir
        self._standings = dict(standings or {})
        self._redact = redact
        self._heard: dict[str, _Heard] = {}
        self._told: dict[str, set[tuple[str, str, str]]] = {}
        self._limiter = trio.CapacityLimiter(THREADS)

    def stand(self, server: str, standing: Standing) -> None:
        """A server stands there in the config file from now on."""
        self._standings[server] = standing

    def expect(self, instance: str, server: str) -> None:
        """An instance is about to be started: listen to it."""
        self._heard[instance] = _Heard(
            server=server,
            finder=Finder(),
            waiting=[],
            seen=set(),
            rulings=[],
            news=trio.Event(),
            lines=deque(maxlen=REMEMBERED),
        )

    def forget(self, instance: str) -> None:
        """It has ended, and that was told."""
        self._heard.pop(instance, None)

    def hear(self, instance: str, lines: Iterable[str]) -> None:
        """Take lines of an instance's stderr, without secrets; those of unknown ones are nobody's business here."""
        heard = self._heard.get(instance)
        if heard is None:
            return
        for line in lines:
            heard.lines.append(line)
            denial = heard.finder.feed(line)
            same = denial and replace(denial, said="")
            if denial is not None and same not in heard.seen and len(heard.seen) < MOST_HEARD:
                heard.seen.add(same)
                heard.waiting.append(denial)
                heard.news.set()

    async def outcome(
        self, instance: str, case_of: Callable[[str], Case | None], ended: Callable[[], Awaitable[Exited]]
    ) -> Denied | Exited:
        """Wait for something that the sandbox refused, or for the end of the instance."""
        heard = self._heard.get(instance)
        if heard is None:
            return await ended()
        while True:
            exited = await self._wait(heard, ended)
            if exited is not None:
                tail = map(self._redact, exited.stderr_tail)
                self.hear(instance, [line for line in tail if line not in heard.lines])
            news = await self._judge(heard, case_of(heard.server))
            if news:
                return Denied(instance=instance, facts=[self._fact(heard.server, instance, ruling) for ruling in news])
            if exited is not None:
                return replace(exited, diagnosis="; ".join(filter(None, (exited.diagnosis, self._diagnosis(heard)))))

    async def _wait(self, heard: _Heard, ended: Callable[[], Awaitable[Exited]]) -> Exited | None:
        exited: list[Exited] = []
        async with trio.open_nursery() as nursery:

            async def end() -> None:
                exited.append(await ended())
                nursery.cancel_scope.cancel()

            nursery.start_soon(end)
            await heard.news.wait()
            nursery.cancel_scope.cancel()
        heard.news = trio.Event()
        return exited[0] if exited else None

    async def _judge(self, heard: _Heard, case: Case | None) -> list[Ruling]:
        """Judge what waits, and keep what is new; what of it the sandbox refused and nobody was told yet."""
        denials, heard.waiting = heard.waiting, []
        if not denials or case is None:
            return []
        case = replace(case, standing=self._standing(heard.server))
        told = self._told.setdefault(heard.server, set())
        judged: list[tuple[Denial, Ruling]] = []
        with trio.move_on_after(JUDGING_S):
            judged = await trio.to_thread.run_sync(
                self._judged_by, denials, case, abandon_on_cancel=True, limiter=self._limiter
            )
        heard.rulings += [ruling for _, ruling in judged]
        fresh = {(ruling.action, ruling.object, ruling.rule): (denial, ruling) for denial, ruling in judged}
        fresh = {key: one for key, one in fresh.items() if key not in told and len(told) < MOST_TOLD}
        told.update(fresh)
        if fresh:
            await self._keep(heard.server, case, list(fresh.values()))
        return [ruling for _, ruling in fresh.values() if ruling.is_by_sandbox]

    async def _keep(self, server: str, case: Case, judged: list[tuple[Denial, Ruling]]) -> None:
        refusals = [_refusal(denial, ruling, case) for denial, ruling in judged]
        with trio.move_on_after(JUDGING_S):
            with suppress(OSError):  # a full disk, say: it was told all the same
                await trio.to_thread.run_sync(
                    keep, self._state_dir, server, refusals, abandon_on_cancel=True, limiter=self._limiter
                )

    def _fact(self, server: str, instance: str, ruling: Ruling) -> SandboxDenied:
        return SandboxDenied(
            server=server,
            instance_id=instance,
            action=ruling.action,
            object=printable(ruling.object)[:TEXT],
            rule=ruling.rule,
            reason=printable(ruling.reason)[:TEXT],
            remedy=printable(advice(ruling, self._standing(server).place))[:TEXT],
        )

    def _diagnosis(self, heard: _Heard) -> str:
        """What was refused, for people; what somebody else refused only if the sandbox refused nothing."""
        place = self._standing(heard.server).place
        ours = [ruling for ruling in heard.rulings if ruling.is_by_sandbox]
        shown = ours[:IN_A_DIAGNOSIS] or heard.rulings[:1]
        return " ".join(printable(sentence(ruling, place))[:TEXT] for ruling in shown)

    def _standing(self, server: str) -> Standing:
        return self._standings.get(server, Standing())


def judged_here(denials: list[Denial], case: Case) -> list[tuple[Denial, Ruling]]:
    """Judge by what this machine's file system says; blocks."""
    ground = Ground(case.plan.account)
    found = ((denial, ruling_on(denial, case, ground)) for denial in denials)
    return [(denial, ruling) for denial, ruling in found if ruling is not None]


def _refusal(denial: Denial, ruling: Ruling, case: Case) -> Refusal:
    texts = {
        "object": ruling.object,
        "rule": ruling.rule,
        "reason": ruling.reason,
        "advice": advice(ruling, case.standing.place),
        "line": ruling.line,
        "option": ruling.option,
        "said": denial.said,
    }
    shown = {name: printable(text)[:TEXT] for name, text in texts.items()}
    return Refusal(at=now(), level=case.plan.level, code=denial.code, action=ruling.action, **shown)
