"""Judges how stockade is installed: system, interpreter, owner of the import package, state directory. Pure."""

from __future__ import annotations

from msgspec import Struct

from supervisor.diagnostics.words import Check, Verdict
from supervisor.errors import Problem

OWN_DISTRIBUTION = "stockade"
PRIVATE, PASSABLE = 0o700, 0o711
"""Modes of a state directory: the second where a server becomes another user, and has to pass through it."""


class System(Struct, frozen=True, kw_only=True):
    """What runs here."""

    platform: str
    """As sys.platform has it."""
    release: str
    """Of the kernel, as `uname -r` says."""
    machine: str
    """As `uname -m` says."""


class Interpreter(Struct, frozen=True, kw_only=True):
    """What runs stockade."""

    version: str
    executable: str
    is_virtual: bool
    """It is that of a virtual environment."""


class Package(Struct, frozen=True, kw_only=True):
    """Where the import package `supervisor` comes from."""

    owners: tuple[str, ...]
    """Distributions of this environment that say they install it; one that is edited in its tree does not say so."""
    version: str
    """Of the installed distribution `stockade`; empty if there is none."""
    location: str
    """The folder that was imported."""


class StateDirectory(Struct, frozen=True, kw_only=True):
    """The state directory that would be used."""

    path: str
    is_there: bool
    mode: int = 0
    """Its permission bits; 0 if it is not there."""
    objection: Problem | None = None
    """Why it cannot be used, or not be made."""


def system(found: System) -> Check:
    """Mode `sandbox` is made of what Linux has."""
    is_linux = found.platform == "linux"
    name = "Linux" if is_linux else found.platform
    return Check(
        id="platform.kernel",
        title="Kernel",
        verdict="ok" if is_linux else "failure",
        evidence=f"{name} {found.release} on {found.machine}"
        + ("" if is_linux else ", where there is no mode sandbox"),
        remedy="" if is_linux else "Run stockade on Linux, in a virtual machine for one, or use another mode.",
        facts={"platform": found.platform, "release": found.release, "machine": found.machine},
    )


def interpreter(found: Interpreter) -> Check:
    """Which Python it is; one that is too old would not have got here."""
    kind = " of a virtual environment" if found.is_virtual else ""
    return Check(
        id="platform.python",
        title="Python",
        verdict="ok",
        evidence=f"Python {found.version}{kind}: {found.executable}",
        facts={"version": found.version, "executable": found.executable, "virtual_environment": found.is_virtual},
    )


def package(found: Package) -> Check:
    """Nobody else may own the import package: the Supervisor distribution installs one of the same name."""
    others = sorted({name for name in found.owners if _normal(name) != OWN_DISTRIBUTION})
    facts = {"owners": sorted(set(found.owners)), "version": found.version or None, "location": found.location}
    if others:
        names = ", ".join(others)
        return Check(
            id="platform.package",
            title="Import package",
            verdict="failure",
            evidence=f"another distribution of this environment installs a package `supervisor` too: {names}",
            remedy="Give stockade an environment of its own: `uv tool install stockade`, or `pipx install stockade`.",
            facts=facts,
        )
    source = f"stockade {found.version}" if found.version else "a folder, of no installed distribution"
    return Check(
        id="platform.package",
        title="Import package",
        verdict="ok",
        evidence=f"`supervisor` comes from {source}: {found.location}",
        facts=facts,
    )


def state_directory(found: StateDirectory) -> Check:
    """It has to belong to this user alone: the control token lies in it."""
    facts = {"path": found.path, "exists": found.is_there, "mode": f"{found.mode:04o}" if found.is_there else None}
    verdict, evidence, remedy = _state_verdict(found)
    return Check(
        id="state.directory",
        title="State directory",
        verdict=verdict,
        evidence=evidence,
        remedy=remedy,
        facts=facts,
    )


def _state_verdict(found: StateDirectory) -> tuple[Verdict, str, str]:
    if found.objection is not None:
        return "failure", found.objection.text, found.objection.remedy
    if not found.is_there:
        return "ok", f"{found.path} is not there yet, and can be made", ""
    if found.mode & ~PASSABLE & 0o777:
        return "warning", f"others may look into {found.path} (mode {found.mode:04o})", f"chmod 700 {found.path}"
    return "ok", f"{found.path} is this user's alone (mode {found.mode:04o})", ""


def _normal(name: str) -> str:
    return name.lower().replace("_", "-").replace(".", "-")
