"""Rulings on the network. Pure."""

from __future__ import annotations

from supervisor.config.schema import Ports
from supervisor.sandbox.denials import Denial
from supervisor.sandbox.level import PORTS_ABI
from supervisor.sandbox.mentions import port_of
from supervisor.sandbox.remedies import Remedy, opening
from supervisor.sandbox.rulings import Case, Rule, Ruling

FIRST_FREE_PORT = 1024
"""Below it, listening needs a privilege (ip(7), unless the machine is set up otherwise)."""


def on_network(denial: Denial, case: Case) -> Ruling | None:
    """What decided; None if the sandbox has nothing to do with it."""
    network, is_refusal = case.plan.network, denial.code in ("EACCES", "EPERM")
    if isinstance(network, Ports):
        return _of_ports(denial, case, network) if is_refusal else None
    if network == "none":
        is_elsewhere = denial.code == "EAFNOSUPPORT" or (denial.code == "ECONNREFUSED" and case.plan.level != "S3")
        return None if is_elsewhere else _closed(denial, case, "its network is `none`")
    if denial.action == "listen" and 0 < port_of(denial.endpoint) < FIRST_FREE_PORT and is_refusal:
        reason = f"to listen below port {FIRST_FREE_PORT} is a privilege, and a sandboxed server has none"
        return _ruled(denial, "privileges", reason, remedy="Have it listen on a higher port.")
    return _ruled(denial, "granted", "not by the sandbox: its network is open") if is_refusal else None


def _of_ports(denial: Denial, case: Case, allowed: Ports) -> Ruling | None:
    port = port_of(denial.endpoint)
    if port in (allowed.bind if denial.action == "listen" else allowed.connect):
        return _ruled(denial, "granted", "not by the sandbox: this port is open to it")
    listed = f"to connect to: {_listed(allowed.connect)}; to listen on: {_listed(allowed.bind)}"
    if not port:
        remedy = "The server does not say which port it used: add that one to `network`."
        return _ruled(denial, "network", f"it may use some TCP ports only ({listed})", remedy=remedy)
    return _closed(denial, case, f"it may use some TCP ports only ({listed})")


def _closed(denial: Denial, case: Case, reason: str) -> Ruling:
    allow = opening(
        case.spec,
        port_of(denial.endpoint),
        "bind" if denial.action == "listen" else "connect",
        knows_ports=case.plan.abi >= PORTS_ABI,
        is_toml=case.standing.is_toml,
    )
    return _ruled(denial, "network", reason, allow=allow)


def _ruled(denial: Denial, rule: Rule, reason: str, *, remedy: str = "", allow: Remedy | None = None) -> Ruling:
    return Ruling(
        action=denial.action,
        object=denial.endpoint,
        rule=rule,
        reason=reason,
        remedy=remedy,
        line=allow.line if allow else "",
        option=allow.option if allow else "",
    )


def _listed(ports: tuple[int, ...]) -> str:
    return ", ".join(map(str, ports)) or "none"
