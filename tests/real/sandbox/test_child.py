"""What a confined process is: its descriptors, session, limits, signals, environment; and the report about it."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

import pytest
from real.sandbox.conftest import Fought
from real.sandbox.ground import Ground

pytestmark = pytest.mark.real


class Child(NamedTuple):
    """One child of one level."""

    ground: Ground
    level: str
    facts: dict[str, Any]
    report: dict[str, Any]


@pytest.fixture
def child(fought: Fought, level: str) -> Child:
    """The attacker, as it was before it began."""
    found = fought.found[level]
    return Child(fought.ground, level, found["facts"], found["report"])


def test_it_has_its_three_streams_and_no_other_descriptor(child: Child, fought: Fought) -> None:
    assert child.facts["descriptors"] == [0, 1, 2]
    assert len(fought.found["bare"]["facts"]["descriptors"]) > 3, "there was nothing to inherit"


def test_it_leads_a_session_of_its_own_without_a_terminal(child: Child) -> None:
    is_led = "session leader is outside" if child.level == "S3" else "leads its session"  # there bubblewrap leads it
    assert child.facts[is_led] is True
    assert child.facts["terminals"] == []
    assert child.facts["terminal"] != "open"


def test_the_limits_are_those_of_the_plan(child: Child) -> None:
    text = child.facts["limits"]
    values = {
        "core file size": 0,
        "open files": 1024,
        "data size": 512 * 1024**2,
        "file size": 4 * 1024**3,
    }
    for name, value in values.items():
        assert re.search(rf"^Max {name} +{value} +{value} ", text, re.MULTILINE), text


def test_no_signal_is_ignored_or_blocked_but_those_of_python(child: Child) -> None:
    assert child.facts["blocked signals"] == 0
    assert child.facts["ignored signals"] == [13, 25]  # Python's own: SIGPIPE and SIGXFSZ


def test_it_dies_with_its_parent(child: Child) -> None:
    assert child.facts["death signal"] == 9


def test_the_environment_is_built_from_nothing(child: Child) -> None:
    names = set(child.facts["variables"]) - {"LC_CTYPE"}  # set by Python itself
    assert names == set(child.report["environment"]) - {"LC_CTYPE"}
    assert {"HOME", "TMPDIR", "npm_config_cache", "UV_CACHE_DIR", "STOCKADE_INSTANCE", "PATH"} <= names


def test_the_report_says_what_the_kernel_says(child: Child) -> None:
    status = dict(re.findall(r"^(\w+):\s+(\S+)$", child.facts["status"], re.MULTILINE))
    kernel = child.report["kernel"]
    assert kernel["no_new_privs"] == int(status["NoNewPrivs"]) == 1
    assert kernel["seccomp"] == int(status["Seccomp"]) == 2
    assert kernel["cap_effective"] == int(status["CapEff"], 16) == 0
    assert kernel["cap_permitted"] == int(status["CapPrm"], 16) == 0
    if child.ground.user.uid == 0:
        assert int(status["CapBnd"], 16) == 0


def test_the_report_names_what_holds_and_what_does_not(child: Child) -> None:
    report = child.report
    assert report["level"] == child.level
    assert report["is_file_sandbox"] is (child.level != "S1")
    assert report["gaps"]
    granted = {item["path"]: item["access"] for item in report["granted"]}
    if child.level == "S1":
        assert granted == {}
        return
    assert granted[str(child.ground.path / "state/servers" / child.level)] == "write"
    assert granted[str(child.ground.path / "scripts")] == "read_exec"
    assert "/etc" in [item["path"] for item in report["expanded"]]


def test_the_own_folder_is_private_and_is_where_the_server_starts(child: Child) -> None:
    own = child.ground.path / "state/servers" / child.level
    assert child.facts["cwd"] == str(own)
    for folder in (own, own / "home", own / "tmp", own / "run"):
        assert folder.stat().st_mode & 0o777 == 0o700
        assert folder.stat().st_uid == child.ground.user.uid
