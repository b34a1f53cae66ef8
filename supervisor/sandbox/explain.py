"""A plan as people and programs read it: what would be applied, before anything is started. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

from supervisor.config.schema import Ports
from supervisor.escaping import printable
from supervisor.sandbox import abi
from supervisor.sandbox.words import MountKind, Plan


def structure(plan: Plan) -> dict[str, object]:
    """The plan as plain data for `--json`; every text can be encoded."""
    return {
        "level": plan.level,
        "degraded": plan.degraded,
        "landlock_abi": plan.abi,
        "rights_handled": list(abi.fs_names(abi.handled_fs(plan.abi))),
        "scopes": list(abi.scope_names(abi.scopes(plan.abi))),
        "granted": [{"path": printable(item.path), "access": item.access, "why": item.why} for item in plan.grants],
        "expanded": [
            {"path": printable(item.path), "access": item.access, "children": item.children} for item in plan.expanded
        ],
        "skipped": [{"path": printable(item.path), "reason": item.reason} for item in plan.skipped],
        "refused": [{"path": printable(item.path), "reason": item.reason} for item in plan.refused],
        "denied": [printable(path) for path in plan.denied],
        "not_higher": printable(plan.not_higher),
        "view": [{"kind": item.kind, "path": printable(item.path)} for item in plan.view],
        "filters": {item.name: item.sha256 for item in plan.filters},
        "network": network_word(plan.network),
        "user": plan.account.name if plan.account else None,
        "rlimits": {limit.name: limit.value for limit in plan.rlimits},
        "environment": {name: printable(value) for name, value in {**plan.defaults, **plan.environment}.items()},
        "cwd": printable(plan.cwd),
        "gaps": [printable(gap) for gap in plan.gaps],
    }


def lines(plan: Plan) -> Iterator[str]:
    """The plan as lines for a terminal."""
    held = f"Landlock ABI {plan.abi}" if plan.abi else "no file sandbox"
    yield f"level       {plan.level} ({held})"
    if plan.degraded:
        yield f"degraded    {plan.degraded}"
    if plan.not_higher:
        yield f"            {printable(plan.not_higher)}"
    if plan.account:
        yield f"user        {plan.account.name} (uid {plan.account.uid})"
    yield f"network     {network_word(plan.network)}"
    yield f"seccomp     {', '.join(item.name for item in plan.filters) or 'no filters'}"
    yield f"cwd         {printable(plan.cwd)}"
    for access in abi.CLASSES:
        yield from _block(access, (item.path for item in plan.grants if item.access == access))
    yield from _block("expanded", (f"{item.path} ({item.access}, {item.children} entries)" for item in plan.expanded))
    yield from _block("skipped", (f"{item.path}: {item.reason}" for item in plan.skipped))
    yield from _block("refused", (f"{item.path}: {item.reason}" for item in plan.refused))
    yield from _block("denied", plan.denied)
    yield from _block("view", (f"{_SHOWN[item.kind]} {item.path}".strip() for item in plan.view))
    yield from _block("rlimits", (f"{limit.name} {limit.value}" for limit in plan.rlimits))
    yield from _block("variables", (f"{name}={value}" for name, value in {**plan.defaults, **plan.environment}.items()))
    yield from _block("gaps", plan.gaps)


_SHOWN: dict[MountKind, str] = {
    "bind": "writable", "read_only": "readable", "folder": "empty", "link": "link", "temporary": "in memory",
    "no_folder": "hidden", "no_file": "hidden", "proc": "own", "devices": "own",
}  # fmt: skip


def network_word(network: Literal["allow", "none"] | Ports) -> str:
    """The setting in one word or two: `allow`, `none`, `ports connect=443 bind=none`."""
    if isinstance(network, str):
        return network
    connect, bind = (",".join(map(str, ports)) or "none" for ports in (network.connect, network.bind))
    return f"ports connect={connect} bind={bind}"


def _block(title: str, items: Iterable[str]) -> Iterator[str]:
    for number, item in enumerate(items):
        yield f"{'' if number else title:<12}{printable(item)}"
