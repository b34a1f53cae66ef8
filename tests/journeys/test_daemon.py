"""The daemon and its verbs, as a user meets them: real processes, a real server, the official clients."""

from __future__ import annotations

import json
import os
import shlex
import signal
import socket
import subprocess
from pathlib import Path

import pytest
from journeys.command import COMMAND, Home, Talk, carriers, descendants, entry, opening, wait_for_end, word

pytestmark = pytest.mark.real
CLIENT = Path(__file__).with_name("sdk_client.py")


@pytest.fixture
def name() -> str:
    return word()


@pytest.fixture
def home(state_dir: Path, name: str) -> Home:
    return Home(state_dir, {name: entry("--stderr", "3")})


def test_a_day_with_the_daemon(home: Home, name: str) -> None:
    with home.daemon() as daemon:
        assert home.verb("wait", name).stdout == f"{name}: ready\n"
        status = home.asked("status")
        assert status["pid"] == daemon.pid
        assert [(one["server"], one["life"], one["tools"]) for one in status["servers"]] == [(name, "ready", 4)]
        assert name in home.verb("status").stdout
        assert "stderr line 2\n" in home.verb("logs", name).stdout
        assert home.asked("stop", name)["life"] == "stopped"
        assert carriers(name) == []
        assert home.asked("start", name)["life"] == "starting"
        assert home.verb("wait", name).returncode == 0
        before = set(home.asked("status")["servers"][0]["pids"])
        assert home.verb("restart", name).returncode == 0
        assert home.verb("wait", name).returncode == 0
        assert not before & set(home.asked("status")["servers"][0]["pids"])
        types = [json.loads(line)["type"] for line in home.verb("events", "--json").stdout.splitlines()]
        assert types.count("server.ready") == 3
        everything = [*descendants(daemon.pid), *carriers(name)]
        done = home.verb("shutdown")
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
        assert daemon.wait(5) == 0
        for pid in everything:
            wait_for_end(pid, 5)
    assert sorted(path.name for path in home.state.iterdir()) == ["daemon.lock", "owners", "pins.sqlite"]
    assert home.records("tree.")[-1]["reason"] == "asked to by `stockade shutdown`"


@pytest.mark.parametrize("sdk", ["sdk1_python", "sdk2_python"])
def test_the_official_clients_call_a_tool_through_connect(
    home: Home, name: str, sdk: str, request: pytest.FixtureRequest
) -> None:
    python = request.getfixturevalue(sdk)
    with home.daemon():
        assert home.verb("wait", name).returncode == 0
        words = [python, CLIENT, *COMMAND, "connect", name]
        done = subprocess.run(words, env=home.environ, capture_output=True, text=True, timeout=60)
        assert done.stdout == 'echo pid die ask {"text": "hello"}\n', done.stderr


def test_a_session_survives_the_death_of_its_server(home: Home, name: str) -> None:
    with home.daemon(), Talk([*COMMAND, "connect", name], home.environ) as talk:
        talk.say(opening())
        talk.hear(0)
        first = talk.ask(1, "pid")
        talk.say('{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"die"}}\n')
        assert "error" in talk.hear(2)
        second = talk.ask(3, "pid")
        assert first != second
        assert talk.end() == 0


def test_a_client_that_comes_while_its_server_is_being_started_is_served(state_dir: Path, name: str) -> None:
    held = state_dir / "held"
    os.mkfifo(held)
    own = entry()
    start = f"test -p {held} && cat {held}; exec {shlex.join([own['command'], *own['args']])}"
    home = Home(state_dir, {name: {**own, "command": "sh", "args": ["-c", start]}})
    with home.daemon(), Talk([*COMMAND, "connect", name], home.environ) as talk:
        talk.say(opening())
        next(home.follow("--type", "session.opened"))
        with held.open("wb"):
            assert home.asked("status")["servers"][0]["life"] == "starting"
            held.unlink()
        assert "result" in talk.hear(0)
        assert talk.ask(1, "pid")


