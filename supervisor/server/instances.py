"""The instances of a server: launched, kept in number, and had ended. Pure."""

from __future__ import annotations

from msgspec.structs import replace

from supervisor.errors import AnyProblem, StageTimeout
from supervisor.events import ServerDegraded, ServerStarting, ServerStopped
from supervisor.kernel.specs import After, Begin
from supervisor.launch.messages import Halt, Launch, Launched
from supervisor.matters import INSTANCE, SERVER
from supervisor.server.messages import Done, HaltOver, Looked, Profile, StageOver
from supervisor.server.policy import Failures
from supervisor.server.states import Instance, Look, Probe, Role, Server, Step
from supervisor.server.waiting import refuse_waiters, serve_waiters, watch_stability

IDLE_STDIN_S = 0.5
"""Seconds that an instance which no client talks to gets between the end of its stdin and SIGTERM: many servers ignore
the former, and there is no conversation to be brought to an end (docs/decisions/0018)."""
HALT_S = 33.0
"""Seconds for an instance to be gone once it is being ended: the longest stop ladder (30 s) and its report."""

# ------------------------------------------------------------------------------------------------------- start


def begin(step: Step) -> None:
    """Start what a life of `starting` is for: a probe, or nothing where the first session speaks first."""
    step.change(scan=0)
    if not step.state.is_recovered:
        return  # it begins when that is known
    step.begins.append(Begin((SERVER, step.state.profile.name)))
    if step.state.profile.is_probed:
        keep_probing(step)
    elif step.turn("listed"):
        watch_stability(step)
        refill(step)


def keep_probing(step: Step) -> None:
    """See to it that a starting server has a probe; one that may have one process at a time waits for its turn."""
    if step.state.life != "starting" or step.state.scan or not has_room(step):
        return
    probes = [one for one in step.state.instances.values() if one.role == "probe"]
    if all(one.phase == "halting" and one.problem is None for one in probes):  # else one is at work, or about to fail
        launch(step, "probe")


def launch(step: Step, role: Role) -> None:
    """Ask the launcher for one more instance, within its clock."""
    profile = step.state.profile
    number = step.next_number()
    key = f"{profile.name}#{step.state.token}.{number}"
    step.put(key, Instance(role=role, number=number))
    is_start = role == "probe" and step.state.life == "starting"
    step.begins.append(Begin((INSTANCE, key), part_of=(SERVER, profile.name) if is_start else None))
    order = Launch(
        reply_to=step.state.path,
        instance=key,
        server=profile.name,
        command=profile.command,
        grace=profile.grace,
        limits=profile.limits,
        sandbox=profile.sandbox,
        program=profile.program,
    )
    step.tell.append((profile.launcher, order))
    step.do.append(After(seconds=profile.create_s, message=StageOver(instance=key)))
    if step.state.life == "starting":
        step.publish.append(ServerStarting(server=profile.name, stage="create", mode=profile.mode))


def refill(step: Step) -> None:
    """Bring the number of unspoken-to instances to what is wanted: the spares, and one for each waiting session.

    After a first failure the sessions that wait are still served at once, but no spares are kept; after further ones
    all wait for the end of the backoff, so that a server which dies again and again is not fed with instances.
    """
    state = step.state
    if state.life != "ready":
        return
    if not state.is_held_back:
        serve_waiters(step)
        kept = state.profile.spares if state.retry == 0 else 0
        missing = kept + len(step.state.waiters) - len(step.state.of("spare", "launching", "running"))
        for _ in range(min(missing, _room(step))):
            launch(step, "spare")
    most = state.profile.spares + len(step.state.waiters)
    for key in step.state.of("spare", "launching", "running")[most:]:
        halt_one(step, key)


def has_room(step: Step) -> bool:
    """Tell whether there may be one more instance."""
    return _room(step) > 0


def _room(step: Step) -> int:
    """How many more instances there may be."""
    limit = step.state.profile.max_sessions
    return 2**16 if limit is None else limit - len(step.state.instances)


