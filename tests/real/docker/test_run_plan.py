"""What `docker run` is told, given to a real engine: what holds a server, what it gets, how missing runners arrive."""

from __future__ import annotations

import json
import re
import secrets
import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from container.shapes import profile
from real.docker.engines import Cli

from supervisor.container import flags
from supervisor.container.argv import run_plan
from supervisor.container.classify import classified
from supervisor.container.identity import cache_volume, container_id, made
from supervisor.container.owner import owner_here
from supervisor.container.words import Profile, Start

pytestmark = pytest.mark.real

WHEEL = "pipx-9.9-py3-none-any.whl"
BOUND_S = 60.0
"""For one run, on a machine that is busy with others."""
SECRET = "s3cr3t-value"
ALPINE = "alpine:3.18"
FACTS = """
echo user $(id -u)
grep -E 'CapEff|CapBnd|NoNewPrivs' /proc/self/status
touch /x 2>/dev/null && echo root is writable
printf '#!/bin/sh\\necho ran' >/tmp/p && chmod +x /tmp/p && echo tmp $(/tmp/p)
df -k /tmp | tail -1 | awk '{print "tmp size", $2}'
cat /proc/1/comm
"""


class Ran(NamedTuple):
    """A plan that was carried out."""

    code: int
    output: str
    errors: str
    start: Start


class Runs:
    """Carries out plans as stockade does, for one instance of it."""

    def __init__(self, cli: Cli, folder: Path) -> None:
        self.cli = cli
        self.folder = folder
        self.owner = owner_here("", "", is_kept=False)
        self.volumes: set[str] = set()

    def begin(self, of: Profile, **said: Any) -> tuple[subprocess.Popen[str], Start]:
        """Start the docker command of a profile, its pipes ours."""
        folder = self.folder / secrets.token_hex(4)
        folder.mkdir(mode=0o700)
        given = {
            "docker": shutil.which("docker"),
            "made": made(self.owner, of.server, secrets.token_hex(4)),
            "cidfile": str(folder / "cid"),
            "env_file": str(folder / "env"),
            "config": self.owner.instance,
            "cpus_available": 2.0,
            "default_log_driver": "json-file",
        }
        start = Start(**{**given, **said})
        self.volumes.add(cache_volume(of.server, start.config))
        plan = run_plan(of, start)
        if plan.env_file:
            Path(start.env_file).write_text(plan.env_file)
        pipe, environ = subprocess.PIPE, {**self.cli.environ, **plan.env}
        process = subprocess.Popen(plan.argv, env=environ, stdin=pipe, stdout=pipe, stderr=pipe, text=True)
        return process, start

    def __call__(self, of: Profile, stdin: str = "", **said: Any) -> Ran:
        """Carry out the plan of a profile to its end."""
        process, start = self.begin(of, **said)
        output, errors = process.communicate(stdin, timeout=BOUND_S)
        return Ran(process.returncode, output, errors, start)


@pytest.fixture
def run(cli: Cli, tmp_path: Path) -> Iterator[Runs]:
    """Carries out plans; the volumes that they made are removed."""
    runs = Runs(cli, tmp_path)
    yield runs
    cli.run("volume", "rm", "--force", *runs.volumes)


def shell(script: str, **said: Any) -> Profile:
    return profile("sh", "-c", script, **{"image": ALPINE, **said})


def test_the_strict_flags_hold_what_they_promise(run: Runs) -> None:
    assert run(shell(FACTS)).output.splitlines() == [
        "user 0", "CapEff:\t0000000000000000", "CapBnd:\t0000000000000000", "NoNewPrivs:\t1", "tmp ran",
        "tmp size 65536", "docker-init",
    ]  # fmt: skip


def test_variables_arrive_whole_and_leave_the_docker_command_alone(run: Runs) -> None:
    env = {
        "API_KEY": f"{SECRET}\nsecond line ", "EMPTY": "", "HOME": "/h", "DOCKER_HOST": "tcp://nobody:1",
        "DOCKER_CONTEXT": "nobody", "HTTP_PROXY": "http://nobody:1", "PATH": "/bin:/nobody", "LD_PRELOAD": "/nobody.so",
        "DOCKER_CONFIG": " leading # and 'quotes' $HOME trailing ",
    }  # fmt: skip
    ran = run(shell("env -0", env=env))
    found = dict(line.split("=", 1) for line in ran.output.split("\0") if line)
    assert {name: found.get(name) for name in env} == env
    assert ran.code == 0


def test_stdin_reaches_the_server_and_its_code_comes_back(run: Runs) -> None:
    ran = run(shell("cat; exit 7"), stdin="hello\n")
    assert (ran.output, ran.code) == ("hello\n", 7)
    assert container_id(Path(ran.start.cidfile).read_text())


def test_the_labels_find_the_one_container_by_equality(run: Runs, cli: Cli) -> None:
    def found(start: Start) -> list[str]:
        words = [word for item in start.made.lookup.items() for word in ("--filter", "label=" + "=".join(item))]
        return cli.lines("ps", "--all", "--no-trunc", "--quiet", *words)

    of = shell("echo ready; cat", server="größe")
    (one, first), (other, second) = run.begin(of), run.begin(of)
    with one, other:
        for process in (one, other):
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
        assert found(first) == [container_id(Path(first.cidfile).read_text())]
        assert found(second) == [container_id(Path(second.cidfile).read_text())]
        one.communicate(timeout=BOUND_S)
        other.communicate(timeout=BOUND_S)
    assert not found(first)


