"""Which variables are taken from the user's login shell, and when it is asked for them at all. Pure.

Docker's own CLI is never run by a shell, so what a profile says about the engine would not reach it: a rootless or
remote engine may be named nowhere else. Therefore that shell is asked once for its environment, and of it a closed list
is taken, each variable only if ours has none of that name: one that is present but empty is the operator's choice. What
says *where* the engine is goes together: if ours says anything about that, nothing of it is taken, for the profile's
context, keys and certificates belong to the profile's engine.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import Struct

from supervisor.environment.rules import DOCKER_CLI, TOOL_HOMES

WHERE = ("DOCKER_HOST", "DOCKER_CONTEXT")
"""Either of them says which engine is meant."""
ADDRESS = (*WHERE, "DOCKER_CERT_PATH", "DOCKER_TLS_VERIFY")
"""What belongs to one engine."""
CLOSED_LIST = (*DOCKER_CLI, *TOOL_HOMES)
"""All that is ever taken, beside entries of PATH: no secret, no proxy, no HOME, USER or SHELL."""
SYSTEM_PATH = frozenset(("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"))
"""What a service manager gives on Linux; with nothing else in it a PATH is minimal."""
MACOS_TOOLS = frozenset(("/usr/local/bin", "/opt/homebrew/bin"))
"""With neither of them a PATH on macOS is minimal: launchd gives no more to what was started by a click."""

_NAME = re.compile(r"[A-Za-z0-9_]+")


class Captured(Struct, frozen=True, kw_only=True):
    """The login shell's environment, or why there is none. It holds secrets, so its repr shows no value."""

    variables: Mapping[str, str] = {}
    reason: str = ""

    def __repr__(self) -> str:
        return f"Captured({len(self.variables)} variables, reason={self.reason!r})"


def unasked(ours: Mapping[str, str], *, platform: str, context: str) -> str:
    """Say why the login shell need not be asked; empty if it has to be.

    `context` is the current context by the CLI's own config, empty if that names none.
    """
    if platform.startswith("win"):
        return "it is never asked on Windows"
    if platform == "darwin":
        is_complete = not is_minimal(ours.get("PATH", ""), platform) and all(name in ours for name in DOCKER_CLI)
        return "PATH is not minimal, and all of DOCKER_* is in our environment" if is_complete else ""
    present = [name for name in WHERE if name in ours]
    if present:
        return f"{' and '.join(present)} is in our environment"
    return "the CLI's own config names a context" if context else ""


def current_context(config: bytes) -> str:
    """Read the current context out of the CLI's config.json; what cannot be read names none."""
    try:
        read: Any = json.loads(config)
    except ValueError:
        return ""
    named = read.get("currentContext") if isinstance(read, dict) else None
    return named if isinstance(named, str) else ""


def read_capture(text: bytes) -> Captured:
    """Read what `env -0` has printed; without any NUL it is refused whole. Odd names are passed over."""
    if b"\0" not in text:
        return Captured(reason="what it printed is not separated by NUL")
    pairs = (entry.decode("utf-8", "surrogateescape").partition("=") for entry in text.split(b"\0"))
    return Captured(variables={name: value for name, is_set, value in pairs if is_set and _NAME.fullmatch(name)})


def taken(ours: Mapping[str, str], captured: Mapping[str, str], *, platform: str) -> dict[str, str]:
    """Choose what is taken over: the closed list where ours has nothing, and a merged PATH where ours is minimal."""
    is_placed = any(name in ours for name in WHERE)
    chosen = {
        name: captured[name]
        for name in CLOSED_LIST
        if captured.get(name) and name not in ours and not (is_placed and name in ADDRESS)
    }
    own = ours.get("PATH", "")
    path = merged_path(own, captured.get("PATH", "")) if is_minimal(own, platform) else own
    return chosen if path == own else {**chosen, "PATH": path}


def is_minimal(path: str, platform: str) -> bool:
    """Whether a PATH is what the system gives to what nobody has started from a terminal."""
    entries = {entry.rstrip("/") for entry in path.split(":")} - {""}
    return not entries & MACOS_TOOLS if platform == "darwin" else entries <= SYSTEM_PATH


def merged_path(own: str, login: str) -> str:
    """Put the login shell's entries first, each once, and keep all of our own: it is never shrunk.

    Of the login shell's only absolute entries count, for the others mean whatever folder we happen to be in.
    """
    first = [entry for entry in login.split(":") if entry.startswith("/")]
    return ":".join(dict.fromkeys([*first, *_entries(own)]))


def with_taken(ours: Mapping[str, str], more: Mapping[str, str]) -> dict[str, str]:
    """Return our own environment with what was taken: what `environment` then chooses from, for any child.

    A native child gets the tools' homes and PATH of it, docker's own CLI the five DOCKER_* and PATH.
    """
    return {**ours, **more}


def with_docker_first(env: Mapping[str, str], docker_path: str) -> dict[str, str]:
    """Put the folder of the docker command at the head of PATH, once: credential helpers lie beside it."""
    folder = docker_path.rpartition("/")[0] or "/"
    return {**env, "PATH": ":".join(dict.fromkeys([folder, *_entries(env.get("PATH", ""))]))}


def names_and_lengths(variables: Mapping[str, str]) -> tuple[str, ...]:
    """Say what was taken without its values: `DOCKER_HOST (21)`."""
    return tuple(f"{name} ({len(value)})" for name, value in sorted(variables.items()))


def _entries(path: str) -> Iterable[str]:
    return path.split(":") if path else ()
