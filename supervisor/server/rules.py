"""What the actor of a server decides. Every function here changes a `Step`; `decide` is total over what it hears.

Late and doubled messages are common here (an exit and the end of a stream tell of the same death, in either order):
whatever names an instance or a number that is not known any more is ignored.
"""

from __future__ import annotations

from typing import assert_never

from supervisor.kernel.specs import Decision, Stop
from supervisor.launch.messages import Exited, Launched, LaunchFailed, Resumed
from supervisor.scan.messages import Scanned
from supervisor.server import startup
from supervisor.server.attach import attach, attach_over, detach
from supervisor.server.ends import exited, launch_failed, looked
from supervisor.server.failures import resumed
from supervisor.server.instances import begin, halt_all, halt_one, halt_over, launched, refill, stage_over
from supervisor.server.messages import (
    Adapt,
    Attach,
    AttachOver,
    CancelScan,
    Describe,
    Described,
    Detach,
    Done,
    Halt,
    HaltOver,
    Heard,
    Life,
    Listed,
    Looked,
    NotListed,
    Profile,
    Recovered,
    Renew,
    Rescan,
    Restart,
    RetryDue,
    ScanDue,
    StableFor,
    StageOver,
    Start,
)
from supervisor.server.policy import Failures
from supervisor.server.scanning import cancel, give_up, rescan, scan_due, scanned
from supervisor.server.states import Instance, Recover, Server, Step
from supervisor.server.waiting import refuse_waiters

OfOperator = Start | Halt | Restart | Adapt | Renew | Rescan | CancelScan | Describe | Stop
OfClock = StageOver | HaltOver | RetryDue | StableFor | AttachOver | ScanDue
OfInstance = Launched | LaunchFailed | Exited | Resumed | Listed | NotListed | Looked | Recovered | Scanned


def initial(profile: Profile, path: str, token: str, now: float) -> Decision[Server]:
    """Begin: first ask what an earlier incarnation has left."""
    state = Server(
        profile=profile, token=token, path=path, life=profile.begins, since_s=now, problem=profile.problem
    )  # fmt: skip
    return Decision(state, do=(Recover(server=profile.name),))


def decide(state: Server, message: Heard | Stop, now: float) -> Decision[Server]:
    """Answer one message."""
    step = Step(state, now)
    match message:
        case Attach():
            attach(step, message)
        case Detach():
            detach(step, message)
        case Start() | Halt() | Restart() | Adapt() | Renew() | Rescan() | CancelScan() | Describe() | Stop():
            _requested(step, message)
        case StageOver() | HaltOver() | RetryDue() | StableFor() | AttachOver() | ScanDue():
            _clock_over(step, message)
        case _:
            _found(step, message)
    while step.again:
        exited(step, step.again.pop(0))
    return step.decision(ready=isinstance(message, Recovered))


def _requested(step: Step, message: OfOperator) -> None:
    match message:
        case Start():
            start(step, message.reply_to)
        case Halt():
            stop(step, message.reply_to)
        case Restart():
            restart(step, message.reply_to)
        case Adapt():
            adapt(step, message)
        case Renew():
            renew(step, message)
        case Rescan():
            rescan(step, message)
        case CancelScan():
            cancel(step)
        case Describe():
            step.answer(message.reply_to, described(step.state, step.now))
        case Stop():
            step.change(is_leaving=True)
            halt(step, "")
        case unknown:
            assert_never(unknown)


def _clock_over(step: Step, message: OfClock) -> None:
    match message:
        case StageOver():
            stage_over(step, message)
        case HaltOver():
            halt_over(step, message)
        case RetryDue():
            retry_due(step, message)
        case StableFor():
            stable_for(step, message)
        case AttachOver():
            attach_over(step, message)
        case ScanDue():
            scan_due(step, message)
        case unknown:
            assert_never(unknown)


def _found(step: Step, message: OfInstance) -> None:
    match message:
        case Launched():
            launched(step, message)
        case LaunchFailed():
            launch_failed(step, message)
        case Exited():
            exited(step, message)
        case Resumed():
            resumed(step)
        case Listed():
            startup.listed(step, message)
        case NotListed():
            startup.not_listed(step, message)
        case Looked():
            looked(step, message)
        case Recovered():
            recovered(step, message)
        case Scanned():
            scanned(step, message)
        case unknown:
            assert_never(unknown)


# --------------------------------------------------------------------------------------------------- operators


