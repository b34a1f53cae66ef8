"""On a terminal: lines for people, a living line while something starts, and the terminal as it was at the end."""

from __future__ import annotations

import os
import pty
import select
import signal
import subprocess
import termios
from pathlib import Path

import pytest
from journeys.command import BOUND_S, COMMAND, Home, Talk, entry, opening, word
from servers.running import server_command

pytestmark = pytest.mark.real


def read_until(descriptor: int, text: bytes) -> bytes:
    """What a terminal shows, until the text has been seen."""
    seen = b""
    while text not in seen:
        assert select.select([descriptor], [], [], BOUND_S)[0], seen
        seen += os.read(descriptor, 65536)
    return seen


def test_the_daemon_shows_what_starts_and_then_what_happened(state_dir: Path) -> None:
    name = word()
    home = Home(state_dir, {name: entry("--slow-start", "0.5")})
    controller, terminal = pty.openpty()
    before = termios.tcgetattr(terminal)
    words = home.words("serve", "--config", str(home.config))
    environ = {key: value for key, value in home.environ.items() if key != "NO_COLOR"}
    with subprocess.Popen(words, env=environ, stdin=terminal, stdout=terminal, stderr=terminal) as daemon:
        seen = read_until(controller, b"ready: testserver")
        assert f"starting {name} (handshake".encode() in seen
        assert b"\x1b[32m" in seen
        daemon.send_signal(signal.SIGINT)
        read_until(controller, b"stopped: signal SIGINT")
        assert daemon.wait(BOUND_S) == 0
    assert termios.tcgetattr(terminal) == before
    assert os.get_blocking(terminal)
    os.close(controller)
    os.close(terminal)


@pytest.mark.parametrize("how", ["end", "signal"])
def test_run_gives_the_terminal_back_as_it_was(state_dir: Path, how: str) -> None:
    home = Home(state_dir, {})
    controller, terminal = pty.openpty()
    before = termios.tcgetattr(terminal)
    words = [*COMMAND, "run", "--mode", "none", "--", "sh", "-c", "echo here >&2; exec cat >/dev/null"]
    with subprocess.Popen(words, env=home.environ, stdin=terminal, stdout=terminal, stderr=terminal) as run:
        read_until(controller, b"here")
        assert not os.get_blocking(terminal)  # both were in the midst of it
        if how == "end":
            os.write(controller, b"\x04")
        else:
            run.send_signal(signal.SIGTERM)
        run.wait(BOUND_S)
    assert termios.tcgetattr(terminal) == before
    assert os.get_blocking(terminal)
    os.close(controller)
    os.close(terminal)


def test_a_run_on_a_stopped_terminal_still_relays(state_dir: Path) -> None:
    home = Home(state_dir, {})
    controller, terminal = pty.openpty()
    termios.tcflow(terminal, termios.TCOOFF)  # Ctrl-S
    loud = ["sh", "-c", 'yes | head -c 100000 >&2 & exec "$@"', "sh", *server_command()]
    with Talk([*COMMAND, "run", "--mode", "none", "--", *loud], home.environ, stderr=terminal) as talk:
        talk.say(opening())
        talk.hear(0)
        for number in range(1, 20):
            talk.ask(number, "echo", text="x")
        assert talk.end() in (0, 143)
    os.close(controller)
    os.close(terminal)
