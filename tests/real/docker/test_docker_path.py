"""The resolver with real folders and real login shells, by a clock that the test turns; and the real docker command."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import trio
from fakes.docker_path import Asker
from fakes.kernel import running
from trio.testing import MockClock

from supervisor.docker_path.effects import DockerFinder, search_now
from supervisor.docker_path.messages import Absent, Resolved
from supervisor.docker_path.places import Search, search_on
from supervisor.environment.effects import CliEnvironment
from supervisor.environment.hydration import with_docker_first

if TYPE_CHECKING:
    from conftest import PlainPython, PlainUser

pytestmark = [pytest.mark.real, pytest.mark.usefixtures("no_leaks")]


class Machine:
    """Folders, a profile, and a login shell whose starts are counted."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.on_path = folder / "path" / "docker"
        self.well_known = folder / "well-known" / "docker"
        self.by_login = folder / "login" / "docker"
        for place in (self.on_path, self.well_known, self.by_login):
            place.parent.mkdir()
        shell = folder / "shell"
        shell.write_text(f'#!/bin/sh\necho started >> {folder}/starts\nexec /bin/sh "$@"\n')
        shell.chmod(0o755)
        self.profile(f"PATH={self.by_login.parent}")
        environ = {"HOME": str(folder), "PATH": str(self.on_path.parent), "SHELL": str(shell)}
        search = Search(
            steps=("path", "bundled", "login_shell"), well_known=("/nonexistent/docker", str(self.well_known))
        )
        self.asker = Asker(DockerFinder(environ, "linux", shell_s=30.0), search)

    @property
    def starts(self) -> int:
        """How often the login shell was started."""
        starts = self.folder / "starts"
        return len(starts.read_text().splitlines()) if starts.exists() else 0

    def profile(self, text: str) -> None:
        (self.folder / ".profile").write_text(text + "\n")

    async def ask(self) -> str:
        """Ask and say it in one line: the time, the answer, the starts of the shell meanwhile."""
        before = self.starts
        (answer,) = await self.asker.ask("q")
        found = f"{answer.path} by {answer.source}" if isinstance(answer, Resolved) else "absent"
        return f"{trio.current_time() - self.begin:g} s: {found}, {self.starts - before} shells"

    async def refusal(self) -> str:
        """Ask and say what the last place tried has against it."""
        (answer,) = await self.asker.ask("q")
        assert isinstance(answer, Absent)
        return answer.tried[-1].found

    def begun(self) -> None:
        self.begin = trio.current_time()


def put(place: Path) -> None:
    place.write_text("#!/bin/sh\n")
    place.chmod(0o755)


@pytest.fixture
async def machine(tmp_path: Path) -> AsyncIterator[Machine]:
    """With `mock_clock` its time stands still but for what the test adds: threads and shells take none of it."""
    made = Machine(tmp_path)
    async with running(made.asker.tree):
        made.begun()
        yield made


async def test_a_docker_that_appears_while_a_negative_lives_is_there_at_the_next_question(
    machine: Machine, mock_clock: MockClock
) -> None:
    trace = [await machine.ask()]
    mock_clock.jump(20)
    put(machine.well_known)
    trace += [await machine.ask(), await machine.ask()]
    assert trace == [
        "0 s: absent, 1 shells",
        f"20 s: {machine.well_known} by bundled, 0 shells",
        f"20 s: {machine.well_known} by bundled, 0 shells",
    ]


async def test_over_240_seconds_the_shell_is_started_four_times(machine: Machine, mock_clock: MockClock) -> None:
    machine.profile("PATH=/nonexistent")
    trace = []
    for _ in range(12):
        trace.append(await machine.ask())
        mock_clock.jump(20)
    assert trace == [f"{second} s: absent, {int(second % 60 == 0)} shells" for second in range(0, 240, 20)]


async def test_a_negative_hides_what_the_shell_would_find_and_path_too_until_it_ends(
    machine: Machine, mock_clock: MockClock
) -> None:
    trace = [await machine.ask()]
    put(machine.on_path)
    put(machine.by_login)
    for _ in range(3):
        mock_clock.jump(20)
        trace.append(await machine.ask())
    assert trace[1:3] == ["20 s: absent, 0 shells", "40 s: absent, 0 shells"]
    assert trace[3] == f"60 s: {machine.on_path} by path, 0 shells"


