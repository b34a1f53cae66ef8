"""Judges by what a server's processes can be known and limited as a whole: a delegated cgroup, the tag. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from supervisor.diagnostics.words import Check

_EACH_FOR_ITSELF = "limits hold each process of a server for itself, not all of them together"
_DELEGATE = "Run the daemon as a service of systemd with `Delegate=yes` and `DelegateSubgroup=stockade` in its unit."


def cgroup(*, path: str, controllers: Sequence[str], wanted: Sequence[str], objection: str) -> Check:
    """Whether a part of the cgroup hierarchy was handed to a process that is started as this one was.

    `objection` says why not, empty if it was; of the `wanted` controllers it should have all.
    """
    missing = [name for name in wanted if name not in controllers]
    facts = {"path": path, "delegated": not objection, "controllers": list(controllers), "missing": missing}
    if not objection and not missing:
        evidence = f"{path} is delegated, with {_listed(controllers)}"
        return Check(id="processes.cgroup", title="Cgroup", verdict="ok", evidence=evidence, facts=facts)
    seen = objection or f"{path} is delegated without {_listed(missing)}"
    remedy = _DELEGATE if objection else f"Have {_listed(missing)} handed down to it: `cgroup.subtree_control` above."
    evidence = f"{seen}: {_EACH_FOR_ITSELF}"
    return Check(
        id="processes.cgroup", title="Cgroup", verdict="warning", evidence=evidence, remedy=remedy, facts=facts
    )


def tag(objection: str) -> Check:
    """Whether instances get a tag, by which a daemon that replaced its environment is found; `objection`: why not."""
    facts = {"usable": not objection}
    if not objection:
        evidence = "instances are tagged: what they fork is known without its environment"
        return Check(id="processes.tag", title="Tag", verdict="ok", evidence=evidence, facts=facts)
    return Check(
        id="processes.tag",
        title="Tag",
        verdict="warning",
        evidence=f"instances get no tag: {objection}",
        remedy="Start stockade where RLIMIT_RTTIME is unlimited (systemd: LimitRTTIME=infinity).",
        facts=facts,
    )


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names)
