"""Where events go may be full, closed or unread: servers and the stop do not notice."""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from journeys.command import BOUND_S, COMMAND, Home, Talk, carriers, entry, opening, told, word

from supervisor.edges.journal import SOCKET

pytestmark = pytest.mark.real


def serve(home: Home, stderr: int, state_dir: Path) -> Any:
    """A ready daemon whose stderr is the given descriptor."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as said:
        address = state_dir / f"n{stderr}"
        said.bind(str(address))
        said.settimeout(BOUND_S)
        words = home.words("serve", "--config", str(home.config))
        process = subprocess.Popen(words, env={**home.environ, "NOTIFY_SOCKET": str(address)}, stderr=stderr)
        told(said, "READY=1", process)
        return process


def works_and_stops(home: Home, daemon: Any, name: str, sink: str) -> None:
    """A client has its tool called, the failing sink is told of, and a signal stops the daemon in time."""
    try:
        assert home.verb("wait", name).returncode == 0
        with Talk([*COMMAND, "connect", name], home.environ) as talk:
            talk.say(opening())
            talk.hear(0)
            for number in range(1, 200):
                talk.ask(number, "echo", text="x")
        if sink:
            for record in home.follow("--type", "sink.failed"):
                assert record["sink"] == sink
                break
        daemon.send_signal(signal.SIGTERM)
        assert daemon.wait(BOUND_S) == 0
        assert carriers(name) == []
    finally:
        daemon.kill()
        daemon.wait()


@pytest.fixture
def name() -> str:
    return word()


def loud(**stockade: Any) -> dict[str, Any]:
    return entry("--stderr", "200", stockade=stockade)


def test_a_stderr_that_nobody_reads(state_dir: Path, name: str) -> None:
    home = Home(state_dir, {name: loud()})
    ours, theirs = os.pipe()
    os.set_blocking(theirs, False)
    with suppress(BlockingIOError):
        while True:
            os.write(theirs, b"x" * 4096)
    os.set_blocking(theirs, True)
    works_and_stops(home, serve(home, theirs, state_dir), name, "")
    os.close(ours)
    os.close(theirs)


def test_a_stderr_whose_reader_has_gone(state_dir: Path, name: str) -> None:
    home = Home(state_dir, {name: loud()})
    ours, theirs = os.pipe()
    os.close(ours)
    works_and_stops(home, serve(home, theirs, state_dir), name, "json-0")
    os.close(theirs)


def test_a_stderr_that_is_a_full_device(state_dir: Path, name: str) -> None:
    home = Home(state_dir, {name: loud()})
    full = os.open("/dev/full", os.O_WRONLY)
    works_and_stops(home, serve(home, full, state_dir), name, "json-0")
    os.close(full)


@pytest.fixture
def small_disk(root: None, tmp_path: Path) -> Iterator[Path]:
    place = tmp_path / "small"
    place.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "none", place], capture_output=True).returncode:
        pytest.skip("no file system can be mounted here")
    yield place
    subprocess.run(["umount", place], check=True)


def fill(path: Path) -> None:
    """Write until there is no room."""
    with path.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(b"x" * 4096)


def test_a_full_disk_is_survived_and_what_could_not_be_written_is_when_there_is_room_again(
    state_dir: Path, small_disk: Path, name: str
) -> None:
    log = small_disk / "log"
    sinks = [{"type": "json", "to": str(log)}]
    home = Home(state_dir, {name: loud()}, {"sinks": sinks})
    ballast = small_disk / "ballast"
    fill(ballast)
    with home.daemon() as daemon:
        assert home.verb("wait", name).returncode == 0
        for record in home.follow("--type", "sink."):
            assert record["type"] == "sink.failed"
            assert record["reason"] == "No space left on device"
            break
        ballast.unlink()
        for record in follow(log, daemon):
            if record["type"] == "sink.failed":
                break
        home.verb("shutdown")
        assert daemon.wait(BOUND_S) == 0
    assert [record["seq"] for record in map(json.loads, log.read_text().splitlines())][:50] == [*range(1, 51)]


def follow(log: Path, daemon: Any) -> Iterator[dict[str, Any]]:
    """What is written to the file, as it comes."""
    deadline = time.monotonic() + BOUND_S
    with log.open() as file:
        while time.monotonic() < deadline and daemon.poll() is None:
            line = file.readline()
            if line:
                yield json.loads(line)
            else:
                select.select([], [], [], 0.01)
    pytest.fail("it never came")


def test_a_state_dir_on_a_full_disk_is_refused_with_a_reason(small_disk: Path, state_dir: Path, name: str) -> None:
    home = Home(state_dir, {name: entry()})
    fill(small_disk / "ballast")
    done = home.verb("serve", "--config", str(home.config), "--state-dir", str(small_disk / "s"))
    assert done.returncode == 1
    assert "state.unusable" in done.stderr
    assert "No space left on device" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_journal_that_is_not_there_is_told_once_and_the_other_sinks_go_on(state_dir: Path, name: str) -> None:
    if Path(SOCKET).exists():
        pytest.skip("there is a journal here")
    home = Home(state_dir, {name: loud()}, {"sinks": ["journal", "json"]})
    with home.daemon() as daemon:
        assert home.verb("wait", name).returncode == 0
        home.verb("restart", name)
        assert home.verb("wait", name).returncode == 0
        home.verb("shutdown")
        assert daemon.wait(BOUND_S) == 0
    (failed,) = home.records("sink.")
    assert (failed["sink"], failed["reason"]) == ("journal-0", "No such file or directory")
    told = home.records("")
    assert [record["seq"] for record in told] == list(range(1, len(told) + 1))


def heard(said: socket.socket, text: str) -> str:
    """The message to the service manager with this text in it."""
    while text not in (message := said.recv(4096).decode()):
        pass
    return message


TELLS = """
import os, sys
print("the key is", os.environ["KEY"], *sys.argv[1:], file=sys.stderr)
print("stdout has", os.environ["KEY"])
sys.exit("last words: " + os.environ["KEY"])
"""


def test_no_sink_and_no_answer_holds_a_secret(state_dir: Path, name: str) -> None:
    secret = "sesame-of-all-sinks"
    file = state_dir / "key"
    file.write_text(secret)
    server = entry() | {"args": ["-c", TELLS, "--token", f"${{file:{file}}}"], "env": {"KEY": f"${{file:{file}}}"}}
    logs = {kind: state_dir / f"{kind}.log" for kind in ("json", "human")}
    home = Home(state_dir, {name: server}, {"sinks": [{"type": kind, "to": str(log)} for kind, log in logs.items()]})
    with home.starting() as (daemon, notified):
        told(notified, "READY=1", daemon)
        for record in home.follow("--type", "server.failed"):
            assert "the key is" in json.dumps(record["stderr_tail"])
            break
        words = (("events", "--json"), ("events",), ("logs", name), ("logs", name, "--json"), ("status", "--json"))
        said = {words: home.verb(*words).stdout for words in words}
        home.config.write_text(json.dumps({"mcpServers": {name: server}, "stockade": {"ready": f"{name} {secret}"}}))
        said["reload",] = home.verb("reload").stderr
        said["the service manager",] = heard(notified, "the reload failed: ")
        home.verb("shutdown")
        assert daemon.wait(BOUND_S) == 0
    said |= {(kind,): log.read_text() for kind, log in logs.items()}
    for where, text in said.items():
        assert secret not in text, where
        assert name in text or where == ("logs", name), where
    assert "the key is ***" in said["logs", name]
