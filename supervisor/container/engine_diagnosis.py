"""Judges what an engine says of itself: whether it answers, what it can hold, what is special about it. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from supervisor.container.argv import ROTATING_DRIVERS
from supervisor.container.examined import Disk, Examined, Machine, Socket, WantedImage
from supervisor.container.facts import EngineFacts
from supervisor.diagnostics.words import Check
from supervisor.errors import AnyProblem, EngineNotRunning, EnginePermissionDenied, EngineUnreachable

GIB = 1 << 30
LOW_BYTES = 2 * GIB
"""Room for one official image of Python or Node, as it is fetched and unpacked: about one, and one again."""
SNAP_PLACES = ("/snap/", "/var/lib/snapd/", "/var/snap/")
SNAP_SOCKETS = ("/run/snap.docker/", "/var/run/snap.docker/", "/var/snap/")


def engine(found: Examined) -> Check:
    """Whether it answers, and what it is."""
    check = Check(id="docker.engine", title="Engine", verdict="ok", evidence="")
    about = found.engine
    if about is not None:
        who = "rootless" if about.rootless else "run by root"
        where = "" if found.machine.is_here else ", on another machine or a virtual one"
        evidence = (
            f"it answers: version {about.version} (API {about.api}) on {about.system}, "
            f"{about.os}/{about.architecture}, cgroup {about.cgroup_version or 'version unknown'}, {who}{where}"
        )
        return replace(check, evidence=evidence, facts=_engine_facts(about, found.machine))
    problem = found.problem
    if problem is None or not found.address.host:
        why = "its address is not known" if problem else "there is no docker command that could speak to it"
        return replace(check, verdict="skipped", evidence=f"it was not asked: {why}")
    socket = found.address.socket
    details = {
        "code": problem.code,
        "host": found.address.host or None,
        "socket": {"path": socket.path, "mode": f"{socket.mode:04o}", "user": socket.user, "group": socket.group}
        if socket
        else None,
        "elsewhere": list(found.elsewhere),
    }
    evidence = problem.text + _of_socket(problem, socket)
    if found.elsewhere:
        evidence += f". An engine answers at {', '.join(found.elsewhere)}"
    remedy = _remedy(problem, socket, found.elsewhere)
    return replace(check, verdict="failure", evidence=evidence, remedy=remedy, facts=details)


def _engine_facts(about: EngineFacts, machine: Machine) -> dict[str, object]:
    return {
        "host": about.host,
        "version": about.version,
        "api": about.api,
        "system": about.system,
        "platform": f"{about.os}/{about.architecture}",
        "cgroup_version": about.cgroup_version or None,
        "rootless": about.rootless,
        "security": list(about.security),
        "cpus": about.cpus,
        "memory_bytes": about.memory_bytes,
        "is_here": machine.is_here,
    }


def _of_socket(problem: AnyProblem, socket: Socket | None) -> str:
    if isinstance(problem, EnginePermissionDenied) and socket is not None and socket.mode:
        return f". The socket is for {socket.user} and the group {socket.group} (mode {socket.mode:04o})"
    return ""


def _remedy(problem: AnyProblem, socket: Socket | None, elsewhere: Sequence[str]) -> str:
    if elsewhere:
        return f"Say that it is meant: `export DOCKER_HOST={elsewhere[0]}` for stockade, or `docker context use`."
    if isinstance(problem, EngineNotRunning):
        return (
            "Start it: `systemctl start docker` (a rootless one: `systemctl --user start docker`), Docker Desktop, "
            "`colima start`. Servers that wait for it start by themselves then."
        )
    if isinstance(problem, EngineUnreachable):
        return "Check the address: DOCKER_HOST, or `docker context ls`."
    if isinstance(problem, EnginePermissionDenied) and socket is not None and socket.group not in ("", "root"):
        return (
            f"Use a rootless engine; or `usermod -aG {socket.group} USER` and log in again, which makes the user as "
            "good as root; or choose `mode: sandbox`, which needs no engine."
        )
    return problem.remedy


def is_of_snap(found: Examined, about: EngineFacts) -> bool:
    """Whether the command or the engine came by snap: its command is a link to the program `snap` itself."""
    command, socket = found.command, found.address.socket
    return (
        about.is_snap
        or any(path.startswith(SNAP_PLACES) for path in (command.path, command.target))
        or command.target.endswith("/snap")
        or (socket is not None and socket.path.startswith(SNAP_SOCKETS))
    )


def snap(found: Examined, about: EngineFacts) -> Check:
    """Whether Docker came by snap, whose confinement gets into the way of ours."""
    is_snap = is_of_snap(found, about)
    check = Check(id="docker.snap", title="Snap", verdict="ok", evidence="", facts={"snap": is_snap})
    if not is_snap:
        return replace(check, evidence="neither the command nor the engine is of a snap")
    evidence = (
        "Docker was installed by snap: its AppArmor profile refuses to start programs under `no_new_privileges`, and "
        "it sees only files below the home folders"
    )
    remedy = (
        'Set `isolation: {"hardening": "compat"}` (`stockade doctor --deep` says whether that is needed), or install '
        "Docker from its own packages."
    )
    return replace(check, verdict="warning", evidence=evidence, remedy=remedy)


def limits(about: EngineFacts, machine: Machine) -> Check:
    """Whether the engine's kernel holds containers to their limits."""
    missing = [name for name, holds in machine.limits.items() if not holds]
    details = {"cgroup_version": about.cgroup_version or None, **machine.limits}
    check = Check(id="docker.limits", title="Limits", verdict="ok", evidence="", facts=details)
    version = f"cgroup {about.cgroup_version}" if about.cgroup_version else "its cgroups"
    if not missing:
        held = ", ".join(machine.limits)
        return replace(check, evidence=f"a container is held to its limits by {version}: {held}")
    evidence = f"{version} does not hold a container to its limits of {', '.join(missing)}"
    remedy = "Boot the engine's machine with cgroup 2 (`systemd.unified_cgroup_hierarchy=1`)" + (
        "; a rootless engine needs the controllers delegated to it (`Delegate=cpu cpuset io memory pids`)."
        if about.rootless
        else ", or with the missing controllers (`cgroup_enable=memory swapaccount=1`)."
    )
    return replace(check, verdict="warning", evidence=evidence, remedy=remedy)


