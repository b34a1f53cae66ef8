"""The engine that all tests share, engines of a test's own, a registry; and a look at what a test left behind."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import Any

import pytest
from real.docker import leftovers
from real.docker.engines import Cli, PrivateEngine, running_engine
from real.docker.registry import PROGRAM, Registry, running_registry
from real.docker.verbs import Verb

from scripts import engine
from supervisor.edges import cli as command_line


@pytest.fixture(scope="session")
def cli(docker_host: str) -> Cli:
    """The docker command line, speaking to that engine: `cli("ps")`, `cli.lines("ps", "-q")`, `cli.run(…)`."""
    return Cli(docker_host)


@pytest.fixture(autouse=True)
def no_containers_left() -> Iterator[None]:
    """Fail a test that leaves a managed container in the shared engine, and remove it."""
    host = os.environ.get(engine.VARIABLE)
    if not host:
        yield
        return
    with leftovers.none_left(Cli(host)):
        yield


@pytest.fixture
def private_engine(docker_host: str) -> Iterator[Callable[..., PrivateEngine]]:
    """Starts engines of the test's own: `private_engine("busybox", flags="--live-restore", small_disk="96m")`."""
    with ExitStack() as engines:

        def start(*kinds: str, flags: str = "", small_disk: str = "") -> PrivateEngine:
            return engines.enter_context(private(*kinds, flags=flags, small_disk=small_disk))

        yield start


def private(*kinds: str, flags: str = "", small_disk: str = "") -> AbstractContextManager[PrivateEngine]:
    """An engine for a fixture of any scope; where there can be none, the test is skipped."""
    if os.geteuid() != 0:
        pytest.skip("an engine of the test's own needs root")
    return running_engine(*kinds, flags=flags, small_disk=small_disk)


@pytest.fixture
def without_docker() -> list[str]:
    """What runs a command where there is no docker command: something that is no file lies over each that there is."""
    if shutil.which("bwrap") is None:
        pytest.skip("bwrap is not installed (Debian: apt-get install bubblewrap)")
    folders = {*os.environ["PATH"].split(":"), *os.defpath.split(":"), "/usr/local/bin", "/snap/bin"}
    places = sorted({os.path.realpath(found) for one in folders if (found := shutil.which("docker", path=one))})
    hidden = [word for place in places for word in ("--ro-bind", os.devnull, place)]
    return ["bwrap", "--dev-bind", "/", "/", *hidden]


@pytest.fixture(scope="session")
def registry(docker_host: str) -> Iterator[Registry]:
    """A registry that the shared engine reaches. For a private engine: `running_registry(engine.host)`."""
    if shutil.which(PROGRAM) is None:
        pytest.skip(f"{PROGRAM} is not installed (Debian has a package of that name)")
    with running_registry(docker_host) as found:
        yield found


@pytest.fixture
def fetched(registry: Registry, cli: Cli) -> Iterator[Registry]:
    """The registry, with its image not on the engine, before and after."""
    cli.run("image", "rm", "--force", registry.image, check=False)
    yield registry
    cli.run("image", "rm", "--force", registry.image, check=False)


@pytest.fixture
def engine_in_force(docker_host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The shared engine is the one that this process and its children use."""
    monkeypatch.setenv("DOCKER_HOST", docker_host)


@pytest.fixture
def verb(engine_in_force: None, state_dir: Path, capfd: pytest.CaptureFixture[str]) -> Verb:
    """A verb in this process, in a state directory of its own, with the shared engine."""

    def run(*words: str) -> tuple[int, Any, str]:
        code = command_line.run([*words, "--json", "--state-dir", str(state_dir / "s")])
        said = capfd.readouterr()
        return code, json.loads(said.out), said.err

    return run
