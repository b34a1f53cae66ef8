"""How the ways to know and to limit a whole server are judged."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from supervisor.diagnostics.processes import cgroup, tag

WANTED = ("memory", "cpu", "pids")


@pytest.mark.parametrize(
    ("controllers", "objection", "verdict", "said"),
    [
        (WANTED, "", "ok", "/c is delegated, with memory, cpu, pids"),
        (("memory",), "", "warning", "without cpu, pids"),
        ((), "", "warning", "without memory, cpu, pids"),
        (WANTED, "not marked", "warning", "not marked"),
        ((), "this process is in no cgroup of version 2", "warning", "in no cgroup"),
    ],
)
def test_a_cgroup_is_good_if_it_was_handed_over_with_all_controllers(
    controllers: Sequence[str], objection: str, verdict: str, said: str
) -> None:
    check = cgroup(path="/c", controllers=controllers, wanted=WANTED, objection=objection)
    assert check.verdict == verdict
    assert said in check.evidence
    assert bool(check.remedy) == (verdict == "warning")
    assert ("Delegate=yes" in check.remedy) == bool(objection)
    assert check.facts == {
        "path": "/c",
        "delegated": not objection,
        "controllers": list(controllers),
        "missing": [name for name in WANTED if name not in controllers],
    }


@pytest.mark.parametrize(("objection", "verdict"), [("", "ok"), ("a limit is set already", "warning")])
def test_an_instance_without_a_tag_is_worth_a_warning(objection: str, verdict: str) -> None:
    check = tag(objection)
    assert check.verdict == verdict
    assert objection in check.evidence
    assert ("RLIMIT_RTTIME" in check.remedy) == bool(objection)
    assert check.facts == {"usable": not objection}