def launched(step: Step, message: Launched) -> None:
    """An instance runs: probe it, or keep it for a session."""
    one = step.state.instances.get(message.instance)
    if one is None:  # of an earlier incarnation, or given up as lost
        step.tell.append((step.state.profile.launcher, Halt(instance=message.instance)))
        return
    step.put(message.instance, replace(one, pid=message.pid))
    if one.phase != "launching":
        return
    profile = step.state.profile
    step.put(message.instance, replace(one, phase="running", pid=message.pid, stage="handshake"))
    if message.degraded and not step.state.degraded:
        step.publish.append(ServerDegraded(server=profile.name, reason=f"it runs with {message.confinement} only"))
    step.change(confinement=message.confinement, degraded=message.degraded)
    if one.role == "probe":
        step.do.append(Probe(instance=message.instance, era=step.state.era))
        if step.state.life == "starting":
            step.publish.append(ServerStarting(server=profile.name, stage="handshake", mode=profile.mode))
    else:
        refill(step)


# --------------------------------------------------------------------------------------------------------- end


def halt_one(step: Step, key: str, problem: AnyProblem | None = None, *, diagnosis: str = "") -> None:
    """Have one instance ended; with a problem that is a failure of the server once it is gone."""
    one = step.state.instances.get(key)
    if one is None or one.phase == "halting":
        return
    step.put(key, replace(one, phase="halting", problem=problem, diagnosis=diagnosis))
    if problem is not None:
        count_restart(step, one)
    if one.exited is not None:
        step.again.append(one.exited)
        return
    _tell_halt(step, key)


def count_restart(step: Step, one: Instance) -> None:
    """One that clients use, or were going to, has to be replaced."""
    if one.role != "probe":
        step.change(restarts=step.state.restarts + 1)


def _tell_halt(step: Step, key: str) -> None:
    is_idle = step.state.instances[key].role != "session"
    order = Halt(instance=key, stdin_s=IDLE_STDIN_S if is_idle else None)
    step.tell.append((step.state.profile.launcher, order))
    step.do.append(After(seconds=HALT_S, message=HaltOver(instance=key)))


def halt_over(step: Step, message: HaltOver) -> None:
    """An instance should be gone: the message that it is may be lost, or the one that it should be."""
    one = step.state.instances.get(message.instance)
    if one is not None and one.phase == "halting":
        step.do.append(Look(instance=message.instance))


def still_there(step: Step, message: Looked) -> None:
    """It is there, long after it should have been gone: ask again."""
    one = step.state.instances.get(message.instance)
    if one is not None and one.phase == "halting":
        _tell_halt(step, message.instance)


def stage_over(step: Step, message: StageOver) -> None:
    """The clock of a launch ran out."""
    one = step.state.instances.get(message.instance)
    if one is not None and one.phase == "launching":
        limit_s = step.state.profile.create_s
        halt_one(step, message.instance, StageTimeout(stage="create", limit_s=limit_s))


def halt_all(step: Step) -> None:
    """Have every instance ended."""
    for key in step.state.instances:
        halt_one(step, key)
    settle(step)


def _go_by(step: Step, profile: Profile) -> None:
    """Begin anew by another profile, as if nothing had been known of the server."""
    state = step.state
    fresh = Server(profile=profile, token=state.token, path=state.path, life=state.life, since_s=state.since_s)
    kept = {"number": state.number, "waiters": state.waiters, "stop_replies": state.stop_replies}
    step.state = replace(fresh, **kept, is_recovered=True, problem=profile.problem).with_life(state.renewed, step.now)
    if state.renewed == "starting" or (state.start_again and step.turn("start")):
        begin(step)


def settle(step: Step) -> None:
    """Notice that nothing is left of a server that is being stopped."""
    state = step.state
    if not state.is_empty:
        return
    if step.turn("gone"):
        step.publish.append(ServerStopped(server=state.profile.name))
        if state.trial is not None:
            step.state = step.state.with_life(state.trial, step.now)
            step.change(trial=None)
    if state.renewal is not None and not state.is_leaving:
        _go_by(step, state.renewal)
    for reply_to in state.stop_replies:
        step.answer(reply_to, Done(server=state.profile.name, life=step.state.life))
    step.change(stop_replies=())
    if state.is_leaving:
        refuse_waiters(step)
    elif state.start_again and step.turn("start"):
        step.change(start_again=False, failures=Failures(), problem=None)
        begin(step)
