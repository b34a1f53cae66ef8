"""Rulings on paths. Pure."""

from __future__ import annotations

from posixpath import dirname, normpath
from typing import Literal

from supervisor.sandbox import reach
from supervisor.sandbox.interpreters import SYSTEM, is_too_broad
from supervisor.sandbox.phrases import WEAK, Action, Code
from supervisor.sandbox.remedies import granting, undenying
from supervisor.sandbox.rulings import Case, Facts, Matter, Rule, Ruling

_TERMINALS = ("/dev/tty", "/dev/pts", "/dev/console", "/dev/ptmx")
_TO_BE_PERMITTED = "Change its owner or mode, or run the server as a user who may."
_KERNEL = ("/proc", "/sys")
_OF_THE_NAMESPACE = ("/dev", "/proc")
_TEMPORARY = ("/tmp", "/var/tmp")  # noqa: S108 - named, not written to


def on_path(path: str, action: Action, case: Case, facts: Facts, *, code: Code | None = None) -> Ruling | None:
    """What decides about this path; None if there is nothing that could have been refused.

    Without a code nobody was refused anything: somebody asks what would be.
    """
    path = normpath(path)
    matter = Matter(
        path=path,
        real=facts.real(path),
        action=action,
        code=code or "EACCES",
        is_there=facts.kind(path) != "missing",
        obstacle=facts.obstacle(path, "read" if action == "use" else action),
    )
    if not case.plan.abi:
        reason = f"not by the sandbox, which confines no files at this level: {matter.obstacle}"
        return matter.ruled("unconfined", reason, remedy=_TO_BE_PERMITTED) if matter.obstacle else None
    if reach.is_of_its_own(case.plan, matter.real) and code != "ENOENT":
        return _in_its_memory(matter, case, facts) if code is None else None
    if code in WEAK and not _counts(matter, case):
        return None
    return _always(matter, case, facts) or (_by_plan(matter, case, facts) if _is_or_can_be(matter, facts) else None)


def _in_its_memory(matter: Matter, case: Case, facts: Facts) -> Ruling | None:
    """Below a folder that the server has of its own: what is there outside is not what it sees."""
    is_the_folder = any(mount.path == matter.real for mount in case.plan.view)
    if is_the_folder or (not matter.is_there and matter.action == "write"):
        return matter.ruled("granted", "not by the sandbox: it is in a folder of the server's own")
    return _always(matter, case, facts) or _ungranted(matter, matter.action, case, facts) if matter.is_there else None


def _counts(matter: Matter, case: Case) -> bool:
    """Whether *no such file*, or a mere failure, can be what a sandbox makes of something that is there outside."""
    is_hidden = matter.code != "ENOENT" or case.plan.level == "S3"
    return is_hidden and (matter.is_there or matter.action == "write")


def _is_or_can_be(matter: Matter, facts: Facts) -> bool:
    """Whether it is there, or could be made there; what cannot be looked at may be there."""
    can_be = matter.action in ("write", "use") and facts.kind(dirname(matter.path)) != "missing"
    return matter.is_there or can_be or bool(matter.obstacle)


def _always(matter: Matter, case: Case, facts: Facts) -> Ruling | None:
    """What no config can allow, or what the config itself denies."""
    hole = reach.hole_around(case.plan, matter.path, matter.real, facts.real)
    if hole is not None and reach.grant_for(case.plan, matter.real, "read", "file") is None:
        return _denied(matter, hole, case)
    if reach.in_folders(matter.real, _TERMINALS):
        return matter.ruled(
            "terminal", "a sandboxed server gets no terminal", remedy="Start it so that it asks for nothing."
        )
    is_process = matter.real.startswith("/proc/") and matter.real.split("/")[2].isdecimal()
    if is_process or (matter.action == "write" and reach.in_folders(matter.real, _KERNEL)):
        reason = "other processes, and settings of the kernel, are out of reach"
        return matter.ruled("kernel", reason, remedy="Nothing allows it.")
    return None


def _denied(matter: Matter, hole: str, case: Case) -> Ruling:
    if hole in case.spec.deny:
        remedy = "Take it out of `deny` if the server is to have it."
        allow = undenying(case.spec, hole, is_toml=case.standing.is_toml)
        return matter.ruled("deny", f"its config denies {hole}", remedy=remedy, allow=allow)
    if hole in case.own:
        return matter.ruled("denied", f"{hole} is stockade's own", remedy="Nothing allows it.")
    remedy = (
        "Nothing allows it: copy what the server needs into a folder of its own, or pass the one value that it needs "
        "by `env`."
    )
    return matter.ruled("denied", f"{hole} may hold secrets and is always denied", remedy=remedy)


