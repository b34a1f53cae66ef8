"""How an installation is judged: the system, the owner of the import package, the state directory."""

from __future__ import annotations

import pytest

from supervisor.diagnostics.installation import (
    Interpreter,
    Package,
    StateDirectory,
    System,
    interpreter,
    package,
    state_directory,
    system,
)
from supervisor.errors import StateUnusable


@pytest.mark.parametrize(("platform", "verdict"), [("linux", "ok"), ("darwin", "failure"), ("freebsd14", "failure")])
def test_only_linux_has_a_sandbox(platform: str, verdict: str) -> None:
    check = system(System(platform=platform, release="6.12.1", machine="x86_64"))
    assert check.verdict == verdict
    assert "6.12.1" in check.evidence
    assert bool(check.remedy) == (verdict == "failure")
    assert check.facts == {"platform": platform, "release": "6.12.1", "machine": "x86_64"}


@pytest.mark.parametrize("is_virtual", [True, False])
def test_the_interpreter_is_named(is_virtual: bool) -> None:
    check = interpreter(Interpreter(version="3.13.1", executable="/opt/python", is_virtual=is_virtual))
    assert check.verdict == "ok"
    assert ("virtual" in check.evidence) is is_virtual
    assert check.facts == {"version": "3.13.1", "executable": "/opt/python", "virtual_environment": is_virtual}


@pytest.mark.parametrize(
    ("owners", "version", "verdict"),
    [
        (("stockade",), "1.0", "ok"),
        ((), "1.0", "ok"),  # edited in its tree: no list of files names the package
        ((), "", "ok"),  # a folder on PYTHONPATH
        (("supervisor",), "1.0", "failure"),
        (("stockade", "supervisor"), "1.0", "failure"),
        (("stockade", "supervisor", "supervisor"), "1.0", "failure"),  # packages_distributions names one twice
        (("supervisor",), "", "failure"),
        (("Stockade",), "1.0", "ok"),
    ],
)
def test_nobody_else_may_own_the_import_package(owners: tuple[str, ...], version: str, verdict: str) -> None:
    check = package(Package(owners=owners, version=version, location="/site/supervisor"))
    assert check.verdict == verdict
    if verdict == "failure":
        assert check.evidence.endswith(": supervisor")
        assert "environment of its own" in check.remedy
    else:
        assert "/site/supervisor" in check.evidence
    assert check.facts == {
        "owners": sorted(set(owners)),
        "version": version or None,
        "location": "/site/supervisor",
    }


@pytest.mark.parametrize(
    ("mode", "verdict"),
    [(0o700, "ok"), (0o711, "ok"), (0o2700, "ok"), (0o750, "warning"), (0o755, "warning"), (0o701, "ok")],
)
def test_others_may_pass_through_a_state_directory_and_not_look_into_it(mode: int, verdict: str) -> None:
    check = state_directory(StateDirectory(path="/s", is_there=True, mode=mode))
    assert check.verdict == verdict
    assert check.facts == {"path": "/s", "exists": True, "mode": f"{mode:04o}"}
    assert check.remedy == ("chmod 700 /s" if verdict == "warning" else "")


def test_a_state_directory_that_can_be_made_is_fine() -> None:
    check = state_directory(StateDirectory(path="/s", is_there=False))
    assert check.verdict == "ok"
    assert check.facts == {"path": "/s", "exists": False, "mode": None}


def test_a_state_directory_that_cannot_be_used_is_a_failure_whatever_its_mode() -> None:
    objection = StateUnusable(path="/s", reason="it belongs to user 7")
    check = state_directory(StateDirectory(path="/s", is_there=True, mode=0o755, objection=objection))
    assert (check.verdict, check.evidence, check.remedy) == ("failure", objection.text, objection.remedy)