async def test_what_disappears_after_it_was_found_is_searched_for_at_once(
    machine: Machine, mock_clock: MockClock
) -> None:
    for place in (machine.on_path, machine.well_known, machine.by_login):
        put(place)
    trace = []
    for place in (machine.on_path, machine.well_known, machine.by_login):
        trace.append(await machine.ask())
        place.unlink()
    trace.append(await machine.ask())
    assert trace == [
        f"0 s: {machine.on_path} by path, 0 shells",
        f"0 s: {machine.well_known} by bundled, 0 shells",
        f"0 s: {machine.by_login} by login_shell, 1 shells",
        "0 s: absent, 1 shells",
    ]


async def test_questions_that_come_together_start_one_shell(machine: Machine, mock_clock: MockClock) -> None:
    put(machine.by_login)
    answers = await machine.asker.ask(*"abcde")
    assert {answer.path for answer in answers if isinstance(answer, Resolved)} == {str(machine.by_login)}
    assert machine.starts == 1


@pytest.mark.parametrize(
    ("profile", "reason"),
    [
        ("docker() { /usr/bin/true; }", "there it is a function or another bare word, which only a shell could run"),
        ("alias docker=podman", "there it is an alias, which only a shell could run"),
        ("exit 1", "it ended (exit status 1) before it had begun its answer"),
        ("echo /usr/bin/docker", "it knows no docker"),
        ("PATH=relative", "its answer is not an absolute path"),
    ],
    ids=["function", "alias", "exits 1", "banner that looks like an answer", "relative"],
)
async def test_what_only_a_shell_could_run_is_no_docker(
    machine: Machine, mock_clock: MockClock, profile: str, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(machine.by_login)
    (machine.folder / "relative").mkdir()
    put(machine.folder / "relative" / "docker")
    monkeypatch.chdir(machine.folder)
    machine.profile("PATH=/nonexistent\n" + profile)
    assert await machine.refusal() == reason


async def test_a_banner_does_not_hide_the_answer(machine: Machine, mock_clock: MockClock) -> None:
    put(machine.by_login)
    machine.profile(f"echo /evil/docker; PATH={machine.by_login.parent}; echo docker")
    assert await machine.ask() == f"0 s: {machine.by_login} by login_shell, 1 shells"


# ---------------------------------------------------------------------------------------------- the real docker command


@pytest.fixture
def docker() -> str:
    """The real docker command; the engine is not needed."""
    found = shutil.which("docker")
    if found is None:
        pytest.skip("docker is not installed")
    return found


def test_the_real_one_is_found_without_path_and_without_the_shell(docker: str, tmp_path: Path) -> None:
    search = search_on("linux", str(tmp_path))
    looked = search_now(search, {"PATH": "/nonexistent", "SHELL": "/nonexistent"}, "linux")
    assert looked.step == "bundled"
    assert looked.path in search.well_known


ENDPOINT = ("context", "inspect", "--format", "{{.Endpoints.docker.Host}}")


async def test_the_real_one_turns_to_the_engine_that_only_the_profile_names(docker: str, tmp_path: Path) -> None:
    (tmp_path / ".profile").write_text("export DOCKER_HOST=unix:///only/in/the.profile\n")
    cli = CliEnvironment({"HOME": str(tmp_path), "PATH": "/usr/bin:/bin", "SHELL": "/bin/sh"}, sys.platform, shell_s=30)
    env = with_docker_first((await cli.get()).env, docker)
    done = await trio.run_process([docker, *ENDPOINT], env=env, capture_stdout=True)
    assert done.stdout == b"unix:///only/in/the.profile\n"


def test_the_same_as_a_plain_user(docker: str, plain_user: PlainUser, plain_python: PlainPython) -> None:
    script = f"""
import os, subprocess, sys
from supervisor.docker_path.effects import search_now
from supervisor.docker_path.places import search_on
from supervisor.environment.effects import hydrated_now
environ = {{"HOME": os.environ["HOME"], "PATH": "/nonexistent:/usr/bin:/bin", "SHELL": "/bin/sh"}}
looked = search_now(search_on(sys.platform, environ["HOME"]), environ, sys.platform)
env = hydrated_now(environ, sys.platform, shell_s=30).env
print(subprocess.run([looked.path, *{ENDPOINT!r}], env=env, capture_output=True, text=True).stdout)
"""
    shell = f"""
HOME=$(mktemp -d); export HOME; trap 'rm -r "$HOME"' EXIT
echo 'export DOCKER_HOST=unix:///only/in/the.profile' > "$HOME/.profile"
PYTHONPATH={plain_python.packages} {plain_python.python} -c "$1"
"""
    done: subprocess.CompletedProcess[str] = plain_user.run(["sh", "-c", shell, "sh", script])
    assert done.stdout.strip() == "unix:///only/in/the.profile", done.stderr
