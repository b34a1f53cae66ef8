"""Between what a probe has listed and a server that is served: the scan, and what follows from it. Pure."""

from __future__ import annotations

from supervisor.errors import AnyProblem, NotReady
from supervisor.events import ServerQuarantined, ServerReady, ServerStarting
from supervisor.kernel.specs import After
from supervisor.scan.messages import Cancel, Scan, Scanned, Summary
from supervisor.scan.words import ScannerReport
from supervisor.server.instances import begin, halt_all, halt_one, has_room, launch, refill
from supervisor.server.messages import Rescan, Rescanned, ScanDue
from supervisor.server.states import Step
from supervisor.server.waiting import refuse_waiters, watch_stability

AGAIN_S = 10.0
"""Seconds after which the question is asked again: it is lost if the scan actor was restarted meanwhile."""
TRIED = frozenset({"disabled", "lazy", "stopped"})
"""Lives that a server comes back to when it was started for a scan alone."""


def ask(step: Step) -> None:
    """Have judged what the probe has listed; without a scanner the server is ready at once."""
    if not step.state.profile.scanner:
        _ready(step)
        return
    if step.state.life == "starting":
        profile = step.state.profile
        step.publish.append(ServerStarting(server=profile.name, stage="scan", mode=profile.mode))
    step.change(scan=step.next_number(), scan_until_s=step.now + step.state.profile.scan_s)
    _tell(step)


def _tell(step: Step) -> None:
    state = step.state
    edition = state.listed.edition if state.listed else 0
    question = Scan(reply_to=state.path, server=state.profile.name, number=state.scan, edition=edition)
    step.tell.append((state.profile.scanner, question))
    step.do.append(After(seconds=AGAIN_S, message=ScanDue(number=state.scan)))


def scan_due(step: Step, message: ScanDue) -> None:
    """No answer yet: ask again, or go on without one. What clients are shown is judged in their sessions, too."""
    state = step.state
    if message.number != state.scan:
        return
    if step.now < state.scan_until_s:
        _tell(step)
    else:
        late = ScannerReport(scanner="engine", state="timed_out", detail=f"no answer in {state.profile.scan_s:g} s")
        tools = state.tools or 0
        nothing = Summary(
            verdict="unknown", coverage="none", status="unknown", score=0, tools=tools, findings=0, scanners=(late,)
        )  # fmt: skip
        scanned(step, Scanned(server=state.profile.name, number=state.scan, summary=nothing))


def scanned(step: Step, message: Scanned) -> None:
    """The scan is over: serve the server, or do not; without a number it is news of a later pass."""
    state = step.state
    if message.number not in (0, state.scan) or state.life not in ("starting", "ready"):
        return
    is_answer = message.number != 0
    step.change(scan=0 if is_answer else state.scan, scanned=message.summary)
    if message.problem is not None:
        _quarantine(step, message.problem)
    elif is_answer and state.life == "starting":
        end_trial(step) if _is_trial_only(step) else _ready(step)
    if is_answer or message.problem is not None:
        answer(step, None)


def _quarantine(step: Step, problem: AnyProblem) -> None:
    """Nothing of it runs any more, sessions' instances neither: what it says of itself is meant to do harm."""
    summary = step.state.scanned
    step.turn("quarantined")
    step.change(problem=problem, retry=0, retry_at_s=None, scan=0, trial=None)
    step.publish.append(
        ServerQuarantined(
            server=step.state.profile.name,
            problem=problem,
            verdict=summary.verdict if summary else "unknown",
            findings=summary.findings if summary else 0,
        )
    )
    refuse_waiters(step)
    for key in step.state.instances:
        halt_one(step, key)


def _ready(step: Step) -> None:
    listed = step.state.listed
    step.change(trial=None)
    if listed is None or not step.turn("listed"):
        return
    step.publish.append(
        ServerReady(
            server=step.state.profile.name,
            mode=step.state.profile.mode,
            confinement=step.state.confinement,
            era=listed.era,
            protocol=listed.protocol,
            name=listed.name,
            version=listed.version,
            tools=listed.tools,
        )
    )
    watch_stability(step)
    refill(step)


# ------------------------------------------------------------------------------------------------ asked by an operator


def rescan(step: Step, message: Rescan) -> None:
    """List anew and scan; what does not run is started for it, what cannot have a further instance is judged as known.

    One whose start is under way is scanned by that.
    """
    state = step.state
    if state.life == "stopping" or state.is_leaving:
        step.answer(message.reply_to, Rescanned(server=state.profile.name, problem=_not_now(step)))
        return
    step.change(rescans=(*state.rescans, message.reply_to))
    if state.life == "ready":
        _look_again(step)
    elif state.life != "starting":
        step.change(trial=state.life if state.life in TRIED else None, retry=0, retry_at_s=None)
        if step.turn("start"):
            begin(step)


def _look_again(step: Step) -> None:
    if step.state.scan or step.state.of("probe", "launching", "running"):
        return  # is joined
    if has_room(step):
        launch(step, "probe")
    else:
        ask(step)


def answer(step: Step, problem: AnyProblem | None) -> None:
    """Tell all who have asked for a scan that it is over, or why there was none."""
    for reply_to in step.state.rescans:
        step.answer(reply_to, Rescanned(server=step.state.profile.name, problem=problem))
    step.change(rescans=())


def _is_trial_only(step: Step) -> bool:
    """Nobody has come meanwhile whom a lazy server is to be started for."""
    return step.state.trial is not None and not (step.state.trial == "lazy" and step.state.waiters)


def end_trial(step: Step) -> None:
    """All that there was to do is done: `settle` brings back the life from before."""
    step.turn("stop")
    halt_all(step)


def give_up(step: Step) -> None:
    """The server is being stopped: end its scan, those in the background too, and tell who waits for one."""
    if step.state.profile.scanner and step.state.listed is not None:
        step.tell.append((step.state.profile.scanner, Cancel(server=step.state.profile.name)))
    step.change(scan=0, trial=None)
    answer(step, _not_now(step))


def cancel(step: Step) -> None:
    """Whoever asked for a scan has left: one of a server that is served is ended, one of a trial with the server."""
    state = step.state
    if state.trial is not None and state.life == "starting":
        step.tell.append((state.profile.scanner, Cancel(server=state.profile.name)))
        answer(step, _not_now(step))
        step.change(scan=0)
        end_trial(step)
    elif state.life == "ready":
        step.tell.append((state.profile.scanner, Cancel(server=state.profile.name)))
        step.change(scan=0)
        for key in state.of("probe", "launching", "running"):
            halt_one(step, key)
        answer(step, _not_now(step))


def _not_now(step: Step) -> AnyProblem:
    return NotReady(server=step.state.profile.name, state="not scanned: that was given up", retry_after_s=1.0)
