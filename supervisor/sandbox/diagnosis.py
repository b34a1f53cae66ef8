"""Judges what an examination found about the sandbox: each part for itself, and the level that comes of them. Pure."""

from __future__ import annotations

from msgspec.structs import replace

from supervisor.config.schema import SandboxSpec
from supervisor.diagnostics.words import Check
from supervisor.sandbox import abi
from supervisor.sandbox.examined import MEMFD, Facts
from supervisor.sandbox.gaps import gaps
from supervisor.sandbox.level import choose
from supervisor.sandbox.namespace_diagnosis import bubblewrap, user_namespaces
from supervisor.sandbox.words import Chosen

WHOLE_ABI = 6
"""The Landlock ABI (Linux 6.12) below which something is missing that the sandbox means to hold."""
SOCKETS_ABI = 9
"""The Landlock ABI that can keep a process from unix sockets with a path."""
_CAP_SETGID, _CAP_SETUID = 6, 7
_ABSENT = {
    "ENOSYS": "Run a kernel that has Landlock: Linux 5.13 or later, built with CONFIG_SECURITY_LANDLOCK.",
    "EOPNOTSUPP": "Add `landlock` to the list `lsm=` of the kernel's command line, and boot again.",
}
_REFUSED = "See whether something around stockade (a container's seccomp profile) refuses the call."


def checks(facts: Facts) -> tuple[Check, ...]:
    """All that is judged about the sandbox, in the order in which it is read."""
    return (
        landlock(facts),
        seccomp(facts),
        bubblewrap(facts),
        user_namespaces(facts),
        level(facts),
        sockets(facts),
        memory_programs(facts),
        user(facts),
    )


def landlock(facts: Facts) -> Check:
    """What the kernel announces, and whether it holds."""
    number, says = facts.landlock.abi, facts.abi_announced
    missing = _missing(number) if number else ()
    details = {
        "abi": number,
        "abi_announced": says,
        "errno": facts.landlock_errno or None,
        "rights": list(abi.fs_names(abi.handled_fs(number))),
        "scopes": list(abi.scope_names(abi.scopes(number))),
        "missing": list(missing),
    }
    made = _landlock_check(facts, missing)
    return replace(made, facts=details)


def _landlock_check(facts: Facts, missing: tuple[str, ...]) -> Check:
    number = facts.landlock.abi
    check = Check(id="sandbox.landlock", title="Landlock", verdict="ok", evidence="")
    if not facts.abi_announced:
        remedy = _ABSENT.get(facts.landlock_errno, _REFUSED)
        return replace(check, verdict="failure", evidence=facts.landlock.reason, remedy=remedy)
    if not number:
        evidence = f"ABI {facts.abi_announced} is announced, but {facts.landlock.reason}"
        remedy = "Look at what was tried; if this kernel is an emulation, run stockade on a real one."
        return replace(check, verdict="failure", evidence=evidence, remedy=remedy)
    held = f"ABI {number}, seen to hold: a confined process wrote inside, and was refused outside"
    if missing:
        remedy = "Run Linux 6.12 or later for all of it."
        return replace(check, verdict="warning", evidence=f"{held}; but {'; '.join(missing)}", remedy=remedy)
    return replace(check, evidence=held)


def _missing(number: int) -> tuple[str, ...]:
    """What this ABI does not hold and a whole one does, in the words of the report."""
    whole = set(_gaps(WHOLE_ABI))
    return tuple(gap for gap in _gaps(number) if gap not in whole)


def _gaps(number: int) -> tuple[str, ...]:
    return gaps(Chosen(level="S2", abi=number), "allow", (), is_root=False)


def seccomp(facts: Facts) -> Check:
    """Whether filters can be installed, and whether there are any for this machine."""
    filters = {one.name: one.sha256 for one in facts.landlock.filters}
    is_proven = bool(facts.landlock.abi and filters)
    details = {
        "machine": facts.machine,
        "possible": not facts.seccomp_errno,
        "errno": facts.seccomp_errno or None,
        "proven": is_proven,
        "filters": filters,
    }
    check = Check(id="sandbox.seccomp", title="Seccomp", verdict="ok", evidence="", facts=details)
    if facts.seccomp_errno:
        evidence = f"system calls cannot be filtered ({facts.seccomp_errno})"
        remedy = "Run a kernel with CONFIG_SECCOMP_FILTER, or let what is around stockade permit filters."
        return replace(check, verdict="failure", evidence=evidence, remedy=remedy)
    if not filters:
        evidence = f"there are no system-call filters for {facts.machine}"
        return replace(check, verdict="failure", evidence=evidence, remedy="Run stockade on x86-64 or 64-bit ARM.")
    seen = "seen in force" if is_proven else "not tried out, because Landlock does not hold"
    return replace(check, evidence=f"filters for {facts.machine}: {', '.join(filters)}; {seen}")


