"""From what is asked to what can be started, without an event loop: facts, plan, folders, ruleset, job.

Everything here blocks on the file system and confines nobody. The effects call it in a worker thread; `run --exec`,
which has no loop, calls it as it stands and then `child.run`.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Mapping, Sequence
from typing import NoReturn

from msgspec.structs import replace

from supervisor.config.schema import Ports, SandboxSpec
from supervisor.errors import ConfinementFailed, LaunchError, Problem, SettingUnavailable, StateUnusable
from supervisor.escaping import printable
from supervisor.process.words import MARKER, Tracking
from supervisor.sandbox import abi, bubblewrap, landlock, paths, seccomp
from supervisor.sandbox.accounts import account_of, may_enter
from supervisor.sandbox.denied import sockets
from supervisor.sandbox.disk import Disk, make_passable, make_private, mark
from supervisor.sandbox.gaps import is_closed_to_sockets
from supervisor.sandbox.inside import Inside, inside, seen
from supervisor.sandbox.job import Job, Mark
from supervisor.sandbox.level import BASE, VARIANTS, choose
from supervisor.sandbox.messages import Filter
from supervisor.sandbox.namespaces import Namespaces, launcher
from supervisor.sandbox.policy import plan_for
from supervisor.sandbox.state import server_folder
from supervisor.sandbox.words import Account, Asked, Availability, Chosen, Order, Places, Plan

_ABSENT = {
    errno.ENOSYS: "this kernel was built without it (ENOSYS)",
    errno.EOPNOTSUPP: "this kernel has it, but it was not enabled at boot (EOPNOTSUPP)",
}


TAG_LIMIT = 15
"""RLIMIT_RTTIME, which carries the tag (process/words.py)."""


def announced() -> Availability:
    """What the kernel says it can do; not yet seen to hold, and nothing of namespaces."""
    filters = tuple(Filter(name, sha256) for name in VARIANTS if (sha256 := seccomp.digest(name)))
    try:
        return Availability(abi=abi.known(landlock.version()), filters=filters)
    except OSError as problem:
        reason = _ABSENT.get(problem.errno or 0, f"asking for it failed: {problem.strerror}")
        return Availability(abi=0, reason=reason, filters=filters)


def with_namespaces(available: Availability, state_dir: str) -> Availability:
    """The same, with namespaces tried out if there is any use in them. Blocks for some tens of milliseconds."""
    if not available.abi or not available.filters:
        return available
    found = bubblewrap.find(state_dir, available.abi)
    return replace(available, bubblewrap=found.program, is_image=found.is_image, why_no_namespaces=found.reason)


def wants_namespaces(spec: SandboxSpec) -> bool:
    """Whether it matters to this server if there are namespaces."""
    return spec.level in ("auto", "S3")


def chosen_level(order: Order, available: Availability) -> Chosen:
    """The level for a server. Raises: LaunchError, if it gets none."""
    chosen = choose(order.spec, available)
    return chosen if isinstance(chosen, Chosen) else _refuse(chosen)


def asked_for(order: Order, places: Places, argv: tuple[str, ...], search_path: str) -> Asked:
    """What the policy needs to know about a located command. Raises: LaunchError, if its user cannot be had."""
    account = account_of(order.spec.user)
    own = order.profile.folder or server_folder(places.state_dir, order.server, account.uid if account else None)
    return Asked(
        argv=argv,
        search_path=search_path,
        working_dir=order.profile.working_dir,
        homes=places.homes,
        state=own,
        account=account,
        lent=order.profile.lent,
        shown=seen(),
        own=(places.state_dir, *places.own),
        spec=order.spec,
        limits=order.limits,
    )


def plan_here(asked: Asked, chosen: Chosen, ssh_agent: str | None) -> Plan:
    """The plan by the facts of this moment; changes nothing. Raises: LaunchError."""
    asked = replace(asked, shown=()) if chosen.is_image else asked
    plan = plan_for(asked, chosen, Disk(), reachable=_connectable(ssh_agent), is_root=os.geteuid() == 0)
    return plan if isinstance(plan, Plan) else _refuse(plan)


def reachable_sockets(chosen: Chosen, ssh_agent: str | None) -> tuple[str, ...]:
    """Sockets of engines, buses and agents that a server of this level can connect to."""
    return () if is_closed_to_sockets(chosen) else _connectable(ssh_agent)


def _connectable(ssh_agent: str | None) -> tuple[str, ...]:
    disk = Disk()
    return tuple(path for path in sockets(os.geteuid(), ssh_agent) if disk.connectable(path))


def make_folders(asked: Asked, folders: Sequence[str]) -> None:
    """Make the server's own folders, private to this user or to the one that it becomes. Raises: LaunchError."""
    account, around = asked.account, os.path.dirname(asked.state)
    try:
        make_passable(around, is_passable=account is not None)
        make_private(tuple(folders), None if account is None else (account.uid, account.gid))
        if account is not None:
            make_passable(os.path.dirname(around), is_passable=True)
            _check_way(account, asked.state)
    except OSError as problem:
        _refuse(StateUnusable(path=printable(str(problem.filename)), reason=problem.strerror or ""))


