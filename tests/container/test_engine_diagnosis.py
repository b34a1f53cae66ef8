"""How it is judged what an engine says of itself, or that it says nothing."""

from __future__ import annotations

import pytest
from container.findings import ANSWERS, DOWN, FACTS, FOUND, HOST, SOCKET
from msgspec.structs import replace

from supervisor.container.engine_diagnosis import (
    LOW_BYTES,
    disk,
    engine,
    images,
    is_of_snap,
    limits,
    live_restore,
    log_driver,
    snap,
)
from supervisor.container.examined import Address, Disk, Machine, Socket, WantedImage
from supervisor.container.facts import ImageFacts
from supervisor.errors import (
    AnyProblem,
    EngineNotResponding,
    EngineNotRunning,
    EnginePermissionDenied,
    EngineUnreachable,
)


def test_an_engine_that_answers_says_what_it_is() -> None:
    found = engine(ANSWERS)
    assert found.evidence == (
        "it answers: version 28.2.2 (API 1.50) on Debian GNU/Linux 12, linux/amd64, cgroup 2, run by root"
    )
    assert found.facts["rootless"] is False
    elsewhere = replace(ANSWERS, engine=replace(FACTS, rootless=True, cgroup_version=""), machine=Machine())
    assert engine(elsewhere).evidence.endswith("cgroup version unknown, rootless, on another machine or a virtual one")


DENIED = EnginePermissionDenied(host=HOST, reason="Permission denied")


@pytest.mark.parametrize(
    ("problem", "socket", "said", "remedy"),
    [
        (EngineNotRunning(host=HOST, reason="gone"), Socket(path="/s"), "no Docker engine runs at", "systemctl start"),
        (DENIED, SOCKET, "for root and the group docker (mode 0660)", "`usermod -aG docker USER`"),
        (DENIED, replace(SOCKET, group="root"), "the group root", "mode: sandbox"),
        (DENIED, None, "may not talk to", "mode: sandbox"),
        (EngineUnreachable(host="tcp://h", reason="no such host"), None, "cannot be reached", "DOCKER_HOST"),
        (EngineNotResponding(host=HOST, reason="late"), SOCKET, "does not answer", "Restart it"),
    ],
)
def test_an_engine_that_does_not_answer_is_said_why_and_what_to_do(
    problem: AnyProblem, socket: Socket | None, said: str, remedy: str
) -> None:
    address = Address(decider="default", host=HOST, socket=socket)
    found = engine(replace(DOWN, address=address, problem=problem))
    assert found.verdict == "failure"
    assert said in found.evidence
    assert remedy in found.remedy
    assert found.facts["code"] == problem.code


def test_another_engine_that_answers_is_the_first_remedy() -> None:
    found = engine(replace(DOWN, elsewhere=("unix:///run/user/7/docker.sock",)))
    assert found.evidence.endswith(". An engine answers at unix:///run/user/7/docker.sock")
    assert "export DOCKER_HOST=unix:///run/user/7/docker.sock" in found.remedy


def test_an_engine_is_not_asked_without_the_command() -> None:
    found = engine(replace(DOWN, problem=None))
    assert (found.verdict, "no docker command" in found.evidence) == ("skipped", True)


@pytest.mark.parametrize(
    ("path", "target", "socket", "folder", "expected"),
    [
        ("/usr/bin/docker", "/usr/bin/docker", "/var/run/docker.sock", "/var/lib/docker", False),
        ("/snap/bin/docker", "/usr/bin/snap", "/var/run/docker.sock", "/var/lib/docker", True),
        ("/usr/local/bin/docker", "/snap/docker/2915/bin/docker", "/s", "/d", True),
        ("/usr/local/bin/docker", "/var/lib/snapd/snap/docker/1/bin/docker", "/s", "/d", True),
        ("/usr/bin/docker", "/usr/bin/docker", "/run/snap.docker/docker.sock", "/d", True),
        ("/usr/bin/docker", "/usr/bin/docker", "/s", "/var/snap/docker/common/var-lib-docker", True),
        ("/home/ada/snapshots/docker", "/home/ada/snapshots/docker", "/s", "/d", False),
    ],
)
def test_docker_of_snap_is_known_by_where_it_lies(
    path: str, target: str, socket: str, folder: str, expected: bool
) -> None:
    address = Address(decider="default", host=HOST, socket=Socket(path=socket))
    facts = replace(FACTS, data_folder=folder, is_snap="/snap/" in folder)
    found = replace(ANSWERS, command=replace(FOUND, path=path, target=target), address=address, engine=facts)
    assert is_of_snap(found, facts) is expected
    check = snap(found, facts)
    assert (check.verdict, "AppArmor" in check.evidence) == (("warning", True) if expected else ("ok", False))
    assert check.facts == {"snap": expected}
    assert ("compat" in check.remedy) is expected


