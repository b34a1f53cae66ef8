"""How what was found about the sandbox is judged."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from supervisor.diagnostics.words import Check
from supervisor.sandbox.diagnosis import checks
from supervisor.sandbox.examined import APPARMOR, MAX_USER_NAMESPACES, MEMFD, SYSCTLS, UNPRIVILEGED_CLONE, Facts
from supervisor.sandbox.messages import Filter
from supervisor.sandbox.words import Availability

FILTERS = (Filter("base", "a1"), Filter("seal", "b2"))
GOOD = Facts(
    machine="x86_64",
    uid=1000,
    capabilities=0,
    abi_announced=7,
    landlock_errno="",
    landlock=Availability(abi=7, filters=FILTERS),
    seccomp_errno="",
    bubblewrap="/usr/bin/bwrap",
    bubblewrap_version="bubblewrap 0.8.0",
    is_tried=True,
    works="/usr/bin/bwrap",
    is_image=True,
    why_not="",
    sysctls={MAX_USER_NAMESPACES: 15000, UNPRIVILEGED_CLONE: None, APPARMOR: None, MEMFD: 0},
    sockets=(),
)
SETUID, SETGID = 1 << 7, 1 << 6


def judged(name: str, **changed: Any) -> Check:
    """One check about a machine that differs from a good one so far."""
    return next(check for check in checks(replace(GOOD, **changed)) if check.id == f"sandbox.{name}")


def landlock(abi: int, reason: str = "") -> dict[str, Any]:
    """A machine whose Landlock came to this."""
    return {"abi_announced": abi, "landlock": Availability(abi=abi, reason=reason, filters=FILTERS)}


WITHOUT_LANDLOCK: dict[str, Any] = {
    **landlock(0, "no Landlock"),
    "landlock_errno": "ENOSYS",
    "is_tried": False,
    "works": "",
}
WITHOUT_NAMESPACES: dict[str, Any] = {"works": "", "is_image": False, "why_not": "it does not work: no"}
NO_BUBBLEWRAP: dict[str, Any] = {"bubblewrap": "", "bubblewrap_version": "", "is_tried": False, "works": ""}


def settings(**values: int) -> dict[str, Any]:
    """A machine with these settings, by the last word of their names."""
    return {"sysctls": {name: values.get(name.rpartition(".")[2]) for name in SYSCTLS}}


def test_on_a_good_machine_nothing_is_to_be_done() -> None:
    assert {check.id: check.verdict for check in checks(GOOD)} == {
        "sandbox.landlock": "ok",
        "sandbox.seccomp": "ok",
        "sandbox.bubblewrap": "ok",
        "sandbox.user_namespaces": "ok",
        "sandbox.level": "ok",
        "sandbox.sockets": "ok",
        "sandbox.memfd": "ok",
        "sandbox.user": "skipped",
    }
    assert [check.remedy for check in checks(GOOD)] == [""] * 8


@pytest.mark.parametrize(
    ("changed", "verdict", "said", "remedy", "missing"),
    [
        (landlock(9), "ok", "ABI 9, seen to hold", "", 0),
        (landlock(6), "ok", "ABI 6, seen to hold", "", 0),
        (landlock(5), "warning", "6.12", "6.12", 1),
        (landlock(4), "warning", "ioctl", "6.12", 2),
        (landlock(2), "warning", "truncate", "6.12", 3),
        (landlock(1), "warning", "moves and links", "6.12", 4),
        (WITHOUT_LANDLOCK, "failure", "no Landlock", "5.13", 0),
        ({**WITHOUT_LANDLOCK, "landlock_errno": "EOPNOTSUPP"}, "failure", "no Landlock", "lsm=", 0),
        ({**WITHOUT_LANDLOCK, "landlock_errno": "EPERM"}, "failure", "no Landlock", "seccomp profile", 0),
        ({**landlock(0, "it did not hold"), "abi_announced": 7}, "failure", "ABI 7 is announced, but", "tried", 0),
    ],
)  # fmt: skip
def test_landlock_is_judged_by_what_it_holds(
    changed: dict[str, Any], verdict: str, said: str, remedy: str, missing: int
) -> None:
    check = judged("landlock", **changed)
    assert check.verdict == verdict
    assert said in check.evidence
    assert remedy in check.remedy
    assert len(check.facts["missing"]) == missing


def test_landlock_names_the_rights_of_its_abi() -> None:
    assert judged("landlock", **landlock(2)).facts["rights"][-1] == "refer"
    assert judged("landlock", **landlock(5)).facts["rights"][-1] == "ioctl_dev"
    assert judged("landlock", **landlock(5)).facts["scopes"] == []
    assert judged("landlock", **landlock(6)).facts["scopes"] == ["abstract_unix_socket", "signal"]
    assert judged("landlock", **WITHOUT_LANDLOCK).facts["rights"] == []


@pytest.mark.parametrize(
    ("changed", "verdict", "said", "is_proven"),
    [
        ({}, "ok", "filters for x86_64: base, seal; seen in force", True),
        (WITHOUT_LANDLOCK, "ok", "not tried out", False),
        ({"seccomp_errno": "EINVAL"}, "failure", "EINVAL", True),
        ({"machine": "riscv64", "landlock": Availability(abi=7)}, "failure", "no system-call filters for riscv", False),
    ],
)  # fmt: skip
def test_seccomp_needs_a_kernel_that_filters_and_filters_for_the_machine(
    changed: dict[str, Any], verdict: str, said: str, is_proven: bool
) -> None:
    check = judged("seccomp", **changed)
    assert check.verdict == verdict
    assert said in check.evidence
    assert bool(check.remedy) == (verdict == "failure")
    assert check.facts["proven"] is is_proven


def test_the_filters_are_named_with_their_hashes() -> None:
    assert judged("seccomp").facts["filters"] == {"base": "a1", "seal": "b2"}


@pytest.mark.parametrize(
    ("changed", "verdict", "said", "remedy"),
    [
        ({}, "ok", "/usr/bin/bwrap (bubblewrap 0.8.0), seen to hide", ""),
        ({"bubblewrap_version": ""}, "ok", "does not tell its version", ""),
        (NO_BUBBLEWRAP, "warning", "neither on PATH", "Install"),
        (WITHOUT_LANDLOCK, "skipped", "not tried out", ""),
        (WITHOUT_NAMESPACES, "warning", "it does not work: no", "by hand"),
        ({**WITHOUT_NAMESPACES, **settings(max_user_namespaces=0)}, "warning", "no", "max_user_namespaces=15000"),
        ({**WITHOUT_NAMESPACES, **settings(max_user_namespaces=0), "uid": 0}, "warning", "no", "by hand"),
    ],
)
def test_bubblewrap_is_judged_by_trying(changed: dict[str, Any], verdict: str, said: str, remedy: str) -> None:
    check = judged("bubblewrap", **changed)
    assert check.verdict == verdict
    assert said in check.evidence
    assert remedy in check.remedy
    assert check.facts["works"] is (verdict == "ok")


def test_how_the_program_inside_is_started_is_told() -> None:
    assert judged("bubblewrap").facts["starts_by"] == "image"
    assert judged("bubblewrap", is_image=False).facts["starts_by"] == "interpreter"
    assert judged("bubblewrap", **WITHOUT_NAMESPACES).facts["starts_by"] is None


@pytest.mark.parametrize(
    ("changed", "verdict", "said"),
    [
        ({}, "ok", "can make them (user.max_user_namespaces=15000)"),
        (settings(), "ok", "no setting about them"),
        (settings(apparmor_restrict_unprivileged_userns=1), "ok", "can make them"),  # bubblewrap may have a profile
        ({"uid": 0, **settings(max_user_namespaces=0)}, "skipped", "root"),
        ({**WITHOUT_NAMESPACES, **settings(max_user_namespaces=0)}, "warning", "user.max_user_namespaces=0 keeps"),
        ({**WITHOUT_NAMESPACES, **settings(unprivileged_userns_clone=0)}, "warning", "userns_clone=0 keeps"),
        ({**WITHOUT_NAMESPACES, **settings(apparmor_restrict_unprivileged_userns=1)}, "warning", "userns=1 keeps"),
        ({**WITHOUT_NAMESPACES, **settings(max_user_namespaces=9)}, "skipped", "bubblewrap itself says why"),
        (NO_BUBBLEWRAP, "skipped", "not tried out"),
        ({**NO_BUBBLEWRAP, **settings(unprivileged_userns_clone=0)}, "warning", "userns_clone=0 keeps"),
    ],
)
def test_user_namespaces_matter_to_a_plain_user(changed: dict[str, Any], verdict: str, said: str) -> None:
    check = judged("user_namespaces", **changed)
    assert check.verdict == verdict
    assert said in check.evidence
    assert bool(check.remedy) == (verdict == "warning")


@pytest.mark.parametrize(
    ("changed", "verdict", "level", "said"),
    [
        ({}, "ok", "S3", "the highest"),
        (NO_BUBBLEWRAP, "warning", "S2", "not S3: bubblewrap (bwrap) is not installed"),
        (WITHOUT_NAMESPACES, "warning", "S2", "not S3: it does not work: no"),
        (WITHOUT_LANDLOCK, "failure", None, "no Landlock"),
        ({"landlock": Availability(abi=7)}, "failure", None, "no system-call filters"),
    ],
)
def test_the_level_is_the_one_that_a_server_gets(
    changed: dict[str, Any], verdict: str, level: str | None, said: str
) -> None:
    check = judged("level", **changed)
    assert check.verdict == verdict
    assert said in check.evidence
    assert check.facts["level"] == level
    assert bool(check.facts["why_not_higher"]) == bool(check.remedy) == (verdict != "ok")


@pytest.mark.parametrize(
    ("changed", "verdict"),
    [
        ({}, "ok"),
        (WITHOUT_NAMESPACES, "warning"),
        ({**WITHOUT_NAMESPACES, **landlock(8)}, "warning"),
        ({**WITHOUT_NAMESPACES, **landlock(9)}, "ok"),
        (WITHOUT_LANDLOCK, "warning"),
        ({**WITHOUT_LANDLOCK, **landlock(0, "it did not hold"), "abi_announced": 9}, "warning"),
    ],
)
def test_a_socket_is_dangerous_where_a_server_can_connect_to_it(changed: dict[str, Any], verdict: str) -> None:
    check = judged("sockets", **changed, sockets=("/run/docker.sock", "/run/bus"))
    assert check.verdict == verdict
    assert "/run/docker.sock, /run/bus" in check.evidence
    assert check.facts == {"found": ["/run/docker.sock", "/run/bus"]}
    assert judged("sockets", **changed).verdict == "ok"


@pytest.mark.parametrize(
    ("value", "changed", "verdict", "said"),
    [
        (None, {}, "ok", "has no vm.memfd_noexec: a server can"),
        (0, {}, "ok", "is 0: a server can"),
        (1, {}, "ok", "is 1: a server can"),
        (2, {}, "ok", "nobody can"),
        (2, NO_BUBBLEWRAP, "ok", "nobody can"),
        (2, WITHOUT_NAMESPACES, "warning", "may be why level S3"),
    ],
)
def test_programs_in_memory(value: int | None, changed: dict[str, Any], verdict: str, said: str) -> None:
    check = judged("memfd", **{**changed, "sysctls": {**GOOD.sysctls, MEMFD: value}})
    assert check.verdict == verdict
    assert said in check.evidence
    assert bool(check.remedy) == (verdict == "warning")


@pytest.mark.parametrize(
    ("uid", "capabilities", "verdict"),
    [
        (1000, 0, "skipped"),
        (1000, SETUID | SETGID, "skipped"),
        (0, SETUID | SETGID, "ok"),
        (0, SETUID, "warning"),
        (0, SETGID, "warning"),
        (0, 0, "warning"),
    ],
)
def test_only_root_with_the_capabilities_can_become_another_user(uid: int, capabilities: int, verdict: str) -> None:
    check = judged("user", uid=uid, capabilities=capabilities)
    assert check.verdict == verdict
    assert check.facts == {"uid": uid, "possible": verdict == "ok"}
    assert bool(check.remedy) == (verdict == "warning")
