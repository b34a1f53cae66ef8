"""The engine's answers, shaped; the answers are real ones, shortened."""

from __future__ import annotations

from typing import Any

import pytest

from supervisor.container.facts import container_facts, container_state, engine_facts, image_facts, is_for, seen
from supervisor.engine.messages import Seen

ID = "6faa19900845f375230327ff9cd8869ce30d8a14c4c755a021c6a0cc0ccd1a03"


def event(action: str, **more: Any) -> dict[str, Any]:
    attributes = {"image": "busybox", "name": "x", **more}
    return {
        "status": action, "id": ID, "from": "busybox", "Type": "container", "Action": action,
        "Actor": {"ID": ID, "Attributes": attributes}, "scope": "local", "time": 1, "timeNano": 1,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (event("start"), Seen(container=ID, action="start")),
        (event("die", exitCode="137"), Seen(container=ID, action="die", exit_code=137)),
        (event("die"), Seen(container=ID, action="die")),
        (event("die", exitCode="?"), Seen(container=ID, action="die")),
        (event("start", exitCode="0"), Seen(container=ID, action="start")),
        (event("exec_start: sh"), None),
        ({**event("start"), "Type": "network"}, None),
        ({"Type": "container", "Action": "start", "Actor": {}}, None),
        ({}, None),
        ({"errorDetail": {"message": "x"}}, None),
    ],
)
def test_events(line: dict[str, Any], expected: Seen | None) -> None:
    assert seen(line) == expected


def test_of_an_engine_that_says_little_little_is_known() -> None:
    facts = engine_facts({}, {}, "unix:///x")
    assert (facts.cpus, facts.cgroup_version, facts.security, facts.rootless, facts.is_snap) == (
        0,
        "",
        (),
        False,
        False,
    )


def test_what_an_engine_says_of_itself() -> None:
    info = {
        "SecurityOptions": ["name=seccomp,profile=default", "name=rootless", "name=cgroupns"],
        "DockerRootDir": "/var/snap/docker/common/var-lib-docker",
        "NCPU": 2, "MemTotal": 1024, "CgroupVersion": "2", "LoggingDriver": "json-file", "LiveRestoreEnabled": True,
        "OperatingSystem": "Ubuntu Core 22",
    }  # fmt: skip
    version = {"Version": "28.2.2", "ApiVersion": "1.50", "Os": "linux", "Arch": "arm64"}
    facts = engine_facts(info, version, "unix:///x")
    assert facts.security == ("seccomp", "rootless", "cgroupns")
    assert facts.rootless
    assert facts.is_snap
    assert facts.live_restore
    assert (facts.version, facts.api, facts.architecture) == ("28.2.2", "1.50", "arm64")


@pytest.mark.parametrize(
    ("name", "digests", "expected"),
    [
        ("python:3.11", ["python@sha256:a", "mirror/python@sha256:b"], "python@sha256:a"),
        ("mirror/python", ["python@sha256:a", "mirror/python@sha256:b"], "mirror/python@sha256:b"),
        ("localhost:5000/x:1", ["localhost:5000/x@sha256:c"], "localhost:5000/x@sha256:c"),
        ("localhost:5000/x", ["localhost:5000/x@sha256:c"], "localhost:5000/x@sha256:c"),
        ("x@sha256:d", ["y@sha256:e", "x@sha256:d"], "x@sha256:d"),
        ("renamed", ["x@sha256:f"], "x@sha256:f"),
        ("docker.io/library/python:3.11", ["mirror/python@sha256:b", "python@sha256:a"], "python@sha256:a"),
        ("docker.io/mcp/time", ["mcp/time@sha256:c"], "mcp/time@sha256:c"),
        ("built-here", [], "sha256:id"),
        ("built-here", None, "sha256:id"),
    ],
)
def test_the_digest_is_the_one_under_the_name_that_was_asked_for(name: str, digests: Any, expected: str) -> None:
    assert image_facts(name, {"Id": "sha256:id", "RepoDigests": digests}).digest == expected


@pytest.mark.parametrize(
    ("platform", "fits"),
    [
        ("linux/amd64", True), ("amd64", True), ("linux", True), ("linux/x86_64", True), ("Linux/AMD64/v2", True),
        ("linux/arm64", False), ("arm64/v8", False), ("windows/amd64", False), ("aarch64", False), ("windows", False),
    ],
)  # fmt: skip
def test_a_platform_as_people_write_it_is_compared_with_that_of_an_image(platform: str, fits: bool) -> None:
    image = image_facts("x", {"Id": "sha256:id", "Os": "linux", "Architecture": "amd64"})
    assert is_for(image, platform) == fits


def test_a_listed_container() -> None:
    listed = container_facts({"Id": ID, "Names": ["/stockade-x"], "Labels": None, "State": "exited"})
    assert (listed.name, listed.labels, listed.status) == ("stockade-x", {}, "exited")


def test_a_paused_container_runs_and_does_not_work() -> None:
    state = {"Status": "paused", "Running": True, "Paused": True, "Pid": 7, "ExitCode": 0}
    found = container_state({"Id": ID, "Name": "/x", "State": state, "Config": {"Labels": {"a": "b"}}})
    assert found.running
    assert found.paused
    assert not found.works
    assert found.labels == {"a": "b"}
