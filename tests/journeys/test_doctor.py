"""`stockade doctor` on this machine, and on machines that lack something, as root and as a plain user."""

from __future__ import annotations

import json
import os
import resource
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from supervisor.sandbox import landlock

if TYPE_CHECKING:
    from conftest import PlainPython, PlainUser

pytestmark = pytest.mark.real

EMULATOR = Path(__file__).parents[2] / "scripts" / "testenv" / "landlock-abi.py"
FORBID = Path(__file__).parent / "doctor_namespace.py"
SECRET = "a-word-that-must-not-be-told"
BOUND_S = 60.0
"""For what takes a second on a machine that has nothing else to do."""


class Told(NamedTuple):
    """What the verb said."""

    code: int
    output: str

    @property
    def checks(self) -> dict[str, Any]:
        return {check["id"]: check for check in json.loads(self.output)["checks"]}

    def verdicts(self, *names: str) -> list[str]:
        return [self.checks[name]["verdict"] for name in names]


class Patient:
    """A user whose machine is examined."""

    def __init__(self, become: dict[str, Any], python: Sequence[str], packages: str, home: Path, files: Path) -> None:
        self.become = become
        self.python = python
        self._packages = packages
        self.home = home
        self.files = files
        """Where copies of programs lie that this user can read."""

    def doctor(
        self, *words: str, before: Sequence[str] = (), path: str = os.defpath, limit: Callable[[], None] | None = None,
        more_packages: str = "", **environ: str,
    ) -> Told:  # fmt: skip
        """Run the verb, behind the words `before`."""
        variables = {"PATH": path, "HOME": str(self.home), "SECRET_OF_MINE": SECRET, **environ}
        variables["PYTHONPATH"] = os.pathsep.join(filter(None, (more_packages, self._packages)))
        words = (*before, *self.python, "-m", "supervisor", "doctor", *(words or ("--json",)))
        ran = subprocess.run(
            words, env=variables, cwd="/", capture_output=True, text=True, timeout=BOUND_S, preexec_fn=limit,
            **self.become,
        )  # fmt: skip
        assert ran.stderr == "", ran.stderr
        return Told(ran.returncode, ran.stdout)

    def under(self, abi: str) -> Told:
        """On a machine whose Landlock seems to be another one."""
        shutil.copyfile(EMULATOR, self.files / EMULATOR.name)
        return self.doctor(before=(*self.python, str(self.files / EMULATOR.name), abi))


@pytest.fixture
def ourselves(state_dir: Path) -> Patient:
    """Whoever runs the tests."""
    return Patient({}, (sys.executable,), os.environ.get("PYTHONPATH", ""), state_dir, state_dir)


@pytest.fixture
def plain(plain_user: PlainUser, plain_python: PlainPython, state_dir: Path) -> Patient:
    """A user without privileges."""
    become = {"user": plain_user.uid, "group": plain_user.gid, "extra_groups": []} if os.geteuid() == 0 else {}
    state_dir.chmod(0o755)
    home = state_dir / "home"
    home.mkdir(mode=0o700)
    if os.geteuid() == 0:
        os.chown(home, plain_user.uid, plain_user.gid)
    return Patient(become, (str(plain_python.python),), str(plain_python.packages), home, state_dir)


@pytest.fixture(params=["ourselves", "plain"])
def patient(request: pytest.FixtureRequest) -> Patient:
    """Whoever runs the tests, and a user without privileges."""
    found: Patient = request.getfixturevalue(request.param)
    return found


def fake_bubblewrap(folder: Path) -> str:
    """A PATH on which a bubblewrap comes first that does not work."""
    script = folder / "bwrap"
    script.write_text("#!/bin/sh\nprintf '\\033[31mno luck today\\n' >&2\nexit 1\n")
    script.chmod(0o755)
    return f"{folder}:{os.defpath}"


def test_this_machine_can_confine_and_nothing_is_left_of_the_examination(patient: Patient) -> None:
    told = patient.doctor()
    assert told.code == 0, told.output
    assert told.checks["sandbox.landlock"]["facts"]["abi"] == min(landlock.version(), 9)
    assert told.verdicts("platform.kernel", "platform.package", "state.directory", "sandbox.seccomp") == ["ok"] * 4
    assert told.checks["sandbox.level"]["facts"]["level"] in ("S2", "S3")
    assert told.checks["processes.tag"]["facts"]["usable"] is True
    assert told.checks["state.directory"]["facts"]["exists"] is False
    assert not (patient.home / ".local").exists()
    assert SECRET not in told.output


def test_people_get_lines(patient: Patient) -> None:
    told = patient.doctor("--state-dir", str(patient.home))
    assert told.code == 0
    assert f"State directory     {patient.home} is this user's alone" in told.output
    assert "0 failures" in told.output.splitlines()[-1]


@pytest.mark.parametrize(("missing", "remedy"), [("ENOSYS", "5.13"), ("EOPNOTSUPP", "lsm=")])
def test_without_landlock_no_server_is_started(patient: Patient, missing: str, remedy: str) -> None:
    told = patient.under(missing)
    assert told.code == 5
    assert told.verdicts("sandbox.landlock", "sandbox.level") == ["failure", "failure"]
    assert told.verdicts("sandbox.seccomp") == ["ok"]
    found = told.checks["sandbox.landlock"]
    assert found["facts"]["errno"] == missing
    assert remedy in found["remedy"]
    assert missing in told.checks["sandbox.level"]["evidence"]
    assert told.checks["sandbox.bubblewrap"]["verdict"] in ("skipped", "warning")


