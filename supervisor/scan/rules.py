"""What the scan actor decides: one scan of a server at a time, joined by who asks for the same. Pure.

Whatever becomes of a scan, its askers are answered: every step has a clock, and a step whose clock runs out is gone on
from with what there is. What belongs to an earlier scan of a server is late, and changes nothing.
"""

from __future__ import annotations

from typing import assert_never

from msgspec import Struct
from msgspec.structs import replace

from supervisor.errors import ScanUnknown
from supervisor.events import ScanCompleted, ScanDegraded, ScanFailed, ScanStarted
from supervisor.kernel.specs import After, Decision
from supervisor.scan.messages import (
    Await,
    Cancel,
    Concluded,
    Heard,
    Idle,
    PassOver,
    Planned,
    Ran,
    Scan,
    Scanned,
    Summary,
    unknown,
)
from supervisor.scan.states import (
    ENGINE,
    ENGINE_S,
    JUDGE_S,
    PLAN_S,
    PLUGINS_S,
    Asker,
    Conclude,
    Examine,
    Halt,
    Job,
    Plan,
    RunPlugin,
    Scans,
)


class _Turn:
    """One decision in the making."""

    def __init__(self, state: Scans, now: float) -> None:
        self.state = state
        self.now = now
        self.tell: list[tuple[str, Struct]] = []
        self.do: list[object] = []
        self.publish: list[Struct] = []

    def put(self, server: str, job: Job | None) -> None:
        self.state = self.state.with_job(server, job)

    def clock(self, server: str, job: Job, seconds: float) -> None:
        """Start the clock of the step that a scan has come to."""
        self.do.append(After(seconds=seconds, message=PassOver(server=server, number=job.number, step=job.steps)))

    def decision(self) -> Decision[Scans]:
        return Decision(self.state, tuple(self.tell), tuple(self.do), tuple(self.publish))


def initial(_now: float) -> Decision[Scans]:
    """Nothing is scanned until somebody asks."""
    return Decision(Scans(), ready=True)


def decide(state: Scans, message: Heard, now: float) -> Decision[Scans]:
    """Answer one message."""
    turn = _Turn(state, now)
    match message:
        case Scan():
            _asked(turn, message)
        case Cancel():
            _cancelled(turn, message.server)
        case Await():
            _awaited(turn, message)
        case Planned() | Ran() | Concluded() | PassOver():
            job = state.jobs.get(message.server)
            if job is not None and job.number == message.number:
                _went_on(turn, job, message)
        case unheard:
            assert_never(unheard)
    return turn.decision()


def _went_on(turn: _Turn, job: Job, message: Planned | Ran | Concluded | PassOver) -> None:
    match message:
        case Planned():
            if job.step == "plan":
                _look(turn, message.server, replace(job, mode=message.mode, fast=message.fast, deep=message.deep))
        case Ran():
            if job.step == "look":
                _ran(turn, job, message)
        case Concluded():
            if job.step == "judge":
                _concluded(turn, job, message)
        case PassOver():
            if job.steps == message.step:
                _over(turn, message.server, job)
        case unheard:
            assert_never(unheard)


# ------------------------------------------------------------------------------------------------------ requests


def _asked(turn: _Turn, message: Scan) -> None:
    asker = Asker(message.reply_to, message.number)
    job = turn.state.jobs.get(message.server)
    if job is None:
        _begin(turn, message.server, message.edition, (asker,))
    elif asker in job.askers or asker in job.later:
        if job.answer is not None and asker in job.askers:  # it was lost, perhaps
            turn.tell.append((asker.reply_to, replace(job.answer, number=asker.number)))
    elif job.answer is not None:
        turn.do.append(Halt(server=message.server, number=job.number))
        _begin(turn, message.server, message.edition, (asker,))
    elif message.edition <= job.edition:
        turn.put(message.server, replace(job, askers=(*job.askers, asker)))
    else:
        edition = max(job.later_edition, message.edition)
        turn.put(message.server, replace(job, later=(*job.later, asker), later_edition=edition))


def _begin(turn: _Turn, server: str, edition: int, askers: tuple[Asker, ...]) -> None:
    turn.state = replace(turn.state, number=turn.state.number + 1)
    job = Job(number=turn.state.number, edition=edition, began_s=turn.now, askers=askers)
    turn.put(server, job)
    turn.do.append(Plan(server=server, number=job.number))
    turn.clock(server, job, PLAN_S)


def _cancelled(turn: _Turn, server: str) -> None:
    job = turn.state.jobs.get(server)
    if job is not None:
        turn.do.append(Halt(server=server, number=job.number))
        _end(turn, server)


def _awaited(turn: _Turn, message: Await) -> None:
    if message.server in turn.state.jobs:
        turn.state = replace(turn.state, awaiters=(*turn.state.awaiters, (message.server, message.reply_to)))
    else:
        turn.tell.append((message.reply_to, Idle(server=message.server)))


