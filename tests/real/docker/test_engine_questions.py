"""What is asked of a real engine, and how it is found: questions, orders, and all the ways not to be there."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import socket
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import trio
from real.docker.engines import Cli

from supervisor.container.effects import Engine, Engines
from supervisor.errors import (
    AnyProblem,
    EngineNotResponding,
    EngineNotRunning,
    EngineUnreachable,
    ImageNotFound,
    LaunchError,
)

if TYPE_CHECKING:
    from conftest import PlainPython, PlainUser

pytestmark = pytest.mark.real

NOBODY = "f" * 64


@pytest.fixture
def engine(docker_host: str) -> Iterator[Engine]:
    """The engine that all tests share."""
    made = Engine(shutil.which("docker") or "docker", environment(DOCKER_HOST=docker_host))
    yield made
    made.forget()


@pytest.fixture
def word() -> str:
    """A label's value that nobody else has."""
    return secrets.token_hex(6)


@pytest.fixture
def run(cli: Cli) -> Iterator[Callable[..., str]]:
    """Starts containers that only this test knows; answers the id."""
    made: list[str] = []

    def start(*words: str) -> str:
        made.append(cli("run", "--detach", "--init", *words, "busybox", "sleep", "1000"))
        return made[-1]

    yield start
    for one in made:
        cli.run("rm", "--force", one, check=False)


def environment(**more: str) -> dict[str, str]:
    """As the docker command gets it."""
    return {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), **more}


async def problem_of(environment: Mapping[str, str], docker: str | None = None) -> AnyProblem:
    engine = Engine(docker or shutil.which("docker") or "docker", environment)
    with pytest.raises(LaunchError) as caught:
        await engine.ping()
    engine.forget()
    problem: AnyProblem = caught.value.problem  # type: ignore[assignment]  # all there are
    return problem


async def test_an_engine_says_what_it_is(engine: Engine, cli: Cli) -> None:
    await engine.ping()
    facts = await engine.facts()
    assert facts.version == cli("version", "--format", "{{.Server.Version}}") == await engine.health()
    assert facts.host == engine.host == cli.host
    assert facts.os == "linux"
    assert facts.cpus >= 1
    assert facts.memory_bytes > 1 << 20
    assert facts.cgroup_version in ("1", "2")
    assert facts.log_driver
    assert facts.data_folder.startswith("/")


async def test_images_by_name(engine: Engine) -> None:
    found = await engine.image("busybox:latest")
    assert found is not None
    assert found.id.startswith("sha256:")
    assert found.os == "linux"
    assert await engine.image("stockade-test/nobody-made-this:1") is None
    with pytest.raises(LaunchError) as caught:
        await engine.image("UPPER/case:1")
    assert isinstance(caught.value.problem, ImageNotFound)


async def test_a_life_in_questions_and_orders(engine: Engine, run: Callable[..., str], cli: Cli, word: str) -> None:
    container = run("--label", f"stockade.test={word}")
    state = await engine.state(container)
    assert state is not None
    assert (state.id, state.works, state.labels["stockade.test"]) == (container, True, word)
    assert state.pid > 0
    assert await engine.processes(container) == 2  # the init and its child
    cli("pause", container)
    state = await engine.state(container)
    assert state is not None
    assert (state.running, state.paused, state.works) == (True, True, False)
    cli("unpause", container)
    await engine.stop(container, 5)
    state = await engine.state(container)
    assert state is not None
    assert (state.status, state.exit_code, state.oom_killed) == ("exited", 143, False)
    assert await engine.processes(container) is None
    await engine.kill(container)  # it does not run any more, which is as good
    await engine.remove(container)
    assert await engine.state(container) is None


async def test_what_ignores_sigterm_is_killed_when_the_patience_is_over(engine: Engine, cli: Cli, word: str) -> None:
    deaf = ("sh", "-c", "trap '' TERM; while :; do sleep 1000; done")
    container = cli("run", "--detach", "--rm", "--label", f"stockade.test={word}", "busybox", *deaf)
    async with await engine.events({"stockade.test": word}) as events:
        await engine.stop(container, 0)
        died = await events.next()
    assert (died.action, died.exit_code) == ("die", 137)


async def test_what_is_gone_is_no_error_for_who_wants_it_gone(engine: Engine) -> None:
    await engine.stop(NOBODY, 1)
    await engine.kill(NOBODY)
    await engine.remove(NOBODY)
    assert await engine.state(NOBODY) is None
    assert await engine.processes(NOBODY) is None


async def test_a_running_container_is_removed_all_the_same_and_twice_at_once(
    engine: Engine, run: Callable[..., str]
) -> None:
    container = run()
    async with trio.open_nursery() as nursery:
        for _ in range(2):
            nursery.start_soon(engine.remove, container)
    assert await engine.state(container) is None


async def test_containers_are_found_by_equal_labels_stopped_ones_too(
    engine: Engine, run: Callable[..., str], word: str
) -> None:
    git = run("--label", f"stockade.test={word}", "--label", "name=git")
    run("--label", f"stockade.test={word}", "--label", "name=git-hub")
    run("--label", f"stockade.test={word}-other", "--label", "name=git")
    await engine.kill(git)
    (found,) = await engine.find({"stockade.test": word, "name": "git"})
    assert (found.id, found.status, found.labels["name"]) == (git, "exited", "git")
    assert len(await engine.find({"stockade.test": word})) == 2
    assert await engine.find({"stockade.test": word, "name": "gi"}) == []


