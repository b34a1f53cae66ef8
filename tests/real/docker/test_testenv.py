"""What the tests of containers stand on does what it promises: engines, images, a registry, the look at leftovers."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from real.docker.engines import BOUND_S, Cli, PrivateEngine
from real.docker.leftovers import managed, none_left
from real.docker.registry import Registry

from scripts import engine
from supervisor.container.identity import INSTANCE, MANAGED, OWNER

TREE = Path(__file__).parents[3]
pytestmark = pytest.mark.real

INITIALIZE = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": {"name": "test", "version": "1"},
    },
}
LABELS = ("--label", f"{MANAGED}=true", "--label", f"{OWNER}=999999999:1")
"""A managed container whose owner is dead."""

PrivateEngines = Callable[..., PrivateEngine]


def test_every_image_runs_what_it_is_for(cli: Cli) -> None:
    for image, command, printed in [
        ("busybox", ["echo", "it runs"], "it runs"),
        ("alpine:3.18", ["sh", "-c", "id -u; ls /app"], "0"),
        ("python:3.11", ["python", "-c", "import ssl, sqlite3; print('imported')"], "imported"),
        ("node:20", ["node", "--print", "1 + 1"], "2"),
        ("stockade-test/mcp-python:1", ["python", "-c", "import mcp.server.fastmcp; print('imported')"], "imported"),
    ]:
        assert cli("run", "--rm", "--network=none", image, *command) == printed, image


@pytest.mark.parametrize(
    ("image", "has", "lacks"),
    [
        ("python:3.11", ["pip", "python3"], ["uv", "uvx", "pipx", "node", "npx"]),
        ("node:20", ["npm", "npx"], ["bun", "bunx", "pnpm", "python3"]),
    ],
)
def test_an_image_has_the_runners_of_the_real_one_and_no_more(
    cli: Cli, image: str, has: list[str], lacks: list[str]
) -> None:
    script = "for name; do command -v $name >/dev/null && echo $name; done; true"
    found = cli("run", "--rm", "--network=none", image, "sh", "-c", script, "sh", *has, *lacks)
    assert found.split() == has


def test_the_third_party_server_answers_without_any_network(cli: Cli) -> None:
    command = ("run", "--rm", "-i", "--init", "--network=none", "--read-only", "stockade-test/everything:1")
    answer = cli.run(*command, stdin=json.dumps(INITIALIZE).encode() + b"\n").stdout
    assert json.loads(answer.splitlines()[0])["result"]["serverInfo"]["name"]


def test_an_image_for_another_processor_is_refused_by_the_kernel(cli: Cli) -> None:
    outcome = cli.run("run", "--rm", "--network=none", "stockade-test/foreign:1", "/bin/sh", check=False)
    assert outcome.returncode != 0
    assert b"exec format error" in outcome.stderr


def test_the_same_image_has_the_same_id_in_every_engine(cli: Cli, private_engine: PrivateEngines) -> None:
    other = private_engine("busybox")
    question = ("image", "inspect", "--format", "{{.Id}}", "busybox")
    assert other.docker(*question) == cli(*question)


def test_a_private_engine_can_be_paused_killed_and_started_again(private_engine: PrivateEngines) -> None:
    own = private_engine("busybox")
    own.docker("create", "--name=here", "busybox")
    own.pause()
    with pytest.raises(subprocess.TimeoutExpired):
        own.docker("ps", timeout_s=0.5)
    own.resume()
    assert own.docker("ps", "--all", "--format={{.Names}}") == "here"
    own.kill()
    assert own.docker.run("ps", check=False).returncode != 0
    own.start_again()
    assert own.docker("ps", "--all", "--format={{.Names}}") == "here"
    own.stop()
    assert own.docker.run("ps", check=False).returncode != 0
    own.start_again()
    assert own.docker("ps", "--all", "--format={{.Names}}") == "here"


def test_a_paused_containerd_lets_nothing_start_while_listing_goes_on(private_engine: PrivateEngines) -> None:
    own = private_engine("busybox")
    own.pause_containerd()
    own.docker("ps")
    with pytest.raises(subprocess.TimeoutExpired):
        own.docker("run", "--rm", "--network=none", "busybox", "true", timeout_s=1)
    own.resume_containerd()
    assert own.docker("run", "--rm", "--network=none", "busybox", "echo", "again") == "again"


def test_containers_outlive_a_killed_engine_only_with_live_restore(private_engine: PrivateEngines) -> None:
    own = private_engine("busybox", flags="--live-restore")
    name = own.docker("run", "--detach", "--init", "busybox", "sleep", "1000")
    before = own.docker("inspect", "--format={{.State.Pid}}", name)
    own.kill()
    own.start_again()
    assert own.docker("inspect", "--format={{.State.Pid}} {{.State.Running}}", name) == f"{before} true"
    assert own.docker("exec", name, "ip", "addr", "show", "eth0"), "in the network that it was in"


def test_a_small_disk_runs_full_and_has_room_again(private_engine: PrivateEngines) -> None:
    own = private_engine("busybox", small_disk="96m")
    ballast = own.fill_disk()
    full = own.docker.run("run", "--rm", "--network=none", "busybox", "sh", "-c", "echo text >/file", check=False)
    assert full.returncode != 0
    assert b"no space left" in full.stderr.lower()
    ballast.unlink()
    assert own.docker("run", "--rm", "--network=none", "busybox", "echo", "room") == "room"


def test_only_a_small_disk_is_filled(private_engine: PrivateEngines) -> None:
    with pytest.raises(AssertionError, match="small disk"):
        private_engine().fill_disk()


def test_nothing_of_an_engine_is_left(docker_host: str, root: None) -> None:
    with engine.private() as name:
        own = PrivateEngine(name)
        own.load("busybox")
        container = own.docker("run", "--detach", "busybox", "sleep", "1000")
        own.kill()
        pids = subprocess.run(["pgrep", "--full", name], capture_output=True, text=True).stdout.split()
        assert pids, "the shim of the container at least"
    assert subprocess.run(["pgrep", "--full", name], capture_output=True).stdout == b""
    assert not own.folder.exists()
    assert not own.data.exists()
    mounts = Path("/proc/self/mounts").read_text()
    assert name not in mounts
    assert container not in mounts


def test_an_engine_whose_user_died_is_taken_down_by_the_next(docker_host: str, root: None) -> None:
    """And one that is used is not: the program below dies with its engine up, as a killed test run does."""
    code = """
