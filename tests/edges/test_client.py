"""The caller's side, against daemons that are none."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from supervisor.edges.client import Refused, connect
from supervisor.edges.key import held_token
from supervisor.edges.state import StateDir
from supervisor.errors import AnswerLate, AnswerUnknown, DaemonNotRunning, StockadeError


@contextmanager
def daemon(state_dir: Path, answer: bytes | None) -> Iterator[StateDir]:
    """Takes one request and answers so; None answers nothing."""
    place = StateDir(state_dir)
    with held_token(place) as token, socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(place.control_socket))
        listener.listen()

        def serve() -> None:
            with listener.accept()[0] as connection:
                asked = json.loads(connection.makefile().readline())
                assert asked["token"] == token
                if answer is None:
                    connection.recv(1)
                else:
                    connection.sendall(answer)

        serving = Thread(target=serve)
        serving.start()
        yield place
        serving.join()


def problem_of(place: StateDir, **fields: Any) -> object:
    with pytest.raises(StockadeError) as error, connect(place) as connection:
        connection.call("status", **fields)
    return error.value.problem


def test_the_answer_is_what_the_daemon_says(state_dir: Path) -> None:
    with daemon(state_dir, b'{"ok":{"a":1}}\nmore') as place, connect(place) as connection:
        assert connection.call("status") == {"a": 1}
        assert connection.take_rest() == b"more"


def test_a_refusal_carries_its_fields(state_dir: Path) -> None:
    refusal = b'{"error":{"code":"x.y"}}\n'
    with daemon(state_dir, refusal) as place, pytest.raises(Refused) as refused, connect(place) as connection:
        connection.call("status")
    assert refused.value.fields == {"code": "x.y"}


@pytest.mark.parametrize(
    "answer", [b"no json\n", b"\xff\xfe\n", b"[]\n", b"{}\n", b"[" * 100_000 + b"\n", b'{"error":"no object"}\n']
)
def test_an_answer_in_no_known_form_is_said_to_be_so(state_dir: Path, answer: bytes) -> None:
    with daemon(state_dir, answer) as place:
        assert isinstance(problem_of(place), AnswerUnknown)


@pytest.mark.parametrize("answer", [b"", b'{"ok":'])
def test_a_daemon_that_goes_without_an_answer_is_not_running(state_dir: Path, answer: bytes) -> None:
    with daemon(state_dir, answer) as place:
        assert isinstance(problem_of(place), DaemonNotRunning)


def test_a_daemon_that_does_not_answer_is_not_waited_for_for_ever(state_dir: Path) -> None:
    with daemon(state_dir, None) as place:
        assert isinstance(problem_of(place, answer_s=0.05), AnswerLate)


def test_where_nothing_listens_no_daemon_runs(state_dir: Path) -> None:
    place = StateDir(state_dir)
    assert isinstance(problem_of(place), DaemonNotRunning)
    place.token_file.write_text("t")
    assert isinstance(problem_of(place), DaemonNotRunning)
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(place.control_socket))
    assert isinstance(problem_of(place), DaemonNotRunning)
    with held_token(place):  # it has its token, and does not listen yet
        assert isinstance(problem_of(place), DaemonNotRunning)


def test_a_question_makes_no_connection_that_would_start_a_daemon_and_an_order_does(state_dir: Path) -> None:
    place = StateDir(state_dir)
    with socket.socket(socket.AF_UNIX) as of_the_manager:
        of_the_manager.bind(str(place.control_socket))
        of_the_manager.listen()
        of_the_manager.settimeout(0)
        problem = problem_of(place)
        assert isinstance(problem, DaemonNotRunning)
        assert "it is not running" in problem.reason
        with pytest.raises(BlockingIOError):  # nobody has knocked
            of_the_manager.accept()
        of_the_manager.settimeout(20)

        def begin() -> None:
            knocked, _ = of_the_manager.accept()
            with knocked, held_token(place) as token:
                assert json.loads(knocked.makefile().readline())["token"] == token
                knocked.sendall(b'{"ok":"begun"}\n')

        daemon = Thread(target=begin)
        daemon.start()
        with connect(place, may_start=True) as connection:
            assert connection.call("start", server="a") == "begun"
        daemon.join()


def test_a_daemon_that_ends_instead_of_starting_is_not_waited_for(state_dir: Path) -> None:
    place = StateDir(state_dir)
    with socket.socket(socket.AF_UNIX) as of_the_manager:
        of_the_manager.bind(str(place.control_socket))
        of_the_manager.listen()

        def fail() -> None:
            of_the_manager.accept()[0].close()

        failing = Thread(target=fail)
        failing.start()
        with pytest.raises(StockadeError, match="it was stopping, or could not start"), connect(place, may_start=True):
            pass
        failing.join()


def test_events_are_read_one_by_one_until_the_end(state_dir: Path) -> None:
    lines = b'{"seq":1}\n{"seq":2,"error":{"not":"a refusal"}}\n'
    with daemon(state_dir, lines) as place, connect(place) as connection:
        connection.send("events")
        assert [record["seq"] for record in connection.objects()] == [1, 2]


def test_a_full_backlog_is_waited_for(state_dir: Path) -> None:
    place = StateDir(state_dir)
    with (
        held_token(place),
        socket.socket(socket.AF_UNIX) as listener,
        socket.socket(socket.AF_UNIX) as first,
    ):
        listener.bind(str(place.control_socket))
        listener.listen(0)
        first.connect(str(place.control_socket))
        waiting = Thread(target=lambda: connect(place).__enter__())
        waiting.start()
        listener.accept()[0].close()
        listener.accept()[0].close()
        waiting.join(20)
        assert not waiting.is_alive()
    assert os.listdir(state_dir)
