"""Reloads of a running stockade, one after the other: whoever asks waits for the one that reads after the question.

Those that wait to read the same file again are one reload. A reload that has begun is carried to its end, whoever
leaves; it ends with the tree.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import cast

import trio
from msgspec.structs import replace

from supervisor import reloading, running
from supervisor.config.specs import Config
from supervisor.edges import say
from supervisor.edges.source import READ_S, Given, Source
from supervisor.errors import AnyProblem, ConfigError, ReloadIncomplete, StockadeError
from supervisor.events import ConfigRejected, ConfigReloaded, ServerDegraded
from supervisor.kernel.pulse import Pulse
from supervisor.kernel.specs import Life
from supervisor.reload import rules
from supervisor.reload.report import summary
from supervisor.reload.words import Plan

STAYS = "the configuration in force stays"
LONGEST_S = READ_S + reloading.WHOLE_S + 30.0
"""Seconds that one reload may take, with all that is told of it; past them this part of stockade is stuck."""


@dataclass(slots=True, eq=False)
class _Job:
    """One reload, and who waits for it."""

    given: Given
    is_dry_run: bool
    done: trio.Event = field(default_factory=trio.Event)
    plan: Plan | None = None
    error: StockadeError | None = None


async def _untold(*_what: str) -> None:
    await trio.lowlevel.checkpoint()


class Reloads:
    """The leaf that carries reloads out."""

    def __init__(self, run: running.Run, source: Source) -> None:
        self._run = run
        self.source = source
        self.begun: Callable[[], Awaitable[None]] = _untold
        """Called when one begins that may change something."""
        self.ended: Callable[[str], Awaitable[None]] = _untold
        """Called when it is over, always; with what was wrong with it in one line, or nothing."""
        self.reloaded = trio.Event()
        """Set when a reload is over; a new one for each."""
        self._waiting: deque[_Job] = deque()
        self._news = trio.Event()
        self._is_over = False

    async def ask(self, given: Given = None, *, is_dry_run: bool = False) -> Plan:
        """Have the source read again, or what is given taken instead, and return what came of it.

        Raises: ConfigError for a configuration that cannot be used, StockadeError(ReloadIncomplete).
        """
        job = self.begin(given, is_dry_run=is_dry_run)
        await job.done.wait()
        if job.error is not None:
            raise type(job.error)(job.error.problem)  # several may wait for it, and each gets its own
        assert job.plan is not None
        return job.plan

    def begin(self, given: Given = None, *, is_dry_run: bool = False) -> _Job:
        """Ask without waiting."""
        same = (one for one in self._waiting if given is None is one.given and one.is_dry_run == is_dry_run)
        job = next(same, None)
        if job is None:
            job = _Job(given, is_dry_run)
            self._waiting.append(job)
            self._news.set()
        if self._is_over:
            self._refuse_all()
        return job

    async def run(self, life: Life) -> None:
        """Carry out what is asked for, until cancelled."""
        self._is_over = False
        pulse = Pulse()
        life.watch(pulse)
        life.ready()
        try:
            while True:
                with pulse.resting():
                    await self._news.wait()
                while self._waiting:
                    with pulse.resting(LONGEST_S):
                        await self._settle(self._waiting.popleft())
                self._news = trio.Event()
        finally:
            self._is_over = True
            self._refuse_all()

    def _refuse_all(self) -> None:
        while self._waiting:
            _refuse(self._waiting.popleft())

    async def _settle(self, job: _Job) -> None:
        try:
            if job.is_dry_run:
                job.plan = await self._plan(job)
            else:
                await self.begun()
                job.plan = await self._carry_out(job)
        except StockadeError as error:
            job.error = error
        except Exception as crash:  # noqa: BLE001  (who waits is answered, and the next reload may do better)
            job.error = StockadeError(say.problem_of(crash, os.environ))
        finally:
            if job.plan is None and job.error is None:
                _refuse(job)
            if not job.is_dry_run:
                await self._conclude(job)
            job.done.set()

    async def _conclude(self, job: _Job) -> None:
        wrong = ""
        if job.error is not None:
            wrong = f"the reload failed: {job.error.problem.text}"
            is_rejected = isinstance(job.error, ConfigError)
            effect = STAYS if is_rejected else "what was not done stays as it was"
            problem = cast(AnyProblem, job.error.problem)
            self._publish(ConfigRejected(server="", problem=problem, effect=effect))
        with trio.CancelScope(shield=True):  # whoever listens has heard of the beginning; `ended` is bounded itself
            await self.ended(wrong)
        self.reloaded.set()
        self.reloaded = trio.Event()

    async def _plan(self, job: _Job) -> Plan:
        new = await self.source.read(job.given, self._run.config)
        return replace(rules.plan(self._run.config, new), is_dry_run=True)

    async def _carry_out(self, job: _Job) -> Plan:
        return await self._apply(await self.source.read(job.given, self._run.config))

    async def _apply(self, new: Config) -> Plan:
        plan = await reloading.carry_out(self._run, new)
        self._tell(plan, new)
        fresh = {*plan.added, *(change.server for change in plan.restarted)}
        for spec in self._run.config.servers:
            if spec.name in fresh and spec.enabled and spec.mode == "none" and not spec.why.key:
                reason = "nothing in the config asks for isolation: it runs with all rights of this user"
                self._publish(ServerDegraded(server=spec.name, reason=reason))
        return plan

    def _tell(self, plan: Plan, new: Config) -> None:
        kept = {one.server for one in plan.kept}
        for entry in new.invalid:
            effect = "it goes on as it was" if entry.name in kept else "not started"
            for problem in entry.problems:
                self._publish(ConfigRejected(server=entry.name, problem=problem, effect=effect))
        self._publish(
            ConfigReloaded(
                path=self._run.config.source,
                summary=summary(plan),
                added=list(plan.added),
                removed=list(plan.removed),
                restarted=[change.server for change in plan.restarted],
                changed=[change.server for change in plan.in_place],
                kept=sorted(kept),
                untouched=len(plan.untouched),
                later=[one.key for one in plan.settings if one.when == "next_start"],
                warnings=list(plan.warnings),
            )
        )

    def _publish(self, event: ConfigRejected | ConfigReloaded | ServerDegraded) -> None:
        self._run.bus.publish(event, sender="reload")


def _refuse(job: _Job) -> None:
    problem = ReloadIncomplete(reason="stockade is stopping", done="nothing", left="everything")
    job.error = StockadeError(problem)
    job.done.set()