def test_a_limit_holds_the_server_and_not_only_its_description(run: Runs) -> None:
    ran = run(shell("cat /sys/fs/cgroup/memory/memory.limit_in_bytes /sys/fs/cgroup/memory.max 2>/dev/null"))
    assert ran.output == f"{512 * 2**20}\n"


def test_an_existing_cidfile_makes_nothing(run: Runs, tmp_path: Path) -> None:
    (tmp_path / "taken").touch()
    ran = run(shell("echo ran"), cidfile=str(tmp_path / "taken"))
    assert (ran.code, ran.output) == (125, "")


@pytest.fixture
def wheels(tmp_path: Path) -> Path:
    """A package index of one package: a `pipx` that says how it was called."""
    folder = tmp_path / "wheels"
    folder.mkdir()
    code = "import json, sys\n\ndef main():\n    print(json.dumps([sys.argv[1:], sys.stdin.read()]))\n"
    files = {
        "pipx_stand_in.py": code,
        "pipx-9.9.dist-info/METADATA": "Metadata-Version: 2.1\nName: pipx\nVersion: 9.9\n",
        "pipx-9.9.dist-info/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        "pipx-9.9.dist-info/entry_points.txt": "[console_scripts]\npipx = pipx_stand_in:main\n",
        "pipx-9.9.dist-info/RECORD": "",
    }
    with zipfile.ZipFile(folder / WHEEL, "w") as wheel:
        for name, text in files.items():
            wheel.writestr(name, text)
    return folder


def pipx(wheels: Path, *args: str) -> Profile:
    """A server that is started by pipx, which the image has not; its index is a folder, for there is no network."""
    extra = ("-v", f"{wheels}:/wheels:ro", "-e", "PIP_NO_INDEX=1", "-e", "PIP_FIND_LINKS=/wheels")
    return profile("pipx", *args, server="piped", image="python:3.11", extra_args=extra)


def test_a_runner_that_the_image_lacks_is_installed_once_for_all_that_begin_together(run: Runs, wheels: Path) -> None:
    odd = ("run", "--spec", "a b", "$(exit)", "'", "")
    with ThreadPoolExecutor(2) as pool:
        together = [pool.submit(run, pipx(wheels, *odd), stdin=f"{number}") for number in range(2)]
        found = [future.result() for future in together]
    assert [(ran.code, ran.errors) for ran in found] == [(0, "")] * 2
    assert [json.loads(ran.output) for ran in found] == [[list(odd), f"{number}"] for number in range(2)]
    (wheels / WHEEL).unlink()
    again = run(pipx(wheels, "again"))
    assert json.loads(again.output) == [["again"], ""], "it was there, and is not installed again"


def test_an_installation_that_came_to_nothing_is_said_and_begun_anew(run: Runs, wheels: Path) -> None:
    (wheels / WHEEL).rename(wheels / "away")
    ran = run(pipx(wheels))
    assert (ran.code, ran.output) == (1, "")
    assert "pipx is not in the image and could not be installed" in ran.errors
    (wheels / "away").rename(wheels / WHEEL)
    assert json.loads(run(pipx(wheels)).output) == [[], ""]


@pytest.mark.parametrize(
    ("of", "code"),
    [
        (profile("no-such-command", image=ALPINE), "container.command_not_found"),
        (profile("/etc/passwd", image=ALPINE), "container.command_not_executable"),
        (profile("sh", image="no-such-image:1"), "image.not_found"),
        (shell("exit", extra_args=("--no-such-option",)), "container.refused"),
        (shell("exit", extra_args=("--memory", "1m")), "container.refused"),
        (shell("exit", extra_args=("--sysctl", "net.no=1")), "container.runtime_error"),
        (shell("exit", extra_args=("--platform", "linux/s390x")), "image.wrong_platform"),
        (shell("echo docker: no; exit 125"), None),
    ],
    ids=str,
)
def test_a_real_failure_is_known_by_its_own_words(run: Runs, of: Profile, code: str | None) -> None:
    ran = run(of)
    found = classified(ran.code, ran.errors.splitlines(), command=of.command, image=of.spec.image)
    assert ran.code != 0
    assert (found and found.code) == code, ran.errors


OPTION = re.compile(
    r"^ {2,6}(?:-(?P<letter>\w), )?--(?P<name>[a-z0-9-]+)(?: (?P<type>[a-z-]+))?(?= {2,}|$)", re.MULTILINE
)


@pytest.mark.parametrize("program", sorted({"/usr/bin/docker", shutil.which("docker") or "docker"}))
def test_the_options_are_those_of_the_real_command(program: str) -> None:
    if shutil.which(program) is None:
        pytest.skip("there is no docker command")
    told = subprocess.run([program, "run", "--help"], capture_output=True, text=True, check=True).stdout
    listed = list(OPTION.finditer(told))
    assert len(listed) > 80
    assert {one["name"] for one in listed if not one["type"]} <= flags.SWITCHES
    assert {one["name"] for one in listed if one["type"]} <= flags.VALUED
    assert {one["letter"]: one["name"] for one in listed if one["letter"]}.items() <= flags.SHORT.items()
    assert not flags.SWITCHES & flags.VALUED
