"""`pull` with a real engine and registry: what is fetched, what is not, and how it is told."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from real.docker.engines import Cli
from real.docker.registry import Registry, into_network_of
from real.docker.verbs import COMMAND, NO_ENGINE, Verb, config, server

pytestmark = [pytest.mark.real, pytest.mark.usefixtures("engine_in_force")]

SLOW = Path(__file__).with_name("slow_registry.py")


def test_an_image_is_fetched_once_for_all_its_servers_and_is_there_then(
    state_dir: Path, verb: Verb, fetched: Registry
) -> None:
    servers = {"a": server(fetched.image), "b": server(fetched.image), "off": server("x:1", disabled=True)}
    path = config(state_dir, **servers, other={"command": "sh", "isolation": {"mode": "none"}})
    code, found, told = verb("pull", "--config", path)
    (one,) = found["images"]
    assert (code, one["status"], one["servers"]) == (0, "fetched", ["a", "b"])
    assert one["digest"].startswith(fetched.image.rpartition(":")[0] + "@sha256:")
    assert told.splitlines()[0] == f"{fetched.image}: being fetched"
    code, found, told = verb("pull", "--config", path, "b")
    assert (code, found["images"][0]["status"], found["images"][0]["servers"], told) == (0, "present", ["b"], "")


def test_each_image_that_cannot_be_had_says_why_and_the_others_come(
    state_dir: Path, verb: Verb, fetched: Registry
) -> None:
    images = {
        "good": fetched.image, "gone": fetched.missing, "closed": fetched.refused, "odd": "stockade-test/foreign:1",
    }  # fmt: skip
    code, found, _ = verb("pull", "--config", config(state_dir, **{name: server(one) for name, one in images.items()}))
    problems = {one["servers"][0]: one["problem"] and one["problem"]["code"] for one in found["images"]}
    assert code == 1
    assert problems == {
        "good": None, "gone": "image.not_found", "closed": "image.pull_failed", "odd": "image.wrong_platform",
    }  # fmt: skip
    assert all(one["problem"]["remedy"] for one in found["images"] if one["problem"])


def test_a_platform_that_is_asked_for_is_the_one_that_is_fetched(
    state_dir: Path, verb: Verb, fetched: Registry, cli: Cli
) -> None:
    own = cli("info", "--format", "{{.OSType}}/{{.Architecture}}")
    foreign = cli("image", "inspect", "--format", "{{.Os}}/{{.Architecture}}", "stockade-test/foreign:1")
    servers = {
        "own": server(fetched.image, "--platform", own),
        "foreign": server("stockade-test/foreign:1", "--platform", foreign),
        "none": server(fetched.image, "--platform", foreign),
    }  # fmt: skip
    code, found, _ = verb("pull", "--config", config(state_dir, **servers))
    status = {one["servers"][0]: one["status"] for one in found["images"]}
    assert found["images"][2]["problem"]["code"] == "image.wrong_platform"
    assert (code, status) == (1, {"own": "fetched", "foreign": "present", "none": "failed"})


def test_an_engine_that_is_down_is_said_once(state_dir: Path, verb: Verb, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", NO_ENGINE)
    code, found, _ = verb("pull", "--config", config(state_dir, a=server("a:1"), b=server("b:1")))
    assert (code, found["error"]["code"]) == (75, "engine.not_running")


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["nobody"], 2, "server.unknown"),
        (["plain"], 2, "usage.wrong"),
        (["bad"], 2, "config.command_missing"),
    ],
)
def test_a_name_without_an_image_is_refused(
    state_dir: Path, verb: Verb, words: list[str], code: int, told: str
) -> None:
    servers = {"plain": {"command": "sh", "isolation": {"mode": "none"}}, "bad": {"args": []}}
    found = verb("pull", "--config", config(state_dir, **servers), *words)
    assert (found[0], found[1]["error"]["code"]) == (code, told)


def test_a_server_whose_image_is_not_known_is_told_and_fails(state_dir: Path, verb: Verb) -> None:
    code, found, _ = verb("pull", "--config", config(state_dir, a=server("alpine:3.18"), bad={"args": []}))
    assert (code, found["not_looked_at"], found["images"][0]["status"]) == (1, ["bad"], "present")


def test_nothing_to_fetch_is_no_failure(state_dir: Path, verb: Verb) -> None:
    code, found, _ = verb("pull", "--config", config(state_dir, a={"command": "x", "isolation": {"mode": "none"}}))
    assert (code, found["images"]) == (0, [])


def test_on_a_terminal_there_is_a_living_line_that_goes_away(state_dir: Path, fetched: Registry) -> None:
    path = config(state_dir, a=server(fetched.image))
    ours, theirs = pty.openpty()
    with os.fdopen(ours, "rb", buffering=0) as terminal:
        ran = subprocess.run(
            [*COMMAND, "pull", "--config", path], stdout=subprocess.PIPE, stderr=theirs, timeout=60, check=False
        )
        os.close(theirs)
        shown = terminal.read(65536)
    assert ran.returncode == 0
    assert f"0 of 1 images; fetching {fetched.image}".encode() in shown
    assert shown.endswith(b"\r\x1b[2K")


def test_an_interrupted_pull_ends_on_the_engine_too(state_dir: Path, docker_host: str) -> None:
    with subprocess.Popen(
        [*into_network_of(docker_host), sys.executable, str(SLOW)], stdout=subprocess.PIPE, text=True
    ) as registry:
        assert registry.stdout is not None
        try:
            path = config(state_dir, a=server(f"{registry.stdout.readline().strip()}/slow:1"))
            with subprocess.Popen([*COMMAND, "pull", "--config", path], stderr=subprocess.DEVNULL) as pull:
                assert registry.stdout.readline() == "asked\n"
                pull.send_signal(signal.SIGINT)
                assert pull.wait(30) == 130
            assert registry.stdout.readline() == "gone\n"
        finally:
            registry.kill()
