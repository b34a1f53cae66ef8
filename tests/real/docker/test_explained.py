"""`explain` and `check` with a real engine, without one, and without a docker command."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from real.docker.engines import Cli
from real.docker.registry import Registry
from real.docker.verbs import COMMAND, NO_ENGINE, SECRET, Verb, config, server

if TYPE_CHECKING:
    from conftest import PlainPython, PlainUser

pytestmark = [pytest.mark.real, pytest.mark.usefixtures("engine_in_force")]


def test_what_is_explained_can_be_run(state_dir: Path, verb: Verb, cli: Cli) -> None:
    entry = server("alpine:3.18", args=["-c", "echo $GREETING"], env={"GREETING": SECRET})
    code, found, _ = verb("explain", "a", "--config", config(state_dir, a=entry))
    assert code == 0
    assert SECRET not in json.dumps(found)
    place = state_dir / "cid"
    argv = [str(place) if word.endswith("/cid") else word for word in found["argv"]]
    ran = subprocess.run(
        argv, env={**cli.environ, "GREETING": SECRET}, capture_output=True, text=True, timeout=60, check=True
    )
    assert ran.stdout == f"{SECRET}\n"
    assert found["container"]["image"] == {
        "name": "docker.io/library/alpine:3.18", "is_there": True, "digest": "",
        "id": cli("image", "inspect", "--format", "{{.Id}}", "alpine:3.18"),
    }  # fmt: skip


def test_more_processors_than_the_engine_has_are_clamped_as_at_a_start(state_dir: Path, verb: Verb, cli: Cli) -> None:
    entry = {"command": "sh", "isolation": {"image": "alpine:3.18", "cpu_limit": 4096}}
    _, found, _ = verb("explain", "a", "--config", config(state_dir, a=entry))
    assert found["container"]["limits"]["cpus"] == cli("info", "--format", "{{.NCPU}}")
    assert any("cpu_limit" in warning for warning in found["container"]["warnings"])


def test_an_image_that_is_not_there_and_one_of_another_platform_are_told(state_dir: Path, verb: Verb) -> None:
    path = config(state_dir, a=server("localhost:1/nobody/has:this"), b=server("stockade-test/foreign:1"))
    _, found, _ = verb("explain", "a", "--config", path)
    assert found["container"]["image"] == {"name": "localhost:1/nobody/has:this", "is_there": False}
    _, found, _ = verb("explain", "b", "--config", path)
    assert any(warning.endswith("the start is refused") for warning in found["container"]["warnings"])


def test_the_digest_form_is_recommended_once_the_engine_has_it(
    state_dir: Path, verb: Verb, cli: Cli, fetched: Registry
) -> None:
    path = config(state_dir, a=server(fetched.image))
    code, before, _ = verb("check", path)
    assert (code, before["remarks"][0]["code"]) == (0, "image.without_digest")
    assert "stockade pull a" in before["remarks"][0]["remedy"]
    cli("pull", fetched.image)
    code, after, _ = verb("check", path)
    digest = cli("image", "inspect", "--format", "{{index .RepoDigests 0}}", fetched.image)
    assert code == 0
    assert [(one["severity"], digest in one["remedy"]) for one in after["remarks"]] == [("note", True)]
    code, pinned, _ = verb("check", config(state_dir, a=server(digest)))
    assert (code, pinned["remarks"]) == (0, [])


def test_check_and_explain_load_neither_the_sdk_nor_an_event_loop(state_dir: Path) -> None:
    path = config(state_dir, a=server("alpine:3.18"))
    for words in (["check", path], ["explain", "a", "--config", path]):
        program = f"import sys; from supervisor.edges import cli; print(cli.run({words!r})); "
        program += "print([name for name in ('docker', 'trio') if name in sys.modules])"
        ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
        assert ran.stdout.splitlines()[-2:] == ["0", "[]"]


def test_what_the_config_allows_of_our_environment_reaches_the_container(
    state_dir: Path, verb: Verb, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRANTED_HERE", SECRET)
    monkeypatch.setenv("HTTPS_PROXY", "http://ann:word@proxy:1")
    allowed = {"environment": {"allow": ["GRANTED_*"], "proxies": True}}
    path = config(state_dir, a=server("alpine:3.18", stockade=allowed), b=server("alpine:3.18"))
    _, found, _ = verb("explain", "a", "--config", path)
    ways = found["container"]["variables"]
    assert (ways["GRANTED_HERE"], ways["HTTPS_PROXY"]) == ("by_name", "by_file")
    assert SECRET not in json.dumps(found)
    assert verb("explain", "b", "--config", path)[1]["container"]["variables"] == {}


@pytest.mark.parametrize("words", [["check"], ["explain", "a", "--config"]])
def test_without_an_engine_the_rest_is_told(
    state_dir: Path, verb: Verb, words: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_HOST", NO_ENGINE)
    code, found, _ = verb(*words, config(state_dir, a=server("alpine:3.18")))
    assert code == 0
    if words[0] == "explain":
        assert NO_ENGINE in found["container"]["engine_problem"]
        assert found["argv"][-2:] == ["docker.io/library/alpine:3.18", "sh"]


def test_without_a_docker_command_all_four_verbs_say_so(state_dir: Path, without_docker: list[str]) -> None:
    path = config(state_dir, a=server("alpine:3.18"), own={"command": "docker", "args": ["run", "-i", "x"]})
    (state_dir / "s").mkdir(mode=0o700)
    (state_dir / "s" / "instance").write_text("0123456789abcdef")
    environ = {**os.environ, "STOCKADE_STATE_DIR": str(state_dir / "s")}

    def run(*words: str) -> tuple[int, str]:
        ran = subprocess.run(
            [*without_docker, *COMMAND, *words], env=environ, capture_output=True, text=True, timeout=60, check=False
        )
        return ran.returncode, ran.stdout + ran.stderr

    assert run("check", path)[0] == 0
    for name in ("a", "own"):
        code, said = run("explain", name, "--config", path)
        assert (code, "not found: " in said) == (0, True)
    for words in (["pull", "--config", path], ["sweep"]):
        code, said = run(*words)
        assert (code, "docker_path.not_found" in said) == (5, True)


def test_a_user_who_may_not_ask_the_engine_is_told_so(
    state_dir: Path, docker_host: str, plain_user: PlainUser, plain_python: PlainPython
) -> None:
    path = config(state_dir, a=server("alpine:3.18"))
    state_dir.chmod(0o755)
    environ = [f"DOCKER_HOST={docker_host}", "HOME=/nonexistent", f"PYTHONPATH={plain_python.packages}"]

    def run(*words: str) -> tuple[int, Any]:
        command = ["env", *environ, str(plain_python.python), "-m", "supervisor", *words, "--json", "--config", path]
        done: subprocess.CompletedProcess[str] = plain_user.run(command)
        return done.returncode, json.loads(done.stdout)

    code, found = run("explain", "a")
    assert (code, "may not talk to" in found["container"]["engine_problem"]) == (0, True)
    code, found = run("pull")
    assert (code, found["error"]["code"]) == (75, "engine.permission_denied")