def test_an_older_abi_is_a_warning_that_names_what_it_does_not_hold(patient: Patient) -> None:
    told = patient.under("4")
    assert told.code == 0
    found = told.checks["sandbox.landlock"]
    assert (found["verdict"], found["facts"]["abi"]) == ("warning", 4)
    assert "ioctl_dev" not in found["facts"]["rights"]
    assert "6.10" in found["evidence"]
    assert "6.12" in found["evidence"]


def test_a_kernel_that_confines_nobody_is_found_out(patient: Patient) -> None:
    told = patient.under("SHAM")
    assert told.code == 5
    found = told.checks["sandbox.landlock"]
    assert found["verdict"] == "failure"
    assert found["facts"]["abi"] == 0
    assert found["facts"]["abi_announced"] > 0
    assert told.checks["sandbox.seccomp"]["facts"]["proven"] is False


def test_a_bubblewrap_that_fails_leaves_level_s2_where_sockets_matter(patient: Patient) -> None:
    path = fake_bubblewrap(patient.home)
    with socket.socket(socket.AF_UNIX) as agent:
        agent.bind(str(patient.home / "agent"))
        (patient.home / "agent").chmod(0o777)
        told = patient.doctor(path=path, SSH_AUTH_SOCK=str(patient.home / "agent"))
    assert told.code == 0
    found = told.checks["sandbox.bubblewrap"]
    assert found["verdict"] == "warning"
    assert "no luck today" in found["evidence"]
    assert "\x1b" not in found["evidence"]
    assert told.verdicts("sandbox.level", "sandbox.sockets") == ["warning", "warning"]
    assert told.checks["sandbox.level"]["facts"]["level"] == "S2"
    assert str(patient.home / "agent") in told.checks["sandbox.sockets"]["evidence"]


def test_without_bubblewrap_it_is_said_what_to_install(ourselves: Patient) -> None:
    program = shutil.which("bwrap", path=os.defpath)
    hidden = (program, "--dev-bind", "/", "/", "--ro-bind", os.devnull, program) if program else ()
    told = ourselves.doctor(before=hidden)
    assert told.code == 0
    assert told.verdicts("sandbox.bubblewrap", "sandbox.level") == ["warning", "warning"]
    assert told.checks["sandbox.bubblewrap"]["facts"]["path"] is None
    assert "Install" in told.checks["sandbox.bubblewrap"]["remedy"]


def test_a_kernel_that_forbids_user_namespaces_is_named(plain: Patient, plain_user: PlainUser, root: None) -> None:
    plain.become = {}  # the program becomes the plain user, after it has forbidden them
    told = plain.doctor(before=(sys.executable, str(FORBID), str(plain_user.uid), str(plain_user.gid)))
    assert told.code == 0
    assert told.checks["sandbox.user"]["facts"]["uid"] == plain_user.uid
    found = told.checks["sandbox.user_namespaces"]
    assert found["verdict"] == "warning"
    assert found["facts"]["user.max_user_namespaces"] == 0
    assert "max_user_namespaces" in found["remedy"]
    assert told.verdicts("sandbox.bubblewrap", "sandbox.level") == ["warning", "warning"]
    assert told.checks["sandbox.level"]["facts"]["level"] == "S2"


def test_an_environment_that_is_shared_with_supervisor_is_refused(patient: Patient, state_dir: Path) -> None:
    info = state_dir / "site" / "supervisor-4.3.0.dist-info"  # as pip leaves it
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: supervisor\nVersion: 4.3.0\n")
    (info / "top_level.txt").write_text("supervisor\n")
    told = patient.doctor(more_packages=str(state_dir / "site"))
    assert told.code == 1
    found = told.checks["platform.package"]
    assert found["verdict"] == "failure"
    assert "supervisor" in found["facts"]["owners"]
    assert "environment of its own" in found["remedy"]


def test_a_state_directory_that_others_may_write_to_is_a_failure(patient: Patient) -> None:
    patient.home.chmod(0o777)
    told = patient.doctor("--json", "--state-dir", str(patient.home))
    assert told.code == 1
    assert told.verdicts("state.directory", "sandbox.landlock") == ["failure", "ok"]


def test_a_limit_that_is_taken_leaves_no_tag(ourselves: Patient) -> None:
    taken = 1 << 61
    told = ourselves.doctor(limit=lambda: resource.setrlimit(resource.RLIMIT_RTTIME, (taken, taken)))
    assert told.code == 0
    assert told.verdicts("processes.tag") == ["warning"]


def test_root_without_capabilities_cannot_give_a_server_another_user(ourselves: Patient, root: None) -> None:
    told = ourselves.doctor(before=("setpriv", "--bounding-set", "-setuid,-setgid"))
    assert told.verdicts("sandbox.user") == ["warning"]
    assert ourselves.doctor().verdicts("sandbox.user") == ["ok"]