def _by_plan(matter: Matter, case: Case, facts: Facts) -> Ruling | None:
    plan = case.plan
    wanted = _wanted(matter, case, facts)
    kind = facts.kind(matter.real)
    if reach.grant_for(plan, matter.real, wanted, kind) is not None:
        return _elsewhere(matter, wanted)
    is_folder_in_view = reach.grant_for(plan, dirname(matter.real), "read", "folder") is not None
    if matter.code == "ENOENT" and not matter.is_there and is_folder_in_view:
        return None
    if matter.code == "EPERM" or (matter.code == "EROFS" and plan.level != "S3"):
        return _elsewhere(matter, wanted)  # Landlock answers EACCES
    return _ungranted(matter, wanted, case, facts)


def _wanted(matter: Matter, case: Case, facts: Facts) -> Action:
    """What is asked for; where the server does not say, the least that it did not get."""
    if matter.action != "use":
        return matter.action
    if not matter.is_there:
        return "write"
    return "write" if reach.grant_for(case.plan, matter.real, "read", facts.kind(matter.real)) else "read"


def _elsewhere(matter: Matter, wanted: Action) -> Ruling:
    """The sandbox allows it, or does not decide about it."""
    if matter.obstacle:
        return matter.ruled("permissions", f"not by the sandbox: {matter.obstacle}", remedy=_TO_BE_PERMITTED)
    if matter.code == "EROFS":
        return matter.ruled("file_system", "not by the sandbox: the file system there is mounted read-only")
    if matter.code == "EPERM":
        reason = "a sandboxed server has no privileges, and what it wanted needs one"
        return matter.ruled("privileges", reason, remedy="Nothing in its config gives it one.")
    may = {"write": "read and written", "execute": "read and executed"}.get(wanted, "read")
    return matter.ruled("granted", f"not by the sandbox as it is now: it may be {may} there")


def _ungranted(matter: Matter, wanted: Action, case: Case, facts: Facts) -> Ruling:
    plan = case.plan
    late = reach.in_folders(matter.path, (item.path for item in plan.skipped))
    if late is not None:
        reason = f"{late} is in its config, and was not there when the server was started"
        remedy = "Restart the server." if facts.kind(late) != "missing" else "Make it, then restart the server."
        return matter.ruled("skipped", reason, remedy=remedy)
    folder = reach.expanded_around(plan, matter.real, wanted)
    if folder is not None:
        return _expanded(matter, folder, case)
    is_readable = reach.grant_for(plan, matter.real, "read", facts.kind(matter.real)) is not None
    reason = "it is granted for reading only" if is_readable else "nothing grants it"
    rule: Rule = "read_only" if is_readable else "not_granted"
    if wanted == "write" and reach.in_folders(matter.real, SYSTEM):
        remedy = "It is a folder of the system: have the server write into its own folder, which is its HOME."
        return matter.ruled(rule, reason, remedy=remedy)
    if plan.level == "S3" and reach.in_folders(matter.real, _OF_THE_NAMESPACE):
        remedy = "Nothing allows it: at this level these folders are the server's own."
        return matter.ruled(rule, reason, remedy=remedy)
    return _to_be_granted(matter, wanted, case, rule=rule, reason=reason)


def _expanded(matter: Matter, folder: str, case: Case) -> Ruling:
    if matter.real == folder or not matter.is_there:
        hole = reach.holes_below(case.plan, folder)[0]
        reason = f"{hole} is denied, so {folder} is granted by its entries: it cannot be listed or get new ones"
        remedy = "Have it use its entries by their names; for new ones, grant a folder in it."
        return matter.ruled("expanded", reason, remedy=remedy)
    entry = reach.entry_of(folder, matter.real)
    reason = f"{entry} has come or was replaced since the server was started, and {folder} is granted by its entries"
    return matter.ruled("expanded", reason, remedy="Restart the server.")


def _to_be_granted(matter: Matter, wanted: Action, case: Case, *, rule: Rule, reason: str) -> Ruling:
    if matter.is_there and is_too_broad(matter.real, case.homes):
        remedy = f"{matter.real} is too much to be granted: grant what it needs of it."
        return matter.ruled(rule, reason, remedy=remedy)
    setting: Literal["read_only", "read_write"] = "read_write" if wanted == "write" else "read_only"
    place, remedy = matter.path, ""
    if not matter.is_there and not matter.obstacle:
        place, remedy = _place_for_new(matter, case)
    elif matter.action == "use" and wanted == "read":
        remedy = "If it is to write there, `read_write` instead."
    if not matter.is_there and reach.in_folders(matter.real, _TEMPORARY):
        remedy = f"Its folder for temporary files is $TMPDIR, which it does not use here. {remedy}".rstrip()
    allow = granting(case.spec, setting, place, is_toml=case.standing.is_toml)
    if allow is None:
        remedy = "Its name is no text, which no config can hold: grant the folder around it."
    return matter.ruled(rule, reason, remedy=remedy, allow=allow)


def _place_for_new(matter: Matter, case: Case) -> tuple[str, str]:
    """What to grant so that something can be made there: the folder around it, unless that holds too much else."""
    folder = dirname(matter.path)
    if is_too_broad(folder, case.homes) or reach.in_folders(folder, SYSTEM) or reach.holes_below(case.plan, folder):
        return matter.path, f"Make {matter.path} yourself before: {folder} is too much to be granted."
    return folder, ""
