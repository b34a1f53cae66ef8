"""`mode: auto` with a real engine that is there, is not, is stopped in its tracks, or is not for us to talk to."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from journeys.command import Home, entry, word
from real.docker.engines import Cli, PrivateEngine
from real.docker.machine import Machine

if TYPE_CHECKING:
    from conftest import PlainPython, PlainUser

pytestmark = pytest.mark.real

ENTRY = {"command": "python3", "args": ["-m", "x"], "isolation": {"mode": "auto"}}
LOADED = """
import json, sys
from supervisor.edges import cli
code = cli.run(sys.argv[1:])
print(json.dumps([name for name in ("docker", "trio", "supervisor.container.ping") if name in sys.modules]))
sys.exit(code)
"""


def machine_of(home: Path, entry: Mapping[str, Any] = ENTRY, **variables: str) -> Machine:
    made = Machine(home, **variables)
    made.config(a=entry)
    return made


def checked(machine: Machine) -> str:
    """The mode that the server comes to, and why."""
    (row,) = machine.stockade("check", "--json", str(machine.home / "mcp.json")).data["servers"]
    return f"{row['mode']}{row['why'].partition('auto')[2]}"


def loaded(machine: Machine, *words: str) -> list[str]:
    """What of all that takes long to load was loaded for a verb."""
    found: list[str] = json.loads(machine.python_run("-c", LOADED, *words).output.splitlines()[-1])
    return found


def test_an_engine_that_answers_gives_docker(docker_host: str, state_dir: Path) -> None:
    assert checked(machine_of(state_dir, DOCKER_HOST=docker_host)) == "docker; a Docker engine answers"


def test_the_default_socket_and_the_clis_context_count_too(docker_host: str, state_dir: Path) -> None:
    machine = machine_of(state_dir)
    context = Cli(docker_host)
    context.environ = machine.environ
    context("context", "create", "mine", "--docker", f"host={docker_host}")
    context("context", "use", "mine")
    assert checked(machine) == "docker; a Docker engine answers"
    machine.environ["DOCKER_CONTEXT"] = "nobody-made-this"
    assert checked(machine).startswith("sandbox; no Docker engine answers (context nobody-made-this: ")


def test_an_engine_that_is_named_in_the_profile_only_counts(docker_host: str, state_dir: Path) -> None:
    machine = machine_of(state_dir)
    (state_dir / ".profile").write_text(f"export DOCKER_HOST={docker_host}\n")
    assert checked(machine) == "docker; a Docker engine answers"


def test_no_engine_gives_sandbox_and_says_why(docker_host: str, state_dir: Path) -> None:
    nobody = f"unix://{state_dir}/docker.sock"
    found = checked(machine_of(state_dir, DOCKER_HOST=nobody))
    assert found == f"sandbox; no Docker engine answers ({nobody}: No such file or directory)"


def test_no_docker_command_gives_sandbox(docker_host: str, state_dir: Path, without_docker: Sequence[str]) -> None:
    found = checked(machine_of(state_dir, DOCKER_HOST=docker_host).behind(without_docker))
    assert found == "sandbox; no Docker engine answers (the docker command was not found)"


def test_an_engine_that_is_stopped_in_its_tracks_gives_sandbox(
    private_engine: Callable[..., PrivateEngine], state_dir: Path
) -> None:
    engine = private_engine()
    engine.pause()
    try:
        found = checked(machine_of(state_dir, DOCKER_HOST=engine.host))
    finally:
        engine.resume()
    assert found == (
        f"sandbox; no Docker engine answers ({engine.host}: it took the request and did not answer within 5 s)"
    )


def test_an_engine_that_a_plain_user_may_not_talk_to_gives_sandbox(
    docker_host: str, state_dir: Path, plain_user: PlainUser, plain_python: PlainPython, root: None
) -> None:
    state_dir.chmod(0o755)
    machine = machine_of(state_dir, DOCKER_HOST=docker_host, PYTHONPATH=str(plain_python.packages))
    machine.python = (str(plain_python.python),)
    machine.become = {"user": plain_user.uid, "group": plain_user.gid, "extra_groups": []}
    found = checked(machine)
    assert found == f"sandbox; no Docker engine answers ({docker_host}: Permission denied)"


def test_who_does_not_ask_for_auto_does_not_pay_for_it(docker_host: str, state_dir: Path) -> None:
    plain = machine_of(state_dir, {**ENTRY, "isolation": {"mode": "none"}}, DOCKER_HOST=docker_host)
    assert loaded(plain, "check", str(state_dir / "mcp.json"), "--json") == []
    assert loaded(plain, "--version") == []


def test_who_asks_for_auto_pays_for_no_sdk_and_no_event_loop(docker_host: str, state_dir: Path) -> None:
    asking = machine_of(state_dir, DOCKER_HOST=docker_host)
    assert loaded(asking, "check", str(state_dir / "mcp.json"), "--json") == ["supervisor.container.ping"]


def test_the_daemon_says_in_its_status_why(state_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    nobody = f"unix://{state_dir}/docker.sock"
    monkeypatch.setenv("DOCKER_HOST", nobody)
    name = word()
    home = Home(state_dir, {name: entry(mode="auto", stockade={"lazy": True})})
    with home.daemon():
        why = home.asked("status")["why"][name]
        said = home.verb("status").stdout.splitlines()
    assert why["value"] == "auto"
    assert why["gate"] == f"no Docker engine answers ({nobody}: No such file or directory)"
    assert said[-1] == f"{name}: {why['place']} = auto; {why['gate']}"
