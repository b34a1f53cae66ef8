"""Which level a server gets, and when it gets none."""

from __future__ import annotations

from typing import Any

import pytest

from supervisor.config.schema import Ports, SandboxSpec
from supervisor.errors import LandlockUnavailable, LevelUnavailable, SettingUnavailable
from supervisor.sandbox.level import choose
from supervisor.sandbox.words import Availability, Chosen

HERE = Availability(abi=7)
NOT_HERE = Availability(abi=0, reason="no Landlock")


@pytest.mark.parametrize(
    ("spec", "available", "expected"),
    [
        ({}, HERE, Chosen(level="S2", abi=7)),
        ({}, NOT_HERE, LandlockUnavailable(reason="no Landlock")),
        ({"best_effort": True}, HERE, Chosen(level="S2", abi=7)),
        ({"best_effort": True}, NOT_HERE, Chosen(level="S1", abi=0, degraded="no file sandbox: no Landlock")),
        ({"level": "S2"}, HERE, Chosen(level="S2", abi=7)),
        ({"level": "S2"}, NOT_HERE, LevelUnavailable(level="S2", reason="no Landlock")),
        ({"level": "S2", "best_effort": True}, NOT_HERE, LevelUnavailable(level="S2", reason="no Landlock")),
        ({"level": "S1"}, HERE, Chosen(level="S1", abi=0)),
    ],
)
def test_the_level(spec: dict[str, Any], available: Availability, expected: object) -> None:
    assert choose(SandboxSpec(**spec), available) == expected


@pytest.mark.parametrize("best_effort", [False, True])
def test_mount_namespaces_are_refused_in_this_version(best_effort: bool) -> None:
    problem = choose(SandboxSpec(level="S3", best_effort=best_effort), HERE)
    assert isinstance(problem, LevelUnavailable)
    assert problem.level == "S3"


@pytest.mark.parametrize(
    ("spec", "setting", "value"),
    [
        ({"network": "none"}, "network", "none"),
        ({"network": Ports(connect=(443,))}, "network", "ports"),
        ({"user": "nobody"}, "user", "nobody"),
        ({"network": "none", "level": "S1", "best_effort": True}, "network", "none"),
    ],
)
def test_what_cannot_be_held_to_is_refused_instead_of_ignored(spec: dict[str, Any], setting: str, value: str) -> None:
    problem = choose(SandboxSpec(**spec), HERE)
    assert isinstance(problem, SettingUnavailable)
    assert (problem.setting, problem.value) == (setting, value)
