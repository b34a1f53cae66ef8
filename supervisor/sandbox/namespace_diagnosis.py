"""Judges what an examination found about namespaces: bubblewrap, and the kernel's leave for a plain user. Pure."""

from __future__ import annotations

from msgspec.structs import replace

from supervisor.diagnostics.words import Check
from supervisor.sandbox.examined import APPARMOR, MAX_USER_NAMESPACES, UNPRIVILEGED_CLONE, Facts

_SETTINGS = (MAX_USER_NAMESPACES, UNPRIVILEGED_CLONE, APPARMOR)
_FORBIDS = {
    (MAX_USER_NAMESPACES, 0): "Allow some: `sysctl user.max_user_namespaces=15000` as root, and in /etc/sysctl.d.",
    (UNPRIVILEGED_CLONE, 0): "Allow them: `sysctl kernel.unprivileged_userns_clone=1` as root, and in /etc/sysctl.d.",
    (
        APPARMOR,
        1,
    ): "Load an AppArmor profile for bwrap that has the rule `userns,` (Ubuntu: package apparmor-profiles).",
}
"""Setting and value that keep a plain user from namespaces, and what to do about it."""


def bubblewrap(facts: Facts) -> Check:
    """Where it is, and whether a confined program in a view proved that it works."""
    details = {
        "path": facts.bubblewrap or None,
        "version": facts.bubblewrap_version or None,
        "tried": facts.is_tried,
        "works": bool(facts.works),
        "starts_by": ("image" if facts.is_image else "interpreter") if facts.works else None,
    }
    check = Check(id="sandbox.bubblewrap", title="Bubblewrap", verdict="ok", evidence="", facts=details)
    if not facts.bubblewrap:
        evidence = "bubblewrap (bwrap) is neither on PATH nor in /usr/local/bin, /usr/bin, /bin: there is no level S3"
        remedy = "Install the package bubblewrap of your distribution."
        return replace(check, verdict="warning", evidence=evidence, remedy=remedy)
    found = f"{facts.bubblewrap} ({facts.bubblewrap_version or 'it does not tell its version'})"
    if not facts.is_tried:
        evidence = f"{found}; not tried out: level S3 needs Landlock and filters, which are missing"
        return replace(check, verdict="skipped", evidence=evidence)
    if not facts.works:
        evidence = f"{found}: {facts.why_not}"
        return replace(check, verdict="warning", evidence=evidence, remedy=_repair(facts))
    return replace(check, evidence=f"{found}, seen to hide a file and to hold with Landlock inside")


def user_namespaces(facts: Facts) -> Check:
    """Whether the kernel lets a plain user make namespaces; root needs no leave."""
    settings = {name: facts.sysctls[name] for name in _SETTINGS}
    check = Check(id="sandbox.user_namespaces", title="User namespaces", verdict="ok", evidence="", facts=settings)
    said = ", ".join(f"{name}={value}" for name, value in settings.items() if value is not None)
    if facts.uid == 0:
        return replace(check, verdict="skipped", evidence="root makes namespaces without them")
    if facts.works:
        return replace(check, evidence=f"this user can make them ({said or 'no setting about them'})")
    name = _forbidding(facts)
    if name is not None:
        evidence = f"{name}={settings[name]} keeps this user from making them"
        return replace(check, verdict="warning", evidence=evidence, remedy=_FORBIDS[name, settings[name] or 0])
    why = "bubblewrap itself says why it does not work" if facts.is_tried else "not tried out"
    evidence = f"no setting of the kernel forbids them ({said or 'there is none'}); {why}"
    return replace(check, verdict="skipped", evidence=evidence)


def _repair(facts: Facts) -> str:
    name = None if facts.uid == 0 else _forbidding(facts)
    if name is not None:
        return _FORBIDS[name, facts.sysctls[name] or 0]
    return (
        "Try it by hand: `bwrap --unshare-all --ro-bind / / true`; in a container, let its seccomp profile permit it."
    )


def _forbidding(facts: Facts) -> str | None:
    """The first setting that keeps a plain user from making namespaces."""
    return next((name for name, value in _FORBIDS if facts.sysctls[name] == value), None)