def _end(turn: _Turn, server: str) -> None:
    """Nothing of this server is scanned any more."""
    turn.put(server, None)
    turn.tell += [(reply_to, Idle(server=server)) for name, reply_to in turn.state.awaiters if name == server]
    left = tuple(one for one in turn.state.awaiters if one[0] != server)
    turn.state = replace(turn.state, awaiters=left)


# --------------------------------------------------------------------------------------------------------- steps


def _look(turn: _Turn, server: str, job: Job) -> None:
    """Let all scanners of the pass look, side by side."""
    is_fast = job.depth == "fast"
    plugins = job.fast if is_fast else job.deep
    waiting = frozenset((*([ENGINE] if is_fast else []), *plugins))
    job = replace(job, step="look", steps=job.steps + 1, waiting=waiting)
    turn.put(server, job)
    turn.publish.append(ScanStarted(server=server, depth=job.depth, mode=job.mode, plugins=sorted(waiting - {ENGINE})))
    if is_fast:
        turn.do.append(Examine(server=server, number=job.number))
    turn.do += [RunPlugin(server=server, number=job.number, plugin=plugin) for plugin in plugins]
    turn.clock(server, job, PLUGINS_S if plugins else ENGINE_S)


def _ran(turn: _Turn, job: Job, message: Ran) -> None:
    job = replace(job, waiting=job.waiting - {message.scanner})
    turn.put(message.server, job)
    if not job.waiting:
        _judge(turn, message.server, job)


def _judge(turn: _Turn, server: str, job: Job) -> None:
    late = tuple(sorted(job.waiting))
    job = replace(job, step="judge", steps=job.steps + 1)
    turn.put(server, job)
    turn.do.append(Conclude(server=server, number=job.number, late=late))
    turn.clock(server, job, JUDGE_S)


def _over(turn: _Turn, server: str, job: Job) -> None:
    """A step took longer than it may: go on with what there is."""
    if job.step != "judge":
        turn.do.append(Halt(server=server, number=job.number))
    if job.step == "plan":
        job = replace(job, steps=job.steps + 1, step="look", waiting=frozenset({ENGINE}))
        turn.put(server, job)
        turn.do.append(Examine(server=server, number=job.number))
        turn.clock(server, job, ENGINE_S)
    elif job.step == "look":
        _judge(turn, server, job)
    else:
        reason = f"it could not be judged in {JUDGE_S:g} s"
        failure = ScanUnknown(server=server, reason=reason)
        summary = unknown(reason, is_late=True)
        _concluded(turn, job, Concluded(server=server, number=job.number, summary=summary, failure=failure))


def _concluded(turn: _Turn, job: Job, message: Concluded) -> None:
    server = message.server
    turn.publish.append(_outcome(turn, job, message))
    answer = Scanned(server=server, summary=message.summary, problem=message.problem)
    if job.depth == "fast":
        turn.tell += [(asker.reply_to, replace(answer, number=asker.number)) for asker in job.askers]
    else:
        turn.tell += [(reply_to, answer) for reply_to in dict.fromkeys(asker.reply_to for asker in job.askers)]
    if job.later:
        _begin(turn, server, job.later_edition, job.later)
    elif job.depth == "fast" and job.deep and message.problem is None:
        _look(turn, server, replace(job, depth="deep", answer=answer))
    else:
        _end(turn, server)


def _outcome(turn: _Turn, job: Job, message: Concluded) -> Struct:
    """The event that a pass ends with."""
    server, summary = message.server, message.summary
    if message.failure is not None:
        return ScanFailed(server=server, depth=job.depth, problem=message.failure)
    to_come = job.deep if job.depth == "fast" else ()
    if reasons := reasons_of(summary, to_come):
        return ScanDegraded(
            server=server,
            depth=job.depth,
            verdict=summary.verdict,
            coverage=summary.coverage,
            status=summary.status,
            reasons=reasons,
        )
    return ScanCompleted(
        server=server,
        depth=job.depth,
        verdict=summary.verdict,
        coverage=summary.coverage,
        status=summary.status,
        score=summary.score,
        tools=summary.tools,
        findings=summary.findings,
        seconds=round(turn.now - job.began_s, 3),
    )


def reasons_of(summary: Summary, to_come: tuple[str, ...] = ()) -> list[str]:
    """Say of each scanner that was asked for and did not look at everything why that is, but for those to come."""
    return [
        f"{one.scanner}: {one.state}{f' ({one.reason})' if one.reason else ''}{f': {one.detail}' if one.detail else ''}"
        for one in summary.scanners
        if one.state != "ok" and one.reason != "disabled" and one.scanner not in to_come
    ]