def start(step: Step, reply_to: str) -> None:
    """Begin to run unless it does already; what a backoff holds back comes now."""
    if not step.state.is_leaving:
        _start(step)
    step.answer(reply_to, Done(server=step.state.profile.name, life=step.state.life))


def _start(step: Step) -> None:
    if step.state.life == "stopping" or step.state.renewal is not None:
        step.change(start_again=True)
        return
    step.change(retry=0, retry_at_s=None, trial=None)
    if step.turn("start"):
        step.change(failures=Failures(), problem=None)
        begin(step)
    else:
        refill(step)


def stop(step: Step, reply_to: str) -> None:
    """End everything by hand: it stays so, also if it is just being ended for another profile."""
    if step.state.renewal is not None and step.state.renewed != "disabled":
        step.change(renewed="stopped")
    halt(step, reply_to)


def halt(step: Step, reply_to: str) -> None:
    """End everything; the answer comes when nothing is left."""
    step.change(start_again=False, retry=0, retry_at_s=None)
    if reply_to:
        step.change(stop_replies=(*step.state.stop_replies, reply_to))
    give_up(step)
    step.turn("stop")
    refuse_waiters(step)
    halt_all(step)


def restart(step: Step, reply_to: str) -> None:
    """End everything and start again, forgetting past failures."""
    halt(step, "")
    start(step, reply_to)


def adapt(step: Step, message: Adapt) -> None:
    """Go by other bounds, policies and numbers from now on; nothing that runs is ended but spares that are too many."""
    if step.state.renewal is not None:  # that is still to come, and this is newer
        step.change(renewal=message.profile, renewed=_life_after(step.state, message.profile))
    else:
        step.change(profile=message.profile)
        if step.state.life == "lazy" and message.profile.begins == "starting":
            _start(step)
        refill(step)
    step.answer(message.reply_to, Done(server=step.state.profile.name, life=step.state.life))


def renew(step: Step, message: Renew) -> None:
    """End everything, and go on by another profile once nothing is left; sessions wait for it."""
    step.change(renewal=message.profile, renewed=_life_after(step.state, message.profile))
    halt(step, message.reply_to)


def _life_after(state: Server, profile: Profile) -> Life:
    """What a person has started or stopped by hand stays so, unless the configuration now says something else of it."""
    if profile.begins != (state.renewal or state.profile).begins:
        return profile.begins
    if state.renewal is not None:
        return "starting" if state.start_again else state.renewed
    life = state.trial or state.life
    if life == "stopped" or (life == "stopping" and not state.start_again):
        return "stopped"
    return profile.begins if life in ("disabled", "lazy") else "starting"


def described(state: Server, now: float) -> Described:
    """Say how the server stands."""
    return Described(
        server=state.profile.name,
        life=state.life,
        mode=state.profile.mode,
        confinement=state.confinement,
        era=state.era,
        tools=state.tools,
        spares=len(state.of("spare", "running")),
        sessions=len(state.of("session", "running")),
        restarts=state.restarts,
        pids=[one.pid for one in state.instances.values() if one.pid],
        since_s=state.since_s,
        retry_in_s=None if state.retry_at_s is None else max(0.0, state.retry_at_s - now),
        last_exit=state.last_exit,
        problem=None if state.life == "ready" else state.problem,
        scan=state.scanned,
    )


# ------------------------------------------------------------------------------------------------------ clocks


def retry_due(step: Step, message: RetryDue) -> None:
    """A backoff is over: try again, or fill up what was held back."""
    if message.number != step.state.retry:
        return
    step.change(retry=0, retry_at_s=None)
    if step.state.life in ("backing_off", "crash_looping", "engine_down") and step.turn("start"):
        begin(step)
    else:
        refill(step)


def stable_for(step: Step, message: StableFor) -> None:
    """The server has held for long enough: forget past failures."""
    if message.number == step.state.stable and step.state.life == "ready":
        step.change(failures=Failures())


def recovered(step: Step, message: Recovered) -> None:
    """Take over what an earlier incarnation left, then begin, or end it if that was asked for meanwhile."""
    step.change(is_recovered=True)
    for key in message.attached:
        step.put(key, Instance(role="session", phase="running"))
    for key in message.loose:
        step.put(key, Instance(role="spare", phase="running"))
        halt_one(step, key)
    if step.state.life == "starting":
        begin(step)
    elif step.state.is_leaving or step.state.renewal or step.state.life in ("stopping", "stopped"):
        halt_all(step)
