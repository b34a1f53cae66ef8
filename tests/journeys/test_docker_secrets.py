"""A server's variables reach its container, steer nothing outside of it, and show nowhere."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from journeys.command import COMMAND, Talk, opening, word
from journeys.containers import INSIDE, DockerHome, boxed
from real.docker.leftovers import none_left

from supervisor.process.stderr_lines import LINE_BYTES

pytestmark = pytest.mark.real

SECRETS = {
    "API_TOKEN": "sesame-plain-value",
    "HTTP_PROXY": "http://ann:sesame-of-the-proxy@127.0.0.1:9",
    "DOCKER_HOST": "tcp://sesame-of-docker.invalid:1",
    "DOCKER_CONFIG": "/sesame-of-the-config",
    "HOME": "/tmp/sesame-of-the-home",
    "LD_LIBRARY_PATH": "/sesame-of-the-loader",
    "PATH": "/usr/local/bin:/usr/bin:/bin:/sesame-of-the-path",
}
"""Were one of them the docker command's own, it would find no engine, or not even start."""
WORD = "sesame"
SAYS = f"""
import os, runpy, sys
for name in {sorted(SECRETS)!r}:
    print("stderr has", name, os.environ.get(name), file=sys.stderr, flush=True)
for name in ("HTTP_PROXY", "API_TOKEN"):  # the cut of an overlong line goes through it
    print("y" * ({LINE_BYTES} - len(os.environ[name]) * 2 // 3) + os.environ[name], file=sys.stderr, flush=True)
print("stdout has", os.environ.get("HTTP_PROXY"), os.environ.get("API_TOKEN"), flush=True)
"""
SERVES = f"{SAYS}sys.argv = ['x'] ; runpy.run_path('{INSIDE}/mcp_server.py', run_name='__main__')"
FAILS = f"{SAYS}sys.exit('last words: ' + os.environ['HTTP_PROXY'] + ' ' + os.environ['API_TOKEN'])"


@pytest.fixture
def name() -> str:
    return word()


@pytest.fixture
def home(state_dir: Path, name: str, docker_host: str) -> Iterator[DockerHome]:
    """The secrets come from files, as the config says it of them."""
    folder = state_dir / "secrets"
    folder.mkdir()
    for key, value in SECRETS.items():
        (folder / key).write_text(value)
    env = {key: f"${{file:{folder / key}}}" for key in SECRETS}
    servers: dict[str, Any] = {
        f"{name}-serves": {**boxed(), "args": ["-S", "-c", SERVES], "env": env},
        f"{name}-fails": {**boxed(), "args": ["-S", "-c", FAILS], "env": env},
        f"{name}-refused": {**boxed(image="no-such-image-of-ours:1"), "env": env},
        f"{name}-missing": {**boxed(), "command": "no-such-program", "env": env},
    }
    house = DockerHome(state_dir, servers, docker_host)
    with none_left(house.cli):
        yield house


def command_lines() -> bytes:
    """What `ps` shows of every process of this machine."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            try:
                found.append((folder / "cmdline").read_bytes())
            except OSError:
                continue
    return b"\n".join(found)


def test_a_container_has_its_secrets_and_nothing_else_shows_them(home: DockerHome, name: str) -> None:
    serves, fails = f"{name}-serves", f"{name}-fails"
    with home.daemon() as daemon:
        assert home.verb("wait", "--for", "outcome", "--timeout", "50s").returncode == 0
        with Talk([*COMMAND, "connect", serves], home.environ) as talk:
            talk.say(opening())
            assert "result" in talk.hear(0)
            environments = [inside(home, one) for one in home.containers(serves)]
            assert any(SECRETS.items() <= environment.items() for environment in environments)
            assert WORD.encode() not in command_lines()
        shown = [
            home.verb(*words)
            for words in (
                ["status"], ["status", "--json"], ["events"], ["events", "--json"], ["logs", serves], ["logs", fails],
                ["wait", fails, "--timeout", "1s", "--json"], ["check", str(home.config)],
                *(["explain", one, "--config", str(home.config)] for one in (serves, fails)),
                ["explain", serves, "--config", str(home.config), "--json"],
            )
        ]  # fmt: skip
        home.verb("shutdown")
        daemon.wait(20)
    assert any("stderr has API_TOKEN ***" in one.stdout for one in shown)
    for one in shown:
        assert WORD not in one.stdout + one.stderr, one.args
    assert WORD not in home.log.read_text()
    assert [
        str(path) for path in home.state.rglob("*") if path.is_file() and WORD in path.read_text(errors="replace")
    ] == []
    codes = {one["server"]: one["problem"]["code"] for one in home.records("server.failed")}
    assert codes[f"{name}-missing"] == "container.command_not_found"
    assert codes[f"{name}-refused"].startswith("image.")


def inside(home: DockerHome, container: str) -> dict[str, str]:
    """The environment of a container's program, as the program has it."""
    done = home.cli.run("exec", container, "cat", "/proc/1/environ", check=False)
    return dict(one.partition("=")[::2] for one in done.stdout.decode().split("\0") if one)


def test_the_guard_would_see_a_secret_that_travels_openly(state_dir: Path, name: str, docker_host: str) -> None:
    """The same look, at a server that is given its secret in the open: as an argument."""
    home = DockerHome(state_dir, {name: {**boxed(), "args": [*boxed()["args"], "--name", WORD]}}, docker_host)
    with none_left(home.cli), home.daemon() as daemon:
        home.settled(1)
        assert WORD.encode() in command_lines()
        home.verb("shutdown")
        daemon.wait(20)


def test_run_passes_a_secret_on_without_showing_it(home: DockerHome) -> None:
    script = "import os, sys; sys.exit(0 if os.environ['HTTP_PROXY'].endswith('x') else 5)"
    words = ("run", "--mode", "docker", "--env", f"HTTP_PROXY=http://u:{WORD}@x", "--", "python", "-c", script)
    done = home.verb(*words, text="")
    assert done.returncode == 0, done.stderr
    assert WORD not in json.dumps([done.stdout, done.stderr])
