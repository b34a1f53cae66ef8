"""From what is asked to what can be started, without an event loop: facts, plan, folders, ruleset, job.

Everything here blocks on the file system and confines nobody. The effects call it in a worker thread; `run --exec`,
which has no loop, calls it as it stands and then `child.run`.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Mapping, Sequence
from typing import NoReturn

from supervisor.errors import ConfinementFailed, LaunchError, Problem, StateUnusable
from supervisor.sandbox import abi, landlock
from supervisor.sandbox.denied import sockets
from supervisor.sandbox.disk import Disk, make_private, mark
from supervisor.sandbox.explain import printable
from supervisor.sandbox.job import Job, Mark
from supervisor.sandbox.level import choose
from supervisor.sandbox.policy import plan_for
from supervisor.sandbox.state import server_folder
from supervisor.sandbox.words import Asked, Availability, Chosen, Order, Places, Plan

_ABSENT = {
    errno.ENOSYS: "this kernel was built without it (ENOSYS)",
    errno.EOPNOTSUPP: "this kernel has it, but it was not enabled at boot (EOPNOTSUPP)",
}


def announced() -> Availability:
    """What the kernel says it can do; not yet seen to hold."""
    try:
        return Availability(abi=abi.known(landlock.version()))
    except OSError as problem:
        return Availability(abi=0, reason=_ABSENT.get(problem.errno or 0, f"asking for it failed: {problem.strerror}"))


def chosen_level(order: Order, available: Availability) -> Chosen:
    """The level for a server. Raises: LaunchError, if it gets none."""
    chosen = choose(order.spec, available)
    return chosen if isinstance(chosen, Chosen) else _refuse(chosen)


def asked_for(order: Order, places: Places, argv: tuple[str, ...], search_path: str) -> Asked:
    """What the policy needs to know about a located command."""
    return Asked(
        argv=argv,
        search_path=search_path,
        working_dir=order.profile.working_dir,
        homes=places.homes,
        state=server_folder(places.state_dir, order.server),
        own=(places.state_dir, *places.own),
        spec=order.spec,
        limits=order.limits,
    )


def plan_here(asked: Asked, chosen: Chosen, ssh_agent: str | None) -> Plan:
    """The plan by the facts of this moment; changes nothing. Raises: LaunchError."""
    disk, uid = Disk(), os.geteuid()
    reachable = tuple(path for path in sockets(uid, ssh_agent) if disk.connectable(path))
    plan = plan_for(asked, chosen, disk, reachable=reachable, is_root=uid == 0)
    return plan if isinstance(plan, Plan) else _refuse(plan)


def make_folders(asked: Asked, folders: Sequence[str]) -> None:
    """Make the server's own folders, private to this user. Raises: LaunchError."""
    try:
        make_private((os.path.dirname(asked.state), *folders))
    except OSError as problem:
        _refuse(StateUnusable(path=printable(str(problem.filename)), reason=problem.strerror or ""))


def ruleset_of(plan: Plan) -> int | None:
    """The plan's ruleset, to be closed by the caller; None at level S1. Raises: LaunchError."""
    if not plan.abi:
        return None
    try:
        return landlock.build(plan.abi, grants_of(plan))
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


def job_of(plan: Plan, argv: Sequence[str], environment: Mapping[str, str], *, parent: int) -> Job:
    """The job that carries out a plan by a ready made ruleset; `parent` is the process to die with, 0 = none."""
    return Job(
        argv=tuple(map(os.fsencode, argv)),
        env={os.fsencode(name): os.fsencode(value) for name, value in environment.items()},
        cwd=os.fsencode(plan.cwd),
        abi=plan.abi,
        rlimits=tuple((limit.number, limit.value) for limit in plan.rlimits),
        parent=parent,
    )


def grants_of(plan: Plan) -> tuple[tuple[bytes, str], ...]:
    """What the ruleset is built of, and what a job needs that has to build its own."""
    return tuple((os.fsencode(grant.path), grant.access) for grant in plan.grants)


def _refuse(problem: Problem) -> NoReturn:
    raise LaunchError(problem)
