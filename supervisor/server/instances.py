"""The instances of a server: launched, lost, ended, and kept in number. Pure."""

from __future__ import annotations

from msgspec.structs import replace

from supervisor.errors import AnyProblem, CrashLooping, ExitedBeforeHandshake, ServerDied, StageTimeout
from supervisor.events import (
    InstanceExited,
    ServerBackingOff,
    ServerCrashLooping,
    ServerDegraded,
    ServerFailed,
    ServerStarting,
    ServerStopped,
)
from supervisor.kernel.specs import After
from supervisor.launch.messages import Exited, Halt, Launch, Launched, LaunchFailed, status_text
from supervisor.server.messages import Done, LastExit, StableFor, StageOver
from supervisor.server.policy import LOOP_DELAY_S, LOOP_PERIOD_S, STABLE_S, Failures, is_hopeless
from supervisor.server.states import Backoff, Instance, Probe, Role, Step
from supervisor.server.waiting import refuse_waiters, serve_waiters

# ------------------------------------------------------------------------------------------------------- start


def begin(step: Step) -> None:
    """Start what a life of `starting` is for: a probe, or nothing where the first session speaks first."""
    if step.state.profile.is_probed:
        launch(step, "probe")
    else:
        step.turn("listed")
        refill(step)


def launch(step: Step, role: Role) -> None:
    """Ask the launcher for one more instance, within its clock."""
    profile = step.state.profile
    key = f"{profile.name}#{step.state.token}.{step.next_number()}"
    step.put(key, Instance(role=role))
    order = Launch(
        reply_to=step.state.path,
        instance=key,
        server=profile.name,
        command=profile.command,
        grace=profile.grace,
        limits=profile.limits,
        sandbox=profile.sandbox,
    )
    step.tell.append((profile.launcher, order))
    step.do.append(After(seconds=profile.create_s, message=StageOver(instance=key)))
    if role == "probe":
        step.publish.append(ServerStarting(server=profile.name, stage="create", mode=profile.mode))


def refill(step: Step) -> None:
    """Bring the number of unspoken-to instances to what is wanted: the spares, and one for each waiting session.

    While a backoff runs, only sessions that wait are served: a server that dies is not fed with spares.
    """
    if step.state.life != "ready":
        return
    serve_waiters(step)
    kept = step.state.profile.spares if step.state.retry == 0 else 0
    wanted = kept + len(step.state.waiters)
    if step.state.profile.max_sessions is not None:
        wanted = min(wanted, max(kept, step.state.profile.max_sessions - len(step.state.of("session", "running"))))
    have = step.state.of("spare", "launching", "running")
    for _ in range(wanted - len(have)):
        launch(step, "spare")
    if step.state.retry == 0:
        for key in have[wanted:]:
            halt_one(step, key)


def launched(step: Step, message: Launched) -> None:
    """An instance runs: probe it, or keep it for a session."""
    one = step.state.instances.get(message.instance)
    if one is None:
        step.tell.append((step.state.profile.launcher, Halt(instance=message.instance)))
        return
    if one.phase != "launching":
        return
    profile = step.state.profile
    step.put(message.instance, replace(one, phase="running", pid=message.pid, stage="handshake"))
    if message.degraded and not step.state.degraded:
        step.publish.append(ServerDegraded(server=profile.name, reason=f"it runs with {message.confinement} only"))
    step.change(confinement=message.confinement, degraded=message.degraded)
    if one.role == "probe":
        step.do.append(Probe(instance=message.instance, era=step.state.era))
        step.publish.append(ServerStarting(server=profile.name, stage="handshake", mode=profile.mode))
    else:
        refill(step)


# --------------------------------------------------------------------------------------------------------- end


def halt_one(step: Step, key: str, problem: AnyProblem | None = None) -> None:
    """Have one instance ended; with a problem that is a failure of the server once it is gone."""
    one = step.state.instances.get(key)
    if one is None or one.phase == "halting":
        return
    step.put(key, replace(one, phase="halting", problem=problem))
    step.tell.append((step.state.profile.launcher, Halt(instance=key)))


def halt_all(step: Step) -> None:
    """Have every instance ended."""
    for key in step.state.instances:
        halt_one(step, key)
    settle(step)


def settle(step: Step) -> None:
    """Notice that nothing is left of a server that is being stopped."""
    state = step.state
    if state.instances:
        return
    if step.turn("gone"):
        step.publish.append(ServerStopped(server=state.profile.name))
    for reply_to in state.stop_replies:
        step.answer(reply_to, Done(server=state.profile.name, life=step.state.life))
    step.change(stop_replies=())
    if state.start_again and not state.is_leaving and step.turn("start"):
        step.change(start_again=False, failures=Failures())
        begin(step)


