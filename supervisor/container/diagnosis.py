"""Judges what an examination found about docker: each part for itself, by what the config needs of it. Pure."""

from __future__ import annotations

from typing import Literal, assert_never

from msgspec.structs import replace

from supervisor.container.engine_diagnosis import disk, engine, images, limits, live_restore, log_driver, snap
from supervisor.container.examined import Address, Command, Examined, Trial, Variables
from supervisor.diagnostics.words import Check, Verdict
from supervisor.docker_path.messages import tried_text

Need = Literal["required", "useful", "none"]
"""How much depends on docker: a server of the config; perhaps something, for no config was named or its mode `auto`
would like to have it; nothing."""
UNNEEDED = "no server of this config needs it: "


def checks(found: Examined, need: Need) -> tuple[Check, ...]:
    """All that is judged about docker, in the order in which it is read."""
    first = (command(found.command), environment(found), endpoint(found), engine(found))
    more: tuple[Check, ...] = ()
    if found.engine is not None:
        about = found.engine
        more = (
            snap(found, about),
            limits(about, found.machine),
            log_driver(about),
            live_restore(about),
            *([disk(found.disk)] if found.disk else []),
            *([images(found.images, about)] if found.images else []),
            trial(found.trial),
        )
    return tuple(_weighed(check, need) for check in (*first, *more))


def _weighed(check: Check, need: Need) -> Check:
    """A failure weighs as much as what depends on it."""
    if check.verdict != "failure":
        return check
    match need:
        case "required":
            return check
        case "useful":
            return replace(check, verdict="warning")
        case "none":
            return replace(check, verdict="skipped", evidence=UNNEEDED + check.evidence, remedy="")
        case unknown:
            assert_never(unknown)


def command(found: Command) -> Check:
    """Where it is, who told of it, and what it says of itself."""
    details = {
        "path": found.path or None,
        "source": found.source or None,
        "target": found.target or None,
        "version": found.version or None,
        "tried": [{"place": one.place, "found": one.found} for one in found.tried],
    }
    check = Check(id="docker.command", title="Command", verdict="ok", evidence="", facts=details)
    if not found.path:
        evidence = f"the docker command was not found: {tried_text(found.tried)}"
        remedy = "Install Docker (or a command of that name that is compatible), or put its folder on stockade's PATH."
        return replace(check, verdict="failure", evidence=evidence, remedy=remedy)
    leads = f" (a link to {found.target})" if found.target != found.path else ""
    where = f"{found.path}{leads}, {found.source}"
    if found.objection:
        remedy = "Replace it, or put the folder of one that works before it on stockade's PATH."
        return replace(check, verdict="failure", evidence=f"{where}, does not run: {found.objection}", remedy=remedy)
    return replace(check, evidence=f"{where}: {found.version}")


def environment(found: Examined) -> Check:
    """What the command is told of the engine, and by whom; names only."""
    about = found.variables
    details = {
        "ours": list(about.ours),
        "empty": list(about.empty),
        "taken": list(about.taken),
        "shell": about.shell or None,
        "refusal": about.refusal or None,
        "unasked": about.unasked or None,
    }
    check = Check(id="docker.environment", title="Environment", verdict="ok", evidence="", facts=details)
    more = [name for name in about.ours if name not in about.unasked]
    ours = f"; ours too: {', '.join(more)}" if more else ""
    empty = f"; {', '.join(about.empty)} is empty, which counts as a choice" if about.empty else ""
    evidence = _asked(about) + ours + empty
    if about.refusal and found.engine is None:
        remedy = (
            "Mend the profile; or say where the engine is by DOCKER_HOST or `docker context use`: nobody is asked then."
        )
        return replace(check, verdict="warning", evidence=evidence, remedy=remedy)
    return replace(check, evidence=evidence)


def _asked(about: Variables) -> str:
    if about.unasked:
        return f"the login shell was not asked: {about.unasked}"
    if about.refusal:
        return f"the login shell{f' {about.shell}' if about.shell else ''} told nothing: {about.refusal}"
    if about.taken:
        return f"taken from the login shell {about.shell} (with the lengths of the values): {', '.join(about.taken)}"
    return f"the login shell {about.shell} was asked, and adds nothing"


def endpoint(found: Examined) -> Check:
    """Which engine is meant, and what says so."""
    about = found.address
    details = {
        "host": about.host or None,
        "decided_by": about.decider,
        "from": "login shell" if about.by_shell else "ours" if about.decider.startswith("DOCKER") else None,
        "context": about.context or None,
    }
    check = Check(id="docker.endpoint", title="Endpoint", verdict="ok", evidence="", facts=details)
    if about.host:
        return replace(check, evidence=f"{about.host}, {_because(about)}")
    if found.problem is None:
        return replace(check, verdict="skipped", evidence=f"{_because(about)}; where that leads was not looked up")
    remedy = "See `docker context ls`; choose one by `docker context use`, or set DOCKER_HOST."
    return replace(check, verdict="failure", evidence=f"{_because(about)}: {found.problem.text}", remedy=remedy)


def _because(about: Address) -> str:
    match about.decider:
        case "DOCKER_HOST":
            return f"by DOCKER_HOST{_of_shell(about)}"
        case "DOCKER_CONTEXT":
            return f"by the context {about.context}, which DOCKER_CONTEXT{_of_shell(about)} names"
        case "currentContext":
            return f"by the context {about.context}, which is the docker command's current one"
        case "default":
            return "the default: neither DOCKER_HOST nor a context says otherwise"
        case unknown:
            assert_never(unknown)


def _of_shell(about: Address) -> str:
    return " of the login shell" if about.by_shell else " of our environment"


def trial(found: Trial | None) -> Check:
    """Whether a container starts with all hardening flags; if not, which of them to relax."""
    check = Check(id="docker.run", title="Trial run", verdict="skipped", evidence="")
    if found is None:
        return replace(check, evidence="not tried; `stockade doctor --deep` runs a container with all hardening flags")
    details = {
        "image": found.image or None,
        "code": found.problem.code if found.problem else None,
        "relax": list(found.relax),
        "left": list(found.left),
    }
    check = replace(check, facts=details)
    if found.unable:
        return replace(check, evidence=f"not tried: {found.unable}")
    verdict, evidence, remedy = _tried(found)
    if found.left:
        evidence += f"; not removed: {', '.join(found.left)}"
        remedy = f"{remedy} Remove what is left: `docker rm -f {' '.join(found.left)}`.".strip()
        verdict = "failure"
    return replace(check, verdict=verdict, evidence=evidence, remedy=remedy)


def _tried(found: Trial) -> tuple[Verdict, str, str]:
    if found.problem is None:
        return "ok", f"a container of {found.image} ran with all hardening flags, and was removed", ""
    seen = f"a container of {found.image} with all hardening flags failed: {found.problem.text}"
    if not found.relax:
        return "failure", f"{seen}; without them it fails too", found.problem.remedy
    written = ", ".join(f'"{flag}": false' for flag in found.relax)
    named = ", ".join(f"`{flag}`" for flag in found.relax)
    return "failure", f"{seen}; without {named} it runs", f'Relax it: `isolation: {{"hardening": {{{written}}}}}`.'
