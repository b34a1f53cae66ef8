"""An engine that is reached by an address: in the clear, and with TLS as the environment or a context says."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
import trio
from journeys.command import COMMAND
from real.docker.remote import LOCALHOST, certificates, door, guarded

from supervisor.container.effects import Engine
from supervisor.errors import EngineUnreachable, LaunchError

pytestmark = pytest.mark.real
DOCKER = shutil.which("docker") or "docker"
MESSAGE = b'{"jsonrpc":"2.0","method":"hello"}\n'


@pytest.fixture(autouse=True)
def misleading(monkeypatch: pytest.MonkeyPatch) -> None:
    """What other programs of this user are told about the network is not meant for the way to the engine."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere/ca.pem")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    return certificates(tmp_path / "keys")


def environment(home: Path, **more: str) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "HOME": str(home), **more}


async def works(environment: dict[str, str], state_dir: Path) -> None:
    """Questions are answered, and a server that runs there hears and is heard."""
    engine = Engine(DOCKER, environment)
    assert await engine.health()
    engine.forget()
    words = [*COMMAND, "run", "--mode", "docker", "--state-dir", str(state_dir / "state"), "--", "sh", "-c", "cat"]
    with trio.fail_after(60):
        done = await trio.run_process(
            words, stdin=MESSAGE, capture_stdout=True, capture_stderr=True, env=environment, check=False
        )
    assert (done.stdout, done.returncode) == (MESSAGE, 0), done.stderr.decode()


async def test_in_the_clear(docker_host: str, state_dir: Path) -> None:
    async with door(docker_host) as port:
        await works(environment(state_dir, DOCKER_HOST=f"tcp://{LOCALHOST}:{port}"), state_dir)


async def test_with_keys_that_the_environment_names(docker_host: str, state_dir: Path, keys: Path) -> None:
    async with door(docker_host, guarded(keys)) as port:
        found = {"DOCKER_HOST": f"tcp://{LOCALHOST}:{port}", "DOCKER_TLS_VERIFY": "1", "DOCKER_CERT_PATH": str(keys)}
        await works(environment(state_dir, **found), state_dir)


async def test_by_a_context_that_has_the_keys(docker_host: str, state_dir: Path, keys: Path) -> None:
    async with door(docker_host, guarded(keys)) as port:
        found = environment(state_dir)
        parts = (f"{name}={keys / name}.pem" for name in ("ca", "cert", "key"))
        words = ["context", "create", "there", "--docker", ",".join([f"host=tcp://{LOCALHOST}:{port}", *parts])]
        for command in (words, ["context", "use", "there"]):
            await trio.run_process([DOCKER, *command], env=found, capture_stdout=True, capture_stderr=True)
        await works(found, state_dir)


async def test_an_engine_of_another_authority_is_refused(docker_host: str, state_dir: Path, keys: Path) -> None:
    other = certificates(state_dir / "other")
    async with door(docker_host, guarded(other)) as port:
        found = {"DOCKER_HOST": f"tcp://{LOCALHOST}:{port}", "DOCKER_TLS_VERIFY": "1", "DOCKER_CERT_PATH": str(keys)}
        engine = Engine(DOCKER, environment(state_dir, **found))
        with pytest.raises(LaunchError) as caught:
            await engine.ping()
        engine.forget()
    assert isinstance(caught.value.problem, EngineUnreachable)
    assert "certificate" in caught.value.problem.reason.lower()
