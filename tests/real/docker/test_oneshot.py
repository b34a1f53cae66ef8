"""`explain`, `check`, `pull` and `sweep` with a real engine, without one, and without a docker command."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from real.docker.engines import Cli
from real.docker.registry import Registry, into_network_of

from supervisor.container.identity import made
from supervisor.container.words import Owner
from supervisor.edges import cli as command_line
from supervisor.process.boot import here
from supervisor.process.scan import read_process

pytestmark = [pytest.mark.real]

SLOW = Path(__file__).with_name("slow_registry.py")
COMMAND = (sys.executable, "-m", "supervisor")
NO_ENGINE = "unix:///nonexistent/docker.sock"
SECRET = "s3cr3t-value"

Verb = Callable[..., tuple[int, Any, str]]
"""Runs a verb; gives its exit code, what it says with --json, and what is on its stderr."""


@pytest.fixture(autouse=True)
def engine_is_named(docker_host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", docker_host)


@pytest.fixture
def verb(state_dir: Path, capfd: pytest.CaptureFixture[str]) -> Verb:
    """A verb in this process, in a state directory of its own."""

    def run(*words: str) -> tuple[int, Any, str]:
        code = command_line.run([*words, "--json", "--state-dir", str(state_dir / "s")])
        said = capfd.readouterr()
        return code, json.loads(said.out), said.err

    return run


def config(folder: Path, isolation: dict[str, Any] | None = None, /, **servers: Any) -> str:
    path = folder / "mcp.json"
    content = {"mcpServers": servers, "isolation": {"mode": "docker", **(isolation or {})}}
    path.write_text(json.dumps(content))
    return str(path)


def server(image: str, **keys: Any) -> dict[str, Any]:
    return {"command": "sh", "isolation": {"image": image}, **keys}


# ---------------------------------------------------------------------------------------------------- explain, check


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


# --------------------------------------------------------------------------------------------------------------- pull


@pytest.fixture
def fetched(registry: Registry, cli: Cli) -> Iterator[Registry]:
    """The registry, with its image not on the engine, before and after."""
    cli.run("image", "rm", "--force", registry.image, check=False)
    yield registry
    cli.run("image", "rm", "--force", registry.image, check=False)


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


# -------------------------------------------------------------------------------------------------------------- sweep

DEAD = "4194304:1"
"""No process has this pid: it is the kernel's limit."""


@pytest.fixture
def owner(state_dir: Path) -> Owner:
    """The process of this test as the owner of containers of its own state directory."""
    (state_dir / "s").mkdir(mode=0o700)
    instance = os.urandom(8).hex()
    (state_dir / "s" / "instance").write_text(instance)
    process = read_process(os.getpid())
    assert process is not None
    return Owner(instance=instance, config="c", boot=here(), owner=f"{process.pid}:{process.started}")


class Yard:
    """Makes containers with labels, and removes them all at the end."""

    def __init__(self, cli: Cli) -> None:
        self._cli = cli
        self._suffix = os.urandom(4).hex()
        self.made: dict[str, str] = {}

    def make(self, server: str, owner: Owner, *, runs: bool = False) -> None:
        found = made(owner, server, self._suffix).labels
        words = [word for key, value in found.items() if value for word in ("--label", f"{key}={value}")]
        verb = ("run", "-d") if runs else ("create",)
        name = f"stockade-{server}-{self._suffix}"
        self.made[server] = self._cli(*verb, "--name", name, *words, "alpine:3.18", "sleep", "1000")

    @property
    def there(self) -> set[str]:
        """Servers whose container is there."""
        ids = set(self._cli.lines("ps", "-aq", "--no-trunc"))
        return {server for server, container in self.made.items() if container in ids}

    def clear(self) -> None:
        if self.made:
            self._cli.run("rm", "--force", *self.made.values(), check=False)


@pytest.fixture
def yard(cli: Cli) -> Iterator[Yard]:
    found = Yard(cli)
    yield found
    found.clear()


def test_only_what_a_dead_run_of_this_state_directory_has_left_goes(
    state_dir: Path, verb: Verb, owner: Owner, yard: Yard
) -> None:
    yard.make("git", replace(owner, owner=DEAD), runs=True)
    yard.make("ended", replace(owner, owner=DEAD))
    yard.make("older", replace(owner, boot="00000000-0000-0000-0000-000000000000 pid:[1]"))
    yard.make("git-hub", owner, runs=True)
    yard.make("elsewhere", replace(owner, owner=DEAD, instance="f" * 16))
    yard.make("unsigned", replace(owner, owner=""))
    folders = {name: state_dir / "s" / "containers" / name for name in (DEAD, owner.owner, "notes")}
    for folder in folders.values():
        (folder / "x").mkdir(parents=True)
    stale = {"git", "ended", "older"}
    code, planned, _ = verb("sweep", "--dry-run")
    assert (code, {one["server"] for one in planned["containers"]}) == (0, stale)
    assert planned["folders"] == [str(folders[DEAD])]
    assert yard.there == set(yard.made)
    assert folders[DEAD].exists()
    code, done, _ = verb("sweep")
    assert code == 0
    assert {one["server"]: one["removed"] for one in done["containers"]} == dict.fromkeys(stale, True)
    assert {one["server"]: one["reason"] for one in done["containers"]}["older"].startswith("the machine was started")
    assert done["left_alone"] == 2
    assert yard.there == {"git-hub", "elsewhere", "unsigned"}
    assert [folder.exists() for folder in folders.values()] == [False, True, True]
    assert verb("sweep")[1]["containers"] == []


def test_a_state_directory_that_never_had_containers_asks_nobody(
    state_dir: Path, verb: Verb, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_HOST", NO_ENGINE)
    code, found, _ = verb("sweep")
    assert (code, found["containers"], found["folders"]) == (0, [], [])
    assert not (state_dir / "s").exists()


def test_an_engine_that_cannot_be_asked_is_told(verb: Verb, owner: Owner, monkeypatch: pytest.MonkeyPatch) -> None:
    assert owner.instance
    monkeypatch.setenv("DOCKER_HOST", NO_ENGINE)
    code, found, _ = verb("sweep")
    assert (code, found["error"]["code"]) == (75, "engine.not_running")


def test_the_label_is_compared_as_a_whole(verb: Verb, owner: Owner, yard: Yard) -> None:
    yard.make("longer", replace(owner, owner=DEAD, instance=owner.instance + "0"))
    assert verb("sweep")[1] == {
        "dry_run": False, "containers": [], "folders": [], "left_alone": 0, "exit_code": 0,
    }  # fmt: skip
    assert yard.there == {"longer"}


def test_for_people_it_says_what_would_go_and_why(
    state_dir: Path, owner: Owner, yard: Yard, capfd: pytest.CaptureFixture[str]
) -> None:
    yard.make("git", replace(owner, owner=DEAD))
    yard.make("git-hub", owner)
    assert command_line.run(["sweep", "--dry-run", "--state-dir", str(state_dir / "s")]) == 0
    first, second = capfd.readouterr().out.splitlines()
    assert "(server git, created): would be removed, for no process 4194304 of that start time is there" in first
    assert second == "1 containers of runs that live: left alone"
