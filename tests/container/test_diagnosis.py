"""How it is judged what was found of the docker command, its environment, its endpoint and a trial run."""

from __future__ import annotations

from typing import Any

import pytest
from container.findings import ANSWERS, DOWN, FACTS
from msgspec.structs import replace

from supervisor.container.diagnosis import UNNEEDED, Need, checks, command, endpoint, environment, trial
from supervisor.container.examined import Address, Command, Examined, Trial, Variables, WantedImage
from supervisor.diagnostics.words import Check
from supervisor.docker_path.messages import Tried
from supervisor.errors import EngineNotRunning, EngineUnreachable, ImageNotFound, SnapAppArmor

NOWHERE = Command(tried=(Tried("PATH=/bin", "no docker in it"), Tried("/usr/bin/docker", "it is a broken link")))


def by_id(found: Examined, need: Need) -> dict[str, Check]:
    return {check.id.removeprefix("docker."): check for check in checks(found, need)}


def test_where_all_is_well_every_part_is_judged_and_good() -> None:
    found = by_id(replace(ANSWERS, trial=Trial(image="busybox")), "required")
    assert {name: check.verdict for name, check in found.items()} == dict.fromkeys(
        ("command", "environment", "endpoint", "engine", "snap", "limits", "log_driver", "live_restore", "disk", "run"),
        "ok",
    )
    assert [check.remedy for check in found.values() if check.remedy] == []
    assert len({check.id for check in checks(ANSWERS, "none")}) == len(checks(ANSWERS, "none"))


@pytest.mark.parametrize(("need", "verdict"), [("required", "failure"), ("useful", "warning"), ("none", "skipped")])
@pytest.mark.parametrize("found", [DOWN, replace(DOWN, command=NOWHERE, problem=None)], ids=["engine", "command"])
def test_what_is_missing_weighs_as_much_as_what_needs_it(found: Examined, need: Need, verdict: str) -> None:
    about = by_id(found, need)["engine" if found is DOWN else "command"]
    assert about.verdict == verdict
    assert about.evidence.startswith(UNNEEDED) is (need == "none")
    assert bool(about.remedy) is (need != "none")


def test_without_an_engine_nothing_is_said_of_what_only_it_knows() -> None:
    assert list(by_id(DOWN, "required")) == ["command", "environment", "endpoint", "engine"]


def test_a_warning_stays_one_whoever_needs_it() -> None:
    low = replace(ANSWERS, engine=replace(FACTS, is_snap=True))
    for need in ("required", "useful", "none"):
        assert by_id(low, need)["snap"].verdict == "warning"


def test_images_are_judged_where_a_config_names_some() -> None:
    assert "images" not in by_id(ANSWERS, "required")
    found = replace(ANSWERS, images=(WantedImage(name="x", servers=("a",)),))
    assert by_id(found, "required")["images"].verdict == "warning"


def test_every_place_that_was_tried_is_told() -> None:
    found = command(NOWHERE)
    assert found.verdict == "failure"
    assert found.evidence.endswith("PATH=/bin (no docker in it), /usr/bin/docker (it is a broken link)")
    assert found.facts["tried"][1] == {"place": "/usr/bin/docker", "found": "it is a broken link"}
    assert "Install Docker" in found.remedy


def test_a_command_that_does_not_run_is_none() -> None:
    broken = Command(path="/x/docker", target="/x/docker", source="found on PATH", objection="Exec format error")
    found = command(broken)
    assert (found.verdict, found.evidence) == ("failure", "/x/docker, found on PATH, does not run: Exec format error")


def test_what_a_link_leads_to_is_told() -> None:
    found = command(Command(path="/bin/docker", target="/opt/docker", source="found on PATH", version="Docker 28"))
    assert found.evidence == "/bin/docker (a link to /opt/docker), found on PATH: Docker 28"


@pytest.mark.parametrize(
    ("about", "said"),
    [
        (Variables(ours=("DOCKER_HOST",), unasked="DOCKER_HOST is in our environment"),
         "the login shell was not asked: DOCKER_HOST is in our environment"),
        (Variables(ours=("DOCKER_CONFIG",), shell="/bin/sh"),
         "the login shell /bin/sh was asked, and adds nothing; ours too: DOCKER_CONFIG"),
        (Variables(ours=("DOCKER_HOST",), empty=("DOCKER_HOST",), unasked="DOCKER_HOST is ours"),
         "the login shell was not asked: DOCKER_HOST is ours; DOCKER_HOST is empty, which counts as a choice"),
        (Variables(taken=("DOCKER_HOST (21)", "PATH (80)"), shell="/bin/zsh"),
         "taken from the login shell /bin/zsh (with the lengths of the values): DOCKER_HOST (21), PATH (80)"),
        (Variables(refusal="SHELL is no absolute path: 'x'"),
         "the login shell told nothing: SHELL is no absolute path: 'x'"),
    ],
)  # fmt: skip
def test_what_the_command_is_told_and_by_whom(about: Variables, said: str) -> None:
    assert environment(replace(ANSWERS, variables=about)).evidence == said


