"""Clients that vanish, stop reading or talk nonsense hurt themselves and nobody else."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from journeys.command import COMMAND, Home, Talk, call, entry, opening, request, word

pytestmark = pytest.mark.real


@pytest.fixture
def home(state_dir: Path) -> Iterator[Home]:
    home = Home(state_dir, {word(): entry()})
    with home.daemon() as daemon:
        yield home
        assert daemon.poll() is None
        home.verb("shutdown")
        daemon.wait(20)
    assert home.records("actor.crashed") == []


def name_of(home: Home) -> str:
    name: str = home.asked("status")["servers"][0]["server"]
    return name


def works(home: Home) -> None:
    """Another client has its tool called."""
    with Talk([*COMMAND, "connect", name_of(home)], home.environ) as talk:
        talk.say(opening())
        talk.hear(0)
        assert talk.ask(1, "echo", text="x") == '{"text": "x"}'
        assert talk.end() == 0


def caller(home: Home) -> socket.socket:
    channel = socket.socket(socket.AF_UNIX)
    channel.connect(str(home.state / "control.sock"))
    channel.settimeout(20)
    return channel


def said(home: Home, line: bytes) -> dict[str, Any]:
    """What the daemon answers to a line."""
    with caller(home) as channel, channel.makefile("rb") as answers:
        channel.sendall(line)
        answer: dict[str, Any] = json.loads(answers.readline())
        return answer


def test_a_client_that_vanishes_in_the_middle_of_a_call(home: Home) -> None:
    with Talk([*COMMAND, "connect", name_of(home)], home.environ) as talk:
        talk.say(opening())
        talk.hear(0)
        talk.say(call(1, "ask"))  # the server waits for an answer of the client
        talk.process.kill()
    for record in home.follow("--type", "session.closed"):
        assert record["from_client"] >= 2
        break
    works(home)


def test_a_client_that_stops_reading(home: Home) -> None:
    with Talk([*COMMAND, "connect", name_of(home)], home.environ) as talk:
        talk.say(opening())
        talk.hear(0)
        for number in range(1, 9):  # a megabyte each: more than all pipes on the way hold
            talk.say(call(number, "echo", text="x" * 2**20)) if number < 3 else None
        works(home)


def test_a_client_that_talks_nonsense_in_a_session(home: Home) -> None:
    with Talk([*COMMAND, "connect", name_of(home)], home.environ) as talk:
        talk.say("this is no JSON\n\x00\xff[1,2\n")
        talk.say(opening())
        talk.hear(0)
        assert talk.ask(1, "echo", text="x") == '{"text": "x"}'
    works(home)


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b"garbage\n", "control.invalid"),
        (b"\xff\xfe\n", "control.invalid"),
        (b"[" * 60_000 + b"\n", "control.invalid"),
        (b"x" * 100_000, "control.invalid"),
        (b"{}\n", "control.invalid"),
        (b'{"do":"status","token":"wrong"}\n', "control.refused"),
        (b'{"do":"status","token":"w\xc3\xb6rong"}\n', "control.refused"),
        (b'{"do":"explode","token":"wrong"}\n', "control.invalid"),
        (b'{"do":"wait","token":"wrong","timeout_s":-1}\n', "control.invalid"),
        (b'{"do":"wait","token":"wrong","timeout_s":1e999}\n', "control.invalid"),
    ],
)
def test_a_caller_that_talks_nonsense_is_told_so_and_shown_out(home: Home, line: bytes, code: str) -> None:
    answer = said(home, line)
    assert answer["error"]["code"] == code
    assert answer["error"]["remedy"]
    assert home.verb("status").returncode == 0


def test_a_crowd_of_silent_callers_does_not_shut_out_who_has_the_token(home: Home) -> None:
    with ExitStack() as stack:
        crowd = [stack.enter_context(caller(home)) for _ in range(200)]
        assert home.verb("status").returncode == 0
        assert crowd[0].recv(1) == b""  # the first ones had to go
        crowd[-1].sendall(request(1, "status").encode())


def test_a_caller_that_goes_with_its_answer_unread(home: Home) -> None:
    token = (home.state / "control.token").read_text()
    for do in ("events", "status", "wait"):
        with caller(home) as channel:
            channel.sendall(json.dumps({"do": do, "token": token}).encode() + b"\nand more")
    works(home)


def test_a_follower_that_does_not_read_keeps_nobody_waiting(home: Home) -> None:
    token = (home.state / "control.token").read_text()
    with caller(home) as channel:
        channel.sendall(json.dumps({"do": "events", "follow": True, "token": token}).encode() + b"\n")
        works(home)
        works(home)
