"""`stockade run` and embedding in mode docker."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from journeys.command import BOUND_S, Talk, call, carriers, descendants, opening, wait_for_end, word
from journeys.containers import DockerHome, boxed
from journeys.embedding import client, opened
from real.docker.leftovers import none_left

from supervisor.events import ContainerCreated, ContainerRemoved, ContainerStarted

pytestmark = pytest.mark.real


@pytest.fixture
def name() -> str:
    return word()


@pytest.fixture
def home(state_dir: Path, name: str, docker_host: str) -> Iterator[DockerHome]:
    house = DockerHome(state_dir, {name: boxed("--ignore-eof")}, docker_host)
    with none_left(house.cli):
        yield house


@pytest.mark.parametrize(
    ("command", "status"),
    [
        (["true"], 0),
        (["sh", "-c", "exit 3"], 3),
        (["sh", "-c", "kill -9 $$"], 137),
    ],
)
def test_the_status_of_the_program_is_passed_on(home: DockerHome, command: list[str], status: int) -> None:
    done = home.verb("run", "--mode", "docker", "--", *command, text="")
    assert (done.returncode, done.stdout) == (status, ""), done.stderr
    assert "Traceback" not in done.stderr
    assert home.containers() == []


def test_the_program_has_the_variables_that_it_was_given_and_none_of_ours(home: DockerHome) -> None:
    script = "import os, sys; sys.stderr.write('|'.join(sorted(os.environ)) + os.environ['GIVEN'])"
    words = home.words("run", "--mode", "docker", "--env", "GIVEN=a value", "--", "python", "-c", script)
    ours = {**home.environ, "OURS": "is no affair of it"}
    done = subprocess.run(words, env=ours, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
    names, value = done.stderr.strip().rsplit("|", 1)[0], done.stderr.strip()
    assert value.endswith("a value"), done.stderr
    assert set(names.split("|")) <= {"GIVEN", "HOME", "HOSTNAME", "LANG", "PATH"}


def test_a_program_that_is_not_in_the_image_is_told_by_its_code(home: DockerHome) -> None:
    with Talk(
        home.words("run", "--mode", "docker", "--", "no-such-program"), home.environ, stderr=subprocess.PIPE
    ) as talk:  # whose stdin stays open, as a client's does
        assert talk.process.wait(BOUND_S) == 127
        assert talk.process.stderr is not None
        assert b"container.command_not_found" in talk.process.stderr.read()


def test_a_session_goes_on_when_its_container_is_killed(home: DockerHome, name: str) -> None:
    with Talk(home.words("run", "--config", str(home.config), "--server", name), home.environ) as talk:
        talk.say(opening())
        assert "result" in talk.hear(0)
        talk.say(call(1, "ask"))
        assert talk.line()["method"] == "roots/list"
        first = set(home.containers())
        home.cli("kill", *first)
        assert talk.hear(1)["error"]["data"]["retryable"] is True
        assert talk.ask_again(2, "pid")
        assert not first & set(home.containers())
        assert talk.end() == 143  # it ignores the end of its stdin, and is asked by SIGTERM then
    assert home.containers() == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_a_signal_ends_the_run_and_its_container(home: DockerHome, name: str, number: signal.Signals) -> None:
    with Talk(home.words("run", "--config", str(home.config), "--server", name), home.environ) as talk:
        talk.say(opening())
        assert "result" in talk.hear(0)
        below = descendants(talk.process.pid)
        assert home.containers()
        talk.process.send_signal(number)
        talk.process.wait(BOUND_S)
        for pid in below:
            wait_for_end(pid, BOUND_S)
        home.wait_until_gone()


@pytest.mark.usefixtures("no_leaks")
async def test_an_embedding_program_has_sessions_with_containers_side_by_side(
    state_dir: Path, docker_host: str, home: DockerHome, name: str
) -> None:
    environ = {**os.environ, "DOCKER_HOST": docker_host}
    async with opened({name: boxed("--pid-in-name")}, home.state, environ=environ) as house:
        async with client(house.sup, name) as one, client(house.sup, name) as other:
            assert await one.pid()
            assert await other.pid()
            started = house.events(ContainerStarted, name)
            assert len({event.container for event in started}) == len(started) >= 2
            listed = set(home.containers(name))

            async def all_told() -> bool:  # the engine has a container a moment before its id is known
                return listed <= {event.container for event in house.events(ContainerCreated)}

            await house.come_true(all_told)
        await house.sup.stop(name)
        assert home.containers() == []
    made = {event.container for event in house.events(ContainerCreated)}
    assert {event.container for event in house.events(ContainerRemoved)} == made
    assert carriers(name) == []
