"""Images that are not on the engine: fetched with progress, refused with a remedy, not wanted any more."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest
import trio
from real.docker.conftest import private
from real.docker.engines import PrivateEngine
from real.docker.faults import IMAGE, ground, server
from real.docker.registry import into_network_of, running_registry

pytestmark = pytest.mark.real

SLOW = Path(__file__).with_name("slow_registry.py")


@pytest.fixture(scope="module")
def own(docker_host: str) -> Iterator[PrivateEngine]:
    with private(IMAGE) as engine:
        yield engine


async def test_an_image_is_fetched_with_progress_and_what_runs_is_told_by_digest(
    own: PrivateEngine, state_dir: Path
) -> None:
    with running_registry(own.host) as registry:
        wanted = {
            "there": registry.image,
            "too": registry.image,
            "missing": registry.missing,
            "refused": registry.refused,
        }
        async with ground({name: server(image=image) for name, image in wanted.items()}, state_dir, own.host) as on:
            missing = await on.until("server.failed", "missing")
            refused = await on.until("server.failed", "refused")
            await on.settled("there", "too")
            pulled = on.told("image.pulled", "there") + on.told("image.pulled", "too")
            started = await on.until("container.started", "there")
    digest = pulled[-1].digest
    assert digest.startswith(f"{registry.image.rpartition(':')[0]}@sha256:")
    assert (pulled[0].status, {one.status for one in pulled[1:-1]}) == ("started", {"progress"}), (
        "fetched once for both"
    )
    assert [one.percent for one in pulled[1:-1]] == sorted(one.percent for one in pulled[1:-1])
    assert (pulled[-1].status, started.digest, started.image) == ("done", digest, registry.image)
    assert missing.problem.code == "image.not_found"
    assert (refused.problem.code, "docker login" in refused.remedy) == ("image.pull_failed", True)


@contextmanager
def slow_registry(host: str) -> Iterator[subprocess.Popen[str]]:
    """A registry where the engine is; its first line is its address, the next ones tell what becomes of its layer."""
    command = [*into_network_of(host), sys.executable, str(SLOW)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


async def test_a_pull_ends_with_the_server_that_wanted_it(own: PrivateEngine, state_dir: Path) -> None:
    with slow_registry(own.host) as registry:
        assert registry.stdout is not None
        line = partial(trio.to_thread.run_sync, registry.stdout.readline, abandon_on_cancel=True)
        image = f"{(await line()).strip()}/slow:1"
        async with ground({"slow": server(image=image)}, state_dir, own.host) as on:
            assert await line() == "asked\n"
            await on.house.sup.stop("slow")
            assert await line() == "gone\n", "the engine does not go on with it"
            await on.stands("slow", "stopped")
            assert on.told("server.failed") == []
