"""Reading what the daemon remembers: from when, until when, and what is said when that is not all."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from journeys.command import BOUND_S, Home, entry, word

pytestmark = pytest.mark.real


@pytest.fixture
def name() -> str:
    return word()


@pytest.fixture
def home(state_dir: Path, name: str) -> Home:
    return Home(state_dir, {name: entry("--stderr", "3")})


@contextmanager
def following(home: Home, *words: str) -> Iterator[subprocess.Popen[str]]:
    """A verb that follows, and has said its first line."""
    with subprocess.Popen(
        home.words(*words, "--follow"), env=home.environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as reader:
        try:
            assert reader.stdout is not None
            assert reader.stdout.readline()
            yield reader
        finally:
            reader.kill()


def said(reader: subprocess.Popen[str]) -> str:
    assert reader.stderr is not None
    return reader.stderr.read()


@pytest.mark.parametrize("verb", ["events", "logs"])
def test_who_follows_is_told_when_the_daemon_goes_away(home: Home, name: str, verb: str) -> None:
    words = (verb, *([name] if verb == "logs" else []))
    with home.daemon() as daemon:
        home.verb("wait", name)
        with following(home, *words) as reader:
            daemon.kill()
            assert reader.wait(BOUND_S) == 75
            assert "it has ended" in said(reader)


def test_ctrl_c_and_a_reader_that_has_had_enough_end_a_follower_quietly(home: Home, name: str) -> None:
    with home.daemon():
        home.verb("wait", name)
        with following(home, "events") as reader:
            reader.send_signal(signal.SIGINT)
            assert reader.wait(BOUND_S) == 0
            assert said(reader) == ""
        with following(home, "events") as reader:
            assert reader.stdout is not None
            reader.stdout.close()
            home.verb("stop", name)  # something to tell
            assert reader.wait(BOUND_S) == 0
            assert said(reader) == ""


def test_a_time_to_look_back_is_kept_to(home: Home, name: str) -> None:
    with home.daemon():
        home.verb("wait", name)
        assert "stderr line 2\n" in home.verb("logs", name, "--since", "10m").stdout
        assert home.verb("logs", name, "--since", "0s").stdout == ""
        done = home.verb("events", "--since", "1h", "--json")
        assert json.loads(done.stdout.splitlines()[0])["seq"] == 1
        assert done.stderr == ""  # it remembers everything


def test_a_server_that_nobody_knows_is_an_error_with_the_one_that_was_meant(home: Home, name: str) -> None:
    with home.daemon():
        for words in (("logs", name[:-1]), ("events", "--server", name[:-1]), ("events", "--server", name[:-1], "-f")):
            done = home.verb(*words)
            assert done.returncode == 2
            assert "server.unknown" in done.stderr
            assert name in done.stderr