def log_driver(about: EngineFacts) -> Check:
    """Where what servers write is kept by the engine too, and whether it is rotated."""
    name = about.log_driver
    rotates = name in ROTATING_DRIVERS
    facts = {"log_driver": name or None, "rotates": rotates}
    check = Check(id="docker.log_driver", title="Log driver", verdict="ok", evidence="", facts=facts)
    if rotates:
        return replace(check, evidence=f"{name}: `log_max_size` and `log_max_files` hold")
    shown = name or "it does not say which"
    return replace(check, evidence=f"{shown}: it sees to the size of its logs itself; `log_max_size` has no effect")


def live_restore(about: EngineFacts) -> Check:
    """What becomes of containers when the engine ends."""
    check = Check(
        id="docker.live_restore", title="Live restore", verdict="ok", evidence="", facts={"on": about.live_restore}
    )
    if about.live_restore:
        evidence = "on: containers outlive the engine, but not its return; then they are started anew"
        return replace(check, evidence=evidence)
    return replace(check, evidence="off: containers end with the engine, and are started anew when it is back")


def disk(found: Disk) -> Check:
    """How much room there is for images."""
    details = {
        "folder": found.folder or None,
        "free_bytes": found.free_bytes,
        "total_bytes": found.total_bytes,
        "images_bytes": found.images_bytes,
    }
    check = Check(id="docker.disk", title="Disk", verdict="ok", evidence="", facts=details)
    used = "images: not measured" if found.images_bytes is None else f"images take {_size(found.images_bytes)}"
    if found.free_bytes is None:
        return replace(check, evidence=f"{used}; free space at {found.folder} cannot be seen from here")
    evidence = f"{used}; {_size(found.free_bytes)} are free of {_size(found.total_bytes or 0)} at {found.folder}"
    if found.free_bytes < LOW_BYTES:
        remedy = "Make room: `docker image prune`, `docker builder prune`. One image takes about 1 GiB."
        return replace(check, verdict="warning", evidence=evidence, remedy=remedy)
    return replace(check, evidence=evidence)


def images(found: Sequence[WantedImage], about: EngineFacts) -> Check:
    """Whether the images of the config's servers are there, and made for this engine."""
    details = {
        one.name: {"servers": list(one.servers), "digest": one.found.digest if one.found else None} for one in found
    }
    check = Check(id="docker.images", title="Images", verdict="ok", evidence="", facts=details)
    foreign = [one for one in found if _is_foreign(one, about)]
    if foreign:
        named = ", ".join(f"{one.name} (of {', '.join(one.servers)})" for one in foreign)
        evidence = f"made for another platform than {about.os}/{about.architecture}: {named}"
        remedy = "Name images (or digests) that are made for this platform."
        return replace(check, verdict="failure", evidence=evidence, remedy=remedy)
    missing = [one for one in found if one.found is None]
    if missing:
        named = ", ".join(f"{one.name} (of {', '.join(one.servers)})" for one in missing)
        evidence = f"{len(found) - len(missing)} of {len(found)} are on the engine; the first start fetches {named}"
        return replace(check, verdict="warning", evidence=evidence, remedy="Fetch them ahead: `stockade pull`.")
    return replace(check, evidence=f"all {len(found)} are on the engine: {', '.join(one.name for one in found)}")


def _is_foreign(one: WantedImage, about: EngineFacts) -> bool:
    if one.found is None or one.is_platform_said:
        return False
    theirs, ours = (one.found.os, one.found.architecture), (about.os, about.architecture)
    return all(theirs) and all(ours) and theirs != ours


def _size(count: int) -> str:
    """Bytes as people read them."""
    for unit, factor in (("GiB", GIB), ("MiB", 1 << 20)):
        if count >= factor:
            return f"{count / factor:.1f} {unit}"
    return f"{count} bytes"