def level(facts: Facts) -> Check:
    """What a server gets that asks for nothing else."""
    chosen = choose(SandboxSpec(), facts.available)
    check = Check(id="sandbox.level", title="Level", verdict="ok", evidence="")
    if not isinstance(chosen, Chosen):
        details = {"level": None, "why_not_higher": chosen.reason}
        evidence = f"no server of mode sandbox is started here: {chosen.reason}"
        return replace(check, verdict="failure", evidence=evidence, remedy=chosen.remedy, facts=details)
    details = {"level": chosen.level, "why_not_higher": chosen.not_higher or None}
    if chosen.not_higher:
        evidence = f"a server gets {chosen.level}, {chosen.not_higher}"
        remedy = "See to bubblewrap and user namespaces, as said of them."
        return replace(check, verdict="warning", evidence=evidence, remedy=remedy, facts=details)
    return replace(check, evidence=f"a server gets {chosen.level}, the highest there is", facts=details)


def sockets(facts: Facts) -> Check:
    """Sockets through which a server could get more than its sandbox allows."""
    check = Check(
        id="sandbox.sockets", title="Sockets", verdict="ok", evidence="", facts={"found": list(facts.sockets)}
    )
    if not facts.sockets:
        return replace(check, evidence="no socket of an engine, a bus or an agent can be connected to")
    named = ", ".join(facts.sockets)
    if facts.level == "S3" or (facts.level == "S2" and facts.landlock.abi >= SOCKETS_ABI):
        return replace(check, evidence=f"servers cannot reach these at level {facts.level}: {named}")
    evidence = f"servers can connect to these, and get more by it than their sandbox allows: {named}"
    remedy = "Get level S3, which hides them, or run stockade as a user who may not use them."
    return replace(check, verdict="warning", evidence=evidence, remedy=remedy)


def memory_programs(facts: Facts) -> Check:
    """Whether a program can be run from memory, as a server may want to, and level S3 too."""
    value = facts.sysctls[MEMFD]
    said = f"{MEMFD} is {value}" if value is not None else f"this kernel has no {MEMFD}"
    check = Check(id="sandbox.memfd", title="Programs in memory", verdict="ok", evidence="", facts={MEMFD: value})
    if value != 2:
        return replace(check, evidence=f"{said}: a server can run a program from memory, confined like itself")
    forbidden = f"{said}: nobody can run a program from memory"
    if facts.is_tried and not facts.works:
        remedy = f"Set it to 1 (`sysctl {MEMFD}=1` as root), and see whether bubblewrap works then."
        evidence = f"{forbidden}, which may be why level S3 does not work"
        return replace(check, verdict="warning", evidence=evidence, remedy=remedy)
    return replace(check, evidence=forbidden)


def user(facts: Facts) -> Check:
    """Whether a server can be made to run as another user."""
    may = facts.uid == 0 and all(facts.capabilities >> bit & 1 for bit in (_CAP_SETGID, _CAP_SETUID))
    check = Check(
        id="sandbox.user", title="Another user", verdict="ok", evidence="", facts={"uid": facts.uid, "possible": may}
    )
    if facts.uid != 0:
        evidence = f"servers run as this user (uid {facts.uid}): only root can give them another one"
        return replace(check, verdict="skipped", evidence=evidence)
    if not may:
        evidence = "root without the capabilities to change the user: servers stay uid 0, and `sandbox.user` fails"
        remedy = "Give stockade CAP_SETUID and CAP_SETGID, or start it as the user that servers are to have."
        return replace(check, verdict="warning", evidence=evidence, remedy=remedy)
    return replace(check, evidence="root: `sandbox.user` gives a server another user; without it, it stays uid 0")
