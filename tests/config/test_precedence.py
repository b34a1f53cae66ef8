"""Which key decides, and why: the mode, the network, the clock of a start, and all that both levels speak about."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from config.worlds import EVERYTHING, one, refused, resolved, warned

from supervisor.config.rules import asks_for_engine
from supervisor.config.schema import Ports
from supervisor.config.specs import Facts
from supervisor.errors import LandlockUnavailable, ModeUnavailable, SharingUnavailable

SERVER = "mcpServers.one.isolation"
MODES = (None, "docker", "sandbox", "none")
SWITCHES = (None, True, False)


def block(mode: str | None, enabled: bool | None) -> dict[str, Any]:
    said = {"mode": mode, "enabled": enabled}
    return {key: value for key, value in said.items() if value is not None}


@pytest.mark.parametrize(
    ("own", "everywhere", "mode", "why"),
    [
        ({"mode": "sandbox", "enabled": True}, {"mode": "docker"}, "sandbox", f"{SERVER}.mode = sandbox"),
        ({"enabled": True}, {"mode": "sandbox"}, "docker", f"{SERVER}.enabled = true"),
        ({"enabled": False}, {"mode": "sandbox"}, "none", f"{SERVER}.enabled = false"),
        ({}, {"mode": "sandbox", "enabled": True}, "sandbox", "docker_isolation.mode = sandbox"),
        ({}, {"enabled": True}, "docker", "docker_isolation.enabled = true"),
        ({}, {"enabled": False}, "none", "docker_isolation.enabled = false"),
        ({"mode": "none"}, {"enabled": True}, "none", f"{SERVER}.mode = none"),
        ({}, {}, "none", "nothing was said"),
        ({"mode": ""}, {"enabled": True}, "docker", "docker_isolation.enabled = true"),
    ],
)
def test_the_nearest_key_that_says_something_decides(
    own: dict[str, Any], everywhere: dict[str, Any], mode: str, why: str
) -> None:
    spec = one({"isolation": own}, docker_isolation=everywhere)
    assert (spec.mode, spec.why.text) == (mode, why)


def test_all_combinations_follow_the_one_order() -> None:
    for own_mode, own_enabled, mode, enabled in product(MODES, SWITCHES, MODES, SWITCHES):
        said = [own_mode, own_enabled, mode, enabled]
        first = next((value for value in said if value is not None), "none")
        expected = {"True": "docker", "False": "none"}.get(str(first), first)
        spec = one({"isolation": block(own_mode, own_enabled)}, docker_isolation=block(mode, enabled))
        assert spec.mode == expected, said


def test_the_reason_names_line_and_column() -> None:
    config = resolved('{\n "isolation": {"mode": "sandbox"},\n "mcpServers": {"a": {"command": "x"}}}')
    assert config.servers[0].why.text == "mcp.json:2:16 isolation.mode = sandbox"


def test_nothing_said_is_worth_one_warning_and_a_key_is_not() -> None:
    assert warned({}, mcp=1) == ["config.isolation_unsaid"]
    assert warned({}, isolation={"enabled": False}) == []
    assert warned({"command": "docker"}, mcp=1) == []
    assert warned({"enabled": False}, mcp=1) == []


@pytest.mark.parametrize("command", ["docker", "/usr/bin/podman", "nerdctl"])
def test_a_command_that_runs_its_own_container_is_not_isolated_by_us(command: str) -> None:
    spec = one({"command": command, "isolation": {"mode": "sandbox"}})
    assert (spec.mode, spec.own_container) == ("none", True)
    assert spec.why.text == f"{SERVER}.mode = sandbox; the command runs a container of its own"


def test_a_path_with_docker_in_it_is_a_command_like_any_other() -> None:
    spec = one({"command": "/opt/docker/server", "isolation": {"mode": "sandbox"}})
    assert (spec.mode, spec.own_container) == ("sandbox", False)


NO_LANDLOCK = Facts(landlock=False, landlock_reason="the kernel is 5.10")
MAC = Facts(platform="darwin", landlock=False)


def test_auto_is_docker_where_an_engine_answers() -> None:
    spec = one({"isolation": {"mode": "auto"}}, facts=EVERYTHING)
    assert (spec.mode, spec.why.gate) == ("docker", "a Docker engine answers")


def test_auto_is_sandbox_where_no_engine_answers() -> None:
    spec = one({"isolation": {"mode": "auto"}}, facts=Facts())
    assert (spec.mode, spec.why.text) == ("sandbox", f"{SERVER}.mode = auto; no Docker engine answers")


def test_auto_says_why_no_engine_answers() -> None:
    spec = one({"isolation": {"mode": "auto"}}, facts=Facts(engine_reason="unix:///s: Permission denied"))
    assert spec.why.gate == "no Docker engine answers (unix:///s: Permission denied)"


@pytest.mark.parametrize(
    ("servers", "everywhere", "asks"),
    [
        ([{"mode": "auto"}], {}, True),
        ([{}], {"mode": "auto"}, True),
        ([{"mode": "sandbox"}, {"mode": "auto"}], {}, True),
        ([{"mode": "sandbox"}, {"enabled": True}], {"mode": "auto"}, False),
        ([{"mode": "docker"}, {}], {"enabled": True}, False),
        ([{}], {}, False),
    ],
)
def test_only_auto_that_is_in_force_asks_for_the_engine(
    servers: list[dict[str, Any]], everywhere: dict[str, Any], asks: bool
) -> None:
    entries = {str(number): {"command": "x", "isolation": said} for number, said in enumerate(servers)}
    assert asks_for_engine(resolved({"mcpServers": entries, "isolation": everywhere}, facts=Facts())) is asks


def test_a_server_that_cannot_start_without_an_engine_asks_for_it_too() -> None:
    config = resolved({"mcpServers": {"a": {"command": "x", "isolation": {"mode": "auto"}}}}, facts=NO_LANDLOCK)
    assert config.invalid
    assert asks_for_engine(config)


def test_a_container_of_the_users_own_asks_for_no_engine_of_ours() -> None:
    entry = {"command": "docker", "args": ["run", "x"], "isolation": {"mode": "auto"}}
    assert not asks_for_engine(resolved({"mcpServers": {"a": entry}}, facts=Facts()))


@pytest.mark.parametrize(
    ("facts", "reason"), [(NO_LANDLOCK, "the kernel is 5.10"), (MAC, "there is no sandbox on darwin")]
)
def test_auto_refuses_where_neither_is_there(facts: Facts, reason: str) -> None:
    problems = refused({"command": "x", "isolation": {"mode": "auto"}}, facts=facts)
    assert problems == [LandlockUnavailable(reason=reason)]


def test_a_sandbox_without_landlock_does_not_start() -> None:
    entry = {"command": "x", "isolation": {"mode": "sandbox"}}
    assert refused(entry, facts=Facts(landlock=False)) == [LandlockUnavailable(reason="Landlock is missing")]


def test_best_effort_runs_with_less_and_says_so() -> None:
    entry = {"isolation": {"mode": "sandbox", "sandbox": {"best_effort": True}}}
    assert one(entry, facts=NO_LANDLOCK).degraded == "level S1, not a file sandbox: the kernel is 5.10"
    assert one(entry, facts=Facts()).degraded == ""


def test_the_level_without_landlock_can_be_asked_for_by_name() -> None:
    spec = one({"isolation": {"mode": "sandbox", "sandbox": {"level": "S1"}}}, facts=NO_LANDLOCK)
    assert (spec.mode, spec.degraded) == ("sandbox", "")


def test_a_sandbox_elsewhere_than_on_linux_is_none_and_says_so() -> None:
    spec = one({"isolation": {"mode": "sandbox"}}, facts=MAC)
    assert (spec.mode, spec.degraded) == ("none", "there is no sandbox on darwin: runs unconfined")
    assert spec.why.text.endswith("there is no sandbox on darwin")


def test_a_mode_that_this_version_cannot_run_keeps_only_its_server_from_starting() -> None:
    servers = {"a": {"command": "x", "isolation": {"mode": "docker"}}, "b": {"command": "x"}}
    config = resolved({"mcpServers": servers, "isolation": {"mode": "none"}}, facts=Facts(modes=("sandbox", "none")))
    assert [spec.name for spec in config.servers] == ["b"]
    assert config.invalid[0].problems == (ModeUnavailable(mode="docker"),)
    assert config.invalid[0].spec is not None
    assert config.invalid[0].spec.docker.image == "docker.io/library/alpine:3.18"


def test_a_sharing_that_this_version_cannot_serve_keeps_the_server_from_starting() -> None:
    problems = refused({"command": "x", "stockade": {"sharing": "shared"}}, facts=Facts())
    assert problems == [SharingUnavailable(sharing="shared")]


@pytest.mark.parametrize(
    ("own", "everywhere", "network"),
    [
        ({}, {}, "allow"),
        ({"network_mode": "none"}, {}, "none"),
        ({}, {"network_mode": "none"}, "none"),
        ({"network_mode": "bridge"}, {"network_mode": "none"}, "allow"),
        ({"network_mode": "none", "sandbox": {"network": "allow"}}, {}, "allow"),
        ({"network_mode": "none"}, {"sandbox": {"network": "allow"}}, "none"),
        ({}, {"network_mode": "none", "sandbox": {"network": {"connect": [443]}}}, Ports(connect=(443,))),
        ({"network_mode": "bridge"}, {"sandbox": {"network": "none"}}, "none"),
        ({"sandbox": {"network": {"bind": [80]}}}, {"sandbox": {"network": "none"}}, Ports(bind=(80,))),
    ],
)
def test_the_network_of_a_sandbox_follows_its_own_key_and_then_the_containers(
    own: dict[str, Any], everywhere: dict[str, Any], network: object
) -> None:
    spec = one({"isolation": {"mode": "sandbox", **own}}, isolation=everywhere)
    assert spec.sandbox.network == network


@pytest.mark.parametrize(
    ("own_timeout", "own_create", "timeout", "create", "create_s"),
    [
        (None, None, None, None, 30.0),
        ("1s", None, "3s", "4s", 1.0),
        ("1s", "2s", "3s", "4s", 2.0),
        (None, None, "3s", "4s", 4.0),
        (None, None, "3s", None, 3.0),
    ],
)
def test_the_clock_of_a_start_has_two_names(
    own_timeout: str | None, own_create: str | None, timeout: str | None, create: str | None, create_s: float
) -> None:
    spec = one(
        {"isolation": {"timeout": own_timeout}, "stockade": {"startup": {"create": own_create}}},
        isolation={"timeout": timeout},
        stockade={"defaults": {"startup": {"create": create}}},
    )
    assert spec.startup.create_s == create_s


def test_a_servers_keys_win_one_by_one() -> None:
    spec = one(
        {
            "isolation": {"memory_limit": "1g", "sandbox": {"reads": "broad"}, "extra_args": ["-b"],
                          "default_images": {"x": "own"}},
            "stockade": {"grace": {"term": 1}, "environment": {"proxies": True}, "call_wait": "5s"},
        },
        isolation={"memory_limit": "2g", "pids_limit": 9, "sandbox": {"reads": "strict", "best_effort": True},
                   "extra_args": ["-a"], "default_images": {"run": "everywhere"}},
        stockade={"defaults": {"grace": {"stdin": 3, "term": 9}, "environment": {"allow": ["A"]}, "ping": "1m"}},
    )  # fmt: skip
    assert (spec.limits.memory_bytes, spec.limits.pids) == (1 << 30, 9)
    assert (spec.sandbox.reads, spec.sandbox.best_effort) == ("broad", True)
    assert spec.docker.extra_args == ("-a", "-b")
    assert spec.docker.image == "docker.io/library/everywhere"
    assert (spec.grace.stdin_s, spec.grace.term_s) == (3.0, 1.0)
    assert (spec.environment_allow, spec.environment_proxies) == (("A",), True)
    assert (spec.call_wait_s, spec.ping_s) == (5.0, 60.0)


@pytest.mark.parametrize(
    ("said", "mode", "handshake_s"),
    [
        ({}, "docker", 60.0),
        ({}, "sandbox", 30.0),
        ({"handshake": "5s"}, "docker", 5.0),
        ({"pull": "1m"}, "docker", 60.0),
    ],
)
def test_a_container_has_longer_for_its_handshake_unless_told_otherwise(
    said: dict[str, Any], mode: str, handshake_s: float
) -> None:
    assert one({"isolation": {"mode": mode}, "stockade": {"startup": said}}).startup.handshake_s == handshake_s


@pytest.mark.parametrize(
    ("hardening", "flags"),
    [
        (None, (True, True, True, True, True)),
        ("strict", (True, True, True, True, True)),
        ("compat", (True, True, False, False, False)),
        ({"read_only": False}, (True, True, True, False, True)),
    ],
)
def test_hardening_is_a_profile_or_single_flags(hardening: object, flags: tuple[bool, ...]) -> None:
    found = one({"isolation": {"mode": "docker", "hardening": hardening}}).docker.hardening
    assert (found.init, found.cap_drop, found.no_new_privileges, found.read_only, found.tmpfs) == flags


def test_the_configs_own_image_is_completed() -> None:
    spec = one({"isolation": {"image": "acme/x", "registry": "ghcr.io"}})
    assert spec.docker.image == "ghcr.io/acme/x"
