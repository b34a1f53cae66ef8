"""`sweep` with a real engine: what goes, and what is none of its business."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace
from real.docker.engines import Cli
from real.docker.verbs import NO_ENGINE, Verb

from supervisor.container.identity import made
from supervisor.container.words import Owner
from supervisor.edges import cli as command_line
from supervisor.process.boot import here
from supervisor.process.scan import read_process

pytestmark = [pytest.mark.real, pytest.mark.usefixtures("engine_in_force")]


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