def _check_way(account: Account, folder: str) -> None:
    for above in reversed(list(paths.above(folder))):
        if not may_enter(account, above):
            reason = f"that user may not enter {above}, above the server's own folder: choose another state_dir"
            _refuse(SettingUnavailable(setting="user", value=account.name, reason=reason))


def ruleset_of(plan: Plan) -> int | None:
    """The plan's ruleset, to be closed by the caller; None at level S1. Raises: LaunchError."""
    if not plan.abi:
        return None
    try:
        return landlock.build(plan.abi, grants_of(plan), ports_of(plan))
    except OSError as problem:
        path = os.fsdecode(problem.filename) if isinstance(problem.filename, str | bytes) else ""
        _refuse(ConfinementFailed(step="ruleset", reason=f"{problem.strerror} {printable(path)}".strip()))


def stands_of(plan: Plan) -> tuple[Mark, ...]:
    """What is there now of all that the plan stands on."""
    return (
        *(mark(os.fsencode(path), entries=False) for path in plan.landmarks),
        *(mark(os.fsencode(path), entries=True) for path in plan.watched),
    )


def environment_of(plan: Plan, order: Order, given: Mapping[str, str]) -> dict[str, str]:
    """The server's environment: caches if nothing set them, then its own, then what the sandbox moves."""
    moved = {name: value for name, value in plan.environment.items() if name not in order.profile.own_env}
    return {**plan.defaults, **given, **moved}


def job_of(plan: Plan, argv: Sequence[str], environment: Mapping[str, str], *, parent: int, is_filtered: bool) -> Job:
    """The job that carries out a plan by a ready made ruleset; `parent` is the process to die with, 0 = none.

    With `is_filtered` the process that forks has the filter `base` already, and its children inherit it.
    """
    names = [filter_.name for filter_ in plan.filters]
    inherits = is_filtered and BASE in names
    account = plan.account
    return Job(
        argv=tuple(map(os.fsencode, argv)),
        env={os.fsencode(name): os.fsencode(value) for name, value in environment.items()},
        cwd=os.fsencode(plan.cwd),
        abi=plan.abi,
        filters=seccomp.programs(name for name in names if not (inherits and name == BASE)),
        is_filtered=inherits,
        account=None if account is None else (account.uid, account.gid, account.groups),
        rlimits=tuple((limit.number, limit.value) for limit in plan.rlimits),
        parent=parent,
    )


def whole_job(job: Job, plan: Plan) -> Job:
    """The same for a process that builds the ruleset itself."""
    return job._replace(grants=grants_of(plan), ports=ports_of(plan))


def launcher_words(plan: Plan, program: Sequence[str]) -> tuple[str, ...]:
    """The command that makes the plan's namespaces and starts the confining program there."""
    namespaces = Namespaces(
        bubblewrap=plan.bubblewrap,
        view=plan.view,
        own_network=plan.network == "none",
        is_root=os.geteuid() == 0,
        becomes_another=plan.account is not None,
    )
    return launcher(namespaces, program)


def tracked(job: Job, tracking: Tracking) -> Job:
    """The job with all that its processes are known by."""
    tag = ((TAG_LIMIT, tracking.tag),) if tracking.tag else ()
    return job._replace(rlimits=(*job.rlimits, *tag), leaf=tracking.procs >= 0)


def divided(job: Job, plan: Plan) -> tuple[Job, Inside]:
    """A job of level S3 as what makes the namespaces, and what confines itself in them.

    The first gets nothing of the environment but the marker: what it was started with can be read in the namespace.
    """
    program = inside(whole_job(job, plan)._replace(parent=0, leaf=False, stands=()), is_image=plan.is_image)
    outside = Job(
        argv=tuple(map(os.fsencode, launcher_words(plan, program.words))),
        env={name: value for name, value in job.env.items() if name == os.fsencode(MARKER)},
        cwd=b"/",
        abi=0,
        rlimits=tuple(limit for limit in job.rlimits if limit[0] == TAG_LIMIT),
        parent=job.parent,
        leaf=job.leaf,
        stands=job.stands,
        is_launcher=True,
    )
    return outside, program


def ports_of(plan: Plan) -> tuple[tuple[int, int], ...] | None:
    """The TCP ports of the ruleset; None if TCP is not restricted by it."""
    match plan.network:
        case Ports(connect=connect, bind=bind):
            return abi.port_rules(connect, bind)
        case "none" if plan.level != "S3":
            return ()  # the system-call filter refuses the socket already; this stands behind it
        case _:
            return None


def grants_of(plan: Plan) -> tuple[tuple[bytes, str], ...]:
    """What the ruleset is built of, and what a job needs that has to build its own."""
    return tuple((os.fsencode(grant.path), grant.access) for grant in plan.grants)


def _refuse(problem: Problem) -> NoReturn:
    raise LaunchError(problem)