def test_unknown_servers_are_refused_with_a_suggestion_by_every_verb(home: Home, name: str) -> None:
    wrong = name.upper()
    with home.daemon():
        for words in (["start"], ["stop"], ["restart"], ["connect"], ["wait"], ["logs"], ["events", "--server"]):
            done = home.verb(*words, wrong)
            assert done.returncode == 2, words
            assert f"did you mean '{name}'?" in done.stderr
            assert "server.unknown" in done.stderr
            assert done.stdout == ""


def test_a_second_daemon_refuses_the_same_state_directory(home: Home) -> None:
    with home.daemon() as daemon:
        done = home.verb("serve", "--config", str(home.config))
        assert done.returncode == 1
        assert f"is in use by process {daemon.pid} [state.locked]" in done.stderr
        assert "stockade shutdown" in done.stderr
        assert home.verb("status").returncode == 0


def test_a_config_of_which_nothing_would_run_is_refused_at_the_start(state_dir: Path, name: str) -> None:
    home = Home(state_dir, {name: entry()}, {"nonsense": 1, "ready": "never"})
    done = home.verb("serve", "--config", str(home.config))
    assert done.returncode == 2
    assert "stockade.nonsense: unknown key" in done.stderr
    assert "stockade.ready" in done.stderr
    assert not (home.state / "control.sock").exists()


def test_one_invalid_server_is_told_of_and_the_others_run(state_dir: Path, name: str) -> None:
    home = Home(state_dir, {name: entry(), "broken": {"isolation": {"mode": "none"}}})
    with home.daemon():
        assert home.verb("wait").returncode == 0
        (other,) = home.asked("status")["others"]
        assert (other["server"], other["code"]) == ("broken", "config.command_missing")
        assert home.verb("start", "broken").returncode == 2
        assert home.records("config.rejected")[0]["server"] == "broken"


def test_no_secret_stands_in_anything_that_the_daemon_says(state_dir: Path, name: str) -> None:
    secret = "sesame-open-sesame"
    script = 'echo "my token is $API_TOKEN" >&2; echo "the token: $API_TOKEN"; exit 1'
    leaky = {"command": "/bin/sh", "args": ["-c", script], "isolation": {"mode": "none"}, "env": {"API_TOKEN": secret}}
    chatty = entry("--stderr", "1", env={"API_TOKEN": secret})
    home = Home(state_dir, {f"{name}-leaky": leaky, f"{name}-chatty": chatty})
    with home.daemon() as daemon:
        assert home.verb("wait", "--for", "outcome").returncode == 0
        shown = [
            home.verb(*words)
            for words in (
                ["status"], ["status", "--json"], ["events"], ["events", "--json"], ["logs", f"{name}-leaky"],
                ["wait", f"{name}-leaky", "--timeout", "1s", "--json"], ["check", str(home.config)],
                ["explain", f"{name}-leaky", "--config", str(home.config)],
            )
        ]  # fmt: skip
        assert any("my token is ***" in one.stdout for one in shown)
        for one in shown:
            assert secret not in one.stdout + one.stderr
        for pid in (daemon.pid, *descendants(daemon.pid)):
            assert secret.encode() not in Path(f"/proc/{pid}/cmdline").read_bytes()
        home.verb("shutdown")
        daemon.wait(20)
    assert secret not in home.log.read_text()


def test_without_a_daemon_a_verb_says_so_and_what_to_do(home: Home) -> None:
    done = home.verb("status", "--json")
    assert done.returncode == 75
    assert json.loads(done.stdout)["error"]["code"] == "control.not_running"
    assert "stockade serve" in done.stderr


def test_what_a_killed_daemon_leaves_is_neither_taken_for_a_daemon_nor_in_the_way_of_the_next(
    home: Home, name: str
) -> None:
    with home.daemon():
        old = (home.state / "control.token").read_text()
    assert (home.state / "control.sock").exists()
    assert home.verb("status").returncode == 75
    with home.daemon():
        assert home.verb("wait", name).returncode == 0
        assert (home.state / "control.token").read_text() != old


