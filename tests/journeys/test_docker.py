"""The daemon in mode docker, as a user meets it: sessions with containers, their deaths, and every way to stop."""

from __future__ import annotations

import json
import signal
from pathlib import Path
from typing import Any

import pytest
from journeys.command import COMMAND, Talk, call, carriers, descendants, opening, wait_for_end, word
from journeys.containers import DockerHome, boxed
from real.docker.leftovers import none_left

from supervisor.container.identity import INSTANCE, MANAGED, OWNER, SERVER

pytestmark = pytest.mark.real


@pytest.fixture
def name() -> str:
    return word()


@pytest.fixture
def home(state_dir: Path, name: str, docker_host: str, request: pytest.FixtureRequest) -> Any:
    """One server; a test may say another entry by `@pytest.mark.parametrize("home", [entry], indirect=True)`."""
    entry = getattr(request, "param", boxed())
    house = DockerHome(state_dir, {name: entry}, docker_host)
    with none_left(house.cli):
        yield house


def test_a_day_with_a_server_in_containers(home: DockerHome, name: str) -> None:
    with home.daemon() as daemon:
        assert home.verb("wait", name, "--timeout", "60s").stdout == f"{name}: ready\n"
        (server,) = home.asked("status")["servers"]
        assert (server["mode"], server["life"], server["tools"]) == ("docker", "ready", 4)
        with Talk([*COMMAND, "connect", name], home.environ) as talk:
            talk.say(opening())
            assert talk.hear(0)["result"]["serverInfo"]["name"] == "testserver"
            assert json.loads(talk.ask(1, "echo", text="hello")) == {"text": "hello"}
            labels = [home.inspect(one)["Config"]["Labels"] for one in home.containers(name)]
            assert labels
            for one in labels:
                assert (one[MANAGED], one[INSTANCE], one[SERVER]) == ("true", home.instance, name)
                assert one[OWNER].partition(":")[0] == str(daemon.pid)
            assert talk.end() == 0
        before = set(home.containers())
        assert home.verb("restart", name).returncode == 0
        assert home.verb("wait", name, "--timeout", "60s").returncode == 0
        assert not before & set(home.containers())
        assert home.asked("stop", name)["life"] == "stopped"
        assert (home.containers(), carriers(name)) == ([], [])
        assert home.asked("start", name)["life"] == "starting"
        assert home.verb("wait", name, "--timeout", "60s").returncode == 0
        everything = [*descendants(daemon.pid), *carriers(name)]
        assert home.verb("shutdown").returncode == 0
        assert daemon.wait(20) == 0
        assert home.containers() == []
        for pid in everything:
            wait_for_end(pid, 5)
    left = {path.name for path in home.state.iterdir()}
    assert left == {"containers", "daemon.lock", "instance", "owners", "pins.sqlite"}
    assert list((home.state / "containers").iterdir()) == []


@pytest.mark.parametrize("home", [boxed(stockade={"spares": 0})], indirect=True)
@pytest.mark.parametrize("act", ["kill", "rm --force", "stop --time 0"])
def test_a_session_goes_on_when_its_container_is_ended_from_outside(home: DockerHome, name: str, act: str) -> None:
    with home.daemon():
        assert home.verb("wait", name, "--timeout", "60s").returncode == 0
        with Talk([*COMMAND, "connect", name], home.environ) as talk:
            talk.say(opening())
            assert "result" in talk.hear(0)
            talk.say(call(1, "ask"))
            assert talk.line()["method"] == "roots/list"  # the call is in flight: its server waits for our answer
            (serving,) = home.containers(name)
            home.cli(*act.split(), serving)
            answer = talk.hear(1)
            assert answer["error"]["data"]["retryable"] is True, answer
            assert talk.ask_again(2, "pid")
            (now,) = home.containers(name)
            assert now != serving
            assert talk.end() == 0
    (ended,) = [one for one in home.records("container.exited") if one["container"] == serving]
    assert ended["server"] == name
    assert [one["container"] for one in home.records("container.removed")].count(serving) == 1


def test_a_signal_stops_the_daemon_and_its_containers(home: DockerHome, name: str) -> None:
    with home.daemon() as daemon:
        home.settled(1)
        assert home.containers(name)
        daemon.send_signal(signal.SIGTERM)
        assert daemon.wait(20) == 0
        assert (home.containers(), carriers(name)) == ([], [])


PATIENT = boxed("--ignore-term", "--ignore-eof", stockade={"grace": {"stdin": "20s", "term": "20s"}})


@pytest.mark.parametrize("home", [PATIENT], indirect=True)
def test_a_second_signal_kills_at_once_what_would_take_its_time(home: DockerHome, name: str) -> None:
    with home.starting() as (daemon, said):
        while b"1 ready" not in said.recv(4096):
            pass
        home.settled(1)
        (spare,) = home.containers()
        daemon.send_signal(signal.SIGINT)
        while b"STOPPING=1" not in said.recv(4096):
            pass
        daemon.send_signal(signal.SIGINT)
        assert daemon.wait(20) == 0  # the ladder alone would take 40 s
        assert (home.containers(), carriers(name)) == ([], [])
    rungs = [one["rung"] for one in home.records("container.stop_asked") if one["container"] == spare]
    assert "kill" in rungs
    assert "stop" not in rungs


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_a_signal_at_any_moment_of_the_start_leaves_no_container(home: DockerHome, name: str, number: int) -> None:
    for step in ("docker_path.resolved", "container.created", "container.started"):
        with home.starting() as (daemon, _said):
            while not any(one["type"] == step for one in home.records()):
                assert daemon.poll() is None
            daemon.send_signal(number)
            daemon.wait(20)
        home.wait_until_gone()
        assert carriers(name) == []
        home.log.unlink()