async def test_one_engine_for_one_docker_command(docker_host: str) -> None:
    asked: list[str] = []

    async def of(docker: str) -> Mapping[str, str]:
        asked.append(docker)
        return environment(DOCKER_HOST=docker_host)

    engines = Engines(of)
    async with trio.open_nursery() as nursery:
        for _ in range(3):
            nursery.start_soon(engines.at, "/usr/bin/docker")
    engine = await engines.at("/usr/bin/docker")
    await engine.ping()
    assert asked == ["/usr/bin/docker"]
    assert engines.questions == 2  # the handshake is one
    engines.close()


# ------------------------------------------------------------------------------------------------------------ where


async def test_a_host_that_is_empty_leaves_it_to_the_context(docker_host: str, tmp_path: Path) -> None:
    docker = shutil.which("docker") or "docker"
    made = environment(DOCKER_CONFIG=str(tmp_path))
    await trio.run_process(
        [docker, "context", "create", "lab", "--docker", f"host={docker_host}"], env=made, capture_stdout=True
    )
    for named in ({"DOCKER_CONTEXT": "lab"}, {"DOCKER_HOST": "", "DOCKER_CONTEXT": "lab"}):
        engine = Engine(docker, made | named)
        await engine.ping()
        assert engine.host == docker_host
        engine.forget()
    (tmp_path / "config.json").write_text(json.dumps({"currentContext": "lab"}))
    engine = Engine(docker, made)
    await engine.ping()
    assert engine.host == docker_host
    assert engine.socket_path == docker_host.removeprefix("unix://")
    engine.forget()


async def test_a_context_that_is_not_there_is_named(tmp_path: Path) -> None:
    problem = await problem_of(environment(DOCKER_CONFIG=str(tmp_path), DOCKER_CONTEXT="lab"))
    assert isinstance(problem, EngineUnreachable)
    assert problem.host == "context lab"
    assert "exit status 1" in problem.reason


async def test_a_docker_command_that_is_not_there_can_show_no_context(tmp_path: Path) -> None:
    problem = await problem_of(environment(DOCKER_CONTEXT="lab"), docker=str(tmp_path / "docker"))
    assert isinstance(problem, EngineUnreachable)
    assert "No such file" in problem.reason


@pytest.mark.parametrize(
    ("host", "kind"),
    [
        ("unix:///nowhere/docker.sock", EngineNotRunning),
        ("unix:///etc/passwd/docker.sock", EngineNotRunning),
        pytest.param(f"unix://{__file__}", EngineNotRunning, id="a file that may be written"),
        ("unix:///" + "x" * 200, EngineUnreachable),
        ("tcp://127.0.0.1:1", EngineNotRunning),
        ("tcp://nobody.invalid:2375", EngineUnreachable),
        ("tcp://", EngineUnreachable),
        ("tcp://127.0.0.1:99999", EngineUnreachable),
        ("gopher://x", EngineUnreachable),
        ("   ", EngineUnreachable),
    ],
)
async def test_a_wrong_address_is_told_apart_from_an_engine_that_is_off(host: str, kind: type[AnyProblem]) -> None:
    problem = await problem_of(environment(DOCKER_HOST=host))
    assert type(problem) is kind
    assert problem.reason  # type: ignore[union-attr]  # all of an engine's have one


async def test_an_address_is_shown_without_its_password() -> None:
    problem = await problem_of(environment(DOCKER_HOST="tcp://ann:secret@127.0.0.1:1"))
    assert "secret" not in f"{problem} {problem.text} {problem.remedy}"


async def test_somebody_who_speaks_another_protocol_is_no_engine() -> None:
    listener = socket.create_server(("127.0.0.1", 0))

    def greet() -> None:
        client, _ = listener.accept()
        with client:
            client.sendall(b"SSH-2.0-OpenSSH_9.2\r\n")
            client.recv(1000)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(trio.to_thread.run_sync, greet)
        problem = await problem_of(environment(DOCKER_HOST=f"tcp://127.0.0.1:{listener.getsockname()[1]}"))
    listener.close()
    assert isinstance(problem, EngineUnreachable)


async def test_who_never_answers_is_given_up_after_one_time_out_by_all_who_ask(tmp_path: Path) -> None:
    path = tmp_path / "s"
    problems: list[AnyProblem] = []
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen(100)
        engine = Engine("docker", environment(DOCKER_HOST=f"unix://{path}"))

        async def ask() -> None:
            with pytest.raises(LaunchError) as caught:
                await engine.ping()
            problems.append(caught.value.problem)  # type: ignore[arg-type]  # all there are

        async with trio.open_nursery() as nursery:
            for _ in range(4):
                nursery.start_soon(ask)
    assert [type(problem) for problem in problems] == [EngineNotResponding] * 4
    assert engine.questions == 1  # the others got the answer of the first


def test_a_plain_user_is_told_that_he_may_not(
    docker_host: str, plain_user: PlainUser, plain_python: PlainPython, root: None
) -> None:
    ask = f"""
import trio
from supervisor.container.effects import Engine
from supervisor.errors import LaunchError
async def main():
    try:
        await Engine("docker", {{"DOCKER_HOST": {docker_host!r}}}).ping()
    except LaunchError as error:
        print(error.problem.code, error.problem.reason)
trio.run(main)
"""
    done = plain_user.run(["env", f"PYTHONPATH={plain_python.packages}", plain_python.python, "-c", ask])
    assert done.stdout == "engine.permission_denied Permission denied\n", done.stderr
