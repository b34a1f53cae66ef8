"""`stockade doctor` about docker: an engine that is there, is not, hangs, does not let us in; no docker command."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from real.docker.engines import Cli, PrivateEngine
from real.docker.machine import Machine

if TYPE_CHECKING:
    from conftest import PlainPython, PlainUser

pytestmark = pytest.mark.real

NEEDS_DOCKER = {"command": "python3", "isolation": {"mode": "docker"}}
NEEDS_NONE = {"command": "python3", "isolation": {"mode": "sandbox"}}
AUTO = {"command": "python3", "isolation": {"mode": "auto"}}


@pytest.fixture
def nobody(state_dir: Path) -> str:
    """An address at which there is no engine."""
    return f"unix://{state_dir}/docker.sock"


def test_on_a_healthy_machine_all_is_well_and_a_container_runs(docker_host: str, state_dir: Path, cli: Cli) -> None:
    machine = Machine(state_dir, DOCKER_HOST=docker_host)
    told = machine.stockade("doctor", "--json", "--deep", "--config", machine.config(a=NEEDS_DOCKER))
    assert told.code == 0
    assert set(told.verdicts.values()) == {"ok"}, told.verdicts
    assert told.checks["config.file"]["facts"]["modes"] == {"docker": 1}
    assert told.checks["engine"]["facts"]["version"] == cli("version", "--format", "{{.Server.Version}}")
    assert told.checks["engine"]["facts"]["cgroup_version"] == cli("info", "--format", "{{.CgroupVersion}}")
    assert told.checks["disk"]["facts"]["images_bytes"] > 100_000_000
    assert told.checks["disk"]["facts"]["free_bytes"] > 0
    assert told.checks["images"]["facts"].keys() == {"docker.io/library/python:3.11"}
    assert told.checks["run"]["facts"]["left"] == []


def test_people_get_a_line_for_each(docker_host: str, state_dir: Path) -> None:
    said = Machine(state_dir, DOCKER_HOST=docker_host).stockade("doctor").output
    assert f"Endpoint            {docker_host}, by DOCKER_HOST of our environment\n" in said
    assert "Trial run           not tried; `stockade doctor --deep` runs" in said


@pytest.mark.parametrize(
    ("entry", "code", "verdict"),
    [(NEEDS_DOCKER, 5, "failure"), (AUTO, 0, "warning"), (NEEDS_NONE, 0, "skipped"), (None, 0, "warning")],
    ids=["docker", "auto", "sandbox", "no config"],
)
def test_an_engine_that_does_not_run_matters_as_much_as_what_needs_it(
    docker_host: str, nobody: str, state_dir: Path, entry: dict[str, object] | None, code: int, verdict: str
) -> None:
    machine = Machine(state_dir, DOCKER_HOST=nobody)
    told = machine.stockade("doctor", "--json", *(["--config", machine.config(a=entry)] if entry else []))
    assert (told.code, told.verdicts["engine"]) == (code, verdict)
    found = told.checks["engine"]
    assert f"no Docker engine runs at {nobody}: No such file or directory" in found["evidence"]
    assert ("systemctl start docker" in found["remedy"]) is (verdict != "skipped")
    assert found["facts"]["code"] == "engine.not_running"


def test_an_engine_that_was_stopped_has_left_its_socket_and_that_is_no_engine(
    private_engine: Callable[..., PrivateEngine], state_dir: Path
) -> None:
    engine = private_engine()
    engine.kill()
    told = Machine(state_dir, DOCKER_HOST=engine.host).stockade("doctor", "--json")
    assert told.checks["engine"]["facts"]["code"] == "engine.not_running"
    assert "Connection refused" in told.checks["engine"]["evidence"]


def test_an_engine_that_takes_requests_and_says_nothing_is_told_apart(
    private_engine: Callable[..., PrivateEngine], state_dir: Path
) -> None:
    engine = private_engine()
    engine.pause()
    try:
        told = Machine(state_dir, DOCKER_HOST=engine.host).stockade("doctor", "--json")
    finally:
        engine.resume()
    assert told.checks["engine"]["facts"]["code"] == "engine.not_responding"
    assert told.checks["engine"]["evidence"].startswith(f"the Docker engine at {engine.host} does not answer")


def test_a_plain_user_is_told_whose_the_socket_is(
    docker_host: str, state_dir: Path, plain_user: PlainUser, plain_python: PlainPython, root: None
) -> None:
    state_dir.chmod(0o755)
    machine = Machine(state_dir, DOCKER_HOST=docker_host, PYTHONPATH=str(plain_python.packages))
    machine.python = (str(plain_python.python),)
    machine.become = {"user": plain_user.uid, "group": plain_user.gid, "extra_groups": []}
    told = machine.stockade("doctor", "--json", "--config", machine.config(a=NEEDS_DOCKER))
    found = told.checks["engine"]
    assert (told.code, found["verdict"], found["facts"]["code"]) == (5, "failure", "engine.permission_denied")
    socket = os.stat(docker_host.removeprefix("unix://"))
    assert found["facts"]["socket"]["mode"] == f"{socket.st_mode & 0o7777:04o}"
    assert f"the group {found['facts']['socket']['group']}" in found["evidence"]
    assert "mode: sandbox" in found["remedy"]


def test_without_the_docker_command_each_place_is_told(
    docker_host: str, state_dir: Path, without_docker: Sequence[str]
) -> None:
    machine = Machine(state_dir, DOCKER_HOST=docker_host).behind(without_docker)
    told = machine.stockade("doctor", "--json", "--config", machine.config(a=NEEDS_DOCKER))
    assert told.code == 5
    assert told.verdicts == {"command": "failure", "environment": "ok", "endpoint": "ok", "engine": "skipped"}
    found = told.checks["command"]
    assert found["evidence"].startswith("the docker command was not found: ")
    places = [one["place"] for one in found["facts"]["tried"]]
    assert [place for place in places if place.startswith("/")][-3:] == [
        "/usr/bin/docker", "/usr/local/bin/docker", "/snap/bin/docker",
    ]  # fmt: skip
    assert places[-1].startswith("login shell /bin/sh")
    assert "Install Docker" in found["remedy"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("garbage", "does not run: Exec format error"),
        ("#!/nonexistent/interpreter\n", "does not run: No such file or directory"),
        ("#!/bin/sh\necho no luck today >&2\nexit 3\n", "does not run: no luck today"),
        ("#!/bin/sh\nexit 3\n", "does not run: `--version` ended with 3"),
    ],
)
def test_a_file_of_that_name_that_does_not_run_is_no_docker(
    docker_host: str, state_dir: Path, content: str, said: str
) -> None:
    (state_dir / "docker").write_text(content)
    (state_dir / "docker").chmod(0o755)
    path = f"{state_dir}:{os.environ['PATH']}"
    told = Machine(state_dir, DOCKER_HOST=docker_host, PATH=path).stockade("doctor", "--json")
    assert told.checks["command"]["evidence"] == f"{state_dir}/docker, found on PATH, {said}"
    assert told.verdicts["engine"] == "skipped"


def test_what_the_login_shell_adds_is_told_by_name_and_length_only(docker_host: str, state_dir: Path) -> None:
    secret = secrets.token_hex(20)
    (state_dir / ".profile").write_text(f"export DOCKER_HOST={docker_host} DOCKER_CONFIG=/{secret} TOKEN={secret}\n")
    told = Machine(state_dir).stockade("doctor", "--json")
    assert told.verdicts["engine"] == "ok"
    assert told.checks["environment"]["facts"]["taken"] == [
        "DOCKER_CONFIG (41)",
        f"DOCKER_HOST ({len(docker_host)})",
    ]
    assert told.checks["endpoint"]["evidence"] == f"{docker_host}, by DOCKER_HOST of the login shell"
    assert secret not in told.output


def test_a_login_shell_that_cannot_be_asked_matters_where_there_is_no_engine(docker_host: str, state_dir: Path) -> None:
    (state_dir / "fish").write_text("#!/bin/sh\n")
    (state_dir / "fish").chmod(0o755)
    machine = Machine(state_dir, SHELL=str(state_dir / "fish"))
    told = machine.stockade("doctor", "--json")
    found = told.checks["environment"]
    assert "fish does not read what is written for POSIX shells" in found["evidence"]
    assert found["verdict"] == ("warning" if told.verdicts["engine"] == "warning" else "ok")


def test_the_context_in_force_decides_and_one_that_is_not_there_is_said(docker_host: str, state_dir: Path) -> None:
    machine = Machine(state_dir)
    cli = Cli(docker_host)
    cli.environ = machine.environ
    cli("context", "create", "mine", "--docker", f"host={docker_host}")
    cli("context", "use", "mine")
    told = machine.stockade("doctor", "--json")
    assert told.verdicts["engine"] == "ok"
    assert told.checks["endpoint"]["facts"] == {
        "host": docker_host, "decided_by": "currentContext", "from": None, "context": "mine",
    }  # fmt: skip
    machine.environ["DOCKER_CONTEXT"] = "nobody-made-this"
    told = machine.stockade("doctor", "--json", "--config", machine.config(a=NEEDS_DOCKER))
    assert (told.code, told.verdicts["endpoint"], told.verdicts["engine"]) == (5, "failure", "skipped")
    assert "nobody-made-this" in told.checks["endpoint"]["evidence"]


def test_another_engine_that_answers_is_pointed_at(docker_host: str, nobody: str, state_dir: Path) -> None:
    (state_dir / ".docker" / "run").mkdir(parents=True)
    other = state_dir / ".docker" / "run" / "docker.sock"
    other.symlink_to(docker_host.removeprefix("unix://"))
    told = Machine(state_dir, DOCKER_HOST=nobody).stockade("doctor", "--json")
    found = told.checks["engine"]
    assert f"unix://{other}" in found["facts"]["elsewhere"]
    assert "export DOCKER_HOST=unix://" in found["remedy"]


def test_images_that_are_missing_or_for_another_platform_are_named(docker_host: str, state_dir: Path) -> None:
    machine = Machine(state_dir, DOCKER_HOST=docker_host)
    missing = {"command": "x", "isolation": {"mode": "docker", "image": "stockade-test/nobody-made-this:1"}}
    foreign = {"command": "x", "isolation": {"mode": "docker", "image": "stockade-test/foreign:1"}}
    told = machine.stockade("doctor", "--json", "--config", machine.config(a=NEEDS_DOCKER, b=missing))
    assert (told.code, told.verdicts["images"]) == (0, "warning")
    assert (
        "the first start fetches docker.io/stockade-test/nobody-made-this:1 (of b)" in told.checks["images"]["evidence"]
    )
    told = machine.stockade("doctor", "--json", "--config", machine.config(c=foreign))
    assert (told.code, told.verdicts["images"]) == (5, "failure")


# ------------------------------------------------------------------------------------------------------- an odd engine


@pytest.fixture(scope="module")
def odd_engine(docker_host: str) -> Iterator[PrivateEngine]:
    """An engine without images, on a small disk, with settings of its own."""
    from real.docker.conftest import private

    with private(flags="--live-restore --log-driver=journald", small_disk="96m") as engine:
        yield engine


def test_what_is_special_about_an_engine_is_told(odd_engine: PrivateEngine, state_dir: Path) -> None:
    told = Machine(state_dir, DOCKER_HOST=odd_engine.host).stockade("doctor", "--json")
    assert told.checks["live_restore"]["facts"] == {"on": True}
    assert told.checks["log_driver"]["facts"] == {"log_driver": "journald", "rotates": False}
    assert told.verdicts["disk"] == "warning"
    assert told.checks["disk"]["facts"]["total_bytes"] == 96 << 20


def test_without_an_image_for_its_platform_nothing_is_tried_and_nothing_fetched(
    odd_engine: PrivateEngine, state_dir: Path
) -> None:
    odd_engine.load("foreign")
    told = Machine(state_dir, DOCKER_HOST=odd_engine.host).stockade("doctor", "--json", "--deep")
    assert told.verdicts["run"] == "skipped"
    assert "there is no image for linux/" in told.checks["run"]["evidence"]


# ------------------------------------------------------------------------------------------- a flag that is not borne


@pytest.mark.parametrize(
    ("words", "text", "relax"),
    [
        ("no-new-privileges", "[FATAL tini (7)] exec /sbin/docker-init failed: Operation not permitted",
         ["no_new_privileges"]),
        ("--read-only", "docker: Error response from daemon: OCI runtime create failed: read-only.", ["read_only"]),
        ("--tmpfs", "docker: Error response from daemon: OCI runtime create failed: tmpfs.", ["tmpfs"]),
        ("--cap-drop", "docker: Error response from daemon: OCI runtime create failed: caps.", ["cap_drop"]),
        ("no-new-privileges*|*--read-only", "docker: Error response from daemon: OCI runtime create failed: both.",
         ["no_new_privileges", "read_only", "tmpfs", "cap_drop"]),
        ("--init", "docker: Error response from daemon: OCI runtime create failed: anyway.", []),
    ],
)  # fmt: skip
def test_a_flag_that_the_engine_does_not_bear_is_named(
    docker_host: str, state_dir: Path, cli: Cli, words: str, text: str, relax: list[str]
) -> None:
    """The real command, but for one flag at which it fails, as Docker from snap does."""
    real = Machine(state_dir, DOCKER_HOST=docker_host).stockade("doctor", "--json").checks["command"]["facts"]["path"]
    broken = state_dir / "docker"
    broken.write_text(f'#!/bin/sh\ncase "$*" in *{words}*) echo \'{text}\' >&2; exit 125;; esac\nexec {real} "$@"\n')
    broken.chmod(0o755)
    path = f"{state_dir}:{os.environ['PATH']}"
    machine = Machine(state_dir, DOCKER_HOST=docker_host, PATH=path)
    told = machine.stockade("doctor", "--json", "--deep", "--config", machine.config(a=NEEDS_DOCKER))
    found = told.checks["run"]
    assert (told.code, found["verdict"], found["facts"]["relax"]) == (5, "failure", relax)
    assert all(f'"{flag}": false' in found["remedy"] for flag in relax)
    assert found["facts"]["left"] == []


def test_a_container_that_does_not_go_by_itself_is_removed(docker_host: str, state_dir: Path, cli: Cli) -> None:
    """The real command, but what it runs stays, as when it is killed before its container ends."""
    real = Machine(state_dir, DOCKER_HOST=docker_host).stockade("doctor", "--json").checks["command"]["facts"]["path"]
    keeping = state_dir / "docker"
    keeping.write_text(
        '#!/bin/sh\nfor word; do shift; [ "$word" = --rm ] || set -- "$@" "$word"; done\n'
        f'{real} "$@"; code=$?; case "$1" in run) {real} ps -aq --no-trunc -f label=stockade.server=doctor'
        f" >> {state_dir}/seen;; esac; exit $code\n"
    )
    keeping.chmod(0o755)
    path = f"{state_dir}:{os.environ['PATH']}"
    told = Machine(state_dir, DOCKER_HOST=docker_host, PATH=path).stockade("doctor", "--json", "--deep")
    assert told.verdicts["run"] == "ok"
    made = (state_dir / "seen").read_text().split()
    assert made
    assert not set(made) & set(cli.lines("ps", "--all", "--quiet", "--no-trunc"))


def test_where_no_engine_is_the_sdk_is_not_loaded(nobody: str, state_dir: Path) -> None:
    code = "import sys; from supervisor.edges import cli; cli.run(['doctor']); assert 'docker' not in sys.modules"
    assert Machine(state_dir, DOCKER_HOST=nobody).python_run("-c", code).code == 0
