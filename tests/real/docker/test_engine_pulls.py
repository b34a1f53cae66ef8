"""Images are fetched from real registries: with progress, with credentials, in vain, and not to the end."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
import trio
from fakes.process import come_true
from real.docker.registry import Registry, into_network_of

from supervisor.container.effects import Engine
from supervisor.errors import ImageNotFound, ImagePullFailed, LaunchError

pytestmark = pytest.mark.real

SLOW = Path(__file__).with_name("slow_registry.py")


@pytest.fixture
def engine(docker_host: str) -> Iterator[Engine]:
    """The engine that all tests share."""
    made = engine_with(docker_host)
    yield made
    made.forget()


def engine_with(host: str, **more: str) -> Engine:
    """The engine, as the docker command in such an environment would find it."""
    environment = {"PATH": os.environ["PATH"], "HOME": "/nowhere", "DOCKER_HOST": host, **more}
    return Engine(shutil.which("docker") or "docker", environment)


async def test_an_image_is_fetched_and_its_progress_told(engine: Engine, registry: Registry) -> None:
    told: list[int | None] = []
    with trio.fail_after(30):
        await engine.pull(registry.image, told.append)
    assert told == sorted(told, key=lambda percent: percent or 0)
    assert told[-1] == 100
    found = await engine.image(registry.image)
    assert found is not None
    assert found.digest.startswith(registry.image.rpartition(":")[0] + "@sha256:")


async def test_an_image_that_is_nowhere(engine: Engine, registry: Registry) -> None:
    with pytest.raises(LaunchError) as caught:
        await engine.pull(registry.missing, lambda _percent: None)
    problem = caught.value.problem
    assert isinstance(problem, ImageNotFound)
    assert problem.image == registry.missing


async def test_an_image_that_nobody_may_have(engine: Engine, registry: Registry) -> None:
    with pytest.raises(LaunchError) as caught:
        await engine.pull(registry.refused, lambda _percent: None)
    problem = caught.value.problem
    assert isinstance(problem, ImagePullFailed)
    assert "no basic auth" in problem.reason or "unauthorized" in problem.reason


async def test_a_name_that_is_none(engine: Engine) -> None:
    with pytest.raises(LaunchError) as caught:
        await engine.pull("UPPER/case:1", lambda _percent: None)
    assert isinstance(caught.value.problem, ImageNotFound)


async def test_a_pull_that_is_cancelled_ends_on_the_engine_too(engine: Engine) -> None:
    command = [*into_network_of(engine.environment["DOCKER_HOST"]), sys.executable, str(SLOW)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as registry:
        assert registry.stdout is not None
        try:
            address = registry.stdout.readline().strip()
            told: list[int | None] = []
            line = partial(trio.to_thread.run_sync, registry.stdout.readline, abandon_on_cancel=True)
            with trio.fail_after(20):
                async with trio.open_nursery() as nursery:
                    nursery.start_soon(engine.pull, f"{address}/slow:1", told.append)
                    assert await line() == "asked\n"
                    await come_true(lambda: told)
                    nursery.cancel_scope.cancel()
                assert await line() == "gone\n"
        finally:
            registry.kill()
    await engine.ping()


async def test_credentials_come_from_a_helper_on_the_path_of_the_docker_command(
    docker_host: str, registry: Registry, tmp_path: Path
) -> None:
    asked = tmp_path / "asked"
    helper = tmp_path / "docker-credential-ours"
    helper.write_text(f"""#!/bin/sh
echo "$1 $(cat)" >{asked}
echo '{{"ServerURL": "x", "Username": "ann", "Secret": "wrong"}}'
""")
    helper.chmod(0o755)
    (tmp_path / "config.json").write_text(json.dumps({"credsStore": "ours"}))
    engine = engine_with(docker_host, DOCKER_CONFIG=str(tmp_path), PATH=f"{tmp_path}:{os.environ['PATH']}")
    with pytest.raises(LaunchError) as caught:
        await engine.pull(registry.refused, lambda _percent: None)
    engine.forget()
    assert isinstance(caught.value.problem, ImagePullFailed)
    assert asked.read_text() == f"get {registry.refused.partition('/')[0]}\n"


async def test_a_helper_that_is_not_there_is_named(docker_host: str, registry: Registry, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(json.dumps({"credsStore": "nobody-s"}))
    engine = engine_with(docker_host, DOCKER_CONFIG=str(tmp_path))
    with pytest.raises(LaunchError) as caught:
        await engine.pull(registry.image, lambda _percent: None)
    engine.forget()
    problem = caught.value.problem
    assert isinstance(problem, ImagePullFailed)
    assert "docker-credential-nobody-s" in problem.reason