import os, sys
from scripts import engine
name = engine.NAME + "-orphan"
with engine.LEASES.in_use(name):
    engine.up(name)
    assert not engine.LEASES.retire(name), "in use"
    print(name, flush=True)
    os.kill(os.getpid(), 9)
"""
    name = subprocess.run(
        [sys.executable, "-c", code], cwd=Path(__file__).parents[3], capture_output=True, text=True
    ).stdout.strip()
    assert PrivateEngine(name).docker("ps", "-q") == ""
    engine.LEASES.retire_all()
    assert not PrivateEngine(name).folder.exists()
    assert Cli(docker_host)("version"), "the shared one is in use"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_takes_its_engines_down(number: signal.Signals, tmp_path: Path, root: None) -> None:
    """A test run in short: it has an engine, a test of its own has another, and it is interrupted."""
    shutil.copytree(TREE / "scripts", tmp_path / "scripts")  # an engine's name comes from its tree
    code = """
import subprocess, sys
from scripts import engine
engine.heed_sigterm()
test = "from scripts import engine\\nwith engine.private() as name: print(name, flush=True); input()"
with engine.held():
    engine.up(engine.NAME)
    with subprocess.Popen([sys.executable, "-c", test], stdin=subprocess.PIPE) as process:
        process.wait()
"""
    with subprocess.Popen([sys.executable, "-c", code], cwd=tmp_path, stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout
        private = PrivateEngine(run.stdout.readline().strip())
        shared = PrivateEngine(private.name.rpartition("-")[0])
        assert private.socket.exists()
        assert shared.socket.exists()
        run.send_signal(number)
        assert run.wait(BOUND_S) != 0
        assert run.stdout.read() == "", "its test, which holds the same pipe, has ended too"
    assert list(engine.RUN.glob(f"{shared.name}*")) == []


def test_a_registry_serves_one_image_misses_another_and_refuses_a_third(cli: Cli, registry: Registry) -> None:
    pulled = cli.run("pull", registry.image)
    assert b"Pull complete" in pulled.stdout
    assert cli("run", "--rm", "--network=none", "--pull=never", registry.image, "echo", "pulled") == "pulled"
    missing = cli.run("pull", registry.missing, check=False)
    assert b"not found" in missing.stderr
    refused = cli.run("pull", registry.refused, check=False)
    assert b"no basic auth credentials" in refused.stderr
    assert (missing.returncode, refused.returncode) == (1, 1)


def test_a_container_that_a_test_left_fails_it_and_is_removed(cli: Cli) -> None:
    with pytest.raises(AssertionError, match="left containers behind:\nforgotten"), none_left(cli, gone_s=0):
        cli("create", "--name=forgotten", *LABELS, "--label", f"{INSTANCE}=forgetful", "busybox")
    assert [container for container in managed(cli) if container.instance == "forgetful"] == []


def test_containers_of_others_are_let_be(cli: Cli) -> None:
    cli("create", "--name=known-before", *LABELS, "--label", f"{INSTANCE}=known", "busybox")
    alive = ("--label", f"{MANAGED}=true", "--label", f"{OWNER}=1:0", "--label", f"{INSTANCE}=of-init")
    try:
        with none_left(cli):
            cli("create", "--name=of-a-process-elsewhere", *alive, "busybox")
        assert {"known", "of-init"} <= {container.instance for container in managed(cli)}
    finally:
        cli("rm", "known-before", "of-a-process-elsewhere")