def stage_over(step: Step, message: StageOver) -> None:
    """The clock of a launch ran out."""
    one = step.state.instances.get(message.instance)
    if one is not None and one.phase == "launching":
        limit_s = step.state.profile.create_s
        halt_one(step, message.instance, StageTimeout(stage="create", limit_s=limit_s))


def launch_failed(step: Step, message: LaunchFailed) -> None:
    """Nothing of the instance runs."""
    one = step.state.instances.get(message.instance)
    if one is None:
        return
    step.drop(message.instance)
    if one.phase != "halting" or one.problem is not None:
        failed(step, one, one.problem or message.problem)
    settle(step)


def exited(step: Step, message: Exited) -> None:
    """An instance is gone, because we ended it or on its own."""
    one = step.state.instances.get(message.instance)
    if one is None:
        return
    step.drop(message.instance)
    status = status_text(message)
    step.publish.append(
        InstanceExited(
            server=step.state.profile.name,
            instance_id=message.instance,
            role=one.role,
            status=status,
            code=message.code,
            signal=message.signal,
            ended_by=message.ended_by,
            leftovers=message.leftovers,
        )
    )
    problem = cause(one, message, status)
    if problem is not None:
        step.change(last_exit=LastExit(status=status, stderr_tail=message.stderr_tail))
        if one.role == "session":
            step.change(restarts=step.state.restarts + 1)
        failed(step, one, problem, message)
    refill(step)
    settle(step)


def cause(one: Instance, message: Exited, status: str) -> AnyProblem | None:
    """Say what was wrong with an instance that is gone; nothing if it was only ended."""
    by_itself = message.ended_by in ("itself", "outside")
    if isinstance(one.problem, ExitedBeforeHandshake) and by_itself:
        return ExitedBeforeHandshake(stage=one.problem.stage, status=status)
    if one.phase == "halting":
        return one.problem
    if one.role == "probe":
        return ExitedBeforeHandshake(stage=one.stage, status=status)
    return ServerDied(status=status)


# ----------------------------------------------------------------------------------------------------- failure


def failed(step: Step, one: Instance, problem: AnyProblem, exit_: Exited | None = None) -> None:
    """Count a failure, tell it with all that is known, and decide when to try again."""
    step.change(failures=step.state.failures.add(step.now), problem=problem)
    step.publish.append(
        ServerFailed(
            server=step.state.profile.name,
            stage=one.stage if one.role == "probe" else one.role,
            problem=problem,
            remedy=problem.remedy,
            status=status_text(exit_) if exit_ else "",
            stderr_tail=exit_.stderr_tail if exit_ else [],
            diagnosis=exit_.diagnosis if exit_ else "",
        )
    )
    if step.state.life not in ("starting", "ready"):
        return
    if is_hopeless(problem) or step.state.profile.restart == "never":
        step.turn("hopeless")
        drop_spares(step)
    elif step.state.failures.is_loop:
        loop(step)
    else:
        back_off(step)
        step.turn("failed")
        watch_stability(step)


def loop(step: Step) -> None:
    """Too many failures: try only every few minutes from here on."""
    failures = len(step.state.failures.times)
    problem = CrashLooping(failures=failures, period_s=LOOP_PERIOD_S, retry_s=LOOP_DELAY_S)
    step.turn("looped")
    step.change(problem=problem, stable=0)
    step.publish.append(ServerCrashLooping(server=step.state.profile.name, problem=problem))
    set_retry(step)
    drop_spares(step)


def back_off(step: Step) -> None:
    """Try again after a pause."""
    set_retry(step)
    step.publish.append(
        ServerBackingOff(
            server=step.state.profile.name, delay_s=step.state.failures.delay_s, failures=step.state.failures.streak
        )
    )


def set_retry(step: Step) -> None:
    """Start the clock of the next try."""
    delay_s = step.state.failures.delay_s
    step.change(retry=step.next_number(), retry_at_s=step.now + delay_s)
    step.do.append(Backoff(delay_s=delay_s, number=step.state.retry))


def drop_spares(step: Step) -> None:
    """A server that is not ready keeps no instance but those of its sessions."""
    for key in [*step.state.of("spare", "launching", "running"), *step.state.of("probe", "launching", "running")]:
        halt_one(step, key)
    refuse_waiters(step)


def watch_stability(step: Step) -> None:
    """Forget past failures after a while of being ready."""
    step.change(stable=step.next_number())
    step.do.append(After(seconds=STABLE_S, message=StableFor(number=step.state.stable)))
