"""What a confined server tries in vain, each first shown to work for the same user without the sandbox."""

from __future__ import annotations

import json
import os
import re
import socket
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
from real.sandbox.attempts import ATTACKS, ATTACKS_OF_ROOT, WORKS
from real.sandbox.ground import Account, Ground

pytestmark = pytest.mark.real

REFUSALS = ("EACCES", "EPERM", "EXDEV")


class Tried(NamedTuple):
    """The same attempts without and with the sandbox."""

    ground: Ground
    bare: dict[str, Any]
    confined: dict[str, Any]
    report: dict[str, Any]


@pytest.fixture(scope="module")
def tried(user: Account, made_ground: Callable[[Account], Ground]) -> Tried:
    """Both runs of attempts.py on one ground."""
    ground = made_ground(user)
    name = f"stockade-test-{os.getpid()}-{user.name}"
    script = str(ground.path / "scripts" / "attempts.py")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("\0" + name)
        listener.listen(8)
        words = [script, str(ground.path), name]
        # The shell stays: it is the process outside, of the same user, that is signalled and looked at.
        stays = ["sh", "-c", '"$@"; exit $?', "sh", "env", "-C", str(ground.path)]
        bare = user.run([*stays, user.python, *words, "unconfined"])
        assert bare.returncode == 0, bare.stderr
        confined = ground.confined([user.python, *words, "confined"], env={"LANG": "C.UTF-8"})
    assert confined.get("code") == 0, confined
    return Tried(ground, json.loads(bare.stdout), json.loads(confined["stdout"]), confined["report"])


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_that_works_unconfined_is_refused_confined(tried: Tried, attack: str) -> None:
    assert tried.bare["outcomes"][attack] == "done"
    assert tried.confined["outcomes"][attack] in REFUSALS


@pytest.mark.parametrize("attack", ATTACKS_OF_ROOT)
def test_root_has_no_privilege_left_inside(tried: Tried, attack: str) -> None:
    if tried.ground.user.uid == 0:
        assert tried.bare["outcomes"][attack] == "done"
    assert tried.confined["outcomes"][attack] != "done"


@pytest.mark.parametrize("work", WORKS)
def test_what_servers_need_works_inside(tried: Tried, work: str) -> None:
    assert tried.confined["outcomes"][work] == "done"


def test_the_child_has_its_three_streams_and_no_other_descriptor(tried: Tried) -> None:
    assert tried.confined["facts"]["descriptors"] == [0, 1, 2]


def test_the_child_leads_a_session_of_its_own_without_a_terminal(tried: Tried) -> None:
    facts = tried.confined["facts"]
    assert facts["session"] is True
    assert facts["terminals"] == []
    assert facts["open /dev/tty"] != "done"


def test_the_limits_are_those_of_the_plan(tried: Tried) -> None:
    text = tried.confined["facts"]["limits"]
    values = {
        "core file size": 0,
        "open files": 1024,
        "data size": 512 * 1024**2,
        "file size": 4 * 1024**3,
    }
    for name, value in values.items():
        assert re.search(rf"^Max {name} +{value} +{value} ", text, re.MULTILINE), text


def test_no_signal_is_ignored_or_blocked_but_those_of_python(tried: Tried) -> None:
    facts = tried.confined["facts"]
    assert facts["blocked signals"] == 0
    assert facts["ignored signals"] == [13, 25]  # Python's own: SIGPIPE and SIGXFSZ


def test_the_child_dies_with_its_parent(tried: Tried) -> None:
    assert tried.confined["facts"]["death signal"] == 9


def test_the_environment_is_built_from_nothing(tried: Tried) -> None:
    names = set(tried.confined["facts"]["variables"]) - {"LC_CTYPE"}
    assert names == set(tried.report["environment"])
    assert {"HOME", "TMPDIR", "npm_config_cache", "UV_CACHE_DIR", "STOCKADE_INSTANCE", "PATH", "LANG"} <= names


def test_the_report_says_what_the_kernel_says(tried: Tried) -> None:
    status = dict(re.findall(r"^(\w+):\s+(\S+)$", tried.confined["facts"]["status"], re.MULTILINE))
    kernel = tried.report["kernel"]
    assert kernel["no_new_privs"] == int(status["NoNewPrivs"]) == 1
    assert kernel["cap_effective"] == int(status["CapEff"], 16) == 0
    assert kernel["cap_permitted"] == int(status["CapPrm"], 16) == 0
    assert kernel["seccomp"] == int(status["Seccomp"])
    if tried.ground.user.uid == 0:
        assert int(status["CapBnd"], 16) == 0


def test_the_report_names_what_holds_and_what_does_not(tried: Tried) -> None:
    report = tried.report
    assert report["level"] == "S2"
    assert report["is_file_sandbox"] is True
    granted = {item["path"]: item["access"] for item in report["granted"]}
    assert granted[str(tried.ground.own)] == "write"
    assert granted[str(tried.ground.path / "scripts")] == "read_exec"
    assert any("chmod" in gap for gap in report["gaps"])
    assert {"name": "cpus", "value": 1.0, "enforcer": "nobody"} in report["limits"]
    assert "/etc" in [item["path"] for item in report["expanded"]]


def test_the_own_folder_is_private_and_is_where_the_server_starts(tried: Tried) -> None:
    assert tried.confined["facts"]["cwd"] == str(tried.ground.own)
    for folder in (tried.ground.own, tried.ground.own / "home", tried.ground.own / "tmp", tried.ground.own / "run"):
        assert folder.stat().st_mode & 0o777 == 0o700
        assert folder.stat().st_uid == tried.ground.user.uid
