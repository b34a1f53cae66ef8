"""Makes the report of a started instance from its plan and from what the kernel answers. Pure."""

from __future__ import annotations

from typing import TypeVar

from msgspec.structs import replace

from supervisor.config.schema import SandboxSpec
from supervisor.config.specs import Limits
from supervisor.escaping import printable
from supervisor.process.words import Tracking
from supervisor.sandbox import abi
from supervisor.sandbox.explain import network_word
from supervisor.sandbox.gaps import network_open
from supervisor.sandbox.limits import enforcers
from supervisor.sandbox.messages import Expanded, Granted, KernelView, Refused, SandboxReport, Skipped
from supervisor.sandbox.words import Plan

_Placed = TypeVar("_Placed", Expanded, Skipped, Refused)


def report_of(plan: Plan, spec: SandboxSpec, limits: Limits) -> SandboxReport:
    """What holds every instance started by this plan; to be completed by its environment and the kernel's view."""
    return SandboxReport(
        level_asked=spec.level,
        level=plan.level,
        is_file_sandbox=plan.abi > 0,
        degraded=printable(plan.degraded),
        landlock_abi=plan.abi,
        rights_handled=abi.fs_names(abi.handled_fs(plan.abi)),
        scopes=abi.scope_names(abi.scopes(plan.abi)),
        granted=tuple(Granted(printable(grant.path), grant.access, grant.why) for grant in plan.grants),
        expanded=_printable(plan.expanded),
        skipped=_printable(plan.skipped),
        refused=_printable(plan.refused),
        denied=tuple(printable(path) for path in plan.denied),
        not_higher=printable(plan.not_higher),
        namespaces=_namespaces(plan),
        filters=plan.filters,
        user=plan.account.name if plan.account else "",
        network=network_word(plan.network),
        network_open=network_open(plan.network, plan.level),
        rlimits=plan.rlimits,
        limits=enforcers(limits, plan.rlimits, Tracking()),
        no_cgroup=(),
        environment=(),
        kernel=KernelView(),
        gaps=tuple(printable(gap) for gap in plan.gaps),
    )


def tracked_report(report: SandboxReport, tracking: Tracking) -> SandboxReport:
    """Complete it by what one instance is known by, and what it is not known by."""
    no_cgroup = tuple(dict.fromkeys(printable(reason) for reason in tracking.missing.values()))
    if not tracking.untagged:
        return replace(report, no_cgroup=no_cgroup)
    gap = f"a daemon of it that clears its environment is not recognised: {printable(tracking.untagged)}"
    return replace(report, no_cgroup=no_cgroup, gaps=(*report.gaps, gap))


def _namespaces(plan: Plan) -> tuple[str, ...]:
    if plan.level != "S3":
        return ()
    return ("mounts", "processes", "ipc", "host name", "cgroup", *(["network"] if plan.network == "none" else []))


def _printable(items: tuple[_Placed, ...]) -> tuple[_Placed, ...]:
    return tuple(replace(item, path=printable(item.path)) for item in items)


def kernel_view(status: str) -> KernelView:
    """What a /proc/PID/status says; what it does not say stays unknown."""
    fields = dict(line.split(":", 1) for line in status.splitlines() if ":" in line)

    def number(name: str, radix: int) -> int:
        text = fields.get(name, "").strip()
        return int(text, radix) if text else -1

    return KernelView(
        no_new_privs=number("NoNewPrivs", 10),
        seccomp=number("Seccomp", 10),
        seccomp_filters=number("Seccomp_filters", 10),
        uid=int(fields["Uid"].split()[1]) if "Uid" in fields else -1,
        cap_effective=number("CapEff", 16),
        cap_permitted=number("CapPrm", 16),
        cap_bounding=number("CapBnd", 16),
    )
