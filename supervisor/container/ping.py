"""Whether an engine answers: one question, without an event loop and without the docker SDK. For `mode: auto`.

Everything is found as it is for a launch: the docker command by the resolver's search, its environment, the engine that
this command speaks to in it. An engine on a socket of this machine is asked by ourselves, `GET /_ping`, which takes
less than a millisecond; any other one (a context, TLS, ssh, a name to be looked up) by the docker command.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from errno import ECONNRESET
from pathlib import Path
from time import monotonic

from msgspec.structs import replace

from supervisor.container import causes, endpoint
from supervisor.container.classify import classified
from supervisor.docker_path.effects import search_now
from supervisor.docker_path.places import search_on
from supervisor.environment.effects import hydrated_now
from supervisor.environment.hydration import with_docker_first
from supervisor.errors import EngineNotResponding, EngineProblem, EngineUnreachable
from supervisor.process import brief

PING_S = 5.0
"""Seconds for the answer: an engine takes a millisecond, one on another machine a few tenths of a second."""
HEAD_BYTES = 4096
"""More than an answer to this question has before its body."""
_REQUEST = b"GET /_ping HTTP/1.1\r\nHost: docker\r\nConnection: close\r\n\r\n"


def why_no_engine(environ: Mapping[str, str], platform: str, *, limit_s: float = PING_S) -> str:
    """Say why there is no engine for us, in a few words; empty if one answers.

    Takes at most `limit_s` seconds for the answer, and twice the bound of the login shell if that has to be asked.
    """
    found = search_now(search_on(platform, environ.get("HOME", "")), environ, platform)
    if not found.path:
        return "the docker command was not found"
    environment = with_docker_first(dict(hydrated_now(environ, platform).env), found.path)
    problem = silence(found.path, environment, limit_s)
    return f"{problem.host}: {problem.reason}" if problem else ""


def silence(docker: str, environment: Mapping[str, str], limit_s: float = PING_S) -> EngineProblem | None:
    """Say why the engine that this docker command speaks to gives no answer; None if it does."""
    host = endpoint.from_environment(environment).host
    path = endpoint.socket_path(host)
    is_in_context = endpoint.decider(environment, config_text(environment)) in ("DOCKER_CONTEXT", "currentContext")
    if path and not is_in_context and not environment.get("DOCKER_TLS_VERIFY"):
        return ping(path, host, limit_s)
    return _asked(docker, environment, limit_s)


def config_text(environment: Mapping[str, str]) -> bytes:
    """Read the docker command's own config; empty if there is none, or it cannot be read."""
    try:
        return Path(endpoint.config_folder(environment), "config.json").read_bytes()
    except OSError:
        return b""


def ping(path: str, host: str, limit_s: float = PING_S) -> EngineProblem | None:
    """Say why no engine answers at this socket; None if one does. `host` is how the address is shown."""
    late = EngineNotResponding(host=host, reason=f"it took the request and did not answer within {limit_s:g} s")
    try:
        head = _head(path, monotonic() + limit_s)
    except TimeoutError:
        return late
    except OSError as error:
        return causes.engine_problem(error, host)
    words = head.partition(b"\r\n")[0].split(None, 2)
    if len(words) < 2 or not words[0].startswith(b"HTTP/"):
        return EngineUnreachable(host=host, reason="what answers there does not speak the engine's protocol")
    if words[1] != b"200":
        return EngineUnreachable(host=host, reason=f"it answered with HTTP status {words[1].decode(errors='replace')}")
    return None


def _head(path: str, deadline: float) -> bytes:
    """The first line of the answer, or what came of it. Raises: OSError; TimeoutError at the deadline."""
    head = b""
    with socket.socket(socket.AF_UNIX) as engine:
        engine.settimeout(max(0.0, deadline - monotonic()))
        engine.connect(os.fsencode(path))
        engine.sendall(_REQUEST)
        while b"\r\n" not in head and len(head) < HEAD_BYTES:
            if (left_s := deadline - monotonic()) <= 0:
                raise TimeoutError
            engine.settimeout(left_s)
            more = engine.recv(HEAD_BYTES)
            if not more:
                break
            head += more
    if not head:
        raise ConnectionResetError(ECONNRESET, "it closed the connection")
    return head


def _asked(docker: str, environment: Mapping[str, str], limit_s: float) -> EngineProblem | None:
    """Have the docker command ask; its own words say why it has come to nothing."""
    argv = (docker, "version", "--format", "{{.Server.Version}}")
    said = brief.run_now(argv, environment, bound_s=limit_s, with_stderr=True)
    if said.end == "exited" and said.code == 0:
        return None
    shown = _shown(environment)
    if said.end == "late":
        return EngineNotResponding(host=shown, reason=f"`docker version` did not end within {limit_s:g} s")
    lines = said.output.decode("utf-8", "replace").splitlines()
    problem = classified(said.code, lines, command="", image="")
    if isinstance(problem, EngineProblem):
        return replace(problem, host=shown)
    last = next((line.strip() for line in reversed(lines) if line.strip()), "")
    return EngineUnreachable(
        host=shown, reason=endpoint.without_userinfo(last or said.reason or f"it ended: {said.end}")
    )


def _shown(environment: Mapping[str, str]) -> str:
    """What is asked, as far as it is known without asking."""
    context = "" if environment.get("DOCKER_HOST") else endpoint.context_named(environment, config_text(environment))
    return f"context {context}" if context else endpoint.from_environment(environment).shown