def test_a_login_shell_that_tells_nothing_matters_where_no_engine_is_found() -> None:
    broken = Variables(shell="/bin/fish", refusal="it is fish")
    assert environment(replace(ANSWERS, variables=broken)).verdict == "ok"
    found = environment(replace(DOWN, variables=broken))
    assert found.verdict == "warning"
    assert "DOCKER_HOST" in found.remedy


@pytest.mark.parametrize(
    ("about", "said", "whose"),
    [
        (Address(decider="default", host="unix:///s"),
         "unix:///s, the default: neither DOCKER_HOST nor a context says otherwise", None),
        (Address(decider="DOCKER_HOST", host="tcp://h:1"), "tcp://h:1, by DOCKER_HOST of our environment", "ours"),
        (Address(decider="DOCKER_HOST", host="tcp://h:1", by_shell=True),
         "tcp://h:1, by DOCKER_HOST of the login shell", "login shell"),
        (Address(decider="DOCKER_CONTEXT", context="far", host="ssh://h"),
         "ssh://h, by the context far, which DOCKER_CONTEXT of our environment names", "ours"),
        (Address(decider="currentContext", context="colima", host="unix:///c"),
         "unix:///c, by the context colima, which is the docker command's current one", None),
    ],
)  # fmt: skip
def test_what_decides_which_engine_is_meant(about: Address, said: str, whose: str | None) -> None:
    found = endpoint(replace(ANSWERS, address=about))
    assert (found.verdict, found.evidence, found.facts["from"]) == ("ok", said, whose)
    assert found.facts["decided_by"] == about.decider


def test_a_context_that_cannot_be_read_is_the_endpoints_failure_and_nobody_is_asked() -> None:
    gone = EngineUnreachable(host="context far", reason="its context cannot be read")
    found = replace(DOWN, address=Address(decider="DOCKER_CONTEXT", context="far"), problem=gone)
    about = by_id(found, "required")
    assert (about["endpoint"].verdict, about["engine"].verdict) == ("failure", "skipped")
    assert "docker context ls" in about["endpoint"].remedy
    nobody = replace(found, problem=None, command=NOWHERE)
    assert by_id(nobody, "required")["endpoint"].verdict == "skipped"


SNAP = SnapAppArmor(reason="Operation not permitted", flag="no_new_privileges")


@pytest.mark.parametrize(
    ("found", "verdict", "said", "remedy"),
    [
        (None, "skipped", "--deep", ""),
        (Trial(unable="there is no image"), "skipped", "not tried: there is no image", ""),
        (Trial(image="i"), "ok", "a container of i ran with all hardening flags", ""),
        (Trial(image="i", problem=SNAP, relax=("read_only",)), "failure", "without `read_only` it runs",
         'Relax it: `isolation: {"hardening": {"read_only": false}}`.'),
        (Trial(image="i", problem=SNAP, relax=("read_only", "tmpfs")), "failure", "`read_only`, `tmpfs` it runs",
         'Relax it: `isolation: {"hardening": {"read_only": false, "tmpfs": false}}`.'),
        (Trial(image="i", problem=ImageNotFound(image="i", reason="gone")), "failure", "without them it fails too",
         ImageNotFound(image="i", reason="gone").remedy),
        (Trial(image="i", left=("abc",)), "failure", "not removed: abc", "Remove what is left: `docker rm -f abc`."),
    ],
)  # fmt: skip
def test_a_trial_names_the_flag_to_relax(found: Trial | None, verdict: str, said: str, remedy: str) -> None:
    check = trial(found)
    assert (check.verdict, check.remedy) == (verdict, remedy)
    assert said in check.evidence


def test_the_facts_are_plain_data() -> None:
    def is_plain(value: Any) -> bool:
        if isinstance(value, dict):
            return all(isinstance(key, str) and is_plain(inner) for key, inner in value.items())
        if isinstance(value, list):
            return all(map(is_plain, value))
        return value is None or isinstance(value, (str, int, float))

    down = replace(DOWN, problem=EngineNotRunning(host="h", reason="r"), elsewhere=("unix:///e",))
    images = (WantedImage(name="x", servers=("a",)),)
    for found in (ANSWERS, down, replace(ANSWERS, images=images, trial=Trial(image="i", problem=SNAP))):
        assert [check.id for check in checks(found, "required") if not is_plain(check.facts)] == []
