"""Descriptors from the service manager, as a real process gets them."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest

from supervisor.edges.service.activation import MOST, control_socket, passed
from supervisor.edges.service.given import Given
from supervisor.errors import StockadeError

PASSES = """
import json, os, sys
from supervisor.edges.service import activation, given
from supervisor.errors import StockadeError
os.environ["LISTEN_PID"] = str(os.getpid() + int(sys.argv[1]))
taken = given.take(os.environ)
try:
    found = activation.control_socket(taken, os.getpid())
except StockadeError as error:
    print(json.dumps([error.problem.code, error.problem.text, error.problem.remedy]))
else:
    fds = [number for number in range(3, 6) if os.path.exists(f"/proc/self/fd/{number}")]
    print(json.dumps([found and found.fileno(), [os.get_inheritable(number) for number in fds], taken.listen_fds]))
"""


def start(*sockets: Any, names: str | None = "control", off: int = 0) -> Any:
    """What a process says that was given these descriptors as 3, 4, …"""
    environ = {"PATH": os.defpath, "PYTHONPATH": str(Path(__file__).parents[3]), "LISTEN_FDS": str(len(sockets))}
    if names is not None:
        environ["LISTEN_FDNAMES"] = names
    numbers = [os.dup(one.fileno()) for one in sockets]
    high = [os.dup2(number, 100 + at) for at, number in enumerate(numbers)]
    moves = "".join(f"exec {3 + at}<&{number} {number}<&-\n" for at, number in enumerate(high))
    words = ["bash", "-c", f'{moves}exec "$@"', "-", sys.executable, "-c", PASSES, str(off)]
    try:
        done = subprocess.run(words, env=environ, pass_fds=high, capture_output=True, text=True, timeout=60)
    finally:
        for number in (*numbers, *high):
            os.close(number)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture
def listener(state_dir: Path) -> Any:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as one:
        one.bind(str(state_dir / "control.sock"))
        one.listen()
        yield one


@pytest.mark.parametrize("names", ["control", "", None])
def test_a_listening_unix_socket_is_taken_and_reaches_nobody_else(listener: socket.socket, names: str | None) -> None:
    assert start(listener, names=names) == [3, [False], "1"]


def test_what_is_meant_for_another_process_is_left_alone(listener: socket.socket) -> None:
    assert start(listener, off=1) == [None, [True], "1"]


def refused(*sockets: Any, names: str | None = "control") -> str:
    code, text, remedy = start(*sockets, names=names)
    assert code == "service.socket_invalid"
    assert "FileDescriptorName=control" in remedy
    return str(text)


def test_what_is_no_listening_unix_stream_socket_is_refused(listener: socket.socket) -> None:
    near, far = socket.socketpair()
    with near, far:
        assert "it does not listen" in refused(near)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as datagrams:
        assert "it is no stream socket" in refused(datagrams)
    with socket.create_server(("127.0.0.1", 0)) as port:
        assert "it is no unix socket" in refused(port)
    with tempfile.TemporaryFile() as file:
        assert "it is no socket" in refused(file)


def test_names_that_nobody_knows_are_refused_and_so_is_a_second_one(listener: socket.socket) -> None:
    assert "descriptor 3, named 'web'" in refused(listener, names="web")
    assert "descriptor 4, named 'other'" in refused(listener, listener, names="control:other")
    assert "descriptor 3, named ''" in refused(listener, listener, names=None)
    assert "there is another control socket already" in refused(listener, listener, names="control:control")


def test_a_descriptor_that_is_not_open_is_refused() -> None:
    with pytest.raises(StockadeError) as raised:
        control_socket(Given(listen_fds="64", listen_pid="1"), 1)
    assert raised.value.problem.code == "service.socket_invalid"
    assert "Bad file descriptor" in raised.value.problem.text


def test_counts_are_bounded_and_names_may_be_short() -> None:
    assert passed(Given(), 1) == []
    assert passed(Given(listen_pid="1"), 1) == []
    assert passed(Given(listen_fds="2", listen_pid="1", listen_names="a"), 1) == [(3, "a"), (4, "")]
    assert len(passed(Given(listen_fds="999999", listen_pid="1"), 1)) == MOST


@pytest.mark.parametrize("given", [Given(listen_pid="me"), Given(listen_pid="1", listen_fds="-1")])
def test_variables_without_a_meaning_are_refused(given: Given) -> None:
    with pytest.raises(StockadeError) as raised:
        passed(given, 1)
    assert raised.value.problem.code == "service.variable_invalid"
