"""What of the network the sandbox refused, and what would open it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from fakes.sandbox_plans import PLAN
from msgspec.structs import replace

from supervisor.config.schema import Ports, SandboxSpec
from supervisor.sandbox.denials import Denial
from supervisor.sandbox.network_rulings import on_network
from supervisor.sandbox.phrases import Action, Code
from supervisor.sandbox.rulings import Case, Ruling


def judged(network: Any, code: Code, action: Action = "connect", endpoint: str = "", **plan: Any) -> Ruling | None:
    case = Case(plan=replace(PLAN, network=network, **plan), spec=SandboxSpec(network=network))
    return on_network(Denial(code=code, action=action, endpoint=endpoint, is_network=True), case)


def line(ruling: Ruling | None) -> Any:
    assert ruling is not None
    return json.loads(f"{{{ruling.line}}}")["isolation"]["sandbox"]["network"] if ruling.line else None


WEB = Ports(connect=(443,))


@pytest.mark.parametrize(
    ("network", "code", "action", "endpoint", "rule", "opened"),
    [
        ("none", "EACCES", "connect", "1.1.1.1:443", "network", {"connect": [443]}),
        ("none", "EPERM", "connect", "", "network", "allow"),
        ("none", "ENETUNREACH", "connect", "[::1]:80", "network", {"connect": [80]}),
        ("none", "EAI", "resolve", "example.com", "network", "allow"),
        ("none", "EACCES", "listen", "0.0.0.0:8080", "network", {"bind": [8080]}),
        (WEB, "EACCES", "connect", "1.1.1.1:80", "network", {"connect": [443, 80]}),
        (WEB, "EACCES", "listen", ":8080", "network", {"connect": [443], "bind": [8080]}),
        (WEB, "EACCES", "connect", "", "network", None),
        (WEB, "EACCES", "connect", "1.1.1.1:443", "granted", None),
        ("allow", "EACCES", "listen", ":80", "privileges", None),
        ("allow", "EACCES", "connect", "1.1.1.1:80", "granted", None),
    ],
)
def test_a_refusal_names_the_line_that_opens_what_was_wanted(
    network: Any, code: Code, action: Action, endpoint: str, rule: str, opened: Any
) -> None:
    ruling = judged(network, code, action, endpoint)
    assert ruling is not None
    assert (ruling.rule, ruling.object, line(ruling)) == (rule, endpoint, opened)


@pytest.mark.parametrize(
    ("network", "code"),
    [
        ("allow", "ENETUNREACH"), ("allow", "EAI"), ("allow", "ECONNREFUSED"), ("allow", "EAFNOSUPPORT"),
        (WEB, "ENETUNREACH"), (WEB, "EAI"), (WEB, "ECONNREFUSED"), ("none", "ECONNREFUSED"), ("none", "EAFNOSUPPORT"),
    ],
)  # fmt: skip
def test_the_networks_own_troubles_are_none_of_the_sandboxs(network: Any, code: Code) -> None:
    assert judged(network, code) is None


def test_in_a_namespace_nobody_else_listens_on_the_loopback_interface() -> None:
    ruling = judged("none", "ECONNREFUSED", "connect", "127.0.0.1:5432", level="S3")
    assert ruling is not None
    assert ruling.rule == "network"


def test_a_kernel_that_knows_no_ports_can_only_open_the_whole_network() -> None:
    assert line(judged("none", "EACCES", "connect", "1.1.1.1:443", abi=3)) == "allow"