def test_a_follower_that_leaves_disturbs_nobody(home: Home) -> None:
    with home.daemon() as daemon:
        with Talk([*COMMAND, "events", "--follow", "--json"], home.environ) as follower:
            assert follower.line()
        assert home.verb("status").returncode == 0
        assert daemon.poll() is None
        home.verb("shutdown")
        daemon.wait(10)
    assert home.records("actor.crashed") == []


def test_a_wait_that_nobody_waits_for_ends(state_dir: Path, name: str) -> None:
    home = Home(state_dir, {name: entry("--silent")})
    with home.daemon():
        done = home.verb("wait", name, "--timeout", "100ms")
        assert done.returncode == 1
        assert "control.wait_timeout" in done.stderr


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_the_daemon_gracefully(home: Home, name: str, number: int) -> None:
    with home.daemon() as daemon:
        assert home.verb("wait", name).returncode == 0
        daemon.send_signal(number)
        assert daemon.wait(20) == 0
        assert carriers(name) == []
    assert home.records("tree.stopped")[-1]["reason"] == f"signal {signal.Signals(number).name}"


@pytest.mark.parametrize("how", ["signal", "shutdown"])
def test_a_daemon_that_stops_is_none_for_whoever_comes_meanwhile(state_dir: Path, name: str, how: str) -> None:
    patient = entry("--ignore-term", "--ignore-eof", stockade={"grace": {"stdin": "20s", "term": "20s"}})
    home = Home(state_dir, {name: patient})
    with home.starting() as (daemon, said):
        while b"1 ready" not in said.recv(4096):
            pass
        asking = None if how == "signal" else subprocess.Popen(home.words("shutdown"), env=home.environ)
        if asking is None:
            daemon.send_signal(signal.SIGTERM)
        while b"STOPPING=1" not in said.recv(4096):
            pass
        for words in (("status",), ("events",), ("wait",), ("connect", name)):
            done = home.verb(*words)
            assert (done.returncode, "[control.not_running]" in done.stderr) == (75, True), done.stderr
        assert daemon.poll() is None, "all that was asked while it stopped"
        refused = home.verb("serve", "--config", str(home.config))
        assert "[state.locked]" in refused.stderr, "nor is there room for another one before its end"
        assert asking is None or asking.poll() is None, "who has asked it to end still sees that it has not"
        daemon.send_signal(signal.SIGTERM)
        if asking is not None:  # for the shutdown was no signal, and two are to kill
            daemon.send_signal(signal.SIGINT)
        assert daemon.wait(20) == 0
        assert asking is None or asking.wait(20) == 0


def test_a_second_signal_kills_at_once_what_would_take_its_time(state_dir: Path, name: str) -> None:
    patient = entry("--ignore-term", "--ignore-eof", stockade={"grace": {"stdin": "20s", "term": "20s"}})
    home = Home(state_dir, {name: patient})
    with home.starting() as (daemon, said):
        while b"1 ready" not in said.recv(4096):
            pass
        daemon.send_signal(signal.SIGINT)
        while b"STOPPING=1" not in said.recv(4096):
            pass
        daemon.send_signal(signal.SIGINT)
        assert daemon.wait(10) == 0  # the ladder alone would take 40 s
    assert carriers(name) == []


def test_the_service_manager_hears_ready_status_and_stopping_on_an_abstract_socket_too(home: Home, name: str) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as said:
        said.bind(f"\0{name}")
        said.settimeout(30)
        words = home.words("serve", "--config", str(home.config))
        with subprocess.Popen(
            words, env={**home.environ, "NOTIFY_SOCKET": f"@{name}"}, stderr=subprocess.DEVNULL
        ) as daemon:
            heard = [said.recv(4096).decode()]
            while "1 ready" not in heard[-1]:
                heard.append(said.recv(4096).decode())
            daemon.terminate()
            while "STOPPING=1" not in heard[-1]:
                heard.append(said.recv(4096).decode())
            assert daemon.wait(10) == 0
    assert any("READY=1" in one.splitlines() for one in heard)
