"""Which level a server gets, and when it gets none."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from supervisor.config.schema import Ports, SandboxSpec
from supervisor.errors import LandlockUnavailable, LevelUnavailable, SettingUnavailable
from supervisor.sandbox.level import choose
from supervisor.sandbox.messages import Filter
from supervisor.sandbox.words import Availability, Chosen

ALL = tuple(Filter(name, "00") for name in ("base", "no_network", "tcp_ports", "seal"))
FILTERS = (ALL[0], ALL[3])
WHOLE = Availability(abi=7, bubblewrap="/usr/bin/bwrap", filters=ALL)
HERE = Availability(abi=7, why_no_namespaces="no bwrap", filters=ALL)
NOT_HERE = Availability(abi=0, reason="no Landlock", filters=ALL)
UNFILTERED = replace(HERE, filters=())

S3 = Chosen(level="S3", abi=7, bubblewrap="/usr/bin/bwrap", filters=FILTERS)
S2 = Chosen(level="S2", abi=7, filters=FILTERS)
S1 = Chosen(level="S1", abi=0, filters=FILTERS)


@pytest.mark.parametrize(
    ("spec", "available", "expected"),
    [
        ({}, WHOLE, S3),
        ({}, HERE, replace(S2, not_higher="not S3: no bwrap")),
        ({}, NOT_HERE, LandlockUnavailable(reason="no Landlock")),
        ({}, replace(NOT_HERE, bubblewrap="/usr/bin/bwrap"), LandlockUnavailable(reason="no Landlock")),
        ({"best_effort": True}, WHOLE, S3),
        ({"best_effort": True}, HERE, replace(S2, not_higher="not S3: no bwrap")),
        ({"best_effort": True}, NOT_HERE, replace(S1, degraded="no file sandbox: no Landlock")),
        ({"level": "S3"}, WHOLE, S3),
        ({"level": "S3"}, HERE, LevelUnavailable(level="S3", reason="no bwrap")),
        ({"level": "S3", "best_effort": True}, HERE, LevelUnavailable(level="S3", reason="no bwrap")),
        ({"level": "S3"}, NOT_HERE, LevelUnavailable(level="S3", reason="no Landlock")),
        ({"level": "S2"}, WHOLE, S2),
        ({"level": "S2"}, HERE, S2),
        ({"level": "S2"}, NOT_HERE, LevelUnavailable(level="S2", reason="no Landlock")),
        ({"level": "S2", "best_effort": True}, NOT_HERE, LevelUnavailable(level="S2", reason="no Landlock")),
        ({"level": "S1"}, WHOLE, S1),
        ({"level": "S1"}, NOT_HERE, S1),
        ({"level": "S1"}, UNFILTERED, replace(S1, filters=())),
    ],
)
def test_the_level(spec: dict[str, Any], available: Availability, expected: object) -> None:
    assert choose(SandboxSpec(**spec), available) == expected


def test_without_filters_for_the_machine_there_is_no_level_above_s1() -> None:
    assert isinstance(choose(SandboxSpec(), UNFILTERED), LandlockUnavailable)
    assert isinstance(choose(SandboxSpec(level="S2"), UNFILTERED), LevelUnavailable)
    assert isinstance(choose(SandboxSpec(level="S3"), replace(WHOLE, filters=())), LevelUnavailable)


@pytest.mark.parametrize(
    ("level", "network", "filters"),
    [
        ("S1", "none", ("base", "no_network", "seal")),
        ("S2", "none", ("base", "no_network", "seal")),
        ("S3", "none", ("base", "seal")),
        ("S2", Ports(connect=(443,)), ("base", "tcp_ports", "seal")),
        ("S3", Ports(connect=(443,)), ("base", "tcp_ports", "seal")),
    ],
)
def test_the_network_is_held_by_filters_but_for_a_namespace_of_its_own(
    level: Any, network: Any, filters: tuple[str, ...]
) -> None:
    chosen = choose(SandboxSpec(level=level, network=network), WHOLE)
    assert isinstance(chosen, Chosen)
    assert tuple(filter_.name for filter_ in chosen.filters) == filters


@pytest.mark.parametrize(
    ("spec", "available", "value"),
    [
        ({"network": Ports(connect=(443,))}, replace(HERE, abi=3), "ports"),
        ({"network": Ports(connect=(443,)), "level": "S1"}, HERE, "ports"),
        ({"network": "none", "level": "S1", "best_effort": True}, UNFILTERED, "none"),
    ],
)
def test_what_cannot_be_held_to_is_refused_instead_of_ignored(
    spec: dict[str, Any], available: Availability, value: str
) -> None:
    problem = choose(SandboxSpec(**spec), available)
    assert isinstance(problem, SettingUnavailable)
    assert (problem.setting, problem.value) == ("network", value)
