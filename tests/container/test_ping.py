"""The one question of `mode: auto`, put to all that can be where an engine should be."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from supervisor.container.ping import silence, why_no_engine
from supervisor.errors import EngineNotResponding, EngineNotRunning, EnginePermissionDenied, EngineUnreachable

pytestmark = [pytest.mark.real, pytest.mark.usefixtures("no_leaks")]

NO_COMMAND = "/nonexistent/docker"


def environment(path: Path) -> dict[str, str]:
    return {"PATH": os.defpath, "HOME": str(path.parent), "DOCKER_HOST": f"unix://{path}"}


@contextmanager
def answering(path: Path, *pieces: bytes) -> Iterator[None]:
    """Somebody who reads one request and answers in these pieces."""

    def serve() -> None:
        caller, _ = server.accept()
        with caller:
            caller.recv(4096)
            for piece in pieces:
                caller.sendall(piece)

    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))
        server.listen()
        server.settimeout(5)
        thread = threading.Thread(target=serve)
        thread.start()
        yield
        thread.join()


def asked(path: Path, *, limit_s: float = 5.0) -> object:
    return silence(NO_COMMAND, environment(path), limit_s)


@pytest.mark.parametrize("pieces", [(b"HTTP/1.1 200 OK\r\n\r\nOK",), (b"HTTP/1.0 2", b"00 OK\r", b"\n\r\nOK")])
def test_an_engine_that_says_200_answers(state_dir: Path, pieces: tuple[bytes, ...]) -> None:
    with answering(state_dir / "s", *pieces):
        assert asked(state_dir / "s") is None


@pytest.mark.parametrize(
    ("pieces", "kind", "reason"),
    [
        ((b"HTTP/1.1 503 Service Unavailable\r\n\r\n",), EngineUnreachable, "HTTP status 503"),
        ((b"SSH-2.0-OpenSSH_9.2\r\n",), EngineUnreachable, "does not speak the engine's protocol"),
        ((b"\r\n",), EngineUnreachable, "does not speak the engine's protocol"),
        ((b"x" * 10000,), EngineUnreachable, "does not speak the engine's protocol"),
        ((), EngineNotRunning, "closed the connection"),
    ],
    ids=["busy", "ssh", "empty line", "noise", "closes"],
)
def test_anybody_else_is_no_engine(state_dir: Path, pieces: tuple[bytes, ...], kind: type, reason: str) -> None:
    with answering(state_dir / "s", *pieces):
        found = asked(state_dir / "s")
    assert isinstance(found, kind)
    assert reason in found.reason  # type: ignore[attr-defined]


def test_who_takes_the_request_and_says_nothing_does_not_answer(state_dir: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(state_dir / "s"))
        server.listen()
        found = asked(state_dir / "s", limit_s=0.1)
    assert isinstance(found, EngineNotResponding)
    assert "within 0.1 s" in found.reason


def test_who_takes_nobody_any_more_does_not_answer(state_dir: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server, socket.socket(socket.AF_UNIX) as first:
        server.bind(str(state_dir / "s"))
        server.listen(0)
        first.connect(str(state_dir / "s"))
        assert isinstance(asked(state_dir / "s", limit_s=0.1), EngineNotResponding)


def test_nothing_there_and_nobody_there_is_no_engine(state_dir: Path) -> None:
    assert isinstance(asked(state_dir / "nothing"), EngineNotRunning)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(state_dir / "left"))
    assert isinstance(asked(state_dir / "left"), EngineNotRunning)
    (state_dir / "file").write_text("")
    assert isinstance(asked(state_dir / "file"), EngineNotRunning | EnginePermissionDenied)


def test_a_path_that_is_too_long_for_a_socket_is_no_engine(state_dir: Path) -> None:
    assert isinstance(asked(state_dir / ("x" * 200)), EngineUnreachable)


def test_an_engine_elsewhere_is_asked_by_the_docker_command_and_a_missing_one_is_said(state_dir: Path) -> None:
    found = silence(NO_COMMAND, {"PATH": "", "HOME": str(state_dir), "DOCKER_HOST": "tcp://ada:secret@10.0.0.1:1"}, 5.0)
    assert found == EngineUnreachable(host="tcp://10.0.0.1:1", reason="No such file or directory")


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("echo 28.2.2", ""),
        (
            "echo 'Cannot connect to the Docker daemon at tcp://x:1. Is the docker daemon running?' >&2; exit 1",
            "daemon",
        ),
        ("echo 'unheard of' >&2; exit 1", "unheard of"),
        ("exit 1", "exited"),
        ("sleep 1000", "did not end"),
    ],
)
def test_what_the_docker_command_says_is_the_reason(state_dir: Path, script: str, reason: str) -> None:
    docker = state_dir / "docker"
    docker.write_text(f"#!/bin/sh\n{script}\n")
    docker.chmod(0o755)
    environ = {"PATH": os.defpath, "HOME": str(state_dir), "DOCKER_HOST": "tcp://10.0.0.1:1"}
    limit_s = 0.2 if "sleep" in script else 30.0
    found = silence(str(docker), environ, limit_s)
    assert (found is None) is (reason == "")
    assert found is None or reason in found.reason


def test_without_the_docker_command_there_is_no_engine_for_us(state_dir: Path) -> None:
    environ = {"PATH": str(state_dir), "HOME": str(state_dir), "DOCKER_HOST": "unix:///x", "SHELL": "/bin/false"}
    assert why_no_engine(environ, "win32") == "the docker command was not found"  # where no other place is looked at