@pytest.mark.parametrize("rootless", [True, False])
def test_limits_that_are_not_held_are_named(rootless: bool) -> None:
    held = {"memory": True, "swap": False, "processors": True, "processes": False}
    found = limits(replace(FACTS, cgroup_version="1", rootless=rootless), Machine(limits=held))
    assert (found.verdict, found.facts) == ("warning", {"cgroup_version": "1", **held})
    assert found.evidence == "cgroup 1 does not hold a container to its limits of swap, processes"
    assert ("Delegate=" in found.remedy) is rootless
    assert limits(FACTS, Machine(limits=dict.fromkeys(held, True))).verdict == "ok"


@pytest.mark.parametrize(
    ("driver", "rotates"), [("json-file", True), ("local", True), ("journald", False), ("none", False), ("", False)]
)
def test_a_log_driver_rotates_or_sees_to_itself(driver: str, rotates: bool) -> None:
    found = log_driver(replace(FACTS, log_driver=driver))
    assert (found.verdict, found.facts) == ("ok", {"log_driver": driver or None, "rotates": rotates})
    assert ("has no effect" in found.evidence) is not rotates


@pytest.mark.parametrize("is_on", [True, False])
def test_what_becomes_of_containers_without_their_engine_is_told(is_on: bool) -> None:
    found = live_restore(replace(FACTS, live_restore=is_on))
    assert (found.verdict, found.facts) == ("ok", {"on": is_on})
    assert found.evidence.startswith("on:" if is_on else "off:")


@pytest.mark.parametrize(
    ("free", "images_bytes", "verdict", "said"),
    [
        (LOW_BYTES, 3 << 30, "ok", "images take 3.0 GiB; 2.0 GiB are free of 100.0 GiB at /d"),
        (LOW_BYTES - 1, 5 << 20, "warning", "images take 5.0 MiB; 2.0 GiB are free"),
        (0, 12, "warning", "images take 12 bytes; 0 bytes are free"),
        (None, 3 << 30, "ok", "images take 3.0 GiB; free space at /d cannot be seen from here"),
        (None, None, "ok", "images: not measured"),
    ],
)
def test_a_disk_has_to_have_room_for_an_image(
    free: int | None, images_bytes: int | None, verdict: str, said: str
) -> None:
    found = disk(Disk(folder="/d", free_bytes=free, total_bytes=100 << 30, images_bytes=images_bytes))
    assert found.verdict == verdict
    assert said in found.evidence
    assert bool(found.remedy) is (verdict == "warning")
    assert (found.facts["free_bytes"], found.facts["images_bytes"]) == (free, images_bytes)


HERE = ImageFacts(id="sha256:1", digest="a@sha256:2", os="linux", architecture="amd64")
THERE = replace(HERE, architecture="arm64")


@pytest.mark.parametrize(
    ("found", "verdict", "said"),
    [
        ((WantedImage(name="a", servers=("s",), found=HERE),), "ok", "all 1 are on the engine: a"),
        (
            (WantedImage(name="a", servers=("s",), found=HERE), WantedImage(name="b", servers=("t", "u"))),
            "warning",
            "1 of 2 are on the engine; the first start fetches b (of t, u)",
        ),
        (
            (WantedImage(name="a", servers=("s",), found=THERE),),
            "failure",
            "another platform than linux/amd64: a (of s)",
        ),
        ((WantedImage(name="a", servers=("s",), found=THERE, is_platform_said=True),), "ok", "all 1"),
    ],
)
def test_images_of_the_config_are_there_and_fit(found: tuple[WantedImage, ...], verdict: str, said: str) -> None:
    check = images(found, FACTS)
    assert check.verdict == verdict
    assert said in check.evidence
    assert set(check.facts) == {one.name for one in found}
