"""Errors become problems by their typed causes; the errors are those that the SDK and its libraries really raise."""

from __future__ import annotations

import errno
import socket
import ssl
from http.client import BadStatusLine, RemoteDisconnected
from json import JSONDecodeError
from types import SimpleNamespace
from typing import Any

import pytest
import requests
import trio
import urllib3.exceptions
from docker.errors import APIError, DockerException

from supervisor.container.causes import engine_problem, pull_problem, refusal, status_of, words_of
from supervisor.errors import (
    ContainerRefused,
    EngineNotResponding,
    EngineNotRunning,
    EnginePermissionDenied,
    EngineUnreachable,
    ImageNotFound,
    ImagePullFailed,
    ImageWrongPlatform,
)

HOST = "unix:///run/docker.sock"


def wrapped(inner: Exception) -> Exception:
    """As it comes out of the SDK's handshake over a local socket."""
    error = requests.ConnectionError(urllib3.exceptions.ProtocolError("Connection aborted.", inner))
    outer = DockerException(f"Error while fetching server API version: {error}")
    outer.__cause__ = error
    return outer


def over_tcp(inner: Exception) -> Exception:
    """As it comes out of a connection by TCP."""
    pool: Any = SimpleNamespace(host="box", port=2375)
    new = urllib3.exceptions.NewConnectionError(pool, "Failed to establish a new connection")
    new.__cause__ = inner
    return requests.ConnectionError(urllib3.exceptions.MaxRetryError(pool, "/version", new))


def answered(status: int, said: str = "no") -> APIError:
    response: Any = SimpleNamespace(status_code=status, url="http://x", reason="Reason")
    return APIError("error", response=response, explanation=said)


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (wrapped(FileNotFoundError(errno.ENOENT, "No such file or directory")), EngineNotRunning),
        (wrapped(ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused")), EngineNotRunning),
        (wrapped(NotADirectoryError(errno.ENOTDIR, "Not a directory")), EngineNotRunning),
        (wrapped(PermissionError(errno.EACCES, "Permission denied")), EnginePermissionDenied),
        (wrapped(BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable")), EngineNotResponding),
        (wrapped(ConnectionResetError(errno.ECONNRESET, "Connection reset by peer")), EngineNotRunning),
        (wrapped(RemoteDisconnected("Remote end closed connection without response")), EngineNotRunning),
        (wrapped(OSError("AF_UNIX path too long")), EngineUnreachable),
        (wrapped(BadStatusLine("SSH-2.0-OpenSSH")), EngineUnreachable),
        (requests.ReadTimeout("read timed out"), EngineNotResponding),
        (trio.TooSlowError(), EngineNotResponding),
        (requests.ConnectTimeout("timed out"), EngineUnreachable),
        (requests.exceptions.ChunkedEncodingError("Response ended prematurely"), EngineNotRunning),
        (over_tcp(ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused")), EngineNotRunning),
        (over_tcp(OSError(errno.EHOSTUNREACH, "No route to host")), EngineUnreachable),
        (over_tcp(socket.gaierror(-2, "Name or service not known")), EngineUnreachable),
        # its number is errno's ENOENT, and it means something else
        (over_tcp(socket.gaierror(2, "Name or service not known")), EngineUnreachable),
        (over_tcp(ssl.SSLError(1, "wrong version number")), EngineUnreachable),  # 1 would be EPERM
        (DockerException("Invalid bind address protocol: foo://x"), EngineUnreachable),
        (JSONDecodeError("Expecting value", "<html>", 0), EngineUnreachable),
        (answered(403), EnginePermissionDenied),
        (answered(404), EngineUnreachable),
        (answered(503), EngineNotRunning),
    ],
)
def test_no_answer_at_all(error: Exception, kind: type[Any]) -> None:
    problem = engine_problem(error, HOST)
    assert type(problem) is kind
    assert problem.host == HOST
    assert problem.reason


def test_a_refusal_about_a_container_is_none_of_the_engine() -> None:
    assert refusal(answered(409, "container x is restarting"), HOST) == ContainerRefused(
        reason="container x is restarting"
    )
    assert isinstance(refusal(requests.ReadTimeout("slow"), HOST), EngineNotResponding)


def test_the_words_are_the_innermost_and_hold_no_password() -> None:
    assert words_of(wrapped(PermissionError(errno.EACCES, "Permission denied"))) == "Permission denied"
    assert words_of(answered(500, "Get https://ann:secret@r/v2/:\n  refused")) == "Get https://r/v2/: refused"
    assert words_of(ValueError()) == "ValueError"
    lacking = DockerException("Install paramiko package to enable ssh:// support")
    lacking.__cause__ = NameError("name 'SSHHTTPAdapter' is not defined")
    assert words_of(lacking) == "Install paramiko package to enable ssh:// support"


def test_a_chain_of_errors_that_bites_its_tail_ends() -> None:
    one, other = ValueError("a"), OSError(errno.EACCES, "b")
    one.__cause__, other.__cause__ = other, one
    assert isinstance(engine_problem(one, HOST), EnginePermissionDenied)
    assert status_of(one) == 0


@pytest.mark.parametrize(
    ("text", "status", "kind"),
    [
        ("manifest for r/x:1 not found: manifest unknown: manifest unknown", 404, ImageNotFound),
        ("pull access denied for x, repository does not exist or may require 'docker login'", 404, ImageNotFound),
        ("invalid reference format", 400, ImageNotFound),
        ("whatever a newer engine says", 404, ImageNotFound),
        ('Get "https://r/v2/x/manifests/1": unauthorized: authentication required', 500, ImagePullFailed),
        ('Get "https://r/v2/": dial tcp: lookup r: no such host', 500, ImagePullFailed),
        ("write /layer: no space left on device", 0, ImagePullFailed),
        ("no matching manifest for linux/amd64 in the manifest list entries", 0, ImageWrongPlatform),
    ],
)
def test_a_pull_that_fails(text: str, status: int, kind: type[Any]) -> None:
    problem = pull_problem("r/x:1", text, status)
    assert type(problem) is kind
    assert problem.image == "r/x:1"  # type: ignore[union-attr]  # all of the three have it


def test_an_image_for_another_processor_names_the_one_of_the_engine() -> None:
    problem = pull_problem("x", "No matching manifest for linux/arm64/v8 in the manifest list entries")
    assert isinstance(problem, ImageWrongPlatform)
    assert problem.engine == "linux/arm64/v8"
